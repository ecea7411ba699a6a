-- What people see of notices.

-- name: notice_page
-- Ids rise with time, so the key gives the order.
SELECT n.id, n.field, n.waba_id, c.phone_number_id, n.at, n.created_at AS received_at, n.payload::text AS payload
  FROM notices n
  LEFT JOIN channel_connections c ON c.tenant_id = n.tenant_id AND c.id = n.channel_connection_id
 WHERE n.tenant_id = :tenant_id
   AND (:after::uuid IS NULL OR n.id < :after::uuid)
   AND (:field::text IS NULL OR n.field = :field::text)
 ORDER BY n.id DESC
 LIMIT :most::integer

-- name: notice_by_id
SELECT n.id, n.field, n.waba_id, c.phone_number_id, n.at, n.created_at AS received_at, n.payload::text AS payload
  FROM notices n
  LEFT JOIN channel_connections c ON c.tenant_id = n.tenant_id AND c.id = n.channel_connection_id
 WHERE n.tenant_id = :tenant_id AND n.id = :id
