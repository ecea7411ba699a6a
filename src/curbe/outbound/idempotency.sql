-- What was answered to idempotency keys.

-- name: find_idempotent
SELECT k.request_hash, k.response::text AS response
  FROM idempotency_keys k
 WHERE k.tenant_id = :tenant_id AND k.route = :route AND k.key = :key

-- name: claim_idempotent
-- Waits for whoever is writing the same key; nothing inserted means that it was answered before.
INSERT INTO idempotency_keys (tenant_id, route, key, request_hash, response)
VALUES (:tenant_id, :route, :key, :request_hash, :response::jsonb)
    ON CONFLICT (tenant_id, route, key) DO NOTHING

-- name: drop_idempotent_before
DELETE FROM idempotency_keys k
 WHERE k.tenant_id = :tenant_id
   AND (k.route, k.key) IN (SELECT o.route, o.key FROM idempotency_keys o
                             WHERE o.tenant_id = :tenant_id AND o.created_at < :before ORDER BY o.created_at LIMIT :most)
