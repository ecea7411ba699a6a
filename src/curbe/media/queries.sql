-- Files: the only writer of media_assets, message_media and media_uploads.

-- name: expect_media
-- What a batch of new messages announces; a message applied before announced it then.
INSERT INTO message_media (tenant_id, message_id, channel_connection_id, provider_media_id, provider_url, provider_url_at, mime_type, sha256,
                           filename, voice)
SELECT u.tenant_id, u.message_id, u.connection_id, u.provider_media_id, u.url, u.url_at, u.mime_type, u.sha256, u.filename, u.voice
  FROM unnest(:tenant_ids::uuid[], :message_ids::uuid[], :connection_ids::uuid[], :provider_media_ids::text[], :urls::text[],
              :url_ats::timestamptz[], :mime_types::text[], :sha256s::bytea[], :filenames::text[], :voices::boolean[])
       AS u (tenant_id, message_id, connection_id, provider_media_id, url, url_at, mime_type, sha256, filename, voice)
 ORDER BY u.tenant_id, u.message_id
    ON CONFLICT (tenant_id, message_id) DO NOTHING

-- name: media_to_fetch
-- A file still to be fetched, with the number that may; no number where the connection is gone or its token does not work.
SELECT f.provider_media_id, f.provider_url, f.provider_url_at, f.mime_type, f.sha256, f.filename, f.voice, f.created_at AS expected_at,
       now() AS now,
       f.channel_connection_id AS connection_id, c.phone_number_id, c.access_token_enc
  FROM message_media f
  LEFT JOIN channel_connections c ON c.tenant_id = f.tenant_id AND c.id = f.channel_connection_id AND c.status IN ('active', 'error')
 WHERE f.tenant_id = :tenant_id AND f.message_id = :message_id AND f.state = 'pending' AND f.provider_media_id IS NOT NULL

-- name: keep_spared
-- It came to whom it was spared for.
UPDATE media_assets a SET spared_at = NULL WHERE a.tenant_id = :tenant_id AND a.sha256 = :sha256 AND a.spared_at IS NOT NULL

-- name: insert_asset
-- A content that the tenant has already is not stored twice: then its row comes back, whoever wrote it. It is no longer on its way.
WITH arrived AS (
    DELETE FROM media_reservations r WHERE r.tenant_id = :tenant_id AND r.sha256 = :sha256
), added AS (
    INSERT INTO media_assets (tenant_id, id, sha256, mime_type, sniffed, size, storage_key, filename, width, height, duration_ms, peaks,
                              thumbnail_key)
    VALUES (:tenant_id, :id, :sha256, :mime_type, :sniffed, :size, :storage_key, :filename, :width, :height, :duration_ms, :peaks,
            :thumbnail_key)
        ON CONFLICT (tenant_id, sha256) DO NOTHING
    RETURNING id)
SELECT id FROM added
 UNION ALL
SELECT a.id FROM media_assets a WHERE a.tenant_id = :tenant_id AND a.sha256 = :sha256
 LIMIT 1

-- name: find_asset
SELECT a.id, a.sha256, a.mime_type, a.sniffed, a.size, a.storage_key, a.filename, a.width, a.height, a.duration_ms, a.peaks, a.thumbnail_key,
       a.created_at
  FROM media_assets a
 WHERE a.tenant_id = :tenant_id AND a.id = :id

-- name: want_asset_of_id
-- Once a day is enough: nothing younger than a week is deleted, and who sends the same file at once must not wait for each other.
UPDATE media_assets a SET wanted_at = now()
 WHERE a.tenant_id = :tenant_id AND a.id = :id AND coalesce(a.wanted_at, a.created_at) < now() - interval '1 day'

-- name: attach_asset
INSERT INTO message_media (tenant_id, message_id, channel_connection_id, state, asset_id, mime_type, filename, voice)
SELECT a.tenant_id, :message_id, :connection_id, 'stored', a.id, a.mime_type, coalesce(:filename, a.filename), :voice
  FROM media_assets a
 WHERE a.tenant_id = :tenant_id AND a.id = :asset_id
    ON CONFLICT (tenant_id, message_id) DO NOTHING

-- name: mark_stored
UPDATE message_media
   SET state = 'stored', asset_id = :asset_id, updated_at = now()
 WHERE tenant_id = :tenant_id AND message_id = :message_id AND state = 'pending'

-- name: mark_failed
UPDATE message_media
   SET state = 'failed', error = :error, updated_at = now()
 WHERE tenant_id = :tenant_id AND message_id = :message_id AND state = 'pending'

-- name: mark_pending
-- Somebody asks for a failed file once more; its link is surely too old.
UPDATE message_media
   SET state = 'pending', error = NULL, provider_url = NULL, updated_at = now()
 WHERE tenant_id = :tenant_id AND message_id = :message_id AND state = 'failed'

-- name: ask_again_of_number
-- What a number's new token may mend: files that failed for want of one while Meta still has them, and those that wait for one.
WITH failed AS (
    UPDATE message_media f
       SET state = 'pending', error = NULL, provider_url = NULL, updated_at = now()
     WHERE f.tenant_id = :tenant_id AND f.channel_connection_id = :connection_id AND f.state = 'failed'
       AND f.error = ANY(:reasons::text[]) AND f.created_at > now() - :kept::interval
    RETURNING f.message_id)
SELECT message_id FROM failed
 UNION ALL
SELECT f.message_id
  FROM message_media f
  JOIN jobs j ON j.tenant_id = f.tenant_id AND j.kind = :kind AND j.subject = f.message_id AND j.last_error = ANY(:reasons::text[])
 WHERE f.tenant_id = :tenant_id AND f.channel_connection_id = :connection_id AND f.state = 'pending'

-- name: media_state
SELECT f.state::text AS state FROM message_media f WHERE f.tenant_id = :tenant_id AND f.message_id = :message_id

-- name: find_upload
SELECT u.provider_media_id, u.expires_at
  FROM media_uploads u
 WHERE u.tenant_id = :tenant_id AND u.asset_id = :asset_id AND u.channel_connection_id = :connection_id

-- name: remember_upload
INSERT INTO media_uploads AS u (tenant_id, asset_id, channel_connection_id, provider_media_id, expires_at)
VALUES (:tenant_id, :asset_id, :connection_id, :provider_media_id, :expires_at)
    ON CONFLICT (tenant_id, asset_id, channel_connection_id) DO UPDATE
   SET provider_media_id = excluded.provider_media_id, expires_at = excluded.expires_at
 WHERE u.expires_at < excluded.expires_at
