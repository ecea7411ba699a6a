-- The roles that Curbe's processes work as, and the owner of its schema. `curbe migrate` makes the former itself; a superuser runs this by
-- hand only before restoring a dump into a cluster that has never seen Curbe, as a dump of one database names the cluster's roles but does
-- not hold them (docs/howto/operate.md), or where another owner has made the roles. `owner` is who owned the tables where the dump was made:
-- `curbe` with the embedded PostgreSQL. Where nobody is superuser, the owner runs it himself.
--   psql -d postgres -v owner=curbe -f roles.sql
\if :{?owner}
\else
\set owner curbe
\endif
SELECT set_config('curbe.owner', :'owner', false) AS owner;
DO $$
DECLARE
    owner CONSTANT text := current_setting('curbe.owner');
    role text;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = owner) THEN
        EXECUTE format('CREATE ROLE %I LOGIN CREATEROLE', owner);
    END IF;
    FOREACH role IN ARRAY ARRAY['app_web', 'app_worker', 'app_intake', 'app_apply', 'app_lookup'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT', role);
        END IF;
        -- With the right to become them, and to hand them on; who makes them for himself has the latter (from PostgreSQL 16 on), and may
        -- not give it to himself.
        EXECUTE format('GRANT %I TO %I', role, owner) || CASE WHEN owner = current_user THEN '' ELSE ' WITH ADMIN OPTION' END;
    END LOOP;
END $$;
