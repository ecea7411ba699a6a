-- What the reason of a row needs to be told in any language: the phone's fault, the variable, the line that has the same number.
ALTER TABLE campaign_faults ADD COLUMN about text NOT NULL DEFAULT '';
