-- The figures of a campaign are kept for good once it is over, and only then: what has them shows them, and its recipients are deleted.

ALTER TABLE campaigns NO FORCE ROW LEVEL SECURITY;
UPDATE campaigns SET kept = NULL WHERE kept IS NOT NULL AND state NOT IN ('finished', 'cancelled', 'failed');
ALTER TABLE campaigns FORCE ROW LEVEL SECURITY;
ALTER TABLE campaigns ADD CONSTRAINT campaigns_kept_once_over CHECK (kept IS NULL OR state IN ('finished', 'cancelled', 'failed'));

-- A row that is left out as its person came with another audience says who they are: they come with this one once that audience is taken out.

ALTER TABLE campaign_faults
    ADD COLUMN phone text,            -- canonical digits; with the next three, as of a recipient
    ADD COLUMN zone text,
    ADD COLUMN country text,
    ADD COLUMN variables jsonb,
    ADD CHECK (num_nulls(phone, zone, variables) IN (0, 3)),
    ADD CHECK (phone IS NULL OR reason = 'duplicate');
