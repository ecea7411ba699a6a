-- name: append_events
-- One row per element of the parallel arrays; the transaction's id and the row's number come from the table's defaults.
INSERT INTO events (tenant_id, type, conversation_id, message_id, data)
SELECT u.tenant_id, u.type, u.conversation_id, u.message_id, u.data::json
  FROM unnest(:tenant_ids::uuid[], :types::text[], :conversation_ids::uuid[], :message_ids::uuid[], :data::text[])
       WITH ORDINALITY AS u (tenant_id, type, conversation_id, message_id, data, position)
 ORDER BY u.position;

-- name: take_note_back
-- What was told of a note, as it is now. The kinds are those of the index that finds it in its conversation: none finds it by itself, as
-- looking into an event is not leakproof.
UPDATE events e
   SET data = CASE e.type WHEN 'mention' THEN jsonb_set(e.data::jsonb, '{annotation}', :left::text::jsonb)::json ELSE :left::text::json END
 WHERE e.tenant_id = :tenant_id AND e.conversation_id = :conversation_id AND e.type IN ('annotation_added', 'mention')
   AND coalesce(e.data #>> '{annotation,id}', e.data ->> 'id') = :note_id::text;

-- name: log_horizon
-- The log's epoch, and the horizon: rows below it are all visible, and no other can appear among them. It may be lower than a moment ago
-- (docs/adr/0020), and no cursor of this log is above the next transaction's number. And up to where a tenant's oldest events were deleted,
-- NULL where none were.
SELECT l.epoch, settled_xid() AS settled_xid, pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next_xid, s.xid AS begin_xid, s.id AS begin_id
  FROM log_epoch l
  LEFT JOIN event_log_starts s ON s.tenant_id = :tenant_id AND s.epoch = l.epoch;

-- name: settled_events
-- What lies between the cursor and the horizon. The horizon was asked for by an earlier statement, hence all of it is visible to this one:
-- what was deleted in between is not, so up to where that was is told along with what is left.
SELECT e.xid, e.id, e.type, e.conversation_id, e.message_id, e.data::text AS data, e.created_at,
       (SELECT ARRAY[s.xid, s.id] FROM event_log_starts s JOIN log_epoch l ON l.epoch = s.epoch WHERE s.tenant_id = :tenant_id) AS begins
  FROM events e
 WHERE e.tenant_id = :tenant_id
   AND (e.xid, e.id) > (:xid::bigint, :id::bigint)
   AND e.xid < :settled_xid::bigint
 ORDER BY e.xid, e.id
 LIMIT :most;

-- name: unsettled_events
-- Whether committed rows wait behind an older transaction that is still open.
SELECT EXISTS (SELECT FROM events e
                WHERE e.tenant_id = :tenant_id
                  AND e.xid >= :settled_xid::bigint
                  AND (e.xid, e.id) > (:xid::bigint, :id::bigint)) AS pending;

-- name: events_at
-- Those at these places that are still kept.
SELECT e.xid, e.id, e.type, e.conversation_id, e.message_id, e.data::text AS data, e.created_at, NULL::bigint[] AS begins
  FROM unnest(:xids::bigint[], :ids::bigint[]) AS u (xid, id)
  JOIN events e ON e.tenant_id = :tenant_id AND e.xid = u.xid AND e.id = u.id
 ORDER BY e.xid, e.id;
