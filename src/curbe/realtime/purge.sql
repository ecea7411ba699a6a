-- Old events, deleted from the beginning of the log.

-- name: purge_events
-- As many as are old without a younger one before them, so that the log has no holes; and where it begins from then on.
WITH ahead AS (
    SELECT e.xid, e.id, bool_and(e.created_at < :before) OVER (ORDER BY e.xid, e.id) AS old
      FROM (SELECT f.xid, f.id, f.created_at FROM events f WHERE f.tenant_id = :tenant_id ORDER BY f.xid, f.id LIMIT :most) e
), gone AS (
    DELETE FROM events e USING ahead a
     WHERE e.tenant_id = :tenant_id AND e.xid = a.xid AND e.id = a.id AND a.old
    RETURNING e.xid, e.id
), begins AS (
    INSERT INTO event_log_starts AS s (tenant_id, epoch, xid, id)
    SELECT :tenant_id, l.epoch, g.xid, g.id
      FROM (SELECT xid, id FROM gone ORDER BY xid DESC, id DESC LIMIT 1) g CROSS JOIN log_epoch l
        ON CONFLICT (tenant_id) DO UPDATE SET epoch = excluded.epoch, xid = excluded.xid, id = excluded.id
     WHERE (s.epoch, s.xid, s.id) < (excluded.epoch, excluded.xid, excluded.id)
)
SELECT count(*)::integer AS count FROM gone

-- name: walk_log
-- The next events after a place, without those that tell of somebody who is erased; and the place of the last. That they were erased is
-- told on. A cursor is a place and no row, so whoever reads on misses only what is gone.
WITH ahead AS (
    SELECT e.xid, e.id, e.type, e.conversation_id, e.data::text AS told
      FROM events e
     WHERE e.tenant_id = :tenant_id AND (e.xid, e.id) > (:xid::bigint, :id::bigint)
     ORDER BY e.xid, e.id
     LIMIT :most
), gone AS (
    DELETE FROM events e USING ahead a
     WHERE e.tenant_id = :tenant_id AND e.xid = a.xid AND e.id = a.id AND a.type <> 'contact_erased'
       AND (a.conversation_id = ANY(:conversation_ids::uuid[])
            OR EXISTS (SELECT FROM unnest(:names::text[]) AS name WHERE strpos(a.told, name) > 0))
)
SELECT a.xid, a.id FROM ahead a ORDER BY a.xid DESC, a.id DESC LIMIT 1
