-- Messages that follow from what happens in a tenant's own systems. Written by curbe.notifications only (docs/reference/notifications.md).

CREATE TABLE notification_rules (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    event text NOT NULL CHECK (length(event) BETWEEN 1 AND 100),
    channel_connection_id uuid,       -- the number that sends; NULL: the only one
    enabled boolean NOT NULL,
    rule jsonb NOT NULL,
    updated_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, channel_connection_id) REFERENCES channel_connections (tenant_id, id)
);
CREATE INDEX notification_rules_of_event ON notification_rules (tenant_id, event) WHERE enabled;
CALL guard_tenant_table('notification_rules');
GRANT SELECT, INSERT, UPDATE, DELETE ON notification_rules TO app_web;
GRANT SELECT ON notification_rules TO app_worker;

-- What happened, as the tenant's systems told it, each once by its own id.
CREATE TABLE notification_events (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id text NOT NULL CHECK (length(id) BETWEEN 1 AND 200),
    event text NOT NULL,
    data jsonb NOT NULL,
    digest bytea NOT NULL CHECK (length(digest) = 32), -- of event and data: the same id with others is a mistake
    actor text NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX notification_events_by_age ON notification_events (tenant_id, received_at);
CALL guard_tenant_table('notification_events');
GRANT SELECT, INSERT ON notification_events TO app_web;
GRANT SELECT, DELETE ON notification_events TO app_worker;

-- What followed, for each rule of the event: to whom, and if nothing was sent, why not.
CREATE TABLE notifications (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    event_id text NOT NULL,
    rule_id uuid NOT NULL,            -- may be gone by now
    state text NOT NULL CHECK (state IN ('waiting', 'sent', 'skipped', 'refused')),
    reason text,                      -- a stable code, with skipped and refused
    detail text,
    recipient text,                   -- E.164, once known
    message_id uuid,
    due_at timestamptz NOT NULL,
    done_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, event_id, rule_id),
    FOREIGN KEY (tenant_id, event_id) REFERENCES notification_events (tenant_id, id) ON DELETE CASCADE,
    CHECK ((state = 'waiting') = (done_at IS NULL)),
    CHECK ((state = 'sent') = (message_id IS NOT NULL)),
    CHECK ((state IN ('skipped', 'refused')) = (reason IS NOT NULL))
);
CALL guard_tenant_table('notifications');
GRANT SELECT, INSERT ON notifications TO app_web;
GRANT SELECT, UPDATE, DELETE ON notifications TO app_worker;
