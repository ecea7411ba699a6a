-- Whoever carries campaigns on asks for those of all tenants that ended lately. An index that begins with the tenant is read for it from
-- end to end (before PostgreSQL 18) or once for each tenant, four times a second.
DROP INDEX campaigns_cancelled;
CREATE INDEX campaigns_cancelled ON campaigns (ended_at) WHERE state = 'cancelled';
