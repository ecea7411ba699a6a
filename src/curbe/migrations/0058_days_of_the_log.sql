-- Making or dropping a day of the webhook log takes the whole log for a moment. Something that reads it for long, as pg_dump does, holds that
-- up, and whoever waits holds up everybody behind: a second at the most, then it is tried again another time. There are days in hand.
ALTER FUNCTION keep_webhook_partitions(integer, integer) SET lock_timeout = '1s';
