-- People: the users of the whole installation, their memberships in tenants, sessions and one-time links.
--
-- A user may belong to several tenants, so a user, a session and a password have no tenant. What a transaction sees of them is told by
-- settings that the code sets once it knows who asks:
--   app.email      the digest of an e-mail address that somebody typed: that one user (sign-in, invitation, reset)
--   app.session    the hash of a session's token: that session and its user
--   app.link       the hash of a one-time link's token: that link
--   app.user_id    the user who signed in or proved to hold a link: what is theirs
--   app.tenant_id  a tenant: its members, and nothing of them but what is in `users`
--   app.platform   on for the operator
CREATE TYPE user_role AS ENUM ('agent', 'supervisor', 'admin', 'owner'); -- in the order of curbe.domain.access.Role

CREATE TABLE users (
    id uuid PRIMARY KEY,
    -- In small letters and ASCII: two addresses that look alike are never two users.
    email text NOT NULL CHECK (email ~ '^[^@]+@[^@]+$' AND email !~ '[^!-~]' AND strpos(email, '\') = 0
                               AND email = lower(email COLLATE "C") AND length(email) <= 254),
    email_digest uuid NOT NULL UNIQUE GENERATED ALWAYS AS
        (encode(substring(sha256(email::bytea) FROM 1 FOR 16), 'hex')::uuid) STORED,
    name text NOT NULL DEFAULT '' CHECK (length(name) <= 200),
    language text CHECK (language IN ('es', 'en', 'pt')),
    is_operator boolean NOT NULL DEFAULT false,
    disabled_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- Apart from their users, so that whoever may see a user still sees no hash.
CREATE TABLE passwords (
    user_id uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    hash text NOT NULL CHECK (hash LIKE '$argon2id$%'),
    changed_at timestamptz NOT NULL
);

-- The token is 256 random bits; only its SHA-256 is kept.
CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    token_hash bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    created_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    proved_at timestamptz NOT NULL,   -- when its user last showed a password or a factor
    expires_at timestamptz NOT NULL   -- whatever happens; an idle one ends sooner
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_end ON sessions (expires_at);

CREATE TABLE password_resets (
    token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX password_resets_by_user ON password_resets (user_id);

CREATE TABLE memberships (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    user_id uuid NOT NULL REFERENCES users (id),
    role user_role NOT NULL,
    -- Until they join, the name their inviter gave them is shown: the one they have elsewhere is not this tenant's to know.
    invited_name text NOT NULL DEFAULT '' CHECK (length(invited_name) <= 200),
    invited_by text,                  -- an actor as the audit log names it
    joined_at timestamptz,            -- NULL: invited, and opens nothing yet
    disabled_at timestamptz,
    last_seen_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, user_id)
);
CREATE INDEX memberships_by_user ON memberships (user_id);
CALL guard_tenant_table('memberships');

CREATE TABLE invites (
    tenant_id uuid NOT NULL,
    token_hash bytea NOT NULL CHECK (length(token_hash) = 32),
    user_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, token_hash),
    FOREIGN KEY (tenant_id, user_id) REFERENCES memberships (tenant_id, user_id) ON DELETE CASCADE
);
CREATE INDEX invites_of_member ON invites (tenant_id, user_id);
CREATE INDEX invites_by_hash ON invites (token_hash);
CALL guard_tenant_table('invites');

-- An operator entered a tenant: written down once for each session and tenant.
CREATE TABLE operator_entries (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    entered_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, session_id)
);
CREATE INDEX operator_entries_by_session ON operator_entries (session_id);
CALL guard_tenant_table('operator_entries');

-- Who sees what ------------------------------------------------------------------------------------------------------------------------
DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['users', 'passwords', 'sessions', 'password_resets'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', guarded);
    END LOOP;
END $$;

CREATE POLICY named ON users TO app_web, app_worker
    USING (email_digest = nullif(current_setting('app.email', true), '')::uuid);
CREATE POLICY self ON users TO app_web
    USING (id = nullif(current_setting('app.user_id', true), '')::uuid);
CREATE POLICY holder ON users FOR SELECT TO app_web
    USING (EXISTS (SELECT FROM sessions s
                    WHERE s.user_id = users.id
                      AND s.token_hash = decode(nullif(current_setting('app.session', true), ''), 'hex')));
CREATE POLICY member ON users FOR SELECT TO app_web, app_worker
    USING (EXISTS (SELECT FROM memberships m
                    WHERE m.user_id = users.id
                      AND m.tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid));
CREATE POLICY platform ON users TO app_web
    USING (current_setting('app.platform', true) = 'on');
GRANT SELECT, INSERT, UPDATE ON users TO app_web;
GRANT SELECT ON users TO app_worker;

CREATE POLICY named ON passwords FOR SELECT TO app_web
    USING (EXISTS (SELECT FROM users u
                    WHERE u.id = passwords.user_id
                      AND u.email_digest = nullif(current_setting('app.email', true), '')::uuid));
CREATE POLICY self ON passwords TO app_web
    USING (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON passwords TO app_web;

CREATE POLICY holder ON sessions FOR SELECT TO app_web
    USING (token_hash = decode(nullif(current_setting('app.session', true), ''), 'hex'));
CREATE POLICY self ON sessions TO app_web
    USING (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
CREATE POLICY over ON sessions TO app_worker
    USING (expires_at < now());
GRANT SELECT, INSERT, UPDATE, DELETE ON sessions TO app_web;
GRANT SELECT, DELETE ON sessions TO app_worker;

CREATE POLICY holder ON password_resets FOR SELECT TO app_web
    USING (token_hash = decode(nullif(current_setting('app.link', true), ''), 'hex'));
CREATE POLICY self ON password_resets TO app_web, app_worker
    USING (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
CREATE POLICY over ON password_resets TO app_worker
    USING (expires_at < now());
GRANT SELECT, INSERT, DELETE ON password_resets TO app_web, app_worker;

CREATE POLICY self ON memberships FOR SELECT TO app_web
    USING (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON memberships TO app_web;
GRANT SELECT ON memberships TO app_worker;

CREATE POLICY holder ON invites FOR SELECT TO app_web
    USING (token_hash = decode(nullif(current_setting('app.link', true), ''), 'hex'));
GRANT SELECT, INSERT, DELETE ON invites TO app_web, app_worker;

GRANT SELECT, INSERT ON operator_entries TO app_web;

CREATE POLICY member ON tenants FOR SELECT TO app_web
    USING (EXISTS (SELECT FROM memberships m
                    WHERE m.tenant_id = tenants.id
                      AND m.user_id = nullif(current_setting('app.user_id', true), '')::uuid));

-- The installation has jobs of its own (a mail to who forgot a password): they are the platform's, which is no tenant.
ALTER TABLE jobs DROP CONSTRAINT jobs_tenant_id_fkey;
