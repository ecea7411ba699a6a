-- One tenant's access to one number. Column names are those of the product's first specification.
CREATE TYPE channel_provider AS ENUM ('meta_whatsapp');
CREATE TYPE connection_status AS ENUM ('pending', 'active', 'error', 'revoked');

CREATE TABLE channel_connections (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    provider channel_provider NOT NULL DEFAULT 'meta_whatsapp',
    status connection_status NOT NULL,
    waba_id text,
    phone_number_id text,
    phone_number_e164 text,
    display_name text,
    country_id text CHECK (country_id ~ '^[A-Z]{2}$'),
    meta_app_id text,                 -- whose secret signs this number's webhooks: another app's signature is foreign
    access_token_enc text,            -- AES-256-GCM, bound to this row and column
    token_last4 text,
    token_fingerprint text,
    token_expires_at timestamptz,
    scopes jsonb NOT NULL DEFAULT '[]',
    quality_rating text,
    throughput_level text,
    messages_per_second integer NOT NULL DEFAULT 80 CHECK (messages_per_second > 0),
    pause_reason text,                -- set: nothing is sent, the queue is kept
    paused_at timestamptz,
    -- What Meta dates before this belongs to the number's former owner; -infinity where there was none.
    attached_at timestamptz NOT NULL DEFAULT '-infinity',
    metadata jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    CHECK (status IN ('pending', 'revoked') OR num_nulls(waba_id, phone_number_id, access_token_enc, meta_app_id) = 0),
    CHECK ((pause_reason IS NULL) = (paused_at IS NULL))
);
-- A number has one live owner, and only a proven one.
CREATE UNIQUE INDEX one_live_owner ON channel_connections (phone_number_id) WHERE status IN ('active', 'error');
CREATE INDEX channel_connections_by_waba ON channel_connections (waba_id) WHERE status IN ('active', 'error');
CALL guard_tenant_table('channel_connections');
CALL open_to_apply('channel_connections');
GRANT SELECT, INSERT, UPDATE ON channel_connections TO app_web;
GRANT SELECT, UPDATE ON channel_connections TO app_worker;
GRANT SELECT ON channel_connections TO app_apply;

-- Did another tenant ever own this number? Answers yes or no and names nobody.
CREATE POLICY lookup ON channel_connections FOR SELECT TO app_lookup USING (true);
GRANT SELECT ON channel_connections TO app_lookup;
CREATE FUNCTION number_had_another_owner(number_id text, tenant uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
    SELECT EXISTS (SELECT FROM public.channel_connections c WHERE c.phone_number_id = number_id AND c.tenant_id <> tenant)
$$;
GRANT CREATE ON SCHEMA public TO app_lookup;
ALTER FUNCTION number_had_another_owner(text, uuid) OWNER TO app_lookup;
REVOKE CREATE ON SCHEMA public FROM app_lookup;
REVOKE ALL ON FUNCTION number_had_another_owner(text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION number_had_another_owner(text, uuid) TO app_web;
CREATE INDEX channel_connections_by_number ON channel_connections (phone_number_id);
