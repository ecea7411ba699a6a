-- What Meta tells beyond messages and statuses, and what of it Curbe keeps: health of numbers, templates, consent, coexistence.

-- Health: each fact as Meta told it last, by its name (curbe.connections.standing). Columns that a notice sets are as of that notice,
-- unless Graph was asked later (facts_at).
ALTER TABLE channel_connections
    ADD COLUMN health jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN facts_at timestamptz,       -- when Graph was last asked about this number: older notices change nothing
    ADD COLUMN pause_cause text,           -- the fact that paused it; NULL where a person or a refused send did
    ADD COLUMN pause_until timestamptz,    -- when Meta says that it ends by itself
    ADD CHECK (pause_reason IS NOT NULL OR num_nonnulls(pause_cause, pause_until) = 0);
CREATE INDEX channel_connections_to_lift ON channel_connections (tenant_id, pause_until) WHERE pause_until IS NOT NULL;
-- The batch role may say what Meta told, and nothing else: above all no token.
GRANT UPDATE (health, quality_rating, throughput_level, messages_per_second, display_name, metadata, status, pause_reason, paused_at,
              pause_cause, pause_until, updated_at) ON channel_connections TO app_apply;

-- A contact as it stands in the address book of the business's phone; a person's own profile name goes before it.
ALTER TABLE contacts
    ADD COLUMN app_name text,
    ADD COLUMN app_name_at timestamptz,
    ADD CHECK ((app_name IS NULL) = (app_name_at IS NULL));

-- Written by a colleague in the WhatsApp Business app, or by Meta's agent: never ours to send.
ALTER TYPE outbox_phase ADD VALUE 'elsewhere';
-- Arrived while another application, such as Meta's agent, was answering.
ALTER TABLE messages ADD COLUMN standby boolean NOT NULL DEFAULT false;

-- Message templates as webhooks tell of them. Each part has its own clock, as each is told by another field, in any order.
CREATE TABLE templates (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    waba_id text NOT NULL,
    provider_template_id text NOT NULL,
    name text,
    language text,                    -- en_US, never en-US
    status text,                      -- Meta's word of the API; NULL until told
    status_event text,                -- Meta's word of the webhook, which knows more: FLAGGED, REINSTATED, ...
    rejected_reason text,
    status_detail text,
    status_at timestamptz,
    status_tie text NOT NULL DEFAULT '',
    quality text,
    quality_at timestamptz,
    quality_tie text NOT NULL DEFAULT '',
    category text,
    category_at timestamptz,
    category_tie text NOT NULL DEFAULT '',
    correct_category text,            -- what Meta will make of the category
    correct_category_from timestamptz,
    correction_at timestamptz,
    correction_tie text NOT NULL DEFAULT '',
    components jsonb,                 -- as for the API: HEADER, BODY, FOOTER, BUTTONS
    components_at timestamptz,
    components_tie text NOT NULL DEFAULT '',
    archived boolean GENERATED ALWAYS AS (coalesce(status = 'ARCHIVED', false)) STORED,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, waba_id, provider_template_id)
);
CALL guard_tenant_table('templates');
CALL open_to_apply('templates');
GRANT SELECT ON templates TO app_web, app_worker;
GRANT SELECT, INSERT, UPDATE ON templates TO app_apply;

-- Who wants marketing messages: every word of a person's on it is kept, the latest counts.
CREATE TABLE marketing_preferences (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    contact_id uuid NOT NULL,
    category text NOT NULL,           -- marketing_messages
    value text NOT NULL,              -- stop, resume, signup
    detail text,
    at timestamptz NOT NULL,          -- the provider's clock
    source text NOT NULL,             -- user_preferences: the person, in WhatsApp
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, contact_id, category, at, value),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id)
);
CALL guard_tenant_table('marketing_preferences');
CALL open_to_apply('marketing_preferences');
GRANT SELECT ON marketing_preferences TO app_web, app_worker;
GRANT SELECT, INSERT ON marketing_preferences TO app_apply;
