-- Who waits for a turn in the outbox.

-- name: first_to_wait
-- Of each conversation in which somebody waits for their turn, from a place on, the first who does; and whether a claim that looked at them
-- would tell them to wait: where it would not, nobody is left who gives them their turn. Asked as the batch role, along the index.
SELECT f.tenant_id, f.conversation_id, f.message_id,
       NOT EXISTS (SELECT FROM outbox e
                    WHERE e.tenant_id = f.tenant_id AND e.conversation_id = f.conversation_id AND e.waits IS DISTINCT FROM 'turn'
                      AND (e.lease_expires_at IS NOT NULL
                           OR ((e.priority, e.position) < (f.priority, f.position) AND (e.waits IS NULL OR e.holds)))) AS forgotten
  FROM (SELECT DISTINCT ON (o.tenant_id, o.conversation_id) o.tenant_id, o.conversation_id, o.message_id, o.priority, o.position
          FROM outbox o
         WHERE o.waits = 'turn' AND (o.tenant_id, o.conversation_id) > (:after_tenant::uuid, :after_conversation::uuid)
         ORDER BY o.tenant_id, o.conversation_id, o.priority, o.position
         LIMIT :most) AS f
 ORDER BY f.tenant_id, f.conversation_id
