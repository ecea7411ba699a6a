-- Who works on some kinds of jobs finds the longest due of each without walking past the others: ten thousand files of a history that was
-- imported stand before no confirmation of an order.

DROP INDEX jobs_due;
CREATE INDEX jobs_due ON jobs (tenant_id, kind, available_at);
