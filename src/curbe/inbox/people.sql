-- Contacts and the names by which providers know them.

-- name: lock_new_people
-- New people of a tenant are added by one transaction at a time, in one order for all: two appliers cannot make the same person twice.
SELECT count(pg_advisory_xact_lock(hashtextextended(t.id::text, 1))) AS locked
  FROM (SELECT id FROM unnest(:tenant_ids::uuid[]) AS id ORDER BY id) AS t
