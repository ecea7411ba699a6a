-- Campaigns: a template to many people (docs/adr/0033). One row a recipient before the first message; the messages themselves are the
-- outbox's, fed a few at a time.

CREATE TYPE campaign_state AS ENUM (
    'draft', 'ready', 'scheduled', 'running', 'paused', 'finished', 'cancelled', 'failed');

CREATE TABLE campaigns (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200 AND name = btrim(name)),
    channel_connection_id uuid NOT NULL,
    template jsonb NOT NULL,          -- name, language and components in Meta's shape; {{variables}} in its texts are each recipient's
    category text,                    -- Meta's word, as it was when the campaign was last looked over
    state campaign_state NOT NULL DEFAULT 'draft',
    reason text,                      -- why it is paused, or failed: a code of docs/reference/campaigns.md
    reason_detail text,
    scheduled_at timestamptz,
    time_zone text,                   -- IANA; by it the schedule was given, and where a recipient's own cannot be told
    quiet_from time,                  -- nobody is written to between these, by their own clock
    quiet_until time,
    ramp_first_hour integer CHECK (ramp_first_hour > 0), -- at most so many in its first hour of running ...
    ramp_factor double precision CHECK (ramp_factor >= 1), -- ... and each hour so many times more
    pause_at_failures integer CHECK (pause_at_failures BETWEEN 1 AND 100), -- percent of the latest; NULL: never
    zones text[] NOT NULL DEFAULT '{}', -- of its recipients, once it runs
    created_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    resumed_at timestamptz,           -- since when it runs without a break
    ran_before interval NOT NULL DEFAULT '0', -- how long it ran before that
    ended_at timestamptz,
    kept jsonb,                       -- its figures, once its recipients are too old to keep
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, channel_connection_id) REFERENCES channel_connections (tenant_id, id),
    CHECK ((quiet_from IS NULL) = (quiet_until IS NULL)),
    CHECK ((ramp_first_hour IS NULL) = (ramp_factor IS NULL)),
    CHECK (state <> 'scheduled' OR scheduled_at IS NOT NULL),
    CHECK (state <> 'running' OR resumed_at IS NOT NULL)
);
CREATE INDEX campaigns_by_age ON campaigns (tenant_id, created_at DESC, id DESC);
CREATE INDEX campaigns_at_work ON campaigns (tenant_id, id) WHERE state IN ('scheduled', 'running', 'paused', 'cancelled', 'failed');
CALL guard_tenant_table('campaigns');
CREATE POLICY apply ON campaigns FOR SELECT TO app_apply USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON campaigns TO app_web;
GRANT SELECT, UPDATE ON campaigns TO app_worker;
GRANT SELECT ON campaigns TO app_apply;

-- How far a campaign is fed. A row of its own: who feeds locks it, and must not keep those waiting who ask whether the campaign runs.
CREATE TABLE campaign_feeds (
    tenant_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    taken_count integer NOT NULL DEFAULT 0, -- recipients whose message was made, since it began
    PRIMARY KEY (tenant_id, campaign_id),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns (tenant_id, id) ON DELETE CASCADE
) WITH (fillfactor = 50);
CALL guard_tenant_table('campaign_feeds');
GRANT SELECT, INSERT, DELETE ON campaign_feeds TO app_web;
GRANT SELECT, UPDATE ON campaign_feeds TO app_worker;

-- Where recipients came from: a file, a filter of the inbox, a list over the API. A file's bytes are kept until it is read again or thrown away.
CREATE TYPE audience_kind AS ENUM ('file', 'filter', 'list');
CREATE TABLE campaign_audiences (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    kind audience_kind NOT NULL,
    filename text,
    content bytea,
    described jsonb NOT NULL DEFAULT '{}', -- how it was read: of a file its columns, encoding, separator; of a filter what was asked
    mapping jsonb,
    row_count integer NOT NULL DEFAULT 0,
    taken_count integer NOT NULL DEFAULT 0,
    invalid_count integer NOT NULL DEFAULT 0,
    duplicate_count integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns (tenant_id, id) ON DELETE CASCADE,
    CHECK (row_count = taken_count + invalid_count + duplicate_count)
);
CREATE INDEX campaign_audiences_of ON campaign_audiences (tenant_id, campaign_id, created_at);
CALL guard_tenant_table('campaign_audiences');
GRANT SELECT, INSERT, UPDATE, DELETE ON campaign_audiences TO app_web;
GRANT SELECT, DELETE ON campaign_audiences TO app_worker;

-- Rows of an audience that are nobody's message: which line, why, and the cells as they came.
CREATE TABLE campaign_faults (
    tenant_id uuid NOT NULL,
    audience_id uuid NOT NULL,
    line integer NOT NULL,            -- of the file, its head is 1
    reason text NOT NULL,
    detail text NOT NULL,
    cells jsonb NOT NULL,
    PRIMARY KEY (tenant_id, audience_id, line),
    FOREIGN KEY (tenant_id, audience_id) REFERENCES campaign_audiences (tenant_id, id) ON DELETE CASCADE
);
CALL guard_tenant_table('campaign_faults');
GRANT SELECT, INSERT, DELETE ON campaign_faults TO app_web;
GRANT SELECT, DELETE ON campaign_faults TO app_worker;

--   waiting  nothing was made for them yet
--   taken    a message was made: what became of it stands there
--   skipped  no message is made for them, and skip_reason says why
CREATE TYPE recipient_state AS ENUM ('waiting', 'taken', 'skipped');
CREATE TABLE campaign_recipients (
    tenant_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    n bigint GENERATED ALWAYS AS IDENTITY,
    audience_id uuid NOT NULL,
    line integer NOT NULL,
    phone text NOT NULL CHECK (phone ~ '^[0-9]{5,20}$'), -- canonical digits: one form for all variants of a number
    contact_id uuid,                  -- once known; no foreign key: contacts are joined and parted
    zone text NOT NULL,
    country text,
    variables jsonb NOT NULL DEFAULT '{}',
    state recipient_state NOT NULL DEFAULT 'waiting',
    skip_reason text,
    skip_detail text,
    message_id uuid,
    retry_of uuid,                    -- the message that failed, where this is another try
    taken_at timestamptz,
    PRIMARY KEY (tenant_id, campaign_id, n),
    UNIQUE (tenant_id, campaign_id, phone),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, audience_id) REFERENCES campaign_audiences (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, message_id) REFERENCES messages (tenant_id, id) ON DELETE SET NULL (message_id),
    CHECK ((state = 'skipped') = (skip_reason IS NOT NULL)),
    CHECK ((state = 'taken') = (taken_at IS NOT NULL))
) WITH (fillfactor = 80);
-- One message, one recipient: nobody can be made two.
CREATE UNIQUE INDEX campaign_recipients_by_message ON campaign_recipients (tenant_id, message_id) WHERE message_id IS NOT NULL;
CREATE UNIQUE INDEX campaign_recipients_by_contact ON campaign_recipients (tenant_id, campaign_id, contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX campaign_recipients_waiting ON campaign_recipients (tenant_id, campaign_id, zone, n) WHERE state = 'waiting';
CREATE INDEX campaign_recipients_taken ON campaign_recipients (tenant_id, campaign_id, taken_at DESC) WHERE state = 'taken';
CREATE INDEX campaign_recipients_of_audience ON campaign_recipients (tenant_id, audience_id);
CALL guard_tenant_table('campaign_recipients');
GRANT SELECT, INSERT, UPDATE, DELETE ON campaign_recipients TO app_web;
GRANT SELECT, UPDATE, DELETE ON campaign_recipients TO app_worker;

-- What of the outbox is a campaign's: it is claimed only while the campaign runs, and set aside while it pauses.
ALTER TABLE outbox ADD COLUMN campaign_id uuid;
CREATE INDEX outbox_of_campaign ON outbox (tenant_id, campaign_id) WHERE campaign_id IS NOT NULL;
GRANT INSERT ON outbox TO app_worker;
