-- The words of a text, found as before (0016) and for half of the time and less. As a query within a function they were looked for by
-- beginning and ending a query of its own each time, for every message that is written and again for each that Meta takes.
-- What is indexed stays as it is: letters are made small by the collation that was chosen then, whatever would be chosen now.
DO $$
DECLARE
    collation_name text := (regexp_match(pg_get_functiondef('search_words'::regproc), 'COLLATE ("?[A-Za-z0-9_-]+"?)'))[1];
BEGIN
    EXECUTE format($function$
        CREATE OR REPLACE FUNCTION search_words(tenant uuid, said text) RETURNS text[]
        LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $body$
        DECLARE
            mark text := 'x' || right(tenant::text, 6);
            small text := lower(said COLLATE %s);
            words text[] := tsvector_to_array(to_tsvector('simple'::regconfig,
                replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(small,
                    '.', ' '), '/', ' '), '-', ' '), '@', ' '), '_', ' '), '+', ' '), '&', ' '), '<', ' '), '>', ' '), '~', ' ')));
            joined text;
        BEGIN
            IF octet_length(small) = length(small) THEN -- plain ASCII: all at once
                joined := array_to_string(words, ' ' || mark);
                RETURN CASE WHEN joined = '' THEN '{}' ELSE string_to_array(mark || joined, ' ') END;
            END IF;
            FOR n IN 1 .. cardinality(words) LOOP
                words[n] := mark || CASE
                    WHEN octet_length(words[n]) = length(words[n]) THEN words[n]
                    ELSE translate(words[n], 'áàâäãåāăąçćčďđéèêëēėęěğíìîïīıłñńňóòôöõøōőřśšşșßťțúùûüūůűýÿźżž¡¿«»“”‘’‚„…–—·•'
                                             || U&'\0300\0301\0302\0303\0308\0327',
                                             'aaaaaaaaacccddeeeeeeeegiiiiiilnnnoooooooorsssssttuuuuuuuyyzzz') END;
            END LOOP;
            RETURN words;
        END $body$
        $function$, collation_name);
END $$;
