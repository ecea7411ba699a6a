-- Whom a campaign went to, deleted because it is old. A campaign that is over stays, with its figures.

-- name: campaigns_to_purge
-- Whose figures are kept now: those that are too old, and those whose first messages are. Of the latter little more is told once they have
-- been over for two days.
SELECT k.id, k.updated_at FROM campaigns k
 WHERE k.tenant_id = :tenant_id AND k.kept IS NULL AND k.state IN ('finished', 'cancelled', 'failed')
   AND (coalesce(k.ended_at, k.updated_at) < :before
        OR (k.started_at < :before AND k.ended_at < now() - interval '2 days'))
   AND EXISTS (SELECT FROM campaign_audiences a WHERE a.tenant_id = k.tenant_id AND a.campaign_id = k.id)
 ORDER BY k.id
 LIMIT :most

-- name: keep_figures
-- Not where its failed recipients are tried again since it was counted.
UPDATE campaigns k SET kept = :kept::jsonb
 WHERE k.tenant_id = :tenant_id AND k.id = :campaign_id AND k.kept IS NULL AND k.state IN ('finished', 'cancelled', 'failed')
   AND k.updated_at = :counted_at::timestamptz

-- name: note_became
-- What became of whoever these messages were for, so that the figures stay what they were.
UPDATE campaign_recipients r
   SET became = CASE WHEN m.status = 'failed' AND m.failure_kind = 'cancelled' THEN 'cancelled' ELSE m.status::text END
  FROM messages m
 WHERE r.tenant_id = :tenant_id AND r.message_id = ANY(:message_ids::uuid[]) AND m.tenant_id = r.tenant_id AND m.id = r.message_id

-- name: drafts_to_purge
-- Campaigns that were never scheduled or started and whose people were added long ago: as old as the newest of what they are made of.
SELECT k.id FROM campaigns k
 WHERE k.tenant_id = :tenant_id AND k.state IN ('draft', 'ready') AND k.deleted_at IS NULL AND k.updated_at < :before
   AND (:campaign_id::uuid IS NULL OR k.id = :campaign_id::uuid)
   AND EXISTS (SELECT FROM campaign_audiences a WHERE a.tenant_id = k.tenant_id AND a.campaign_id = k.id)
   AND NOT EXISTS (SELECT FROM campaign_audiences a
                    WHERE a.tenant_id = k.tenant_id AND a.campaign_id = k.id AND a.updated_at >= :before)
 ORDER BY k.id
 LIMIT 1

-- name: thrown_away
-- A campaign that was deleted and is there still. Locked before what hangs on it, as by whoever erases somebody.
SELECT k.id FROM campaigns k
 WHERE k.tenant_id = :tenant_id AND k.deleted_at IS NOT NULL
 ORDER BY k.id
 LIMIT 1
   FOR UPDATE OF k

-- name: drop_recipients
DELETE FROM campaign_recipients r
 WHERE r.tenant_id = :tenant_id AND r.campaign_id = :campaign_id
   AND r.n = ANY(ARRAY(SELECT o.n FROM campaign_recipients o
                        WHERE o.tenant_id = :tenant_id AND o.campaign_id = :campaign_id
                        ORDER BY o.n
                        LIMIT :most))

-- name: drop_faults
DELETE FROM campaign_faults f
 WHERE f.tenant_id = :tenant_id
   AND (f.audience_id, f.line) IN (SELECT o.audience_id, o.line
                                     FROM campaign_audiences a
                                     JOIN campaign_faults o ON o.tenant_id = a.tenant_id AND o.audience_id = a.id
                                    WHERE a.tenant_id = :tenant_id AND a.campaign_id = :campaign_id
                                    LIMIT :most)

-- name: drop_campaign
DELETE FROM campaigns k WHERE k.tenant_id = :tenant_id AND k.id = :campaign_id AND k.deleted_at IS NOT NULL

-- name: empty_draft
DELETE FROM campaign_audiences a WHERE a.tenant_id = :tenant_id AND a.campaign_id = :campaign_id

-- name: purge_recipients
DELETE FROM campaign_recipients r
 WHERE r.tenant_id = :tenant_id
   AND (r.campaign_id, r.n) IN (SELECT o.campaign_id, o.n
                                  FROM campaigns k
                                  JOIN campaign_recipients o ON o.tenant_id = k.tenant_id AND o.campaign_id = k.id
                                 WHERE k.tenant_id = :tenant_id AND k.kept IS NOT NULL
                                   AND k.state IN ('finished', 'cancelled', 'failed')
                                   AND coalesce(k.ended_at, k.updated_at) < :before
                                 LIMIT :most)

-- name: purge_faults
DELETE FROM campaign_faults f
 WHERE f.tenant_id = :tenant_id
   AND (f.audience_id, f.line) IN (SELECT o.audience_id, o.line
                                     FROM campaigns k
                                     JOIN campaign_audiences a ON a.tenant_id = k.tenant_id AND a.campaign_id = k.id
                                     JOIN campaign_faults o ON o.tenant_id = a.tenant_id AND o.audience_id = a.id
                                    WHERE k.tenant_id = :tenant_id AND k.kept IS NOT NULL
                                      AND k.state IN ('finished', 'cancelled', 'failed')
                                      AND coalesce(k.ended_at, k.updated_at) < :before
                                    LIMIT :most)

-- name: purge_audiences
-- The files themselves, once nothing hangs on them.
DELETE FROM campaign_audiences a
 WHERE a.tenant_id = :tenant_id
   AND a.id IN (SELECT o.id
                  FROM campaigns k
                  JOIN campaign_audiences o ON o.tenant_id = k.tenant_id AND o.campaign_id = k.id
                 WHERE k.tenant_id = :tenant_id AND k.kept IS NOT NULL AND k.state IN ('finished', 'cancelled', 'failed')
                   AND coalesce(k.ended_at, k.updated_at) < :before
                   AND NOT EXISTS (SELECT FROM campaign_recipients r WHERE r.tenant_id = o.tenant_id AND r.audience_id = o.id)
                   AND NOT EXISTS (SELECT FROM campaign_faults f WHERE f.tenant_id = o.tenant_id AND f.audience_id = o.id)
                 LIMIT :most)
