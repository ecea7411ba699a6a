-- Files of an app's history that came before the place that was kept for them: whose they are only that place says. A day at most.
CREATE TABLE parked_files (
    tenant_id uuid NOT NULL,
    channel_connection_id uuid NOT NULL,
    provider_message_id text NOT NULL,
    said jsonb NOT NULL, -- the file's message as it was read
    received_at timestamptz NOT NULL,
    parked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, channel_connection_id, provider_message_id),
    FOREIGN KEY (tenant_id, channel_connection_id) REFERENCES channel_connections (tenant_id, id)
);
CALL guard_tenant_table('parked_files');
CALL open_to_apply('parked_files');
GRANT SELECT, INSERT, DELETE ON parked_files TO app_apply;
