-- To whom a campaign goes, and which rows are nobody's message.

-- name: insert_audience
INSERT INTO campaign_audiences (tenant_id, id, campaign_id, kind, filename, content, described, mapping)
VALUES (:tenant_id, :id, :campaign_id, :kind::text::audience_kind, :filename, :content, :described::jsonb, :mapping::jsonb)

-- name: keep_files_one_at_a_time
-- Until the transaction ends: the next statement counts what others keep.
SELECT pg_advisory_xact_lock(hashtextextended(:tenant_id::uuid::text, 128))::text AS nothing

-- name: files_of_drafts
-- What a tenant keeps for campaigns that have not begun. The length of a file is known without reading it.
SELECT count(*)::integer AS files, coalesce(sum(octet_length(a.content)), 0)::bigint AS size
  FROM campaigns k
  JOIN campaign_audiences a ON a.tenant_id = k.tenant_id AND a.campaign_id = k.id
 WHERE k.tenant_id = :tenant_id AND k.state IN ('draft', 'ready', 'scheduled') AND a.content IS NOT NULL

-- name: let_go_of_files
-- The bytes alone: who came with a file, and which of its rows failed, stays.
UPDATE campaign_audiences a SET content = NULL
 WHERE a.tenant_id = :tenant_id AND a.campaign_id = :campaign_id AND a.content IS NOT NULL

-- name: audience_content
-- One that held the number of somebody who was erased is not there any more, nor is any of a campaign that has begun.
SELECT a.content, a.filename FROM campaign_audiences a
 WHERE a.tenant_id = :tenant_id AND a.campaign_id = :campaign_id AND a.id = :audience_id AND a.kind = 'file' AND a.content IS NOT NULL

-- name: lock_audience_content
-- Absent where somebody took the file out, or was erased out of it, since it was read. Locked until its people are written down.
SELECT a.id FROM campaign_audiences a
 WHERE a.tenant_id = :tenant_id AND a.campaign_id = :campaign_id AND a.id = :audience_id AND a.content IS NOT NULL
   FOR NO KEY UPDATE OF a

-- name: audiences_of
SELECT a.id, a.kind, a.filename, a.described::text AS described, a.mapping::text AS mapping, a.row_count, a.taken_count,
       a.invalid_count, a.duplicate_count, a.created_at
  FROM campaign_audiences a
 WHERE a.tenant_id = :tenant_id AND a.campaign_id = :campaign_id
 ORDER BY a.created_at, a.id

-- name: delete_audience
DELETE FROM campaign_audiences a WHERE a.tenant_id = :tenant_id AND a.campaign_id = :campaign_id AND a.id = :audience_id

-- name: forget_recipients_of_audience
DELETE FROM campaign_recipients r WHERE r.tenant_id = :tenant_id AND r.audience_id = :audience_id

-- name: forget_faults_of_audience
DELETE FROM campaign_faults f WHERE f.tenant_id = :tenant_id AND f.audience_id = :audience_id

-- name: note_audience
UPDATE campaign_audiences a
   SET mapping = :mapping::jsonb, row_count = :row_count, taken_count = :taken_count, invalid_count = :invalid_count,
       duplicate_count = :duplicate_count, updated_at = now()
 WHERE a.tenant_id = :tenant_id AND a.id = :audience_id

-- name: add_recipients
-- Everybody once, by their number and by who they are: a number of a contact that has another one in the campaign is a duplicate.
-- in:  parallel arrays
-- out: the lines that were added
WITH known AS (
    SELECT u.line, u.phone, u.zone, u.own_zone, u.country, u.variables, u.n,
           (SELECT l.contact_id FROM contact_aliases l
             WHERE l.tenant_id = :tenant_id AND l.kind = 'phone' AND l.value = u.phone AND l.retired_at IS NULL) AS contact_id
      FROM unnest(:lines::integer[], :phones::text[], :zones::text[], :own_zones::boolean[], :countries::text[], :variables::jsonb[])
           WITH ORDINALITY AS u (line, phone, zone, own_zone, country, variables, n))
INSERT INTO campaign_recipients (tenant_id, campaign_id, audience_id, line, phone, contact_id, zone, own_zone, country, variables)
SELECT :tenant_id, :campaign_id, :audience_id, k.line, k.phone, k.contact_id, k.zone, k.own_zone, k.country, k.variables
  FROM known k
 ORDER BY k.n
    ON CONFLICT DO NOTHING
RETURNING line

-- name: add_faults
INSERT INTO campaign_faults (tenant_id, audience_id, line, reason, about, detail, cells, phone, zone, own_zone, country, variables)
SELECT :tenant_id, :audience_id, u.line, u.reason, u.about, u.detail, u.cells, u.phone, u.zone, u.own_zone, u.country, u.variables
  FROM unnest(:lines::integer[], :reasons::text[], :abouts::text[], :details::text[], :cells::jsonb[], :phones::text[], :zones::text[],
              :own_zones::boolean[], :countries::text[], :variables::jsonb[])
       AS u (line, reason, about, detail, cells, phone, zone, own_zone, country, variables)

-- name: let_in
-- Those whom an audience left out as they had come with another one, and who are not in the campaign any more: each comes with the audience
-- that was added first. The counts still add up.
WITH left_out AS (
    SELECT f.audience_id, f.line, f.phone, f.own_zone, f.country, f.variables, a.created_at,
           CASE WHEN f.own_zone THEN f.zone ELSE coalesce(k.time_zone, 'UTC') END AS zone,
           (SELECT l.contact_id FROM contact_aliases l
             WHERE l.tenant_id = :tenant_id AND l.kind = 'phone' AND l.value = f.phone AND l.retired_at IS NULL) AS contact_id
      FROM campaign_audiences a
      JOIN campaigns k ON k.tenant_id = a.tenant_id AND k.id = a.campaign_id
      JOIN campaign_faults f ON f.tenant_id = a.tenant_id AND f.audience_id = a.id AND f.phone IS NOT NULL
     WHERE a.tenant_id = :tenant_id AND a.campaign_id = :campaign_id),
added AS (
    INSERT INTO campaign_recipients (tenant_id, campaign_id, audience_id, line, phone, contact_id, zone, own_zone, country, variables)
    SELECT :tenant_id, :campaign_id, o.audience_id, o.line, o.phone, o.contact_id, o.zone, o.own_zone, o.country, o.variables
      FROM left_out o
     ORDER BY o.created_at, o.audience_id, o.line
        ON CONFLICT DO NOTHING
    RETURNING audience_id, line),
mended AS (
    DELETE FROM campaign_faults f
     USING added
     WHERE f.tenant_id = :tenant_id AND f.audience_id = added.audience_id AND f.line = added.line
    RETURNING f.audience_id)
UPDATE campaign_audiences a
   SET taken_count = a.taken_count + m.count, duplicate_count = a.duplicate_count - m.count, updated_at = now()
  FROM (SELECT mended.audience_id, count(*)::integer AS count FROM mended GROUP BY mended.audience_id) AS m
 WHERE a.tenant_id = :tenant_id AND a.id = m.audience_id

-- name: faults_page
SELECT f.audience_id, f.line, f.reason, f.about, f.detail, f.cells::text AS cells
  FROM campaign_faults f
  JOIN campaign_audiences a ON a.tenant_id = f.tenant_id AND a.id = f.audience_id
 WHERE f.tenant_id = :tenant_id AND a.campaign_id = :campaign_id AND (f.audience_id, f.line) > (:after_audience::uuid, :after_line::integer)
 ORDER BY f.audience_id, f.line
 LIMIT :most

-- name: faults_by_reason
SELECT f.reason, count(*)::integer AS count
  FROM campaign_faults f
  JOIN campaign_audiences a ON a.tenant_id = f.tenant_id AND a.id = f.audience_id
 WHERE f.tenant_id = :tenant_id AND a.campaign_id = :campaign_id
 GROUP BY f.reason
 ORDER BY f.reason

-- name: labels_of_tenant
-- Which of these labels the tenant has.
SELECT l.id FROM labels l WHERE l.tenant_id = :tenant_id AND l.id = ANY(:label_ids::uuid[])

-- name: people_of_filter
-- Whom a number has a conversation with, and who are as asked for; those we cannot name by a number are left to be counted.
SELECT v.id, v.contact_wa_id AS wa_id, p.name
  FROM conversations v
  JOIN contacts p ON p.tenant_id = v.tenant_id AND p.id = v.contact_id AND p.erased_at IS NULL
 WHERE v.tenant_id = :tenant_id AND v.channel_connection_id = :connection_id AND v.merged_into IS NULL AND v.id > :after::uuid
   AND v.state_code = ANY(:states::smallint[])
   AND (:after_at::timestamptz IS NULL OR v.last_inbound_at >= :after_at::timestamptz)
   AND (:before_at::timestamptz IS NULL OR v.last_inbound_at < :before_at::timestamptz)
   AND (cardinality(:label_ids::uuid[]) = 0
        OR EXISTS (SELECT FROM conversation_labels l
                    WHERE l.tenant_id = v.tenant_id AND l.conversation_id = v.id AND l.label_id = ANY(:label_ids::uuid[])))
 ORDER BY v.id
 LIMIT :most

-- name: people_still_known
-- Of people who were read a moment ago those whom nobody has erased since.
SELECT v.id
  FROM conversations v
  JOIN contacts p ON p.tenant_id = v.tenant_id AND p.id = v.contact_id AND p.erased_at IS NULL
 WHERE v.tenant_id = :tenant_id AND v.id = ANY(:ids::uuid[])
