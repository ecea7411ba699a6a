-- Messages and names that came about beside us: in the WhatsApp Business app, in its history, through Meta's agent.

-- name: insert_echoes
-- Written on the business's side by somebody else than us: it was sent, and is never ours to send.
INSERT INTO messages (tenant_id, id, channel_connection_id, conversation_id, direction, provider_message_id, type, text, payload,
                      reply_to, person, sender, phase, sent_at, created_at)
SELECT u.tenant_id, u.id, u.connection_id, u.conversation_id, 'outbound', u.provider_message_id, u.type, u.text, u.payload,
       u.reply_to, u.person, u.sender, 'elsewhere', u.at, u.at
  FROM unnest(:tenant_ids::uuid[], :ids::uuid[], :connection_ids::uuid[], :conversation_ids::uuid[], :provider_message_ids::text[],
              :types::text[], :texts::text[], :payloads::jsonb[], :reply_tos::text[], :persons::jsonb[], :senders::text[],
              :ats::timestamptz[])
       AS u (tenant_id, id, connection_id, conversation_id, provider_message_id, type, text, payload, reply_to, person, sender, at)
    ON CONFLICT (tenant_id, channel_connection_id, provider_message_id) DO NOTHING
RETURNING tenant_id, id

-- name: insert_past
-- A placeholder gives way to its file, whichever came first; facts accumulate, at the message's own time, as history tells no other.
INSERT INTO messages AS m (
       tenant_id, id, channel_connection_id, conversation_id, direction, provider_message_id, type, text, payload, reply_to, person, sender,
       phase, accepted_at, sent_at, delivered_at, read_at, played_at, failed_at, failed_by, failure_kind, created_at)
SELECT u.tenant_id, u.id, u.connection_id, u.conversation_id, u.direction::message_direction, u.provider_message_id, u.type, u.text,
       u.payload, u.reply_to, u.person, CASE u.direction WHEN 'outbound' THEN 'app' END,
       CASE u.direction WHEN 'outbound' THEN 'elsewhere'::outbox_phase END,
       CASE WHEN u.direction = 'outbound' THEN u.at END,
       CASE WHEN u.reached IN ('sent', 'delivered', 'read', 'played') THEN u.at END,
       CASE u.reached WHEN 'delivered' THEN u.at END, CASE u.reached WHEN 'read' THEN u.at END,
       CASE u.reached WHEN 'played' THEN u.at END, CASE u.reached WHEN 'failed' THEN u.at END,
       CASE u.reached WHEN 'failed' THEN 'provider'::verdict_source END, CASE u.reached WHEN 'failed' THEN 'unlisted' END, u.at
  FROM unnest(:tenant_ids::uuid[], :ids::uuid[], :connection_ids::uuid[], :conversation_ids::uuid[], :provider_message_ids::text[],
              :directions::text[], :types::text[], :texts::text[], :payloads::jsonb[], :reply_tos::text[], :persons::jsonb[],
              :reacheds::text[], :ats::timestamptz[])
       AS u (tenant_id, id, connection_id, conversation_id, provider_message_id, direction, type, text, payload, reply_to, person,
             reached, at)
    ON CONFLICT (tenant_id, channel_connection_id, provider_message_id) DO UPDATE
   SET type = CASE m.type WHEN 'media_placeholder' THEN excluded.type ELSE m.type END,
       text = CASE m.type WHEN 'media_placeholder' THEN excluded.text ELSE m.text END,
       payload = CASE m.type WHEN 'media_placeholder' THEN excluded.payload ELSE m.payload END,
       sent_at = least(m.sent_at, excluded.sent_at),
       delivered_at = least(m.delivered_at, excluded.delivered_at),
       read_at = least(m.read_at, excluded.read_at),
       played_at = least(m.played_at, excluded.played_at),
       failed_at = coalesce(m.failed_at, excluded.failed_at),
       failed_by = coalesce(m.failed_by, excluded.failed_by),
       failure_kind = coalesce(m.failure_kind, excluded.failure_kind),
       updated_at = now()
 WHERE m.direction = excluded.direction
   AND ((m.type = 'media_placeholder' AND excluded.type <> 'media_placeholder')
        OR least(m.sent_at, excluded.sent_at) IS DISTINCT FROM m.sent_at
        OR least(m.delivered_at, excluded.delivered_at) IS DISTINCT FROM m.delivered_at
        OR least(m.read_at, excluded.read_at) IS DISTINCT FROM m.read_at
        OR least(m.played_at, excluded.played_at) IS DISTINCT FROM m.played_at
        OR (m.failed_at IS NULL AND excluded.failed_at IS NOT NULL))
RETURNING m.tenant_id, m.id, m.conversation_id, m.channel_connection_id AS connection_id, m.provider_message_id, m.type,
          m.payload::text AS payload

-- name: roll_up_past
-- What was said is known, whenever it is learnt, and nobody has it still to read. It moves no state; but a conversation that nobody has and
-- that had no message yet is nobody's work until the person writes.
UPDATE conversations c
   SET last_inbound_at = greatest(c.last_inbound_at, u.last_inbound_at),
       last_outbound_at = greatest(c.last_outbound_at, u.last_outbound_at),
       last_message_at = greatest(c.last_message_at, u.last_inbound_at, u.last_outbound_at),
       state = CASE WHEN c.state = 'open' AND c.last_message_at IS NULL AND c.assignee_id IS NULL AND c.team_id IS NULL THEN 'resolved'
                    ELSE c.state END,
       updated_at = now()
  FROM unnest(:tenant_ids::uuid[], :ids::uuid[], :last_inbound_ats::timestamptz[], :last_outbound_ats::timestamptz[])
       AS u (tenant_id, id, last_inbound_at, last_outbound_at)
 WHERE c.tenant_id = u.tenant_id AND c.id = u.id

-- name: name_from_address_book
-- The latest word of the address book is kept; it is the name of whoever has told none.
UPDATE contacts c
   SET app_name = u.name, app_name_at = u.at, updated_at = now(),
       name = CASE WHEN c.name_at IS NULL AND NOT c.name_given THEN u.name ELSE c.name END,
       profile_name = CASE WHEN c.name_at IS NULL AND c.name_given THEN u.name ELSE c.profile_name END
  FROM unnest(:tenant_ids::uuid[], :ids::uuid[], :names::text[], :ats::timestamptz[]) AS u (tenant_id, id, name, at)
 WHERE c.tenant_id = u.tenant_id AND c.id = u.id
   AND (c.app_name_at IS NULL OR (u.at, u.name) > (c.app_name_at, c.app_name))

-- name: mark_standby
UPDATE messages m
   SET standby = true, updated_at = now()
  FROM unnest(:tenant_ids::uuid[], :connection_ids::uuid[], :provider_message_ids::text[])
       AS u (tenant_id, connection_id, provider_message_id)
 WHERE m.tenant_id = u.tenant_id AND m.channel_connection_id = u.connection_id AND m.provider_message_id = u.provider_message_id
   AND NOT m.standby
