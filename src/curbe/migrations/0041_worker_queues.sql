-- The worker queues messages too: confirmations, notifications, automations, campaigns.
GRANT INSERT ON outbox TO app_worker;
