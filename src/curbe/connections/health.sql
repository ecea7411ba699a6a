-- What notices say of numbers, as the batch role: columns that hold no secret.

-- name: lock_told_connections
-- The live numbers on these WABAs, in one order for all, so that two appliers cannot wait for each other.
SELECT c.tenant_id, c.id, c.waba_id, c.phone_number_id, c.phone_number_e164, c.meta_app_id, c.status, c.health::text AS health, c.facts_at,
       CASE WHEN c.attached_at > '-infinity' THEN c.attached_at END AS attached_at, c.quality_rating, c.throughput_level,
       coalesce(c.metadata ->> 'coexistence' = 'true', false) AS coexistence, c.messages_per_second,
       c.metadata ->> 'messaging_limit' AS messaging_limit, c.display_name, c.pause_reason, c.pause_cause, c.pause_until
  FROM channel_connections c
 WHERE c.tenant_id = ANY(:tenant_ids::uuid[]) AND c.waba_id = ANY(:waba_ids::text[]) AND c.status IN ('active', 'error')
 ORDER BY c.tenant_id, c.id
   FOR NO KEY UPDATE OF c

-- name: lock_ended_pauses
SELECT c.tenant_id, c.id, c.waba_id, c.phone_number_id, c.phone_number_e164, c.meta_app_id, c.status, c.health::text AS health, c.facts_at,
       CASE WHEN c.attached_at > '-infinity' THEN c.attached_at END AS attached_at, c.quality_rating, c.throughput_level,
       coalesce(c.metadata ->> 'coexistence' = 'true', false) AS coexistence, c.messages_per_second,
       c.metadata ->> 'messaging_limit' AS messaging_limit, c.display_name, c.pause_reason, c.pause_cause, c.pause_until
  FROM channel_connections c
 WHERE c.pause_until <= :now AND c.status = 'error'
 ORDER BY c.tenant_id, c.id
   FOR NO KEY UPDATE OF c SKIP LOCKED

-- name: note_heard
-- Numbers that were heard of, as the batch role. Half a minute's precision is enough, so most calls write nothing.
UPDATE channel_connections c SET last_webhook_at = u.at
  FROM unnest(:tenant_ids::uuid[], :ids::uuid[], :ats::timestamptz[]) AS u (tenant_id, id, at)
 WHERE c.tenant_id = u.tenant_id AND c.id = u.id
   AND (c.last_webhook_at IS NULL OR c.last_webhook_at < u.at - interval '30 seconds')

-- name: write_standings
UPDATE channel_connections c
   SET health = u.health, status = u.status::connection_status, quality_rating = u.quality_rating,
       throughput_level = u.throughput_level, messages_per_second = u.messages_per_second,
       metadata = CASE WHEN u.messaging_limit IS NULL THEN c.metadata
                       ELSE c.metadata || jsonb_build_object('messaging_limit', u.messaging_limit) END,
       display_name = u.display_name, pause_reason = u.pause_reason,
       paused_at = CASE WHEN u.pause_reason IS NULL THEN NULL ELSE coalesce(c.paused_at, now()) END,
       pause_cause = u.pause_cause, pause_until = u.pause_until, updated_at = now(),
       sends_since = CASE WHEN c.status = 'error' AND u.status = 'active' THEN now() ELSE c.sends_since END
  FROM unnest(:tenant_ids::uuid[], :ids::uuid[], :healths::jsonb[], :statuses::text[], :quality_ratings::text[],
              :throughput_levels::text[], :paces::integer[], :messaging_limits::text[], :display_names::text[], :pause_reasons::text[],
              :pause_causes::text[], :pause_untils::timestamptz[])
       AS u (tenant_id, id, health, status, quality_rating, throughput_level, messages_per_second, messaging_limit, display_name,
             pause_reason, pause_cause, pause_until)
 WHERE c.tenant_id = u.tenant_id AND c.id = u.id
