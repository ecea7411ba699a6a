-- What is set aside, as the operator looks at it.

-- name: aside_page
-- Newest first, before an id; of one kind, of one number, or all. The bytes and what the database said of them stay where they are.
SELECT q.id, q.event_id, q.kind::text AS kind, q.reason, q.meta_app_id, q.phone_number_id, q.waba_id, octet_length(q.payload) AS size,
       q.event_received_at AS received_at, q.created_at
  FROM quarantine q
 WHERE q.released_at IS NULL AND q.id < :before
   AND (:kind::text IS NULL OR q.kind = :kind::text::setaside_kind)
   AND (:phone_number_id::text IS NULL OR q.phone_number_id = :phone_number_id)
   AND (:waba_id::text IS NULL OR q.waba_id = :waba_id)
 ORDER BY q.id DESC
 LIMIT :limit

-- name: aside_item
SELECT q.id, q.event_id, q.kind::text AS kind, q.reason, q.meta_app_id, q.phone_number_id, q.waba_id, octet_length(q.payload) AS size,
       q.event_received_at AS received_at, q.created_at, q.detail, q.payload, q.released_at
  FROM quarantine q
 WHERE q.id = :id

-- name: drop_aside
-- What came on a day that the webhook log no longer keeps, the oldest first.
DELETE FROM quarantine q
 WHERE q.id IN (
       SELECT o.id FROM quarantine o
        WHERE o.event_received_at < (date_trunc('day', now() AT TIME ZONE 'UTC') - :kept::interval) AT TIME ZONE 'UTC'
        ORDER BY o.id LIMIT :most)

-- name: unrouted_page
-- What nobody has a claim to, by what it names; and whether somebody has connected that since. The last heard of first.
SELECT u.phone_number_id, u.waba_id, u.meta_app_id, u.item_count, u.first_received_at, u.last_received_at, o.tenant_id, o.tenant_name
  FROM (SELECT q.phone_number_id, q.waba_id, q.meta_app_id, count(*) AS item_count, min(q.event_received_at) AS first_received_at,
               max(q.event_received_at) AS last_received_at
          FROM quarantine q
         WHERE q.released_at IS NULL AND q.kind = 'unrouted'
         GROUP BY q.phone_number_id, q.waba_id, q.meta_app_id) u
  LEFT JOIN LATERAL (
       SELECT c.tenant_id, t.name AS tenant_name
         FROM channel_connections c
         JOIN tenants t ON t.id = c.tenant_id
        WHERE c.status IN ('active', 'error') AND c.meta_app_id = u.meta_app_id
          AND (c.phone_number_id = u.phone_number_id OR (u.phone_number_id IS NULL AND c.waba_id = u.waba_id))
        ORDER BY c.tenant_id
        LIMIT 1) o ON true
 WHERE (u.last_received_at, coalesce(u.phone_number_id, ''), coalesce(u.waba_id, ''), u.meta_app_id)
       < (:last_received_at::timestamptz, :phone_number_id::text, :waba_id::text, :meta_app_id::text)
 ORDER BY u.last_received_at DESC, coalesce(u.phone_number_id, '') DESC, coalesce(u.waba_id, '') DESC, u.meta_app_id DESC
 LIMIT :limit
