-- What people said, deleted because it is old. Conversations and contacts stay.

-- name: conversations_to_purge
-- Conversations after an id that hold something older than a moment: one look-up each.
SELECT v.id
  FROM conversations v
 WHERE v.tenant_id = :tenant_id AND v.id > :after
   AND EXISTS (SELECT FROM messages m WHERE m.tenant_id = v.tenant_id AND m.conversation_id = v.id AND m.created_at < :before)
 ORDER BY v.id
 LIMIT :most

-- name: hold_conversations
-- Before their messages, and in one order: as whoever writes into them or makes two of them one.
SELECT v.id FROM conversations v WHERE v.tenant_id = :tenant_id AND v.id = ANY(:conversation_ids::uuid[]) ORDER BY v.id FOR NO KEY UPDATE

-- name: messages_to_purge
-- What still waits to be sent stays, however long it has waited; what somebody else holds is met again.
SELECT m.id
  FROM messages m
 WHERE m.tenant_id = :tenant_id AND m.conversation_id = ANY(:conversation_ids::uuid[]) AND m.created_at < :before
   AND NOT EXISTS (SELECT FROM outbox o WHERE o.tenant_id = m.tenant_id AND o.message_id = m.id)
 LIMIT :most
   FOR UPDATE OF m SKIP LOCKED

-- name: purge_messages
-- With all that was said of them: what they were before an edit, and what people thought of them. When the person wrote is not forgotten, nor
-- since when they wait: by the first that they wrote since the last resolution that goes, too.
WITH gone AS (
    DELETE FROM messages m WHERE m.tenant_id = :tenant_id AND m.id = ANY(:ids::uuid[])
    RETURNING m.channel_connection_id, m.provider_message_id, m.conversation_id, m.direction, m.type, m.created_at
), resolved AS (
    SELECT i.conversation_id,
           coalesce((SELECT max(a.created_at) FROM annotations a
                      WHERE a.tenant_id = :tenant_id AND a.conversation_id = i.conversation_id
                        AND a.created_at < coalesce(:before::timestamptz, now())
                        AND a.activity ->> 'type' = 'state' AND a.activity ->> 'state' = 'resolved'), '-infinity') AS at
      FROM (SELECT DISTINCT o.conversation_id FROM gone o WHERE o.direction = 'inbound') i
), wrote AS (
    UPDATE conversations c
       SET purged_inbound_at = greatest(c.purged_inbound_at, g.at),
           purged_waiting_since = least(CASE WHEN c.purged_waiting_since > g.resolved_at THEN c.purged_waiting_since END, g.since)
      FROM (SELECT o.conversation_id, max(o.created_at) AS at, r.at AS resolved_at,
                   min(o.created_at) FILTER (WHERE o.type <> 'system' AND o.created_at > r.at) AS since
              FROM gone o
              JOIN resolved r ON r.conversation_id = o.conversation_id
             WHERE o.direction = 'inbound'
             GROUP BY o.conversation_id, r.at) g
     WHERE c.tenant_id = :tenant_id AND c.id = g.conversation_id
), revisions AS (
    DELETE FROM message_revisions r USING gone g
     WHERE r.tenant_id = :tenant_id AND r.channel_connection_id = g.channel_connection_id AND r.target_id = g.provider_message_id
), reactions AS (
    DELETE FROM message_reactions r USING gone g
     WHERE r.tenant_id = :tenant_id AND r.channel_connection_id = g.channel_connection_id AND r.target_id = g.provider_message_id
)
SELECT count(*)::integer AS count FROM gone

-- name: purge_revisions
-- Amendments whose message never came.
DELETE FROM message_revisions r
 WHERE r.tenant_id = :tenant_id
   AND (r.channel_connection_id, r.target_id, r.provider_message_id) IN (
       SELECT o.channel_connection_id, o.target_id, o.provider_message_id
         FROM message_revisions o
        WHERE o.tenant_id = :tenant_id AND o.at < :before
          AND NOT EXISTS (SELECT FROM messages m
                           WHERE m.tenant_id = o.tenant_id AND m.channel_connection_id = o.channel_connection_id
                             AND m.provider_message_id = o.target_id)
        LIMIT :most)

-- name: purge_unmet
-- Amendments whose message can come no more, by when they came here: nobody sees them.
DELETE FROM message_revisions r
 WHERE r.tenant_id = :tenant_id
   AND (r.channel_connection_id, r.target_id, r.provider_message_id) IN (
       SELECT o.channel_connection_id, o.target_id, o.provider_message_id
         FROM message_revisions o
        WHERE o.tenant_id = :tenant_id AND o.waits AND o.stored_at < :before
          AND NOT EXISTS (SELECT FROM messages m
                           WHERE m.tenant_id = o.tenant_id AND m.channel_connection_id = o.channel_connection_id
                             AND m.provider_message_id = o.target_id)
        LIMIT :most)

-- name: purge_reactions
DELETE FROM message_reactions r
 WHERE r.tenant_id = :tenant_id
   AND (r.channel_connection_id, r.target_id, r.who) IN (
       SELECT o.channel_connection_id, o.target_id, o.who
         FROM message_reactions o
        WHERE o.tenant_id = :tenant_id AND o.at < :before
          AND NOT EXISTS (SELECT FROM messages m
                           WHERE m.tenant_id = o.tenant_id AND m.channel_connection_id = o.channel_connection_id
                             AND m.provider_message_id = o.target_id)
        LIMIT :most)

-- name: purge_activity
DELETE FROM contact_activity a
 WHERE a.tenant_id = :tenant_id
   AND (a.channel_connection_id, a.provider_id) IN (
       SELECT o.channel_connection_id, o.provider_id FROM contact_activity o
        WHERE o.tenant_id = :tenant_id AND o.at < :before LIMIT :most)

-- name: purge_annotations
-- Notes, and lines of what was done: their ids tell when. Who waited until a resolution that goes does not wait since then.
WITH gone AS (
    DELETE FROM annotations a
     WHERE a.tenant_id = :tenant_id
       AND a.id IN (SELECT o.id FROM annotations o WHERE o.tenant_id = :tenant_id AND o.id < :before ORDER BY o.id LIMIT :most)
    RETURNING a.conversation_id, a.created_at, a.activity
), resolved AS (
    SELECT g.conversation_id, max(g.created_at) AS at
      FROM gone g
     WHERE g.activity ->> 'type' = 'state' AND g.activity ->> 'state' = 'resolved'
     GROUP BY g.conversation_id
), held AS (  -- in one order, as everybody does
    SELECT c.id
      FROM conversations c
      JOIN resolved r ON r.conversation_id = c.id
     WHERE c.tenant_id = :tenant_id AND c.purged_waiting_since <= r.at
     ORDER BY c.id
       FOR NO KEY UPDATE OF c
), answered AS (
    UPDATE conversations c SET purged_waiting_since = NULL FROM held h WHERE c.tenant_id = :tenant_id AND c.id = h.id
)
SELECT count(*)::integer AS count FROM gone

-- name: count_messages_before
-- As they were stored: the ids tell when, and stand in one index.
SELECT count(*)::integer AS count
  FROM (SELECT FROM messages m WHERE m.tenant_id = :tenant_id AND m.id < :before ORDER BY m.id LIMIT :most) old
