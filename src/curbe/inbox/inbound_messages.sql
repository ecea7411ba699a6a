-- Messages that people wrote to us, and what they did beside.

-- name: insert_arrivals
-- A message that is here already changes nothing: Meta delivers again what it is not sure of.
INSERT INTO messages (tenant_id, id, channel_connection_id, conversation_id, direction, provider_message_id, type, text, payload,
                      reply_to, person, created_at)
SELECT u.tenant_id, u.id, u.connection_id, u.conversation_id, 'inbound', u.provider_message_id, u.type, u.text, u.payload,
       u.reply_to, u.person, u.created_at
  FROM unnest(:tenant_ids::uuid[], :ids::uuid[], :connection_ids::uuid[], :conversation_ids::uuid[], :provider_message_ids::text[],
              :types::text[], :texts::text[], :payloads::jsonb[], :reply_tos::text[], :persons::jsonb[],
              :created_ats::timestamptz[])
       AS u (tenant_id, id, connection_id, conversation_id, provider_message_id, type, text, payload, reply_to, person, created_at)
    ON CONFLICT (tenant_id, channel_connection_id, provider_message_id) DO NOTHING
RETURNING id

-- name: roll_up_arrivals
-- Somebody wrote: the conversation counts it, moves up, and opens again unless it is blocked. Or did something that only opens the window:
-- a conversation whose window has been open since later is left as it is.
UPDATE conversations c
   SET unread_count = c.unread_count + u.arrived,
       last_inbound_at = greatest(c.last_inbound_at, u.last_inbound_at),
       last_message_at = greatest(c.last_message_at, u.last_message_at),
       state = CASE WHEN c.state = 'blocked' OR u.arrived = 0 THEN c.state ELSE 'open' END,
       snoozed_until = CASE WHEN c.state = 'blocked' OR u.arrived = 0 THEN c.snoozed_until END,
       updated_at = now()
  FROM unnest(:tenant_ids::uuid[], :ids::uuid[], :counts::integer[], :last_inbound_ats::timestamptz[],
              :last_message_ats::timestamptz[])
       AS u (tenant_id, id, arrived, last_inbound_at, last_message_at)
 WHERE c.tenant_id = u.tenant_id AND c.id = u.id
   AND (u.last_message_at IS NOT NULL OR c.last_inbound_at IS NULL OR c.last_inbound_at < u.last_inbound_at)

-- name: insert_activity
-- What is here already changes nothing.
INSERT INTO contact_activity (tenant_id, channel_connection_id, provider_id, conversation_id, kind, at, opens_window, person)
SELECT u.tenant_id, u.connection_id, u.provider_id, u.conversation_id, u.kind, u.at, u.opens_window, u.person
  FROM unnest(:tenant_ids::uuid[], :connection_ids::uuid[], :provider_ids::text[], :conversation_ids::uuid[], :kinds::text[],
              :ats::timestamptz[], :opens_windows::boolean[], :persons::jsonb[])
       AS u (tenant_id, connection_id, provider_id, conversation_id, kind, at, opens_window, person)
    ON CONFLICT (tenant_id, channel_connection_id, provider_id) DO NOTHING
RETURNING tenant_id, channel_connection_id AS connection_id, provider_id
