-- What people see of templates, and what a look at Meta's list is compared with.

-- name: template_page
-- Those that have a name and a language, in their order: without both nothing can be sent.
SELECT t.id, t.waba_id, t.provider_template_id, t.name, t.language, t.status, t.category, t.quality, t.rejected_reason,
       t.components::text AS components, t.updated_at
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
SELECT t.provider_template_id, t.name, t.language, t.status, t.category, t.quality, t.rejected_reason, t.components::text AS components
  FROM templates t
 WHERE t.tenant_id = :tenant_id AND t.waba_id = :waba_id
