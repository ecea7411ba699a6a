-- What was said, on its way after people who became one, or two.

-- name: move_messages
-- The latest of them first: whoever has the conversation open sees those. They are found by their ids, whatever is believed of how many a
-- conversation has: by that, each piece would walk through all of it.
UPDATE messages m SET conversation_id = :into_id, updated_at = now()
 WHERE m.tenant_id = :tenant_id AND m.conversation_id IS NOT DISTINCT FROM :from_id
   AND m.id = ANY(ARRAY(SELECT o.id FROM messages o
                         WHERE o.tenant_id = :tenant_id AND o.conversation_id = :from_id
                         ORDER BY o.created_at DESC, o.id DESC
                         LIMIT :most))

-- name: lock_merged
-- Absent where it is none any more: it was given back meanwhile.
SELECT v.id, v.merged_into FROM conversations v
 WHERE v.tenant_id = :tenant_id AND v.id = :conversation_id AND v.merged_into IS NOT NULL
   FOR NO KEY UPDATE OF v

-- name: not_carried_over
-- A conversation that is part of one of these contacts' by now, and whose messages have not all been moved there yet.
SELECT v.id
  FROM conversations k
  JOIN conversations v ON v.tenant_id = k.tenant_id AND v.merged_into = k.id
 WHERE k.tenant_id = :tenant_id AND k.contact_id = ANY(:contact_ids::uuid[])
   AND EXISTS (SELECT FROM messages m WHERE m.tenant_id = v.tenant_id AND m.conversation_id = v.id)
 ORDER BY v.id
 LIMIT 1

-- name: go_back
INSERT INTO messages_going_back (tenant_id, merge_id, conversation_id, from_id, message_ids)
VALUES (:tenant_id, :merge_id, :conversation_id, :from_id, :message_ids::uuid[])

-- name: lock_merge
-- Whoever gives back what is left of it does so alone; the next sees what is left then.
SELECT g.survivor_id, g.merged_id FROM contact_merges g WHERE g.tenant_id = :tenant_id AND g.id = :merge_id FOR NO KEY UPDATE OF g

-- name: going_back
-- The next piece of what an undone merge has yet to give back, one conversation after the other.
SELECT b.conversation_id, b.from_id, b.message_ids[b.moved_count + 1 : b.moved_count + :most::integer] AS message_ids,
       greatest(cardinality(b.message_ids) - b.moved_count - :most, 0) AS left
  FROM messages_going_back b
 WHERE b.tenant_id = :tenant_id AND b.merge_id = :merge_id
 ORDER BY b.conversation_id
 LIMIT 1

-- name: going_back_of
-- An undone merge that has yet to give something back to or from a conversation of these contacts.
SELECT b.merge_id AS id
  FROM conversations v
  JOIN messages_going_back b ON b.tenant_id = v.tenant_id AND v.id IN (b.conversation_id, b.from_id)
 WHERE v.tenant_id = :tenant_id AND v.contact_id = ANY(:contact_ids::uuid[])
 ORDER BY b.merge_id
 LIMIT 1

-- name: give_back
-- What was deleted meanwhile is passed over. Found by their ids, likewise.
UPDATE messages m SET conversation_id = :into_id, updated_at = now()
 WHERE m.tenant_id = :tenant_id AND m.id = ANY(:ids::uuid[]) AND m.conversation_id IS NOT DISTINCT FROM :from_id

-- name: note_given_back
UPDATE messages_going_back b SET moved_count = b.moved_count + :moved
 WHERE b.tenant_id = :tenant_id AND b.merge_id = :merge_id AND b.conversation_id = :conversation_id

-- name: all_given_back
DELETE FROM messages_going_back b
 WHERE b.tenant_id = :tenant_id AND b.merge_id = :merge_id AND b.conversation_id = :conversation_id
