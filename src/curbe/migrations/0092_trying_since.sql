-- A message has patience with a provider that says "later" from its first try on, not from when it was queued: it may have waited for days
-- for its campaign, or for its number, before anybody tried.
ALTER TABLE outbox ADD COLUMN trying_since timestamptz;
