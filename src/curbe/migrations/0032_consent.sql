-- Who wants to hear from a tenant, and about what. Written by curbe.consent only (docs/adr/0017).

-- Every word on it, whoever it is from. Nothing is taken back: the latest word counts, and of two of one moment the no.
CREATE TABLE consents (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    contact_id uuid NOT NULL,
    category text NOT NULL CHECK (category IN ('marketing', 'utility', 'all')),
    state text NOT NULL CHECK (state IN ('in', 'out')),
    source text NOT NULL CHECK (source IN ('keyword', 'whatsapp', 'refusal', 'recorded', 'import')),
    proof text CHECK (length(proof) <= 2000), -- in whose words: the message's, the form's, Meta's
    message_id uuid,                  -- what the person wrote, or what Meta refused
    import_id uuid,
    actor text NOT NULL CHECK (actor ~ '^((user|key|system):.+|contact|cli)$'),
    at timestamptz NOT NULL,          -- when it was said
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, contact_id, at, category, state, source),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id)
);
CALL guard_tenant_table('consents');
CALL open_to_apply('consents');
GRANT SELECT, INSERT ON consents TO app_web, app_worker, app_apply;

-- What a tenant has decided about consent; absent: as the product ships.
CREATE TABLE consent_settings (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    rules jsonb NOT NULL,
    updated_by text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id)
);
CALL guard_tenant_table('consent_settings');
CREATE POLICY apply ON consent_settings FOR SELECT TO app_apply USING (true);
GRANT SELECT, INSERT, UPDATE ON consent_settings TO app_web;
GRANT SELECT ON consent_settings TO app_worker, app_apply;

-- Lists that somebody brought, with the proof they gave for all of it. total = added + repeated + failed, always.
CREATE TABLE consent_imports (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    filename text,
    category text NOT NULL,
    state text NOT NULL,
    proof text NOT NULL CHECK (length(proof) BETWEEN 1 AND 2000),
    actor text NOT NULL,
    total_count integer NOT NULL,
    added_count integer NOT NULL,
    repeated_count integer NOT NULL,
    failed_count integer NOT NULL,
    failed_rows text NOT NULL,        -- CSV: line, reason, the row as it came
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    CHECK (total_count = added_count + repeated_count + failed_count)
);
CALL guard_tenant_table('consent_imports');
GRANT SELECT, INSERT ON consent_imports TO app_web;

-- What people have told WhatsApp so far.
INSERT INTO consents (tenant_id, id, contact_id, category, state, source, proof, actor, at)
SELECT p.tenant_id, p.id, p.contact_id, 'marketing', CASE p.value WHEN 'stop' THEN 'out' ELSE 'in' END, 'whatsapp',
       left(p.detail, 2000), 'contact', p.at
  FROM marketing_preferences p
 WHERE p.category = 'marketing_messages' AND p.value IN ('stop', 'resume', 'signup')
    ON CONFLICT DO NOTHING;
