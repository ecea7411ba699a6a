-- A person erased: first nobody finds them any more, then what was said goes in batches, at last they themselves.

-- name: erasure_people
-- Somebody and all who turned out to be them.
WITH RECURSIVE same (id) AS (
    SELECT c.id FROM contacts c WHERE c.tenant_id = :tenant_id AND c.id = :contact_id
    UNION
    SELECT g.id FROM same JOIN contacts g ON g.tenant_id = :tenant_id AND g.merged_into = same.id)
SELECT same.id FROM same ORDER BY same.id

-- name: erasure_names
-- Every name by which they were known or reached.
SELECT a.kind::text AS kind, a.value
  FROM contact_aliases a WHERE a.tenant_id = :tenant_id AND a.contact_id = ANY(:contact_ids::uuid[]) AND a.kind <> 'change'
 UNION
SELECT n.kind, n.value
  FROM contacts c
 CROSS JOIN LATERAL (VALUES ('phone', c.wa_id), ('bsuid', c.bsuid)) AS n (kind, value)
 WHERE c.tenant_id = :tenant_id AND c.id = ANY(:contact_ids::uuid[]) AND n.value <> ''
 UNION
SELECT n.kind, n.value
  FROM conversations v
 CROSS JOIN LATERAL (VALUES ('phone', v.contact_wa_id), ('bsuid', v.contact_bsuid)) AS n (kind, value)
 WHERE v.tenant_id = :tenant_id AND v.contact_id = ANY(:contact_ids::uuid[]) AND n.value <> ''
 ORDER BY 1, 2

-- name: phones_passed_on
-- Of these phones those that are somebody else's now, or were since: what names them is not about the erased alone. One that they gave up
-- and nobody else is known to have had is theirs, but to show what names it: a stranger may have it by now.
SELECT a.value
  FROM contact_aliases a
 WHERE a.tenant_id = :tenant_id AND a.kind = 'phone' AND a.value = ANY(:phones::text[])
 GROUP BY a.value
HAVING NOT bool_or(a.retired_at IS NULL AND a.contact_id = ANY(:contact_ids::uuid[]))
   AND (:to_show::boolean OR bool_or(a.contact_id <> ALL(:contact_ids::uuid[])))

-- name: forget_aliases
DELETE FROM contact_aliases a WHERE a.tenant_id = :tenant_id AND a.contact_id = ANY(:contact_ids::uuid[])

-- name: forget_profiles
UPDATE contacts c
   SET name = NULL, name_at = NULL, name_given = false, profile_name = NULL, username = NULL, username_at = NULL, wa_id = NULL,
       wa_id_at = NULL, bsuid = NULL, bsuid_at = NULL, app_name = NULL, app_name_at = NULL, erased_at = now(), updated_at = now()
 WHERE c.tenant_id = :tenant_id AND c.id = ANY(:contact_ids::uuid[])

-- name: forget_addresses
-- Nothing reaches them from here any more.
UPDATE conversations v
   SET contact_wa_id = NULL, contact_e164 = NULL, contact_bsuid = NULL, external_thread_id = '', updated_at = now()
 WHERE v.tenant_id = :tenant_id AND v.id = ANY(:ids::uuid[])

-- name: erase_beside
-- What stands beside messages, with amendments and reactions whose message never came.
WITH acts AS (
    DELETE FROM contact_activity a
     WHERE a.tenant_id = :tenant_id
       AND (a.channel_connection_id, a.provider_id) IN (
           SELECT o.channel_connection_id, o.provider_id FROM contact_activity o
            WHERE o.tenant_id = :tenant_id AND o.conversation_id = ANY(:conversation_ids::uuid[]) LIMIT :most)
    RETURNING a.channel_connection_id, a.provider_id
), revisions AS (
    DELETE FROM message_revisions r USING acts
     WHERE r.tenant_id = :tenant_id AND r.channel_connection_id = acts.channel_connection_id AND r.provider_message_id = acts.provider_id
), reactions AS (
    DELETE FROM message_reactions r USING acts
     WHERE r.tenant_id = :tenant_id AND r.channel_connection_id = acts.channel_connection_id AND r.provider_message_id = acts.provider_id
)
SELECT count(*)::integer AS count FROM acts

-- name: erase_annotations
DELETE FROM annotations a
 WHERE a.tenant_id = :tenant_id
   AND a.id IN (SELECT o.id FROM annotations o
                 WHERE o.tenant_id = :tenant_id AND o.conversation_id = ANY(:conversation_ids::uuid[]) LIMIT :most)

-- name: part_from_erased
-- What was merged into one of these and stays, as its contact was taken apart since, is a conversation of its own.
UPDATE conversations v SET merged_into = NULL, updated_at = now()
 WHERE v.tenant_id = :tenant_id AND v.merged_into = ANY(:conversation_ids::uuid[]) AND v.id <> ALL(:conversation_ids::uuid[])

-- name: erase_conversations
DELETE FROM conversations v WHERE v.tenant_id = :tenant_id AND v.id = ANY(:conversation_ids::uuid[])

-- name: erase_preferences
DELETE FROM marketing_preferences p WHERE p.tenant_id = :tenant_id AND p.contact_id = ANY(:contact_ids::uuid[])

-- name: erase_merges
DELETE FROM contact_merges g
 WHERE g.tenant_id = :tenant_id AND (g.survivor_id = ANY(:contact_ids::uuid[]) OR g.merged_id = ANY(:contact_ids::uuid[]))

-- name: erase_kept_apart
DELETE FROM contacts_kept_apart k
 WHERE k.tenant_id = :tenant_id AND (k.one_id = ANY(:contact_ids::uuid[]) OR k.other_id = ANY(:contact_ids::uuid[]))

-- name: erase_contacts
DELETE FROM contacts c WHERE c.tenant_id = :tenant_id AND c.id = ANY(:contact_ids::uuid[])

-- name: erase_parked_files
-- Files of an app's history that wait for their place.
DELETE FROM parked_files f
 WHERE f.tenant_id = :tenant_id
   AND EXISTS (SELECT FROM unnest(:names::text[]) AS name WHERE strpos(f.said::text, name) > 0)
