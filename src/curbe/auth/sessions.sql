-- Passwords and sessions of users. Which of them a transaction sees is told by its settings (migration 0012).

-- name: password_of_user
SELECT user_id, hash, changed_at
  FROM passwords
 WHERE user_id = :user_id;

-- name: put_password
INSERT INTO passwords (user_id, hash, changed_at)
VALUES (:user_id, :hash, :now)
    ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, changed_at = excluded.changed_at;

-- name: put_first_password
-- No row where there is one already.
INSERT INTO passwords (user_id, hash, changed_at)
VALUES (:user_id, :hash, :now)
    ON CONFLICT (user_id) DO NOTHING;

-- name: lock_user
-- Waits for who holds the user, and keeps whoever would.
SELECT id FROM users WHERE id = :user_id FOR UPDATE;

-- name: hold_user
-- As a row that refers to the user does: many hold one at a time, and each waits for who locks them.
SELECT id FROM users WHERE id = :user_id FOR KEY SHARE;

-- name: replace_password
-- No row where it is another by now, or there is none any more.
UPDATE passwords
   SET hash = :hash, changed_at = :now
 WHERE user_id = :user_id AND changed_at = :of;

-- name: hash_password_anew
-- The same password: it is theirs since when it was. No row where it is another by now.
UPDATE passwords
   SET hash = :hash
 WHERE user_id = :user_id AND changed_at = :of;

-- name: drop_password
DELETE FROM passwords
 WHERE user_id = :user_id;

-- name: insert_session
INSERT INTO sessions (id, user_id, token_hash, created_at, last_seen_at, proved_at, expires_at, embedded_in, address, user_agent)
VALUES (:id, :user_id, :token_hash, :now, :now, :proved_at, :expires_at, :embedded_in, :address, :user_agent);

-- name: sessions_of_user
SELECT id, created_at, last_seen_at, expires_at, address, user_agent, embedded_in
  FROM sessions
 WHERE user_id = :user_id
 ORDER BY last_seen_at DESC, id DESC;

-- name: session_of_token
-- With its user, and what that user is in the tenant of the request. Row-level security shows the session to who holds its token
-- (policy "holder"), and the membership to who is in its tenant.
SELECT s.id AS session_id, s.user_id, s.last_seen_at, s.proved_at, s.expires_at, s.embedded_in, u.is_operator, m.role,
       m.last_seen_at AS seen_here_at, t.suspended_at IS NOT NULL AS suspended
  FROM sessions s
  JOIN users u ON u.id = s.user_id AND u.disabled_at IS NULL
  LEFT JOIN memberships m ON m.tenant_id = :tenant_id AND m.user_id = s.user_id
                         AND m.joined_at IS NOT NULL AND m.disabled_at IS NULL
  LEFT JOIN tenants t ON t.id = m.tenant_id
 WHERE s.token_hash = :token_hash;

-- name: session_of_id
SELECT s.id AS session_id, s.user_id, s.last_seen_at, s.proved_at, s.expires_at, s.embedded_in, u.is_operator, m.role,
       m.last_seen_at AS seen_here_at, t.suspended_at IS NOT NULL AS suspended
  FROM sessions s
  JOIN users u ON u.id = s.user_id AND u.disabled_at IS NULL
  LEFT JOIN memberships m ON m.tenant_id = :tenant_id AND m.user_id = s.user_id
                         AND m.joined_at IS NOT NULL AND m.disabled_at IS NULL
  LEFT JOIN tenants t ON t.id = m.tenant_id
 WHERE s.id = :id AND s.user_id = :user_id;

-- name: touch_session
UPDATE sessions
   SET last_seen_at = :now
 WHERE id = :id AND user_id = :user_id;

-- name: end_session
DELETE FROM sessions
 WHERE id = :id AND user_id = :user_id;

-- name: end_sessions
-- All of a user's, but the one that is spared.
DELETE FROM sessions
 WHERE user_id = :user_id AND id IS DISTINCT FROM :spared::uuid;

-- name: note_operator_entry
-- No row where it is written down already.
INSERT INTO operator_entries (tenant_id, session_id, entered_at)
VALUES (:tenant_id, :session_id, :now)
    ON CONFLICT (tenant_id, session_id) DO NOTHING;

-- name: drop_over
-- Of everybody: row-level security shows the worker what is over, and nothing else (policies "over").
WITH resets AS (DELETE FROM password_resets WHERE expires_at < now())
DELETE FROM sessions WHERE expires_at < now();
