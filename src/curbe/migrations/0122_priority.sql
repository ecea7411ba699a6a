-- How soon a conversation wants looking at, as people set it (docs/reference/inbox.md): 0 none, 1 low, 2 medium, 3 high, 4 urgent. A number,
-- as row-level security lets an index be used for those, and the higher of two is the greater.
ALTER TABLE conversations ADD COLUMN priority smallint NOT NULL DEFAULT 0;
ALTER TABLE conversations
    ADD CONSTRAINT conversations_priority CHECK (priority BETWEEN 0 AND 4) NOT VALID; -- every one has 0 yet

-- Lists of some priorities; most conversations have none, and pay nothing for it.
CREATE INDEX conversations_by_priority ON conversations (tenant_id, priority, state_code, last_message_at DESC, id DESC) WHERE priority > 0;
