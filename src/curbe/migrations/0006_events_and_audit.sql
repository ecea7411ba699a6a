-- What a tenant sees change, in order; read by cursor (xid, id), so a reader that resumes misses nothing.
CREATE TABLE events (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    xid bigint NOT NULL DEFAULT current_xid(),
    id bigint GENERATED ALWAYS AS IDENTITY,
    type text NOT NULL,
    conversation_id uuid,
    message_id uuid,
    data jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, xid, id)
);
CALL guard_tenant_table('events');
CALL open_to_apply('events');
GRANT SELECT, INSERT ON events TO app_web, app_worker, app_apply;

-- Changes when the logs are renumbered after a restore: a cursor of another epoch says "start over", never "nothing new".
CREATE TABLE log_epoch (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    epoch integer NOT NULL DEFAULT 1
);
INSERT INTO log_epoch DEFAULT VALUES;
GRANT SELECT ON log_epoch TO app_web, app_worker, app_apply;

-- Who did what. Written in the transaction of the deed, sealed into a hash chain by the worker within moments (docs/adr/0005).
-- No foreign key: the log outlives its tenant. The platform's own chain is the nil tenant.
CREATE TABLE audit_log (
    tenant_id uuid NOT NULL,
    xid bigint NOT NULL DEFAULT current_xid(),
    id bigint GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL DEFAULT now(),
    actor text NOT NULL,
    action text NOT NULL,
    subject text,
    detail jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant_id, xid, id)
);
CALL guard_tenant_table('audit_log');
CALL open_to_apply('audit_log');
GRANT SELECT, INSERT ON audit_log TO app_web, app_worker, app_apply;

CREATE TABLE audit_seals (
    tenant_id uuid NOT NULL,
    seq bigint NOT NULL CHECK (seq > 0),
    audit_xid bigint NOT NULL,
    audit_id bigint NOT NULL,
    hash bytea NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (tenant_id, seq)
);
CALL guard_tenant_table('audit_seals');
CALL open_to_apply('audit_seals');
GRANT SELECT, INSERT ON audit_seals TO app_worker, app_apply;
GRANT SELECT ON audit_seals TO app_web;

CREATE FUNCTION refuse_rewriting() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seals FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- Made by the migration runner before the first migration.
GRANT SELECT ON schema_migrations TO app_web, app_worker, app_intake, app_apply;
