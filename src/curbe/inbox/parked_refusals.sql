-- What waited for its message and is refused: the first of a tenant's in the order in which it is taken, and setting it aside.

-- name: first_status
-- As unpark_statuses takes them.
SELECT o.channel_connection_id AS connection_id, o.provider_message_id, o.status::text AS status, o.refused_at
  FROM parked_statuses o
  JOIN messages m ON m.tenant_id = o.tenant_id AND m.channel_connection_id = o.channel_connection_id
                 AND m.provider_message_id = o.provider_message_id AND m.direction = 'outbound'
 WHERE o.tenant_id = :tenant_id AND (o.refused_at IS NULL OR o.refused_at < now() - interval '1 day')
 ORDER BY o.channel_connection_id, o.provider_message_id, o.status
 LIMIT 1

-- name: first_file
-- As unpark_files takes them.
SELECT o.channel_connection_id AS connection_id, o.provider_message_id, NULL::text AS status, o.refused_at
  FROM parked_files o
  JOIN messages m ON m.tenant_id = o.tenant_id AND m.channel_connection_id = o.channel_connection_id
                 AND m.provider_message_id = o.provider_message_id
 WHERE o.tenant_id = :tenant_id AND (o.refused_at IS NULL OR o.refused_at < now() - interval '1 day')
 ORDER BY o.channel_connection_id, o.provider_message_id
 LIMIT 1

-- name: first_old_file
-- As give_up_files takes them.
SELECT o.channel_connection_id AS connection_id, o.provider_message_id, NULL::text AS status, o.refused_at
  FROM parked_files o
 WHERE o.tenant_id = :tenant_id AND o.parked_at < now() - :kept::interval
   AND (o.refused_at IS NULL OR o.refused_at < now() - interval '1 day')
   AND NOT EXISTS (SELECT FROM messages m
                    WHERE m.tenant_id = o.tenant_id AND m.channel_connection_id = o.channel_connection_id
                      AND m.provider_message_id = o.provider_message_id)
 ORDER BY o.channel_connection_id, o.provider_message_id
 LIMIT 1

-- name: first_amended
-- The first message, as overdue_revisions takes them.
SELECT r.channel_connection_id AS connection_id, r.target_id AS provider_message_id, NULL::text AS status, r.refused_at
  FROM message_revisions r
  JOIN messages m ON m.tenant_id = r.tenant_id AND m.channel_connection_id = r.channel_connection_id
                 AND m.provider_message_id = r.target_id
 WHERE r.tenant_id = :tenant_id AND r.waits AND (r.refused_at IS NULL OR r.refused_at < now() - interval '1 day')
 ORDER BY r.channel_connection_id, r.target_id
 LIMIT 1

-- name: refuse_status
UPDATE parked_statuses p SET refused_at = now(), refusal = :refusal
 WHERE p.tenant_id = :tenant_id AND p.channel_connection_id = :connection_id AND p.provider_message_id = :provider_message_id
   AND p.status = :status::text::message_status

-- name: refuse_file
UPDATE parked_files p SET refused_at = now(), refusal = :refusal
 WHERE p.tenant_id = :tenant_id AND p.channel_connection_id = :connection_id AND p.provider_message_id = :provider_message_id

-- name: refuse_amended
UPDATE message_revisions r SET refused_at = now(), refusal = :refusal
 WHERE r.tenant_id = :tenant_id AND r.channel_connection_id = :connection_id AND r.target_id = :provider_message_id AND r.waits

-- name: count_refused
SELECT ((SELECT count(*) FROM parked_statuses p WHERE p.refused_at IS NOT NULL)
        + (SELECT count(*) FROM parked_files f WHERE f.refused_at IS NOT NULL)
        + (SELECT count(*) FROM message_revisions r WHERE r.waits AND r.refused_at IS NOT NULL))::integer AS count
