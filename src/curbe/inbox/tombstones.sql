-- What was erased and may be told again.

-- name: bury_conversations
-- Of what the person said in these conversations, whatever came to us so lately that it may come again; and all that they did, as nobody
-- wrote down when that came.
INSERT INTO tombstones (tenant_id, digest, until)
SELECT m.tenant_id, tombstone_digest(m.tenant_id, m.provider_message_id), m.stored_at + :kept
  FROM messages m
 WHERE m.tenant_id = :tenant_id AND m.conversation_id = ANY(:conversation_ids::uuid[]) AND m.stored_at > now() - :kept
   AND m.direction = 'inbound'
 UNION ALL
SELECT a.tenant_id, tombstone_digest(a.tenant_id, a.provider_id), now() + :kept
  FROM contact_activity a
 WHERE a.tenant_id = :tenant_id AND a.conversation_id = ANY(:conversation_ids::uuid[])
    ON CONFLICT DO NOTHING

-- name: bury_messages
INSERT INTO tombstones (tenant_id, digest, until)
SELECT m.tenant_id, tombstone_digest(m.tenant_id, m.provider_message_id), now() + :kept
  FROM messages m
 WHERE m.tenant_id = :tenant_id AND m.id = ANY(:ids::uuid[]) AND m.stored_at > now() - :kept AND m.provider_message_id IS NOT NULL
    ON CONFLICT DO NOTHING

-- name: bury_notices
INSERT INTO tombstones (tenant_id, digest, until)
SELECT :tenant_id, tombstone_digest(:tenant_id, n.name), now() + :kept
  FROM unnest(:names::text[]) AS n (name)
    ON CONFLICT DO NOTHING

-- name: buried
SELECT u.n::integer AS n
  FROM unnest(:tenant_ids::uuid[], :names::text[]) WITH ORDINALITY AS u (tenant_id, name, n)
  JOIN tombstones t ON t.tenant_id = u.tenant_id AND t.digest = tombstone_digest(u.tenant_id, u.name)

-- name: drop_tombstones
DELETE FROM tombstones t
 WHERE t.tenant_id = :tenant_id
   AND t.digest IN (SELECT o.digest FROM tombstones o WHERE o.tenant_id = :tenant_id AND o.until < :before LIMIT :most)
