-- Second factors and challenges. Which of them a transaction sees is told by its settings (migrations 0012 and 0014).

-- name: factors_of_user
-- One row, of a user whose transaction this is.
SELECT EXISTS (SELECT FROM totp_secrets t WHERE t.user_id = :user_id AND t.confirmed_at IS NOT NULL) AS totp,
       (SELECT count(*) FROM passkeys p WHERE p.user_id = :user_id)::integer AS passkeys,
       (SELECT count(*) FROM recovery_codes r WHERE r.user_id = :user_id AND r.used_at IS NULL)::integer AS recovery_codes;

-- name: totp_of_user
SELECT user_id, secret_enc, confirmed_at
  FROM totp_secrets
 WHERE user_id = :user_id;

-- name: put_totp
-- One that was confirmed stays as it is: it is taken away first.
INSERT INTO totp_secrets (user_id, secret_enc, created_at)
VALUES (:user_id, :secret_enc, :now)
    ON CONFLICT (user_id) DO UPDATE SET secret_enc = excluded.secret_enc, created_at = excluded.created_at, last_step = 0
 WHERE totp_secrets.confirmed_at IS NULL;

-- name: take_totp_step
-- No row where a code of this step, or of a later one, was taken before.
UPDATE totp_secrets
   SET last_step = :step
 WHERE user_id = :user_id AND last_step < :step;

-- name: reseal_totp
-- No row where another secret took its place meanwhile.
UPDATE totp_secrets
   SET secret_enc = :sealed
 WHERE user_id = :user_id AND secret_enc = :was;

-- name: confirm_totp
UPDATE totp_secrets
   SET confirmed_at = :now
 WHERE user_id = :user_id AND confirmed_at IS NULL;

-- name: drop_totp
DELETE FROM totp_secrets
 WHERE user_id = :user_id;

-- name: put_recovery_codes
INSERT INTO recovery_codes (user_id, code_hash, created_at)
SELECT :user_id, hash, :now FROM unnest(:hashes::bytea[]) AS u (hash);

-- name: drop_recovery_codes
DELETE FROM recovery_codes
 WHERE user_id = :user_id;

-- name: use_recovery_code
-- No row where there is no such code, or it was used.
UPDATE recovery_codes
   SET used_at = :now
 WHERE user_id = :user_id AND code_hash = :hash AND used_at IS NULL;

-- name: drop_all_factors
WITH totp AS (DELETE FROM totp_secrets t WHERE t.user_id = :user_id),
     codes AS (DELETE FROM recovery_codes r WHERE r.user_id = :user_id)
DELETE FROM passkeys p WHERE p.user_id = :user_id;

-- name: passkeys_of_user
SELECT id, user_id, credential_id, public_key, sign_count, transports, name, created_at, last_used_at
  FROM passkeys
 WHERE user_id = :user_id
 ORDER BY id;

-- name: passkey_of_credential
-- Shown to who names its credential (policy "holder"), or to its user.
SELECT id, user_id, credential_id, public_key, sign_count, transports, name, created_at, last_used_at
  FROM passkeys
 WHERE credential_hash = :hash;

-- name: insert_passkey
-- No row where the credential is registered already.
INSERT INTO passkeys (id, user_id, credential_hash, credential_id, public_key, sign_count, transports, name, created_at)
VALUES (:id, :user_id, :hash, :credential_id, :public_key, :sign_count, :transports, :name, :now)
    ON CONFLICT (credential_hash) DO NOTHING;

-- name: use_passkey
UPDATE passkeys
   SET sign_count = :sign_count, last_used_at = :now
 WHERE id = :id AND user_id = :user_id;

-- name: drop_passkey
DELETE FROM passkeys
 WHERE id = :id AND user_id = :user_id;

-- name: insert_challenge
INSERT INTO sign_in_challenges (token_hash, purpose, user_id, password_of, asked, expires_at)
VALUES (:token_hash, :purpose, :user_id, :password_of, :asked, :expires_at);

-- name: try_challenge
-- Count a try and return what was asked; no row where it is over. Committed whatever comes of the try.
UPDATE sign_in_challenges
   SET tries = tries + 1
 WHERE token_hash = :token_hash AND purpose = :purpose AND expires_at > :now AND tries < :most
RETURNING user_id, asked, password_of;

-- name: drop_challenge
-- No row where somebody else answered it first.
DELETE FROM sign_in_challenges
 WHERE token_hash = :token_hash;

-- name: drop_challenges_that_are_over
DELETE FROM sign_in_challenges
 WHERE expires_at < now();

-- name: prove_session
UPDATE sessions
   SET proved_at = :now
 WHERE id = :id AND user_id = :user_id;
