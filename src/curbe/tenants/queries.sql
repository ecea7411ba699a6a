-- name: insert_tenant
INSERT INTO tenants (id, name, default_country, created_at, updated_at)
VALUES (:id, :name, :default_country, :now, :now)
RETURNING id, name, default_country, language, retention_days, time_zone, purged_at, suspended_at, created_at, updated_at;

-- name: tenant_of_id
SELECT id, name, default_country, language, retention_days, time_zone, purged_at, suspended_at, created_at, updated_at
  FROM tenants
 WHERE id = :id;

-- name: tenant_to_change
-- Held until the end of the transaction: what is read of it is written back whole.
SELECT id, name, default_country, language, retention_days, time_zone, purged_at, suspended_at, created_at, updated_at
  FROM tenants
 WHERE id = :id
   FOR NO KEY UPDATE;

-- name: tenants_page
-- Oldest first, after the id given: ids sort by time.
SELECT id, name, default_country, language, retention_days, time_zone, purged_at, suspended_at, created_at, updated_at
  FROM tenants
 WHERE id > :after
 ORDER BY id
 LIMIT :limit;

-- name: update_tenant
UPDATE tenants
   SET name = :name, default_country = :default_country, language = :language, retention_days = :retention_days,
       time_zone = :time_zone, updated_at = :now
 WHERE id = :id
RETURNING id, name, default_country, language, retention_days, time_zone, purged_at, suspended_at, created_at, updated_at;

-- name: mark_purged
UPDATE tenants SET purged_at = :now WHERE id = :id;

-- name: tenants_to_purge
-- Those that have not been purged since a moment, as the batch role: whoever was waited for longest first.
SELECT id, name, default_country, language, retention_days, time_zone, purged_at, suspended_at, created_at, updated_at
  FROM tenants
 WHERE purged_at IS NULL OR purged_at < :since
 ORDER BY purged_at NULLS FIRST, id
 LIMIT :limit;

-- name: claim_beside
-- Whoever claims something of a tenant's outbox does so beside others, and after whoever waits to suspend it (claim_alone): of those who share a
-- row's lock, who comes later passes who waits to change the row, and of many numbers one always claims.
SELECT pg_advisory_xact_lock_shared(hashtextextended(:id::uuid::text, 10))::text AS nothing

-- name: claim_alone
-- Waits for claims that are under way, and keeps the next ones waiting until the end of the transaction.
SELECT pg_advisory_xact_lock(hashtextextended(:id::uuid::text, 10))::text AS nothing

-- name: set_suspended
-- Nothing is claimed once this is committed. No row where it is so already.
UPDATE tenants SET suspended_at = :at, updated_at = :now
 WHERE id = :id AND (suspended_at IS NULL) <> (:at::timestamptz IS NULL)
RETURNING id, name, default_country, language, retention_days, time_zone, purged_at, suspended_at, created_at, updated_at;
