-- Edits, revokes and reactions.

-- name: insert_revisions
INSERT INTO message_revisions (tenant_id, channel_connection_id, target_id, provider_message_id, kind, type, text, payload, at)
SELECT u.tenant_id, u.connection_id, u.target_id, u.provider_message_id, u.kind::revision_kind, u.type, u.text, u.payload, u.at
  FROM unnest(:tenant_ids::uuid[], :connection_ids::uuid[], :target_ids::text[], :provider_message_ids::text[], :kinds::text[],
              :types::text[], :texts::text[], :payloads::jsonb[], :ats::timestamptz[])
       AS u (tenant_id, connection_id, target_id, provider_message_id, kind, type, text, payload, at)
    ON CONFLICT (tenant_id, channel_connection_id, target_id, provider_message_id) DO NOTHING
RETURNING tenant_id, channel_connection_id AS connection_id, target_id, provider_message_id

-- name: waiting_targets
-- Which of these messages amendments wait for: of hardly any, so this comes before all else.
SELECT DISTINCT r.tenant_id, r.channel_connection_id AS connection_id, r.target_id
  FROM unnest(:tenant_ids::uuid[], :connection_ids::uuid[], :target_ids::text[]) AS u (tenant_id, connection_id, target_id)
  JOIN message_revisions r ON r.tenant_id = u.tenant_id AND r.channel_connection_id = u.connection_id AND r.target_id = u.target_id
                          AND r.waits

-- name: amended_messages
-- Messages of these names that have amendments, as they were first said; locked, so that two appliers cannot each miss the other's.
SELECT m.tenant_id, m.id, m.channel_connection_id AS connection_id, m.provider_message_id, m.type, m.text, m.payload::text AS payload,
       date_trunc('second', m.created_at) AS at
  FROM unnest(:tenant_ids::uuid[], :connection_ids::uuid[], :provider_message_ids::text[])
       AS u (tenant_id, connection_id, provider_message_id)
  JOIN messages m ON m.tenant_id = u.tenant_id AND m.channel_connection_id = u.connection_id
                 AND m.provider_message_id = u.provider_message_id
 WHERE EXISTS (SELECT FROM message_revisions r
                WHERE r.tenant_id = u.tenant_id AND r.channel_connection_id = u.connection_id AND r.target_id = u.provider_message_id)
 ORDER BY m.tenant_id, m.id
   FOR NO KEY UPDATE OF m

-- name: revisions_of
SELECT r.tenant_id, r.channel_connection_id AS connection_id, r.target_id, r.provider_message_id, r.kind, r.type, r.text,
       r.payload::text AS payload, r.at
  FROM unnest(:tenant_ids::uuid[], :connection_ids::uuid[], :target_ids::text[]) AS u (tenant_id, connection_id, target_id)
  JOIN message_revisions r ON r.tenant_id = u.tenant_id AND r.channel_connection_id = u.connection_id AND r.target_id = u.target_id
 ORDER BY r.tenant_id, r.target_id, r.kind, r.at, r.provider_message_id

-- name: revisions_of_message
SELECT r.provider_message_id, r.kind, r.type, r.text, r.payload::text AS payload, r.at
  FROM messages m
  JOIN message_revisions r ON r.tenant_id = m.tenant_id AND r.channel_connection_id = m.channel_connection_id
                          AND r.target_id = m.provider_message_id
 WHERE m.tenant_id = :tenant_id AND m.conversation_id = :conversation_id AND m.id = :message_id
 ORDER BY r.kind, r.at, r.provider_message_id

-- name: show_messages
UPDATE messages m
   SET text = u.text, payload = u.payload, edited_at = u.edited_at, revoked_at = u.revoked_at, updated_at = now()
  FROM unnest(:tenant_ids::uuid[], :ids::uuid[], :texts::text[], :payloads::jsonb[], :edited_ats::timestamptz[],
              :revoked_ats::timestamptz[])
       AS u (tenant_id, id, text, payload, edited_at, revoked_at)
 WHERE m.tenant_id = u.tenant_id AND m.id = u.id

-- name: react
-- Each one's latest reaction by the provider's clock; between equals the greater name, whatever order they come in.
INSERT INTO message_reactions AS r (tenant_id, channel_connection_id, target_id, who, emoji, at, provider_message_id)
SELECT u.tenant_id, u.connection_id, u.target_id, u.who, u.emoji, u.at, u.provider_message_id
  FROM unnest(:tenant_ids::uuid[], :connection_ids::uuid[], :target_ids::text[], :whos::text[], :emojis::text[], :ats::timestamptz[],
              :provider_message_ids::text[])
       AS u (tenant_id, connection_id, target_id, who, emoji, at, provider_message_id)
    ON CONFLICT (tenant_id, channel_connection_id, target_id, who) DO UPDATE
   SET emoji = excluded.emoji, at = excluded.at, provider_message_id = excluded.provider_message_id
 WHERE (excluded.at, excluded.provider_message_id) > (r.at, r.provider_message_id)
RETURNING tenant_id, channel_connection_id AS connection_id, target_id

-- name: messages_named
SELECT m.tenant_id, m.id
  FROM unnest(:tenant_ids::uuid[], :connection_ids::uuid[], :provider_message_ids::text[])
       AS u (tenant_id, connection_id, provider_message_id)
  JOIN messages m ON m.tenant_id = u.tenant_id AND m.channel_connection_id = u.connection_id
                 AND m.provider_message_id = u.provider_message_id
 ORDER BY m.tenant_id, m.id

-- name: settle_revisions
UPDATE message_revisions r SET waits = false
  FROM unnest(:tenant_ids::uuid[], :connection_ids::uuid[], :target_ids::text[]) AS u (tenant_id, connection_id, target_id)
 WHERE r.tenant_id = u.tenant_id AND r.channel_connection_id = u.connection_id AND r.target_id = u.target_id AND r.waits

-- name: overdue_revisions
-- Some of a tenant's amendments that wait although their message is here: both came in the same moment, on two lanes. What was refused is
-- tried once a day.
SELECT DISTINCT r.tenant_id, r.channel_connection_id AS connection_id, r.target_id
  FROM message_revisions r
  JOIN messages m ON m.tenant_id = r.tenant_id AND m.channel_connection_id = r.channel_connection_id
                 AND m.provider_message_id = r.target_id
 WHERE r.tenant_id = :tenant_id AND r.waits AND (r.refused_at IS NULL OR r.refused_at < now() - interval '1 day')
 ORDER BY r.channel_connection_id, r.target_id
 LIMIT :most
