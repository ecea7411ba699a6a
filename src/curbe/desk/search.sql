-- Search goes through one function that sees past the policies and answers ids (migration 0016); what they stand for is read by the tenant.

-- name: search_inbox
SELECT f.id, f.at
  FROM search_inbox(:tenant_id, :part, :typed, :before_at::timestamptz, :before_id::uuid, :most::integer) AS f
