-- What a replay has applied keeps no bytes beside it: they may hold people's words, and are where they belong now. From here on releasing
-- an item takes them off; this does so for those released before.
UPDATE quarantine SET payload = '', detail = '' WHERE released_at IS NOT NULL;
