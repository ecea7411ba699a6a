-- The ledger, and what the gate asks for.

-- name: standings
-- What is known of each recipient: named by a conversation, by a contact, or by a phone in its canonical form. One that turned out to be
-- another since is that other one; their words are those of all who turned out to be the same person. Each is looked up by their own keys
-- (OFFSET 0 keeps it so): where the statistics know little of a tenant yet, its people and conversations would all be read to find these
-- few, at each claim of a campaign.
SELECT a.contact_id, v.id AS conversation_id, v.last_inbound_at, coalesce(p.wa_id, v.contact_wa_id, u.phone) AS wa_id,
       -- Only what they are reached by: of whom a phone is known, that is it.
       CASE WHEN coalesce(p.wa_id, v.contact_wa_id, u.phone) IS NULL THEN bsuid_here(:tenant_id, :connection_id, a.contact_id) END AS bsuid,
       coalesce(v.state_code = 6, false) AS blocked_here,
       EXISTS (SELECT FROM conversations b
                WHERE b.tenant_id = :tenant_id AND b.contact_id = a.contact_id AND b.state_code = 6) AS blocked,
       s.marketing, s.utility, s.everything
  FROM unnest(:conversation_ids::uuid[], :contact_ids::uuid[], :phones::text[]) WITH ORDINALITY
       AS u (conversation_id, contact_id, phone, n),
       LATERAL (SELECT CASE WHEN u.conversation_id IS NOT NULL
                            THEN (SELECT c.contact_id FROM conversations c
                                   WHERE c.tenant_id = :tenant_id
                                     AND c.id = (SELECT coalesce(o.merged_into, o.id) FROM conversations o
                                                  WHERE o.tenant_id = :tenant_id AND o.id = u.conversation_id))
                            WHEN u.contact_id IS NOT NULL THEN u.contact_id
                            ELSE (SELECT k.contact_id FROM contact_aliases k
                                   WHERE k.tenant_id = :tenant_id AND k.kind = 'phone' AND k.value = u.phone AND k.retired_at IS NULL
                                   LIMIT 1) END AS contact_id
                 OFFSET 0) AS named,
       LATERAL (
       WITH RECURSIVE became (id, merged_into) AS (
            SELECT c.id, c.merged_into FROM contacts c WHERE c.tenant_id = :tenant_id AND c.id = named.contact_id
            UNION
            SELECT g.id, g.merged_into
              FROM became,
                   LATERAL (SELECT c.id, c.merged_into FROM contacts c
                             WHERE c.tenant_id = :tenant_id AND c.id = became.merged_into OFFSET 0) AS g)
       SELECT coalesce((SELECT became.id FROM became WHERE became.merged_into IS NULL), named.contact_id) AS contact_id) AS a
  LEFT JOIN LATERAL (SELECT c.wa_id FROM contacts c WHERE c.tenant_id = :tenant_id AND c.id = a.contact_id OFFSET 0) AS p ON true
  LEFT JOIN LATERAL (
       SELECT c.id, c.last_inbound_at, c.contact_wa_id, c.state_code
         FROM conversations c
        WHERE c.tenant_id = :tenant_id AND c.channel_connection_id = :connection_id AND c.contact_id = a.contact_id
       OFFSET 0) AS v ON true,
       LATERAL (
       WITH RECURSIVE same (id) AS (
            SELECT a.contact_id
            UNION
            SELECT g.id
              FROM same,
                   LATERAL (SELECT m.id FROM contacts m WHERE m.tenant_id = :tenant_id AND m.merged_into = same.id OFFSET 0) AS g)
       -- A yes of a list that does not say when it was given comes after every word that does: a no may arrive after it that was said before
       -- it was brought. Of two words of one moment the no: `out` is the greater text.
       SELECT (array_agg(w.state ORDER BY w.undated, w.at DESC, w.state DESC) FILTER (WHERE w.category IN ('marketing', 'all')))[1] AS marketing,
              (array_agg(w.state ORDER BY w.undated, w.at DESC, w.state DESC) FILTER (WHERE w.category IN ('utility', 'all')))[1] AS utility,
              (array_agg(w.state ORDER BY w.undated, w.at DESC, w.state DESC) FILTER (WHERE w.category = 'all'))[1] AS everything
         FROM same,
              LATERAL (SELECT k.state, k.category, k.at, k.undated FROM consents k
                        WHERE k.tenant_id = :tenant_id AND k.contact_id = same.id
                        UNION ALL
                       -- Somebody new by a phone whose former contact was erased: what is left of their words.
                       SELECT 'out', k.category, k.at, false FROM suppressions k
                        WHERE a.contact_id IS NULL AND k.tenant_id = :tenant_id AND k.kind = 'phone' AND k.value = u.phone
                       OFFSET 0) AS w) AS s
 ORDER BY u.n

-- name: withheld
-- Of these people those from whom Meta kept marketing, by any of the tenant's numbers: when last, and whether it kept this template from
-- them for an experiment. What turned out to be delivered after all was not kept. Each is looked up by their own keys (OFFSET 0), as above.
SELECT u.contact_id, u.template, max(m.failed_at) FILTER (WHERE m.error_code = 131049) AS capped_at,
       coalesce(bool_or(m.error_code = 130472 AND m.payload -> 'template' ->> 'name' = u.template), false) AS in_experiment
  FROM (SELECT DISTINCT contact_id, template FROM unnest(:contact_ids::uuid[], :templates::text[]) AS w (contact_id, template)) AS u,
       LATERAL (SELECT c.id FROM conversations c WHERE c.tenant_id = :tenant_id AND c.contact_id = u.contact_id OFFSET 0) AS v,
       LATERAL (SELECT f.failed_at, f.error_code, f.payload FROM messages f
                 WHERE f.tenant_id = :tenant_id AND f.conversation_id = v.id AND f.error_code IN (130472, 131049) AND f.status = 'failed'
                OFFSET 0) AS m
 GROUP BY u.contact_id, u.template

-- name: template_standings
-- The templates that a number would send under these names. Of several, one that is not deleted.
SELECT DISTINCT ON (t.name, t.language) t.name, t.language, t.status, t.category
  FROM channel_connections c
  JOIN unnest(:names::text[], :languages::text[]) AS u (name, language) ON true
  JOIN templates t ON t.tenant_id = c.tenant_id AND t.waba_id = c.waba_id AND t.name = u.name AND t.language = u.language
 WHERE c.tenant_id = :tenant_id AND c.id = :connection_id
 ORDER BY t.name, t.language, t.status = 'DELETED' NULLS FIRST, t.status_at DESC NULLS LAST, t.id

-- name: line
-- A number as far as sending from it goes.
SELECT c.id, c.status, c.country_id, c.phone_number_id, c.phone_number_e164, c.pause_reason, c.pause_cause,
       restricted_until(c.health) AS restricted_until
  FROM channel_connections c
 WHERE c.tenant_id = :tenant_id AND c.id = :connection_id

-- name: rules_of
-- What tenants have decided about consent; those who never did are absent.
SELECT s.tenant_id, s.rules::text AS rules FROM consent_settings s WHERE s.tenant_id = ANY(:tenant_ids::uuid[])

-- name: lock_words
-- Whoever writes down a no does it before or after a claim of something for that tenant's people, never in between (read_words).
SELECT count(pg_advisory_xact_lock(hashtextextended(t.id::text, 7))) AS locked
  FROM (SELECT id FROM unnest(:tenant_ids::uuid[]) AS id ORDER BY id) AS t

-- name: read_words
-- Whether nobody is writing down a no at the moment; then nobody will until this transaction ends. Nobody is waited for.
SELECT pg_try_advisory_xact_lock_shared(hashtextextended(:tenant_id::uuid::text, 7)) AS mine

-- name: record
INSERT INTO consents (tenant_id, id, contact_id, category, state, source, proof, message_id, import_id, actor, at, undated)
SELECT u.tenant_id, u.id, u.contact_id, u.category, u.state, u.source, u.proof, u.message_id, u.import_id, u.actor, u.at, u.undated
  FROM unnest(:tenant_ids::uuid[], :ids::uuid[], :contact_ids::uuid[], :categories::text[], :states::text[], :sources::text[],
              :proofs::text[], :message_ids::uuid[], :import_ids::uuid[], :actors::text[], :ats::timestamptz[], :undated::boolean[])
       AS u (tenant_id, id, contact_id, category, state, source, proof, message_id, import_id, actor, at, undated)
    ON CONFLICT (tenant_id, contact_id, at, category, state, source) DO NOTHING
RETURNING id

-- name: ledger
-- Everything that was said by or of a person, and by whoever turned out to be them: what counts first, so the latest first, and a list's yes
-- that does not say when it was given after all that was.
WITH RECURSIVE same (id) AS (
    SELECT c.id FROM contacts c WHERE c.tenant_id = :tenant_id AND c.id = :contact_id
    UNION
    SELECT g.id FROM same JOIN contacts g ON g.tenant_id = :tenant_id AND g.merged_into = same.id)
SELECT w.id, w.contact_id, w.category, w.state, w.source, w.proof, w.message_id, w.import_id, w.actor, w.at, w.created_at
  FROM same
  JOIN consents w ON w.tenant_id = :tenant_id AND w.contact_id = same.id
 ORDER BY w.undated, w.at DESC, w.state DESC, w.id DESC
 LIMIT :most::integer

-- name: people_of
-- Whom messages were for.
SELECT m.id, v.contact_id
  FROM unnest(:tenant_ids::uuid[], :ids::uuid[]) AS u (tenant_id, id)
  JOIN messages m ON m.tenant_id = u.tenant_id AND m.id = u.id
  JOIN conversations v ON v.tenant_id = m.tenant_id AND v.id = m.conversation_id

-- name: said_in
SELECT m.conversation_id, m.text FROM messages m
 WHERE m.tenant_id = :tenant_id AND m.id = :message_id AND m.direction = 'inbound'

-- name: last_words
-- What whoever has these phones, in their canonical form, said that a list says again or goes against; who is not known is absent. A list
-- about everything is about each category. `state`: where it goes against a no, that; else what they said of all that it is about, where
-- that is one thing. `at`: when the latest no was said that still stands.
SELECT u.phone, a.contact_id, w.state, w.at
  FROM unnest(:phones::text[]) AS u (phone)
  JOIN contact_aliases a ON a.tenant_id = :tenant_id AND a.kind = 'phone' AND a.value = u.phone AND a.retired_at IS NULL
  LEFT JOIN LATERAL (
       WITH RECURSIVE same (id) AS (
            SELECT a.contact_id
            UNION
            SELECT g.id FROM same JOIN contacts g ON g.tenant_id = :tenant_id AND g.merged_into = same.id),
       words AS (
            SELECT w.category, w.state, w.at, w.undated
              FROM same JOIN consents w ON w.tenant_id = :tenant_id AND w.contact_id = same.id),
       latest AS (
            SELECT l.state, l.at
              FROM unnest(CASE WHEN :category::text = 'all' THEN ARRAY['marketing', 'utility', 'all'] ELSE ARRAY[:category::text] END)
                   AS about (category)
              LEFT JOIN LATERAL (SELECT w.state, w.at FROM words w WHERE w.category IN (about.category, 'all')
                                  ORDER BY w.undated, w.at DESC, w.state DESC LIMIT 1) AS l ON true)
       SELECT CASE WHEN :state::text = 'in' AND max(l.state) = 'out' THEN 'out'
                   WHEN count(l.state) = count(*) AND min(l.state) = max(l.state) THEN min(l.state) END AS state,
              max(l.at) FILTER (WHERE l.state = 'out') AS at
         FROM latest l) w ON true

-- name: known_by_phone
-- Whom these phones lead to, in their canonical form.
SELECT a.value AS phone, a.contact_id
  FROM contact_aliases a
 WHERE a.tenant_id = :tenant_id AND a.kind = 'phone' AND a.value = ANY(:phones::text[]) AND a.retired_at IS NULL

-- name: erased_meanwhile
-- Of these phones, each with whom it led to when a list was read (NULL: nobody), those of people who are being erased, or were since.
SELECT u.phone
  FROM unnest(:phones::text[], :contact_ids::uuid[]) AS u (phone, contact_id)
 WHERE u.contact_id IS NOT NULL
       AND NOT EXISTS (SELECT FROM contacts c WHERE c.tenant_id = :tenant_id AND c.id = u.contact_id AND c.erased_at IS NULL)
    OR u.phone IN (SELECT unnest(e.phones) FROM contact_erasures e WHERE e.tenant_id = :tenant_id AND e.finished_at IS NULL)

-- name: add_import
INSERT INTO consent_imports (tenant_id, id, filename, category, state, proof, actor, total_count, added_count, repeated_count, failed_count,
                             failed_rows)
VALUES (:tenant_id, :id, :filename, :category, :state, :proof, :actor, :total_count, :added_count, :repeated_count, :failed_count,
        :failed_rows)
RETURNING id, filename, category, state, proof, actor, total_count, added_count, repeated_count, failed_count, created_at

-- name: import_page
SELECT i.id, i.filename, i.category, i.state, i.proof, i.actor, i.total_count, i.added_count, i.repeated_count, i.failed_count, i.created_at
  FROM consent_imports i
 WHERE i.tenant_id = :tenant_id AND i.id < :before_id
 ORDER BY i.id DESC
 LIMIT :most::integer

-- name: failed_rows
SELECT i.failed_rows FROM consent_imports i WHERE i.tenant_id = :tenant_id AND i.id = :id

-- name: knows_contact
SELECT c.id FROM contacts c WHERE c.tenant_id = :tenant_id AND c.id = :contact_id AND c.erased_at IS NULL

-- name: save_rules
INSERT INTO consent_settings AS s (tenant_id, rules, updated_by) VALUES (:tenant_id, :rules::jsonb, :updated_by)
    ON CONFLICT (tenant_id) DO UPDATE SET rules = excluded.rules, updated_by = excluded.updated_by, updated_at = now()

