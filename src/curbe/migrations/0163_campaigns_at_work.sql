-- Whoever carries campaigns on looks four times a second, and read each that was ever cancelled or could not start. Of those that were
-- cancelled, what is left in the outbox goes soon after; of those that could not start there is nothing.
DROP INDEX campaigns_at_work;
CREATE INDEX campaigns_at_work ON campaigns (tenant_id, id) WHERE state IN ('scheduled', 'running', 'paused');
CREATE INDEX campaigns_cancelled ON campaigns (tenant_id, ended_at) WHERE state = 'cancelled';
