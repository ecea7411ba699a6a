-- What providers report of messages we sent.

-- name: find_by_id
-- The messages that statuses name by our own id (it came back in biz_opaque_callback_data), and what is known of them.
SELECT u.n::integer AS n, m.tenant_id, m.id, m.sent_at, m.delivered_at, m.read_at, m.played_at,
       CASE WHEN m.failed_by = 'provider' THEN m.failed_at END AS failed_at, m.priced_by,
       coalesce(m.person ?& '{wa_id,bsuid}', false) AS named
  FROM unnest(:tenant_ids::uuid[], :connection_ids::uuid[], :message_ids::uuid[])
       WITH ORDINALITY AS u (tenant_id, connection_id, message_id, n)
  JOIN messages m ON m.tenant_id = u.tenant_id AND m.id = u.message_id AND m.channel_connection_id = u.connection_id
                 AND m.direction = 'outbound'

-- name: find_by_provider_id
SELECT u.n::integer AS n, m.tenant_id, m.id, m.sent_at, m.delivered_at, m.read_at, m.played_at,
       CASE WHEN m.failed_by = 'provider' THEN m.failed_at END AS failed_at, m.priced_by,
       coalesce(m.person ?& '{wa_id,bsuid}', false) AS named
  FROM unnest(:tenant_ids::uuid[], :connection_ids::uuid[], :provider_message_ids::text[])
       WITH ORDINALITY AS u (tenant_id, connection_id, provider_message_id, n)
  JOIN messages m ON m.tenant_id = u.tenant_id AND m.channel_connection_id = u.connection_id
                 AND m.provider_message_id = u.provider_message_id
                 AND m.direction = 'outbound'

-- name: add_facts
-- Facts accumulate, each at its earliest; what the message is called by its provider is learnt once.
-- in:  parallel arrays, one row per message, sorted by key
-- out: the messages as they stand after it, without their content
UPDATE messages m
   SET sent_at = least(m.sent_at, u.sent_at),
       delivered_at = least(m.delivered_at, u.delivered_at),
       read_at = least(m.read_at, u.read_at),
       played_at = least(m.played_at, u.played_at),
       failed_at = CASE WHEN explains_failure(u.failed_at, m.failed_by, m.failed_at) THEN u.failed_at ELSE m.failed_at END,
       failed_by = CASE WHEN explains_failure(u.failed_at, m.failed_by, m.failed_at) THEN 'provider' ELSE m.failed_by END,
       failure_kind = CASE WHEN explains_failure(u.failed_at, m.failed_by, m.failed_at) THEN u.failure_kind ELSE m.failure_kind END,
       error_code = CASE WHEN explains_failure(u.failed_at, m.failed_by, m.failed_at) THEN u.error_code ELSE m.error_code END,
       error = CASE WHEN explains_failure(u.failed_at, m.failed_by, m.failed_at) THEN u.error ELSE m.error END,
       -- Of several prices that of the furthest report counts, in whatever order they came.
       pricing = CASE WHEN u.priced_by > m.priced_by OR m.priced_by IS NULL THEN coalesce(u.pricing, m.pricing) ELSE m.pricing END,
       priced_by = greatest(m.priced_by, u.priced_by),
       -- How the person was named when it reached them; what was known as it was written stays.
       person = CASE WHEN u.person IS NULL THEN m.person ELSE u.person || coalesce(m.person, '{}') END,
       -- Where the provider calls two messages by one name, whoever has it keeps it; what was said of the other counts all the same.
       provider_message_id = coalesce(m.provider_message_id, (
           SELECT u.provider_message_id
            WHERE NOT EXISTS (SELECT FROM messages held
                               WHERE held.tenant_id = m.tenant_id AND held.channel_connection_id = m.channel_connection_id
                                 AND held.provider_message_id = u.provider_message_id))),
       updated_at = now()
  FROM unnest(:tenant_ids::uuid[], :ids::uuid[], :provider_message_ids::text[], :sent_ats::timestamptz[],
              :delivered_ats::timestamptz[], :read_ats::timestamptz[], :played_ats::timestamptz[], :failed_ats::timestamptz[],
              :failure_kinds::text[], :error_codes::integer[], :errors::text[], :pricings::jsonb[], :priced_bys::text[]::message_status[],
              :persons::jsonb[])
       AS u (tenant_id, id, provider_message_id, sent_at, delivered_at, read_at, played_at, failed_at,
             failure_kind, error_code, error, pricing, priced_by, person)
 WHERE m.tenant_id = u.tenant_id AND m.id = u.id
RETURNING m.tenant_id, m.id, m.conversation_id, m.channel_connection_id AS connection_id, m.direction, m.status, m.type, m.text,
          ''::text AS payload, m.provider_message_id, m.reply_to, m.failure_kind, m.error_code, m.error, m.created_at, m.accepted_at,
          m.sent_at, m.delivered_at, m.read_at, m.played_at, m.failed_at, m.standby, NULL::text AS media,
          m.provider_status, m.pricing::text AS pricing, m.edited_at, m.revoked_at, NULL::text AS reactions, m.sender, m.retry_of,
          NULL::uuid AS retried_by

-- name: park_statuses
INSERT INTO parked_statuses AS p
       (tenant_id, channel_connection_id, provider_message_id, status, at, failure_kind, error_code, error, pricing)
SELECT u.tenant_id, u.connection_id, u.provider_message_id, u.status::message_status, u.at, u.failure_kind, u.error_code, u.error,
       u.pricing
  FROM unnest(:tenant_ids::uuid[], :connection_ids::uuid[], :provider_message_ids::text[], :statuses::text[], :ats::timestamptz[],
              :failure_kinds::text[], :error_codes::integer[], :errors::text[], :pricings::jsonb[])
       AS u (tenant_id, connection_id, provider_message_id, status, at, failure_kind, error_code, error, pricing)
    ON CONFLICT (tenant_id, channel_connection_id, provider_message_id, status) DO UPDATE
   SET at = least(p.at, excluded.at), pricing = coalesce(p.pricing, excluded.pricing)

-- name: unpark_statuses
-- Take some of a tenant's parked statuses whose message has become known by its provider_message_id. What was refused is tried once a day.
DELETE FROM parked_statuses p
 USING (SELECT o.channel_connection_id, o.provider_message_id, o.status
          FROM parked_statuses o
          JOIN messages m ON m.tenant_id = o.tenant_id AND m.channel_connection_id = o.channel_connection_id
                         AND m.provider_message_id = o.provider_message_id AND m.direction = 'outbound'
         WHERE o.tenant_id = :tenant_id AND (o.refused_at IS NULL OR o.refused_at < now() - interval '1 day')
         ORDER BY o.channel_connection_id, o.provider_message_id, o.status
         LIMIT :most) AS known
 WHERE p.tenant_id = :tenant_id AND p.channel_connection_id = known.channel_connection_id
   AND p.provider_message_id = known.provider_message_id AND p.status = known.status
RETURNING p.tenant_id, p.channel_connection_id AS connection_id, p.provider_message_id, p.status, p.at, p.failure_kind,
          p.error_code, p.error, p.pricing::text AS pricing

-- name: count_parked
SELECT count(*)::integer AS count FROM parked_statuses

-- name: drop_parked_for_long
-- Not what was refused, as long as its message is here.
DELETE FROM parked_statuses p
 WHERE p.tenant_id = :tenant_id AND p.parked_at < now() - :kept::interval
   AND (p.refused_at IS NULL
        OR NOT EXISTS (SELECT FROM messages m
                        WHERE m.tenant_id = p.tenant_id AND m.channel_connection_id = p.channel_connection_id
                          AND m.provider_message_id = p.provider_message_id))
