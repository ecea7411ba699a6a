-- What a person may ask for beyond their messages.

-- name: preferences_of
WITH RECURSIVE same (id) AS (
    SELECT c.id FROM contacts c WHERE c.tenant_id = :tenant_id AND c.id = :contact_id
    UNION
    SELECT g.id FROM same JOIN contacts g ON g.tenant_id = :tenant_id AND g.merged_into = same.id)
SELECT p.category, p.value, p.detail, p.at
  FROM same
  JOIN marketing_preferences p ON p.tenant_id = :tenant_id AND p.contact_id = same.id
 ORDER BY p.at, p.id

-- name: calls_in
SELECT a.provider_id, a.at
  FROM contact_activity a
 WHERE a.tenant_id = :tenant_id AND a.conversation_id = :conversation_id AND a.kind = 'call' AND a.provider_id > :after::text
 ORDER BY a.provider_id
 LIMIT :most

-- name: revisions_in
-- What the messages of a conversation said before they were edited or taken back, and after.
SELECT m.id AS message_id, r.target_id, r.provider_message_id, r.kind::text AS kind, r.type, r.text, r.payload::text AS payload, r.at
  FROM messages m
  JOIN message_revisions r ON r.tenant_id = m.tenant_id AND r.channel_connection_id = m.channel_connection_id
                          AND r.target_id = m.provider_message_id
 WHERE m.tenant_id = :tenant_id AND m.conversation_id = :conversation_id
   AND (r.target_id, r.provider_message_id) > (:after_target::text, :after_id::text)
 ORDER BY r.target_id, r.provider_message_id
 LIMIT :most
