-- A code of Meta's sign-up counts once and for 30 seconds: it is exchanged at once, for a token that reads every number that was granted.
-- Where several could be meant, the token waits here until one of them is chosen: for a quarter of an hour, and for whoever brought the code.
CREATE TABLE sign_up_choices (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    actor text NOT NULL,             -- who may choose, as the audit log names them
    access_token_enc text NOT NULL,  -- AES-256-GCM, bound to this row and column
    numbers jsonb NOT NULL,          -- what there is to choose from, as it is shown
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CALL guard_tenant_table('sign_up_choices');
GRANT SELECT, INSERT, DELETE ON sign_up_choices TO app_web;
GRANT SELECT, DELETE ON sign_up_choices TO app_worker;
