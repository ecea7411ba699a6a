-- A request asks anew for a job that is under way already: its attempt so far ends nothing, and it begins once more.
GRANT UPDATE (attempt, created_at) ON jobs TO app_web;
