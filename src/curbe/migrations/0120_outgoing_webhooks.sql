-- What a tenant's own servers are told of its events, and how that went. Written by curbe.outgoing_webhooks only (docs/adr/0022).
CREATE TABLE outgoing_webhooks (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    url text NOT NULL CHECK (length(url) BETWEEN 1 AND 2000),
    description text NOT NULL CHECK (length(description) <= 200),
    types text[] NOT NULL,            -- of events; empty: all
    secret_enc text NOT NULL,         -- AES-256-GCM, bound to this row and column
    secret_last4 text NOT NULL,
    secret_before_enc text,           -- signs too, for a day after it was replaced
    secret_changed_at timestamptz,
    enabled boolean NOT NULL DEFAULT true,
    disabled_reason text CHECK (disabled_reason IN ('person', 'failing', 'gone')),
    epoch integer NOT NULL,           -- up to where the log has become deliveries
    xid bigint NOT NULL,
    number bigint NOT NULL,
    failing_since timestamptz,        -- since when nothing was taken
    failures integer NOT NULL DEFAULT 0,
    last_refused_at timestamptz,      -- when it last took nothing
    retry_at timestamptz,             -- it is not asked before
    next_due_at timestamptz,          -- when the first of its deliveries is due
    last_reason text,
    last_status integer,
    last_delivered_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    CHECK (enabled = (disabled_reason IS NULL)),
    CHECK ((secret_before_enc IS NULL) = (secret_changed_at IS NULL)),
    CHECK ((failing_since IS NULL) = (failures = 0))
);
CALL guard_tenant_table('outgoing_webhooks');
CREATE POLICY apply ON outgoing_webhooks FOR SELECT TO app_apply USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON outgoing_webhooks TO app_web;
GRANT SELECT, UPDATE ON outgoing_webhooks TO app_worker;
GRANT SELECT ON outgoing_webhooks TO app_apply;

-- An event on its way to one of them. It holds no content: that is read from the log with each attempt. No foreign key: what is done outlives
-- a webhook that was deleted, for as long as it would have been kept, as there may be millions of them.
CREATE TABLE outgoing_webhook_deliveries (
    tenant_id uuid NOT NULL,
    outgoing_webhook_id uuid NOT NULL,
    epoch integer NOT NULL,           -- the event's place in the log; number 0: none, it is a test
    xid bigint NOT NULL,
    number bigint NOT NULL,
    type text NOT NULL,
    conversation_id uuid,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'failed')),
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL DEFAULT now(),
    last_status integer,
    last_reason text,
    duration_ms integer,
    created_at timestamptz NOT NULL DEFAULT now(),
    done_at timestamptz,
    PRIMARY KEY (tenant_id, outgoing_webhook_id, epoch, xid, number),
    CHECK ((state = 'waiting') = (done_at IS NULL))
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000);
CREATE INDEX outgoing_webhook_deliveries_by_state ON outgoing_webhook_deliveries (tenant_id, outgoing_webhook_id, state, epoch, xid, number);
CREATE INDEX outgoing_webhook_deliveries_by_age ON outgoing_webhook_deliveries (tenant_id, done_at) WHERE done_at IS NOT NULL;
CALL guard_tenant_table('outgoing_webhook_deliveries');
GRANT SELECT, INSERT, UPDATE, DELETE ON outgoing_webhook_deliveries TO app_web, app_worker;
