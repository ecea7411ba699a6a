-- Since when a person waits by what retention deleted: the first that they wrote since the conversation was last resolved. Without it a later
-- resolution would have begun with nothing, and a day of the reports that is counted anew would lose it. Of what was deleted before, nobody
-- knows it any more.
ALTER TABLE conversations ADD COLUMN purged_waiting_since timestamptz;
