-- Contacts as people look them up.

-- name: contact_page
-- Those who stand for themselves, the newest first. A phone is looked up in every form and at every time it was somebody's.
SELECT c.id, c.name, c.name_given, CASE WHEN c.name_given THEN c.profile_name ELSE c.name END AS profile_name, c.username, c.wa_id, c.bsuid,
       c.merged_into, c.created_at
  FROM contacts c
 WHERE c.tenant_id = :tenant_id AND c.id < :before_id AND c.merged_into IS NULL AND c.erased_at IS NULL
   AND (:username::text IS NULL OR c.username = :username OR c.username = '@' || :username)
   AND (:kind::text IS NULL OR EXISTS (
        SELECT FROM contact_aliases a
         WHERE a.tenant_id = :tenant_id AND a.contact_id = c.id AND a.kind = :kind::text::alias_kind AND a.value = :value::text))
 ORDER BY c.id DESC
 LIMIT :most::integer

-- name: contact_by_id
-- Who is being erased is not there any more.
SELECT c.id, c.name, c.name_given, CASE WHEN c.name_given THEN c.profile_name ELSE c.name END AS profile_name, c.username, c.wa_id, c.bsuid,
       c.merged_into, c.created_at
  FROM contacts c
 WHERE c.tenant_id = :tenant_id AND c.id = :id AND c.erased_at IS NULL

-- name: contact_conversations
SELECT v.id, v.channel_connection_id AS connection_id
  FROM conversations v
 WHERE v.tenant_id = :tenant_id AND v.contact_id = :contact_id AND v.merged_into IS NULL
 ORDER BY v.id

-- name: contact_merges
SELECT g.id, g.merged_id AS contact_id, g.reason, g.actor, g.created_at, g.undone_at
  FROM contact_merges g
 WHERE g.tenant_id = :tenant_id AND g.survivor_id = :contact_id
 ORDER BY g.id

-- name: let_join
-- Somebody says that two who were kept apart are one after all.
DELETE FROM contacts_kept_apart k
 WHERE k.tenant_id = :tenant_id AND k.one_id = least(:one_id::uuid, :other_id::uuid) AND k.other_id = greatest(:one_id::uuid, :other_id::uuid)

-- name: touch_conversations
-- They show their person otherwise: whoever has two snapshots of one sees which is the newer.
UPDATE conversations v SET updated_at = now() WHERE v.tenant_id = :tenant_id AND v.id = ANY(:ids::uuid[])
