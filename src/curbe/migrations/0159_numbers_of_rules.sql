-- A rule that names no number goes on by the one it was kept with (docs/reference/notifications.md). Of those that are there it is the only
-- number that is connected, by which they go now.
ALTER TABLE notification_rules NO FORCE ROW LEVEL SECURITY;
ALTER TABLE channel_connections NO FORCE ROW LEVEL SECURITY;
UPDATE notification_rules r
   SET channel_connection_id = c.id
  FROM channel_connections c
 WHERE r.channel_connection_id IS NULL AND c.tenant_id = r.tenant_id AND c.status IN ('active', 'error')
   AND NOT EXISTS (SELECT FROM channel_connections o
                    WHERE o.tenant_id = r.tenant_id AND o.id <> c.id AND o.status IN ('active', 'error'));
ALTER TABLE channel_connections FORCE ROW LEVEL SECURITY;
ALTER TABLE notification_rules FORCE ROW LEVEL SECURITY;
