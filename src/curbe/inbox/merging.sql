-- Contacts that turn out to be one person, or two.

-- name: lock_people_shared
-- Held by whoever looks up or adds contacts of a tenant, several at once. Whoever merges or splits contacts takes lock_people_exclusively.
SELECT count(pg_advisory_xact_lock_shared(hashtextextended(t.id::text, 2))) AS locked
  FROM (SELECT id FROM unnest(:tenant_ids::uuid[]) AS id ORDER BY id) AS t

-- name: lock_people_exclusively
-- Waits until nobody holds lock_people_shared of these tenants, and keeps everybody else from it until the end of the transaction.
SELECT count(pg_advisory_xact_lock(hashtextextended(t.id::text, 2))) AS locked
  FROM (SELECT id FROM unnest(:tenant_ids::uuid[]) AS id ORDER BY id) AS t

-- name: kept_apart
SELECT k.tenant_id, k.one_id, k.other_id
  FROM contacts_kept_apart k
 WHERE k.tenant_id = ANY(:tenant_ids::uuid[])

-- name: inherit_apart
-- Who was kept apart from the merged contact is kept apart from the one that has its people now.
INSERT INTO contacts_kept_apart (tenant_id, one_id, other_id)
SELECT k.tenant_id, least(:survivor_id::uuid, s.id), greatest(:survivor_id::uuid, s.id)
  FROM contacts_kept_apart k
 CROSS JOIN LATERAL (SELECT CASE WHEN k.one_id = :merged_id THEN k.other_id ELSE k.one_id END AS id) s
 WHERE k.tenant_id = :tenant_id AND :merged_id IN (k.one_id, k.other_id) AND s.id <> :survivor_id
    ON CONFLICT DO NOTHING

-- name: move_aliases
UPDATE contact_aliases a SET contact_id = :to_id
 WHERE a.tenant_id = :tenant_id AND a.contact_id = :from_id
RETURNING a.kind, a.value, nullif(a.since, '-infinity') AS since

-- name: conversations_of
SELECT v.id, v.channel_connection_id AS connection_id, v.contact_id, v.unread_count, v.merged_into
  FROM conversations v
 WHERE v.tenant_id = :tenant_id AND v.contact_id = ANY(:contact_ids::uuid[])
 ORDER BY v.id
   FOR UPDATE

-- name: give_conversations
-- They become another contact's, with all that is in them.
UPDATE conversations v SET contact_id = :contact_id, updated_at = now()
 WHERE v.tenant_id = :tenant_id AND v.id = ANY(:ids::uuid[])

-- name: merge_conversation
-- Times greatest, unread added; blocked stays blocked, and what waits for us in one of the two waits in both. What was put off comes back
-- at its time, the earlier of two: the job that ends the snooze finds the conversation that the other is part of. Whoever has one has both,
-- and what is urgent in one is urgent.
UPDATE conversations kept
   SET unread_count = kept.unread_count + gone.unread_count,
       last_inbound_at = greatest(kept.last_inbound_at, gone.last_inbound_at),
       purged_inbound_at = greatest(kept.purged_inbound_at, gone.purged_inbound_at),
       purged_waiting_since = least(kept.purged_waiting_since, gone.purged_waiting_since),
       last_outbound_at = greatest(kept.last_outbound_at, gone.last_outbound_at),
       last_message_at = greatest(kept.last_message_at, gone.last_message_at),
       created_at = least(kept.created_at, gone.created_at),
       state = CASE WHEN 'blocked' IN (kept.state, gone.state) THEN 'blocked'
                    WHEN 'open' IN (kept.state, gone.state) THEN 'open'
                    WHEN 'snoozed' IN (kept.state, gone.state) THEN 'snoozed' ELSE kept.state END,
       snoozed_until = CASE WHEN NOT (kept.state IN ('blocked', 'open') OR gone.state IN ('blocked', 'open'))
                            THEN least(kept.snoozed_until, gone.snoozed_until) END,
       assignee_id = coalesce(kept.assignee_id, gone.assignee_id),
       team_id = coalesce(kept.team_id, gone.team_id),
       priority = greatest(kept.priority, gone.priority),
       updated_at = now()
  FROM conversations gone
 WHERE kept.tenant_id = :tenant_id AND kept.id = :into_id AND gone.tenant_id = :tenant_id AND gone.id = :from_id

-- name: inherit_labels
INSERT INTO conversation_labels (tenant_id, conversation_id, label_id, state_code, last_message_at)
SELECT kept.tenant_id, kept.id, l.label_id, kept.state_code, kept.last_message_at
  FROM conversations kept
  JOIN conversation_labels l ON l.tenant_id = kept.tenant_id AND l.conversation_id = :from_id
 WHERE kept.tenant_id = :tenant_id AND kept.id = :into_id
 ORDER BY l.label_id
    ON CONFLICT (tenant_id, conversation_id, label_id) DO NOTHING

-- name: empty_conversation
-- Its window stays: what is being written into it at this moment is still to be sent. That it has no last message tells that it is empty.
UPDATE conversations v
   SET merged_into = :into_id, unread_count = 0, last_message_at = NULL, updated_at = now()
 WHERE v.tenant_id = :tenant_id AND v.id = :from_id

-- name: follow_merged
-- What was merged into a conversation that is merged itself now goes with it.
UPDATE conversations v SET merged_into = :into_id WHERE v.tenant_id = :tenant_id AND v.merged_into = :from_id

-- name: messages_in
SELECT m.id FROM messages m WHERE m.tenant_id = :tenant_id AND m.conversation_id = :conversation_id

-- name: move_activity
UPDATE contact_activity a SET conversation_id = :into_id
 WHERE a.tenant_id = :tenant_id AND a.conversation_id = :from_id

-- name: inherit_address_book
UPDATE contacts kept
   SET app_name = gone.app_name, app_name_at = gone.app_name_at
  FROM contacts gone
 WHERE kept.tenant_id = :tenant_id AND kept.id = :survivor_id AND gone.tenant_id = :tenant_id AND gone.id = :merged_id
   AND is_news(gone.app_name_at, gone.app_name, kept.app_name_at, kept.app_name)

-- name: mark_merged
UPDATE contacts c SET merged_into = :survivor_id, updated_at = now() WHERE c.tenant_id = :tenant_id AND c.id = :id

-- name: insert_merge
INSERT INTO contact_merges (tenant_id, id, survivor_id, merged_id, reason, actor, moved)
VALUES (:tenant_id, :id, :survivor_id, :merged_id, :reason, :actor, :moved::jsonb)

-- name: stray_conversations
-- A tenant's merged conversations that something was written into while they were being merged.
SELECT v.id, v.merged_into
  FROM conversations v
 WHERE v.tenant_id = :tenant_id AND v.merged_into IS NOT NULL AND v.last_message_at IS NOT NULL
 ORDER BY v.id
 LIMIT :most
   FOR UPDATE
