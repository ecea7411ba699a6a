-- A database restored into a new cluster: its logs hold transaction ids that the new cluster's counter has yet to reach. Readers wait for
-- the counter to pass what they read, so they would wait for what will not come for months, and new rows would stand before old ones.

-- Whether a log, or a cursor on one, lies ahead of this cluster's counter. Asked as app_apply, which sees every tenant.
CREATE FUNCTION logs_lie_ahead() RETURNS boolean
LANGUAGE sql STABLE
AS $$
    WITH RECURSIVE
    -- Hop from tenant to tenant along the primary keys: the logs are not read whole to find their newest rows.
    of_events (tenant_id) AS (
        (SELECT e.tenant_id FROM public.events e ORDER BY e.tenant_id LIMIT 1)
        UNION ALL
        SELECT (SELECT e.tenant_id FROM public.events e WHERE e.tenant_id > o.tenant_id ORDER BY e.tenant_id LIMIT 1)
          FROM of_events o WHERE o.tenant_id IS NOT NULL),
    of_audit (tenant_id) AS (
        (SELECT a.tenant_id FROM public.audit_log a ORDER BY a.tenant_id LIMIT 1)
        UNION ALL
        SELECT (SELECT a.tenant_id FROM public.audit_log a WHERE a.tenant_id > o.tenant_id ORDER BY a.tenant_id LIMIT 1)
          FROM of_audit o WHERE o.tenant_id IS NOT NULL)
    SELECT coalesce(greatest(
        (SELECT max(w.xid) FROM public.webhook_events w),
        (SELECT max(l.xid) FROM public.apply_lanes l),
        (SELECT max(newest.xid) FROM of_events o CROSS JOIN LATERAL (
            SELECT e.xid FROM public.events e WHERE e.tenant_id = o.tenant_id ORDER BY e.xid DESC, e.id DESC LIMIT 1) newest),
        (SELECT max(newest.xid) FROM of_audit o CROSS JOIN LATERAL (
            SELECT a.xid FROM public.audit_log a WHERE a.tenant_id = o.tenant_id ORDER BY a.xid DESC, a.id DESC LIMIT 1) newest)
        ) >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint, false)
$$;
REVOKE ALL ON FUNCTION logs_lie_ahead() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION logs_lie_ahead() TO app_apply;

-- Give the logs transaction ids that this cluster has long passed. Called by the schema's owner (the migration runner) when they lie ahead.
-- What was written here since the restore has ids of this cluster and keeps them: it is told by them, and by numbers above all restored.
CREATE FUNCTION renumber_restored_logs() RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    counter bigint; -- every transaction id from this one on is still to be given out here
    lanes bigint;
    newest bigint; -- number of the newest restored row
    shift bigint;
    new_epoch integer;
BEGIN
    LOCK TABLE apply_lanes, webhook_events, events, audit_log, audit_seals, log_epoch IN ACCESS EXCLUSIVE MODE;
    counter := pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
    ALTER TABLE events NO FORCE ROW LEVEL SECURITY;
    ALTER TABLE audit_log NO FORCE ROW LEVEL SECURITY;
    ALTER TABLE audit_seals NO FORCE ROW LEVEL SECURITY;
    ALTER TABLE audit_log DISABLE TRIGGER append_only;
    ALTER TABLE audit_seals DISABLE TRIGGER append_only;

    -- The webhook log: 1 for what was applied, 2 for what was not, each in the order of its numbers. No transaction has an id below 3.
    SELECT count(*) INTO lanes FROM apply_lanes;
    SELECT greatest((SELECT max(w.id) FROM webhook_events w WHERE w.xid >= counter),
                    (SELECT max(l.id) FROM apply_lanes l WHERE l.xid >= counter)) INTO newest;
    IF newest IS NOT NULL THEN
        UPDATE webhook_events w
           SET xid = CASE WHEN (w.xid, w.id) <= (l.xid, l.id) THEN 1 ELSE 2 END
          FROM apply_lanes l
         WHERE l.lane = w.id % lanes AND NOT (w.xid < counter AND w.id > newest);
        UPDATE apply_lanes SET xid = 1, id = coalesce((SELECT max(w.id) FROM webhook_events w WHERE w.xid = 1), 0), moved_at = now();
    END IF;

    -- The tenants' events: readers begin anew, as the epoch tells them, so the order of the numbers will do.
    SELECT max(e.id) INTO newest FROM events e WHERE e.xid >= counter;
    IF newest IS NOT NULL THEN
        UPDATE events e SET xid = 1 WHERE NOT (e.xid < counter AND e.id > newest);
    END IF;
    UPDATE log_epoch SET epoch = epoch + 1 RETURNING epoch INTO new_epoch;

    -- The audit log: the chain goes by (xid, id), so all move by the same distance, below zero where need be.
    SELECT greatest((SELECT max(a.id) FROM audit_log a WHERE a.xid >= counter),
                    (SELECT max(s.audit_id) FROM audit_seals s WHERE s.audit_xid >= counter)) INTO newest;
    IF newest IS NOT NULL THEN
        SELECT greatest((SELECT max(a.xid) FROM audit_log a), (SELECT max(s.audit_xid) FROM audit_seals s)) - 2 INTO shift;
        UPDATE audit_log a SET xid = a.xid - shift WHERE NOT (a.xid < counter AND a.id > newest);
        UPDATE audit_seals s SET audit_xid = s.audit_xid - shift WHERE NOT (s.audit_xid < counter AND s.audit_id > newest);
    END IF;
    INSERT INTO audit_log (tenant_id, actor, action, detail)
    VALUES ('00000000-0000-0000-0000-000000000000', 'system:migrate', 'logs.renumbered', jsonb_build_object('epoch', new_epoch));

    ALTER TABLE audit_seals ENABLE TRIGGER append_only;
    ALTER TABLE audit_log ENABLE TRIGGER append_only;
    ALTER TABLE audit_seals FORCE ROW LEVEL SECURITY;
    ALTER TABLE audit_log FORCE ROW LEVEL SECURITY;
    ALTER TABLE events FORCE ROW LEVEL SECURITY;
END $$;
REVOKE ALL ON FUNCTION renumber_restored_logs() FROM PUBLIC;
