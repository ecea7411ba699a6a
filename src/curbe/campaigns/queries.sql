-- Campaigns themselves: what they say, when, and where they stand.

-- name: insert_campaign
INSERT INTO campaigns (tenant_id, id, name, channel_connection_id, template, time_zone, quiet_from, quiet_until, ramp_first_hour,
                       ramp_factor, pause_at_failures, created_by)
VALUES (:tenant_id, :id, :name, :connection_id, :template::jsonb, :time_zone, :quiet_from, :quiet_until, :ramp_first_hour, :ramp_factor,
        :pause_at_failures, :actor)

-- name: insert_feed
INSERT INTO campaign_feeds (tenant_id, campaign_id) VALUES (:tenant_id, :campaign_id)

-- name: change_campaign
-- Nobody has looked it over as it is then, under whatever category.
UPDATE campaigns k
   SET name = :name, channel_connection_id = :connection_id, template = :template::jsonb, time_zone = :time_zone,
       quiet_from = :quiet_from, quiet_until = :quiet_until, ramp_first_hour = :ramp_first_hour, ramp_factor = :ramp_factor,
       pause_at_failures = :pause_at_failures, category = NULL, state = 'draft', reason = NULL, reason_detail = NULL, updated_at = now()
 WHERE k.tenant_id = :tenant_id AND k.id = :campaign_id

-- name: refit_campaign
UPDATE campaigns k SET template = :template::jsonb, updated_at = now() WHERE k.tenant_id = :tenant_id AND k.id = :campaign_id

-- name: throw_away
-- Nobody sees it from now on. Whom it was for may be a million rows: they go in pieces (ageing.sql), and it goes with the last.
UPDATE campaigns k SET deleted_at = now()
 WHERE k.tenant_id = :tenant_id AND k.id = :campaign_id AND k.state IN ('draft', 'ready') AND k.deleted_at IS NULL

-- name: campaign_page
SELECT k.id, k.name, k.channel_connection_id AS connection_id, k.template::text AS template, k.category, k.state, k.reason, k.reason_detail,
       k.scheduled_at, k.time_zone, k.quiet_from, k.quiet_until, k.ramp_first_hour, k.ramp_factor, k.pause_at_failures, k.created_by,
       k.created_at, k.updated_at, k.started_at, k.resumed_at, k.ran_before, k.ended_at, k.kept::text AS kept
  FROM campaigns k
 WHERE k.tenant_id = :tenant_id AND (k.created_at, k.id) < (:before_at::timestamptz, :before_id::uuid)
   AND k.deleted_at IS NULL
   AND (:state::text IS NULL OR k.state::text = :state::text)
 ORDER BY k.created_at DESC, k.id DESC
 LIMIT :most

-- name: campaign_by_id
SELECT k.id, k.name, k.channel_connection_id AS connection_id, k.template::text AS template, k.category, k.state, k.reason, k.reason_detail,
       k.scheduled_at, k.time_zone, k.quiet_from, k.quiet_until, k.ramp_first_hour, k.ramp_factor, k.pause_at_failures, k.created_by,
       k.created_at, k.updated_at, k.started_at, k.resumed_at, k.ran_before, k.ended_at, k.kept::text AS kept
  FROM campaigns k
 WHERE k.tenant_id = :tenant_id AND k.id = :campaign_id AND k.deleted_at IS NULL

-- name: lock_campaign
-- For whoever changes it. Waits for the claims and the feeding that are under way.
SELECT k.id, k.name, k.channel_connection_id AS connection_id, k.template::text AS template, k.category, k.state, k.reason, k.reason_detail,
       k.scheduled_at, k.time_zone, k.quiet_from, k.quiet_until, k.ramp_first_hour, k.ramp_factor, k.pause_at_failures, k.created_by,
       k.created_at, k.updated_at, k.started_at, k.resumed_at, k.ran_before, k.ended_at, k.kept::text AS kept
  FROM campaigns k
 WHERE k.tenant_id = :tenant_id AND k.id = :campaign_id AND k.deleted_at IS NULL
   FOR UPDATE OF k

-- name: begun_by_now
-- What writes to people, or begins to by itself, at whatever time: somebody may have started it before that. Locked: it is about to be stopped.
SELECT k.id, k.state FROM campaigns k
 WHERE k.tenant_id = :tenant_id AND k.state IN ('running', 'scheduled')
 ORDER BY k.id
   FOR UPDATE OF k

-- name: move_campaign
-- Into its next state, with what goes with it: the clock of its running, which stands while its tenant is suspended, and why it stands.
UPDATE campaigns k
   SET state = :state::text::campaign_state, reason = :reason, reason_detail = :reason_detail,
       scheduled_at = CASE :state WHEN 'scheduled' THEN :scheduled_at::timestamptz WHEN 'ready' THEN NULL ELSE k.scheduled_at END,
       ran_before = CASE WHEN k.state = 'running' THEN k.ran_before
               + greatest(least(:now::timestamptz, (SELECT t.suspended_at FROM tenants t WHERE t.id = k.tenant_id)) - k.resumed_at, '0')
               ELSE k.ran_before END,
       resumed_at = CASE WHEN :state = 'running' THEN :now::timestamptz END,
       started_at = CASE WHEN :state = 'running' THEN coalesce(k.started_at, :now::timestamptz) ELSE k.started_at END,
       ended_at = CASE WHEN :state IN ('finished', 'cancelled', 'failed') THEN :now::timestamptz END,
       updated_at = now()
 WHERE k.tenant_id = :tenant_id AND k.id = :campaign_id

-- name: note_looked_over
-- Where its template is unknown for a while, what it was looked over under before counts until it comes back.
UPDATE campaigns k SET category = coalesce(:category, k.category) WHERE k.tenant_id = :tenant_id AND k.id = :campaign_id

-- name: note_zones
-- The clocks of those it writes to: looked up once, when it begins.
UPDATE campaigns k
   SET zones = ARRAY(SELECT DISTINCT r.zone FROM campaign_recipients r WHERE r.tenant_id = k.tenant_id AND r.campaign_id = k.id)
 WHERE k.tenant_id = :tenant_id AND k.id = :campaign_id

-- name: follow_clock
-- Those whose number does not tell their clock go by the campaign's.
UPDATE campaign_recipients r SET zone = :zone
 WHERE r.tenant_id = :tenant_id AND r.campaign_id = :campaign_id AND NOT r.own_zone AND r.zone <> :zone

-- name: template_of_number
-- The template that a number would send under this name and language, as far as Curbe was told.
SELECT t.status, t.category, t.quality, t.components::text AS components
  FROM channel_connections c
  JOIN templates t ON t.tenant_id = c.tenant_id AND t.waba_id = c.waba_id
 WHERE c.tenant_id = :tenant_id AND c.id = :connection_id AND t.name = :name AND t.language = :language
   AND t.status IS DISTINCT FROM 'DELETED'
