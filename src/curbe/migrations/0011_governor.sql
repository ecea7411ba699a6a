-- The governor of sending (docs/explanation/pace.md): whose turn it is, how much one person, one portfolio and one number have had.

-- Why a message of the outbox may not be looked at now. NULL: it may, unless somebody sends it at the moment.
--   turn   an earlier message of its conversation is still there; whoever removes that one lets this one go
--   time   until available_at
CREATE TYPE outbox_wait AS ENUM ('turn', 'time');
ALTER TABLE outbox ADD COLUMN waits outbox_wait;
-- Of one that waits for its time: whether those behind it in its conversation wait with it.
ALTER TABLE outbox ADD COLUMN holds boolean NOT NULL DEFAULT true;

-- Looking for work costs what is found, however much waits: each index holds only the rows that its question is about.
DROP INDEX outbox_in_order;
DROP INDEX outbox_of_conversation;
CREATE INDEX outbox_in_order ON outbox (tenant_id, channel_connection_id, priority, position) WHERE waits IS NULL;
CREATE INDEX outbox_by_time ON outbox (tenant_id, channel_connection_id, available_at) WHERE waits = 'time';
CREATE INDEX outbox_fronts ON outbox (tenant_id, conversation_id, priority, position) WHERE waits IS DISTINCT FROM 'turn';
CREATE INDEX outbox_followers ON outbox (tenant_id, conversation_id, priority, position) WHERE waits = 'turn';

-- Who got much from one number lately. Meta lends each pair 45 messages and takes back one each six seconds [about-the-platform, Sep 2026];
-- written only for pairs deep in debt, so that a sender that takes over knows them.
CREATE TABLE pair_debts (
    tenant_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    paid_at timestamptz NOT NULL,     -- when all that was lent will have been taken back
    PRIMARY KEY (tenant_id, conversation_id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations (tenant_id, id) ON DELETE CASCADE
);
CALL guard_tenant_table('pair_debts');
GRANT SELECT, INSERT, UPDATE, DELETE ON pair_debts TO app_worker;

-- The people a business portfolio wrote to outside their windows in the last 24 hours: Meta limits how many [messaging limits, Sep 2026].
CREATE TABLE portfolios (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    portfolio text NOT NULL,          -- the business that owns the WABA where that is known, else the WABA
    people_count integer NOT NULL DEFAULT 0 CHECK (people_count >= 0),
    PRIMARY KEY (tenant_id, portfolio)
) WITH (fillfactor = 50);
CALL guard_tenant_table('portfolios');
GRANT SELECT, INSERT, UPDATE ON portfolios TO app_worker;

-- No foreign key to the contact: what was counted stays counted for its day.
CREATE TABLE portfolio_people (
    tenant_id uuid NOT NULL,
    portfolio text NOT NULL,
    contact_id uuid NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, portfolio, contact_id),
    FOREIGN KEY (tenant_id, portfolio) REFERENCES portfolios (tenant_id, portfolio)
);
CREATE INDEX portfolio_people_by_age ON portfolio_people (tenant_id, portfolio, at);
CALL guard_tenant_table('portfolio_people');
GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio_people TO app_worker;

-- Numbers from which nothing of this priority and less urgent goes out for a while, as Meta said that people complain.
CREATE TABLE send_holds (
    tenant_id uuid NOT NULL,
    channel_connection_id uuid NOT NULL,
    from_priority smallint NOT NULL,
    code integer NOT NULL,            -- Meta's
    until timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, channel_connection_id),
    FOREIGN KEY (tenant_id, channel_connection_id) REFERENCES channel_connections (tenant_id, id)
);
CALL guard_tenant_table('send_holds');
CREATE POLICY apply ON send_holds FOR SELECT TO app_apply USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON send_holds TO app_worker;
GRANT SELECT ON send_holds TO app_web, app_apply;
