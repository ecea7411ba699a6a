-- Whoever is erased is written to no more from the request on (docs/explanation/privacy.md), and a no that is heard until the end is kept.

-- Which notifications wait; few at any moment, beside all that were.
CREATE INDEX notifications_waiting ON notifications (tenant_id, event_id) WHERE state = 'waiting';
GRANT UPDATE (state), DELETE ON notifications TO app_web; -- to lock them, and to delete them

-- The names under which their nos are kept, as aliases have them.
ALTER TABLE contact_erasures
    ADD COLUMN alias_kinds text[] NOT NULL DEFAULT '{}',
    ADD COLUMN alias_values text[] NOT NULL DEFAULT '{}',
    ADD CHECK (finished_at IS NULL OR (alias_kinds, alias_values) = ('{}', '{}'));
GRANT INSERT, UPDATE, DELETE ON suppressions TO app_worker;
GRANT UPDATE ON suppressions TO app_web;
