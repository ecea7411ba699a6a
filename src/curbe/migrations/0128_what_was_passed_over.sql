-- What migrations 8, 32 and 100 changed of tenants' rows they did not change where the database's owner is no superuser: the policies held for
-- them too. What of that still says something is done here, and changes nothing where it was done, or was learned since.
ALTER TABLE contacts NO FORCE ROW LEVEL SECURITY;
ALTER TABLE contact_aliases NO FORCE ROW LEVEL SECURITY;
ALTER TABLE conversations NO FORCE ROW LEVEL SECURITY;
ALTER TABLE marketing_preferences NO FORCE ROW LEVEL SECURITY;
ALTER TABLE consents NO FORCE ROW LEVEL SECURITY;
ALTER TABLE channel_connections NO FORCE ROW LEVEL SECURITY;

-- 8: how people are known who have not been heard of since. A number that they gave up, or that nobody has been known by, is not theirs.
UPDATE contacts c
   SET wa_id = (SELECT v.contact_wa_id FROM conversations v
                 WHERE v.tenant_id = c.tenant_id AND v.contact_id = c.id AND v.contact_wa_id IS NOT NULL
                 ORDER BY v.last_message_at DESC NULLS LAST, v.id LIMIT 1)
 WHERE c.wa_id IS NULL AND c.wa_id_at IS NULL AND c.erased_at IS NULL AND c.merged_into IS NULL
   AND EXISTS (SELECT FROM conversations v WHERE v.tenant_id = c.tenant_id AND v.contact_id = c.id AND v.contact_wa_id IS NOT NULL)
   AND EXISTS (SELECT FROM contact_aliases a
                WHERE a.tenant_id = c.tenant_id AND a.contact_id = c.id AND a.kind = 'phone' AND a.retired_at IS NULL);
WITH known AS (
    UPDATE contacts c
       SET bsuid = (SELECT a.value FROM contact_aliases a
                     WHERE a.tenant_id = c.tenant_id AND a.contact_id = c.id AND a.kind = 'bsuid' AND a.retired_at IS NULL
                     ORDER BY a.created_at DESC, a.value LIMIT 1)
     WHERE c.bsuid IS NULL AND c.bsuid_at IS NULL AND c.erased_at IS NULL AND c.merged_into IS NULL
       AND EXISTS (SELECT FROM contact_aliases a
                    WHERE a.tenant_id = c.tenant_id AND a.contact_id = c.id AND a.kind = 'bsuid' AND a.retired_at IS NULL)
    RETURNING c.tenant_id, c.id, c.bsuid
)
UPDATE conversations v SET contact_bsuid = known.bsuid
  FROM known
 WHERE v.tenant_id = known.tenant_id AND v.contact_id = known.id AND v.contact_bsuid IS NULL;
UPDATE contacts c SET username_at = c.name_at WHERE c.username IS NOT NULL AND c.username_at IS NULL AND c.name_at IS NOT NULL;

-- 32: what people told WhatsApp before there was a ledger. A stop among it is one.
INSERT INTO consents (tenant_id, id, contact_id, category, state, source, proof, actor, at)
SELECT p.tenant_id, p.id, p.contact_id, 'marketing', CASE p.value WHEN 'stop' THEN 'out' ELSE 'in' END, 'whatsapp',
       left(p.detail, 2000), 'contact', p.at
  FROM marketing_preferences p
 WHERE p.category = 'marketing_messages' AND p.value IN ('stop', 'resume', 'signup')
    ON CONFLICT DO NOTHING;

-- 100: numbers that Meta said must be registered before they send. One on the WhatsApp Business app never is.
UPDATE channel_connections c
   SET metadata = c.metadata || '{"unregistered": true}'
 WHERE c.metadata ->> 'number_status' IN ('PENDING', 'DISCONNECTED') AND NOT c.metadata ? 'unregistered'
   AND c.metadata ->> 'coexistence' IS DISTINCT FROM 'true';

ALTER TABLE channel_connections FORCE ROW LEVEL SECURITY;
ALTER TABLE consents FORCE ROW LEVEL SECURITY;
ALTER TABLE marketing_preferences FORCE ROW LEVEL SECURITY;
ALTER TABLE conversations FORCE ROW LEVEL SECURITY;
ALTER TABLE contact_aliases FORCE ROW LEVEL SECURITY;
ALTER TABLE contacts FORCE ROW LEVEL SECURITY;
