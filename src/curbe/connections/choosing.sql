-- What a sign-up left to choose, with its token.

-- name: keep_choice
-- Those of the tenant that are over go, should nobody have come to it yet.
WITH over AS (DELETE FROM sign_up_choices o WHERE o.tenant_id = :tenant_id AND o.expires_at <= now())
INSERT INTO sign_up_choices (tenant_id, id, actor, access_token_enc, numbers, expires_at)
VALUES (:tenant_id, :id, :actor, :access_token_enc, :numbers, :expires_at);

-- name: kept_choice
-- Whoever brought the code chooses, and nobody else.
SELECT c.access_token_enc, c.numbers::text AS numbers
  FROM sign_up_choices c
 WHERE c.tenant_id = :tenant_id AND c.id = :id AND c.actor = :actor AND c.expires_at > now();

-- name: end_choice
DELETE FROM sign_up_choices c
 WHERE c.tenant_id = :tenant_id AND c.id = :id AND c.actor = :actor AND c.expires_at > now();

-- name: forget_choice
DELETE FROM sign_up_choices c
 WHERE c.tenant_id = :tenant_id AND c.id = :id;
