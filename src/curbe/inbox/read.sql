-- What the inbox shows. Pages come in two steps: which (from an index alone, in order), then what each looks like.

-- name: conversations_by_key
-- Each conversation with its person, its labels and its latest message, of one tenant or, for the applier, of several, in the order of
-- the keys.
SELECT c.tenant_id, c.id, c.channel_connection_id AS connection_id, c.contact_id, p.name, c.contact_e164 AS phone,
       c.contact_wa_id AS wa_id, p.username, CASE w.state WHEN 'out' THEN 'stop' WHEN 'in' THEN 'resume' END AS marketing, c.state, c.snoozed_until, c.assignee_id, c.team_id,
       ARRAY(SELECT l.label_id FROM conversation_labels l
              WHERE l.tenant_id = c.tenant_id AND l.conversation_id = c.id ORDER BY l.label_id) AS label_ids,
       c.priority, c.unread_count, c.last_inbound_at, c.last_message_at, c.created_at, c.version,
       m.id AS last_id, m.direction AS last_direction, m.type AS last_type, m.text AS last_text, m.status AS last_status,
       m.created_at AS last_created_at
  FROM unnest(:tenant_ids::uuid[], :ids::uuid[]) WITH ORDINALITY AS u (tenant_id, id, n)
  JOIN conversations c ON c.tenant_id = u.tenant_id AND c.id = u.id
  JOIN contacts p ON p.tenant_id = c.tenant_id AND p.id = c.contact_id
  LEFT JOIN LATERAL (
         -- Also what was said by whoever turned out to be this person.
         WITH RECURSIVE same (id) AS (
              SELECT c.contact_id
              UNION
              SELECT g.id FROM same JOIN contacts g ON g.tenant_id = u.tenant_id AND g.merged_into = same.id)
       SELECT r.state
         FROM same
        -- The latest word of each, by its index: the planner has no other way to go.
        CROSS JOIN LATERAL (
              SELECT r.undated, r.at, r.state
                FROM consents r
               WHERE r.tenant_id = u.tenant_id AND r.contact_id = same.id AND r.category IN ('marketing', 'all')
               ORDER BY r.undated, r.at DESC, r.state DESC
               LIMIT 1) r
        -- A list's yes of an unknown moment comes last. Of two words of one moment the no: out is the greater text.
        ORDER BY r.undated, r.at DESC, r.state DESC
        LIMIT 1) w ON true
  LEFT JOIN LATERAL (
       SELECT m.id, m.direction, m.type, m.text, m.status, m.created_at
         FROM messages m
        WHERE m.tenant_id = c.tenant_id AND m.conversation_id = c.id
        ORDER BY m.created_at DESC, m.id DESC
        LIMIT 1) m ON true
 ORDER BY u.n

-- name: live_conversation
-- For one that was merged, the one it is part of.
SELECT coalesce(c.merged_into, c.id) AS id FROM conversations c WHERE c.tenant_id = :tenant_id AND c.id = :id

-- name: message_page_down
-- The messages before a place, newest first, as their keys.
SELECT m.id, m.created_at
  FROM messages m
 WHERE m.tenant_id = :tenant_id AND m.conversation_id = :conversation_id
   AND (m.created_at, m.id) < (:from_at::timestamptz, :from_id::uuid)
 ORDER BY m.created_at DESC, m.id DESC
 LIMIT :most::integer

-- name: message_page_up
-- The messages after a place, oldest first, as their keys.
SELECT m.id, m.created_at
  FROM messages m
 WHERE m.tenant_id = :tenant_id AND m.conversation_id = :conversation_id
   AND (m.created_at, m.id) > (:from_at::timestamptz, :from_id::uuid)
 ORDER BY m.created_at, m.id
 LIMIT :most::integer

-- name: message_place
SELECT m.id, m.created_at
  FROM messages m
 WHERE m.tenant_id = :tenant_id AND m.id = :id AND m.conversation_id = :conversation_id

-- name: messages_by_key
-- Messages of one tenant or, for the applier, of several, in the order of the keys.
SELECT m.tenant_id, m.id, m.conversation_id, m.channel_connection_id AS connection_id, m.direction, m.status, m.type, m.text,
       m.payload::text AS payload, m.provider_message_id, m.reply_to, m.failure_kind, m.error_code, m.error, m.created_at,
       m.accepted_at, m.sent_at, m.delivered_at, m.read_at, m.played_at, m.failed_at, m.standby,
       CASE WHEN f.message_id IS NOT NULL THEN jsonb_strip_nulls(jsonb_build_object(
            'state', f.state, 'error', f.error, 'voice', f.voice, 'id', a.id, 'size', a.size,
            'mime_type', coalesce(a.mime_type, f.mime_type), 'filename', f.filename,
            'width', a.width, 'height', a.height, 'duration_ms', a.duration_ms,
            'peaks', translate(encode(a.peaks, 'base64'), chr(10), ''),
            'url', '/api/tenants/' || a.tenant_id || '/media/' || a.id,
            'thumbnail_url', CASE WHEN a.thumbnail_key IS NOT NULL
                                  THEN '/api/tenants/' || a.tenant_id || '/media/' || a.id || '/thumbnail' END))::text END AS media,
       m.provider_status, m.pricing::text AS pricing, m.edited_at, m.revoked_at, m.sender, m.retry_of,
       CASE WHEN m.direction = 'outbound' THEN
            (SELECT r.id FROM messages r WHERE r.tenant_id = m.tenant_id AND r.retry_of = m.id) END AS retried_by,
       (SELECT jsonb_agg(jsonb_build_object('who', r.who, 'emoji', r.emoji, 'at', r.at) ORDER BY r.at, r.who)
          FROM message_reactions r
         WHERE r.tenant_id = m.tenant_id AND r.channel_connection_id = m.channel_connection_id
           AND r.target_id = m.provider_message_id AND r.emoji IS NOT NULL)::text AS reactions
  FROM unnest(:tenant_ids::uuid[], :ids::uuid[]) WITH ORDINALITY AS u (tenant_id, id, n)
  JOIN messages m ON m.tenant_id = u.tenant_id AND m.id = u.id
  LEFT JOIN message_media f ON f.tenant_id = u.tenant_id AND f.message_id = u.id
  LEFT JOIN media_assets a ON a.tenant_id = f.tenant_id AND a.id = f.asset_id
 ORDER BY u.n
