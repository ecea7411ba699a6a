-- What waits to be sent: one slim row for each message that no provider has answered for yet (docs/adr/0006).
-- The message itself carries phase and facts; this table exists so that claiming needs no index over the messages.
CREATE TABLE outbox (
    tenant_id uuid NOT NULL,
    message_id uuid NOT NULL,
    channel_connection_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    position bigint GENERATED ALWAYS AS IDENTITY,
    priority smallint NOT NULL DEFAULT 0,    -- 0 an agent's or API's reply, 10 notifications, 20 campaigns
    attempt integer NOT NULL DEFAULT 0,
    refusals integer NOT NULL DEFAULT 0,     -- clear refusals that asked for patience
    available_at timestamptz NOT NULL DEFAULT now(),
    lease_expires_at timestamptz,            -- set while somebody sends it; the database's clock
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, message_id),
    FOREIGN KEY (tenant_id, message_id) REFERENCES messages (tenant_id, id)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);
CREATE INDEX outbox_in_order ON outbox (tenant_id, channel_connection_id, priority, position);
CREATE INDEX outbox_of_conversation ON outbox (tenant_id, conversation_id, position);
CALL guard_tenant_table('outbox');
CALL open_to_apply('outbox');
GRANT SELECT, INSERT ON outbox TO app_web;
GRANT SELECT, UPDATE, DELETE ON outbox TO app_worker, app_apply;
