-- Who a person is to the installation's own identity provider (OpenID Connect): known once they came from there.
--   app.link   the SHA-256 of issuer and subject: that identity
CREATE TABLE oidc_identities (
    identity_hash bytea PRIMARY KEY CHECK (length(identity_hash) = 32),
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL
);
CREATE INDEX oidc_identities_by_user ON oidc_identities (user_id);
ALTER TABLE oidc_identities ENABLE ROW LEVEL SECURITY;
ALTER TABLE oidc_identities FORCE ROW LEVEL SECURITY;
CREATE POLICY holder ON oidc_identities FOR SELECT TO app_web
    USING (identity_hash = decode(nullif(current_setting('app.link', true), ''), 'hex'));
CREATE POLICY self ON oidc_identities TO app_web
    USING (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
GRANT SELECT, INSERT ON oidc_identities TO app_web;
