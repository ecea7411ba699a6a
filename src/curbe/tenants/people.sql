-- Users, and what they are in tenants. Which of them a transaction sees is told by its settings (migration 0012).

-- name: insert_user
-- No row where the address is somebody's already; the transaction carries it as app.email.
INSERT INTO users (id, email, name, language, is_operator, created_at, updated_at)
VALUES (:id, :email, :name, :language, :is_operator, :now, :now)
    ON CONFLICT (email_digest) DO NOTHING
RETURNING id, email, name, language, is_operator, disabled_at, created_at;

-- name: user_of_email
SELECT id, email, name, language, is_operator, disabled_at, created_at
  FROM users
 WHERE email_digest = :digest;

-- name: user_of_id
SELECT id, email, name, language, is_operator, disabled_at, created_at
  FROM users
 WHERE id = :id;

-- name: users_page
SELECT id, email, name, language, is_operator, disabled_at, created_at
  FROM users
 WHERE id > :after
 ORDER BY id
 LIMIT :limit;

-- name: put_membership
-- One that is there already stays as it is: no row.
INSERT INTO memberships (tenant_id, user_id, role, invited_name, invited_by, joined_at, created_at, updated_at)
VALUES (:tenant_id, :user_id, :role, :invited_name, :invited_by, :joined_at, :now, :now)
    ON CONFLICT (tenant_id, user_id) DO NOTHING
RETURNING tenant_id, user_id, role, invited_name, invited_by, joined_at, disabled_at, last_seen_at, created_at;

-- name: membership
SELECT tenant_id, user_id, role, invited_name, invited_by, joined_at, disabled_at, last_seen_at, created_at
  FROM memberships
 WHERE tenant_id = :tenant_id AND user_id = :user_id;

-- name: note_seen
UPDATE memberships
   SET last_seen_at = :now
 WHERE tenant_id = :tenant_id AND user_id = :user_id;

-- name: open_memberships
-- Where a user may go. Across tenants: row-level security shows a user's own (policy "self").
SELECT m.tenant_id, t.name AS tenant_name, m.role
  FROM memberships m
  JOIN tenants t ON t.id = m.tenant_id
 WHERE m.user_id = :user_id AND m.joined_at IS NOT NULL AND m.disabled_at IS NULL
 ORDER BY t.name, m.tenant_id;

-- name: tell_people_changed
SELECT pg_notify('curbe_people', :payload::text)::text AS told;

-- name: set_operator
UPDATE users
   SET is_operator = :is_operator, updated_at = :now
 WHERE id = :id
RETURNING id, email, name, language, is_operator, disabled_at, created_at;
