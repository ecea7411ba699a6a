-- By which business-scoped user id one of our numbers reaches a person. Each portfolio has its own of everybody, and sending to another's
-- fails [Meta: BSUID, 2026]. A contact keeps the id that was told last; here it is the latest that a number of the same portfolio was told,
-- by what was said. Where the portfolio of one of two numbers is not known and their WABAs differ, theirs may be the same: tried after those
-- that are. One that is known to be another's is none. Of whom nothing is kept that names them, the contact's; of a contact that has none any more, as they
-- are being erased, none.
CREATE FUNCTION bsuid_here(tenant uuid, connection uuid, contact uuid) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
WITH told AS (
    SELECT n.bsuid, n.at, coalesce(s.one_portfolio, k.waba_id = here.waba_id, false) OR k.id = here.id AS ours,
           coalesce(s.one_portfolio, true) AS may_be_ours
      FROM channel_connections here
      JOIN conversations v ON v.tenant_id = tenant AND v.contact_id = contact
      JOIN channel_connections k ON k.tenant_id = tenant AND k.id = v.channel_connection_id
     CROSS JOIN LATERAL (SELECT k.health #>> '{portfolio,value}' = here.health #>> '{portfolio,value}' AS one_portfolio) AS s
     CROSS JOIN LATERAL (
           (SELECT coalesce(m.person #>> '{change,bsuid}', m.person ->> 'bsuid') AS bsuid, m.created_at AS at
              FROM messages m
             WHERE m.tenant_id = tenant AND m.conversation_id = v.id AND m.direction = 'inbound'
               AND coalesce(m.person #>> '{change,bsuid}', m.person ->> 'bsuid') IS NOT NULL
             ORDER BY m.created_at DESC, m.id DESC
             LIMIT 1)
           UNION ALL
           (SELECT a.person ->> 'bsuid', a.at
              FROM contact_activity a
             WHERE a.tenant_id = tenant AND a.conversation_id = v.id AND a.person ->> 'bsuid' IS NOT NULL
             ORDER BY a.at DESC
             LIMIT 1)) AS n
     WHERE here.tenant_id = tenant AND here.id = connection)
SELECT CASE WHEN EXISTS (SELECT FROM told)
            THEN (SELECT t.bsuid FROM told t WHERE t.may_be_ours ORDER BY t.ours DESC, t.at DESC, t.bsuid DESC LIMIT 1)
            ELSE p.bsuid END
  FROM contacts p
 WHERE p.tenant_id = tenant AND p.id = contact AND p.bsuid IS NOT NULL
$$;
