-- Webhooks that a tenant is told by.

-- name: outgoing_webhooks_page
SELECT w.id, w.url, w.description, w.types, w.enabled, w.disabled_reason, w.failing_since, w.last_reason, w.last_status, w.last_delivered_at,
       (SELECT count(*) FROM outgoing_webhook_deliveries d
         WHERE d.tenant_id = w.tenant_id AND d.outgoing_webhook_id = w.id AND d.state = 'waiting')::integer AS waiting,
       (SELECT count(*) FROM outgoing_webhook_deliveries d
         WHERE d.tenant_id = w.tenant_id AND d.outgoing_webhook_id = w.id AND d.state = 'failed')::integer AS failed,
       w.secret_last4, w.created_at, w.updated_at
  FROM outgoing_webhooks w
 WHERE w.tenant_id = :tenant_id AND w.id > :after::uuid
 ORDER BY w.id
 LIMIT :most::integer

-- name: outgoing_webhook_of
SELECT w.id, w.url, w.description, w.types, w.enabled, w.disabled_reason, w.failing_since, w.last_reason, w.last_status, w.last_delivered_at,
       (SELECT count(*) FROM outgoing_webhook_deliveries d
         WHERE d.tenant_id = w.tenant_id AND d.outgoing_webhook_id = w.id AND d.state = 'waiting')::integer AS waiting,
       (SELECT count(*) FROM outgoing_webhook_deliveries d
         WHERE d.tenant_id = w.tenant_id AND d.outgoing_webhook_id = w.id AND d.state = 'failed')::integer AS failed,
       w.secret_last4, w.created_at, w.updated_at
  FROM outgoing_webhooks w
 WHERE w.tenant_id = :tenant_id AND w.id = :id

-- name: make_one_at_a_time
-- Until the transaction ends: the next statement counts what others have made.
SELECT pg_advisory_xact_lock(hashtextextended(:tenant_id::uuid::text, 120))::text AS nothing

-- name: insert_outgoing_webhook
-- Nothing where there are as many as a tenant may have.
INSERT INTO outgoing_webhooks (tenant_id, id, url, description, types, secret_enc, secret_last4, epoch, xid, number)
SELECT :tenant_id, :id, :url, :description, :types::text[], :secret_enc, :secret_last4, :epoch, :xid, :number
 WHERE (SELECT count(*) FROM outgoing_webhooks w WHERE w.tenant_id = :tenant_id) < :most::integer

-- name: change_outgoing_webhook
-- What is NULL stays. One that is begun anew (enabled again, or at another URL) is asked at once for all that waits.
WITH due AS (
    UPDATE outgoing_webhook_deliveries d SET due_at = now()
     WHERE :anew AND d.tenant_id = :tenant_id AND d.outgoing_webhook_id = :id AND d.state = 'waiting' AND d.due_at > now()
)
UPDATE outgoing_webhooks w
   SET url = coalesce(:url, w.url), description = coalesce(:description, w.description), types = coalesce(:types::text[], w.types),
       enabled = coalesce(:enabled, w.enabled),
       disabled_reason = CASE WHEN coalesce(:enabled, w.enabled) THEN NULL ELSE coalesce(w.disabled_reason, 'person') END,
       failing_since = CASE WHEN :anew THEN NULL ELSE w.failing_since END,
       failures = CASE WHEN :anew THEN 0 ELSE w.failures END,
       retry_at = CASE WHEN :anew THEN NULL ELSE w.retry_at END,
       next_due_at = CASE WHEN :anew THEN now() ELSE w.next_due_at END,
       updated_at = now()
 WHERE w.tenant_id = :tenant_id AND w.id = :id

-- name: drop_waiting
DELETE FROM outgoing_webhook_deliveries d
 WHERE d.tenant_id = :tenant_id AND d.outgoing_webhook_id = :id AND d.state = 'waiting'

-- name: lock_outgoing_webhook
-- Whoever changes a webhook, its deliveries and its job locks them in this order.
SELECT w.enabled, w.url FROM outgoing_webhooks w WHERE w.tenant_id = :tenant_id AND w.id = :id FOR NO KEY UPDATE;

-- name: put_outgoing_webhook_at
-- Up to this place the log is done with.
UPDATE outgoing_webhooks w SET epoch = :epoch, xid = :xid, number = :number WHERE w.tenant_id = :tenant_id AND w.id = :id

-- name: outgoing_webhook_secrets
SELECT w.tenant_id, w.id, w.secret_enc, w.secret_before_enc
  FROM outgoing_webhooks w
 WHERE w.tenant_id = :tenant_id AND w.id = :id
   FOR NO KEY UPDATE;

-- name: all_outgoing_webhook_secrets
-- Of every tenant, asked as the batch role.
SELECT w.tenant_id, w.id, w.secret_enc, w.secret_before_enc FROM outgoing_webhooks w

-- name: change_outgoing_webhook_secret
UPDATE outgoing_webhooks w
   SET secret_enc = :secret_enc, secret_last4 = :secret_last4, secret_before_enc = :secret_before_enc,
       secret_changed_at = CASE WHEN :secret_before_enc::text IS NULL THEN NULL ELSE now() END, updated_at = now()
 WHERE w.tenant_id = :tenant_id AND w.id = :id

-- name: reseal_outgoing_webhook
UPDATE outgoing_webhooks w
   SET secret_enc = :secret_enc, secret_before_enc = :secret_before_enc,
       secret_changed_at = CASE WHEN :secret_before_enc::text IS NULL THEN NULL ELSE w.secret_changed_at END
 WHERE w.tenant_id = :tenant_id AND w.id = :id

-- name: delete_outgoing_webhook
DELETE FROM outgoing_webhooks w WHERE w.tenant_id = :tenant_id AND w.id = :id

-- name: due_outgoing_webhooks
-- Those that may be asked and have something to be told: a delivery that is due, an event behind their place in the log, or another log than
-- the one they stand in. Asked as the batch role, each second: an index answers each.
SELECT w.tenant_id, w.id
  FROM outgoing_webhooks w
 CROSS JOIN log_epoch l
 WHERE w.enabled
   AND (w.retry_at IS NULL OR w.retry_at <= now())
   AND (w.next_due_at <= now()
        OR w.epoch <> l.epoch
        OR EXISTS (SELECT FROM events e WHERE e.tenant_id = w.tenant_id AND (e.xid, e.id) > (w.xid, w.number)))
