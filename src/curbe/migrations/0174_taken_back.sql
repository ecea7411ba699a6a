-- What waits to follow from an event is taken back by whoever told of it, which is a request; it could be locked and deleted before.
GRANT UPDATE (reason, detail, done_at) ON notifications TO app_web;
