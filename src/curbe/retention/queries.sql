-- Erasures: what was asked for, and how far it is.

-- name: begin_erasure
-- Somebody is erased once: who asks again is told of it.
INSERT INTO contact_erasures (tenant_id, contact_id, contact_ids, conversation_ids, phones, names, alias_kinds, alias_values,
                              requested_by, requested_at)
VALUES (:tenant_id, :contact_id, :contact_ids::uuid[], :conversation_ids::uuid[], :phones::text[], :names::text[],
        :alias_kinds::text[], :alias_values::text[], :requested_by, :requested_at)

-- name: erasure_of
SELECT e.contact_id, e.contact_ids, e.conversation_ids, e.phones, e.names, e.alias_kinds, e.alias_values, e.requested_by, e.requested_at,
       e.walk::integer AS walk, e.walked, e.finished_at
  FROM contact_erasures e
 WHERE e.tenant_id = :tenant_id AND e.contact_id = :contact_id

-- name: note_walk
UPDATE contact_erasures e SET walk = :walk::integer, walked = :walked::text[] WHERE e.tenant_id = :tenant_id AND e.contact_id = :contact_id

-- name: end_erasure
-- What told whom to look for goes last.
UPDATE contact_erasures e
   SET contact_ids = '{}', conversation_ids = '{}', phones = '{}', names = '{}', alias_kinds = '{}', alias_values = '{}', walked = '{}',
       finished_at = :at
 WHERE e.tenant_id = :tenant_id AND e.contact_id = :contact_id
