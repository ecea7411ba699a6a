-- What a stretch of time came to, counted over the messages themselves: to be kept once the day is over, and read at once while it is not.
-- Whatever became of a message counts on the day it was made. What follows it is looked for within a week.

-- name: count_messages
SELECT m.channel_connection_id AS connection_id, m.direction::text AS direction, m.type,
       lower(coalesce(m.pricing ->> 'category', '')) AS category,
       CASE m.type WHEN 'template' THEN coalesce(m.payload -> 'template' ->> 'name', '') ELSE '' END AS template,
       CASE m.type WHEN 'template' THEN coalesce(m.payload -> 'template' -> 'language' ->> 'code', '') ELSE '' END AS language,
       CASE m.direction WHEN 'outbound' THEN coalesce(m.sender, '') ELSE '' END AS sender,
       CASE m.status WHEN 'failed' THEN coalesce(m.failure_kind, '') ELSE '' END AS failure_kind,
       CASE m.status WHEN 'failed' THEN coalesce(m.error_code, 0) ELSE 0 END AS error_code,
       count(*)::integer AS messages,
       count(*) FILTER (WHERE f.sent)::integer AS sent,
       count(*) FILTER (WHERE f.delivered)::integer AS delivered,
       count(*) FILTER (WHERE f.read)::integer AS read,
       count(*) FILTER (WHERE m.status = 'failed')::integer AS failed,
       count(*) FILTER (WHERE w.replied)::integer AS replied
  FROM messages m
 CROSS JOIN LATERAL (
       SELECT m.direction = 'outbound'
              AND num_nonnulls(m.accepted_at, m.sent_at, m.delivered_at, m.read_at, m.played_at) > 0 AS sent,
              m.direction = 'outbound' AND num_nonnulls(m.delivered_at, m.read_at, m.played_at) > 0 AS delivered,
              m.direction = 'outbound' AND num_nonnulls(m.read_at, m.played_at) > 0 AS read) f
  LEFT JOIN LATERAL (
       -- The provider's clock has whole seconds: an answer within the same one is an answer.
       SELECT true AS replied FROM messages i
        WHERE i.tenant_id = :tenant_id AND i.conversation_id = m.conversation_id AND i.direction = 'inbound' AND i.type <> 'system'
          AND i.created_at >= date_trunc('second', m.created_at) AND i.created_at < m.created_at + :week::interval
        LIMIT 1) w ON f.sent
 WHERE m.tenant_id = :tenant_id AND m.created_at >= :from_at AND m.created_at < :until_at AND m.type <> 'system'
 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9

-- name: count_answers
-- A person begins to wait with a message before which, for a week, everything they wrote was answered. An answer is written by a person or
-- by a system of the tenant's own, not by a campaign or a rule.
SELECT m.channel_connection_id AS connection_id,
       CASE WHEN a.created_at IS NULL THEN 'unanswered' ELSE 'first_response' END AS kind,
       coalesce(a.sender, '') AS sender,
       floor(ln(greatest(s.seconds, 1)) / ln(1.1))::smallint AS step,
       count(*)::integer AS count,
       sum(round(s.seconds))::bigint AS seconds
  FROM messages m
  LEFT JOIN LATERAL (
       SELECT p.direction FROM messages p
        WHERE p.tenant_id = :tenant_id AND p.conversation_id = m.conversation_id
          AND (p.created_at, p.id) < (m.created_at, m.id) AND p.created_at >= m.created_at - :week::interval
          AND ((p.direction = 'inbound' AND p.type <> 'system')
               OR (p.direction = 'outbound' AND p.type <> 'reaction' AND p.sender ~ '^(user:|key:|app$)'))
        ORDER BY p.created_at DESC, p.id DESC
        LIMIT 1) b ON true
  LEFT JOIN LATERAL (
       SELECT p.created_at, p.sender FROM messages p
        WHERE p.tenant_id = :tenant_id AND p.conversation_id = m.conversation_id
          AND (p.created_at, p.id) > (m.created_at, m.id) AND p.created_at < m.created_at + :week::interval
          AND p.direction = 'outbound' AND p.type <> 'reaction' AND p.sender ~ '^(user:|key:|app$)'
        ORDER BY p.created_at, p.id
        LIMIT 1) a ON true
 CROSS JOIN LATERAL (SELECT coalesce(extract(epoch FROM a.created_at - m.created_at), 0) AS seconds) s
 WHERE m.tenant_id = :tenant_id AND m.created_at >= :from_at AND m.created_at < :until_at
   AND m.direction = 'inbound' AND m.type <> 'system' AND b.direction IS DISTINCT FROM 'inbound'
 GROUP BY 1, 2, 3, 4

-- name: count_resolutions
-- Their ids tell about when lines were written. What was resolved without anybody having written since the last time took no time. Where
-- retention has deleted what they wrote first, the conversation tells when that was.
SELECT c.channel_connection_id AS connection_id, 'resolution' AS kind, a.author AS sender,
       floor(ln(greatest(s.seconds, 1)) / ln(1.1))::smallint AS step,
       count(*)::integer AS count,
       sum(round(s.seconds))::bigint AS seconds
  FROM annotations a
  JOIN conversations c ON c.tenant_id = :tenant_id AND c.id = a.conversation_id
  JOIN conversations k ON k.tenant_id = :tenant_id AND k.id = coalesce(c.merged_into, c.id)
  LEFT JOIN LATERAL (
       SELECT max(p.created_at) AS at FROM annotations p
        WHERE p.tenant_id = :tenant_id AND p.conversation_id = a.conversation_id AND (p.created_at, p.id) < (a.created_at, a.id)
          AND p.activity ->> 'type' = 'state' AND p.activity ->> 'state' = 'resolved') l ON true
 CROSS JOIN LATERAL (
       SELECT w.at AS created_at
         FROM (SELECT k.purged_waiting_since AS at
               UNION ALL
               (SELECT i.created_at FROM messages i
                 WHERE i.tenant_id = :tenant_id AND i.conversation_id = k.id
                   AND i.created_at > coalesce(l.at, '-infinity') AND i.created_at <= a.created_at
                   AND i.direction = 'inbound' AND i.type <> 'system'
                 ORDER BY i.created_at
                 LIMIT 1)) w
        WHERE w.at > coalesce(l.at, '-infinity') AND w.at <= a.created_at
        ORDER BY w.at
        LIMIT 1) i
 CROSS JOIN LATERAL (SELECT extract(epoch FROM a.created_at - i.created_at) AS seconds) s
 WHERE a.tenant_id = :tenant_id AND a.id >= :from_id AND a.id < :until_id AND a.created_at >= :from_at AND a.created_at < :until_at
   AND a.activity ->> 'type' = 'state' AND a.activity ->> 'state' = 'resolved'
 GROUP BY 1, 2, 3, 4

-- name: count_costs
-- Of what was delivered: Meta tells a price as it takes a message, and charges it as that arrives.
-- By the beginning of the number, with one number that begins so: which country that is, is not for SQL to say.
SELECT m.channel_connection_id AS connection_id, lower(coalesce(m.pricing ->> 'category', '')) AS category,
       CASE WHEN m.pricing IS NULL THEN 'untold' ELSE coalesce(m.pricing ->> 'type', 'regular') END AS pricing,
       CASE m.type WHEN 'template' THEN coalesce(m.payload -> 'template' ->> 'name', '') ELSE '' END AS template,
       CASE m.type WHEN 'template' THEN coalesce(m.payload -> 'template' -> 'language' ->> 'code', '') ELSE '' END AS language,
       coalesce(m.sender, '') AS sender, min(p.phone) AS phone, count(*)::integer AS messages
  FROM messages m
  JOIN conversations c ON c.tenant_id = :tenant_id AND c.id = m.conversation_id
 CROSS JOIN LATERAL (SELECT coalesce(c.contact_wa_id, ltrim(c.contact_e164, '+'), '') AS phone) p
 WHERE m.tenant_id = :tenant_id AND m.created_at >= :from_at AND m.created_at < :until_at AND m.direction = 'outbound'
   AND num_nonnulls(m.delivered_at, m.read_at, m.played_at) > 0
 GROUP BY 1, 2, 3, 4, 5, 6, left(p.phone, 6)
