-- The outbox: what waits for a provider's answer.

-- name: enqueue
-- Of several messages to one person the first may go; the others wait for their turn.
INSERT INTO outbox (tenant_id, message_id, channel_connection_id, conversation_id, priority, campaign_id, expires_at, waits)
SELECT :tenant_id, u.message_id, u.connection_id, u.conversation_id, :priority, :campaign_id::uuid, now() + :lifetime::interval,
       CASE WHEN row_number() OVER (PARTITION BY u.conversation_id ORDER BY u.n) > 1 THEN 'turn'::outbox_wait END
  FROM unnest(:message_ids::uuid[], :connection_ids::uuid[], :conversation_ids::uuid[])
       WITH ORDINALITY AS u (message_id, connection_id, conversation_id, n)
 ORDER BY u.n

-- name: take_turn
-- Who moves turns in a number's queue does it alone, until the transaction's end: otherwise a message could be told to wait for one that
-- is just being removed, and would wait for ever.
SELECT pg_advisory_xact_lock(hashtext('curbe outbox'), hashtext(:connection_id::uuid::text))::text AS nothing

-- name: take_turns_of
-- The same for the numbers of these messages.
SELECT pg_advisory_xact_lock(hashtext('curbe outbox'), hashtext(u.connection_id::text))::text AS nothing
  FROM (SELECT DISTINCT o.channel_connection_id AS connection_id
          FROM outbox o
         WHERE o.tenant_id = :tenant_id AND o.message_id = ANY(:message_ids::uuid[])
         ORDER BY 1) AS u

-- name: wake_due
-- Those whose time has come may be looked at again.
UPDATE outbox o
   SET waits = NULL
  FROM (SELECT d.message_id FROM outbox d
         WHERE d.tenant_id = :tenant_id AND d.channel_connection_id = :connection_id AND d.waits = 'time' AND d.available_at <= now()
         ORDER BY d.available_at LIMIT 1000) AS due
 WHERE o.tenant_id = :tenant_id AND o.message_id = due.message_id AND o.waits = 'time'

-- name: running_campaigns
-- The campaigns that may send from a number. Locked: whoever pauses or cancels one waits for the claim that is under way, and nothing of it
-- is claimed once that is committed.
SELECT k.id FROM campaigns k
 WHERE k.tenant_id = :tenant_id AND k.channel_connection_id = :connection_id AND k.state = 'running'
 ORDER BY k.id
   FOR SHARE OF k

-- name: claim
-- The next messages of a number below a priority, most urgent first, one of a conversation at a time: order is kept within it. The first
-- `look` are looked at: at most `most` of them are leased, and those behind another one of their conversation are told to wait for their
-- turn, so that nobody looks at them again before it comes.
-- What has expired is left to who withdraws it: it waits like any other until then, a moment later.
-- A message has its turn where it was queued, and goes to whom its thread is with now: contacts become one, or two, while it waits.
WITH looked AS (
    SELECT o.message_id, o.priority, o.position,
           EXISTS (SELECT FROM outbox e
                    WHERE e.tenant_id = o.tenant_id AND e.conversation_id = o.conversation_id AND e.waits IS DISTINCT FROM 'turn'
                      AND e.message_id <> o.message_id
                      AND (e.lease_expires_at IS NOT NULL
                           OR ((e.priority, e.position) < (o.priority, o.position) AND (e.waits IS NULL OR e.holds))))
           OR EXISTS (SELECT FROM outbox e
                       WHERE e.tenant_id = o.tenant_id AND e.conversation_id = o.conversation_id AND e.waits = 'turn'
                         AND (e.priority, e.position) < (o.priority, o.position)) AS behind
      FROM outbox o
     WHERE o.tenant_id = :tenant_id AND o.channel_connection_id = :connection_id AND o.priority < :below
       AND o.waits IS NULL AND o.lease_expires_at IS NULL AND o.available_at <= now()
       AND (o.expires_at IS NULL OR o.expires_at > now())
       AND (o.campaign_id IS NULL OR o.campaign_id = ANY(:campaigns::uuid[]))
     ORDER BY o.priority, o.position
     LIMIT :look
       FOR UPDATE OF o SKIP LOCKED),
chosen AS (
    SELECT l.message_id, l.behind, row_number() OVER (PARTITION BY l.behind ORDER BY l.priority, l.position) AS place,
           m.current_conversation_id, m.type, m.template
      FROM looked l
           -- Each by its key, whatever the statistics say: one at a time.
     CROSS JOIN LATERAL (
           SELECT n.conversation_id AS current_conversation_id, n.type,
                  -- What is sent to many is asked of the gate once more: the template's name and language.
                  CASE WHEN l.priority >= :to_many AND NOT l.behind AND n.type = 'template' THEN
                       ARRAY[n.payload -> 'template' ->> 'name', n.payload -> 'template' -> 'language' ->> 'code'] END AS template
             FROM messages n WHERE n.tenant_id = :tenant_id AND n.id = l.message_id
            LIMIT 1) AS m)
UPDATE outbox o
   SET attempt = o.attempt + CASE WHEN chosen.behind THEN 0 ELSE 1 END,
       lease_expires_at = CASE WHEN NOT chosen.behind THEN now() + :lease END,
       trying_since = CASE WHEN chosen.behind THEN o.trying_since ELSE coalesce(o.trying_since, now()) END,
       waits = CASE WHEN chosen.behind THEN 'turn'::outbox_wait END,
       put_off = NULL
  FROM chosen, conversations c
 WHERE o.tenant_id = :tenant_id AND o.message_id = chosen.message_id AND (chosen.behind OR chosen.place <= :most)
   AND c.tenant_id = o.tenant_id AND c.id = chosen.current_conversation_id
RETURNING o.message_id, o.conversation_id, o.position, o.priority, o.attempt, o.refusals, coalesce(o.trying_since, now()) AS trying_since,
          c.contact_e164 AS e164,
          CASE WHEN c.contact_e164 IS NULL AND c.contact_bsuid IS NOT NULL THEN
               bsuid_here(c.tenant_id, c.channel_connection_id, c.contact_id) END AS bsuid,
          c.last_inbound_at, c.contact_id, c.id AS current_conversation_id, chosen.behind,
          chosen.type, chosen.template,
          o.campaign_id,
          CASE WHEN o.campaign_id IS NOT NULL AND NOT chosen.behind THEN
               (SELECT k.category FROM campaigns k WHERE k.tenant_id = o.tenant_id AND k.id = o.campaign_id) END AS looked_over_as,
          -- The quiet hours of its campaign, and its recipient's clock.
          CASE WHEN o.campaign_id IS NOT NULL THEN
               (SELECT ARRAY[r.zone, k.quiet_from::text, k.quiet_until::text]
                  FROM campaigns k
                  JOIN campaign_recipients r ON r.tenant_id = k.tenant_id AND r.message_id = o.message_id
                 WHERE k.tenant_id = o.tenant_id AND k.id = o.campaign_id AND k.quiet_from IS NOT NULL) END AS quiet,
          (SELECT d.paid_at - now() FROM pair_debts d WHERE d.tenant_id = o.tenant_id AND d.conversation_id = o.conversation_id) AS owes

-- name: unclaim
-- Claimed in this transaction, and it must wait: as if nobody had begun. Whoever is behind it waits with it where it holds them. For how
-- long is told, not until when: the clock of who asks may be another.
UPDATE outbox o
   SET attempt = o.attempt - 1, lease_expires_at = NULL, trying_since = CASE WHEN o.attempt > 1 THEN o.trying_since END,
       waits = 'time', holds = :holds, available_at = now() + u.pause,
       put_off = :reason::text::put_off_reason
  FROM unnest(:message_ids::uuid[], :pauses::interval[]) AS u (message_id, pause)
 WHERE o.tenant_id = :tenant_id AND o.message_id = u.message_id

-- name: drop_waiting
DELETE FROM outbox o WHERE o.tenant_id = :tenant_id AND o.message_id = ANY(:message_ids::uuid[])
RETURNING o.conversation_id

-- name: hold_on
-- The lease of an attempt that is still going on, made longer; nothing where it ran out.
UPDATE outbox o SET lease_expires_at = now() + :lease
 WHERE o.tenant_id = :tenant_id AND o.message_id = :message_id AND o.attempt = :attempt AND o.lease_expires_at > now()

-- name: put_back
-- Clearly not accepted: it waits until it may be asked again. Those behind it wait with it, but not for what takes longer than a minute
-- from when it was asked for. What goes back as it was, without a pause and uncounted, met nobody who said "later": nothing was asked, or its
-- number may not send and will wait for whoever mends that.
UPDATE outbox o
   SET lease_expires_at = NULL, trying_since = CASE WHEN u.counted > 0 OR u.pause > interval '0' THEN o.trying_since END,
       available_at = now() + u.pause, refusals = o.refusals + u.counted,
       waits = CASE WHEN u.pause > interval '0' THEN 'time'::outbox_wait END,
       holds = u.holds OR now() + u.pause <= o.created_at + interval '60 seconds'
  FROM unnest(:message_ids::uuid[], :pauses::interval[], :counted::integer[], :holds::boolean[]) AS u (message_id, pause, counted, holds)
 WHERE o.tenant_id = :tenant_id AND o.message_id = u.message_id

-- name: expired
-- Leases nobody will settle: their sender died, or lost the database after the provider was asked.
SELECT o.tenant_id, o.message_id, o.attempt
  FROM outbox o
 WHERE o.lease_expires_at < now()
 ORDER BY o.tenant_id, o.message_id
 LIMIT 1000

-- name: drop_expired
-- Only what is still as it was seen: a message put back meanwhile waits to be sent, one claimed again is being sent.
DELETE FROM outbox o
 USING unnest(:message_ids::uuid[], :attempts::integer[]) AS u (message_id, attempt)
 WHERE o.tenant_id = :tenant_id AND o.message_id = u.message_id AND o.attempt = u.attempt AND o.lease_expires_at < now()
RETURNING o.conversation_id

-- name: overdue
-- What has waited for longer than it is good for, also where its number may not send. From tenant to tenant along the index: what is good
-- for longer is not read.
WITH RECURSIVE waiting (tenant_id) AS (
    (SELECT o.tenant_id FROM outbox o WHERE o.expires_at IS NOT NULL ORDER BY o.tenant_id LIMIT 1)
    UNION ALL
    SELECT (SELECT o.tenant_id FROM outbox o WHERE o.tenant_id > w.tenant_id AND o.expires_at IS NOT NULL ORDER BY o.tenant_id LIMIT 1)
      FROM waiting w WHERE w.tenant_id IS NOT NULL
)
SELECT w.tenant_id, due.message_id
  FROM waiting w
 CROSS JOIN LATERAL (
       SELECT o.message_id FROM outbox o
        WHERE o.tenant_id = w.tenant_id AND o.expires_at <= now() AND o.lease_expires_at IS NULL
        ORDER BY o.expires_at
        LIMIT 1000) AS due
 ORDER BY w.tenant_id, due.message_id

-- name: free_to_go
-- What nobody has begun to send and might have been sent by now. What waits for a later moment has not been, wherever the queue was; nor has
-- what a paused campaign has set aside, until somebody resumes that.
SELECT o.message_id AS id FROM outbox o
 WHERE o.tenant_id = :tenant_id AND o.lease_expires_at IS NULL AND o.available_at <= now()
 ORDER BY o.message_id
 LIMIT 1000

-- name: lock_unbegun
-- Which of these messages nobody has begun to send; where `overdue`, only what has expired. Locked: a claim passes them over, and one that is
-- under way is waited for.
SELECT o.message_id AS id FROM outbox o
 WHERE o.tenant_id = :tenant_id AND o.message_id = ANY(:message_ids::uuid[]) AND o.lease_expires_at IS NULL
   AND (NOT :overdue::boolean OR o.expires_at <= now())
 ORDER BY o.message_id
   FOR UPDATE OF o

-- name: free_next
-- In each of these conversations the next one that waits for its turn may go. Not as a join: while the outbox was empty when statistics were
-- taken, the planner would begin with all that the tenant has in it.
UPDATE outbox o
   SET waits = NULL
 WHERE o.tenant_id = :tenant_id
   AND o.message_id = ANY(ARRAY(
       SELECT (SELECT f.message_id FROM outbox f
                WHERE f.tenant_id = :tenant_id AND f.conversation_id = freed.conversation_id AND f.waits = 'turn'
                ORDER BY f.priority, f.position LIMIT 1)
         FROM unnest(:conversation_ids::uuid[]) AS freed (conversation_id)))

-- name: free_beside
-- Of the others that wait for their turn in the conversations of these messages, which were claimed and wait now, one each: whoever goes before
-- the message, as a reply that came while a campaign's was under way, and where it holds nobody up, whoever is next. Told to wait for what was
-- under way, they would wait for ever: the message would wait for them as well.
UPDATE outbox o
   SET waits = NULL
 WHERE o.tenant_id = :tenant_id
   AND o.message_id = ANY(ARRAY(
       SELECT (SELECT f.message_id FROM outbox f
                WHERE f.tenant_id = :tenant_id AND f.conversation_id = b.conversation_id AND f.waits = 'turn'
                  AND (NOT b.holds OR (f.priority, f.position) < (b.priority, b.position))
                ORDER BY f.priority, f.position LIMIT 1)
         FROM outbox b
        WHERE b.tenant_id = :tenant_id AND b.message_id = ANY(:message_ids::uuid[])))

-- name: waiting_of_campaign
-- How many messages of a campaign wait to be sent, set aside or not, and how many of them until it is morning where their people live.
SELECT count(*)::integer AS waiting, (count(*) FILTER (WHERE o.waits = 'time' AND o.available_at = 'infinity'))::integer AS aside,
       (count(*) FILTER (WHERE o.waits = 'time' AND o.put_off = 'quiet'))::integer AS asleep
  FROM outbox o WHERE o.tenant_id = :tenant_id AND o.campaign_id = :campaign_id

-- name: set_aside
-- What of a campaign nobody has begun to send waits until it is brought back; who is behind it does not.
UPDATE outbox o
   SET waits = 'time', holds = false, available_at = 'infinity'
 WHERE o.tenant_id = :tenant_id AND o.campaign_id = :campaign_id AND o.waits IS NULL AND o.lease_expires_at IS NULL
RETURNING o.conversation_id

-- name: bring_back
UPDATE outbox o
   SET waits = NULL, holds = true, available_at = now()
 WHERE o.tenant_id = :tenant_id AND o.campaign_id = :campaign_id AND o.waits = 'time' AND o.available_at = 'infinity'

-- name: unbegun_of_campaign
-- Messages of a campaign that nobody has begun to send.
SELECT o.message_id AS id FROM outbox o
 WHERE o.tenant_id = :tenant_id AND o.campaign_id = :campaign_id AND o.lease_expires_at IS NULL
 ORDER BY o.message_id
 LIMIT 1000
   FOR UPDATE OF o

-- name: waiting_connections
-- The numbers that have something to send and may send.
SELECT c.tenant_id, c.id, c.phone_number_id
  FROM channel_connections c
  JOIN tenants t ON t.id = c.tenant_id AND t.suspended_at IS NULL
  LEFT JOIN send_holds h ON h.tenant_id = c.tenant_id AND h.channel_connection_id = c.id AND h.until > now()
 WHERE c.status = 'active' AND c.pause_reason IS NULL
   AND (EXISTS (SELECT FROM outbox o
                 WHERE o.tenant_id = c.tenant_id AND o.channel_connection_id = c.id AND o.waits IS NULL
                   AND o.priority < coalesce(h.from_priority, :everything::integer) AND o.lease_expires_at IS NULL AND o.available_at <= now())
        OR EXISTS (SELECT FROM outbox o
                    WHERE o.tenant_id = c.tenant_id AND o.channel_connection_id = c.id AND o.waits = 'time'
                      AND o.available_at <= now()))

-- name: outbox_depth
-- What waits, and for how long the oldest has been free to go: not what is put off, waits for its turn, or is of a number or a tenant that may
-- not send.
SELECT count(*)::integer AS waiting,
       coalesce(max(extract(epoch FROM now() - o.available_at))
                FILTER (WHERE c.id IS NOT NULL AND o.waits IS NULL AND o.lease_expires_at IS NULL AND o.available_at <= now()), 0)::float8 AS oldest_seconds
  FROM outbox o
  LEFT JOIN (channel_connections c JOIN tenants t ON t.id = c.tenant_id AND t.suspended_at IS NULL)
         ON c.tenant_id = o.tenant_id AND c.id = o.channel_connection_id AND c.status = 'active' AND c.pause_reason IS NULL

-- name: sending_account
-- What a sender needs of its number; absent where it may not send. Locked: whoever pauses the number waits for the claim that is under way,
-- and nothing is claimed once that is committed; who suspends its tenant is waited for, or waits, before this.
SELECT c.id, c.tenant_id, c.phone_number_id, c.messages_per_second, c.access_token_enc,
       coalesce(c.health #>> '{portfolio,value}', c.waba_id, c.id::text) AS portfolio, c.metadata ->> 'messaging_limit' AS messaging_limit,
       restricted_until(c.health) AS restricted_until,
       (SELECT h.from_priority FROM send_holds h
         WHERE h.tenant_id = c.tenant_id AND h.channel_connection_id = c.id AND h.until > now()) AS held_from,
       now() AS now
  FROM channel_connections c
  JOIN tenants t ON t.id = c.tenant_id AND t.suspended_at IS NULL
 WHERE c.tenant_id = :tenant_id AND c.id = :connection_id AND c.status = 'active' AND c.pause_reason IS NULL
   FOR SHARE OF c

-- name: lines_to_phone
-- All of a tenant's numbers, each with its conversation with whoever has a phone, in its canonical form; absent where they never spoke.
SELECT c.id AS connection_id, c.status, c.country_id, c.phone_number_id, c.phone_number_e164, c.pause_reason, c.pause_cause,
       restricted_until(c.health) AS restricted_until,
       v.id, v.e164, v.wa_id, v.last_inbound_at
  FROM channel_connections c
  LEFT JOIN LATERAL (
       SELECT d.id, d.contact_e164 AS e164, d.contact_wa_id AS wa_id, d.last_inbound_at
         FROM contact_aliases a
         JOIN conversations d ON d.tenant_id = :tenant_id AND d.channel_connection_id = c.id AND d.contact_id = a.contact_id
        WHERE a.tenant_id = :tenant_id AND a.kind = 'phone' AND a.value = :phone AND a.retired_at IS NULL
        LIMIT 1) AS v ON true
 WHERE c.tenant_id = :tenant_id
 ORDER BY c.id

-- name: destination_of_phone
-- The conversation of one of our numbers with whoever has a phone, in its canonical form; absent where they never spoke.
SELECT c.id, c.channel_connection_id AS connection_id, c.contact_e164 AS e164, c.contact_wa_id AS wa_id, c.last_inbound_at
  FROM contact_aliases a
  JOIN conversations c ON c.tenant_id = a.tenant_id AND c.contact_id = a.contact_id AND c.channel_connection_id = :connection_id
 WHERE a.tenant_id = :tenant_id AND a.kind = 'phone' AND a.value = :phone AND a.retired_at IS NULL

-- name: destination
-- A conversation and its number, as far as sending needs them.
SELECT n.id AS connection_id, n.status, n.country_id, n.phone_number_id, n.phone_number_e164, n.pause_reason, n.pause_cause,
       restricted_until(n.health) AS restricted_until,
       c.id, c.contact_e164 AS e164, c.contact_wa_id AS wa_id, c.last_inbound_at
  FROM conversations o
  JOIN conversations c ON c.tenant_id = :tenant_id AND c.id = coalesce(o.merged_into, o.id)
  JOIN channel_connections n ON n.tenant_id = :tenant_id AND n.id = c.channel_connection_id
 WHERE o.tenant_id = :tenant_id AND o.id = :conversation_id

-- name: arrival
-- A message that came in, and the number it came to, where that number may send.
SELECT m.provider_message_id, c.id, c.tenant_id, c.phone_number_id, c.messages_per_second, c.access_token_enc
  FROM messages m
  JOIN channel_connections c ON c.tenant_id = m.tenant_id AND c.id = m.channel_connection_id
 WHERE m.tenant_id = :tenant_id AND m.id = :message_id AND m.direction = 'inbound'
   AND c.status = 'active' AND c.pause_reason IS NULL

-- name: newest_arrival_of
SELECT m.id AS message_id
  FROM messages m
 WHERE m.tenant_id = :tenant_id AND m.conversation_id = :conversation_id AND m.direction = 'inbound'
 ORDER BY m.created_at DESC, m.id DESC
 LIMIT 1

-- name: lock_destination
-- Whoever writes into a conversation that another writes into at the moment waits, and sees what was written.
SELECT c.id FROM conversations c WHERE c.tenant_id = :tenant_id AND c.id = :conversation_id FOR NO KEY UPDATE OF c

-- name: seen_message
SELECT m.id, m.created_at
  FROM messages m
 WHERE m.tenant_id = :tenant_id AND m.id = :message_id AND m.conversation_id = :conversation_id

-- name: answered_since
-- The latest word to the person after a place in the thread that somebody else than the sender wrote, from here or elsewhere. What failed
-- was no answer, and what a campaign or a rule wrote is none.
SELECT m.id, m.sender, m.created_at
  FROM messages m
 WHERE m.tenant_id = :tenant_id AND m.conversation_id = :conversation_id
   AND (m.created_at, m.id) > (:seen_at::timestamptz, :seen_id::uuid)
   AND m.direction = 'outbound' AND m.sender IS DISTINCT FROM :sender AND m.status <> 'failed'
   AND coalesce(m.sender, '') NOT LIKE ALL (ARRAY['campaign:%', 'system:%'])
 ORDER BY m.created_at DESC, m.id DESC
 LIMIT 1

-- name: hold_place_of
-- Where a message shows, before the message itself: as whoever applies what comes in, and whoever joins two conversations.
SELECT c.id
  FROM messages m
  JOIN conversations o ON o.tenant_id = :tenant_id AND o.id = m.conversation_id
  JOIN conversations c ON c.tenant_id = :tenant_id AND c.id = coalesce(o.merged_into, o.id)
 WHERE m.tenant_id = :tenant_id AND m.id = :message_id
   FOR NO KEY UPDATE OF c

-- name: lock_original
-- A message that somebody wants to send once more. Locked, so that two who want it make one.
SELECT m.id, m.conversation_id, m.status, m.phase::text AS phase, m.payload::text AS payload, m.reply_to, m.error_code, m.failed_at,
       now() AS now
  FROM messages m
 WHERE m.tenant_id = :tenant_id AND m.id = :message_id AND m.direction = 'outbound'
   FOR NO KEY UPDATE OF m

-- name: sent_once_more
SELECT m.id, m.conversation_id FROM messages m WHERE m.tenant_id = :tenant_id AND m.retry_of = :message_id

-- name: line_of_number
-- The tenant's live connection of one of Meta's numbers.
SELECT c.id FROM channel_connections c
 WHERE c.tenant_id = :tenant_id AND c.phone_number_id = :phone_number_id AND c.status IN ('active', 'error')

-- name: last_line_of
-- The live number that spoke last with whoever has a phone, in its canonical form.
SELECT v.channel_connection_id AS id
  FROM contact_aliases a
  JOIN conversations v ON v.tenant_id = a.tenant_id AND v.contact_id = a.contact_id
  JOIN channel_connections c ON c.tenant_id = v.tenant_id AND c.id = v.channel_connection_id AND c.status IN ('active', 'error')
 WHERE a.tenant_id = :tenant_id AND a.kind = 'phone' AND a.value = :phone AND a.retired_at IS NULL
 ORDER BY v.last_message_at DESC NULLS LAST, v.id
 LIMIT 1

-- name: failure_told
-- How a message failed, where it was its provider that said so.
SELECT m.channel_connection_id AS connection_id, m.error_code, m.error, m.failed_at, now() AS now
  FROM messages m
 WHERE m.tenant_id = :tenant_id AND m.id = :id AND m.failed_by = 'provider'

-- name: templates_of_messages
-- The templates that messages were to carry, and one of the messages each.
SELECT DISTINCT ON (t.id) m.id AS message_id, t.waba_id, t.provider_template_id, t.name, t.language
  FROM messages m
  JOIN channel_connections c ON c.tenant_id = m.tenant_id AND c.id = m.channel_connection_id
  JOIN templates t ON t.tenant_id = c.tenant_id AND t.waba_id = c.waba_id AND t.name = m.payload -> 'template' ->> 'name'
                  AND t.language = m.payload -> 'template' -> 'language' ->> 'code' AND t.status IS DISTINCT FROM 'DELETED'
 WHERE m.tenant_id = :tenant_id AND m.id = ANY(:ids::uuid[]) AND m.type = 'template'
 ORDER BY t.id, m.id
