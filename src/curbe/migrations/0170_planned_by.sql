-- What a plan is chosen by is worked out for the columns that statements look for rows by, and no more: of the others ANALYZE sorted
-- thirty thousand values each, texts and payloads among them, a third to half a second for the messages of a busy number.
ALTER TABLE messages
    ALTER COLUMN reply_to SET STATISTICS 0,
    ALTER COLUMN text SET STATISTICS 0,
    ALTER COLUMN payload SET STATISTICS 0,
    ALTER COLUMN person SET STATISTICS 0,
    ALTER COLUMN sender SET STATISTICS 0,
    ALTER COLUMN attempt SET STATISTICS 0,
    ALTER COLUMN accepted_at SET STATISTICS 0,
    ALTER COLUMN sent_at SET STATISTICS 0,
    ALTER COLUMN delivered_at SET STATISTICS 0,
    ALTER COLUMN read_at SET STATISTICS 0,
    ALTER COLUMN played_at SET STATISTICS 0,
    ALTER COLUMN failed_at SET STATISTICS 0,
    ALTER COLUMN error SET STATISTICS 0,
    ALTER COLUMN provider_status SET STATISTICS 0,
    ALTER COLUMN pricing SET STATISTICS 0,
    ALTER COLUMN priced_by SET STATISTICS 0,
    ALTER COLUMN edited_at SET STATISTICS 0,
    ALTER COLUMN revoked_at SET STATISTICS 0,
    ALTER COLUMN standby SET STATISTICS 0,
    ALTER COLUMN updated_at SET STATISTICS 0;
ALTER TABLE conversations
    ALTER COLUMN external_thread_id SET STATISTICS 0,
    ALTER COLUMN contact_e164 SET STATISTICS 0,
    ALTER COLUMN contact_wa_id SET STATISTICS 0,
    ALTER COLUMN contact_bsuid SET STATISTICS 0,
    ALTER COLUMN last_outbound_at SET STATISTICS 0,
    ALTER COLUMN purged_inbound_at SET STATISTICS 0,
    ALTER COLUMN purged_waiting_since SET STATISTICS 0,
    ALTER COLUMN version SET STATISTICS 0,
    ALTER COLUMN created_at SET STATISTICS 0,
    ALTER COLUMN updated_at SET STATISTICS 0;
ALTER TABLE events ALTER COLUMN data SET STATISTICS 0;

-- A message is written five times, and a conversation with each of its messages: a tenth of them written is not a tenth of them new. What
-- only grows, as the logs do, is found by its place in them, whatever is known of it. All four were looked through every quarter of a
-- minute under load.
ALTER TABLE messages SET (autovacuum_analyze_scale_factor = 0.5);
ALTER TABLE conversations SET (autovacuum_analyze_scale_factor = 0.5);
ALTER TABLE events SET (autovacuum_analyze_scale_factor = 0.5);

-- A day of webhooks takes nothing of that from its log: it is told when it is made. As before (0004, 0058) otherwise.
CREATE OR REPLACE FUNCTION keep_webhook_partitions(days_ahead integer, days_back integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public SET lock_timeout = '1s' AS $$
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
            EXECUTE format('ALTER TABLE public.%I ALTER COLUMN body SET STATISTICS 0', part);
            EXECUTE format('ALTER TABLE public.%I SET (autovacuum_analyze_scale_factor = 0.5)', part);
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
