-- People who are two after all, and numbers that pass from hand to hand.

-- name: keep_apart
INSERT INTO contacts_kept_apart (tenant_id, one_id, other_id)
VALUES (:tenant_id, least(:one_id::uuid, :other_id::uuid), greatest(:one_id::uuid, :other_id::uuid))
    ON CONFLICT DO NOTHING

-- name: move_aliases_back
UPDATE contact_aliases a SET contact_id = :to_id
  FROM unnest(:kinds::text[], :values::text[], :sinces::timestamptz[]) AS u (kind, value, since)
 WHERE a.tenant_id = :tenant_id AND a.contact_id = :from_id
   AND a.kind = u.kind::alias_kind AND a.value = u.value AND a.since = coalesce(u.since, '-infinity')

-- name: drop_aliases
DELETE FROM contact_aliases a
 USING unnest(:kinds::text[], :values::text[], :sinces::timestamptz[]) AS u (kind, value, since)
 WHERE a.tenant_id = :tenant_id AND a.contact_id = :contact_id
   AND a.kind = u.kind::alias_kind AND a.value = u.value AND a.since = coalesce(u.since, '-infinity')

-- name: retire_phones
-- A number passes to somebody else: whoever had it before had it until then, or until the first of several moments.
WITH ends AS (
    SELECT a.tenant_id, a.value, a.since, min(u.at) AS at
      FROM unnest(:tenant_ids::uuid[], :values::text[], :ats::timestamptz[]) AS u (tenant_id, value, at)
      JOIN contact_aliases a ON a.tenant_id = u.tenant_id AND a.kind = 'phone' AND a.value = u.value AND a.since < u.at
     GROUP BY a.tenant_id, a.value, a.since)
UPDATE contact_aliases a SET retired_at = e.at
  FROM ends e
 WHERE a.tenant_id = e.tenant_id AND a.kind = 'phone' AND a.value = e.value AND a.since = e.since
   AND (a.retired_at IS NULL OR a.retired_at > e.at)

-- name: follow_back
-- What had become part of one that goes back goes with it, through however many merges.
WITH RECURSIVE same (id) AS (
    SELECT :merged_id::uuid
    UNION
    SELECT g.id FROM same JOIN contacts g ON g.tenant_id = :tenant_id AND g.merged_into = same.id)
UPDATE conversations v SET merged_into = :from_id
 WHERE v.tenant_id = :tenant_id AND v.merged_into = :into_id AND v.id <> :from_id AND v.contact_id IN (SELECT same.id FROM same)

-- name: move_these_messages
UPDATE messages m SET conversation_id = :into_id, updated_at = now()
 WHERE m.tenant_id = :tenant_id AND m.id = ANY(:ids::uuid[])

-- name: move_this_activity
UPDATE contact_activity a SET conversation_id = :into_id
 WHERE a.tenant_id = :tenant_id AND a.channel_connection_id = :connection_id AND a.provider_id = ANY(:provider_ids::text[])

-- name: recount_conversations
-- After messages moved: what their times are; those that are yet to follow count where they go. The provider tells whole seconds, so those of
-- inbound ones are the seconds of their messages. What was said in a group opens no window with the person.
WITH said AS MATERIALIZED (
    SELECT t.conversation_id, max(t.created_at) AS last_at, max(t.created_at) FILTER (WHERE t.direction = 'outbound') AS outbound_at,
           max(t.created_at) FILTER (WHERE t.direction = 'inbound' AND t.type <> 'system' AND t.group_id = '') AS inbound_at
      FROM (SELECT CASE WHEN m.id IN (SELECT unnest(:following_ids::uuid[])) THEN :into_id::uuid ELSE m.conversation_id END AS conversation_id,
                   m.created_at, m.direction, m.type, coalesce(m.payload->>'group_id', '') AS group_id
              FROM messages m
             WHERE m.tenant_id = :tenant_id AND m.conversation_id = ANY(:ids::uuid[])) AS t
     GROUP BY t.conversation_id)
UPDATE conversations v
   SET unread_count = u.unread,
       last_inbound_at = greatest(
           date_trunc('second', said.inbound_at),
           (SELECT max(a.at) FROM contact_activity a
             WHERE a.tenant_id = v.tenant_id AND a.conversation_id = v.id AND a.opens_window)),
       last_outbound_at = said.outbound_at, last_message_at = said.last_at,
       merged_into = NULL, updated_at = now()
  FROM unnest(:ids::uuid[], :unreads::integer[]) AS u (id, unread)
  LEFT JOIN said ON said.conversation_id = u.id
 WHERE v.tenant_id = :tenant_id AND v.id = u.id

-- name: snoozed_among
SELECT v.id, v.snoozed_until AS until
  FROM conversations v
 WHERE v.tenant_id = :tenant_id AND v.id = ANY(:ids::uuid[]) AND v.snoozed_until IS NOT NULL

-- name: find_merge
SELECT g.id, g.survivor_id, g.merged_id, g.moved::text AS moved, g.undone_at,
       (SELECT c.merged_into IS NOT NULL FROM contacts c WHERE c.tenant_id = g.tenant_id AND c.id = g.survivor_id) AS buried
  FROM contact_merges g
 WHERE g.tenant_id = :tenant_id AND g.id = :id
   FOR UPDATE

-- name: merges_by_hand
-- What people said to be one person, as it stands.
SELECT g.moved::text AS moved
  FROM contact_merges g
 WHERE g.tenant_id = :tenant_id AND g.survivor_id = :survivor_id AND g.reason = 'by_hand' AND g.undone_at IS NULL

-- name: merges_since
-- Into the same contact, as they stand: ids are in the order of the merging.
SELECT g.moved::text AS moved
  FROM contact_merges g
 WHERE g.tenant_id = :tenant_id AND g.survivor_id = :survivor_id AND g.id > :id AND g.undone_at IS NULL

-- name: mark_undone
UPDATE contact_merges g SET undone_at = now(), undone_by = :actor WHERE g.tenant_id = :tenant_id AND g.id = :id

-- name: evidence_of
-- All that was said by or to a contact, and how they were named each time.
SELECT m.id::text AS id, false AS beside, v.id AS conversation_id, v.channel_connection_id AS connection_id,
       m.direction = 'inbound' AND m.type <> 'system' AS counts, coalesce(m.status IN ('queued', 'sending'), false) AS waits,
       date_trunc('second', m.created_at) AS at, m.person::text AS person
  FROM conversations v
  JOIN messages m ON m.tenant_id = v.tenant_id AND m.conversation_id = v.id
 WHERE v.tenant_id = :tenant_id AND v.contact_id = :contact_id AND v.merged_into IS NULL
 UNION ALL
SELECT a.provider_id, true, v.id, v.channel_connection_id, false, false, a.at, a.person::text
  FROM conversations v
  JOIN contact_activity a ON a.tenant_id = v.tenant_id AND a.conversation_id = v.id
 WHERE v.tenant_id = :tenant_id AND v.contact_id = :contact_id AND v.merged_into IS NULL
 ORDER BY at, id
