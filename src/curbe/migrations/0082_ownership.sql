-- Which of those who had a number had it last: drawn anew each time a connection goes live. Under the lock on the number, so that the order
-- is that of the owners; no clock is asked. Those there are have none: of two, nobody knows who came last.
CREATE SEQUENCE ownerships;
GRANT USAGE ON SEQUENCE ownerships TO app_web;
ALTER TABLE channel_connections ADD COLUMN ownership bigint NOT NULL DEFAULT 0;

-- Has another tenant owned this number since? Answers yes or no and names nobody.
CREATE FUNCTION number_passed_on(number_id text, tenant uuid, since bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
    SELECT EXISTS (SELECT FROM public.channel_connections c
                    WHERE c.phone_number_id = number_id AND c.tenant_id <> tenant AND c.ownership >= since)
$$;
GRANT CREATE ON SCHEMA public TO app_lookup;
ALTER FUNCTION number_passed_on(text, uuid, bigint) OWNER TO app_lookup;
REVOKE CREATE ON SCHEMA public FROM app_lookup;
REVOKE ALL ON FUNCTION number_passed_on(text, uuid, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION number_passed_on(text, uuid, bigint) TO app_web;
