-- The webhook log and its cursors; what was set aside; what was counted.

-- name: lock_lane
-- One lane is one applier at a time. No row: somebody else has it.
SELECT l.lane, l.xid, l.id, (SELECT count(*) FROM apply_lanes)::integer AS lanes
  FROM apply_lanes l
 WHERE l.lane = :lane
   FOR UPDATE SKIP LOCKED

-- name: is_ahead
-- Absent where there is nothing beyond the lane's cursor. Asked without its lock, and of what an open transaction may still precede, too.
SELECT l.lane FROM apply_lanes l
 WHERE l.lane = :lane
   AND EXISTS (SELECT FROM webhook_events w
                WHERE (w.xid, w.id) > (l.xid, l.id) AND w.id % (SELECT count(*) FROM apply_lanes) = l.lane)

-- name: await_lane
-- Returns when the batch is over that is under way.
SELECT l.lane FROM apply_lanes l WHERE l.lane = :lane FOR SHARE

-- name: lanes
SELECT lane FROM apply_lanes ORDER BY lane

-- name: read_ahead
-- The next webhooks of a lane in the log's order: only those that no open transaction can still precede, at most max_bytes
-- of bodies (and always one).
SELECT ahead.xid, ahead.id, ahead.received_at, ahead.meta_app_id, ahead.body
  FROM (SELECT e.*, sum(octet_length(e.body)) OVER (ORDER BY e.xid, e.id) - octet_length(e.body) AS bytes_before
          FROM (SELECT w.xid, w.id, w.received_at, w.meta_app_id, w.body
                  FROM webhook_events w
                 WHERE (w.xid, w.id) > (:xid, :id) AND w.xid < (SELECT settled_xid(:bystanders))
                   AND w.id % :lanes::integer = :lane
                 ORDER BY w.xid, w.id
                 LIMIT :most) e) ahead
 WHERE ahead.bytes_before < :max_bytes
 ORDER BY ahead.xid, ahead.id

-- name: move_lane
UPDATE apply_lanes SET xid = :xid, id = :id, moved_at = now() WHERE lane = :lane

-- name: connections_of
-- The live owners of the numbers and WABAs that a batch names.
SELECT c.tenant_id, c.id, c.phone_number_id, c.waba_id, c.meta_app_id,
       CASE WHEN c.attached_at > '-infinity' THEN c.attached_at END AS attached_at,
       EXISTS (SELECT FROM tombstones t WHERE t.tenant_id = c.tenant_id) AS has_tombstones
  FROM channel_connections c
 WHERE c.status IN ('active', 'error')
   AND (c.phone_number_id = ANY(:phone_number_ids::text[]) OR c.waba_id = ANY(:waba_ids::text[]))

-- name: insert_notices
INSERT INTO notices (tenant_id, id, channel_connection_id, waba_id, field, digest, payload, at)
SELECT u.tenant_id, u.id, u.connection_id, u.waba_id, u.field, u.digest, u.payload, u.at
  FROM unnest(:tenant_ids::uuid[], :ids::uuid[], :connection_ids::uuid[], :waba_ids::text[], :fields::text[], :digests::bytea[],
              :payloads::jsonb[], :ats::timestamptz[])
       AS u (tenant_id, id, connection_id, waba_id, field, digest, payload, at)
    ON CONFLICT (tenant_id, digest) DO NOTHING
RETURNING tenant_id, id

-- name: set_aside
-- An item that a replay could not apply either stays what it was, with the reason of the last try.
INSERT INTO quarantine (id, kind, reason, detail, meta_app_id, phone_number_id, waba_id, event_id, event_received_at, item, payload)
SELECT u.id, u.kind::setaside_kind, u.reason, u.detail, u.meta_app_id, u.phone_number_id, u.waba_id, u.event_id,
       u.event_received_at, u.item, u.payload
  FROM unnest(:ids::uuid[], :kinds::text[], :reasons::text[], :details::text[], :meta_app_ids::text[], :phone_number_ids::text[],
              :waba_ids::text[], :event_ids::bigint[], :event_received_ats::timestamptz[], :items::integer[], :payloads::bytea[])
       AS u (id, kind, reason, detail, meta_app_id, phone_number_id, waba_id, event_id, event_received_at, item, payload)
    ON CONFLICT (event_id, item) DO UPDATE
   SET kind = excluded.kind, reason = excluded.reason, detail = excluded.detail, payload = excluded.payload, released_at = NULL

-- name: release
-- A replay begins: what it applies after all is no longer set aside, and its words are its tenant's; what it does not is set aside again.
UPDATE quarantine q SET released_at = now(), payload = '', detail = ''
  FROM unnest(:event_ids::bigint[], :items::integer[]) AS u (event_id, item)
 WHERE q.event_id = u.event_id AND q.item = u.item AND q.released_at IS NULL

-- name: count_quarantined
SELECT count(*)::integer AS count FROM quarantine q WHERE q.released_at IS NULL

-- name: add_counts
INSERT INTO ingest_counts AS c (day, meta_app_id, outcome, reason, count)
SELECT (now() AT TIME ZONE 'UTC')::date, u.meta_app_id, u.outcome, u.reason, u.count
  FROM unnest(:meta_app_ids::text[], :outcomes::text[], :reasons::text[], :counts::bigint[])
       AS u (meta_app_id, outcome, reason, count)
    ON CONFLICT (day, meta_app_id, outcome, reason) DO UPDATE SET count = c.count + excluded.count

-- name: backlog
-- How far a lane is behind: the age of its oldest webhook not yet applied.
SELECT extract(epoch FROM now() - min(next.received_at))::float8 AS seconds
  FROM apply_lanes l
 CROSS JOIN LATERAL (
       SELECT w.received_at FROM webhook_events w
        WHERE (w.xid, w.id) > (l.xid, l.id) AND w.id % (SELECT count(*) FROM apply_lanes) = l.lane
        ORDER BY w.xid, w.id LIMIT 1) AS next

-- name: stored_by_id
SELECT w.xid, w.id, w.received_at, w.meta_app_id, w.body FROM webhook_events w WHERE w.id = ANY(:ids::bigint[]) ORDER BY w.xid, w.id

-- name: tenants_with_parked
-- The tenants that have something lying there which waits for its message, and of which kinds: each a look at an index.
SELECT due.*
  FROM (SELECT t.id AS tenant_id,
               EXISTS (SELECT FROM conversations v WHERE v.tenant_id = t.id AND v.merged_into IS NOT NULL AND v.last_message_at IS NOT NULL)
                   AS strays,
               EXISTS (SELECT FROM parked_files f WHERE f.tenant_id = t.id) AS files,
               EXISTS (SELECT FROM message_revisions r WHERE r.tenant_id = t.id AND r.waits) AS amendments,
               EXISTS (SELECT FROM parked_statuses s WHERE s.tenant_id = t.id) AS statuses
          FROM tenants t) AS due
 WHERE due.strays OR due.files OR due.amendments OR due.statuses
 ORDER BY due.tenant_id

-- name: tenants_with_automations
-- Of these tenants, those that have an automation which acts.
SELECT DISTINCT a.tenant_id FROM automations a WHERE a.tenant_id = ANY(:tenant_ids::uuid[]) AND a.enabled

-- name: last_of_failures
-- Of messages that failed, the last of each number, code and template.
SELECT DISTINCT ON (m.tenant_id, m.channel_connection_id, m.error_code, m.payload #>> '{template,name}',
                    m.payload #>> '{template,language,code}')
       m.tenant_id, m.id
  FROM unnest(:tenant_ids::uuid[], :ids::uuid[]) AS u (tenant_id, id)
  JOIN messages m ON m.tenant_id = u.tenant_id AND m.id = u.id
 ORDER BY m.tenant_id, m.channel_connection_id, m.error_code, m.payload #>> '{template,name}',
          m.payload #>> '{template,language,code}', m.failed_at DESC, m.id
