-- A note on growing past one PostgreSQL: which table would go where on Citus. A plan to start from; it has not been run, and Curbe does not
-- need it. Every table of tenants is keyed and joined by tenant_id (tests/db/test_catalog.py keeps it so), which is what this rests on.
--
-- To be settled before it can be used:
--   * channel_connections has a unique index without tenant_id on purpose (a number has one live owner): it must be a reference table.
--   * events, audit_log and audit_seals are read up to the oldest open transaction of *one* server, so here they stay on the coordinator,
--     as webhook_events does. Spreading them asks for settled_xid() of the node that holds the tenant's shard.
--   * Roles, grants and policies have to be there on every node.

SELECT create_reference_table('channel_connections');
SELECT create_distributed_table('tenants', 'id');

SELECT create_distributed_table(c.oid::regclass, 'tenant_id', colocate_with => 'tenants')
  FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped AND a.attnotnull
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
   AND c.relname NOT IN ('channel_connections', 'events', 'audit_log', 'audit_seals');
