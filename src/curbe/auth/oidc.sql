-- Identities at the installation's own provider (migrations 0026, 0056).

-- name: known_identity
SELECT user_id, issuer FROM oidc_identities WHERE identity_hash = :identity_hash;

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

-- The account may have two of one provider from before: the other one stays without.
-- name: set_issuer
UPDATE oidc_identities SET issuer = :issuer
 WHERE identity_hash = :identity_hash AND user_id = :user_id AND issuer IS NULL
   AND NOT EXISTS (SELECT FROM oidc_identities o WHERE o.user_id = :user_id AND o.issuer = :issuer);

-- name: delete_identities
DELETE FROM oidc_identities WHERE user_id = :user_id;
