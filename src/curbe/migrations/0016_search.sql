-- Search over what was said and over people (docs/adr/0016): by the beginnings of words, whatever their case and accents, with no
-- extension. Row-level security lets tenants' statements use no index for words (their comparisons are not leakproof), so one function that
-- is listed (tests/db/test_catalog.py) looks for them past the policies, checks the tenant itself, and answers nothing but ids.

-- The words of a tenant's text as they are compared: small letters without accents. Each begins with a mark of the tenant's, so that of an
-- index over all tenants only that tenant's part is read; two tenants may share a mark, so whoever asks looks at the tenant too.
-- What glues words together for PostgreSQL's parser (addresses, paths, hyphens) is taken apart first. The collation decides what a small
-- letter is: PostgreSQL's own where it has one (17 and up), else ICU's. Only the few words that are not plain ASCII are looked at letter by
-- letter: that is what costs.
DO $$
DECLARE
    collation_name text := coalesce(
        (SELECT c.collname FROM pg_collation c
          WHERE c.collname IN ('pg_c_utf8', 'und-x-icu') AND c.collnamespace = 'pg_catalog'::regnamespace
            AND c.collencoding IN (-1, (SELECT d.encoding FROM pg_database d WHERE d.datname = current_database()))
          ORDER BY c.collname = 'pg_c_utf8' DESC LIMIT 1), 'default');
BEGIN
    EXECUTE format($function$
        CREATE FUNCTION search_words(tenant uuid, said text) RETURNS text[]
        LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
        RETURN ARRAY(
            SELECT 'x' || right(tenant::text, 6) || CASE
                   WHEN octet_length(w) = length(w) THEN w
                   ELSE translate(w, 'áàâäãåāăąçćčďđéèêëēėęěğíìîïīıłñńňóòôöõøōőřśšşșßťțúùûüūůűýÿźżž¡¿«»“”‘’‚„…–—·•'
                                     || U&'\0300\0301\0302\0303\0308\0327',
                                     'aaaaaaaaacccddeeeeeeeegiiiiiilnnnoooooooorsssssttuuuuuuuyyzzz') END
              FROM unnest(tsvector_to_array(to_tsvector('simple'::regconfig,
                   translate(lower(said COLLATE %I), './-@_+&<>~', '          ')))) AS w)
    $function$, collation_name);
END $$;

CREATE FUNCTION search_vector(tenant uuid, said text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN array_to_tsvector(search_words(tenant, said));

-- A person's words: their name and user name, and the ends of their phone of three digits and more, so that any part of it is a beginning.
CREATE FUNCTION search_person(tenant uuid, name text, username text, phone text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN search_vector(tenant, concat_ws(' ', name, username,
    (SELECT string_agg(right(phone, n), ' ') FROM generate_series(3, length(phone)) AS n)));

-- What was typed, as the words that must all begin so; NULL where there is none.
CREATE FUNCTION search_query(tenant uuid, typed text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN (SELECT string_agg('''' || word || ''':*', ' & ')::tsquery FROM unnest(search_words(tenant, typed)) AS word);

CREATE INDEX messages_by_words ON messages USING gin (search_vector(tenant_id, text))
    WITH (gin_pending_list_limit = 1024) WHERE text IS NOT NULL;
CREATE INDEX contacts_by_words ON contacts USING gin (search_person(tenant_id, name, username, wa_id));

CREATE POLICY lookup ON messages FOR SELECT TO app_lookup USING (true);
CREATE POLICY lookup ON contacts FOR SELECT TO app_lookup USING (true);
CREATE POLICY lookup ON conversations FOR SELECT TO app_lookup USING (true);
GRANT SELECT (tenant_id, id, text) ON messages TO app_lookup;
GRANT SELECT (tenant_id, id, name, username, wa_id, merged_into) ON contacts TO app_lookup;
GRANT SELECT (tenant_id, id, contact_id, merged_into, last_message_at) ON conversations TO app_lookup;

-- part 'messages': messages before an id, the latest first (ids are in the order of their making).
-- part 'contacts': conversations with people, before a place, the one with the latest message first.
CREATE FUNCTION search_inbox(asker uuid, part text, typed text, before_at timestamptz, before_id uuid, most integer)
RETURNS TABLE (id uuid, at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
DECLARE
    few CONSTANT integer := 2000;
    near CONSTANT integer := 4000;
    wanted tsquery;
    seqscan text;
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
