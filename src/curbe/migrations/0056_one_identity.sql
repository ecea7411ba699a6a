-- An account has at most one identity at a provider: whoever comes with its address later is somebody else until an operator unties it.
-- NULL: tied before the provider was written down; it counts as of any until its person comes back, which says of which.
ALTER TABLE oidc_identities ADD COLUMN issuer text;
CREATE UNIQUE INDEX oidc_identities_one_a_provider ON oidc_identities (user_id, issuer);
DROP INDEX oidc_identities_by_user; -- the new one begins the same
GRANT DELETE, UPDATE (issuer) ON oidc_identities TO app_web;
