-- Browsers that are told while no page of ours is open in them.

-- name: put_push_subscription
-- One browser is one row: who signs in there next takes it over.
INSERT INTO push_subscriptions AS s (tenant_id, id, user_id, session_id, endpoint, endpoint_hash, p256dh, auth, signer, whose, with_content,
                                     language, device)
VALUES (:tenant_id, :id, :user_id, :session_id, :endpoint, :endpoint_hash, :p256dh, :auth, :signer, :whose, :with_content, :language, :device)
    ON CONFLICT (tenant_id, endpoint_hash) DO UPDATE
   SET user_id = excluded.user_id, session_id = excluded.session_id, p256dh = excluded.p256dh, auth = excluded.auth,
       signer = excluded.signer, whose = excluded.whose, with_content = excluded.with_content, language = excluded.language,
       device = excluded.device, updated_at = now(), failing_since = NULL, retry_at = NULL
RETURNING s.id, s.device, s.whose, s.with_content, s.created_at, s.updated_at, s.last_told_at, s.failing_since

-- name: drop_push_subscriptions_beyond
-- A person's that were heard of longest ago, beyond so many. Chosen first, and once (see take_label_off).
WITH beyond AS MATERIALIZED (
    SELECT o.id FROM push_subscriptions o
     WHERE o.tenant_id = :tenant_id AND o.user_id = :user_id
     ORDER BY o.updated_at DESC, o.id DESC
    OFFSET :most::integer
       FOR UPDATE SKIP LOCKED)
DELETE FROM push_subscriptions s USING beyond WHERE s.tenant_id = :tenant_id AND s.id = beyond.id

-- name: begin_push_place
-- From now on, where nobody was told before. It waits for a worker that is about to take the place away (push_place).
INSERT INTO push_places AS p (tenant_id, epoch, xid, number)
VALUES (:tenant_id, :epoch, :xid, :number)
    ON CONFLICT (tenant_id) DO UPDATE SET epoch = p.epoch

-- name: push_subscriptions_of
SELECT s.id, s.device, s.whose, s.with_content, s.created_at, s.updated_at, s.last_told_at, s.failing_since
  FROM push_subscriptions s
 WHERE s.tenant_id = :tenant_id AND s.user_id = :user_id::uuid
 ORDER BY s.updated_at DESC, s.id DESC

-- name: delete_push_subscription
DELETE FROM push_subscriptions s WHERE s.tenant_id = :tenant_id AND s.id = :id AND s.user_id = :user_id::uuid

-- name: due_pushes
-- Tenants with something in their log that browsers may not have been told of. Asked as the batch role, each second: an index answers each,
-- and where nobody subscribed there is nothing to ask about.
SELECT p.tenant_id
  FROM push_places p
 CROSS JOIN log_epoch l
 WHERE p.epoch <> l.epoch
    OR EXISTS (SELECT FROM events e
                WHERE e.tenant_id = p.tenant_id AND (e.xid, e.id) > (p.xid, p.number) AND e.created_at <= now() - :grace::interval)

-- name: push_place
-- Where a round begins; until its transaction ends nobody else's does.
SELECT p.epoch, p.xid, p.number FROM push_places p WHERE p.tenant_id = :tenant_id FOR UPDATE;

-- name: put_push_place
UPDATE push_places p SET epoch = :epoch, xid = :xid, number = :number WHERE p.tenant_id = :tenant_id

-- name: delete_push_place
DELETE FROM push_places p WHERE p.tenant_id = :tenant_id

-- name: end_of_push_page
-- Up to where a round goes: before the first event that may be read elsewhere at this moment, or so many events on. No row: to the horizon.
WITH page AS MATERIALIZED (
    SELECT e.xid, e.id, e.created_at > now() - :grace::interval AS young
      FROM events e
     WHERE e.tenant_id = :tenant_id AND (e.xid, e.id) > (:xid::bigint, :number::bigint) AND e.xid < :settled_xid::bigint
     ORDER BY e.xid, e.id
     LIMIT :most::integer
), first_young AS (
    SELECT p.xid, p.id FROM page p WHERE p.young ORDER BY p.xid, p.id LIMIT 1
)
SELECT y.xid, y.id - 1 AS number, false AS more FROM first_young y
UNION ALL
(SELECT p.xid, p.id, true
   FROM page p
  WHERE NOT EXISTS (SELECT FROM first_young) AND (SELECT count(*) FROM page) = :most::integer
  ORDER BY p.xid DESC, p.id DESC
  LIMIT 1)

-- name: news_to_push
-- What a conversation's people may wait to hear of, in the order of the log, with the conversation as it stands.
SELECT e.xid, e.id AS number, e.type, e.data::text AS data, e.conversation_id, c.state::text AS state, c.assignee_id, c.unread_count,
       coalesce(nullif(btrim(p.name), ''), '@' || p.username, c.contact_e164, '+' || c.contact_wa_id) AS name
  FROM events e
  JOIN conversations c ON c.tenant_id = e.tenant_id AND c.id = e.conversation_id
  JOIN contacts p ON p.tenant_id = c.tenant_id AND p.id = c.contact_id
 WHERE e.tenant_id = :tenant_id
   AND (e.xid, e.id) > (:xid::bigint, :number::bigint) AND (e.xid, e.id) <= (:to_xid::bigint, :to_number::bigint)
   AND e.type IN ('message_received', 'mention', 'annotation_added')
   AND e.created_at > now() - :news::interval
 ORDER BY e.xid, e.id
 LIMIT :most::integer

-- name: push_subscribers
-- Of people who are there, those that may be asked now; whether there are any at all.
SELECT s.id, s.user_id, s.endpoint, s.p256dh, s.auth, s.signer, s.whose, s.with_content, s.language
  FROM push_subscriptions s
  JOIN memberships m ON m.tenant_id = s.tenant_id AND m.user_id = s.user_id AND m.joined_at IS NOT NULL AND m.disabled_at IS NULL
  JOIN users u ON u.id = s.user_id AND u.disabled_at IS NULL
 WHERE s.tenant_id = :tenant_id AND (s.retry_at IS NULL OR s.retry_at <= now())
 ORDER BY s.id

-- name: has_push_subscriptions
SELECT EXISTS (SELECT FROM push_subscriptions s WHERE s.tenant_id = :tenant_id) AS has

-- name: note_push_notices
-- Of these people and conversations, those that are told: who was told of it a moment ago is not.
INSERT INTO push_notices AS n (tenant_id, user_id, conversation_id, told_at)
SELECT :tenant_id, u.user_id, u.conversation_id, now()
  FROM unnest(:user_ids::uuid[], :conversation_ids::uuid[]) AS u (user_id, conversation_id)
 ORDER BY u.user_id, u.conversation_id
    ON CONFLICT (tenant_id, user_id, conversation_id) DO UPDATE SET told_at = now() WHERE n.told_at <= now() - :again_after::interval
RETURNING n.user_id, n.conversation_id

-- name: forget_push_notices
DELETE FROM push_notices n WHERE n.tenant_id = :tenant_id AND n.told_at < now() - :forgotten_after::interval

-- name: settle_pushes
UPDATE push_subscriptions s
   SET last_status = u.status, last_told_at = CASE WHEN u.taken THEN now() ELSE s.last_told_at END,
       failing_since = CASE WHEN u.taken THEN NULL ELSE coalesce(s.failing_since, now()) END,
       retry_at = now() + u.rest
  FROM unnest(:ids::uuid[], :takens::boolean[], :statuses::integer[], :rests::interval[]) AS u (id, taken, status, rest)
 WHERE s.tenant_id = :tenant_id AND s.id = u.id

-- name: drop_push_subscriptions
-- Whose service says that they are gone, and of these those that took nothing for too long.
DELETE FROM push_subscriptions s
 WHERE s.tenant_id = :tenant_id
   AND (s.id = ANY(:gone::uuid[]) OR (s.id = ANY(:failed::uuid[]) AND s.failing_since <= now() - :patience::interval))
