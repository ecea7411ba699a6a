-- Every transaction below this one has ended: rows it wrote are all visible, none can appear later. A transaction that cannot have
-- written such rows is not waited for: autovacuum's (which has no user), one in another database, and those of bystanders, connections
-- by their names that may not write into the log that is read (docs/adr/0020).
DROP FUNCTION settled_xid();
CREATE FUNCTION settled_xid(bystanders text[] DEFAULT '{}') RETURNS bigint
LANGUAGE sql STABLE
RETURN least(
    pg_current_xact_id_if_assigned()::text::bigint,
    coalesce(
        (SELECT min(running.xid)
           FROM (SELECT x.xid::text::bigint AS xid FROM pg_snapshot_xip(pg_current_snapshot()) AS x (xid)) AS running
          WHERE NOT EXISTS (
                SELECT FROM pg_stat_get_activity(NULL) AS a
                 WHERE a.backend_xid::text::bigint = running.xid & 4294967295  -- the part of it that a backend shows
                   AND (a.usesysid IS NULL
                        OR a.datid <> (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
                        OR a.application_name = ANY (bystanders)))),
        pg_snapshot_xmax(pg_current_snapshot())::text::bigint));
