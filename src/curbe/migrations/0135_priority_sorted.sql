-- Lists in the order of priorities (docs/reference/inbox.md), of those that somebody or nobody has: each priority is a range here, too. What
-- has no priority, as most conversations, pays nothing for it. And an automation may set a priority.
CREATE INDEX conversations_by_holder_priority
    ON conversations (tenant_id, holder_id, priority, state_code, last_message_at DESC, id DESC) WHERE priority > 0;
ALTER TABLE automations DROP CONSTRAINT automations_kind_check;
ALTER TABLE automations ADD CONSTRAINT automations_kind_check
    CHECK (kind IN ('keyword_reply', 'away', 'welcome', 'assign', 'priority')) NOT VALID; -- the former four were held to it
