-- The inbox within somebody else's page: a token that a tenant's own software asks for, good once, and the session it begins.

-- Such a session is kept by the page alone (another site's frame has no cookies) and opens one tenant.
ALTER TABLE sessions ADD COLUMN embedded_in uuid; -- no foreign key: nothing but a token of that tenant sets it

CREATE TABLE embed_tokens (
    tenant_id uuid NOT NULL,
    token_hash bytea NOT NULL CHECK (length(token_hash) = 32),
    user_id uuid NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, token_hash),
    FOREIGN KEY (tenant_id, user_id) REFERENCES memberships (tenant_id, user_id) ON DELETE CASCADE
);
CREATE INDEX embed_tokens_by_hash ON embed_tokens (token_hash);
CREATE INDEX embed_tokens_of_member ON embed_tokens (tenant_id, user_id);
CALL guard_tenant_table('embed_tokens');
CREATE POLICY holder ON embed_tokens TO app_web
    USING (token_hash = decode(nullif(current_setting('app.link', true), ''), 'hex'));
GRANT SELECT, INSERT, DELETE ON embed_tokens TO app_web;
