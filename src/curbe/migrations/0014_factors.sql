-- Second factors: authenticator apps, passkeys, recovery codes, and the challenges between two steps of signing in.
--
-- Further settings by which a transaction sees what nobody has signed in for yet (see 0012_people.sql):
--   app.link        the hash of a challenge's token: that challenge
--   app.credential  the hash of a passkey's credential id: that passkey

-- The secret is sealed for its user. `last_step` is the newest time step whose code was taken: a code opens once.
CREATE TABLE totp_secrets (
    user_id uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    secret_enc text NOT NULL,
    last_step bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    confirmed_at timestamptz          -- NULL: shown, and no code of it was seen yet; asked for by nobody
);

-- Only hashes are kept, of 80 random bits each.
CREATE TABLE recovery_codes (
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    code_hash bytea NOT NULL CHECK (length(code_hash) = 32),
    created_at timestamptz NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (user_id, code_hash)
);

CREATE TABLE passkeys (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    credential_hash bytea NOT NULL UNIQUE CHECK (length(credential_hash) = 32),
    credential_id bytea NOT NULL CHECK (length(credential_id) BETWEEN 1 AND 1023), -- the limit of the standard
    public_key bytea NOT NULL,
    sign_count bigint NOT NULL,
    transports text[] NOT NULL DEFAULT '{}',
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    created_at timestamptz NOT NULL,
    last_used_at timestamptz
);
CREATE INDEX passkeys_by_user ON passkeys (user_id);

-- What was asked, and of whom; `user_id` is NULL where a passkey is to say who it is.
CREATE TABLE sign_in_challenges (
    token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
    purpose text NOT NULL CHECK (purpose IN ('second_factor', 'passkey_sign_in', 'passkey_added', 'proof')),
    user_id uuid REFERENCES users (id) ON DELETE CASCADE,
    asked bytea NOT NULL CHECK (length(asked) = 32), -- what a passkey has to sign
    tries integer NOT NULL DEFAULT 0,
    expires_at timestamptz NOT NULL,
    CHECK ((user_id IS NULL) = (purpose = 'passkey_sign_in'))
);
CREATE INDEX sign_in_challenges_by_end ON sign_in_challenges (expires_at);
CREATE INDEX sign_in_challenges_by_user ON sign_in_challenges (user_id);

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['totp_secrets', 'recovery_codes', 'passkeys', 'sign_in_challenges'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', guarded);
    END LOOP;
    FOREACH guarded IN ARRAY ARRAY['totp_secrets', 'recovery_codes', 'passkeys'] LOOP
        EXECUTE format($policy$CREATE POLICY self ON %I TO app_web
            USING (user_id = nullif(current_setting('app.user_id', true), '')::uuid)$policy$, guarded);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO app_web', guarded);
    END LOOP;
END $$;

CREATE POLICY holder ON passkeys FOR SELECT TO app_web
    USING (credential_hash = decode(nullif(current_setting('app.credential', true), ''), 'hex'));

CREATE POLICY holder ON sign_in_challenges TO app_web
    USING (token_hash = decode(nullif(current_setting('app.link', true), ''), 'hex'));
CREATE POLICY over ON sign_in_challenges TO app_worker
    USING (expires_at < now());
GRANT SELECT, INSERT, UPDATE, DELETE ON sign_in_challenges TO app_web;
GRANT SELECT, DELETE ON sign_in_challenges TO app_worker;
