-- What a merge that was undone has yet to give back: of a large conversation the messages go in pieces, the ids in the order in which they do.
CREATE TABLE messages_going_back (
    tenant_id uuid NOT NULL,
    merge_id uuid NOT NULL,
    conversation_id uuid NOT NULL,    -- where they belong
    from_id uuid NOT NULL,            -- where they are until then
    message_ids uuid[] NOT NULL,
    moved_count integer NOT NULL DEFAULT 0 CHECK (moved_count >= 0),
    PRIMARY KEY (tenant_id, merge_id, conversation_id),
    FOREIGN KEY (tenant_id, merge_id) REFERENCES contact_merges (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations (tenant_id, id),
    FOREIGN KEY (tenant_id, from_id) REFERENCES conversations (tenant_id, id)
);
CREATE INDEX messages_going_back_to ON messages_going_back (tenant_id, conversation_id);
CREATE INDEX messages_going_back_from ON messages_going_back (tenant_id, from_id);
CALL guard_tenant_table('messages_going_back');
CALL open_to_apply('messages_going_back');
GRANT SELECT, INSERT, UPDATE, DELETE ON messages_going_back TO app_web;
GRANT SELECT, UPDATE, DELETE ON messages_going_back TO app_worker, app_apply;
