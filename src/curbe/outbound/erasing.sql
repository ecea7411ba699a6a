-- What waits to be sent to somebody who is erased, and what was answered about them.

-- name: waiting_for_erased
-- What is being sent at this moment is left to its attempt.
SELECT o.message_id AS id
  FROM outbox o
 WHERE o.tenant_id = :tenant_id AND o.lease_expires_at IS NULL
   AND o.message_id IN (SELECT m.id FROM messages m
                         WHERE m.tenant_id = :tenant_id AND m.conversation_id = ANY(:conversation_ids::uuid[]) AND m.phase = 'queued')
 LIMIT :most

-- name: drop_of_erased
DELETE FROM outbox o
 WHERE o.tenant_id = :tenant_id AND o.message_id = ANY(:message_ids::uuid[]) AND o.lease_expires_at IS NULL
RETURNING o.message_id AS id, o.conversation_id

-- name: any_of_erased
SELECT o.message_id AS id
  FROM outbox o
 WHERE o.tenant_id = :tenant_id
   AND o.message_id IN (SELECT m.id FROM messages m
                         WHERE m.tenant_id = :tenant_id AND m.conversation_id = ANY(:conversation_ids::uuid[]))
 LIMIT 1

-- name: walk_answers
-- The next answers after a place, without those that name somebody; and the place of the last. One that holds only ids stays as long as any:
-- without it a request that comes again would send again.
WITH ahead AS (
    SELECT k.route, k.key, k.response::text AS told
      FROM idempotency_keys k
     WHERE k.tenant_id = :tenant_id AND (k.route, k.key) > (:route::text, :key::text)
     ORDER BY k.route, k.key
     LIMIT :most
), gone AS (
    DELETE FROM idempotency_keys k USING ahead a
     WHERE k.tenant_id = :tenant_id AND k.route = a.route AND k.key = a.key
       AND EXISTS (SELECT FROM unnest(:names::text[]) AS name WHERE strpos(a.told, name) > 0 OR strpos(a.key, name) > 0)
)
SELECT a.route, a.key FROM ahead a ORDER BY a.route DESC, a.key DESC LIMIT 1
