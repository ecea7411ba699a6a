-- Deliveries: from the log into rows, asked for, settled, listed, asked for once more.

-- name: outgoing_webhook_asked
-- The webhook a round is about, until its transaction ends nobody else's. ``free``: deliveries that wait and are held up by no other.
SELECT w.id, w.url, w.types, w.enabled, w.secret_enc, w.epoch, w.xid, w.number, w.failures,
       CASE WHEN w.secret_changed_at > now() - :overlap::interval THEN w.secret_before_enc END AS secret_before_enc,
       o.waiting, o.free
  FROM outgoing_webhooks w
 CROSS JOIN LATERAL (
    SELECT count(*)::integer AS waiting, (count(*) FILTER (WHERE l.turn_at <= now()))::integer AS free
      FROM (SELECT first_value(d.due_at) OVER (PARTITION BY coalesce(d.conversation_id::text, d.type)
                                               ORDER BY d.epoch, d.xid, d.number) AS turn_at
              FROM outgoing_webhook_deliveries d
             WHERE d.tenant_id = :tenant_id AND d.outgoing_webhook_id = :id AND d.state = 'waiting') l) o
 WHERE w.tenant_id = :tenant_id AND w.id = :id
   FOR NO KEY UPDATE OF w;

-- name: insert_deliveries
INSERT INTO outgoing_webhook_deliveries (tenant_id, outgoing_webhook_id, epoch, xid, number, type, conversation_id)
SELECT :tenant_id, :id, :epoch, u.xid, u.number, u.type, u.conversation_id
  FROM unnest(:xids::bigint[], :numbers::bigint[], :types::text[], :conversation_ids::uuid[]) AS u (xid, number, type, conversation_id)
    ON CONFLICT (tenant_id, outgoing_webhook_id, epoch, xid, number) DO NOTHING

-- name: insert_ping
-- In the log's epoch and behind everything that is settled in it; a transaction makes one.
INSERT INTO outgoing_webhook_deliveries (tenant_id, outgoing_webhook_id, epoch, xid, number, type)
SELECT :tenant_id, :id, l.epoch, current_xid(), 0, 'ping' FROM log_epoch l
RETURNING epoch, xid, number, type, conversation_id, state, attempts, due_at, last_status, last_reason, duration_ms, created_at, done_at

-- name: due_deliveries
-- What is due, in the order of the log. A conversation waits for its earliest; what is of none, for the earliest of its type; a test for nobody.
SELECT o.epoch, o.xid, o.number, o.type, o.conversation_id, o.attempts, o.created_at
  FROM (SELECT d.epoch, d.xid, d.number, d.type, d.conversation_id, d.attempts, d.created_at,
               first_value(d.due_at) OVER (PARTITION BY coalesce(d.conversation_id::text, d.type)
                                           ORDER BY d.epoch, d.xid, d.number) AS turn_at
          FROM outgoing_webhook_deliveries d
         WHERE d.tenant_id = :tenant_id AND d.outgoing_webhook_id = :id AND d.state = 'waiting') o
 WHERE o.turn_at <= now()
 ORDER BY o.number = 0 DESC, o.epoch, o.xid, o.number
 LIMIT :most::integer

-- name: rest_until
-- When the first of them is due; those behind the earliest of their line wait for that one.
UPDATE outgoing_webhooks w
   SET next_due_at = (SELECT min(f.due_at)
                        FROM (SELECT DISTINCT ON (coalesce(d.conversation_id::text, d.type)) d.due_at
                                FROM outgoing_webhook_deliveries d
                               WHERE d.tenant_id = :tenant_id AND d.outgoing_webhook_id = :id AND d.state = 'waiting'
                               ORDER BY coalesce(d.conversation_id::text, d.type), d.epoch, d.xid, d.number) f)
 WHERE w.tenant_id = :tenant_id AND w.id = :id

-- name: settle_deliveries
UPDATE outgoing_webhook_deliveries d
   SET state = u.state, attempts = d.attempts + 1, due_at = now() + u.pause, last_status = u.status, last_reason = u.reason,
       duration_ms = u.duration_ms, done_at = CASE WHEN u.state = 'waiting' THEN NULL ELSE now() END
  FROM unnest(:epochs::integer[], :xids::bigint[], :numbers::bigint[], :states::text[], :pauses::interval[], :statuses::integer[],
              :reasons::text[], :durations_ms::integer[])
       AS u (epoch, xid, number, state, pause, status, reason, duration_ms)
 WHERE d.tenant_id = :tenant_id AND d.outgoing_webhook_id = :id AND d.epoch = u.epoch AND d.xid = u.xid AND d.number = u.number
   AND d.state = 'waiting'

-- name: note_taken
-- It takes what it is told. After a time in which it did not, all that waits is due: after one or two rounds that took nothing, it may have
-- been what they told.
WITH again AS (
    UPDATE outgoing_webhook_deliveries d SET due_at = now()
      FROM outgoing_webhooks w
     WHERE w.tenant_id = :tenant_id AND w.id = :id AND w.failures >= 3
       AND d.tenant_id = w.tenant_id AND d.outgoing_webhook_id = w.id AND d.state = 'waiting' AND d.due_at > now()
)
UPDATE outgoing_webhooks w
   SET failing_since = NULL, failures = 0, retry_at = NULL, last_delivered_at = now(), last_reason = :reason, last_status = :status
 WHERE w.tenant_id = :tenant_id AND w.id = :id

-- name: note_failing
-- It took nothing in a round: for how long it is left alone, and whether patience with it is at its end. What it refused more than a day ago,
-- with nothing to tell it since, is another time.
UPDATE outgoing_webhooks w
   SET failing_since = CASE WHEN w.last_refused_at > now() - interval '1 day' THEN coalesce(w.failing_since, now()) ELSE now() END,
       failures = CASE WHEN w.last_refused_at > now() - interval '1 day' THEN w.failures ELSE 0 END + 1,
       last_refused_at = now(), retry_at = now() + :rest::interval, last_reason = :reason, last_status = :status
 WHERE w.tenant_id = :tenant_id AND w.id = :id
RETURNING w.failing_since <= now() - :patience::interval AS over;

-- name: disable_outgoing_webhook
UPDATE outgoing_webhooks w
   SET enabled = false, disabled_reason = :reason, updated_at = now()
 WHERE w.tenant_id = :tenant_id AND w.id = :id AND w.enabled
RETURNING w.url;

-- name: fail_of_other_epochs
-- What waited when the log was restored from a backup: nobody can tell any more which events those were.
UPDATE outgoing_webhook_deliveries d
   SET state = 'failed', last_reason = 'restored', done_at = now()
 WHERE d.tenant_id = :tenant_id AND d.outgoing_webhook_id = :id AND d.state = 'waiting' AND d.epoch <> :epoch::integer AND d.number > 0

-- name: deliveries_page
SELECT d.epoch, d.xid, d.number, d.type, d.conversation_id, d.state, d.attempts, d.due_at, d.last_status, d.last_reason, d.duration_ms,
       d.created_at, d.done_at
  FROM outgoing_webhook_deliveries d
 WHERE d.tenant_id = :tenant_id AND d.outgoing_webhook_id = :id
   AND (:state::text IS NULL OR d.state = :state)
   AND (d.epoch, d.xid, d.number) < (:epoch::integer, :xid::bigint, :number::bigint)
 ORDER BY d.epoch DESC, d.xid DESC, d.number DESC
 LIMIT :most::integer

-- name: replay_delivery
UPDATE outgoing_webhook_deliveries d
   SET state = 'waiting', attempts = CASE WHEN d.state = 'waiting' THEN d.attempts ELSE 0 END, due_at = now(), done_at = NULL
 WHERE d.tenant_id = :tenant_id AND d.outgoing_webhook_id = :id AND d.epoch = :epoch AND d.xid = :xid AND d.number = :number
RETURNING d.epoch, d.xid, d.number, d.type, d.conversation_id, d.state, d.attempts, d.due_at, d.last_status, d.last_reason, d.duration_ms,
          d.created_at, d.done_at

-- name: replay_failed
-- The earliest first, and not those whose event is gone.
UPDATE outgoing_webhook_deliveries d
   SET state = 'waiting', attempts = 0, due_at = now(), done_at = NULL
  FROM (SELECT f.epoch, f.xid, f.number
          FROM outgoing_webhook_deliveries f
         WHERE f.tenant_id = :tenant_id AND f.outgoing_webhook_id = :id AND f.state = 'failed'
           AND EXISTS (SELECT FROM events e CROSS JOIN log_epoch l
                        WHERE l.epoch = f.epoch AND e.tenant_id = f.tenant_id AND e.xid = f.xid AND e.id = f.number)
         ORDER BY f.epoch, f.xid, f.number
         LIMIT :most::integer) f
 WHERE d.tenant_id = :tenant_id AND d.outgoing_webhook_id = :id AND d.epoch = f.epoch AND d.xid = f.xid AND d.number = f.number

-- name: wake_outgoing_webhook
-- Somebody asked for something: it is not left alone any longer.
UPDATE outgoing_webhooks w SET retry_at = NULL, next_due_at = now() WHERE w.tenant_id = :tenant_id AND w.id = :id

-- name: drop_deliveries
-- Those that somebody wants once more at this moment stay. Chosen first, and once (see take_label_off).
WITH old AS MATERIALIZED (
    SELECT o.outgoing_webhook_id, o.epoch, o.xid, o.number
      FROM outgoing_webhook_deliveries o
     WHERE o.tenant_id = :tenant_id AND o.done_at < :before
     ORDER BY o.done_at
     LIMIT :most
       FOR UPDATE SKIP LOCKED)
DELETE FROM outgoing_webhook_deliveries d
 USING old
 WHERE d.tenant_id = :tenant_id AND d.outgoing_webhook_id = old.outgoing_webhook_id AND d.epoch = old.epoch AND d.xid = old.xid
   AND d.number = old.number
