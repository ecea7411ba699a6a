-- Roles, tenants and API keys.
--
-- The process connects as the owner of the schema for migrations only; everything else runs as one of these roles, which own nothing.
--   app_web     requests of one tenant (and of the platform operator)
--   app_worker  work for one tenant at a time: sending, sealing the audit log
--   app_intake  may append raw webhooks, and nothing else
--   app_apply   applies webhook batches that meet several tenants: policies on exactly the tables it writes
--   app_lookup  owns the few listed SECURITY DEFINER functions
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

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO app_web, app_worker, app_intake, app_apply, app_lookup;

-- The tenant of this transaction; NULL where none was set. `set_config(..., true)` leaves '' behind, hence nullif.
CREATE FUNCTION current_tenant() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('app.tenant_id', true), '')::uuid;

-- The transaction's id as a number that only grows over the life of a cluster: the first half of a log's cursor.
CREATE FUNCTION current_xid() RETURNS bigint
LANGUAGE sql STABLE
RETURN pg_current_xact_id()::text::bigint;

-- Every transaction below this one has ended: rows it wrote are all visible, none can appear later.
CREATE FUNCTION settled_xid() RETURNS bigint
LANGUAGE sql STABLE
RETURN pg_snapshot_xmin(pg_current_snapshot())::text::bigint;

-- Row-level security for a table of tenants: the plain policy, which costs the planner nothing (docs/adr/0004).
CREATE PROCEDURE guard_tenant_table(guarded regclass)
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', guarded);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', guarded);
    EXECUTE format($policy$CREATE POLICY tenant ON %s TO app_web, app_worker
        USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)$policy$, guarded);
END $$;

-- The batch role's way in: every tenant, but only in the tables that are named to this procedure.
CREATE PROCEDURE open_to_apply(opened regclass)
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE POLICY apply ON %s TO app_apply USING (true) WITH CHECK (true)', opened);
END $$;

CREATE TABLE tenants (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    default_country text CHECK (default_country ~ '^[A-Z]{2}$'),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON tenants TO app_web, app_worker
    USING (id = nullif(current_setting('app.tenant_id', true), '')::uuid);
-- Set by the code only for a principal that holds a platform key.
CREATE POLICY platform ON tenants TO app_web
    USING (current_setting('app.platform', true) = 'on');
CREATE POLICY apply ON tenants FOR SELECT TO app_apply USING (true);
GRANT SELECT, INSERT, UPDATE ON tenants TO app_web;
GRANT SELECT ON tenants TO app_worker, app_apply;

-- Keys of the platform operator: no tenant. Only a hash is kept; the key itself is 256 random bits, so a plain SHA-256 is enough.
CREATE TABLE platform_keys (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    key_hash bytea NOT NULL UNIQUE CHECK (length(key_hash) = 32),
    last4 text NOT NULL,
    scopes text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    revoked_at timestamptz
);
GRANT SELECT, INSERT, UPDATE ON platform_keys TO app_web;

CREATE TABLE api_keys (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    name text NOT NULL,
    key_hash bytea NOT NULL CHECK (length(key_hash) = 32),
    last4 text NOT NULL,
    scopes text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    revoked_at timestamptz,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX api_keys_by_hash ON api_keys (key_hash);
CALL guard_tenant_table('api_keys');
-- Whoever holds a key may see its row, before any tenant is known: that is how a request learns its tenant.
CREATE POLICY holder ON api_keys FOR SELECT TO app_web
    USING (key_hash = decode(nullif(current_setting('app.key_hash', true), ''), 'hex'));
GRANT SELECT, INSERT, UPDATE ON api_keys TO app_web;

-- An answer given once is given again: written in the transaction of the effect it stands for.
CREATE TABLE idempotency_keys (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    route text NOT NULL,
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    request_hash bytea NOT NULL CHECK (length(request_hash) = 32),
    response jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, route, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (tenant_id, created_at);
CALL guard_tenant_table('idempotency_keys');
GRANT SELECT, INSERT, DELETE ON idempotency_keys TO app_web, app_worker;
