-- Message templates as webhooks tell of them.

-- name: category_for_number
-- Of the template that a number would send under this name and language.
SELECT t.category
  FROM channel_connections c
  JOIN templates t ON t.tenant_id = c.tenant_id AND t.waba_id = c.waba_id
 WHERE c.tenant_id = :tenant_id AND c.id = :connection_id AND t.name = :name AND t.language = :language
   AND t.status IS DISTINCT FROM 'DELETED'

-- name: forms_of_number
-- All of one name that a number can send, a language each, and the tenant's cover beside them.
SELECT t.language, t.category, t.components::text AS components, s.cover_media_id, s.cover_link
  FROM channel_connections c
  JOIN templates t ON t.tenant_id = c.tenant_id AND t.waba_id = c.waba_id
  LEFT JOIN template_settings s ON s.tenant_id = c.tenant_id
 WHERE c.tenant_id = :tenant_id AND c.id = :connection_id AND t.name = :name AND t.language IS NOT NULL AND t.status IS DISTINCT FROM 'DELETED'
 ORDER BY t.language, t.id

-- name: edits_of
SELECT t.edited_ats FROM templates t WHERE t.tenant_id = :tenant_id AND t.id = :id

-- name: note_edit
UPDATE templates t
   SET edited_ats = ARRAY(SELECT e FROM unnest(t.edited_ats) AS e WHERE e > :since::timestamptz) || :at::timestamptz
 WHERE t.tenant_id = :tenant_id AND t.id = :id

-- name: id_of
SELECT t.id FROM templates t
 WHERE t.tenant_id = :tenant_id AND t.waba_id = :waba_id AND t.provider_template_id = :provider_template_id

-- name: keep_current
-- Each part has its own clock: the latest word on it counts, in whatever order the webhooks come. What is older changes nothing.
-- Webhooks are dated in whole seconds: of one second, theirs goes before what we did or read in it, and of ours the later; what was
-- deleted here goes before all of its second.
-- A webhook (it has a tie, a look at Meta has none) has words for texts and buttons alone: files in headers, cards and offers stay.
-- in:  parallel arrays, one row per template, sorted by key; a part that was not told has no time
-- out: the templates of which something became known
INSERT INTO templates AS t (
       tenant_id, id, waba_id, provider_template_id, name, language, status, status_event, rejected_reason, status_detail, status_at,
       status_tie, quality, quality_at, quality_tie, category, category_at, category_tie, correct_category, correct_category_from,
       correction_at, correction_tie, components, components_at, components_tie)
SELECT u.*
  FROM unnest(:tenant_ids::uuid[], :ids::uuid[], :waba_ids::text[], :provider_template_ids::text[], :names::text[],
              :languages::text[], :statuses::text[], :status_events::text[], :rejected_reasons::text[], :status_details::text[],
              :status_ats::timestamptz[], :status_ties::text[], :qualities::text[], :quality_ats::timestamptz[],
              :quality_ties::text[], :categories::text[], :category_ats::timestamptz[], :category_ties::text[],
              :correct_categories::text[], :correct_category_froms::timestamptz[], :correction_ats::timestamptz[],
              :correction_ties::text[], :components::jsonb[], :components_ats::timestamptz[], :components_ties::text[])
       AS u (tenant_id, id, waba_id, provider_template_id, name, language, status, status_event, rejected_reason, status_detail,
             status_at, status_tie, quality, quality_at, quality_tie, category, category_at, category_tie, correct_category,
             correct_category_from, correction_at, correction_tie, components, components_at, components_tie)
    ON CONFLICT (tenant_id, waba_id, provider_template_id) DO UPDATE
   SET name = greatest(t.name, excluded.name),
       language = greatest(t.language, excluded.language),
       (status, status_event, rejected_reason, status_detail, status_at, status_tie) = (
           SELECT k.status, k.status_event, k.rejected_reason, k.status_detail, k.status_at, k.status_tie
             FROM (VALUES (t.status, t.status_event, t.rejected_reason, t.status_detail, t.status_at, t.status_tie),
                          (excluded.status, excluded.status_event, excluded.rejected_reason, excluded.status_detail,
                           excluded.status_at, excluded.status_tie))
                  AS k (status, status_event, rejected_reason, status_detail, status_at, status_tie)
            ORDER BY date_trunc('second', k.status_at) DESC NULLS LAST, k.status_tie DESC, k.status_at DESC LIMIT 1),
       (quality, quality_at, quality_tie) = (
           SELECT k.quality, k.quality_at, k.quality_tie
             FROM (VALUES (t.quality, t.quality_at, t.quality_tie), (excluded.quality, excluded.quality_at, excluded.quality_tie))
                  AS k (quality, quality_at, quality_tie)
            ORDER BY date_trunc('second', k.quality_at) DESC NULLS LAST, k.quality_tie DESC, k.quality_at DESC LIMIT 1),
       (category, category_at, category_tie) = (
           SELECT k.category, k.category_at, k.category_tie
             FROM (VALUES (t.category, t.category_at, t.category_tie),
                          (excluded.category, excluded.category_at, excluded.category_tie))
                  AS k (category, category_at, category_tie)
            ORDER BY date_trunc('second', k.category_at) DESC NULLS LAST, k.category_tie DESC, k.category_at DESC LIMIT 1),
       (correct_category, correct_category_from, correction_at, correction_tie) = (
           SELECT k.correct_category, k.correct_category_from, k.correction_at, k.correction_tie
             FROM (VALUES (t.correct_category, t.correct_category_from, t.correction_at, t.correction_tie),
                          (excluded.correct_category, excluded.correct_category_from, excluded.correction_at, excluded.correction_tie))
                  AS k (correct_category, correct_category_from, correction_at, correction_tie)
            ORDER BY date_trunc('second', k.correction_at) DESC NULLS LAST, k.correction_tie DESC, k.correction_at DESC LIMIT 1),
       (components, components_at, components_tie) = (
           SELECT k.components, k.components_at, k.components_tie
             FROM (VALUES (t.components, t.components_at, t.components_tie),
                          (CASE excluded.components_tie WHEN '' THEN excluded.components
                           ELSE coalesce((SELECT jsonb_agg(p.part) FROM jsonb_array_elements(t.components) AS p (part)
                                           WHERE upper(p.part ->> 'type') = 'HEADER' AND upper(p.part ->> 'format') <> 'TEXT'
                                             AND NOT excluded.components @> '[{"type": "HEADER"}]'), '[]')
                                || excluded.components
                                || coalesce((SELECT jsonb_agg(p.part) FROM jsonb_array_elements(t.components) AS p (part)
                                              WHERE upper(p.part ->> 'type') NOT IN ('HEADER', 'BODY', 'FOOTER', 'BUTTONS')), '[]') END,
                           excluded.components_at, excluded.components_tie))
                  AS k (components, components_at, components_tie)
            ORDER BY date_trunc('second', k.components_at) DESC NULLS LAST, k.components_tie DESC, k.components_at DESC LIMIT 1),
       updated_at = now()
 WHERE (date_trunc('second', excluded.status_at), excluded.status_tie, excluded.status_at)
       > (coalesce(date_trunc('second', t.status_at), '-infinity'), t.status_tie, t.status_at)
    OR (date_trunc('second', excluded.quality_at), excluded.quality_tie, excluded.quality_at)
       > (coalesce(date_trunc('second', t.quality_at), '-infinity'), t.quality_tie, t.quality_at)
    OR (date_trunc('second', excluded.category_at), excluded.category_tie, excluded.category_at)
       > (coalesce(date_trunc('second', t.category_at), '-infinity'), t.category_tie, t.category_at)
    OR (date_trunc('second', excluded.correction_at), excluded.correction_tie, excluded.correction_at)
       > (coalesce(date_trunc('second', t.correction_at), '-infinity'), t.correction_tie, t.correction_at)
    OR (date_trunc('second', excluded.components_at), excluded.components_tie, excluded.components_at)
       > (coalesce(date_trunc('second', t.components_at), '-infinity'), t.components_tie, t.components_at)
    OR greatest(t.name, excluded.name) IS DISTINCT FROM t.name
    OR greatest(t.language, excluded.language) IS DISTINCT FROM t.language
RETURNING t.tenant_id, t.id, t.waba_id, t.name, t.language, t.status, t.category, t.quality

-- name: cover
SELECT s.cover_media_id AS media_id, s.cover_link AS link FROM template_settings s WHERE s.tenant_id = :tenant_id

-- name: set_cover
INSERT INTO template_settings (tenant_id, cover_media_id, cover_link)
VALUES (:tenant_id, :media_id::uuid, :link::text)
    ON CONFLICT (tenant_id) DO UPDATE
   SET cover_media_id = excluded.cover_media_id, cover_link = excluded.cover_link, updated_at = now()

-- name: file_for_cover
SELECT a.mime_type, a.size FROM media_assets a WHERE a.tenant_id = :tenant_id AND a.id = :media_id
