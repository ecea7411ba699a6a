-- What is queued is good for a time: a code for minutes, an appointment's reminder for a day. What is not begun by then is not sent any more.
-- Whoever asked for a message may also take it back while nobody has begun to send it.

ALTER TABLE outbox ADD COLUMN expires_at timestamptz;
CREATE INDEX outbox_expiring ON outbox (tenant_id, expires_at) WHERE expires_at IS NOT NULL;
GRANT UPDATE (waits), DELETE ON outbox TO app_web;
