-- Identities at the installation's own provider (migration 0026).

-- name: user_of_identity
SELECT user_id FROM oidc_identities WHERE identity_hash = :identity_hash;

-- name: insert_identity
INSERT INTO oidc_identities (identity_hash, user_id, created_at)
VALUES (:identity_hash, :user_id, :now)
    ON CONFLICT (identity_hash) DO NOTHING;

-- name: has_identity
SELECT EXISTS (SELECT FROM oidc_identities WHERE user_id = :user_id) AS known;
