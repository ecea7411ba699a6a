-- Somebody erased from what a tenant's own systems told.

-- name: walk_told
-- The next events after a place, without those about somebody, whatever followed going with them; and the place of the last.
WITH ahead AS (
    SELECT e.id, regexp_replace(e.data::text, '(?<=[0-9])[ ().-]+(?=[0-9])', '', 'g') AS told
      FROM notification_events e
     WHERE e.tenant_id = :tenant_id AND e.id > :after::text
     ORDER BY e.id
     LIMIT :most
), gone AS (
    DELETE FROM notification_events e USING ahead a
     WHERE e.tenant_id = :tenant_id AND e.id = a.id
       AND EXISTS (SELECT FROM unnest(:names::text[]) AS name
                    WHERE strpos(a.told, name) > 0 OR strpos(a.id, name) > 0
                       OR EXISTS (SELECT FROM notifications n
                                   WHERE n.tenant_id = e.tenant_id AND n.event_id = e.id AND strpos(n.recipient, name) > 0))
)
SELECT a.id FROM ahead a ORDER BY a.id DESC LIMIT 1
