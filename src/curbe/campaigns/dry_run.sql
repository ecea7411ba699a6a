-- Looking a campaign over.

-- name: waiting_page
-- Those who were not written to: nobody of a paused campaign whose message somebody began to send.
SELECT r.n, r.phone, r.country
  FROM campaign_recipients r
 WHERE r.tenant_id = :tenant_id AND r.campaign_id = :campaign_id AND r.n > :after
   AND (r.state = 'waiting'
        OR (r.state = 'taken' AND EXISTS (SELECT FROM outbox o WHERE o.tenant_id = r.tenant_id AND o.message_id = r.message_id
                                                                 AND o.lease_expires_at IS NULL)))
 ORDER BY r.n
 LIMIT :most

-- name: lacking_values
-- How many of those who wait have no value for a variable that the template cannot do without.
SELECT v.name, count(*) AS count
  FROM campaign_recipients r CROSS JOIN unnest(:names::text[]) AS v (name)
 WHERE r.tenant_id = :tenant_id AND r.campaign_id = :campaign_id AND r.state = 'waiting' AND coalesce(btrim(r.variables ->> v.name), '') = ''
 GROUP BY v.name
 ORDER BY v.name

-- name: portfolio_of_campaign
-- What the number's portfolio may, how many people count at the moment, and how many of those are recipients who wait still: they cost
-- no room.
SELECT c.metadata ->> 'messaging_limit' AS messaging_limit, c.messages_per_second,
       (SELECT count(*) FROM portfolio_people p
         WHERE p.tenant_id = c.tenant_id AND p.portfolio = b.portfolio AND p.at > now() - interval '24 hours')::integer AS people_count,
       (SELECT count(*) FROM portfolio_people p
          JOIN campaign_recipients r ON r.tenant_id = p.tenant_id AND r.campaign_id = k.id AND r.contact_id = p.contact_id
         WHERE p.tenant_id = c.tenant_id AND p.portfolio = b.portfolio AND p.at > now() - interval '24 hours'
           AND (r.state = 'waiting'
                OR (r.state = 'taken' AND EXISTS (SELECT FROM outbox o WHERE o.tenant_id = r.tenant_id AND o.message_id = r.message_id
                                                                         AND o.lease_expires_at IS NULL))))::integer AS ours_count
  FROM campaigns k
  JOIN channel_connections c ON c.tenant_id = k.tenant_id AND c.id = k.channel_connection_id,
       LATERAL (SELECT coalesce(c.health #>> '{portfolio,value}', c.waba_id, c.id::text) AS portfolio) AS b
 WHERE k.tenant_id = :tenant_id AND k.id = :campaign_id
