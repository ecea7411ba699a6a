-- Identity that converges, amendments, reactions (docs/adr/0008). Written by curbe.inbox only.

-- Whether a claim made at a moment is newer than what is known; between equal moments the greater text. Inlined by the planner.
CREATE FUNCTION is_news(at timestamptz, value text, known_at timestamptz, known text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN at IS NOT NULL AND (known_at IS NULL OR (at, value) > (known_at, coalesce(known, '')));

-- How a contact is known now: each the latest by the provider's clock, whatever order it came in.
ALTER TABLE contacts
    ADD COLUMN username_at timestamptz,
    ADD COLUMN wa_id text,               -- the phone as the provider writes it; NULL with a time: given up, and the next one is not known
    ADD COLUMN wa_id_at timestamptz,
    ADD COLUMN bsuid text,
    ADD COLUMN bsuid_at timestamptz,
    ADD COLUMN merged_into uuid,         -- the contact this one turned out to be
    ADD FOREIGN KEY (tenant_id, merged_into) REFERENCES contacts (tenant_id, id);
CREATE INDEX contacts_by_username ON contacts (tenant_id, username) WHERE username IS NOT NULL;
CREATE INDEX contacts_merged ON contacts (tenant_id, merged_into) WHERE merged_into IS NOT NULL;

-- A phone can pass to somebody else: an alias holds from its moment to the next hand-over of the same number. 'change' names a move from
-- one number to another, so that both numbers of a tenant that are told of one move tell of the same person.
ALTER TYPE alias_kind ADD VALUE 'change';
ALTER TABLE contact_aliases
    ADD COLUMN since timestamptz NOT NULL DEFAULT '-infinity',
    ADD COLUMN retired_at timestamptz,
    ADD CHECK (retired_at > since),
    DROP CONSTRAINT contact_aliases_pkey,
    ADD PRIMARY KEY (tenant_id, kind, value, since);
GRANT DELETE ON contact_aliases TO app_web, app_worker, app_apply;

UPDATE contacts c
   SET wa_id = (SELECT v.contact_wa_id FROM conversations v
                 WHERE v.tenant_id = c.tenant_id AND v.contact_id = c.id AND v.contact_wa_id IS NOT NULL
                 ORDER BY v.last_message_at DESC NULLS LAST, v.id LIMIT 1),
       bsuid = (SELECT a.value FROM contact_aliases a
                 WHERE a.tenant_id = c.tenant_id AND a.contact_id = c.id AND a.kind = 'bsuid'
                 ORDER BY a.created_at DESC, a.value LIMIT 1),
       username_at = CASE WHEN c.username IS NOT NULL THEN c.name_at END;

ALTER TABLE conversations
    ADD COLUMN contact_bsuid text,       -- beside contact_wa_id: how the person is reached where there is no phone
    ADD COLUMN merged_into uuid,         -- the conversation that has its messages since two contacts became one
    ADD FOREIGN KEY (tenant_id, channel_connection_id, merged_into) REFERENCES conversations (tenant_id, channel_connection_id, id);
UPDATE conversations v SET contact_bsuid = c.bsuid FROM contacts c WHERE c.tenant_id = v.tenant_id AND c.id = v.contact_id;
CREATE INDEX conversations_merged ON conversations (tenant_id, merged_into) WHERE merged_into IS NOT NULL;
-- A merged conversation that something was written into all the same: found and emptied.
CREATE INDEX conversations_stray ON conversations (tenant_id) WHERE merged_into IS NOT NULL AND last_message_at IS NOT NULL;

ALTER TABLE messages
    ADD COLUMN person jsonb,             -- whom it is from or to, as named at that moment: what identity rests on
    ADD COLUMN priced_by message_status, -- the report the price is from: the furthest one that had any
    ADD COLUMN edited_at timestamptz,
    ADD COLUMN revoked_at timestamptz;

-- What people do beside writing that counts as writing to us: reactions, calls.
CREATE TABLE contact_activity (
    tenant_id uuid NOT NULL,
    channel_connection_id uuid NOT NULL,
    provider_id text NOT NULL,
    conversation_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('reaction', 'call')),
    at timestamptz NOT NULL,
    opens_window boolean NOT NULL,
    person jsonb NOT NULL,
    PRIMARY KEY (tenant_id, channel_connection_id, provider_id),
    FOREIGN KEY (tenant_id, channel_connection_id, conversation_id) REFERENCES conversations (tenant_id, channel_connection_id, id)
);
CREATE INDEX contact_activity_of_conversation ON contact_activity (tenant_id, conversation_id);
CALL guard_tenant_table('contact_activity');
CALL open_to_apply('contact_activity');
GRANT SELECT, UPDATE ON contact_activity TO app_web, app_worker;
GRANT SELECT, INSERT, UPDATE ON contact_activity TO app_apply;

-- What was said first and what it was changed to. No foreign key to the message: an amendment may come before it, and waits here.
CREATE TYPE revision_kind AS ENUM ('original', 'edit', 'revoke');
CREATE TABLE message_revisions (
    tenant_id uuid NOT NULL,
    channel_connection_id uuid NOT NULL,
    target_id text NOT NULL,             -- provider_message_id of the message
    provider_message_id text NOT NULL,   -- of this revision; the original has the message's own
    kind revision_kind NOT NULL,
    type text NOT NULL,
    text text,
    payload jsonb NOT NULL,
    at timestamptz NOT NULL,
    waits boolean NOT NULL DEFAULT true, -- for its message
    stored_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, channel_connection_id, target_id, provider_message_id),
    FOREIGN KEY (tenant_id, channel_connection_id) REFERENCES channel_connections (tenant_id, id)
);
CREATE INDEX message_revisions_waiting ON message_revisions (tenant_id, channel_connection_id, target_id) WHERE waits;
CALL guard_tenant_table('message_revisions');
CALL open_to_apply('message_revisions');
GRANT SELECT ON message_revisions TO app_web;
GRANT SELECT, INSERT, UPDATE ON message_revisions TO app_worker, app_apply;

-- Each person's latest reaction to a message, which may come before the message. A reaction taken back has no emoji.
CREATE TABLE message_reactions (
    tenant_id uuid NOT NULL,
    channel_connection_id uuid NOT NULL,
    target_id text NOT NULL,
    who text NOT NULL,                   -- 'contact', 'us', or in a group the member's id
    emoji text,
    at timestamptz NOT NULL,
    provider_message_id text NOT NULL,
    PRIMARY KEY (tenant_id, channel_connection_id, target_id, who),
    FOREIGN KEY (tenant_id, channel_connection_id) REFERENCES channel_connections (tenant_id, id)
);
CALL guard_tenant_table('message_reactions');
CALL open_to_apply('message_reactions');
GRANT SELECT, INSERT, UPDATE ON message_reactions TO app_web, app_worker, app_apply;

-- Two contacts that became one: who, why, and what moved, so that it can be undone.
CREATE TABLE contact_merges (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    survivor_id uuid NOT NULL,
    merged_id uuid NOT NULL,
    reason text NOT NULL CHECK (reason IN ('same_person', 'by_hand')),
    actor text NOT NULL,
    moved jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    undone_at timestamptz,
    undone_by text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, survivor_id) REFERENCES contacts (tenant_id, id),
    FOREIGN KEY (tenant_id, merged_id) REFERENCES contacts (tenant_id, id),
    CHECK (survivor_id <> merged_id),
    CHECK ((undone_at IS NULL) = (undone_by IS NULL))
);
CREATE INDEX contact_merges_by_survivor ON contact_merges (tenant_id, survivor_id);
CREATE INDEX contact_merges_by_merged ON contact_merges (tenant_id, merged_id);
CALL guard_tenant_table('contact_merges');
CALL open_to_apply('contact_merges');
GRANT SELECT, INSERT, UPDATE ON contact_merges TO app_web, app_worker, app_apply;

-- Contacts that somebody took apart again: no webhook makes them one.
CREATE TABLE contacts_kept_apart (
    tenant_id uuid NOT NULL,
    one_id uuid NOT NULL,
    other_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, one_id, other_id),
    FOREIGN KEY (tenant_id, one_id) REFERENCES contacts (tenant_id, id),
    FOREIGN KEY (tenant_id, other_id) REFERENCES contacts (tenant_id, id),
    CHECK (one_id < other_id)
);
CALL guard_tenant_table('contacts_kept_apart');
CALL open_to_apply('contacts_kept_apart');
GRANT SELECT, INSERT, DELETE ON contacts_kept_apart TO app_web;
GRANT SELECT, INSERT ON contacts_kept_apart TO app_worker, app_apply;
