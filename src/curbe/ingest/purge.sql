-- name: purge_notices
DELETE FROM notices n
 WHERE n.tenant_id = :tenant_id
   AND n.id IN (SELECT o.id FROM notices o WHERE o.tenant_id = :tenant_id AND o.created_at < :before LIMIT :most)

-- name: erase_notices
DELETE FROM notices n
 WHERE n.tenant_id = :tenant_id
   AND EXISTS (SELECT FROM unnest(:names::text[]) AS name WHERE strpos(n.payload::text, name) > 0)
RETURNING n.digest

-- name: erase_set_aside
-- What could not be applied of the tenant's numbers, where its bytes hold one of the names. Of a number that changed hands it is its present
-- owner's, from when they have it.
DELETE FROM quarantine q
 WHERE EXISTS (SELECT FROM channel_connections c
                WHERE c.tenant_id = :tenant_id AND c.phone_number_id = q.phone_number_id AND c.status IN ('active', 'error')
                  AND q.event_received_at >= c.attached_at)
   AND EXISTS (SELECT FROM unnest(:names::text[]) AS name WHERE position(convert_to(name, 'UTF8') IN q.payload) > 0)
