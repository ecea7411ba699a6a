-- Why a message that waits for its time was put off, where people ask: it would look stuck otherwise.
--   room   its portfolio may write to nobody new for now
--   quiet  it is late where its recipient lives
CREATE TYPE put_off_reason AS ENUM ('room', 'quiet');
ALTER TABLE outbox ADD COLUMN put_off put_off_reason;
