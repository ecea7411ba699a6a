-- name: platform_key_of_hash
SELECT NULL::uuid AS tenant_id, id, name, last4, scopes, created_at, expires_at, revoked_at, false AS suspended
  FROM platform_keys
 WHERE key_hash = :key_hash;

-- name: tenant_key_of_hash
-- Without a tenant: this is how a request learns it. The function answers for one hash, so to the holder of the key alone.
SELECT k.tenant_id, k.id, k.name, k.last4, k.scopes, k.created_at, k.expires_at, k.revoked_at, k.suspended
  FROM api_key_of_hash(:key_hash::bytea) AS k;

-- name: platform_key_of_id
SELECT NULL::uuid AS tenant_id, id, name, last4, scopes, created_at, expires_at, revoked_at, false AS suspended
  FROM platform_keys
 WHERE id = :id;

-- name: tenant_key_of_id
SELECT k.tenant_id, k.id, k.name, k.last4, k.scopes, k.created_at, k.expires_at, k.revoked_at, t.suspended_at IS NOT NULL AS suspended
  FROM api_keys k
  JOIN tenants t ON t.id = k.tenant_id
 WHERE k.tenant_id = :tenant_id AND k.id = :id;

-- name: insert_platform_key
INSERT INTO platform_keys (id, name, key_hash, last4, scopes, created_at, expires_at)
VALUES (:id, :name, :key_hash, :last4, :scopes, :now, :expires_at)
RETURNING NULL::uuid AS tenant_id, id, name, last4, scopes, created_at, expires_at, revoked_at;

-- name: insert_tenant_key
INSERT INTO api_keys (tenant_id, id, name, key_hash, last4, scopes, created_at, expires_at)
VALUES (:tenant_id, :id, :name, :key_hash, :last4, :scopes, :now, :expires_at)
RETURNING tenant_id, id, name, last4, scopes, created_at, expires_at, revoked_at;

-- name: revoke_platform_key
-- No row where it is revoked already.
UPDATE platform_keys
   SET revoked_at = :now
 WHERE id = :id AND revoked_at IS NULL
RETURNING NULL::uuid AS tenant_id, id, name, last4, scopes, created_at, expires_at, revoked_at;

-- name: revoke_tenant_key
-- No row where it is revoked already.
UPDATE api_keys
   SET revoked_at = :now
 WHERE tenant_id = :tenant_id AND id = :id AND revoked_at IS NULL
RETURNING tenant_id, id, name, last4, scopes, created_at, expires_at, revoked_at;

-- name: platform_keys_page
SELECT NULL::uuid AS tenant_id, id, name, last4, scopes, created_at, expires_at, revoked_at
  FROM platform_keys
 WHERE id > :after
 ORDER BY id
 LIMIT :limit;

-- name: tenant_keys_page
SELECT tenant_id, id, name, last4, scopes, created_at, expires_at, revoked_at
  FROM api_keys
 WHERE tenant_id = :tenant_id AND id > :after
 ORDER BY id
 LIMIT :limit;
