-- What tenants settle for themselves, what is deleted because it is old, and what the cards of connections and the operator's pages ask for.

ALTER TABLE tenants
    ADD COLUMN language text CHECK (language IN ('es', 'en', 'pt')), -- NULL: whatever each person's browser asks for
    ADD COLUMN retention_days integer CHECK (retention_days BETWEEN 7 AND 36500), -- NULL: for ever; Meta may deliver again for seven days
    ADD COLUMN purged_at timestamptz; -- when what was older was deleted last
GRANT UPDATE (purged_at) ON tenants TO app_worker;

-- When Meta last told us anything about this number; written at most every half minute, so a little behind.
ALTER TABLE channel_connections ADD COLUMN last_webhook_at timestamptz;
GRANT UPDATE (last_webhook_at) ON channel_connections TO app_apply;

-- Retention works as one tenant at a time, and is alone in deleting what people said.
GRANT DELETE ON messages, message_revisions, message_reactions, contact_activity, notices, events, message_media, media_assets, media_uploads
    TO app_worker;

-- Where a tenant's event log begins since older events were deleted: a cursor before it has missed something.
CREATE TABLE event_log_starts (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    xid bigint NOT NULL,
    id bigint NOT NULL,
    PRIMARY KEY (tenant_id)
);
CALL guard_tenant_table('event_log_starts');
GRANT SELECT ON event_log_starts TO app_web;
GRANT SELECT, INSERT, UPDATE ON event_log_starts TO app_worker;

-- Files whose rows are gone and whose bytes are to follow. While a key is here nothing may be stored under it.
CREATE TABLE media_deletions (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    storage_key text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, storage_key)
);
CALL guard_tenant_table('media_deletions');
GRANT SELECT ON media_deletions TO app_web;
GRANT SELECT, INSERT, DELETE ON media_deletions TO app_worker;

-- What people did, apart from the thousands of lines about webhooks that came.
CREATE INDEX audit_log_of_deeds ON audit_log (tenant_id, xid, id) WHERE action <> 'webhook.received';

-- What is set aside, newest first, in pages.
CREATE INDEX quarantine_in_order ON quarantine (id) WHERE released_at IS NULL;
