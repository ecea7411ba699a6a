-- What messages quote.

-- name: quoted_by_name
-- Messages by the provider's names for them. One that was taken back shows no words.
SELECT q.channel_connection_id AS connection_id, q.provider_message_id, q.id, q.direction, q.type,
       CASE WHEN q.revoked_at IS NULL THEN q.text END AS text, q.sender, q.revoked_at, q.created_at
  FROM unnest(:connection_ids::uuid[], :provider_message_ids::text[]) AS u (connection_id, provider_message_id)
  JOIN messages q ON q.tenant_id = :tenant_id AND q.channel_connection_id = u.connection_id
                 AND q.provider_message_id = u.provider_message_id
