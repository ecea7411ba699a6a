-- Saved views: a person's own, and those shared with everybody of the tenant.

-- name: lock_saved_views
-- How many there are and in which order is decided by one at a time.
SELECT pg_advisory_xact_lock(hashtextextended(:tenant_id::uuid::text, 9))::text AS nothing

-- name: saved_views_of
-- Own ones first, each kind in its order.
SELECT v.id, v.user_id IS NULL AS shared, v.name, v.place, v.filter::text AS filter, v.created_at, v.updated_at
  FROM saved_views v
 WHERE v.tenant_id = :tenant_id AND (v.user_id = :user_id::uuid OR v.user_id IS NULL)
 ORDER BY v.user_id IS NULL, v.place, v.id

-- name: insert_saved_view
-- No row where the name is taken.
INSERT INTO saved_views AS v (tenant_id, id, user_id, name, place, filter)
VALUES (:tenant_id, :id, :user_id::uuid, :name, :place, :filter::jsonb)
    ON CONFLICT (tenant_id, user_id, lower(name)) DO NOTHING
RETURNING v.id, v.user_id IS NULL AS shared, v.name, v.place, v.filter::text AS filter, v.created_at, v.updated_at

-- name: change_saved_view
-- What is NULL stays as it is.
UPDATE saved_views v SET name = coalesce(:name, v.name), filter = coalesce(:filter::jsonb, v.filter), updated_at = now()
 WHERE v.tenant_id = :tenant_id AND v.id = :id
RETURNING v.id, v.user_id IS NULL AS shared, v.name, v.place, v.filter::text AS filter, v.created_at, v.updated_at

-- name: order_saved_views
UPDATE saved_views v SET place = u.nth - 1
  FROM unnest(:ids::uuid[]) WITH ORDINALITY AS u (id, nth)
 WHERE v.tenant_id = :tenant_id AND v.id = u.id AND v.place <> u.nth - 1

-- name: delete_saved_view
DELETE FROM saved_views v WHERE v.tenant_id = :tenant_id AND v.id = :id

-- name: named_by_views
-- Of the things that views name, those that there are, by where they are named.
SELECT 'label_ids' AS member, l.id FROM labels l WHERE l.tenant_id = :tenant_id AND l.id = ANY(:label_ids::uuid[])
UNION ALL
SELECT 'team_id', t.id FROM teams t WHERE t.tenant_id = :tenant_id AND t.id = ANY(:team_ids::uuid[])
UNION ALL
SELECT 'connection_id', c.id FROM channel_connections c WHERE c.tenant_id = :tenant_id AND c.id = ANY(:connection_ids::uuid[])
UNION ALL
SELECT 'assignee', m.user_id FROM memberships m WHERE m.tenant_id = :tenant_id AND m.user_id = ANY(:user_ids::uuid[])
