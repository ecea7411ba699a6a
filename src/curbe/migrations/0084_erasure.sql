-- A person is erased (docs/explanation/privacy.md): what was asked for, how far it is, and the nos that outlive them.

-- How far an erasure is. It names whom to look for until all is done; then only that there was one.
CREATE TABLE contact_erasures (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    contact_id uuid NOT NULL,         -- no foreign key: it outlives the contact
    contact_ids uuid[] NOT NULL,      -- and those that were merged into it
    conversation_ids uuid[] NOT NULL,
    phones text[] NOT NULL,           -- canonical digits, as aliases have them
    names text[] NOT NULL,            -- every spelling by which rows may name them: digits of phones, user ids
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL,
    walk smallint NOT NULL DEFAULT 0, -- which of the logs is being looked through, and up to where
    walked text[] NOT NULL DEFAULT '{}',
    finished_at timestamptz,
    PRIMARY KEY (tenant_id, contact_id),
    CHECK (finished_at IS NULL OR (contact_ids, conversation_ids, phones, names, walked) = ('{}', '{}', '{}', '{}', '{}'))
);
CALL guard_tenant_table('contact_erasures');
GRANT SELECT, INSERT ON contact_erasures TO app_web;
GRANT SELECT, UPDATE ON contact_erasures TO app_worker;

-- Who is being erased is nobody's to look up, to write to or to join with others.
ALTER TABLE contacts ADD COLUMN erased_at timestamptz;

-- A no that was said before somebody was erased: whoever has the same phone or user id later has said it. Written by curbe.consent only.
CREATE TABLE suppressions (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    kind alias_kind NOT NULL,
    value text NOT NULL,
    category text NOT NULL CHECK (category IN ('marketing', 'utility', 'all')),
    at timestamptz NOT NULL,          -- when it was said
    PRIMARY KEY (tenant_id, kind, value, category)
);
CALL guard_tenant_table('suppressions');
CREATE POLICY apply ON suppressions FOR SELECT TO app_apply USING (true);
GRANT SELECT, INSERT, DELETE ON suppressions TO app_web;
GRANT SELECT ON suppressions TO app_worker, app_apply;

ALTER TABLE consents DROP CONSTRAINT consents_source_check;
ALTER TABLE consents ADD CONSTRAINT consents_source_check
    CHECK (source IN ('keyword', 'whatsapp', 'refusal', 'recorded', 'import', 'erasure')) NOT VALID;
ALTER TABLE consents VALIDATE CONSTRAINT consents_source_check;

-- Wherever people are made: one who was erased and comes back has said what they said, at the time when they said it.
CREATE FUNCTION keep_suppressed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO consents (tenant_id, id, contact_id, category, state, source, actor, at)
    SELECT s.tenant_id, gen_random_uuid(), n.contact_id, s.category, 'out', 'erasure', 'system:erasure', s.at
      FROM named n
      JOIN suppressions s ON s.tenant_id = n.tenant_id AND s.kind = n.kind AND s.value = n.value
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER suppressed_stay AFTER INSERT ON contact_aliases
    REFERENCING NEW TABLE AS named FOR EACH STATEMENT EXECUTE FUNCTION keep_suppressed();

-- What became of a recipient whose message is deleted, so that the campaign's figures stay what they were.
ALTER TABLE campaign_recipients
    ADD COLUMN became text CHECK (became IN ('queued', 'sending', 'unknown', 'accepted', 'sent', 'failed', 'delivered', 'read', 'played',
                                             'cancelled'));

GRANT DELETE ON contacts, conversations, contact_merges, contacts_kept_apart, consents, marketing_preferences TO app_worker;
GRANT UPDATE (content) ON campaign_audiences TO app_worker;
GRANT SELECT, UPDATE (failed_rows) ON consent_imports TO app_worker;
