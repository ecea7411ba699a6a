-- Reading the webhook log again: by time, by what it names. A page at a time, at most max_bytes of bodies (and always one).

-- name: stored_by_time
SELECT page.xid, page.id, page.received_at, page.meta_app_id, page.body
  FROM (SELECT e.*, sum(octet_length(e.body)) OVER (ORDER BY e.xid, e.id) - octet_length(e.body) AS bytes_before
          FROM (SELECT w.xid, w.id, w.received_at, w.meta_app_id, w.body
                  FROM webhook_events w
                 WHERE w.received_at >= coalesce(:since::timestamptz, '-infinity') AND w.received_at < :until
                   AND (w.xid, w.id) > (:xid, :id)
                 ORDER BY w.xid, w.id
                 LIMIT :most) e) page
 WHERE page.bytes_before < :max_bytes
 ORDER BY page.xid, page.id

-- name: stretch_end
-- Where the next stretch of the log ends, so that no statement looks into more bodies than that.
SELECT ahead.xid, ahead.id
  FROM (SELECT w.xid, w.id FROM webhook_events w
         WHERE w.received_at >= coalesce(:since::timestamptz, '-infinity') AND w.received_at < :until AND (w.xid, w.id) > (:xid, :id)
         ORDER BY w.xid, w.id LIMIT :stretch) ahead
 ORDER BY ahead.xid DESC, ahead.id DESC
 LIMIT 1

-- name: stored_naming
-- The bodies of a stretch that hold one of the names anywhere: more than are about it, never fewer. Ids are digits, which no JSON writer
-- escapes.
SELECT page.xid, page.id, page.received_at, page.meta_app_id, page.body
  FROM (SELECT e.*, sum(octet_length(e.body)) OVER (ORDER BY e.xid, e.id) - octet_length(e.body) AS bytes_before
          FROM (SELECT w.xid, w.id, w.received_at, w.meta_app_id, w.body
                  FROM webhook_events w
                 WHERE w.received_at >= coalesce(:since::timestamptz, '-infinity') AND w.received_at < :until
                   AND (w.xid, w.id) > (:xid, :id) AND (w.xid, w.id) <= (:to_xid, :to_id)
                   AND EXISTS (SELECT FROM unnest(:names::text[]) AS n (name)
                                WHERE position(convert_to(n.name, 'UTF8') IN w.body) > 0)
                 ORDER BY w.xid, w.id
                 LIMIT :most) e) page
 WHERE page.bytes_before < :max_bytes
 ORDER BY page.xid, page.id

-- name: names_of_tenant
-- What Meta calls the numbers a tenant has or had, and their WABAs.
SELECT c.phone_number_id, c.waba_id FROM channel_connections c WHERE c.tenant_id = :tenant_id

-- name: set_aside_and_gone
-- Items still set aside whose webhook is no longer in the log: nothing is left to apply them from but the bytes kept beside them.
-- NULL for ids or names: any.
SELECT q.id, q.event_id, q.kind::text AS kind, q.reason, q.phone_number_id, q.waba_id, q.event_received_at AS received_at, q.created_at
  FROM quarantine q
 WHERE q.released_at IS NULL
   AND q.event_received_at >= coalesce(:since::timestamptz, '-infinity') AND q.event_received_at < :until
   AND (:ids::bigint[] IS NULL OR q.event_id = ANY(:ids))
   AND (:names::text[] IS NULL OR q.phone_number_id = ANY(:names) OR q.waba_id = ANY(:names))
   AND NOT EXISTS (SELECT FROM webhook_events w WHERE w.id = q.event_id AND w.received_at = q.event_received_at)
 ORDER BY q.event_received_at, q.id
 LIMIT :most

-- name: set_aside_page
-- What is set aside now, oldest first.
SELECT q.id, q.event_id, q.kind::text AS kind, q.reason, q.phone_number_id, q.waba_id, q.event_received_at AS received_at, q.created_at
  FROM quarantine q
 WHERE q.released_at IS NULL
   AND (:kind::text IS NULL OR q.kind::text = :kind)
   AND (:phone_number_id::text IS NULL OR q.phone_number_id = :phone_number_id)
 ORDER BY q.created_at, q.id
 LIMIT :most

-- name: span_set_aside
-- From when until when webhooks came of which something waits for the owner of a number, reached through an app. What is a former owner's
-- waits for nobody.
SELECT min(q.event_received_at) AS first, max(q.event_received_at) AS last
  FROM quarantine q
 WHERE q.phone_number_id = :phone_number_id AND q.meta_app_id = :meta_app_id AND q.released_at IS NULL
   AND q.kind IN ('unrouted', 'foreign') AND q.reason <> 'former_owner'

-- name: set_aside_of
-- Of these webhooks, the items that wait for that owner.
SELECT q.event_id, q.item
  FROM quarantine q
 WHERE q.phone_number_id = :phone_number_id AND q.meta_app_id = :meta_app_id AND q.released_at IS NULL
   AND q.kind IN ('unrouted', 'foreign') AND q.reason <> 'former_owner' AND q.event_id = ANY(:event_ids::bigint[])
