-- Which of two snapshots of a conversation is the newer one. Readers get them from events and from answers, which overtake each other, and
-- the order of the log is not the order in which two transactions changed one row: so the row counts its changes itself, under its lock.
ALTER TABLE conversations ADD COLUMN version bigint NOT NULL DEFAULT 1;

CREATE FUNCTION count_version() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    RETURN NEW;
END $$;
CREATE TRIGGER version_grows BEFORE UPDATE ON conversations FOR EACH ROW EXECUTE FUNCTION count_version();
