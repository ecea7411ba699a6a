-- Reports: the days that are kept, and those that are not yet, as they were counted a moment ago (as JSON).
-- One of the latter may have been kept since then: it is not read twice.

-- name: figures
SELECT CASE WHEN :by_day::boolean THEN r.day END AS day,
       CASE :group_by::text WHEN 'number' THEN r.connection_id::text
                            WHEN 'template' THEN r.template || '/' || r.language
                            WHEN 'sender' THEN r.sender
                            WHEN 'category' THEN r.category
                            WHEN 'type' THEN r.type
                            ELSE '' END AS key,
       coalesce(sum(r.messages) FILTER (WHERE r.direction = 'inbound'), 0)::bigint AS received,
       coalesce(sum(r.messages) FILTER (WHERE r.direction = 'outbound'), 0)::bigint AS made,
       sum(r.sent)::bigint AS sent, sum(r.delivered)::bigint AS delivered, sum(r.read)::bigint AS read,
       sum(r.replied)::bigint AS replied, sum(r.failed)::bigint AS failed
  FROM (SELECT k.day, k.connection_id, k.direction::text AS direction, k.type, k.category, k.template, k.language, k.sender, k.messages,
               k.sent, k.delivered, k.read, k.replied, k.failed
          FROM report_messages k WHERE k.tenant_id = :tenant_id AND k.day BETWEEN :first AND :last AND k.day <> ALL(:live_days::date[])
         UNION ALL
        SELECT l.day, l.connection_id, l.direction, l.type, l.category, l.template, l.language, l.sender, l.messages,
               l.sent, l.delivered, l.read, l.replied, l.failed
          FROM jsonb_to_recordset(:live::jsonb)
               AS l (day date, connection_id uuid, direction text, type text, category text, template text, language text, sender text,
                     messages integer, sent integer, delivered integer, read integer, replied integer, failed integer)) r
 WHERE (:number::uuid IS NULL OR r.connection_id = :number::uuid)
   AND CASE :only::text WHEN 'template' THEN r.template <> ''
                        WHEN 'campaign' THEN r.sender LIKE 'campaign:%'
                        WHEN 'desk' THEN r.direction = 'outbound' AND r.sender NOT LIKE 'campaign:%'
                        ELSE true END
 GROUP BY 1, 2
 ORDER BY 1, 2
 LIMIT :most

-- name: failures
SELECT r.failure_kind AS kind, r.error_code AS code, sum(r.failed)::bigint AS count
  FROM (SELECT k.connection_id, k.failure_kind, k.error_code, k.failed
          FROM report_messages k WHERE k.tenant_id = :tenant_id AND k.day BETWEEN :first AND :last AND k.day <> ALL(:live_days::date[])
           AND k.failed > 0
         UNION ALL
        SELECT l.connection_id, l.failure_kind, l.error_code, l.failed
          FROM jsonb_to_recordset(:live::jsonb) AS l (connection_id uuid, failure_kind text, error_code integer, failed integer)
         WHERE l.failed > 0) r
 WHERE :number::uuid IS NULL OR r.connection_id = :number::uuid
 GROUP BY 1, 2
 ORDER BY 3 DESC, 1, 2

-- name: times
SELECT CASE WHEN :by_day::boolean THEN r.day END AS day,
       CASE :group_by::text WHEN 'number' THEN r.connection_id::text WHEN 'sender' THEN r.sender ELSE '' END AS key,
       r.kind, r.step, sum(r.count)::bigint AS count, sum(r.seconds)::bigint AS seconds
  FROM (SELECT k.day, k.connection_id, k.kind, k.sender, k.step, k.count, k.seconds
          FROM report_times k WHERE k.tenant_id = :tenant_id AND k.day BETWEEN :first AND :last AND k.day <> ALL(:live_days::date[])
         UNION ALL
        SELECT l.day, l.connection_id, l.kind, l.sender, l.step, l.count, l.seconds
          FROM jsonb_to_recordset(:live::jsonb)
               AS l (day date, connection_id uuid, kind text, sender text, step smallint, count integer, seconds bigint)) r
 WHERE :number::uuid IS NULL OR r.connection_id = :number::uuid
 GROUP BY 1, 2, 3, 4

-- name: costs
SELECT CASE WHEN :by_day::boolean THEN r.day END AS day,
       CASE :group_by::text WHEN 'number' THEN r.connection_id::text
                            WHEN 'template' THEN r.template || '/' || r.language
                            WHEN 'sender' THEN r.sender
                            WHEN 'category' THEN r.category
                            ELSE '' END AS key,
       r.category, r.pricing, r.country, sum(r.messages)::bigint AS messages
  FROM (SELECT k.day, k.connection_id, k.category, k.pricing, k.country, k.template, k.language, k.sender, k.messages
          FROM report_costs k WHERE k.tenant_id = :tenant_id AND k.day BETWEEN :first AND :last AND k.day <> ALL(:live_days::date[])
         UNION ALL
        SELECT l.day, l.connection_id, l.category, l.pricing, l.country, l.template, l.language, l.sender, l.messages
          FROM jsonb_to_recordset(:live::jsonb)
               AS l (day date, connection_id uuid, category text, pricing text, country text, template text, language text, sender text,
                     messages integer)) r
 WHERE :number::uuid IS NULL OR r.connection_id = :number::uuid
 GROUP BY 1, 2, 3, 4, 5
 ORDER BY 6 DESC, 3, 5, 4

-- name: names
-- What the things are called that figures are told by: people, keys, campaigns, numbers.
SELECT 'user:' || u.id AS key, coalesce(nullif(u.name, ''), u.email) AS name
  FROM users u JOIN memberships p ON p.user_id = u.id WHERE p.tenant_id = :tenant_id
 UNION ALL
SELECT 'key:' || k.id, k.name FROM api_keys k WHERE k.tenant_id = :tenant_id
 UNION ALL
SELECT 'campaign:' || c.id, c.name FROM campaigns c WHERE c.tenant_id = :tenant_id
 UNION ALL
SELECT n.id::text, coalesce(n.display_name, n.phone_number_e164, '') FROM channel_connections n WHERE n.tenant_id = :tenant_id
