-- What the doctor looks at. Reading only.

-- name: server_facts
-- Its size where a role of ours may ask: not where the right to connect was taken from everybody but the owner.
SELECT current_setting('server_version_num')::integer AS version, current_setting('server_version') AS version_text,
       clock_timestamp() AS now,
       CASE WHEN has_database_privilege(current_database(), 'CONNECT') THEN pg_database_size(current_database()) END AS bytes,
       current_setting('transaction_read_only')::boolean AS read_only;

-- name: role_facts
-- The roles that processes work as, and whether one of them may do more than its grants.
SELECT r.rolname AS name, (r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb OR r.rolcanlogin) AS powerful
  FROM pg_roles r
 WHERE r.rolname = ANY(:names::text[]);

-- name: open_tables
-- Tables of tenants that row-level security does not guard from everybody.
SELECT c.relname AS name
  FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
   AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))
 ORDER BY c.relname;

-- name: partition_facts
-- How many days from today on the webhook log is ready for, and whether rows had to go where no day was.
SELECT (SELECT count(*) FROM generate_series(0, 30) AS d (ahead)
         WHERE to_regclass('public.webhook_events_'
               || to_char((now() AT TIME ZONE 'UTC')::date + d.ahead, 'YYYYMMDD')) IS NOT NULL)::integer AS days,
       pg_relation_size('webhook_events_default') > 0 AS strays;

-- name: outbox_facts
-- What waits although it might be sent, and since when; what of it nobody settles.
SELECT count(*) FILTER (WHERE o.lease_expires_at IS NULL)::integer AS waiting,
       max(extract(epoch FROM now() - o.available_at))
           FILTER (WHERE o.lease_expires_at IS NULL AND o.waits IS NULL AND o.available_at <= now())::float8 AS oldest,
       count(*) FILTER (WHERE o.lease_expires_at < now() - interval '5 minutes')::integer AS abandoned
  FROM outbox o
  JOIN tenants t ON t.id = o.tenant_id AND t.suspended_at IS NULL
  JOIN channel_connections c ON c.tenant_id = o.tenant_id AND c.id = o.channel_connection_id
 WHERE c.status = 'active' AND c.pause_reason IS NULL;

-- name: unknown_sends
-- Messages since the id given (ids sort by time) of which nobody knows whether they were sent.
SELECT coalesce(sum(of_tenant.count), 0)::integer AS count
  FROM tenants t
 CROSS JOIN LATERAL (
       SELECT count(*) AS count FROM messages m
        WHERE m.tenant_id = t.id AND m.id >= :since_id AND m.status = 'unknown') of_tenant;

-- name: parked_facts
SELECT count(*)::integer AS count, extract(epoch FROM now() - min(p.parked_at))::float8 AS oldest FROM parked_statuses p;

-- name: quarantine_facts
-- And what waited for its message and is refused, where it lies.
SELECT a.kind, a.reason, count(*)::integer AS count, min(a.since) AS since
  FROM (SELECT q.kind::text AS kind, q.reason, q.created_at AS since FROM quarantine q WHERE q.released_at IS NULL
         UNION ALL
        SELECT 'waited', split_part(p.refusal, ':', 1), p.refused_at FROM parked_statuses p WHERE p.refused_at IS NOT NULL
         UNION ALL
        SELECT 'waited', split_part(f.refusal, ':', 1), f.refused_at FROM parked_files f WHERE f.refused_at IS NOT NULL
         UNION ALL
        SELECT 'waited', split_part(r.refusal, ':', 1), r.refused_at FROM message_revisions r WHERE r.waits AND r.refused_at IS NOT NULL) AS a
 GROUP BY a.kind, a.reason
 ORDER BY a.kind, a.reason;

-- name: connection_facts
SELECT c.tenant_id, c.id, c.status::text AS status, c.phone_number_id, c.pause_reason, c.pause_cause, c.pause_until, c.token_expires_at, c.meta_app_id,
       c.access_token_enc, coalesce(c.metadata ->> 'unregistered' = 'true', false) AS unregistered
  FROM channel_connections c
 WHERE c.status <> 'revoked'
 ORDER BY c.tenant_id, c.id;

-- name: pin_facts
-- Those of numbers that were given up too: their PIN is theirs wherever they go.
SELECT c.tenant_id, c.id, c.pin_enc
  FROM channel_connections c
 WHERE c.pin_enc IS NOT NULL
 ORDER BY c.tenant_id, c.id;

-- name: unsealed_facts
-- Since when the oldest row of the audit log waits for its seal; NULL where none does.
SELECT extract(epoch FROM now() - min(newest.at))::float8 AS oldest
  FROM (SELECT t.id FROM tenants t UNION ALL SELECT '00000000-0000-0000-0000-000000000000'::uuid) AS chain (tenant_id)
 CROSS JOIN LATERAL (
       SELECT s.audit_xid, s.audit_id FROM audit_seals s WHERE s.tenant_id = chain.tenant_id
        UNION ALL SELECT '-9223372036854775808'::bigint, 0
        ORDER BY 1 DESC, 2 DESC LIMIT 1) head
 CROSS JOIN LATERAL (
       SELECT a.at FROM audit_log a
        WHERE a.tenant_id = chain.tenant_id AND (a.xid, a.id) > (head.audit_xid, head.audit_id)
        ORDER BY a.xid, a.id LIMIT 1) newest;

-- name: audit_chains
-- Whose logs there are: a log outlives its tenant. Hops from one to the next along the primary key.
WITH RECURSIVE chains (tenant_id) AS (
    (SELECT a.tenant_id FROM audit_log a ORDER BY a.tenant_id LIMIT 1)
    UNION ALL
    SELECT (SELECT a.tenant_id FROM audit_log a WHERE a.tenant_id > chains.tenant_id ORDER BY a.tenant_id LIMIT 1)
      FROM chains WHERE chains.tenant_id IS NOT NULL
), sealed (tenant_id) AS (
    (SELECT s.tenant_id FROM audit_seals s ORDER BY s.tenant_id LIMIT 1)
    UNION ALL
    SELECT (SELECT s.tenant_id FROM audit_seals s WHERE s.tenant_id > sealed.tenant_id ORDER BY s.tenant_id LIMIT 1)
      FROM sealed WHERE sealed.tenant_id IS NOT NULL
)
SELECT tenant_id FROM chains WHERE tenant_id IS NOT NULL
 UNION
SELECT tenant_id FROM sealed WHERE tenant_id IS NOT NULL
 ORDER BY tenant_id;

-- name: live_platform_keys
SELECT count(*)::integer AS count
  FROM platform_keys k
 WHERE k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now());

-- name: every_tenant
SELECT t.id FROM tenants t ORDER BY t.id;

-- name: push_facts
-- Browsers that are told while no page is open, by their push services.
SELECT split_part(s.endpoint, '/', 3) AS service, count(*)::integer AS browsers,
       (count(*) FILTER (WHERE s.failing_since <= now() - interval '1 hour'))::integer AS failing
  FROM push_subscriptions s
 GROUP BY 1
 ORDER BY 1;
