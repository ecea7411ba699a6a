-- The webhook log: raw bytes, append-only, read by cursor, dropped by the day.
CREATE TABLE webhook_events (
    id bigint GENERATED ALWAYS AS IDENTITY,
    xid bigint NOT NULL DEFAULT current_xid(),
    received_at timestamptz NOT NULL DEFAULT now(),
    meta_app_id text NOT NULL,        -- whose secret verified the signature
    body bytea NOT NULL
) PARTITION BY RANGE (received_at);
CREATE INDEX webhook_events_in_order ON webhook_events (xid, id);
-- Intake never fails for want of a partition; a row here is a late maintenance job, not a loss.
CREATE TABLE webhook_events_default PARTITION OF webhook_events DEFAULT;
ALTER TABLE webhook_events_default SET (toast_tuple_target = 8160);
GRANT INSERT ON webhook_events TO app_intake;
GRANT SELECT ON webhook_events TO app_apply;

-- One lane is one applier at a time: whoever holds the row's lock. The cursor moves in the applying transaction.
CREATE TABLE apply_lanes (
    lane integer PRIMARY KEY CHECK (lane >= 0),
    xid bigint NOT NULL DEFAULT 0,
    id bigint NOT NULL DEFAULT 0,
    moved_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO apply_lanes (lane) VALUES (0);
GRANT SELECT, UPDATE ON apply_lanes TO app_apply;

-- What could not be applied, with its bytes: replayable once the cause is gone.
CREATE TYPE setaside_kind AS ENUM ('unrouted', 'foreign', 'poison');
CREATE TABLE quarantine (
    id uuid PRIMARY KEY,
    kind setaside_kind NOT NULL,
    reason text NOT NULL,
    detail text NOT NULL,
    meta_app_id text NOT NULL,
    phone_number_id text,
    waba_id text,
    event_id bigint NOT NULL,
    event_received_at timestamptz NOT NULL,
    item integer NOT NULL,            -- which item of that webhook, in the order of reading
    payload bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    released_at timestamptz,          -- when a replay applied it after all
    UNIQUE (event_id, item)
);
CREATE INDEX quarantine_by_number ON quarantine (phone_number_id, created_at) WHERE released_at IS NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON quarantine TO app_apply;

-- Every item of every webhook is counted once under what became of it.
CREATE TABLE ingest_counts (
    day date NOT NULL,
    meta_app_id text NOT NULL,
    outcome text NOT NULL,
    reason text NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (day, meta_app_id, outcome, reason)
);
GRANT SELECT, INSERT, UPDATE ON ingest_counts TO app_apply;

-- Partitions for today and the days ahead; past ones are dropped whole.
CREATE FUNCTION keep_webhook_partitions(days_ahead integer, days_back integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    today date := (now() AT TIME ZONE 'UTC')::date;
    day date;
    part text;
    changed integer := 0;
BEGIN
    FOR day IN SELECT generate_series(today, today + days_ahead, interval '1 day')::date LOOP
        part := 'webhook_events_' || to_char(day, 'YYYYMMDD');
        IF to_regclass('public.' || part) IS NULL
           AND NOT EXISTS (SELECT FROM public.webhook_events_default d
                            WHERE d.received_at >= (day::timestamp AT TIME ZONE 'UTC')
                              AND d.received_at < ((day + 1)::timestamp AT TIME ZONE 'UTC')) THEN
            EXECUTE format('CREATE TABLE public.%I PARTITION OF public.webhook_events FOR VALUES FROM (%L) TO (%L)',
                           part, day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
            changed := changed + 1;
        END IF;
    END LOOP;
    FOR part IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
         WHERE i.inhparent = 'public.webhook_events'::regclass
           AND c.relname ~ '^webhook_events_[0-9]{8}$'
           AND to_date(right(c.relname, 8), 'YYYYMMDD') < today - days_back
    LOOP
        EXECUTE format('DROP TABLE public.%I', part);
        changed := changed + 1;
    END LOOP;
    RETURN changed;
END $$;
REVOKE ALL ON FUNCTION keep_webhook_partitions(integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION keep_webhook_partitions(integer, integer) TO app_worker;
