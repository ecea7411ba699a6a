-- The days that are counted, and keeping what was counted.

-- name: tenants_to_count
SELECT t.id
  FROM tenants t
  LEFT JOIN report_runs r ON r.tenant_id = t.id
 WHERE r.ran_at IS NULL OR r.ran_at < :since
 ORDER BY r.ran_at NULLS FIRST, t.id
 LIMIT :most

-- name: note_run
INSERT INTO report_runs (tenant_id, ran_at) VALUES (:tenant_id, :now)
    ON CONFLICT (tenant_id) DO UPDATE SET ran_at = excluded.ran_at

-- name: first_message
SELECT min(m.created_at) AS at FROM messages m WHERE m.tenant_id = :tenant_id

-- name: days_counted
SELECT d.day, d.time_zone, d.counted_at, d.partial, d.closed_at
  FROM report_days d
 WHERE d.tenant_id = :tenant_id AND d.day BETWEEN :first AND :last
 ORDER BY d.day

-- name: eventful_days
-- One look each into the messages, and into the lines of what was done.
SELECT u.day
  FROM unnest(:days::date[], :from_ats::timestamptz[], :until_ats::timestamptz[], :from_ids::uuid[], :until_ids::uuid[])
       AS u (day, from_at, until_at, from_id, until_id)
 WHERE EXISTS (SELECT FROM messages m WHERE m.tenant_id = :tenant_id AND m.created_at >= u.from_at AND m.created_at < u.until_at)
    OR EXISTS (SELECT FROM annotations a WHERE a.tenant_id = :tenant_id AND a.id >= u.from_id AND a.id < u.until_id)

-- name: spread_marks
-- What came late may answer what was written in the week before, and what was written in the week after may have answered it. Twice a day,
-- so that every day in between is met, also one of 23 hours.
WITH came AS (
    DELETE FROM report_marks k WHERE k.tenant_id = :tenant_id AND k.reaches RETURNING k.quarter)
INSERT INTO report_marks (tenant_id, quarter)
SELECT :tenant_id, c.quarter FROM came c
 UNION
SELECT :tenant_id, date_bin('12 hours', c.quarter, 'epoch') + n * interval '12 hours' FROM came c, generate_series(-16, 17) n

-- name: marks
SELECT DISTINCT k.quarter FROM report_marks k WHERE k.tenant_id = :tenant_id ORDER BY k.quarter

-- name: marks_of
-- What they tell of is committed: whoever counts the day after this sees it. One that reaches further stays until it is spread.
SELECT k.n
  FROM report_marks k
 WHERE k.tenant_id = :tenant_id AND k.quarter >= :from_at AND k.quarter < :until_at AND NOT k.reaches

-- name: take_these_marks
-- Those that were there before the day was counted: all others tell of what that may not have seen, and stay.
DELETE FROM report_marks k WHERE k.tenant_id = :tenant_id AND k.n = ANY(:numbers::bigint[])

-- name: take_marks
DELETE FROM report_marks k
 WHERE k.tenant_id = :tenant_id AND k.quarter >= :from_at AND k.quarter < :until_at AND NOT k.reaches

-- name: hold_day
-- Nobody else has counted the tenant's day since it was seen (NULL: not counted yet), and nobody does now: the row is held. None comes back
-- where somebody has, whose count may be the later one, and where the day is closed.
INSERT INTO report_days AS d (tenant_id, day, time_zone, counted_at, partial)
VALUES (:tenant_id, :day, :time_zone, :now, :partial)
    ON CONFLICT (tenant_id, day) DO UPDATE SET time_zone = excluded.time_zone, counted_at = excluded.counted_at
 WHERE d.closed_at IS NULL AND d.counted_at = :seen_at::timestamptz
RETURNING d.day

-- name: close_days
UPDATE report_days d SET closed_at = :now WHERE d.tenant_id = :tenant_id AND d.day <= :last AND d.closed_at IS NULL

-- name: drop_messages
DELETE FROM report_messages r WHERE r.tenant_id = :tenant_id AND r.day = :day

-- name: keep_messages
INSERT INTO report_messages (tenant_id, day, connection_id, direction, type, category, template, language, sender, failure_kind,
                             error_code, messages, sent, delivered, read, failed, replied)
SELECT :tenant_id, :day, l.connection_id, l.direction::message_direction, l.type, l.category, l.template, l.language, l.sender,
       l.failure_kind, l.error_code, l.messages, l.sent, l.delivered, l.read, l.failed, l.replied
  FROM jsonb_to_recordset(:rows::jsonb)
       AS l (connection_id uuid, direction text, type text, category text, template text, language text, sender text, failure_kind text,
             error_code integer, messages integer, sent integer, delivered integer, read integer, failed integer, replied integer)

-- name: drop_times
DELETE FROM report_times r WHERE r.tenant_id = :tenant_id AND r.day = :day

-- name: keep_times
INSERT INTO report_times (tenant_id, day, connection_id, kind, sender, step, count, seconds)
SELECT :tenant_id, :day, l.connection_id, l.kind, l.sender, l.step, l.count, l.seconds
  FROM jsonb_to_recordset(:rows::jsonb)
       AS l (connection_id uuid, kind text, sender text, step smallint, count integer, seconds bigint)

-- name: drop_costs
DELETE FROM report_costs r WHERE r.tenant_id = :tenant_id AND r.day = :day

-- name: keep_costs
INSERT INTO report_costs (tenant_id, day, connection_id, category, pricing, country, template, language, sender, messages)
SELECT :tenant_id, :day, l.connection_id, l.category, l.pricing, l.country, l.template, l.language, l.sender, l.messages
  FROM jsonb_to_recordset(:rows::jsonb)
       AS l (connection_id uuid, category text, pricing text, country text, template text, language text, sender text, messages integer)
