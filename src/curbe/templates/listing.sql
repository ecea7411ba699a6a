-- What people see of templates, and what a look at Meta's list is compared with.

-- name: template_page
-- Those that have a name and a language, in their order: without both nothing can be sent.
SELECT t.id, t.waba_id, t.provider_template_id, t.name, t.language, t.status, t.category, t.quality, t.rejected_reason, t.status_detail,
       t.correct_category, t.correct_category_from, t.components::text AS components, t.updated_at
  FROM templates t
 WHERE t.tenant_id = :tenant_id AND t.name IS NOT NULL AND t.language IS NOT NULL
   AND (t.name, t.language, t.id) > (:after_name::text, :after_language::text, :after_id::uuid)
   AND t.status IS DISTINCT FROM 'DELETED'
   AND (:waba_id::text IS NULL OR t.waba_id = :waba_id::text)
   AND (:status::text IS NULL OR t.status = :status::text)
   AND (:category::text IS NULL OR t.category = :category::text)
   AND (:language::text IS NULL OR t.language = :language::text)
   AND (:words::text IS NULL
        OR strpos(lower(t.name), replace(lower(:words::text), ' ', '_')) > 0
        OR EXISTS (SELECT FROM jsonb_array_elements(t.components) AS p (part) WHERE strpos(lower(p.part ->> 'text'), lower(:words::text)) > 0))
 ORDER BY t.name, t.language, t.id
 LIMIT :most::integer

-- name: known_templates
-- All of one WABA as they stand.
SELECT t.provider_template_id, t.name, t.language, t.status, t.category, t.quality, t.rejected_reason, t.correct_category,
       t.components::text AS components
  FROM templates t
 WHERE t.tenant_id = :tenant_id AND t.waba_id = :waba_id

-- name: template_of_id
SELECT t.id, t.waba_id, t.provider_template_id, t.name, t.language, t.status, t.category, t.quality, t.rejected_reason, t.status_detail,
       t.correct_category, t.correct_category_from, t.components::text AS components, t.updated_at
  FROM templates t
 WHERE t.tenant_id = :tenant_id AND t.id = :id AND t.name IS NOT NULL AND t.language IS NOT NULL AND t.status IS DISTINCT FROM 'DELETED'

-- name: templates_named
-- All of one name: its languages, in whichever WABA.
SELECT t.id, t.waba_id, t.provider_template_id, t.name, t.language, t.status, t.category, t.quality, t.rejected_reason, t.status_detail,
       t.correct_category, t.correct_category_from, t.components::text AS components, t.updated_at
  FROM templates t
 WHERE t.tenant_id = :tenant_id AND t.name = :name AND t.language IS NOT NULL AND t.status IS DISTINCT FROM 'DELETED'
 ORDER BY t.waba_id, t.language, t.id

-- name: template_accounts
-- Each WABA with a live number, and the last look at its list.
SELECT c.waba_id, array_agg(coalesce(c.display_name, c.phone_number_e164, c.phone_number_id) ORDER BY c.created_at, c.id) AS numbers,
       s.synced_at, s.tried_at, coalesce(s.template_count, 0) AS templates, s.error, s.detail
  FROM channel_connections c
  LEFT JOIN template_syncs s ON s.tenant_id = c.tenant_id AND s.waba_id = c.waba_id
 WHERE c.tenant_id = :tenant_id AND c.status IN ('active', 'error') AND c.waba_id IS NOT NULL
 GROUP BY c.waba_id, s.synced_at, s.tried_at, s.template_count, s.error, s.detail
 ORDER BY min(c.created_at), c.waba_id

-- name: note_sync
INSERT INTO template_syncs AS s (tenant_id, waba_id, tried_at, synced_at, template_count)
VALUES (:tenant_id, :waba_id, :synced_at, :synced_at, :templates)
    ON CONFLICT (tenant_id, waba_id) DO UPDATE
   SET tried_at = greatest(s.tried_at, excluded.tried_at), synced_at = greatest(s.synced_at, excluded.synced_at),
       template_count = excluded.template_count, error = NULL, detail = NULL

-- name: note_refusal
INSERT INTO template_syncs AS s (tenant_id, waba_id, tried_at, error, detail)
VALUES (:tenant_id, :waba_id, :tried_at, :error, :detail)
    ON CONFLICT (tenant_id, waba_id) DO UPDATE
   SET tried_at = greatest(s.tried_at, excluded.tried_at), error = excluded.error, detail = excluded.detail

-- name: tenants_to_sync
-- As the batch role: those with a live WABA whose list nobody looked at lately; one that Meta refused is tried sooner.
SELECT DISTINCT c.tenant_id
  FROM channel_connections c
  LEFT JOIN template_syncs s ON s.tenant_id = c.tenant_id AND s.waba_id = c.waba_id
 WHERE c.status IN ('active', 'error') AND c.waba_id IS NOT NULL
   AND (s.tried_at IS NULL OR s.tried_at < CASE WHEN s.error IS NULL THEN :synced_before::timestamptz ELSE :refused_before::timestamptz END)
 LIMIT :most::integer
