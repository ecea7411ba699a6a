-- Since when a number sends: connected, connected again, or resumed then. A failure that Meta tells of before that says nothing of the number
-- as it is now.
ALTER TABLE channel_connections ADD COLUMN sends_since timestamptz NOT NULL DEFAULT now();
GRANT UPDATE (sends_since) ON channel_connections TO app_apply;
