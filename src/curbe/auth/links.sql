-- One-time links: the token's hash, for whom, until when. Which of them a transaction sees is told by its settings (migration 0012).

-- name: insert_invite
INSERT INTO invites (tenant_id, token_hash, user_id, created_at, expires_at)
VALUES (:tenant_id, :token_hash, :user_id, :now, :expires_at);

-- name: invite_of_token
-- Without its tenant: this is how who holds an invitation learns it (policy "holder").
SELECT tenant_id, user_id, expires_at
  FROM invites
 WHERE token_hash = :token_hash;

-- name: drop_invites
DELETE FROM invites
 WHERE tenant_id = :tenant_id AND user_id = :user_id;

-- name: insert_reset
INSERT INTO password_resets (token_hash, user_id, created_at, expires_at)
VALUES (:token_hash, :user_id, :now, :expires_at);

-- name: reset_of_token
SELECT user_id, expires_at
  FROM password_resets
 WHERE token_hash = :token_hash;

-- name: drop_reset
DELETE FROM password_resets
 WHERE user_id = :user_id AND token_hash = :token_hash;

-- name: count_resets
SELECT count(*)::integer AS count
  FROM password_resets
 WHERE user_id = :user_id AND expires_at > :now;

-- name: drop_resets
DELETE FROM password_resets
 WHERE user_id = :user_id;
