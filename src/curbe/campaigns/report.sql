-- What became of a campaign.

-- name: progress
SELECT r.state, r.skip_reason, m.status, coalesce(m.status = 'failed' AND m.failure_kind = 'cancelled', false) AS cancelled,
       count(*)::integer AS count
  FROM campaign_recipients r
  LEFT JOIN messages m ON m.tenant_id = r.tenant_id AND m.id = r.message_id
 WHERE r.tenant_id = :tenant_id AND r.campaign_id = :campaign_id
 GROUP BY 1, 2, 3, 4
