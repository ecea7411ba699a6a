-- name: insert_entries
-- in: parallel arrays, one element per entry; details are JSON objects as text
INSERT INTO audit_log (tenant_id, actor, action, subject, detail)
SELECT e.tenant_id, e.actor, e.action, e.subject, e.detail::jsonb
  FROM unnest(:tenant_ids::uuid[], :actors::text[], :actions::text[], :subjects::text[], :details::text[])
       WITH ORDINALITY AS e (tenant_id, actor, action, subject, detail, place)
 ORDER BY e.place;

-- name: entries_page
-- Newest first, before the position given.
SELECT tenant_id, xid, id, at, actor, action, subject, detail
  FROM audit_log
 WHERE tenant_id = :tenant_id AND (xid, id) < (:before_xid::bigint, :before_id::bigint)
   AND (:actor::text IS NULL OR actor = :actor)
   AND (:by_people::boolean IS NULL OR (actor LIKE 'system:%') <> :by_people)
   AND (:about::text IS NULL OR starts_with(action, :about || '.'))
   AND (:without::text IS NULL OR NOT starts_with(action, :without || '.'))
   AND at >= coalesce(:since::timestamptz, '-infinity') AND at < coalesce(:until::timestamptz, 'infinity')
 ORDER BY xid DESC, id DESC
 LIMIT :limit;

-- name: deeds_page
-- The same without the lines about webhooks that came, by the index that leaves them out.
SELECT tenant_id, xid, id, at, actor, action, subject, detail
  FROM audit_log
 WHERE tenant_id = :tenant_id AND (xid, id) < (:before_xid::bigint, :before_id::bigint) AND action <> 'webhook.received'
   AND (:actor::text IS NULL OR actor = :actor)
   AND (:by_people::boolean IS NULL OR (actor LIKE 'system:%') <> :by_people)
   AND (:about::text IS NULL OR starts_with(action, :about || '.'))
   AND (:without::text IS NULL OR NOT starts_with(action, :without || '.'))
   AND at >= coalesce(:since::timestamptz, '-infinity') AND at < coalesce(:until::timestamptz, 'infinity')
 ORDER BY xid DESC, id DESC
 LIMIT :limit;

-- name: take_sealing_lock
SELECT pg_try_advisory_xact_lock(:key) AS taken;

-- name: rows_to_seal
-- The next rows of every chain in their final order, each with the end of its chain. Rows of transactions that may still be
-- joined by older ones wait: (xid, id) is final only below settled_xid().
WITH RECURSIVE chains (tenant_id) AS (
    (SELECT a.tenant_id FROM audit_log a ORDER BY a.tenant_id LIMIT 1)
    UNION ALL
    -- Hop from tenant to tenant along the primary key: the log is never read whole to find who is in it.
    SELECT (SELECT a.tenant_id FROM audit_log a WHERE a.tenant_id > chains.tenant_id ORDER BY a.tenant_id LIMIT 1)
      FROM chains
     WHERE chains.tenant_id IS NOT NULL
)
SELECT r.tenant_id, r.xid, r.id, r.at, r.actor, r.action, r.subject, r.detail, e.seq AS head_seq, e.hash AS head_hash
  FROM chains c
  LEFT JOIN LATERAL (
        SELECT s.seq, s.hash, s.audit_xid, s.audit_id
          FROM audit_seals s
         WHERE s.tenant_id = c.tenant_id
         ORDER BY s.seq DESC
         LIMIT 1) e ON true
 CROSS JOIN LATERAL (
        SELECT a.tenant_id, a.xid, a.id, a.at, a.actor, a.action, a.subject, a.detail
          FROM audit_log a
         WHERE a.tenant_id = c.tenant_id
           AND (a.xid, a.id) > (coalesce(e.audit_xid, '-9223372036854775808'::bigint), coalesce(e.audit_id, 0))
           AND a.xid < (SELECT settled_xid())
         ORDER BY a.xid, a.id
         LIMIT :limit) r
 WHERE c.tenant_id IS NOT NULL
 ORDER BY r.tenant_id, r.xid, r.id
 LIMIT :limit;

-- name: insert_seals
INSERT INTO audit_seals (tenant_id, seq, audit_xid, audit_id, hash)
SELECT *
  FROM unnest(:tenant_ids::uuid[], :seqs::bigint[], :audit_xids::bigint[], :audit_ids::bigint[], :hashes::bytea[]);

-- name: seals_page
SELECT tenant_id, seq, audit_xid, audit_id, hash
  FROM audit_seals
 WHERE tenant_id = :tenant_id AND seq > :after
 ORDER BY seq
 LIMIT :limit;

-- name: rows_page
-- In the order of the log, after a position.
SELECT tenant_id, xid, id, at, actor, action, subject, detail
  FROM audit_log
 WHERE tenant_id = :tenant_id AND (xid, id) > (:after_xid::bigint, :after_id::bigint)
 ORDER BY xid, id
 LIMIT :limit;

-- name: seal_of_row
SELECT tenant_id, seq, audit_xid, audit_id, hash
  FROM audit_seals
 WHERE tenant_id = :tenant_id AND audit_xid = :xid AND audit_id = :id
 ORDER BY seq
 LIMIT 1;

-- name: count_waiting
SELECT count(*) AS waiting
  FROM audit_log
 WHERE tenant_id = :tenant_id AND (xid, id) > (:xid::bigint, :id::bigint);
