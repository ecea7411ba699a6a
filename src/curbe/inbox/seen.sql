-- How far conversations were read.

-- name: written_behind
-- How many messages the person wrote that stand behind a place, up to `most`. A `system` message is the provider's.
SELECT count(*)::integer AS count
  FROM (SELECT FROM messages m
         WHERE m.tenant_id = :tenant_id AND m.conversation_id = :conversation_id AND m.direction = 'inbound' AND m.type <> 'system'
           AND (m.created_at, m.id) > (:from_at::timestamptz, :from_id::uuid)
         LIMIT :most) AS behind

-- name: newest_arrivals
-- The latest message the person wrote in each, up to a place in it: the provider takes it, and all before it, as read.
SELECT m.id
  FROM unnest(:ids::uuid[], :up_to_ats::timestamptz[], :up_to_ids::uuid[]) AS u (id, up_to_at, up_to_id)
 CROSS JOIN LATERAL (
       SELECT m.id
         FROM messages m
        WHERE m.tenant_id = :tenant_id AND m.conversation_id = u.id AND m.direction = 'inbound'
          AND (m.created_at, m.id) <= (u.up_to_at, u.up_to_id)
        ORDER BY m.created_at DESC, m.id DESC
        LIMIT 1) m
