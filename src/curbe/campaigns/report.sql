-- What became of a campaign.

-- name: progress
-- Of who was erased, what their message had become counts.
SELECT r.state, r.skip_reason, coalesce(m.status, CASE r.became WHEN 'cancelled' THEN 'failed' ELSE r.became::message_status END) AS status,
       coalesce(m.status = 'failed' AND m.failure_kind = 'cancelled', r.became = 'cancelled', false) AS cancelled,
       CASE WHEN m.status = 'queued' THEN
            (SELECT o.put_off FROM outbox o WHERE o.tenant_id = r.tenant_id AND o.message_id = m.id AND o.waits = 'time') END AS put_off,
       count(*)::integer AS count,
       (count(*) FILTER (WHERE m.status = 'accepted' AND m.provider_status = 'held_for_quality_assessment'))::integer AS held
  FROM campaign_recipients r
  LEFT JOIN messages m ON m.tenant_id = r.tenant_id AND m.id = r.message_id
 WHERE r.tenant_id = :tenant_id AND r.campaign_id = :campaign_id
 GROUP BY 1, 2, 3, 4, 5

-- name: recipients_page
-- Recipients in their order, with what became of each: the message's facts, when the person wrote next, and which button they pressed.
-- Those who are wanted are chosen by the rule of outcome_of in progress.py.
SELECT r.n, r.line, r.phone, r.country, r.state, r.skip_reason, r.skip_detail, r.contact_id, p.name, r.variables::text AS variables,
       m.id AS message_id, m.conversation_id,
       coalesce(m.status, CASE r.became WHEN 'cancelled' THEN 'failed' ELSE r.became::message_status END) AS status,
       m.created_at, m.accepted_at, m.sent_at, m.delivered_at, m.read_at, m.failed_at,
       CASE r.became WHEN 'cancelled' THEN 'cancelled' ELSE m.failure_kind END AS failure_kind, m.error_code, m.error,
       m.pricing::text AS pricing, w.replied_at, b.clicked_at, b.clicked, o.put_off
  FROM campaign_recipients r
  LEFT JOIN messages m ON m.tenant_id = r.tenant_id AND m.id = r.message_id
  LEFT JOIN outbox o ON o.tenant_id = m.tenant_id AND o.message_id = m.id AND m.status = 'queued' AND o.waits = 'time'
  LEFT JOIN contacts p ON p.tenant_id = r.tenant_id AND p.id = r.contact_id
  LEFT JOIN LATERAL (
       SELECT min(i.created_at) AS replied_at FROM messages i
        WHERE i.tenant_id = r.tenant_id AND i.conversation_id = m.conversation_id AND i.direction = 'inbound' AND i.type <> 'system'
          AND i.created_at >= date_trunc('second', coalesce(m.accepted_at, m.created_at))
          AND i.created_at < coalesce(m.accepted_at, m.created_at) + :answered_within::interval) w ON true
  LEFT JOIN LATERAL (
       SELECT i.created_at AS clicked_at, i.text AS clicked FROM messages i
        WHERE i.tenant_id = r.tenant_id AND i.conversation_id = m.conversation_id AND i.direction = 'inbound'
          AND i.created_at >= date_trunc('second', m.created_at)
          AND i.reply_to = m.provider_message_id AND i.type IN ('button', 'interactive')
        ORDER BY i.created_at, i.id LIMIT 1) b ON true
 WHERE r.tenant_id = :tenant_id AND r.campaign_id = :campaign_id AND r.n > :after
   AND (:wanted::text IS NULL
        OR :wanted::text = CASE WHEN r.state <> 'taken' THEN r.state::text
                                WHEN m.id IS NULL AND r.became IS NULL THEN 'forgotten'
                                WHEN m.id IS NULL THEN CASE r.became WHEN 'played' THEN 'read' ELSE r.became END
                                WHEN m.status = 'failed' AND m.failure_kind = 'cancelled' THEN 'cancelled'
                                WHEN m.status = 'played' THEN 'read'
                                WHEN o.put_off = 'room' THEN 'put_off'
                                WHEN o.put_off = 'quiet' THEN 'waiting'
                                ELSE m.status::text END)
 ORDER BY r.n
 LIMIT :most

-- name: totals_of_answers
-- How many wrote next, which buttons were pressed.
SELECT count(*) FILTER (WHERE w.replied)::integer AS replied
  FROM campaign_recipients r
  JOIN messages m ON m.tenant_id = r.tenant_id AND m.id = r.message_id,
       LATERAL (SELECT EXISTS (SELECT FROM messages i
                                WHERE i.tenant_id = r.tenant_id AND i.conversation_id = m.conversation_id AND i.direction = 'inbound'
                                  AND i.type <> 'system' AND i.created_at >= date_trunc('second', coalesce(m.accepted_at, m.created_at))
                                  AND i.created_at < coalesce(m.accepted_at, m.created_at) + :answered_within::interval) AS replied) w
 WHERE r.tenant_id = :tenant_id AND r.campaign_id = :campaign_id

-- name: totals_of_clicks
SELECT coalesce(i.text, '') AS button, count(DISTINCT r.n)::integer AS count
  FROM campaign_recipients r
  JOIN messages m ON m.tenant_id = r.tenant_id AND m.id = r.message_id
  JOIN messages i ON i.tenant_id = r.tenant_id AND i.conversation_id = m.conversation_id AND i.direction = 'inbound'
                 AND i.created_at >= date_trunc('second', m.created_at)
                 AND i.reply_to = m.provider_message_id AND i.type IN ('button', 'interactive')
 WHERE r.tenant_id = :tenant_id AND r.campaign_id = :campaign_id
 GROUP BY 1
 ORDER BY 2 DESC, 1

-- name: totals_of_failures
SELECT m.failure_kind AS kind, m.error_code AS code, min(m.error) AS error, count(*)::integer AS count
  FROM campaign_recipients r
  JOIN messages m ON m.tenant_id = r.tenant_id AND m.id = r.message_id
 WHERE r.tenant_id = :tenant_id AND r.campaign_id = :campaign_id AND m.status = 'failed' AND m.failure_kind <> 'cancelled'
 GROUP BY 1, 2
 ORDER BY 4 DESC, 1, 2

-- name: totals_of_prices
-- Of what was delivered: Meta tells a price as it takes a message, and charges it as that arrives.
SELECT r.country, m.pricing ->> 'category' AS category, coalesce(m.pricing ->> 'type', 'regular') AS type, count(*)::integer AS count
  FROM campaign_recipients r
  JOIN messages m ON m.tenant_id = r.tenant_id AND m.id = r.message_id
 WHERE r.tenant_id = :tenant_id AND r.campaign_id = :campaign_id AND num_nonnulls(m.delivered_at, m.read_at, m.played_at) > 0
 GROUP BY 1, 2, 3

-- name: try_again
-- Those whom the provider put off until nobody asked it any more, and those who met a template that was paused: they wait again. What was
-- sent once more by hand is not meant.
UPDATE campaign_recipients r
   SET state = 'waiting', retry_of = r.message_id, message_id = NULL, taken_at = NULL
  FROM messages m
 WHERE r.tenant_id = :tenant_id AND r.campaign_id = :campaign_id AND r.state = 'taken'
   AND m.tenant_id = r.tenant_id AND m.id = r.message_id AND m.status = 'failed'
   AND (m.failure_kind = ANY(:kinds::text[])
        OR (m.failure_kind = 'template' AND (m.error_code IS NULL OR m.error_code = :template_paused)))
   AND NOT EXISTS (SELECT FROM messages o WHERE o.tenant_id = m.tenant_id AND o.retry_of = m.id)
