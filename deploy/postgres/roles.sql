-- The roles that Curbe's processes work as. `curbe migrate` makes them itself; run this by hand only before restoring a dump into a cluster
-- that has never seen Curbe, as a dump of one database names the cluster's roles but does not hold them:
--   psql -d curbe -f roles.sql && pg_restore -d curbe curbe.dump && curbe migrate
DO $$
DECLARE
    role text;
BEGIN
    FOREACH role IN ARRAY ARRAY['app_web', 'app_worker', 'app_intake', 'app_apply', 'app_lookup'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT', role);
        END IF;
        EXECUTE format('GRANT %I TO CURRENT_USER', role);
    END LOOP;
END $$;
