-- Tokens by which a tenant's own software shows its people the inbox within its pages.

-- name: insert_embed_token
-- No row where the tenant has no such member, or not at the moment. Those of its tokens that nobody used are forgotten.
WITH over AS (DELETE FROM embed_tokens o WHERE o.tenant_id = :tenant_id AND o.expires_at < now()),
     member AS (
         SELECT m.tenant_id, m.user_id, m.role
           FROM memberships m
           JOIN users u ON u.id = m.user_id AND u.disabled_at IS NULL
          WHERE m.tenant_id = :tenant_id AND m.joined_at IS NOT NULL AND m.disabled_at IS NULL
            AND (m.user_id = :user_id::uuid OR u.email = :email::text)
     ), made AS (
         INSERT INTO embed_tokens (tenant_id, token_hash, user_id, expires_at)
         SELECT tenant_id, :token_hash, user_id, :expires_at FROM member
     )
SELECT user_id, role FROM member WHERE tenant_id = :tenant_id;

-- name: use_embed_token
-- Shown to who holds it (policy "holder"); no row where it is none, is over, or was used.
DELETE FROM embed_tokens
 WHERE token_hash = :token_hash
RETURNING tenant_id, user_id, expires_at;
