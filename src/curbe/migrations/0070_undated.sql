-- A list's yes that does not say when it was given counts after every word that does: a no may arrive later that was said earlier.

ALTER TABLE consents ADD COLUMN undated boolean NOT NULL DEFAULT false;

-- Those there are bear the moment in which their list was brought, to its microseconds; a date that somebody wrote has none.
ALTER TABLE consents NO FORCE ROW LEVEL SECURITY;
UPDATE consents
   SET undated = true
 WHERE source = 'import' AND state = 'in' AND date_trunc('second', at) <> at AND at > created_at - interval '1 hour';
ALTER TABLE consents FORCE ROW LEVEL SECURITY;

ALTER TABLE consents ADD CONSTRAINT consents_undated CHECK (NOT undated OR (source = 'import' AND state = 'in'));

-- In the order in which words count.
CREATE INDEX consents_by_weight ON consents (tenant_id, contact_id, undated, at DESC, state DESC);
