-- What a tenant's own systems told about somebody.

-- name: told_of
-- The next events after a place; of those about somebody, by the same marks as they are erased by, what was told. Not by their number without its
-- country code: the same digits are somebody else's in another country.
WITH ahead AS (
    SELECT e.id, e.event, e.data, e.received_at, tells_of(e.data::text, :names, '{}') AS told
      FROM notification_events e
     WHERE e.tenant_id = :tenant_id AND e.id > :after::text
     ORDER BY e.id
     LIMIT :most
)
SELECT a.id, a.event, a.received_at,
       CASE WHEN a.told
              OR EXISTS (SELECT FROM unnest(:names::text[]) AS name
                          WHERE strpos(a.id, name) > 0
                             OR EXISTS (SELECT FROM notifications n
                                         WHERE n.tenant_id = :tenant_id AND n.event_id = a.id AND strpos(n.recipient, name) > 0))
            THEN a.data::text END AS data
  FROM ahead a
 ORDER BY a.id
