-- Where one message is, of whichever tenant. Reading only, along whole keys.

-- name: trace_messages
-- By our id, or by the provider's: that may name one message on each of two numbers. Each with its row of the outbox, while it has one, and
-- what stops its number.
WITH found AS (
    SELECT m.tenant_id, m.id
      FROM tenants t
     CROSS JOIN LATERAL (SELECT x.tenant_id, x.id FROM messages x WHERE x.tenant_id = t.id AND x.id = :id::uuid) m
     UNION
    SELECT m.tenant_id, m.id
      FROM channel_connections c
     CROSS JOIN LATERAL (
           SELECT x.tenant_id, x.id FROM messages x
            WHERE x.tenant_id = c.tenant_id AND x.channel_connection_id = c.id AND x.provider_message_id = :name) m
)
SELECT m.tenant_id, m.id, m.conversation_id, c.id AS connection_id, c.phone_number_id, m.direction::text AS direction, m.type,
       m.status::text AS status, m.provider_message_id, m.sender, m.attempt, m.created_at, m.stored_at, m.accepted_at, m.sent_at,
       m.delivered_at, m.read_at, m.failed_at, m.failure_kind, m.error_code, m.error,
       o.message_id IS NOT NULL AS waiting, o.lease_expires_at, o.expires_at, o.waits::text AS waits, o.put_off::text AS put_off,
       CASE WHEN isfinite(o.available_at) THEN o.available_at END AS available_at, coalesce(o.refusals, 0) AS refusals,
       c.status::text AS connection_status, c.pause_reason, t.suspended_at, now() AS now
  FROM found f
  JOIN messages m ON m.tenant_id = f.tenant_id AND m.id = f.id
  JOIN tenants t ON t.id = m.tenant_id
  JOIN channel_connections c ON c.tenant_id = m.tenant_id AND c.id = m.channel_connection_id
  LEFT JOIN outbox o ON o.tenant_id = m.tenant_id AND o.message_id = m.id
 ORDER BY m.tenant_id, m.id;

-- name: trace_parked
-- Statuses that came for it and wait for a message of that name.
SELECT p.tenant_id, c.phone_number_id, p.status::text AS status, p.at
  FROM channel_connections c
 CROSS JOIN LATERAL (
       SELECT s.tenant_id, s.status, s.at FROM parked_statuses s
        WHERE s.tenant_id = c.tenant_id AND s.channel_connection_id = c.id AND s.provider_message_id = :name) p
 ORDER BY p.at, p.status;

-- name: trace_webhooks
-- What became of webhooks: whether their lane's cursor has passed them, and why an item that names the message was set aside.
SELECT u.id, coalesce((u.xid, u.id) <= (l.xid, l.id), false) AS applied, q.kind, q.reason
  FROM unnest(:xids::bigint[], :ids::bigint[]) AS u (xid, id)
  LEFT JOIN apply_lanes l ON l.lane = u.id % (SELECT count(*) FROM apply_lanes)
  LEFT JOIN LATERAL (
       SELECT s.kind::text AS kind, s.reason FROM quarantine s
        WHERE s.event_id = u.id AND s.released_at IS NULL
          AND EXISTS (SELECT FROM unnest(:names::text[]) AS n (name) WHERE position(convert_to(n.name, 'UTF8') IN s.payload) > 0)
        ORDER BY s.item LIMIT 1) q ON true
 ORDER BY u.xid, u.id;
