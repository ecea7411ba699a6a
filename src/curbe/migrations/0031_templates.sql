-- Templates as a tenant works on them: when Meta's list was looked at, what was edited when, and the image that headers show where none is given.

ALTER TABLE templates ADD COLUMN edited_ats timestamptz[] NOT NULL DEFAULT '{}'; -- edits that Meta took, the last 30 days of them: it counts
GRANT INSERT, UPDATE ON templates TO app_worker; -- the daily look at Meta's list

-- The last look at Meta's list of a WABA's templates.
CREATE TABLE template_syncs (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    waba_id text NOT NULL,
    tried_at timestamptz NOT NULL,
    synced_at timestamptz,            -- the last one that succeeded
    template_count integer NOT NULL DEFAULT 0,
    error text,                       -- of the last one: a code of docs/reference/errors.md
    detail text,
    PRIMARY KEY (tenant_id, waba_id),
    CHECK ((error IS NULL) = (detail IS NULL))
);
CALL guard_tenant_table('template_syncs');
CALL open_to_apply('template_syncs');
GRANT SELECT, INSERT, UPDATE ON template_syncs TO app_web, app_worker;
GRANT SELECT ON template_syncs TO app_apply;

-- What a tenant settles for all its templates. The cover: a file of its own, or a link.
CREATE TABLE template_settings (
    tenant_id uuid PRIMARY KEY REFERENCES tenants (id),
    cover_media_id uuid,
    cover_link text CHECK (cover_link ~ '^https://'),
    updated_at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (tenant_id, cover_media_id) REFERENCES media_assets (tenant_id, id),
    CHECK (num_nonnulls(cover_media_id, cover_link) <= 1)
);
CREATE INDEX template_settings_of_file ON template_settings (tenant_id, cover_media_id) WHERE cover_media_id IS NOT NULL;
CALL guard_tenant_table('template_settings');
GRANT SELECT, INSERT, UPDATE ON template_settings TO app_web;
GRANT SELECT ON template_settings TO app_worker;
