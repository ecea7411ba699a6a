-- How much is unread of each number (docs/reference/inbox.md), and the unread ones of one number in a list's order. Beside the other indexes of
-- unread conversations (0013) it costs a message that was not read yet one entry more, and nothing once it is read.
CREATE INDEX conversations_unread_by_connection
    ON conversations (tenant_id, channel_connection_id, state_code, last_message_at DESC, id DESC) WHERE unread_count > 0;
