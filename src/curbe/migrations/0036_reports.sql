-- What a day's messages came to, counted once it is over, so that a report reads hundreds of rows and not millions (docs/reference/reports.md).
-- A day is the tenant's own. What is counted is kept for ever; the messages need not be.

ALTER TABLE tenants ADD COLUMN time_zone text; -- IANA; NULL: that of default_country, else UTC

-- A day's messages are found by this; created_at never changes, so an update of a message stays where it is.
CREATE INDEX messages_by_time ON messages (tenant_id, created_at);

-- One row for each way in which messages of a day may be told apart. '' is none: no template, no category, nobody.
--   messages   made or received on that day; what became of them counts on the same day, whenever it was told
CREATE TABLE report_messages (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    day date NOT NULL,
    connection_id uuid NOT NULL,
    direction message_direction NOT NULL,
    type text NOT NULL,
    category text NOT NULL,           -- what Meta charged it as, in lower case
    template text NOT NULL,
    language text NOT NULL,
    sender text NOT NULL,             -- user:, key:, campaign:, system: ... as on the message
    failure_kind text NOT NULL,
    error_code integer NOT NULL,      -- 0: none
    messages integer NOT NULL,
    sent integer NOT NULL,
    delivered integer NOT NULL,
    read integer NOT NULL,
    failed integer NOT NULL,
    replied integer NOT NULL,
    PRIMARY KEY (tenant_id, day, connection_id, direction, type, category, template, language, sender, failure_kind, error_code)
);
CALL guard_tenant_table('report_messages');
GRANT SELECT ON report_messages TO app_web;
GRANT SELECT, INSERT, DELETE ON report_messages TO app_worker;

-- How long people waited, and how long what they wanted took: a histogram, each step a tenth longer than the one before, and exact sums.
-- From them a median is told within a twentieth, a mean exactly.
--   first_response  from the message a person begins to wait with to the answer, on the day they began; sender: who answered
--   unanswered      of those, the ones nobody answered within a week
--   resolution      from the first message since it was last resolved, on the day it was resolved; sender: who resolved it
CREATE TABLE report_times (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    day date NOT NULL,
    connection_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('first_response', 'unanswered', 'resolution')),
    sender text NOT NULL,
    step smallint NOT NULL,           -- of seconds from 1.1^step up to 1.1^(step + 1)
    count integer NOT NULL,
    seconds bigint NOT NULL,          -- of all of them together
    PRIMARY KEY (tenant_id, day, connection_id, kind, sender, step)
);
CALL guard_tenant_table('report_times');
GRANT SELECT ON report_times TO app_web;
GRANT SELECT, INSERT, DELETE ON report_times TO app_worker;

-- What Meta charged for, as numbers of messages: what they cost is asked of the rate card when it is read.
CREATE TABLE report_costs (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    day date NOT NULL,
    connection_id uuid NOT NULL,
    category text NOT NULL,
    pricing text NOT NULL,            -- Meta's word: regular, free_customer_service ...; untold: delivered, and Meta has not said
    country text NOT NULL,            -- of whoever got it; '': cannot be told
    template text NOT NULL,
    language text NOT NULL,
    sender text NOT NULL,
    messages integer NOT NULL,
    PRIMARY KEY (tenant_id, day, connection_id, category, pricing, country, template, language, sender)
);
CALL guard_tenant_table('report_costs');
GRANT SELECT ON report_costs TO app_web;
GRANT SELECT, INSERT, DELETE ON report_costs TO app_worker;

-- The days that are counted.
CREATE TABLE report_days (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    day date NOT NULL,
    time_zone text NOT NULL,          -- by whose clock it was counted
    counted_at timestamptz NOT NULL,
    partial boolean NOT NULL,         -- some of its messages had been deleted before it was first counted
    closed_at timestamptz,            -- since then its messages are deleted by age, and it is never counted again
    PRIMARY KEY (tenant_id, day)
);
CALL guard_tenant_table('report_days');
GRANT SELECT ON report_days TO app_web;
GRANT SELECT, INSERT, UPDATE ON report_days TO app_worker;

-- When a tenant's days were looked through last.
CREATE TABLE report_runs (
    tenant_id uuid PRIMARY KEY REFERENCES tenants (id),
    ran_at timestamptz NOT NULL
);
CALL guard_tenant_table('report_runs');
CREATE POLICY apply ON report_runs FOR SELECT TO app_apply USING (true);
GRANT SELECT, INSERT, UPDATE ON report_runs TO app_worker;
GRANT SELECT ON report_runs TO app_apply;

-- Quarters of an hour some message of which came or changed later than an hour after it: the day they belong to is counted once more, and
-- where one came (reaches) the days around it that it may answer. Only appended to, so that writers never wait for each other. What happens
-- sooner needs no mark: a day is not counted before it is two hours over.
CREATE TABLE report_marks (
    tenant_id uuid NOT NULL,
    n bigint GENERATED ALWAYS AS IDENTITY,
    quarter timestamptz NOT NULL,
    reaches boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, n)
);
CREATE INDEX report_marks_by_time ON report_marks (tenant_id, quarter);
CALL guard_tenant_table('report_marks');
CALL open_to_apply('report_marks');
GRANT INSERT ON report_marks TO app_web, app_apply;
GRANT SELECT, INSERT, DELETE ON report_marks TO app_worker;

-- Whoever writes messages; one statement for all that a statement wrote.
CREATE FUNCTION mark_for_reports() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO report_marks (tenant_id, quarter, reaches)
    SELECT DISTINCT w.tenant_id, date_bin('15 minutes', w.created_at, 'epoch'), TG_OP = 'INSERT'
      FROM written w
     WHERE w.created_at < now() - interval '1 hour';
    RETURN NULL;
END $$;
CREATE TRIGGER reports_follow_new AFTER INSERT ON messages REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION mark_for_reports();
CREATE TRIGGER reports_follow_change AFTER UPDATE ON messages REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION mark_for_reports();
