-- The log's numbers mean something within their epoch alone: after a restore they begin anew, and so does where the log begins.
ALTER TABLE event_log_starts ADD COLUMN epoch integer NOT NULL DEFAULT 1;
-- Whoever reads events reads where they begin, also for several tenants at once.
CREATE POLICY apply ON event_log_starts FOR SELECT TO app_apply USING (true);
GRANT SELECT ON event_log_starts TO app_apply;

-- When a stored content was last asked for again, by a message that brings it or somebody who uploads it: it is that old and no older.
ALTER TABLE media_assets ADD COLUMN wanted_at timestamptz;
GRANT UPDATE (wanted_at) ON media_assets TO app_web, app_worker;

-- Notes and the lines of what was done go as well. Deleting by age asks what is there.
GRANT DELETE ON annotations TO app_worker;
GRANT SELECT ON notices TO app_worker;
