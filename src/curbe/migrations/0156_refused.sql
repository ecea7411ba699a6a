-- What waited for its message and was refused again and again is set aside where it lies, so that what lies behind it goes on; once a day it is
-- tried again. Since when, and why.
ALTER TABLE parked_statuses ADD COLUMN refused_at timestamptz, ADD COLUMN refusal text;
ALTER TABLE parked_files ADD COLUMN refused_at timestamptz, ADD COLUMN refusal text;
ALTER TABLE message_revisions ADD COLUMN refused_at timestamptz, ADD COLUMN refusal text;
GRANT UPDATE (refused_at, refusal) ON parked_files TO app_apply;

-- They are counted for whoever watches, among millions that wait.
CREATE INDEX parked_statuses_refused ON parked_statuses (tenant_id) WHERE refused_at IS NOT NULL;
CREATE INDEX parked_files_refused ON parked_files (tenant_id) WHERE refused_at IS NOT NULL;
CREATE INDEX message_revisions_refused ON message_revisions (tenant_id) WHERE refused_at IS NOT NULL;
