-- name: purge_notices
DELETE FROM notices n
 WHERE n.tenant_id = :tenant_id
   AND n.id IN (SELECT o.id FROM notices o WHERE o.tenant_id = :tenant_id AND o.created_at < :before LIMIT :most)
