-- Beginning to type a phone's digits fits nearly everybody: whom one spoke to lately are found first then, a bounded way, as messages are.
-- All of it is as in 0016 but the people.
DROP FUNCTION search_inbox(uuid, text, text, timestamptz, uuid, integer);
GRANT SELECT (state_code) ON conversations TO app_lookup;

-- part 'messages': messages before an id, the latest first (ids are in the order of their making).
-- part 'contacts': conversations with people, before a place, the one with the latest message first.
CREATE FUNCTION search_inbox(asker uuid, part text, typed text, before_at timestamptz, before_id uuid, most integer)
RETURNS TABLE (id uuid, at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
DECLARE
    few CONSTANT integer := 2000;
    near CONSTANT integer := 4000;
    lately CONSTANT integer := 500; -- a person's words are not kept, and making them takes 50 us
    wanted tsquery;
    seqscan text;
    indexscan text := current_setting('enable_indexscan');
    found uuid[];
    hits integer;
BEGIN
    IF asker IS NULL OR asker IS DISTINCT FROM public.current_tenant() THEN
        RAISE EXCEPTION 'nobody searches what is another tenant''s' USING ERRCODE = 'insufficient_privilege';
    END IF;
    wanted := public.search_query(asker, typed);
    IF wanted IS NULL THEN
        RETURN;
    END IF;
    -- A table is never read whole for a few words, whatever the planner thinks of how frequent they are.
    seqscan := current_setting('enable_seqscan');
    PERFORM set_config('enable_seqscan', 'off', true);
    IF part = 'contacts' THEN
        -- As with messages below: of what fits many, the conversations of late are looked at first, a bounded way.
        PERFORM set_config('enable_indexscan', 'off', true); -- nor is it read along another index, for the few that the limit asks for
        SELECT count(*) INTO hits
          FROM (SELECT FROM public.contacts c
                 WHERE public.search_person(c.tenant_id, c.name, c.username, c.wa_id) @@ wanted
                 LIMIT few + 1) p;
        PERFORM set_config('enable_indexscan', indexscan, true);
        IF hits > few THEN
            SELECT array_agg(n.id), count(*) INTO found, hits
              FROM (SELECT v.id
                      FROM (SELECT u.contact_id, u.id, u.last_message_at
                              FROM generate_series(1, 6) AS s (code)
                             CROSS JOIN LATERAL (
                                   SELECT w.contact_id, w.id, w.last_message_at FROM public.conversations w
                                    WHERE w.tenant_id = asker AND w.state_code = s.code AND w.merged_into IS NULL
                                      AND (w.last_message_at, w.id) < (before_at, before_id)
                                    ORDER BY w.last_message_at DESC, w.id DESC LIMIT lately) u
                             ORDER BY u.last_message_at DESC, u.id DESC LIMIT lately) v
                      JOIN public.contacts c ON c.tenant_id = asker AND c.id = v.contact_id
                     WHERE public.search_person(asker, c.name, c.username, c.wa_id) @@ wanted
                     ORDER BY v.last_message_at DESC, v.id DESC LIMIT most) n;
        ELSE
            hits := 0;
        END IF;
        IF hits = most THEN
            RETURN QUERY
            SELECT v.id, v.last_message_at
              FROM public.conversations v
             WHERE v.tenant_id = asker AND v.id = ANY (found)
             ORDER BY v.last_message_at DESC, v.id DESC;
        ELSE
            RETURN QUERY
              WITH people AS MATERIALIZED (
                   SELECT c.tenant_id, c.id FROM public.contacts c
                    WHERE public.search_person(c.tenant_id, c.name, c.username, c.wa_id) @@ wanted AND c.merged_into IS NULL)
            SELECT v.id, v.last_message_at
              FROM people p
              JOIN public.conversations v ON v.tenant_id = asker AND v.contact_id = p.id AND v.merged_into IS NULL
             WHERE p.tenant_id = asker AND (v.last_message_at, v.id) < (before_at, before_id)
             ORDER BY v.last_message_at DESC, v.id DESC
             LIMIT most;
        END IF;
    ELSE
        -- Of a rare word all messages are found and put in order. Of a frequent one the latest are near the end: they are looked for from
        -- there, a bounded way, and only where too few are found all have to be put in order after all.
        SELECT count(*), array_agg(m.id) FILTER (WHERE m.tenant_id = asker AND m.id < before_id)
          INTO hits, found
          FROM (SELECT t.tenant_id, t.id FROM public.messages t
                 WHERE t.text IS NOT NULL AND public.search_vector(t.tenant_id, t.text) @@ wanted
                 LIMIT few + 1) m;
        IF hits > few THEN
            SELECT array_agg(n.id), count(*) INTO found, hits
              FROM (SELECT m.id
                      FROM (SELECT t.id, t.text FROM public.messages t
                             WHERE t.tenant_id = asker AND t.id < before_id ORDER BY t.id DESC LIMIT near) m
                     WHERE m.text IS NOT NULL AND public.search_vector(asker, m.text) @@ wanted
                     ORDER BY m.id DESC LIMIT most) n;
            IF hits < most THEN
                SELECT array_agg(m.id) INTO found
                  FROM (SELECT t.tenant_id, t.id FROM public.messages t
                         WHERE t.text IS NOT NULL AND public.search_vector(t.tenant_id, t.text) @@ wanted) m
                 WHERE m.tenant_id = asker AND m.id < before_id;
            END IF;
        END IF;
        RETURN QUERY SELECT f.id, NULL::timestamptz FROM unnest(found) AS f (id) ORDER BY f.id DESC LIMIT most;
    END IF;
    PERFORM set_config('enable_seqscan', seqscan, true);
END $$;
GRANT CREATE ON SCHEMA public TO app_lookup;
ALTER FUNCTION search_inbox(uuid, text, text, timestamptz, uuid, integer) OWNER TO app_lookup;
REVOKE CREATE ON SCHEMA public FROM app_lookup;
REVOKE ALL ON FUNCTION search_inbox(uuid, text, text, timestamptz, uuid, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION search_inbox(uuid, text, text, timestamptz, uuid, integer) TO app_web;
