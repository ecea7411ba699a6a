-- Events of a tenant's own systems, the rules about them, and what followed.

-- name: add_event
INSERT INTO notification_events (tenant_id, id, event, data, digest, actor)
VALUES (:tenant_id, :id, :event, :data::jsonb, :digest, :actor)
    ON CONFLICT (tenant_id, id) DO NOTHING
RETURNING id

-- name: digest_of_event
SELECT e.digest FROM notification_events e WHERE e.tenant_id = :tenant_id AND e.id = :id

-- name: rules_for_event
SELECT r.id, r.rule::text AS rule, r.channel_connection_id AS usual_connection_id, r.updated_by, r.created_at, r.updated_at
  FROM notification_rules r
 WHERE r.tenant_id = :tenant_id AND r.event = :event AND r.enabled
 ORDER BY r.id

-- name: add_notifications
INSERT INTO notifications (tenant_id, id, event_id, rule_id, state, reason, detail, due_at, done_at)
SELECT :tenant_id, u.id, :event_id, u.rule_id, u.state, u.reason, u.detail, u.due_at, CASE WHEN u.state <> 'waiting' THEN now() END
  FROM unnest(:ids::uuid[], :rule_ids::uuid[], :states::text[], :reasons::text[], :details::text[], :due_ats::timestamptz[])
       AS u (id, rule_id, state, reason, detail, due_at)

-- name: history
-- What followed from events, the latest first, with where its message stands now, and in which conversation.
SELECT n.id, n.event_id, e.event, n.rule_id, n.state, n.reason, n.detail, n.recipient, n.message_id, m.status AS message_status,
       CASE WHEN m.status = 'failed' THEN m.failure_kind END AS failure, CASE WHEN m.status = 'failed' THEN m.error_code END AS error_code,
       coalesce(c.merged_into, c.id) AS conversation_id, n.due_at, n.done_at, e.received_at
  FROM notifications n
  JOIN notification_events e ON e.tenant_id = n.tenant_id AND e.id = n.event_id
  LEFT JOIN messages m ON m.tenant_id = n.tenant_id AND m.id = n.message_id
  LEFT JOIN conversations c ON c.tenant_id = m.tenant_id AND c.id = m.conversation_id
 WHERE n.tenant_id = :tenant_id AND n.id < :before_id
   AND (:event_id::text IS NULL OR n.event_id = :event_id::text)
   AND (:rule_id::uuid IS NULL OR n.rule_id = :rule_id::uuid)
   AND (:state::text IS NULL OR n.state = :state::text)
 ORDER BY n.id DESC
 LIMIT :most::integer

-- name: waiting
-- One that is to be sent now, with its event and its rule as that is now. Locked: it is sent once.
SELECT n.id, n.event_id, n.due_at, e.data::text AS data, r.rule::text AS rule, coalesce(r.enabled, false) AS enabled,
       r.channel_connection_id AS usual_connection_id
  FROM notifications n
  JOIN notification_events e ON e.tenant_id = n.tenant_id AND e.id = n.event_id
  LEFT JOIN notification_rules r ON r.tenant_id = n.tenant_id AND r.id = n.rule_id
 WHERE n.tenant_id = :tenant_id AND n.id = :id AND n.state = 'waiting'
   FOR UPDATE OF n

-- name: settle
UPDATE notifications n
   SET state = :state, reason = :reason, detail = :detail, recipient = :recipient, message_id = :message_id, done_at = :done_at
 WHERE n.tenant_id = :tenant_id AND n.id = :id

-- name: say_why_it_waits
UPDATE notifications n SET reason = :reason, detail = :detail WHERE n.tenant_id = :tenant_id AND n.id = :id AND n.state = 'waiting'

-- name: skip_due
UPDATE notifications n
   SET state = 'skipped', reason = :reason, detail = :detail, done_at = now()
 WHERE n.tenant_id = :tenant_id AND n.state = 'waiting' AND n.due_at <= now()

-- name: take_back
-- What waits to follow from an event is not sent. Nothing of it is being sent at this moment, or it does not wait any more.
UPDATE notifications n
   SET state = 'skipped', reason = 'taken_back', detail = :detail, done_at = :done_at
  FROM notification_events e
 WHERE n.tenant_id = :tenant_id AND n.event_id = :event_id AND n.state = 'waiting'
   AND e.tenant_id = n.tenant_id AND e.id = n.event_id
RETURNING n.id, e.event

-- name: rule_page
SELECT r.id, r.rule::text AS rule, r.channel_connection_id AS usual_connection_id, r.updated_by, r.created_at, r.updated_at
  FROM notification_rules r
 WHERE r.tenant_id = :tenant_id AND r.id > :after_id
 ORDER BY r.id
 LIMIT :most::integer

-- name: rule_of
SELECT r.id, r.rule::text AS rule, r.channel_connection_id AS usual_connection_id, r.updated_by, r.created_at, r.updated_at
  FROM notification_rules r
 WHERE r.tenant_id = :tenant_id AND r.id = :id

-- name: rules_kept
SELECT count(*)::integer AS count, (count(*) FILTER (WHERE r.event = :event))::integer AS of_event
  FROM notification_rules r
 WHERE r.tenant_id = :tenant_id

-- name: save_rule
-- The number is the one named, or the one it was looked over with: by that it goes on where another is connected later.
INSERT INTO notification_rules AS r (tenant_id, id, event, channel_connection_id, enabled, rule, updated_by)
VALUES (:tenant_id, :id, :event, :connection_id, :enabled, :rule::jsonb, :updated_by)
    ON CONFLICT (tenant_id, id) DO UPDATE
   SET event = excluded.event, channel_connection_id = coalesce(excluded.channel_connection_id, r.channel_connection_id), enabled = excluded.enabled, rule = excluded.rule,
       updated_by = excluded.updated_by, updated_at = now()
RETURNING r.id, r.rule::text AS rule, r.channel_connection_id AS usual_connection_id, r.updated_by, r.created_at, r.updated_at

-- name: delete_rule
DELETE FROM notification_rules r WHERE r.tenant_id = :tenant_id AND r.id = :id

-- name: delete_events
-- What followed goes with them. What still waits is kept until it is done.
DELETE FROM notification_events e
 WHERE e.tenant_id = :tenant_id
   AND e.id IN (SELECT o.id FROM notification_events o
                 WHERE o.tenant_id = :tenant_id AND o.received_at < :before
                   AND NOT EXISTS (SELECT FROM notifications n
                                    WHERE n.tenant_id = o.tenant_id AND n.event_id = o.id AND n.state = 'waiting')
                 ORDER BY o.received_at LIMIT :most)
