-- What governs sending, at rest: holds, debts, portfolios.

-- name: hold
-- Nothing of that priority or less urgent goes out for a while, from this number or from every number of its WABA. Returns those of these
-- that are connected, as they stand: one that is not may be again before the hold ends, but is nobody's news.
WITH held AS (
    INSERT INTO send_holds AS h (tenant_id, channel_connection_id, from_priority, code, until)
    SELECT c.tenant_id, c.id, :from_priority, :code, now() + :pause
      FROM channel_connections c
      JOIN channel_connections n ON n.tenant_id = c.tenant_id AND n.id = :connection_id
     WHERE c.tenant_id = :tenant_id AND (c.id = n.id OR (:whole_waba AND c.waba_id = n.waba_id))
     ORDER BY c.id
        ON CONFLICT (tenant_id, channel_connection_id) DO UPDATE
       SET from_priority = CASE WHEN h.until > now() THEN least(h.from_priority, excluded.from_priority) ELSE excluded.from_priority END,
           code = excluded.code, until = greatest(h.until, excluded.until)
    RETURNING h.channel_connection_id AS connection_id)
SELECT held.connection_id, c.status
  FROM held
  JOIN channel_connections c ON c.tenant_id = :tenant_id AND c.id = held.connection_id AND c.status IN ('active', 'error')
 ORDER BY held.connection_id

-- name: keep_debts
-- What pairs owe; of two that know it, the greater debt counts.
INSERT INTO pair_debts AS d (tenant_id, conversation_id, paid_at)
SELECT :tenant_id, u.conversation_id, now() + u.owes
  FROM unnest(:conversation_ids::uuid[], :owed::interval[]) AS u (conversation_id, owes)
    ON CONFLICT (tenant_id, conversation_id) DO UPDATE SET paid_at = greatest(d.paid_at, excluded.paid_at)

-- name: forget_debts
DELETE FROM pair_debts d WHERE d.tenant_id = :tenant_id AND d.paid_at <= now()

-- name: portfolio
-- How many people the portfolio has written to outside their windows in the last 24 hours. Locks it: its numbers take turns.
WITH gone AS (
    DELETE FROM portfolio_people p
     WHERE p.tenant_id = :tenant_id AND p.portfolio = :portfolio
       AND p.contact_id IN (SELECT o.contact_id FROM portfolio_people o
                             WHERE o.tenant_id = :tenant_id AND o.portfolio = :portfolio AND o.at <= now() - interval '24 hours'
                             ORDER BY o.at LIMIT 5000)
       AND p.at <= now() - interval '24 hours'
    RETURNING 1)
INSERT INTO portfolios AS f (tenant_id, portfolio)
VALUES (:tenant_id, :portfolio)
    ON CONFLICT (tenant_id, portfolio) DO UPDATE SET people_count = f.people_count - (SELECT count(*) FROM gone)::integer
RETURNING f.people_count

-- name: people_counted
-- Which of these people count already, and when the first of all will count no more.
SELECT ARRAY(SELECT p.contact_id FROM portfolio_people p
              WHERE p.tenant_id = :tenant_id AND p.portfolio = :portfolio AND p.contact_id = ANY(:contact_ids::uuid[])) AS contact_ids,
       (SELECT min(p.at) + interval '24 hours' FROM portfolio_people p
         WHERE p.tenant_id = :tenant_id AND p.portfolio = :portfolio) AS next_at

-- name: count_people
-- Each of these counts for 24 hours from now.
WITH put AS (
    INSERT INTO portfolio_people (tenant_id, portfolio, contact_id, at)
    SELECT :tenant_id, :portfolio, u.contact_id, now() FROM unnest(:contact_ids::uuid[]) AS u (contact_id)
        ON CONFLICT (tenant_id, portfolio, contact_id) DO UPDATE SET at = excluded.at
    RETURNING (xmax = 0) AS is_new)
UPDATE portfolios f
   SET people_count = f.people_count + (SELECT count(*) FROM put WHERE put.is_new)::integer
 WHERE f.tenant_id = :tenant_id AND f.portfolio = :portfolio
