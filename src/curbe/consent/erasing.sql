-- What is left of the words of somebody who was erased: the nos that stand.

-- name: suppress
-- As the gate reads the ledger: of each category the latest word, what was said of everything being said of each.
-- What was kept of an earlier erasure is in the ledger since, and goes with it.
INSERT INTO suppressions (tenant_id, kind, value, category, at)
SELECT :tenant_id, u.kind::alias_kind, u.value, c.category, l.at
  FROM (VALUES ('marketing'), ('utility'), ('all')) AS c (category)
 CROSS JOIN LATERAL (SELECT w.state, w.at FROM consents w
                      WHERE w.tenant_id = :tenant_id AND w.contact_id = ANY(:contact_ids::uuid[]) AND w.category IN (c.category, 'all')
                      ORDER BY w.undated, w.at DESC, w.state DESC LIMIT 1) AS l
 CROSS JOIN unnest(:kinds::text[], :values::text[]) AS u (kind, value)
 WHERE l.state = 'out'
    ON CONFLICT (tenant_id, kind, value, category) DO UPDATE SET at = greatest(suppressions.at, excluded.at)

-- name: say_to_living
-- Who has come back under one of the names meanwhile has said it too.
INSERT INTO consents (tenant_id, id, contact_id, category, state, source, actor, at)
SELECT s.tenant_id, gen_random_uuid(), a.contact_id, s.category, 'out', 'erasure', 'system:erasure', s.at
  FROM unnest(:kinds::text[], :values::text[]) AS u (kind, value)
  JOIN suppressions s ON s.tenant_id = :tenant_id AND s.kind = u.kind::alias_kind AND s.value = u.value
  JOIN contact_aliases a ON a.tenant_id = s.tenant_id AND a.kind = s.kind AND a.value = s.value AND a.retired_at IS NULL
 WHERE a.contact_id <> ALL(:contact_ids::uuid[])
    ON CONFLICT DO NOTHING

-- name: drop_suppressions
-- Only what this ledger took over: what somebody else said who had the number is theirs.
DELETE FROM suppressions s
 USING unnest(:kinds::text[], :values::text[]) AS u (kind, value)
 WHERE s.tenant_id = :tenant_id AND s.kind = u.kind::alias_kind AND s.value = u.value
   AND EXISTS (SELECT FROM consents w
                WHERE w.tenant_id = s.tenant_id AND w.contact_id = ANY(:contact_ids::uuid[])
                  AND w.category = s.category AND w.at = s.at AND w.source = 'erasure')

-- name: erase_words
DELETE FROM consents w WHERE w.tenant_id = :tenant_id AND w.contact_id = ANY(:contact_ids::uuid[])

-- name: erase_failed_rows
-- Rows of lists that were refused and hold the phone in whatever spelling, whole: a cell may go over several lines, and a line ends its row
-- where no quote stands open.
UPDATE consent_imports i
   SET failed_rows = (
       SELECT coalesce(string_agg(told.whole, E'\n' ORDER BY told.nth), '')
         FROM (SELECT counted.nth, string_agg(counted.line, E'\n' ORDER BY counted.n) AS whole
                 FROM (SELECT l.line, l.n, count(*) FILTER (WHERE l.quotes % 2 = 0) OVER (ORDER BY l.n) AS nth
                         FROM (SELECT s.line, s.n, coalesce(sum(length(s.line) - length(replace(s.line, '"', ''))) OVER before, 0) AS quotes
                                 FROM regexp_split_to_table(i.failed_rows, E'\n') WITH ORDINALITY AS s (line, n)
                               WINDOW before AS (ORDER BY s.n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) AS l) AS counted
                GROUP BY counted.nth) AS told
        WHERE NOT tells_of(told.whole, :names, :at_home))
 WHERE i.tenant_id = :tenant_id AND tells_of(i.failed_rows, :names, :at_home)
