-- When a person last wrote of what retention deleted: whoever wrote before is nobody new.
ALTER TABLE conversations ADD COLUMN purged_inbound_at timestamptz;

ALTER TABLE conversations NO FORCE ROW LEVEL SECURITY;
ALTER TABLE messages NO FORCE ROW LEVEL SECURITY;
UPDATE conversations c
   SET purged_inbound_at = c.last_inbound_at
 WHERE c.last_inbound_at IS NOT NULL
   AND NOT EXISTS (SELECT FROM messages m WHERE m.tenant_id = c.tenant_id AND m.conversation_id = c.id AND m.direction = 'inbound');
ALTER TABLE messages FORCE ROW LEVEL SECURITY;
ALTER TABLE conversations FORCE ROW LEVEL SECURITY;
