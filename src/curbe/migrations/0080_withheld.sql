-- Whom Meta keeps marketing from: 131049, for a while, and 130472, an experiment with one template [Meta: error codes, Sep 2026]. Campaigns
-- ask for it for thousands of people at once.
CREATE INDEX messages_withheld ON messages (tenant_id, conversation_id) WHERE error_code IN (130472, 131049);
