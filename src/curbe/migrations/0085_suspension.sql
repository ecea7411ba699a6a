-- A tenant is suspended by the operator: its people and keys do nothing, nothing of it is sent; what it receives is applied all the same.
ALTER TABLE tenants ADD COLUMN suspended_at timestamptz;

-- The holder of a key learns in the same statement whether its tenant is suspended.
CREATE POLICY lookup ON tenants FOR SELECT TO app_lookup USING (true);
GRANT SELECT (id, suspended_at) ON tenants TO app_lookup;
DROP FUNCTION api_key_of_hash(bytea);
CREATE FUNCTION api_key_of_hash(hash bytea)
RETURNS TABLE (tenant_id uuid, id uuid, name text, last4 text, scopes text[], created_at timestamptz, expires_at timestamptz,
               revoked_at timestamptz, suspended boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
    SELECT k.tenant_id, k.id, k.name, k.last4, k.scopes, k.created_at, k.expires_at, k.revoked_at, t.suspended_at IS NOT NULL
      FROM public.api_keys k
      JOIN public.tenants t ON t.id = k.tenant_id
     WHERE k.key_hash = hash
$$;
GRANT CREATE ON SCHEMA public TO app_lookup;
ALTER FUNCTION api_key_of_hash(bytea) OWNER TO app_lookup;
REVOKE CREATE ON SCHEMA public FROM app_lookup;
REVOKE ALL ON FUNCTION api_key_of_hash(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api_key_of_hash(bytea) TO app_web;
