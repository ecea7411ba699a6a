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
