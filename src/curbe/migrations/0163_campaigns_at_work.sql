-- Whoever carries campaigns on looks four times a second, and read each that was ever cancelled or could not start. Of those that were
-- cancelled, what is left in the outbox goes soon after; of those that could not start there is nothing.
DROP INDEX campaigns_at_work;
CREATE INDEX campaigns_at_work ON campaigns (tenant_id, id) WHERE state IN ('scheduled', 'running', 'paused');
-- Those of all tenants that ended lately: an index that begins with the tenant is read for it from end to end (before PostgreSQL 18) or
-- once for each tenant.
CREATE INDEX campaigns_cancelled ON campaigns (ended_at) WHERE state = 'cancelled';
