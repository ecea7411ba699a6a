-- The figures of a campaign are kept for good once it is over, and only then: what has them shows them, and its recipients are deleted.

ALTER TABLE campaigns NO FORCE ROW LEVEL SECURITY;
UPDATE campaigns SET kept = NULL WHERE kept IS NOT NULL AND state NOT IN ('finished', 'cancelled', 'failed');
ALTER TABLE campaigns FORCE ROW LEVEL SECURITY;
ALTER TABLE campaigns ADD CONSTRAINT campaigns_kept_once_over CHECK (kept IS NULL OR state IN ('finished', 'cancelled', 'failed'));
