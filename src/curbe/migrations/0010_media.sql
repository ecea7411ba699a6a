-- Background jobs (docs/adr/0010): work that was asked for in the transaction of its cause, and is done at least once.
-- A job is named by what it is about, so asking twice is asking once.
CREATE TABLE jobs (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    kind text NOT NULL CHECK (kind ~ '^[a-z_]+\.[a-z_]+$'),
    subject uuid NOT NULL,
    attempt integer NOT NULL DEFAULT 0,
    available_at timestamptz NOT NULL DEFAULT now(), -- while somebody works on it: when the lease ends; the database's clock
    last_error text,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, kind, subject)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);
CREATE INDEX jobs_due ON jobs (tenant_id, available_at);
CALL guard_tenant_table('jobs');
CALL open_to_apply('jobs');
GRANT SELECT, INSERT ON jobs TO app_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON jobs TO app_worker;
GRANT SELECT, INSERT, UPDATE ON jobs TO app_apply;

-- Files a tenant has: each content once, however often it was sent or received. Written by curbe.media only.
CREATE TABLE media_assets (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    sha256 bytea NOT NULL CHECK (length(sha256) = 32),
    mime_type text NOT NULL,          -- what the bytes were seen to be; where they could not be told, what the sender called them
    sniffed boolean NOT NULL,         -- whether they were seen to be it
    size bigint NOT NULL CHECK (size > 0),
    storage_key text NOT NULL,
    filename text,
    width integer,
    height integer,
    duration_ms integer,
    peaks bytea,                      -- loudness over the duration, one byte a bar
    thumbnail_key text,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, sha256)
);
CALL guard_tenant_table('media_assets');
CALL open_to_apply('media_assets');
GRANT SELECT, INSERT ON media_assets TO app_web, app_worker;
GRANT SELECT ON media_assets TO app_apply; -- to tell of a message what its file is

-- What hangs on a message, and where its file stands.
CREATE TYPE media_state AS ENUM ('pending', 'stored', 'failed');
CREATE TABLE message_media (
    tenant_id uuid NOT NULL,
    message_id uuid NOT NULL,
    channel_connection_id uuid NOT NULL,
    state media_state NOT NULL DEFAULT 'pending',
    asset_id uuid,
    error text,                       -- why it failed: a word of Curbe's
    provider_media_id text,
    provider_url text,                -- good for five minutes [cloud-api: media]
    provider_url_at timestamptz,
    mime_type text,                   -- these as the sender told them
    sha256 bytea CHECK (length(sha256) = 32),
    filename text,
    voice boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, message_id),
    FOREIGN KEY (tenant_id, message_id) REFERENCES messages (tenant_id, id),
    FOREIGN KEY (tenant_id, asset_id) REFERENCES media_assets (tenant_id, id),
    FOREIGN KEY (tenant_id, channel_connection_id) REFERENCES channel_connections (tenant_id, id),
    CHECK ((state = 'stored') = (asset_id IS NOT NULL)),
    CHECK ((state = 'failed') = (error IS NOT NULL))
) WITH (fillfactor = 80);
CREATE INDEX message_media_of_asset ON message_media (tenant_id, asset_id) WHERE asset_id IS NOT NULL;
CALL guard_tenant_table('message_media');
CALL open_to_apply('message_media');
GRANT SELECT, INSERT, UPDATE ON message_media TO app_web;
GRANT SELECT, INSERT, UPDATE ON message_media TO app_worker;
GRANT SELECT, INSERT ON message_media TO app_apply;

-- The ids under which Meta holds files of ours, one for each number; they end after 30 days [cloud-api: media].
CREATE TABLE media_uploads (
    tenant_id uuid NOT NULL,
    asset_id uuid NOT NULL,
    channel_connection_id uuid NOT NULL,
    provider_media_id text NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, asset_id, channel_connection_id),
    FOREIGN KEY (tenant_id, asset_id) REFERENCES media_assets (tenant_id, id),
    FOREIGN KEY (tenant_id, channel_connection_id) REFERENCES channel_connections (tenant_id, id)
);
CALL guard_tenant_table('media_uploads');
GRANT SELECT, INSERT, UPDATE ON media_uploads TO app_worker;
