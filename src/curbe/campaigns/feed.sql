-- What carries a campaign on: a few recipients at a time become messages, just ahead of the sender.

-- name: campaigns_at_work
-- Of all tenants that are not suspended: those whose time has come, those that run, and those that stopped and have something in the outbox still.
SELECT k.tenant_id, k.id, k.channel_connection_id AS connection_id, k.state
  FROM (SELECT c.* FROM campaigns c WHERE c.state IN ('scheduled', 'running', 'paused')
        UNION ALL
        -- What is left of those that ended long ago is nobody's hurry.
        SELECT c.* FROM campaigns c WHERE c.state = 'cancelled' AND c.ended_at > now() - interval '30 days') AS k
  JOIN tenants t ON t.id = k.tenant_id AND t.suspended_at IS NULL
 WHERE CASE k.state
           WHEN 'running' THEN true
           WHEN 'scheduled' THEN k.scheduled_at <= now()
           -- Nothing of them is claimed.
           ELSE EXISTS (SELECT FROM outbox o
                         WHERE o.tenant_id = k.tenant_id AND o.campaign_id = k.id AND o.lease_expires_at IS NULL
                           AND (k.state = 'cancelled' OR o.waits IS NULL))
       END

-- name: lock_due
-- Absent where somebody put it off or unscheduled it since it was seen to be due. Locked: nobody does so any more before it has begun.
SELECT k.scheduled_at, now() AS now FROM campaigns k
 WHERE k.tenant_id = :tenant_id AND k.id = :campaign_id AND k.state = 'scheduled' AND k.scheduled_at <= now()
   FOR UPDATE OF k

-- name: lock_feed
-- Nobody else feeds the campaign meanwhile; whoever comes second goes on to another one.
SELECT f.taken_count FROM campaign_feeds f
 WHERE f.tenant_id = :tenant_id AND f.campaign_id = :campaign_id
   FOR UPDATE OF f SKIP LOCKED

-- name: fed_campaign
-- Absent where it does not run. Locked: whoever pauses or cancels it waits for the batch under way, and no other is made once that is committed.
SELECT k.id, k.name, k.channel_connection_id AS connection_id, k.template::text AS template, k.category, k.state, k.reason, k.reason_detail,
       k.scheduled_at, k.time_zone, k.quiet_from, k.quiet_until, k.ramp_first_hour, k.ramp_factor, k.pause_at_failures, k.created_by,
       k.created_at, k.updated_at, k.started_at, k.resumed_at, k.ran_before, k.ended_at, k.kept::text AS kept,
       k.zones, c.messages_per_second
  FROM campaigns k
  JOIN channel_connections c ON c.tenant_id = k.tenant_id AND c.id = k.channel_connection_id
 WHERE k.tenant_id = :tenant_id AND k.id = :campaign_id AND k.state = 'running'
   FOR SHARE OF k

-- name: next_recipients
-- The first of those who may be written to now, with who they are and where the number speaks with them, as far as that is known.
WITH next AS (
    SELECT x.n, x.phone, x.contact_id, x.variables, x.retry_of
      FROM unnest(:zones::text[]) AS z (zone),
           LATERAL (SELECT r.n, r.phone, r.contact_id, r.variables, r.retry_of
                      FROM campaign_recipients r
                     WHERE r.tenant_id = :tenant_id AND r.campaign_id = :campaign_id AND r.zone = z.zone AND r.state = 'waiting'
                     ORDER BY r.n
                     LIMIT :most) AS x
     ORDER BY x.n
     LIMIT :most)
SELECT x.n, x.phone, x.contact_id AS known_as, x.variables::text AS variables, x.retry_of, p.id AS contact_id, p.wa_id, p.name,
       v.id AS conversation_id, v.last_inbound_at
  FROM next x
  LEFT JOIN contact_aliases a ON a.tenant_id = :tenant_id AND a.kind = 'phone' AND a.value = x.phone AND a.retired_at IS NULL
  LEFT JOIN contacts p ON p.tenant_id = a.tenant_id AND p.id = a.contact_id
  LEFT JOIN conversations v ON v.tenant_id = p.tenant_id AND v.channel_connection_id = :connection_id AND v.contact_id = p.id
 ORDER BY x.n

-- name: held_by_others
-- Those of these contacts who are another recipient of the campaign: two numbers of one person, known as such only by now. A row that was
-- taken keeps whom it was for, who may have turned out to be another since; one that waits is told whom it is for when its turn comes.
WITH RECURSIVE same (wanted, id) AS (
     SELECT u.id, u.id FROM unnest(:contact_ids::uuid[]) AS u (id)
     UNION
     SELECT same.wanted, g.id
       FROM same,
            LATERAL (SELECT m.id FROM contacts m WHERE m.tenant_id = :tenant_id AND m.merged_into = same.id OFFSET 0) AS g)
SELECT DISTINCT same.wanted AS contact_id
  FROM same
  JOIN campaign_recipients r ON r.tenant_id = :tenant_id AND r.campaign_id = :campaign_id AND r.contact_id = same.id
 WHERE r.n <> ALL(:ns::bigint[]) AND (same.id = same.wanted OR r.state = 'taken')

-- name: let_go_of_contacts
-- A contact is one row of a campaign at any moment: rows that turn out to be nobody of their own, or somebody else, let go of theirs first.
UPDATE campaign_recipients r SET contact_id = NULL
 WHERE r.tenant_id = :tenant_id AND r.campaign_id = :campaign_id AND r.n = ANY(:ns::bigint[]) AND r.state = 'waiting'

-- name: lock_tried_again
-- What those who wait once more were sent before, as far as it is kept still. Locked: until the batch is committed nobody sends it once
-- more by hand, and retention does not delete it.
SELECT m.id FROM messages m
 WHERE m.tenant_id = :tenant_id AND m.id = ANY(:message_ids::uuid[])
 ORDER BY m.id
   FOR NO KEY UPDATE OF m

-- name: sent_again_already
SELECT m.retry_of AS id FROM messages m WHERE m.tenant_id = :tenant_id AND m.retry_of = ANY(:message_ids::uuid[])

-- name: take_recipients
UPDATE campaign_recipients r
   SET state = 'taken', message_id = u.message_id, contact_id = u.contact_id, taken_at = :now::timestamptz
  FROM unnest(:ns::bigint[], :message_ids::uuid[], :contact_ids::uuid[]) AS u (n, message_id, contact_id)
 WHERE r.tenant_id = :tenant_id AND r.campaign_id = :campaign_id AND r.n = u.n AND r.state = 'waiting'

-- name: skip_recipients
UPDATE campaign_recipients r
   SET state = 'skipped', skip_reason = u.reason, skip_detail = u.detail
  FROM unnest(:ns::bigint[], :reasons::text[], :details::text[]) AS u (n, reason, detail)
 WHERE r.tenant_id = :tenant_id AND r.campaign_id = :campaign_id AND r.n = u.n AND r.state = 'waiting'

-- name: unsent_of_campaign
-- Messages of a campaign in the outbox that nobody has begun to send, and their recipients' rows.
SELECT o.message_id AS id, r.variables::text AS variables
  FROM outbox o
  JOIN campaign_recipients r ON r.tenant_id = o.tenant_id AND r.message_id = o.message_id
 WHERE o.tenant_id = :tenant_id AND o.campaign_id = :campaign_id AND o.lease_expires_at IS NULL AND o.message_id > :after
 ORDER BY o.message_id
 LIMIT :most

-- name: note_fed
UPDATE campaign_feeds f SET taken_count = f.taken_count + :count
 WHERE f.tenant_id = :tenant_id AND f.campaign_id = :campaign_id

-- name: somebody_waits
SELECT EXISTS (SELECT FROM campaign_recipients r
                WHERE r.tenant_id = :tenant_id AND r.campaign_id = :campaign_id AND r.state = 'waiting') AS waits

-- name: conditions_of_campaign
-- What a running campaign depends on, and what became of the latest recipients since it last began to run.
SELECT t.status AS template_status, t.quality AS template_quality, t.category AS template_category, k.category AS looked_over_as,
       c.status = 'active' AND c.pause_reason IS NULL AS number_active, c.pause_reason AS number_reason, c.quality_rating AS number_quality,
       EXISTS (SELECT FROM send_holds h
                WHERE h.tenant_id = c.tenant_id AND h.channel_connection_id = c.id AND h.until > now()
                  AND h.from_priority <= :priority) AS held,
       -- It has its own end: that the number was connected again meanwhile says nothing of it.
       CASE WHEN restricted_until(c.health) > now() THEN restricted_until(c.health) END AS restricted_until,
       l.settled, l.failed, l.unknown, l.template_codes
  FROM campaigns k
  JOIN channel_connections c ON c.tenant_id = k.tenant_id AND c.id = k.channel_connection_id
  LEFT JOIN templates t ON t.tenant_id = c.tenant_id AND t.waba_id = c.waba_id AND t.name = k.template ->> 'name'
                       AND t.language = k.template -> 'language' ->> 'code' AND t.status IS DISTINCT FROM 'DELETED',
       LATERAL (SELECT (count(*) FILTER (WHERE m.status NOT IN ('queued', 'sending')))::integer AS settled,
                       (count(*) FILTER (WHERE m.status = 'failed'
                                          AND m.failure_kind NOT IN ('cancelled', 'consent', 'blocked', 'withheld')))::integer AS failed,
                       (count(*) FILTER (WHERE m.status = 'unknown'))::integer AS unknown,
                       (count(*) FILTER (WHERE m.status = 'failed' AND m.error_code = ANY(:template_codes::integer[])))::integer AS template_codes
                  FROM (SELECT r.message_id FROM campaign_recipients r
                         WHERE r.tenant_id = :tenant_id AND r.campaign_id = :campaign_id AND r.state = 'taken'
                           AND r.taken_at >= k.resumed_at
                         ORDER BY r.taken_at DESC
                         LIMIT :most) AS latest
                  JOIN messages m ON m.tenant_id = :tenant_id AND m.id = latest.message_id) AS l
 WHERE k.tenant_id = :tenant_id AND k.id = :campaign_id
 LIMIT 1
