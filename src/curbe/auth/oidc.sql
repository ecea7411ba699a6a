-- Identities at the installation's own provider (migrations 0026, 0056).

-- name: user_of_identity
SELECT user_id FROM oidc_identities WHERE identity_hash = :identity_hash;

-- name: insert_identity
INSERT INTO oidc_identities (identity_hash, user_id, issuer, created_at)
VALUES (:identity_hash, :user_id, :issuer, :now)
    ON CONFLICT (identity_hash) DO NOTHING;

-- name: has_identity
SELECT EXISTS (SELECT FROM oidc_identities WHERE user_id = :user_id) AS known;

-- name: has_another_identity
SELECT EXISTS (SELECT FROM oidc_identities
                WHERE user_id = :user_id AND identity_hash <> :identity_hash
                  AND (issuer = :issuer OR issuer IS NULL)) AS known;

-- name: delete_identities
DELETE FROM oidc_identities WHERE user_id = :user_id;
