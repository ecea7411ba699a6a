-- Whose number does not tell their clock goes by the campaign's, also where that is another one later. Who was added before this goes on by
-- the clock that they were given.
ALTER TABLE campaign_recipients ADD COLUMN own_zone boolean NOT NULL DEFAULT true; -- false: the campaign's
ALTER TABLE campaign_faults ADD COLUMN own_zone boolean NOT NULL DEFAULT true;     -- the same of somebody who is in another audience
