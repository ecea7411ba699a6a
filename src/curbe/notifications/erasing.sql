-- Somebody erased from what a tenant's own systems told.

-- name: drop_waiting_for
-- At once: what waits for its time is sent no more. Nothing is being sent at this moment: whoever sends has the tenant's people beside others,
-- and we have them alone.
DELETE FROM notifications n
 USING (SELECT w.id
          FROM notifications w
          JOIN notification_events e ON e.tenant_id = w.tenant_id AND e.id = w.event_id
         WHERE w.tenant_id = :tenant_id AND w.state = 'waiting'
           AND (tells_of(e.data::text, :names, :at_home)
                OR EXISTS (SELECT FROM unnest(:names::text[]) AS name WHERE strpos(e.id, name) > 0))
       ) AS mine
 WHERE n.tenant_id = :tenant_id AND n.id = mine.id

-- name: walk_told
-- The next events after a place, without those about somebody, whatever followed going with them; and the place of the last.
WITH ahead AS (
    SELECT e.id, tells_of(e.data::text, :names, :at_home) AS told
      FROM notification_events e
     WHERE e.tenant_id = :tenant_id AND e.id > :after::text
     ORDER BY e.id
     LIMIT :most
), gone AS (
    DELETE FROM notification_events e USING ahead a
     WHERE e.tenant_id = :tenant_id AND e.id = a.id
       AND (a.told
            OR EXISTS (SELECT FROM unnest(:names::text[]) AS name
                        WHERE strpos(a.id, name) > 0
                           OR EXISTS (SELECT FROM notifications n
                                       WHERE n.tenant_id = e.tenant_id AND n.event_id = e.id AND strpos(n.recipient, name) > 0)))
)
SELECT a.id FROM ahead a ORDER BY a.id DESC LIMIT 1
