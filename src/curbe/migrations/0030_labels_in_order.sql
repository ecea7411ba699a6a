-- The index of a label's list serves lists alone: what a conversation's labels are is asked of the primary key, whatever the planner thinks of
-- a table that was empty a moment ago. Lists say that they want none without a message.
DROP INDEX conversation_labels_in_order;
CREATE INDEX conversation_labels_in_order
    ON conversation_labels (tenant_id, label_id, state_code, last_message_at DESC, conversation_id DESC) WHERE last_message_at IS NOT NULL;
