-- What happens by itself when somebody writes. Written by curbe.automations only (docs/reference/automations.md).

CREATE TABLE automations (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('keyword_reply', 'away', 'welcome', 'assign')),
    place integer NOT NULL,           -- in this order they are looked at
    enabled boolean NOT NULL,
    rule jsonb NOT NULL,
    updated_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX automations_in_order ON automations (tenant_id, place, id) WHERE enabled;
CALL guard_tenant_table('automations');
-- Whoever applies webhooks looks which tenants have any; what they say is the worker's to read.
CREATE POLICY apply ON automations FOR SELECT TO app_apply USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON automations TO app_web;
GRANT SELECT ON automations TO app_worker, app_apply;

-- What one has done in a conversation; `mark` says on what occasion, and nothing is done twice on one.
CREATE TABLE automation_deeds (
    tenant_id uuid NOT NULL,
    automation_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    mark text NOT NULL,
    message_id uuid,                  -- what was written
    user_id uuid,                     -- whom it was given to
    at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, automation_id, conversation_id, mark),
    FOREIGN KEY (tenant_id, automation_id) REFERENCES automations (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX automation_deeds_of_conversation ON automation_deeds (tenant_id, conversation_id, at);
CREATE INDEX automation_deeds_by_age ON automation_deeds (tenant_id, at);
CREATE INDEX automation_deeds_by_user ON automation_deeds (tenant_id, automation_id, user_id, at) WHERE user_id IS NOT NULL;
CALL guard_tenant_table('automation_deeds');
GRANT SELECT ON automation_deeds TO app_web;
GRANT SELECT, INSERT, DELETE ON automation_deeds TO app_worker;

-- Giving a conversation to somebody holds them, and their team, until the end of the transaction: that asks for leave to change some column.
GRANT UPDATE (last_seen_at) ON memberships TO app_worker;
GRANT UPDATE (updated_at) ON teams TO app_worker;
