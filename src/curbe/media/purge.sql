-- Files that nothing needs any more.

-- name: forget_files
DELETE FROM message_media f WHERE f.tenant_id = :tenant_id AND f.message_id = ANY(:message_ids::uuid[])

-- name: assets_to_purge
-- Not asked for since a moment, on no message, no cover of templates, and named by nothing that still sends, as a campaign does whose people may
-- be tried again: those received with purged messages, and those uploaded and never sent.
SELECT a.id, a.storage_key
  FROM media_assets a
 WHERE a.tenant_id = :tenant_id AND coalesce(a.wanted_at, a.created_at) < :before
   AND NOT EXISTS (SELECT FROM message_media f WHERE f.tenant_id = a.tenant_id AND f.asset_id = a.id)
   AND NOT EXISTS (SELECT FROM template_settings s WHERE s.tenant_id = a.tenant_id AND s.cover_media_id = a.id)
   AND NOT EXISTS (SELECT FROM campaigns c
                    WHERE c.tenant_id = a.tenant_id AND c.state NOT IN ('cancelled', 'failed') AND c.kept IS NULL AND c.deleted_at IS NULL
                      AND strpos(lower(c.template::text), a.id::text) > 0)
   AND NOT EXISTS (SELECT FROM notification_rules r WHERE r.tenant_id = a.tenant_id AND strpos(lower(r.rule::text), a.id::text) > 0)
   AND NOT EXISTS (SELECT FROM automations r WHERE r.tenant_id = a.tenant_id AND strpos(lower(r.rule::text), a.id::text) > 0)
 LIMIT :most
   FOR UPDATE OF a SKIP LOCKED

-- name: files_of
SELECT DISTINCT f.asset_id AS id
  FROM message_media f
 WHERE f.tenant_id = :tenant_id AND f.message_id = ANY(:message_ids::uuid[]) AND f.asset_id IS NOT NULL

-- name: lock_assets
-- A statement of its own: who was waited for here, storing the same content or hanging it on a message, is seen by the one that follows only.
SELECT a.id FROM media_assets a WHERE a.tenant_id = :tenant_id AND a.id = ANY(:ids::uuid[]) ORDER BY a.id FOR UPDATE OF a

-- name: assets_to_erase
-- Files of somebody who is erased that nothing else has or names, however lately they were asked for; one that is being stored for somebody else
-- at this moment is theirs.
SELECT a.id, a.storage_key
  FROM media_assets a
 WHERE a.tenant_id = :tenant_id AND a.id = ANY(:ids::uuid[])
   AND NOT EXISTS (SELECT FROM message_media f WHERE f.tenant_id = a.tenant_id AND f.asset_id = a.id)
   AND NOT EXISTS (SELECT FROM media_reservations v WHERE v.tenant_id = a.tenant_id AND v.sha256 = a.sha256)
   AND NOT EXISTS (SELECT FROM template_settings s WHERE s.tenant_id = a.tenant_id AND s.cover_media_id = a.id)
   AND NOT EXISTS (SELECT FROM campaigns c
                    WHERE c.tenant_id = a.tenant_id AND c.state NOT IN ('cancelled', 'failed') AND c.kept IS NULL AND c.deleted_at IS NULL
                      AND strpos(lower(c.template::text), a.id::text) > 0)
   AND NOT EXISTS (SELECT FROM notification_rules r WHERE r.tenant_id = a.tenant_id AND strpos(lower(r.rule::text), a.id::text) > 0)
   AND NOT EXISTS (SELECT FROM automations r WHERE r.tenant_id = a.tenant_id AND strpos(lower(r.rule::text), a.id::text) > 0)

-- name: spare_assets
-- Those that another is storing at this moment: where that is broken off, they go after all.
UPDATE media_assets a SET spared_at = now()
 WHERE a.tenant_id = :tenant_id AND a.id = ANY(:ids::uuid[])
   AND EXISTS (SELECT FROM media_reservations v WHERE v.tenant_id = a.tenant_id AND v.sha256 = a.sha256)

-- name: spared_assets
-- Those that nobody stores any more, and nobody has stored since.
WITH chosen AS MATERIALIZED (
    SELECT s.id
      FROM media_assets s
     WHERE s.tenant_id = :tenant_id AND s.spared_at IS NOT NULL
       AND NOT EXISTS (SELECT FROM media_reservations v WHERE v.tenant_id = s.tenant_id AND v.sha256 = s.sha256)
     ORDER BY s.id
     LIMIT :most
       FOR NO KEY UPDATE OF s SKIP LOCKED)
UPDATE media_assets a SET spared_at = NULL
  FROM chosen
 WHERE a.tenant_id = :tenant_id AND a.id = chosen.id
RETURNING a.id

-- name: purge_assets
-- The rows now, the bytes after the commit: until those are gone nothing may be stored under their keys.
WITH bytes AS (
    INSERT INTO media_deletions (tenant_id, storage_key) SELECT :tenant_id, k.key FROM unnest(:keys::text[]) AS k (key)
        ON CONFLICT (tenant_id, storage_key) DO NOTHING
), uploads AS (
    DELETE FROM media_uploads u WHERE u.tenant_id = :tenant_id AND u.asset_id = ANY(:ids::uuid[])
)
DELETE FROM media_assets a WHERE a.tenant_id = :tenant_id AND a.id = ANY(:ids::uuid[])

-- name: keys_to_delete
SELECT d.storage_key FROM media_deletions d WHERE d.tenant_id = :tenant_id ORDER BY d.storage_key LIMIT :most

-- name: deleted_keys
DELETE FROM media_deletions d WHERE d.tenant_id = :tenant_id AND d.storage_key = ANY(:keys::text[])

-- name: want_asset
-- Whoever is deleting it is waited for.
UPDATE media_assets a SET wanted_at = now() WHERE a.tenant_id = :tenant_id AND a.sha256 = :sha256

-- name: is_being_deleted
-- The file or its thumbnail, which go one after the other.
SELECT EXISTS (SELECT FROM media_deletions d WHERE d.tenant_id = :tenant_id AND d.storage_key = ANY(:keys::text[])) AS yes

-- name: reserve_content
-- Whoever is giving it up is waited for.
INSERT INTO media_reservations AS r (tenant_id, sha256) VALUES (:tenant_id, :sha256)
    ON CONFLICT (tenant_id, sha256) DO UPDATE SET reserved_at = now()

-- name: reservations_given_up
-- Nobody stores a file for as long as that: it was broken off. One that is reserved anew at this moment is not meant.
SELECT r.sha256
  FROM media_reservations r
 WHERE r.tenant_id = :tenant_id AND r.reserved_at < now() - :after::interval
 ORDER BY r.reserved_at
 LIMIT :most
   FOR UPDATE OF r SKIP LOCKED

-- name: give_up_reservations
-- What has no row may have bytes: nothing may be stored under their keys until those are gone.
WITH bytes AS (
    INSERT INTO media_deletions (tenant_id, storage_key)
    SELECT :tenant_id, k.key
      FROM unnest(:sha256s::bytea[], :keys::text[]) AS k (sha256, key)
     WHERE NOT EXISTS (SELECT FROM media_assets a WHERE a.tenant_id = :tenant_id AND a.sha256 = k.sha256)
        ON CONFLICT (tenant_id, storage_key) DO NOTHING
)
DELETE FROM media_reservations r WHERE r.tenant_id = :tenant_id AND r.sha256 = ANY(:sha256s::bytea[])
