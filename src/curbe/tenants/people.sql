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
 WHERE (created_at, id) > (:created_at::timestamptz, :id::uuid)
 ORDER BY created_at, id
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
SELECT m.tenant_id, t.name AS tenant_name, t.language, m.role, t.suspended_at IS NOT NULL AS suspended
  FROM memberships m
  JOIN tenants t ON t.id = m.tenant_id
 WHERE m.user_id = :user_id AND m.joined_at IS NOT NULL AND m.disabled_at IS NULL
 ORDER BY t.name, m.tenant_id;

-- name: set_operator
UPDATE users
   SET is_operator = :is_operator, updated_at = :now
 WHERE id = :id
RETURNING id, email, name, language, is_operator, disabled_at, created_at;

-- name: change_user
UPDATE users
   SET name = :name, language = :language, updated_at = :now
 WHERE id = :id
RETURNING id, email, name, language, is_operator, disabled_at, created_at;

-- name: set_user_disabled
UPDATE users
   SET disabled_at = :disabled_at, updated_at = :now
 WHERE id = :id
RETURNING id, email, name, language, is_operator, disabled_at, created_at;

-- name: people_page
-- In the order of their ids, which is a random one that stays. Of who has not joined nothing is shown but what the inviter wrote.
SELECT m.user_id, u.email, CASE WHEN m.joined_at IS NULL THEN m.invited_name ELSE u.name END AS name, m.role,
       m.disabled_at IS NOT NULL OR (m.joined_at IS NOT NULL AND u.disabled_at IS NOT NULL) AS disabled,
       m.joined_at IS NULL AS invited, m.last_seen_at,
       ARRAY(SELECT t.team_id FROM team_members t WHERE t.tenant_id = m.tenant_id AND t.user_id = m.user_id ORDER BY t.team_id) AS teams
  FROM memberships m
  JOIN users u ON u.id = m.user_id
 WHERE m.tenant_id = :tenant_id AND m.user_id > :after
 ORDER BY m.user_id
 LIMIT :limit;

-- name: person
SELECT m.user_id, u.email, CASE WHEN m.joined_at IS NULL THEN m.invited_name ELSE u.name END AS name, m.role,
       m.disabled_at IS NOT NULL OR (m.joined_at IS NOT NULL AND u.disabled_at IS NOT NULL) AS disabled,
       m.joined_at IS NULL AS invited, m.last_seen_at,
       ARRAY(SELECT t.team_id FROM team_members t WHERE t.tenant_id = m.tenant_id AND t.user_id = m.user_id ORDER BY t.team_id) AS teams
  FROM memberships m
  JOIN users u ON u.id = m.user_id
 WHERE m.tenant_id = :tenant_id AND m.user_id = :user_id;

-- name: lock_member
-- Them, and the owners who can come in: in one order, so that two who take each other's place away wait for one another, and the second sees
-- what the first left. Whoever gives them something waits too. An owner whose account is stopped cannot come in.
SELECT m.user_id, m.role = 'owner' AND m.joined_at IS NOT NULL AND m.disabled_at IS NULL AND u.disabled_at IS NULL AS owns
  FROM memberships m
  JOIN users u ON u.id = m.user_id
 WHERE m.tenant_id = :tenant_id AND (m.user_id = :user_id OR (m.role = 'owner' AND m.joined_at IS NOT NULL AND m.disabled_at IS NULL))
 ORDER BY m.user_id
   FOR UPDATE OF m;

-- name: change_membership
UPDATE memberships
   SET role = :role, disabled_at = :disabled_at, updated_at = :now
 WHERE tenant_id = :tenant_id AND user_id = :user_id;

-- name: invite_again
UPDATE memberships
   SET role = :role, invited_name = :invited_name, invited_by = :invited_by, updated_at = :now
 WHERE tenant_id = :tenant_id AND user_id = :user_id AND joined_at IS NULL;

-- name: join_tenant
-- No row where they have joined already, or were shut out meanwhile.
UPDATE memberships
   SET joined_at = :now, updated_at = :now
 WHERE tenant_id = :tenant_id AND user_id = :user_id AND joined_at IS NULL AND disabled_at IS NULL;

-- name: remove_membership
DELETE FROM memberships
 WHERE tenant_id = :tenant_id AND user_id = :user_id;
