-- Browsers that are told of messages while no page of ours is open in them (docs/adr/0023). Written by curbe.push only.
-- What is kept of one opens nothing by itself: the key that signs what is pushed to it is derived from the encryption key, and not here.
CREATE TABLE push_subscriptions (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE, -- it ends where its person signs out there
    endpoint text NOT NULL CHECK (length(endpoint) BETWEEN 1 AND 2000),   -- at the browser's push service
    endpoint_hash bytea NOT NULL CHECK (length(endpoint_hash) = 32),      -- SHA-256
    p256dh bytea NOT NULL CHECK (length(p256dh) = 65),                    -- what is pushed is encrypted for the browser's key
    auth bytea NOT NULL CHECK (length(auth) = 16),
    signer bytea NOT NULL CHECK (length(signer) = 65),                    -- whose signature the push service asks for: our public key
    whose text NOT NULL CHECK (whose IN ('mine', 'all')),
    with_content boolean NOT NULL,    -- whether it says who wrote, and what
    language text NOT NULL CHECK (language IN ('es', 'en', 'pt')),
    device text CHECK (length(device) <= 400),                            -- what the browser calls itself
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    last_told_at timestamptz,
    failing_since timestamptz,        -- since when its service took nothing
    retry_at timestamptz,             -- it is not asked before
    last_status integer,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, endpoint_hash),
    FOREIGN KEY (tenant_id, user_id) REFERENCES memberships (tenant_id, user_id) ON DELETE CASCADE
);
CREATE INDEX push_subscriptions_of_user ON push_subscriptions (tenant_id, user_id, updated_at);
CREATE INDEX push_subscriptions_of_session ON push_subscriptions (session_id);
CALL guard_tenant_table('push_subscriptions');
CREATE POLICY apply ON push_subscriptions FOR SELECT TO app_apply USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON push_subscriptions TO app_web;
GRANT SELECT, UPDATE, DELETE ON push_subscriptions TO app_worker;
GRANT SELECT ON push_subscriptions TO app_apply; -- for the doctor

-- Up to where the log of a tenant has been told to its browsers; of a tenant without any there is no row.
CREATE TABLE push_places (
    tenant_id uuid PRIMARY KEY REFERENCES tenants (id),
    epoch integer NOT NULL,
    xid bigint NOT NULL,
    number bigint NOT NULL
);
CALL guard_tenant_table('push_places');
CREATE POLICY apply ON push_places FOR SELECT TO app_apply USING (true);
GRANT SELECT, INSERT, UPDATE ON push_places TO app_web;
GRANT SELECT, UPDATE, DELETE ON push_places TO app_worker;
GRANT SELECT ON push_places TO app_apply;

-- When somebody was told of a conversation last: they are not told again at once.
CREATE TABLE push_notices (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    told_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, user_id, conversation_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES memberships (tenant_id, user_id) ON DELETE CASCADE
);
CREATE INDEX push_notices_by_age ON push_notices (tenant_id, told_at);
CALL guard_tenant_table('push_notices');
GRANT SELECT, INSERT, UPDATE, DELETE ON push_notices TO app_worker;
