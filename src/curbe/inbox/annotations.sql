-- Notes of colleagues and lines that tell who did what.

-- name: insert_lines
-- Lines of activity. Without a time, it is the transaction's.
INSERT INTO annotations (tenant_id, id, conversation_id, kind, author, activity, created_at)
SELECT u.tenant_id, u.id, u.conversation_id, 'activity', u.author, u.activity, coalesce(u.created_at, now())
  FROM unnest(:tenant_ids::uuid[], :ids::uuid[], :conversation_ids::uuid[], :authors::text[], :activities::jsonb[], :created_ats::timestamptz[])
       AS u (tenant_id, id, conversation_id, author, activity, created_at)
RETURNING id, created_at

-- name: insert_note
-- Absent where its author has written one with this key already, which stays as it is.
INSERT INTO annotations (tenant_id, id, conversation_id, kind, author, body, created_at, idempotency_key)
VALUES (:tenant_id, :id, :conversation_id, 'note', :author, :body, :now, :key)
    ON CONFLICT (tenant_id, author, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
RETURNING id

-- name: note_of_key
SELECT a.id FROM annotations a WHERE a.tenant_id = :tenant_id AND a.author = :author AND a.idempotency_key = :key::text

-- name: annotations_page
-- Those of a conversation and of what became part of it, all as the conversation's. Oldest first, from one time to another, both included.
SELECT a.id, a.kind, :conversation_id::uuid AS conversation_id, a.author, a.body, a.activity::text AS activity, a.created_at, a.deleted_at,
       ARRAY(SELECT m.user_id FROM mentions m WHERE m.tenant_id = :tenant_id AND m.annotation_id = a.id ORDER BY m.user_id) AS mentions
  FROM (SELECT :conversation_id::uuid
         UNION ALL
        SELECT c.id FROM conversations c WHERE c.tenant_id = :tenant_id AND c.merged_into = :conversation_id) AS part (id)
 CROSS JOIN LATERAL (
       SELECT n.id, n.kind, n.author, n.body, n.activity, n.created_at, n.deleted_at
         FROM annotations n
        WHERE n.tenant_id = :tenant_id AND n.conversation_id = part.id
          AND (n.created_at, n.id) > (:after_at::timestamptz, :after_id::uuid)
          AND n.created_at >= :from_at::timestamptz AND n.created_at <= :to_at::timestamptz
        ORDER BY n.created_at, n.id
        LIMIT :most::integer) a
 ORDER BY a.created_at, a.id
 LIMIT :most::integer

-- name: annotations_by_id
SELECT a.id, a.kind, coalesce(c.merged_into, c.id) AS conversation_id, a.author, a.body, a.activity::text AS activity, a.created_at,
       a.deleted_at,
       ARRAY(SELECT m.user_id FROM mentions m WHERE m.tenant_id = :tenant_id AND m.annotation_id = a.id ORDER BY m.user_id) AS mentions
  FROM unnest(:ids::uuid[]) WITH ORDINALITY AS u (id, n)
  JOIN annotations a ON a.tenant_id = :tenant_id AND a.id = u.id
  JOIN conversations c ON c.tenant_id = :tenant_id AND c.id = a.conversation_id
 ORDER BY u.n

-- name: note_place
-- Where a note lies in a conversation, also one that was written in what became part of it.
SELECT a.id, a.created_at
  FROM annotations a
  JOIN conversations c ON c.tenant_id = :tenant_id AND c.id = a.conversation_id
 WHERE a.tenant_id = :tenant_id AND a.id = :id AND a.kind = 'note' AND coalesce(c.merged_into, c.id) = :conversation_id

-- name: lock_note
SELECT a.id, a.conversation_id, a.author, a.deleted_at
  FROM annotations a
 WHERE a.tenant_id = :tenant_id AND a.id = :id AND a.kind = 'note'
   AND a.conversation_id IN (SELECT c.id FROM conversations c
                              WHERE c.tenant_id = :tenant_id AND coalesce(c.merged_into, c.id) = :conversation_id)
   FOR NO KEY UPDATE

-- name: delete_note
-- Its words go, and nobody is called by it any more; that there was one stays.
WITH silenced AS (
    DELETE FROM mentions m WHERE m.tenant_id = :tenant_id AND m.annotation_id = :id)
UPDATE annotations SET body = NULL, deleted_at = :now WHERE tenant_id = :tenant_id AND id = :id

-- name: insert_mentions
-- Of those named who are colleagues; each is told once.
INSERT INTO mentions (tenant_id, user_id, annotation_id, created_at)
SELECT m.tenant_id, m.user_id, :annotation_id, :now
  FROM memberships m
 WHERE m.tenant_id = :tenant_id AND m.user_id = ANY(:user_ids::uuid[]) AND m.disabled_at IS NULL
 ORDER BY m.user_id
RETURNING user_id

-- name: mentions_page
-- Of a user, the latest first: of those not read yet, then of the others, each after a place of its own.
SELECT p.annotation_id, p.created_at, p.read_at
  FROM unnest(:reads::boolean[], :after_ats::timestamptz[], :after_ids::uuid[]) AS s (read, at, id)
 CROSS JOIN LATERAL (
       SELECT m.annotation_id, m.created_at, m.read_at
         FROM mentions m
        WHERE m.tenant_id = :tenant_id AND m.user_id = :user_id AND (m.read_at IS NOT NULL) = s.read
          AND (m.created_at, m.annotation_id) < (s.at, s.id)
        ORDER BY m.created_at DESC, m.annotation_id DESC
        LIMIT :most::integer) p
 ORDER BY s.read, p.created_at DESC, p.annotation_id DESC
 LIMIT :most::integer

-- name: count_unread_mentions
SELECT count(*)::integer AS unread
  FROM mentions m
 WHERE m.tenant_id = :tenant_id AND m.user_id = :user_id AND (m.read_at IS NOT NULL) = false

-- name: read_mentions
-- All of a user's, or those in one conversation.
UPDATE mentions m
   SET read_at = :now
 WHERE m.tenant_id = :tenant_id AND m.user_id = :user_id AND (m.read_at IS NOT NULL) = false
   AND (:conversation_id::uuid IS NULL OR EXISTS (
        SELECT FROM annotations a
          JOIN conversations c ON c.tenant_id = :tenant_id AND c.id = a.conversation_id
         WHERE a.tenant_id = :tenant_id AND a.id = m.annotation_id AND coalesce(c.merged_into, c.id) = :conversation_id::uuid))
