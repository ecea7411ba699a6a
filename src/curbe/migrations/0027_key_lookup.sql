-- A request learns its tenant by its key in one statement, where it took a transaction with a setting for the policy "holder". As there: a
-- row is shown to whoever holds the key, and to nobody else; the function answers one hash and lists nothing.
CREATE POLICY lookup ON api_keys FOR SELECT TO app_lookup USING (true);
GRANT SELECT (tenant_id, id, name, key_hash, last4, scopes, created_at, expires_at, revoked_at) ON api_keys TO app_lookup;
CREATE FUNCTION api_key_of_hash(hash bytea)
RETURNS TABLE (tenant_id uuid, id uuid, name text, last4 text, scopes text[], created_at timestamptz, expires_at timestamptz,
               revoked_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
    SELECT k.tenant_id, k.id, k.name, k.last4, k.scopes, k.created_at, k.expires_at, k.revoked_at
      FROM public.api_keys k
     WHERE k.key_hash = hash
$$;
GRANT CREATE ON SCHEMA public TO app_lookup;
ALTER FUNCTION api_key_of_hash(bytea) OWNER TO app_lookup;
REVOKE CREATE ON SCHEMA public FROM app_lookup;
REVOKE ALL ON FUNCTION api_key_of_hash(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api_key_of_hash(bytea) TO app_web;
DROP POLICY holder ON api_keys;
