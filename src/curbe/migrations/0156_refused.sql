-- What waited for its message and was refused again and again is set aside where it lies, so that what lies behind it goes on; once a day it is
-- tried again. Since when, and why.
ALTER TABLE parked_statuses ADD COLUMN refused_at timestamptz, ADD COLUMN refusal text;
ALTER TABLE parked_files ADD COLUMN refused_at timestamptz, ADD COLUMN refusal text;
ALTER TABLE message_revisions ADD COLUMN refused_at timestamptz, ADD COLUMN refusal text;
GRANT UPDATE (refused_at, refusal) ON parked_files TO app_apply;
