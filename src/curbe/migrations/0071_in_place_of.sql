-- A row that is left out as its person came with another audience says who they are: they come with this one once that audience is taken out.

ALTER TABLE campaign_faults
    ADD COLUMN phone text,            -- canonical digits; with the next three, as of a recipient
    ADD COLUMN zone text,
    ADD COLUMN country text,
    ADD COLUMN variables jsonb,
    ADD CHECK (num_nulls(phone, zone, variables) IN (0, 3)),
    ADD CHECK (phone IS NULL OR reason = 'duplicate');
