-- Automations, what they have done, and what they look at.

-- name: automation_page
SELECT a.id, a.rule::text AS rule, a.place, a.enabled, a.updated_by, a.created_at, a.updated_at
  FROM automations a
 WHERE a.tenant_id = :tenant_id AND (a.place, a.id) > (:after_place::integer, :after_id::uuid)
 ORDER BY a.place, a.id
 LIMIT :most::integer

-- name: automation_of
SELECT a.id, a.rule::text AS rule, a.place, a.enabled, a.updated_by, a.created_at, a.updated_at
  FROM automations a
 WHERE a.tenant_id = :tenant_id AND a.id = :id

-- name: enabled_automations
SELECT a.id, a.rule::text AS rule, a.place, a.enabled, a.updated_by, a.created_at, a.updated_at
  FROM automations a
 WHERE a.tenant_id = :tenant_id AND a.enabled
 ORDER BY a.place, a.id

-- name: teams_among
SELECT t.id FROM teams t WHERE t.tenant_id = :tenant_id AND t.id = ANY(:ids::uuid[])

-- name: automations_kept
SELECT count(*)::integer AS count FROM automations a WHERE a.tenant_id = :tenant_id

-- name: save_automation
INSERT INTO automations AS a (tenant_id, id, kind, place, enabled, rule, updated_by)
VALUES (:tenant_id, :id, :kind, :place, :enabled, :rule::jsonb, :updated_by)
    ON CONFLICT (tenant_id, id) DO UPDATE
   SET kind = excluded.kind, place = excluded.place, enabled = excluded.enabled, rule = excluded.rule, updated_by = excluded.updated_by,
       updated_at = now()
RETURNING a.id, a.rule::text AS rule, a.place, a.enabled, a.updated_by, a.created_at, a.updated_at

-- name: delete_automation
DELETE FROM automations a WHERE a.tenant_id = :tenant_id AND a.id = :id

-- name: message_seen
-- A message that somebody wrote, and how its conversation stands; for one that was merged, the one it is part of.
SELECT m.id AS message_id, c.id AS conversation_id, m.channel_connection_id AS connection_id, m.type, m.text, m.created_at AS at, m.standby,
       c.state = 'blocked' AS blocked, c.assignee_id, c.team_id, c.priority,
       ARRAY(SELECT l.label_id FROM conversation_labels l WHERE l.tenant_id = c.tenant_id AND l.conversation_id = c.id) AS label_ids,
       greatest((SELECT max(p.created_at) FROM messages p
                  WHERE p.tenant_id = m.tenant_id AND p.conversation_id = c.id AND p.direction = 'inbound'
                    AND (p.created_at, p.id) < (m.created_at, m.id)),
                c.purged_inbound_at) AS silent_since
  FROM messages m
  JOIN conversations o ON o.tenant_id = m.tenant_id AND o.id = m.conversation_id
  JOIN conversations c ON c.tenant_id = o.tenant_id AND c.id = coalesce(o.merged_into, o.id)
 WHERE m.tenant_id = :tenant_id AND m.id = :message_id AND m.direction = 'inbound'

-- name: conversation_seen
-- A conversation as it would be looked at if the person wrote now.
SELECT c.id AS message_id, c.id AS conversation_id, c.channel_connection_id AS connection_id, 'text' AS type, NULL::text AS text, now() AS at,
       false AS standby, c.state = 'blocked' AS blocked, c.assignee_id, c.team_id, c.priority,
       ARRAY(SELECT l.label_id FROM conversation_labels l WHERE l.tenant_id = c.tenant_id AND l.conversation_id = c.id) AS label_ids,
       c.last_inbound_at AS silent_since
  FROM conversations o
  JOIN conversations c ON c.tenant_id = o.tenant_id AND c.id = coalesce(o.merged_into, o.id)
 WHERE o.tenant_id = :tenant_id AND o.id = :conversation_id

-- name: deeds_in
-- What is done once in a conversation is always among them, however much was done since.
SELECT d.automation_id, d.mark, d.message_id, d.at
  FROM automation_deeds d
 WHERE d.tenant_id = :tenant_id AND d.conversation_id = :conversation_id
 ORDER BY d.mark IN ('first', 'any') DESC, d.at DESC
 LIMIT 500

-- name: add_deed
-- On one occasion once: who did it has had its turn.
INSERT INTO automation_deeds (tenant_id, automation_id, conversation_id, mark, message_id, user_id, at)
VALUES (:tenant_id, :automation_id, :conversation_id, :mark, :message_id, :user_id, :at)
    ON CONFLICT (tenant_id, automation_id, conversation_id, mark) DO NOTHING

-- name: take_turn
-- Whose turn it is, and what was done in a conversation, is looked at by one at a time.
SELECT pg_advisory_xact_lock(hashtextextended(:of::uuid::text, 8))::text AS nothing

-- name: candidates
-- Those of these users who still belong to the tenant, when they were seen last and when this automation gave them one last.
SELECT m.user_id, m.last_seen_at AS seen_at,
       (SELECT max(d.at) FROM automation_deeds d
         WHERE d.tenant_id = m.tenant_id AND d.automation_id = :automation_id AND d.user_id = m.user_id) AS given_at
  FROM memberships m
 WHERE m.tenant_id = :tenant_id AND m.user_id = ANY(:user_ids::uuid[]) AND m.joined_at IS NOT NULL AND m.disabled_at IS NULL
 ORDER BY m.user_id

-- name: delete_deeds
-- What is done once in a conversation is remembered as long as there is one.
DELETE FROM automation_deeds d
 WHERE d.tenant_id = :tenant_id
   AND (d.automation_id, d.conversation_id, d.mark) IN (
       SELECT o.automation_id, o.conversation_id, o.mark FROM automation_deeds o
        WHERE o.tenant_id = :tenant_id AND o.at < :before AND o.mark NOT IN ('first', 'any') ORDER BY o.at LIMIT :most)

-- name: unknown_names
-- Of the things that a rule names, those that the tenant does not have, by where it names them.
SELECT 'user_ids' AS field, u.id FROM unnest(:user_ids::uuid[]) AS u (id)
 WHERE NOT EXISTS (SELECT FROM memberships m WHERE m.tenant_id = :tenant_id AND m.user_id = u.id)
UNION ALL
SELECT 'team_id', u.id FROM unnest(:team_ids::uuid[]) AS u (id)
 WHERE NOT EXISTS (SELECT FROM teams t WHERE t.tenant_id = :tenant_id AND t.id = u.id)
UNION ALL
SELECT 'label_ids', u.id FROM unnest(:label_ids::uuid[]) AS u (id)
 WHERE NOT EXISTS (SELECT FROM labels l WHERE l.tenant_id = :tenant_id AND l.id = u.id)
UNION ALL
SELECT 'connection_ids', u.id FROM unnest(:connection_ids::uuid[]) AS u (id)
 WHERE NOT EXISTS (SELECT FROM channel_connections c WHERE c.tenant_id = :tenant_id AND c.id = u.id)
