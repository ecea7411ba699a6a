-- Contacts, their aliases and their conversations: rows in and out.

-- name: find_aliases
-- Every time an alias was or is somebody's.
-- in:  parallel arrays, one element per alias
-- out: n counts from 1
SELECT u.n::integer AS n, a.contact_id, nullif(a.since, '-infinity') AS since, a.retired_at
  FROM unnest(:tenant_ids::uuid[], :kinds::text[], :values::text[]) WITH ORDINALITY AS u (tenant_id, kind, value, n)
  JOIN contact_aliases a ON a.tenant_id = u.tenant_id AND a.kind = u.kind::alias_kind AND a.value = u.value

-- name: contact_claims
-- The name as it is told; given: the one that the team gave.
SELECT c.id, CASE WHEN c.name_given THEN c.profile_name ELSE c.name END AS name, CASE WHEN c.name_given THEN c.name END AS given,
       c.name_at, c.username, c.username_at, c.wa_id, c.wa_id_at, c.bsuid, c.bsuid_at, c.merged_into
  FROM contacts c
 WHERE c.tenant_id = :tenant_id AND c.id = ANY(:ids::uuid[])
   FOR UPDATE

-- name: aliases_of
SELECT a.kind, a.value, nullif(a.since, '-infinity') AS since, a.retired_at
  FROM contact_aliases a
 WHERE a.tenant_id = :tenant_id AND a.contact_id = :contact_id
 ORDER BY a.kind, a.value, a.since

-- name: set_claims
-- Who has told no name has the one of the address book. What the team calls them stays.
UPDATE contacts c
   SET name = CASE WHEN c.name_given THEN c.name WHEN :name_at::timestamptz IS NULL THEN c.app_name ELSE :name END,
       profile_name = CASE WHEN NOT c.name_given THEN NULL WHEN :name_at::timestamptz IS NULL THEN c.app_name ELSE :name END,
       name_at = :name_at, username = :username, username_at = :username_at, wa_id = nullif(:wa_id, ''), wa_id_at = :wa_id_at,
       bsuid = :bsuid, bsuid_at = :bsuid_at, merged_into = :merged_into, updated_at = now()
 WHERE c.tenant_id = :tenant_id AND c.id = :id

-- name: give_name
-- Null: they are called as WhatsApp tells it again. Who is called so already is left alone.
UPDATE contacts c
   SET name = CASE WHEN :name::text IS NOT NULL THEN :name::text WHEN c.name_given THEN c.profile_name ELSE c.name END,
       profile_name = CASE WHEN :name::text IS NULL THEN NULL WHEN c.name_given THEN c.profile_name ELSE c.name END,
       name_given = :name::text IS NOT NULL, updated_at = now()
 WHERE c.tenant_id = :tenant_id AND c.id = :id AND CASE WHEN c.name_given THEN c.name END IS DISTINCT FROM :name::text

-- name: insert_contacts
INSERT INTO contacts (tenant_id, id, name, name_at, username, username_at, wa_id, wa_id_at, bsuid, bsuid_at)
SELECT u.tenant_id, u.id, u.name, u.name_at, u.username, u.username_at, nullif(u.wa_id, ''), u.wa_id_at, u.bsuid, u.bsuid_at
  FROM unnest(:tenant_ids::uuid[], :ids::uuid[], :names::text[], :name_ats::timestamptz[], :usernames::text[],
              :username_ats::timestamptz[], :wa_ids::text[], :wa_id_ats::timestamptz[], :bsuids::text[], :bsuid_ats::timestamptz[])
       AS u (tenant_id, id, name, name_at, username, username_at, wa_id, wa_id_at, bsuid, bsuid_at)

-- name: insert_aliases
INSERT INTO contact_aliases (tenant_id, kind, value, since, retired_at, contact_id)
SELECT u.tenant_id, u.kind::alias_kind, u.value, coalesce(u.since, '-infinity'), u.retired_at, u.contact_id
  FROM unnest(:tenant_ids::uuid[], :kinds::text[], :values::text[], :sinces::timestamptz[], :retired_ats::timestamptz[],
              :contact_ids::uuid[])
       AS u (tenant_id, kind, value, since, retired_at, contact_id)
    ON CONFLICT (tenant_id, kind, value, since) DO NOTHING

-- name: learn_claims
-- Each claim the latest by the provider's clock, whatever order the messages arrive in; between equals the greater text. Whom the team
-- named goes on being called so.
-- out: the contacts that are reached otherwise now
UPDATE contacts c
   SET name = CASE WHEN NOT c.name_given AND is_news(u.name_at, u.name, c.name_at, c.name) THEN u.name ELSE c.name END,
       profile_name = CASE WHEN c.name_given AND is_news(u.name_at, u.name, c.name_at, c.profile_name) THEN u.name ELSE c.profile_name END,
       name_at = greatest(c.name_at, u.name_at),
       username = CASE WHEN is_news(u.username_at, u.username, c.username_at, c.username) THEN u.username ELSE c.username END,
       username_at = greatest(c.username_at, u.username_at),
       wa_id = CASE WHEN is_news(u.wa_id_at, u.wa_id, c.wa_id_at, c.wa_id) THEN nullif(u.wa_id, '') ELSE c.wa_id END,
       wa_id_at = greatest(c.wa_id_at, u.wa_id_at),
       bsuid = CASE WHEN is_news(u.bsuid_at, u.bsuid, c.bsuid_at, c.bsuid) THEN u.bsuid ELSE c.bsuid END,
       bsuid_at = greatest(c.bsuid_at, u.bsuid_at),
       updated_at = now()
  FROM unnest(:tenant_ids::uuid[], :ids::uuid[], :names::text[], :name_ats::timestamptz[], :usernames::text[],
              :username_ats::timestamptz[], :wa_ids::text[], :wa_id_ats::timestamptz[], :bsuids::text[], :bsuid_ats::timestamptz[])
       AS u (tenant_id, id, name, name_at, username, username_at, wa_id, wa_id_at, bsuid, bsuid_at)
  JOIN contacts before ON before.tenant_id = u.tenant_id AND before.id = u.id
 WHERE c.tenant_id = u.tenant_id AND c.id = u.id
   AND (is_news(u.name_at, u.name, c.name_at, CASE WHEN c.name_given THEN c.profile_name ELSE c.name END)
        OR is_news(u.username_at, u.username, c.username_at, c.username)
        OR is_news(u.wa_id_at, u.wa_id, c.wa_id_at, c.wa_id) OR is_news(u.bsuid_at, u.bsuid, c.bsuid_at, c.bsuid))
RETURNING c.tenant_id, c.id,
          before.wa_id IS DISTINCT FROM c.wa_id OR before.bsuid IS DISTINCT FROM c.bsuid AS moved

-- name: hold_to_follow
-- The conversations of these contacts, and others that are about to change beside them: all in one order, before any of them does.
SELECT c.id
  FROM (SELECT u.tenant_id, u.id FROM unnest(:tenant_ids::uuid[], :ids::uuid[]) AS u (tenant_id, id)
         UNION
        SELECT v.tenant_id, v.id
          FROM unnest(:contact_tenant_ids::uuid[], :contact_ids::uuid[]) AS k (tenant_id, contact_id)
          JOIN conversations v ON v.tenant_id = k.tenant_id AND v.contact_id = k.contact_id) AS held
  JOIN conversations c ON c.tenant_id = held.tenant_id AND c.id = held.id
 ORDER BY c.tenant_id, c.id
   FOR NO KEY UPDATE OF c

-- name: follow_contacts
-- Conversations name and reach their person as the contact is reached now; one merged into another goes with it.
UPDATE conversations v
   SET contact_wa_id = p.wa_id, contact_e164 = '+' || p.wa_id, contact_bsuid = p.bsuid,
       external_thread_id = coalesce(p.wa_id, p.bsuid, v.external_thread_id), updated_at = now()
  FROM unnest(:tenant_ids::uuid[], :ids::uuid[], :now_ids::uuid[]) AS u (tenant_id, id, now_id)
  JOIN contacts p ON p.tenant_id = u.tenant_id AND p.id = u.now_id
 WHERE v.tenant_id = u.tenant_id AND v.contact_id = u.id
   AND (v.contact_wa_id IS DISTINCT FROM p.wa_id OR v.contact_bsuid IS DISTINCT FROM p.bsuid
        OR v.external_thread_id <> coalesce(p.wa_id, p.bsuid, v.external_thread_id))

-- name: find_conversations
SELECT u.n::integer AS n, c.id
  FROM unnest(:tenant_ids::uuid[], :connection_ids::uuid[], :contact_ids::uuid[])
       WITH ORDINALITY AS u (tenant_id, connection_id, contact_id, n)
  JOIN conversations c ON c.tenant_id = u.tenant_id AND c.channel_connection_id = u.connection_id
                      AND c.contact_id = u.contact_id

-- name: insert_conversations
INSERT INTO conversations (tenant_id, id, channel_connection_id, contact_id, external_thread_id, contact_e164, contact_wa_id,
                           contact_bsuid)
SELECT u.tenant_id, u.id, u.connection_id, u.contact_id, coalesce(p.wa_id, p.bsuid, ''), '+' || p.wa_id, p.wa_id, p.bsuid
  FROM unnest(:tenant_ids::uuid[], :ids::uuid[], :connection_ids::uuid[], :contact_ids::uuid[])
       AS u (tenant_id, id, connection_id, contact_id)
  JOIN contacts p ON p.tenant_id = u.tenant_id AND p.id = u.contact_id
    ON CONFLICT (tenant_id, channel_connection_id, contact_id) DO NOTHING
