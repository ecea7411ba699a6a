-- Messages we were asked to send.

-- name: insert_departures
-- We wrote: the messages stand there, their conversations move up, and an open one now waits for the person. What nobody wrote, a
-- campaign's or a rule's, answers nobody: an open conversation stays open, and one that had no message yet is nobody's work until the person
-- writes.
WITH moved AS (
    UPDATE conversations c
       SET last_outbound_at = greatest(c.last_outbound_at, u.last_at),
           last_message_at = greatest(c.last_message_at, u.last_at),
           state = CASE WHEN c.state <> 'open' THEN c.state
                        WHEN NOT u.automatic THEN 'waiting'
                        WHEN c.last_message_at IS NULL THEN 'resolved'
                        ELSE c.state END,
           updated_at = now()
      FROM (SELECT d.tenant_id, d.id, max(d.created_at) AS last_at, bool_and(d.automatic) AS automatic
              FROM unnest(:tenant_ids::uuid[], :conversation_ids::uuid[], :created_ats::timestamptz[], :automatics::boolean[])
                   AS d (tenant_id, id, created_at, automatic)
             GROUP BY d.tenant_id, d.id
             ORDER BY d.tenant_id, d.id) AS u
     WHERE c.tenant_id = u.tenant_id AND c.id = u.id)
INSERT INTO messages (tenant_id, id, channel_connection_id, conversation_id, direction, type, text, payload, reply_to, sender, phase,
                      person, created_at, retry_of)
SELECT u.tenant_id, u.id, u.connection_id, u.conversation_id, 'outbound', u.type, u.text, u.payload, u.reply_to, u.sender, 'queued',
       (SELECT jsonb_strip_nulls(jsonb_build_object(
                   'wa_id', c.contact_wa_id,
                   'bsuid', CASE WHEN c.contact_wa_id IS NULL THEN bsuid_here(c.tenant_id, c.channel_connection_id, c.contact_id)
                                 ELSE c.contact_bsuid END))
          FROM conversations c WHERE c.tenant_id = u.tenant_id AND c.id = u.conversation_id),
       u.created_at, u.retry_of
  FROM unnest(:tenant_ids::uuid[], :ids::uuid[], :connection_ids::uuid[], :conversation_ids::uuid[], :types::text[], :texts::text[],
              :payloads::jsonb[], :reply_tos::text[], :senders::text[], :created_ats::timestamptz[], :retry_ofs::uuid[])
       AS u (tenant_id, id, connection_id, conversation_id, type, text, payload, reply_to, sender, created_at, retry_of)

-- name: withdraw_departures
-- They were taken back, or were good for no longer, before anybody began to send them.
UPDATE messages m
   SET failed_at = now(), failed_by = 'curbe', failure_kind = :kind, error = :error, updated_at = now()
 WHERE m.tenant_id = :tenant_id AND m.id = ANY(:ids::uuid[])
   AND m.phase = 'queued' AND num_nonnulls(m.accepted_at, m.sent_at, m.delivered_at, m.read_at, m.played_at, m.failed_at) = 0
RETURNING m.id

-- name: rewrite_departures
-- What they say was changed before anybody began to send them.
UPDATE messages m
   SET text = u.text, payload = u.payload, updated_at = now()
  FROM unnest(:ids::uuid[], :texts::text[], :payloads::jsonb[]) AS u (id, text, payload)
 WHERE m.tenant_id = :tenant_id AND m.id = u.id
   AND m.phase = 'queued' AND num_nonnulls(m.accepted_at, m.sent_at, m.delivered_at, m.read_at, m.played_at, m.failed_at) = 0

-- name: mark_sending
-- The intent, committed before the socket opens. A message that has evidence already, or is no longer queued, is not taken.
UPDATE messages m
   SET phase = 'sending', attempt = m.attempt + 1, updated_at = now()
 WHERE m.tenant_id = :tenant_id AND m.id = ANY(:ids::uuid[])
   AND m.phase = 'queued' AND num_nonnulls(m.accepted_at, m.sent_at, m.delivered_at, m.read_at, m.played_at, m.failed_at) = 0
RETURNING m.id, m.attempt, m.type, m.payload::text AS payload, m.reply_to

-- name: settle
-- What came of a batch of attempts. Acceptance is evidence and counts whatever happened meanwhile; every other verdict counts only for
-- the attempt it belongs to (the fence).
-- out: the messages as they stand after it, without their content
UPDATE messages m
   SET phase = CASE WHEN m.phase = 'sending' AND m.attempt = u.attempt AND u.verdict IN ('queued', 'unknown')
                    THEN u.verdict::outbox_phase ELSE m.phase END,
       accepted_at = CASE u.verdict WHEN 'accepted' THEN least(m.accepted_at, u.at) ELSE m.accepted_at END,
       provider_message_id = CASE u.verdict WHEN 'accepted' THEN coalesce(m.provider_message_id, u.provider_message_id)
                                            ELSE m.provider_message_id END,
       provider_status = coalesce(u.provider_status, m.provider_status),
       failed_at = CASE WHEN u.verdict = 'failed' THEN coalesce(m.failed_at, u.at) ELSE m.failed_at END,
       failed_by = CASE WHEN u.verdict = 'failed' THEN coalesce(m.failed_by, 'curbe') ELSE m.failed_by END,
       failure_kind = CASE WHEN u.verdict = 'failed' AND m.failed_at IS NULL THEN u.failure_kind ELSE m.failure_kind END,
       error_code = CASE WHEN u.verdict = 'failed' AND m.failed_at IS NULL THEN u.error_code ELSE m.error_code END,
       error = CASE WHEN u.verdict = 'failed' AND m.failed_at IS NULL THEN u.error ELSE m.error END,
       updated_at = now()
  FROM unnest(:ids::uuid[], :attempts::integer[], :verdicts::text[], :ats::timestamptz[], :provider_message_ids::text[],
              :provider_statuses::text[], :failure_kinds::text[], :error_codes::integer[], :errors::text[])
       AS u (id, attempt, verdict, at, provider_message_id, provider_status, failure_kind, error_code, error)
 WHERE m.tenant_id = :tenant_id AND m.id = u.id
   AND (u.verdict = 'accepted' OR (m.phase = 'sending' AND m.attempt = u.attempt))
RETURNING m.tenant_id, m.id, m.conversation_id, m.channel_connection_id AS connection_id, m.direction, m.status, m.type, m.text,
          ''::text AS payload, m.provider_message_id, m.reply_to, m.failure_kind, m.error_code, m.error, m.created_at, m.accepted_at,
          m.sent_at, m.delivered_at, m.read_at, m.played_at, m.failed_at, m.standby, NULL::text AS media,
          m.provider_status, m.pricing::text AS pricing, m.edited_at, m.revoked_at, NULL::text AS reactions, m.sender, m.retry_of,
          NULL::uuid AS retried_by, u.verdict,
          CASE WHEN m.type = 'reaction' AND m.accepted_at IS NOT NULL THEN m.payload::text END AS reaction

-- name: mark_unknown
-- Messages whose sender is gone: nobody knows whether the provider took them, so nobody sends them again. The attempt is compared, so that
-- one that was settled meanwhile, or is being tried once more, is left alone.
-- out: the messages as they stand after it, without their content
UPDATE messages m
   SET phase = 'unknown', updated_at = now()
  FROM unnest(:ids::uuid[], :attempts::integer[]) AS u (id, attempt)
 WHERE m.tenant_id = :tenant_id AND m.id = u.id AND m.attempt = u.attempt AND m.phase = 'sending'
RETURNING m.tenant_id, m.id, m.conversation_id, m.channel_connection_id AS connection_id, m.direction, m.status, m.type, m.text,
          ''::text AS payload, m.provider_message_id, m.reply_to, m.failure_kind, m.error_code, m.error, m.created_at, m.accepted_at,
          m.sent_at, m.delivered_at, m.read_at, m.played_at, m.failed_at, m.standby, NULL::text AS media,
          m.provider_status, m.pricing::text AS pricing, m.edited_at, m.revoked_at, NULL::text AS reactions, m.sender, m.retry_of,
          NULL::uuid AS retried_by, 'unknown' AS verdict, NULL::text AS reaction

-- name: mark_queued_unknown
-- They waited in a queue that was restored from a backup: nobody knows whether the provider was asked for them since, so nobody asks again.
UPDATE messages m
   SET phase = 'unknown', updated_at = now()
 WHERE m.tenant_id = :tenant_id AND m.id = ANY(:ids::uuid[])
   AND m.phase = 'queued' AND num_nonnulls(m.accepted_at, m.sent_at, m.delivered_at, m.read_at, m.played_at, m.failed_at) = 0
RETURNING m.id
