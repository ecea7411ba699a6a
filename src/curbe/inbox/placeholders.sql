-- Files that history names before it brings them.

-- name: park_files
INSERT INTO parked_files (tenant_id, channel_connection_id, provider_message_id, said, received_at)
SELECT u.tenant_id, u.connection_id, u.provider_message_id, u.said, u.received_at
  FROM unnest(:tenant_ids::uuid[], :connection_ids::uuid[], :provider_message_ids::text[], :saids::jsonb[], :received_ats::timestamptz[])
       AS u (tenant_id, connection_id, provider_message_id, said, received_at)
    ON CONFLICT (tenant_id, channel_connection_id, provider_message_id) DO NOTHING

-- name: unpark_these_files
-- Take the files of these messages that wait, where their messages are here.
DELETE FROM parked_files p
 USING messages m, unnest(:tenant_ids::uuid[], :connection_ids::uuid[], :provider_message_ids::text[])
       AS u (tenant_id, connection_id, provider_message_id)
 WHERE p.tenant_id = u.tenant_id AND p.channel_connection_id = u.connection_id AND p.provider_message_id = u.provider_message_id
   AND m.tenant_id = p.tenant_id AND m.channel_connection_id = p.channel_connection_id AND m.provider_message_id = p.provider_message_id
RETURNING p.tenant_id, m.id, p.channel_connection_id AS connection_id, p.said::text AS said, p.received_at

-- name: unpark_files
-- Of all of a tenant's that wait, some that missed their messages. What was refused is tried once a day.
DELETE FROM parked_files p
 USING (SELECT o.channel_connection_id, o.provider_message_id, m.id
          FROM parked_files o
          JOIN messages m ON m.tenant_id = o.tenant_id AND m.channel_connection_id = o.channel_connection_id
                         AND m.provider_message_id = o.provider_message_id
         WHERE o.tenant_id = :tenant_id AND (o.refused_at IS NULL OR o.refused_at < now() - interval '1 day')
         ORDER BY o.channel_connection_id, o.provider_message_id
         LIMIT :most) AS m
 WHERE p.tenant_id = :tenant_id AND p.channel_connection_id = m.channel_connection_id AND p.provider_message_id = m.provider_message_id
RETURNING p.tenant_id, m.id, p.channel_connection_id AS connection_id, p.said::text AS said, p.received_at

-- name: give_up_files
-- Of those whose message is not here.
DELETE FROM parked_files p
 USING (SELECT o.channel_connection_id, o.provider_message_id
          FROM parked_files o
         WHERE o.tenant_id = :tenant_id AND o.parked_at < now() - :kept::interval
           AND (o.refused_at IS NULL OR o.refused_at < now() - interval '1 day')
           AND NOT EXISTS (SELECT FROM messages m
                            WHERE m.tenant_id = o.tenant_id AND m.channel_connection_id = o.channel_connection_id
                              AND m.provider_message_id = o.provider_message_id)
         ORDER BY o.channel_connection_id, o.provider_message_id
         LIMIT :most) AS old
 WHERE p.tenant_id = :tenant_id AND p.channel_connection_id = old.channel_connection_id
   AND p.provider_message_id = old.provider_message_id
RETURNING p.tenant_id, p.channel_connection_id AS connection_id, p.said::text AS said, p.received_at

-- name: fill_placeholders
-- What was edited or taken back meanwhile says so on.
UPDATE messages m
   SET type = u.type,
       text = CASE WHEN m.edited_at IS NULL AND m.revoked_at IS NULL THEN u.text ELSE m.text END,
       payload = CASE WHEN m.edited_at IS NULL AND m.revoked_at IS NULL THEN u.payload ELSE m.payload END,
       updated_at = now()
  FROM unnest(:tenant_ids::uuid[], :ids::uuid[], :types::text[], :texts::text[], :payloads::jsonb[])
       AS u (tenant_id, id, type, text, payload)
 WHERE m.tenant_id = u.tenant_id AND m.id = u.id AND m.type = 'media_placeholder'
RETURNING m.tenant_id, m.id, m.conversation_id, m.channel_connection_id AS connection_id, m.provider_message_id, m.type,
          m.payload::text AS payload
