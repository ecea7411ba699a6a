-- What people do with conversations, many at a time.

-- name: lock_conversations
-- For one that was merged, the one it is part of. Locked in one order, so that two who change many cannot wait for each other.
SELECT c.id
  FROM conversations c
 WHERE c.tenant_id = :tenant_id
   AND c.id IN (SELECT coalesce(o.merged_into, o.id) FROM conversations o WHERE o.tenant_id = :tenant_id AND o.id = ANY(:ids::uuid[]))
 ORDER BY c.id
   FOR NO KEY UPDATE

-- name: live_conversations
SELECT o.id AS asked_id, coalesce(o.merged_into, o.id) AS id
  FROM conversations o
 WHERE o.tenant_id = :tenant_id AND o.id = ANY(:ids::uuid[])

-- name: change_conversations
UPDATE conversations c
   SET state = u.state::conversation_state, snoozed_until = u.snoozed_until, assignee_id = u.assignee_id, team_id = u.team_id,
       unread_count = u.unread_count, priority = u.priority, updated_at = now()
  FROM unnest(:ids::uuid[], :states::text[], :snoozed_untils::timestamptz[], :assignee_ids::uuid[], :team_ids::uuid[],
              :unread_counts::integer[], :priorities::smallint[])
       AS u (id, state, snoozed_until, assignee_id, team_id, unread_count, priority)
 WHERE c.tenant_id = :tenant_id AND c.id = u.id

-- name: hold_claims
-- Blocking somebody is a no to what is sent to many: it comes before or after a claim of something for them (consent.lock_words).
SELECT pg_advisory_xact_lock(hashtextextended(:tenant_id::uuid::text, 7))::text AS nothing

-- name: add_labels
INSERT INTO conversation_labels (tenant_id, conversation_id, label_id, state_code, last_message_at)
SELECT c.tenant_id, c.id, u.label_id, c.state_code, c.last_message_at
  FROM unnest(:conversation_ids::uuid[], :label_ids::uuid[]) AS u (conversation_id, label_id)
  JOIN conversations c ON c.tenant_id = :tenant_id AND c.id = u.conversation_id
 ORDER BY c.id, u.label_id
    ON CONFLICT (tenant_id, conversation_id, label_id) DO NOTHING

-- name: remove_labels
DELETE FROM conversation_labels l
 USING unnest(:conversation_ids::uuid[], :label_ids::uuid[]) AS u (conversation_id, label_id)
 WHERE l.tenant_id = :tenant_id AND l.conversation_id = u.conversation_id AND l.label_id = u.label_id

-- name: conversations_in_hand
-- The next that a colleague, or a team, has: who leaves lets go of them. Two questions, each of its own index.
(SELECT c.id FROM conversations c WHERE c.tenant_id = :tenant_id AND c.merged_into IS NULL AND c.holder_id = :holder_id LIMIT :most)
 UNION ALL
(SELECT c.id FROM conversations c WHERE c.tenant_id = :tenant_id AND c.merged_into IS NULL AND c.team_id = :holder_id LIMIT :most)

-- name: names_of_teams
-- Held until the end of the transaction: a team that is being deleted is nobody's any more.
SELECT t.id, t.name FROM teams t WHERE t.tenant_id = :tenant_id AND t.id = ANY(:ids::uuid[]) ORDER BY t.id FOR KEY SHARE

-- name: names_of_labels
SELECT l.id, l.name FROM labels l WHERE l.tenant_id = :tenant_id AND l.id = ANY(:ids::uuid[]) ORDER BY l.id FOR KEY SHARE

-- name: names_of_former
-- What teams and labels are called that are being taken off: not held, as whoever deletes one waits for these very conversations.
SELECT t.id, t.name FROM teams t WHERE t.tenant_id = :tenant_id AND t.id = ANY(:team_ids::uuid[])
 UNION ALL
SELECT l.id, l.name FROM labels l WHERE l.tenant_id = :tenant_id AND l.id = ANY(:label_ids::uuid[])

-- name: names_of_colleagues
-- Who may be given something: also those who are invited, and have not joined yet.
SELECT m.user_id AS id, ''::text AS name
  FROM memberships m
 WHERE m.tenant_id = :tenant_id AND m.user_id = ANY(:ids::uuid[]) AND m.disabled_at IS NULL
 ORDER BY m.user_id
   FOR KEY SHARE

-- name: take_label_off
-- From the next conversations, as the label's list has them; one that is being changed, or has no message yet, is left to the deletion itself.
-- Chosen before anything is deleted: in a join they could be chosen anew for each row, and what was just deleted makes room for the next.
WITH taken AS MATERIALIZED (
    SELECT x.conversation_id FROM conversation_labels x
     WHERE x.tenant_id = :tenant_id AND x.label_id = :label_id AND x.last_message_at IS NOT NULL
     LIMIT :most
       FOR UPDATE SKIP LOCKED)
DELETE FROM conversation_labels l
 USING taken
 WHERE l.tenant_id = :tenant_id AND l.label_id = :label_id AND l.conversation_id = taken.conversation_id
