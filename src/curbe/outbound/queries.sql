-- The outbox: what waits for a provider's answer.

-- name: enqueue
INSERT INTO outbox (tenant_id, message_id, channel_connection_id, conversation_id, priority)
SELECT :tenant_id, u.message_id, u.connection_id, u.conversation_id, :priority
  FROM unnest(:message_ids::uuid[], :connection_ids::uuid[], :conversation_ids::uuid[]) AS u (message_id, connection_id, conversation_id)

-- name: wake_sender
SELECT pg_notify('curbe_outbox', :payload)::text AS nothing

-- name: claim
-- The next messages of a number, most urgent first, one of a conversation at a time: order is kept within it. A message that waits after
-- a refusal holds its followers back for a minute, then they go.
WITH due AS (
    SELECT o.message_id
      FROM outbox o
     WHERE o.tenant_id = :tenant_id AND o.channel_connection_id = :connection_id
       AND o.lease_expires_at IS NULL AND o.available_at <= now()
       AND NOT EXISTS (
           SELECT FROM outbox e
            WHERE e.tenant_id = o.tenant_id AND e.conversation_id = o.conversation_id AND e.position < o.position
              AND NOT (e.lease_expires_at IS NULL AND e.available_at > now() AND e.created_at < now() - interval '60 seconds'))
     ORDER BY o.priority, o.position
     LIMIT :most
       FOR UPDATE OF o SKIP LOCKED)
UPDATE outbox o
   SET attempt = o.attempt + 1, lease_expires_at = now() + :lease
  FROM due, conversations c
 WHERE o.tenant_id = :tenant_id AND o.message_id = due.message_id
   AND c.tenant_id = o.tenant_id AND c.id = o.conversation_id
RETURNING o.message_id, o.conversation_id, o.position, o.priority, o.refusals, o.created_at, c.contact_e164 AS e164,
          (SELECT a.value FROM contact_aliases a
            WHERE a.tenant_id = o.tenant_id AND a.contact_id = c.contact_id AND a.kind = 'bsuid'
            ORDER BY a.created_at DESC LIMIT 1) AS bsuid,
          c.last_inbound_at

-- name: drop_waiting
DELETE FROM outbox o WHERE o.tenant_id = :tenant_id AND o.message_id = ANY(:message_ids::uuid[])

-- name: put_back
-- Clearly not accepted: it waits until it may be asked again.
UPDATE outbox o
   SET lease_expires_at = NULL, available_at = now() + u.pause, refusals = o.refusals + u.counted
  FROM unnest(:message_ids::uuid[], :pauses::interval[], :counted::integer[]) AS u (message_id, pause, counted)
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

-- name: waiting_connections
-- The numbers that have something to send and may send.
SELECT c.tenant_id, c.id
  FROM channel_connections c
 WHERE c.status = 'active' AND c.pause_reason IS NULL
   AND EXISTS (SELECT FROM outbox o WHERE o.tenant_id = c.tenant_id AND o.channel_connection_id = c.id
                  AND o.lease_expires_at IS NULL AND o.available_at <= now())

-- name: outbox_depth
SELECT count(*)::integer AS waiting FROM outbox

-- name: sending_account
-- What a sender needs of its number; absent where it may not send.
SELECT c.id, c.tenant_id, c.phone_number_id, c.messages_per_second, c.access_token_enc
  FROM channel_connections c
 WHERE c.tenant_id = :tenant_id AND c.id = :connection_id AND c.status = 'active' AND c.pause_reason IS NULL

-- name: find_idempotent
SELECT k.request_hash, k.response::text AS response
  FROM idempotency_keys k
 WHERE k.tenant_id = :tenant_id AND k.route = :route AND k.key = :key

-- name: claim_idempotent
-- Waits for whoever is writing the same key; nothing inserted means that it was answered before.
INSERT INTO idempotency_keys (tenant_id, route, key, request_hash, response)
VALUES (:tenant_id, :route, :key, :request_hash, :response::jsonb)
    ON CONFLICT (tenant_id, route, key) DO NOTHING

-- name: drop_idempotent_before
DELETE FROM idempotency_keys k WHERE k.tenant_id = :tenant_id AND k.created_at < :before

-- name: destination
-- A conversation as far as sending needs it.
SELECT c.id, c.channel_connection_id AS connection_id, c.contact_e164 AS e164, c.contact_wa_id AS wa_id, c.last_inbound_at
  FROM conversations c
 WHERE c.tenant_id = :tenant_id AND c.id = :conversation_id

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
