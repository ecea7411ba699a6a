-- Messages that people wrote to us.

-- name: insert_arrivals
-- A message that is here already changes nothing: Meta delivers again what it is not sure of.
INSERT INTO messages (tenant_id, id, channel_connection_id, conversation_id, direction, provider_message_id, type, text, payload,
                      reply_to, created_at)
SELECT u.tenant_id, u.id, u.connection_id, u.conversation_id, 'inbound', u.provider_message_id, u.type, u.text, u.payload,
       u.reply_to, u.created_at
  FROM unnest(:tenant_ids::uuid[], :ids::uuid[], :connection_ids::uuid[], :conversation_ids::uuid[], :provider_message_ids::text[],
              :types::text[], :texts::text[], :payloads::jsonb[], :reply_tos::text[], :created_ats::timestamptz[])
       AS u (tenant_id, id, connection_id, conversation_id, provider_message_id, type, text, payload, reply_to, created_at)
    ON CONFLICT (tenant_id, channel_connection_id, provider_message_id) DO NOTHING
RETURNING id

-- name: roll_up_arrivals
-- Somebody wrote: the conversation counts it, moves up, and opens again unless it is blocked.
UPDATE conversations c
   SET unread_count = c.unread_count + u.arrived,
       last_inbound_at = greatest(c.last_inbound_at, u.last_inbound_at),
       last_message_at = greatest(c.last_message_at, u.last_message_at),
       state = CASE WHEN c.state = 'blocked' THEN c.state ELSE 'open' END,
       updated_at = now()
  FROM unnest(:tenant_ids::uuid[], :ids::uuid[], :counts::integer[], :last_inbound_ats::timestamptz[],
              :last_message_ats::timestamptz[])
       AS u (tenant_id, id, arrived, last_inbound_at, last_message_at)
 WHERE c.tenant_id = u.tenant_id AND c.id = u.id
