-- What people say about being sent marketing.

-- name: insert_preferences
INSERT INTO marketing_preferences (tenant_id, id, contact_id, category, value, detail, at, source)
SELECT u.tenant_id, u.id, u.contact_id, u.category, u.value, u.detail, u.at, 'user_preferences'
  FROM unnest(:tenant_ids::uuid[], :ids::uuid[], :contact_ids::uuid[], :categories::text[], :values::text[], :details::text[],
              :ats::timestamptz[])
       AS u (tenant_id, id, contact_id, category, value, detail, at)
    ON CONFLICT (tenant_id, contact_id, category, at, value) DO NOTHING
RETURNING id
