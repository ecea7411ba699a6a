-- What people do with a conversation.

-- name: lock_conversation
SELECT c.id, c.state
  FROM conversations c
 WHERE c.tenant_id = :tenant_id AND c.id = :id
   FOR NO KEY UPDATE

-- name: set_conversation_state
UPDATE conversations
   SET state = :state::text::conversation_state, updated_at = now()
 WHERE tenant_id = :tenant_id AND id = :id

-- name: newest_arrival
-- The latest message the person wrote: the provider takes it, and all before it, as read.
SELECT m.id
  FROM messages m
 WHERE m.tenant_id = :tenant_id AND m.conversation_id = :id AND m.direction = 'inbound'
 ORDER BY m.created_at DESC, m.id DESC
 LIMIT 1

-- name: mark_conversation_read
-- Nothing unread, nothing touched: reading twice tells nobody anything.
UPDATE conversations
   SET unread_count = 0, updated_at = now()
 WHERE tenant_id = :tenant_id AND id = :id AND unread_count > 0
