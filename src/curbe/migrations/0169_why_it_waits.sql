-- What waits longer than until its time says why: its number does not send for now. Less is asked than before, so nothing has to be read.
ALTER TABLE notifications DROP CONSTRAINT notifications_check2;
ALTER TABLE notifications ADD CONSTRAINT notifications_say_why
    CHECK (state = 'waiting' OR (state IN ('skipped', 'refused')) = (reason IS NOT NULL)) NOT VALID;
