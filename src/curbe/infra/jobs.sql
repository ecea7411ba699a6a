-- Background jobs: asked for in the transaction of their cause, claimed by lease.

-- name: defer_jobs
-- One that is waiting already is asked for once; sorted, so that two writers cannot wait for each other.
INSERT INTO jobs (tenant_id, kind, subject)
SELECT u.tenant_id, u.kind, u.subject
  FROM unnest(:tenant_ids::uuid[], :kinds::text[], :subjects::uuid[]) AS u (tenant_id, kind, subject)
 ORDER BY u.tenant_id, u.kind, u.subject
    ON CONFLICT (tenant_id, kind, subject) DO NOTHING

-- name: defer_jobs_again
-- One that somebody works on is done once more when that has ended. Sorted, likewise.
INSERT INTO jobs AS j (tenant_id, kind, subject)
SELECT u.tenant_id, u.kind, u.subject
  FROM unnest(:tenant_ids::uuid[], :kinds::text[], :subjects::uuid[]) AS u (tenant_id, kind, subject)
 ORDER BY u.tenant_id, u.kind, u.subject
    ON CONFLICT (tenant_id, kind, subject) DO UPDATE SET again = true WHERE j.attempt > 0 AND NOT j.again

-- name: schedule_jobs
-- One that is there already is due at the time asked for last.
INSERT INTO jobs (tenant_id, kind, subject, available_at)
SELECT u.tenant_id, u.kind, u.subject, u.due_at
  FROM unnest(:tenant_ids::uuid[], :kinds::text[], :subjects::uuid[], :due_ats::timestamptz[]) AS u (tenant_id, kind, subject, due_at)
 ORDER BY u.tenant_id, u.kind, u.subject
    ON CONFLICT (tenant_id, kind, subject) DO UPDATE SET available_at = excluded.available_at

-- name: defer_jobs_anew
-- One that is there already begins anew, and at once: the attempt that is under way finishes nothing, as one whose lease was taken over.
INSERT INTO jobs (tenant_id, kind, subject)
SELECT u.tenant_id, u.kind, u.subject
  FROM unnest(:tenant_ids::uuid[], :kinds::text[], :subjects::uuid[]) AS u (tenant_id, kind, subject)
 ORDER BY u.tenant_id, u.kind, u.subject
    ON CONFLICT (tenant_id, kind, subject) DO UPDATE SET attempt = jobs.attempt + 1, available_at = now(), created_at = now(),
                                                                 reached = NULL

-- name: claim_jobs
-- The longest due of each tenant, turn by turn: what a tenant has in work already counts as turns it had, and beyond its share it waits. So one
-- with a thousand waiting, or with work that hangs, holds nobody up. Of a suspended tenant only what is kept up for it. What waits is found by
-- hopping along the index, from kind to kind. A lease that ran out is a job that is due: its worker died.
WITH RECURSIVE waiting (tenant_id, kind) AS (
    (SELECT j.tenant_id, j.kind FROM jobs j ORDER BY j.tenant_id, j.kind LIMIT 1)
    UNION ALL
    SELECT n.tenant_id, n.kind
      FROM waiting w
     CROSS JOIN LATERAL (SELECT j.tenant_id, j.kind FROM jobs j
                          WHERE (j.tenant_id, j.kind) > (w.tenant_id, w.kind) ORDER BY j.tenant_id, j.kind LIMIT 1) n
), due AS (
    SELECT d.tenant_id, d.kind, d.subject
      FROM (SELECT j.tenant_id, j.kind, j.subject, j.available_at,
                   coalesce(h.count, 0) + row_number() OVER (PARTITION BY j.tenant_id ORDER BY j.available_at) AS turn
              FROM waiting w
             CROSS JOIN LATERAL (SELECT j.tenant_id, j.kind, j.subject, j.available_at
                                   FROM jobs j
                                  WHERE j.tenant_id = w.tenant_id AND j.kind = w.kind AND j.available_at <= now()
                                  ORDER BY j.available_at
                                  LIMIT :most) j
              LEFT JOIN unnest(:held_tenants::uuid[], :held_counts::integer[]) AS h (tenant_id, count) ON h.tenant_id = j.tenant_id
             WHERE w.kind = ANY(:kinds::text[])
               AND (w.kind = ANY(:kept_up::text[])
                    OR NOT EXISTS (SELECT FROM tenants t WHERE t.id = w.tenant_id AND t.suspended_at IS NOT NULL))) d
     WHERE d.turn <= :share
     ORDER BY d.turn, d.available_at
     LIMIT :most
), mine AS (
    SELECT j.tenant_id, j.kind, j.subject
      FROM due d
      JOIN jobs j ON j.tenant_id = d.tenant_id AND j.kind = d.kind AND j.subject = d.subject
     WHERE j.available_at <= now()
       FOR NO KEY UPDATE OF j SKIP LOCKED
)
UPDATE jobs j
   SET attempt = j.attempt + 1, again = false,
       available_at = now() + least(:lease::interval, :first_lease::interval * power(4, least(j.attempt, 10)))
  FROM mine
 WHERE j.tenant_id = mine.tenant_id AND j.kind = mine.kind AND j.subject = mine.subject
RETURNING j.tenant_id, j.kind, j.subject, j.attempt, j.created_at, j.last_error, j.reached, j.available_at AS held_until

-- name: kinds_due
-- Of which of these kinds something is due, found as it is for claiming.
WITH RECURSIVE waiting (tenant_id, kind) AS (
    (SELECT j.tenant_id, j.kind FROM jobs j ORDER BY j.tenant_id, j.kind LIMIT 1)
    UNION ALL
    SELECT n.tenant_id, n.kind
      FROM waiting w
     CROSS JOIN LATERAL (SELECT j.tenant_id, j.kind FROM jobs j
                          WHERE (j.tenant_id, j.kind) > (w.tenant_id, w.kind) ORDER BY j.tenant_id, j.kind LIMIT 1) n
)
SELECT DISTINCT w.kind
  FROM waiting w
 WHERE w.kind = ANY(:kinds::text[])
   AND EXISTS (SELECT FROM jobs j WHERE j.tenant_id = w.tenant_id AND j.kind = w.kind AND j.available_at <= now())

-- name: renew_leases
-- Those of attempts that are going on, made longer as they were when they were claimed. What was put back, or has the lease its handler made
-- it, ends at another moment than the one that is known, and is left as it is; so is what somebody is writing at.
WITH mine AS MATERIALIZED (
    SELECT j.tenant_id, j.kind, j.subject
      FROM unnest(:tenant_ids::uuid[], :kinds::text[], :subjects::uuid[], :attempts::integer[], :created_ats::timestamptz[],
                  :held_untils::timestamptz[]) AS u (tenant_id, kind, subject, attempt, created_at, held_until)
      JOIN jobs j ON j.tenant_id = u.tenant_id AND j.kind = u.kind AND j.subject = u.subject
                 AND j.attempt = u.attempt AND j.created_at = u.created_at AND j.available_at = u.held_until
     ORDER BY j.tenant_id, j.kind, j.subject
       FOR NO KEY UPDATE OF j SKIP LOCKED
)
UPDATE jobs j
   SET available_at = now() + least(:lease::interval, :first_lease::interval * power(4, least(j.attempt - 1, 10)))
  FROM mine
 WHERE j.tenant_id = mine.tenant_id AND j.kind = mine.kind AND j.subject = mine.subject
RETURNING j.tenant_id, j.kind, j.subject, j.attempt, j.created_at, j.last_error, j.reached, j.available_at AS held_until

-- name: let_go_of_jobs
-- Attempts that are broken off now: they are due at once, and were none, as restarts are no fault of the job's. The next one has the same
-- number, so it is told from this one by another moment.
WITH mine AS MATERIALIZED (
    SELECT j.tenant_id, j.kind, j.subject
      FROM unnest(:tenant_ids::uuid[], :kinds::text[], :subjects::uuid[], :attempts::integer[], :created_ats::timestamptz[])
           AS u (tenant_id, kind, subject, attempt, created_at)
      JOIN jobs j ON j.tenant_id = u.tenant_id AND j.kind = u.kind AND j.subject = u.subject
                 AND j.attempt = u.attempt AND j.created_at = u.created_at
     ORDER BY j.tenant_id, j.kind, j.subject
       FOR NO KEY UPDATE OF j SKIP LOCKED
)
UPDATE jobs j
   SET available_at = now(), attempt = j.attempt - 1, created_at = j.created_at + interval '1 microsecond'
  FROM mine
 WHERE j.tenant_id = mine.tenant_id AND j.kind = mine.kind AND j.subject = mine.subject

-- name: finish_job
-- The fence: an attempt whose lease was taken over by a later one finishes nothing. The moment from which they are counted belongs to it.
DELETE FROM jobs
 WHERE tenant_id = :tenant_id AND kind = :kind AND subject = :subject AND attempt = :attempt AND created_at = :created_at AND NOT again

-- name: begin_anew
-- It was asked for again during the attempt that ends, and that went well.
UPDATE jobs
   SET available_at = now(), again = false, reached = NULL, attempt = 0, created_at = now()
 WHERE tenant_id = :tenant_id AND kind = :kind AND subject = :subject AND attempt = :attempt AND created_at = :created_at AND again

-- name: hold_on_to_job
-- The lease of an attempt that is still going on, made longer, and how far it has got; nothing where another one has it.
UPDATE jobs
   SET available_at = now() + :lease, reached = :reached::bigint[]
 WHERE tenant_id = :tenant_id AND kind = :kind AND subject = :subject AND attempt = :attempt AND created_at = :created_at

-- name: put_job_back
-- After an attempt that did not fail they are counted from there: one failure among many turns that went well is the first.
UPDATE jobs
   SET available_at = now() + :pause, last_error = :error::text,
       attempt = CASE WHEN :error::text IS NULL THEN 0 ELSE attempt END,
       created_at = CASE WHEN :error::text IS NULL THEN now() ELSE created_at END
 WHERE tenant_id = :tenant_id AND kind = :kind AND subject = :subject AND attempt = :attempt AND created_at = :created_at

-- name: drop_jobs
DELETE FROM jobs WHERE tenant_id = :tenant_id AND kind = ANY(:kinds::text[])

-- name: jobs_backlog
-- Of tenants that are not suspended: how many jobs failed three times or more and wait to be tried again, by why they failed last; and
-- for how many seconds the oldest has been due without anybody taking it.
SELECT j.kind, j.last_error, (count(*) FILTER (WHERE j.attempt >= 3 AND j.last_error IS NOT NULL))::integer AS failing,
       greatest(max(extract(epoch FROM now() - j.available_at)), 0)::float8 AS overdue_seconds
  FROM jobs j
  JOIN tenants t ON t.id = j.tenant_id AND t.suspended_at IS NULL
 GROUP BY j.kind, j.last_error
 ORDER BY j.kind, j.last_error

-- name: count_jobs
SELECT count(*)::integer AS count FROM jobs WHERE kind = ANY(:kinds::text[])
