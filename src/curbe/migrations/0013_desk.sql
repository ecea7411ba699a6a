-- What a team does with its conversations: who has each one, what it is about, what was noted of it (docs/reference/inbox.md).
-- Who leaves the tenant leaves its teams, and has no conversation of it any more.

CREATE TABLE teams (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100 AND name = btrim(name)),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX teams_by_name ON teams (tenant_id, lower(name));
CALL guard_tenant_table('teams');
GRANT SELECT, INSERT, UPDATE, DELETE ON teams TO app_web;
GRANT SELECT ON teams TO app_worker;

CREATE TABLE team_members (
    tenant_id uuid NOT NULL,
    team_id uuid NOT NULL,
    user_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, team_id, user_id),
    FOREIGN KEY (tenant_id, team_id) REFERENCES teams (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, user_id) REFERENCES memberships (tenant_id, user_id) ON DELETE CASCADE
);
CREATE INDEX team_members_by_user ON team_members (tenant_id, user_id);
CALL guard_tenant_table('team_members');
GRANT SELECT, INSERT, DELETE ON team_members TO app_web;
GRANT SELECT ON team_members TO app_worker;

CREATE TABLE labels (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 60 AND name = btrim(name)),
    color text NOT NULL CHECK (color ~ '^#[0-9a-f]{6}$'),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX labels_by_name ON labels (tenant_id, lower(name));
CALL guard_tenant_table('labels');
GRANT SELECT, INSERT, UPDATE, DELETE ON labels TO app_web;
GRANT SELECT ON labels TO app_worker;

CREATE TABLE canned_replies (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    shortcut text NOT NULL CHECK (shortcut ~ '^[^\s/]{1,40}$'),
    title text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
    body text NOT NULL CHECK (length(body) BETWEEN 1 AND 4096),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX canned_replies_by_shortcut ON canned_replies (tenant_id, lower(shortcut));
CALL guard_tenant_table('canned_replies');
GRANT SELECT, INSERT, UPDATE, DELETE ON canned_replies TO app_web;

-- Whose a conversation is. The two generated columns are what pages and counts look for: row-level security lets an index be used for
-- leakproof comparisons alone, which those of uuid and smallint are and those of an enum are not; and nobody's is found like somebody's.
ALTER TABLE conversations
    ADD COLUMN assignee_id uuid,         -- a user
    ADD COLUMN team_id uuid,
    ADD COLUMN snoozed_until timestamptz, -- NULL while snoozed: until the person writes
    ADD COLUMN holder_id uuid NOT NULL
        GENERATED ALWAYS AS (coalesce(assignee_id, '00000000-0000-0000-0000-000000000000'::uuid)) STORED,
    ADD COLUMN state_code smallint NOT NULL
        GENERATED ALWAYS AS (CASE state WHEN 'open' THEN 1 WHEN 'waiting' THEN 2 WHEN 'resolved' THEN 3 WHEN 'snoozed' THEN 4
                                        WHEN 'archived' THEN 5 WHEN 'blocked' THEN 6 END) STORED,
    ADD FOREIGN KEY (tenant_id, assignee_id) REFERENCES memberships (tenant_id, user_id) ON DELETE SET NULL (assignee_id),
    ADD FOREIGN KEY (tenant_id, team_id) REFERENCES teams (tenant_id, id) ON DELETE SET NULL (team_id),
    ADD CHECK (assignee_id <> '00000000-0000-0000-0000-000000000000'::uuid),
    ADD CHECK (snoozed_until IS NULL OR state = 'snoozed');

-- Pages: of each state wanted the first ones, then those in order (docs/adr/0013). A conversation without a message is in no list.
CREATE INDEX conversations_by_state ON conversations (tenant_id, state_code, last_message_at DESC, id DESC);
CREATE INDEX conversations_by_holder ON conversations (tenant_id, holder_id, state_code, last_message_at DESC, id DESC);
CREATE INDEX conversations_by_team ON conversations (tenant_id, team_id, state_code, last_message_at DESC, id DESC)
    WHERE team_id IS NOT NULL;
CREATE INDEX conversations_unread ON conversations (tenant_id, state_code, last_message_at DESC, id DESC) WHERE unread_count > 0;
CREATE INDEX conversations_unread_by_holder ON conversations (tenant_id, holder_id, state_code, last_message_at DESC, id DESC)
    WHERE unread_count > 0;
DROP INDEX conversations_by_recency;

-- What a conversation is about. Its state and its latest message are copied here, so that a label's conversations are a page of an index.
CREATE TABLE conversation_labels (
    tenant_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    label_id uuid NOT NULL,
    state_code smallint NOT NULL,
    last_message_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, conversation_id, label_id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, label_id) REFERENCES labels (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX conversation_labels_in_order
    ON conversation_labels (tenant_id, label_id, state_code, last_message_at DESC, conversation_id DESC);
CALL guard_tenant_table('conversation_labels');
CALL open_to_apply('conversation_labels');
GRANT SELECT, INSERT, UPDATE, DELETE ON conversation_labels TO app_web;
GRANT SELECT, INSERT, UPDATE ON conversation_labels TO app_worker, app_apply;

-- The copies follow, whoever moves the conversation: one statement for all that a statement moved.
CREATE FUNCTION copy_to_labels() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE conversation_labels l
       SET state_code = m.state_code, last_message_at = m.last_message_at
      FROM moved m
     WHERE l.tenant_id = m.tenant_id AND l.conversation_id = m.id
       AND (l.state_code <> m.state_code OR l.last_message_at IS DISTINCT FROM m.last_message_at);
    RETURN NULL;
END $$;
CREATE TRIGGER labels_follow AFTER UPDATE ON conversations REFERENCING NEW TABLE AS moved
    FOR EACH STATEMENT EXECUTE FUNCTION copy_to_labels();

-- What stands between the messages and goes to nobody outside: notes of colleagues, and lines that tell who did what.
-- They stay with the conversation they were written in; one that was merged shows those of its parts.
CREATE TYPE annotation_kind AS ENUM ('note', 'activity');
CREATE TABLE annotations (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    kind annotation_kind NOT NULL,
    author text NOT NULL CHECK (author ~ '^(user|key|system):'),
    body text CHECK (length(body) BETWEEN 1 AND 10000),
    activity jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations (tenant_id, id) ON DELETE CASCADE,
    -- A note has words until it is deleted, then none; activity is never deleted.
    CHECK (CASE kind WHEN 'note' THEN activity IS NULL AND (body IS NULL) = (deleted_at IS NOT NULL)
                     ELSE activity IS NOT NULL AND body IS NULL AND deleted_at IS NULL END)
);
CREATE INDEX annotations_of_conversation ON annotations (tenant_id, conversation_id, created_at, id);
CALL guard_tenant_table('annotations');
CALL open_to_apply('annotations');
GRANT SELECT, INSERT, UPDATE ON annotations TO app_web;
GRANT SELECT, INSERT ON annotations TO app_worker, app_apply;

-- Whom a note calls, and whether they have seen it.
CREATE TABLE mentions (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    annotation_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    read_at timestamptz,
    PRIMARY KEY (tenant_id, annotation_id, user_id),
    FOREIGN KEY (tenant_id, annotation_id) REFERENCES annotations (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, user_id) REFERENCES memberships (tenant_id, user_id) ON DELETE CASCADE
);
CREATE INDEX mentions_of_user ON mentions (tenant_id, user_id, (read_at IS NOT NULL), created_at DESC, annotation_id DESC);
CALL guard_tenant_table('mentions');
GRANT SELECT, INSERT, UPDATE, DELETE ON mentions TO app_web;
GRANT SELECT ON mentions TO app_worker;

-- A message that was sent once more: at most one for each, so that asking twice is asking once.
ALTER TABLE messages
    ADD COLUMN retry_of uuid,
    ADD FOREIGN KEY (tenant_id, retry_of) REFERENCES messages (tenant_id, id) ON DELETE SET NULL (retry_of),
    ADD CHECK (retry_of IS NULL OR direction = 'outbound'),
    ADD CHECK (retry_of <> id);
CREATE UNIQUE INDEX messages_once_more ON messages (tenant_id, retry_of) WHERE retry_of IS NOT NULL;

-- A snooze that is set to another time is a job at another time.
GRANT UPDATE (available_at) ON jobs TO app_web;
