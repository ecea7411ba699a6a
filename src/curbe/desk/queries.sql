-- Teams, labels and canned replies.

-- name: teams_page
SELECT t.id, t.name, t.created_at,
       ARRAY(SELECT m.user_id FROM team_members m WHERE m.tenant_id = t.tenant_id AND m.team_id = t.id ORDER BY m.user_id) AS member_ids
  FROM teams t
 WHERE t.tenant_id = :tenant_id AND t.id > :after
 ORDER BY t.id
 LIMIT :most::integer

-- name: teams_kept
SELECT count(*)::integer AS count FROM teams t WHERE t.tenant_id = :tenant_id

-- name: team_by_id
SELECT t.id, t.name, t.created_at,
       ARRAY(SELECT m.user_id FROM team_members m WHERE m.tenant_id = t.tenant_id AND m.team_id = t.id ORDER BY m.user_id) AS member_ids
  FROM teams t
 WHERE t.tenant_id = :tenant_id AND t.id = :id

-- name: lock_team
-- Whoever gives it something waits, or is waited for: a team that goes lets go of what it was given a moment ago too.
SELECT t.id FROM teams t WHERE t.tenant_id = :tenant_id AND t.id = :id FOR UPDATE

-- name: insert_team
-- No row where the name is taken.
INSERT INTO teams (tenant_id, id, name) VALUES (:tenant_id, :id, :name)
    ON CONFLICT (tenant_id, lower(name)) DO NOTHING
RETURNING id

-- name: rename_team
UPDATE teams SET name = :name, updated_at = now() WHERE tenant_id = :tenant_id AND id = :id

-- name: delete_team
DELETE FROM teams WHERE tenant_id = :tenant_id AND id = :id

-- name: colleagues_among
SELECT m.user_id AS id
  FROM memberships m
 WHERE m.tenant_id = :tenant_id AND m.user_id = ANY(:ids::uuid[])
 ORDER BY m.user_id
   FOR KEY SHARE

-- name: drop_members
DELETE FROM team_members m
 WHERE m.tenant_id = :tenant_id AND m.team_id = :team_id AND m.user_id <> ALL(:kept_ids::uuid[])

-- name: add_members
INSERT INTO team_members (tenant_id, team_id, user_id)
SELECT :tenant_id, :team_id, u.id FROM unnest(:ids::uuid[]) AS u (id)
    ON CONFLICT (tenant_id, team_id, user_id) DO NOTHING

-- name: labels_page
SELECT l.id, l.name, l.color, l.created_at
  FROM labels l
 WHERE l.tenant_id = :tenant_id AND l.id > :after
 ORDER BY l.id
 LIMIT :most::integer

-- name: labels_kept
SELECT count(*)::integer AS count FROM labels l WHERE l.tenant_id = :tenant_id

-- name: insert_label
INSERT INTO labels (tenant_id, id, name, color) VALUES (:tenant_id, :id, :name, :color)
    ON CONFLICT (tenant_id, lower(name)) DO NOTHING
RETURNING id, name, color, created_at

-- name: change_label
-- What is NULL stays as it is.
UPDATE labels SET name = coalesce(:name, name), color = coalesce(:color, color), updated_at = now()
 WHERE tenant_id = :tenant_id AND id = :id
RETURNING id, name, color, created_at

-- name: delete_label
DELETE FROM labels WHERE tenant_id = :tenant_id AND id = :id

-- name: canned_replies_page
SELECT c.id, c.shortcut, c.title, c.body, c.created_at, c.updated_at
  FROM canned_replies c
 WHERE c.tenant_id = :tenant_id AND c.id > :after
 ORDER BY c.id
 LIMIT :most::integer

-- name: canned_replies_kept
SELECT count(*)::integer AS count FROM canned_replies c WHERE c.tenant_id = :tenant_id

-- name: canned_reply_by_id
SELECT c.id, c.shortcut, c.title, c.body, c.created_at, c.updated_at
  FROM canned_replies c
 WHERE c.tenant_id = :tenant_id AND c.id = :id

-- name: insert_canned_reply
INSERT INTO canned_replies (tenant_id, id, shortcut, title, body) VALUES (:tenant_id, :id, :shortcut, :title, :body)
    ON CONFLICT (tenant_id, lower(shortcut)) DO NOTHING
RETURNING id, shortcut, title, body, created_at, updated_at

-- name: change_canned_reply
-- What is NULL stays as it is.
UPDATE canned_replies
   SET shortcut = coalesce(:shortcut, shortcut), title = coalesce(:title, title), body = coalesce(:body, body), updated_at = now()
 WHERE tenant_id = :tenant_id AND id = :id
RETURNING id, shortcut, title, body, created_at, updated_at

-- name: names_of_our_side
SELECT t.name AS business_name,
       (SELECT u.name FROM memberships m JOIN users u ON u.id = m.user_id
         WHERE m.tenant_id = t.id AND m.user_id = :user_id::uuid) AS agent_name
  FROM tenants t
 WHERE t.id = :tenant_id

-- name: delete_canned_reply
DELETE FROM canned_replies WHERE tenant_id = :tenant_id AND id = :id
