-- name: lock_number
-- Two requests that connect one number take their turns.
SELECT pg_advisory_xact_lock(hashtextextended(:phone_number_id, 1))::text AS nothing;

-- name: connections_of_tenant
-- Everything of them except their tokens. A tenant has few numbers: who looks for one picks it from these.
SELECT c.tenant_id, c.id, c.status, c.waba_id, c.phone_number_id, c.phone_number_e164, c.display_name, c.country_id,
       c.meta_app_id, c.token_last4, c.token_fingerprint, c.token_expires_at,
       ARRAY(SELECT jsonb_array_elements_text(c.scopes)) AS scopes, c.quality_rating, c.throughput_level,
       c.metadata ->> 'messaging_limit' AS messaging_limit, c.metadata ->> 'number_status' AS number_status,
       c.metadata ->> 'name_status' AS name_status, c.metadata ->> 'coexistence' = 'true' AS coexistence,
       c.metadata ->> 'unregistered' = 'true' AS unregistered, c.registration_problem, c.pin_enc IS NOT NULL AS pin_kept, c.last_webhook_at,
       c.facts_at, c.messages_per_second, c.pause_reason, c.paused_at, c.pause_cause, c.pause_until, c.health::text AS health,
       c.app_data::text AS app_data, c.created_at, c.updated_at
  FROM channel_connections c
 WHERE c.tenant_id = :tenant_id
 ORDER BY c.id;

-- name: insert_connection
-- What Meta dates before `attached_at` belongs to another tenant that had the number; where none had, nothing does.
INSERT INTO channel_connections (
       tenant_id, id, status, waba_id, phone_number_id, phone_number_e164, display_name, country_id, meta_app_id,
       access_token_enc, token_last4, token_fingerprint, token_expires_at, scopes, quality_rating, throughput_level,
       messages_per_second, metadata, attached_at, ownership, facts_at, sends_since, created_at, updated_at)
VALUES (:tenant_id, :id, 'active', :waba_id, :phone_number_id, :phone_number_e164, :display_name, :country_id, :meta_app_id,
       :access_token_enc, :token_last4, :token_fingerprint, :token_expires_at, :scopes, :quality_rating, :throughput_level,
       :messages_per_second, :metadata,
       CASE WHEN number_had_another_owner(:phone_number_id, :tenant_id) THEN :now ELSE '-infinity'::timestamptz END,
       nextval('ownerships'), :now, :now, :now, :now);

-- name: reconnect
-- A live connection keeps the moment it was attached at; one that comes back gets a new one if somebody else had the number meanwhile.
UPDATE channel_connections
   SET status = 'active', waba_id = :waba_id, phone_number_e164 = :phone_number_e164, display_name = :display_name,
       country_id = coalesce(:country_id, country_id), meta_app_id = :meta_app_id, access_token_enc = :access_token_enc,
       token_last4 = :token_last4, token_fingerprint = :token_fingerprint, token_expires_at = :token_expires_at,
       scopes = :scopes, quality_rating = :quality_rating, throughput_level = :throughput_level,
       messages_per_second = :messages_per_second, metadata = metadata || :metadata, pause_reason = NULL, paused_at = NULL,
       pause_cause = NULL, pause_until = NULL, registration_problem = NULL, facts_at = :now, sends_since = :now,
       -- Of another WABA nobody has said yet whose it is.
       health = CASE WHEN waba_id IS DISTINCT FROM :waba_id THEN health - 'portfolio' ELSE health END,
       attached_at = CASE
           WHEN status NOT IN ('active', 'error') AND number_passed_on(phone_number_id, tenant_id, ownership) THEN :now
           ELSE attached_at END,
       ownership = CASE WHEN status IN ('active', 'error') THEN ownership ELSE nextval('ownerships') END,
       updated_at = :now
 WHERE tenant_id = :tenant_id AND id = :id;

-- name: set_country
UPDATE channel_connections SET country_id = :country_id, updated_at = now() WHERE tenant_id = :tenant_id AND id = :id;

-- name: disconnect
-- The token goes; the conversations, what is queued and the PIN stay: the number keeps its PIN wherever it goes.
UPDATE channel_connections
   SET status = 'revoked', access_token_enc = NULL, token_last4 = NULL, token_fingerprint = NULL, token_expires_at = NULL,
       pause_reason = NULL, paused_at = NULL, pause_cause = NULL, pause_until = NULL, app_data = '{}', updated_at = :now
 WHERE tenant_id = :tenant_id AND id = :id AND status <> 'revoked';

-- name: pause
-- The first reason stays; a connection that is paused or given up is left alone, and so is one with a new token, or one that was connected or
-- resumed after what is said of it. In one order for all, so that two senders of one WABA cannot wait for each other.
-- in: a connection, perhaps with all beside it on its WABA, or the fingerprint of a token: each that has it now is meant
WITH meant AS (
    SELECT c.id
      FROM channel_connections c
     WHERE c.tenant_id = :tenant_id AND c.status = 'active'
       AND (c.id = :id::uuid
            OR c.token_fingerprint = :fingerprint::text
            OR (:whole_waba AND c.waba_id = (SELECT o.waba_id FROM channel_connections o WHERE o.tenant_id = :tenant_id AND o.id = :id::uuid)))
       AND (:refused_token::text IS NULL OR c.id <> :id::uuid OR c.access_token_enc = :refused_token::text)
       AND (:told_at::timestamptz IS NULL OR c.sends_since < :told_at::timestamptz)
     ORDER BY c.id
       FOR NO KEY UPDATE OF c)
UPDATE channel_connections c
   SET status = 'error', pause_reason = :reason, paused_at = now(), updated_at = now()
  FROM meant
 WHERE c.tenant_id = :tenant_id AND c.id = meant.id
RETURNING c.id;

-- name: resume
-- Only what a person or a refused send paused: what Meta forbids goes on when Meta lifts it.
UPDATE channel_connections
   SET status = 'active', pause_reason = NULL, paused_at = NULL, pause_cause = NULL, pause_until = NULL, sends_since = now(),
       updated_at = now()
 WHERE tenant_id = :tenant_id AND id = :id AND status = 'error' AND pause_cause IS NULL;

-- name: sealed_token
SELECT access_token_enc
  FROM channel_connections
 WHERE tenant_id = :tenant_id AND id = :id AND access_token_enc IS NOT NULL;

-- name: reseal_token
-- No row where another token took its place meanwhile.
UPDATE channel_connections
   SET access_token_enc = :sealed
 WHERE tenant_id = :tenant_id AND id = :id AND access_token_enc = :was;

-- name: tokens_to_renew
-- Of all tenants, as the batch role: the numbers of this app whose token ends soon, and has not yet.
SELECT c.tenant_id, c.id
  FROM channel_connections c
 WHERE c.status IN ('active', 'error') AND c.meta_app_id = :app_id AND c.access_token_enc IS NOT NULL
   AND c.token_expires_at > :now AND c.token_expires_at < :before
 ORDER BY c.tenant_id, c.id;

-- name: renew_token
-- No row where another token took its place meanwhile. What paused the number stays.
UPDATE channel_connections
   SET access_token_enc = :sealed, token_last4 = :last4, token_fingerprint = :fingerprint, token_expires_at = :expires_at,
       scopes = :scopes, updated_at = now()
 WHERE tenant_id = :tenant_id AND id = :id AND access_token_enc = :was;

-- name: note_app_data
UPDATE channel_connections
   SET app_data = app_data || :asked, updated_at = now()
 WHERE tenant_id = :tenant_id AND id = :id;

-- name: lock_pin
-- Two requests that register one number take their turns at choosing its PIN: the second takes what the first has chosen.
SELECT pin_enc
  FROM channel_connections
 WHERE tenant_id = :tenant_id AND id = :id
   FOR NO KEY UPDATE;

-- name: keep_pin
UPDATE channel_connections
   SET pin_enc = :sealed
 WHERE tenant_id = :tenant_id AND id = :id;

-- name: note_registered
UPDATE channel_connections
   SET metadata = metadata || '{"unregistered": false, "number_status": "CONNECTED"}', registration_problem = NULL,
       pin_enc = coalesce(:pin, pin_enc), updated_at = now()
 WHERE tenant_id = :tenant_id AND id = :id;

-- name: note_unregistered
-- A PIN that Meta says is not the number's is not kept, unless another took its place meanwhile.
UPDATE channel_connections
   SET metadata = metadata || '{"unregistered": true}', registration_problem = :problem,
       pin_enc = CASE WHEN pin_enc = :wrong_pin THEN NULL ELSE pin_enc END, updated_at = now()
 WHERE tenant_id = :tenant_id AND id = :id;

-- name: reseal_pin
-- No row where another PIN took its place meanwhile.
UPDATE channel_connections
   SET pin_enc = :sealed
 WHERE tenant_id = :tenant_id AND id = :id AND pin_enc = :was;

-- name: forget_pin
-- No row where another PIN took its place meanwhile.
UPDATE channel_connections
   SET pin_enc = NULL, updated_at = now()
 WHERE tenant_id = :tenant_id AND id = :id AND pin_enc = :was;

-- name: count_queued
SELECT count(*) AS queued
  FROM outbox
 WHERE tenant_id = :tenant_id AND channel_connection_id = :id;

-- name: count_by_state
-- The connected numbers of all tenants: those that may send, and those that are paused or failed.
SELECT (count(*) FILTER (WHERE c.status = 'active' AND c.pause_reason IS NULL))::integer AS active,
       (count(*) FILTER (WHERE c.status <> 'active' OR c.pause_reason IS NOT NULL))::integer AS paused
  FROM channel_connections c
 WHERE c.status IN ('active', 'error')
