-- Whoever carries campaigns on asks for those of all tenants that ended lately. An index that begins with the tenant was read from end to
-- end for it (before PostgreSQL 18, which skips), four times a second.
DROP INDEX campaigns_cancelled;
CREATE INDEX campaigns_cancelled ON campaigns (ended_at) WHERE state = 'cancelled';
