-- Contacts and the names by which providers know them.

-- name: find_aliases
-- in:  parallel arrays, one element per alias
-- out: one row per alias that is known; n counts from 1
SELECT u.n::integer AS n, a.contact_id
  FROM unnest(:tenant_ids::uuid[], :kinds::text[], :values::text[]) WITH ORDINALITY AS u (tenant_id, kind, value, n)
  JOIN contact_aliases a ON a.tenant_id = u.tenant_id AND a.kind = u.kind::alias_kind AND a.value = u.value

-- name: lock_new_people
-- New people of a tenant are added by one transaction at a time, in one order for all: two appliers cannot make the same person twice.
SELECT count(pg_advisory_xact_lock(hashtextextended(t.id::text, 1))) AS locked
  FROM (SELECT id FROM unnest(:tenant_ids::uuid[]) AS id ORDER BY id) AS t

-- name: insert_contacts
INSERT INTO contacts (tenant_id, id, name, name_at, username)
SELECT u.tenant_id, u.id, u.name, u.name_at, u.username
  FROM unnest(:tenant_ids::uuid[], :ids::uuid[], :names::text[], :name_ats::timestamptz[], :usernames::text[])
       AS u (tenant_id, id, name, name_at, username)

-- name: insert_aliases
INSERT INTO contact_aliases (tenant_id, kind, value, contact_id)
SELECT u.tenant_id, u.kind::alias_kind, u.value, u.contact_id
  FROM unnest(:tenant_ids::uuid[], :kinds::text[], :values::text[], :contact_ids::uuid[])
       AS u (tenant_id, kind, value, contact_id)
    ON CONFLICT (tenant_id, kind, value) DO NOTHING

-- name: rename_contacts
-- The latest name by the provider's clock wins, whatever order the messages arrive in; between equals the greater text.
UPDATE contacts c
   SET name = u.name, name_at = u.name_at, username = coalesce(u.username, c.username), updated_at = now()
  FROM unnest(:tenant_ids::uuid[], :ids::uuid[], :names::text[], :name_ats::timestamptz[], :usernames::text[])
       AS u (tenant_id, id, name, name_at, username)
 WHERE c.tenant_id = u.tenant_id AND c.id = u.id
   AND (c.name_at IS NULL OR (u.name_at, u.name) > (c.name_at, coalesce(c.name, '')))

-- name: find_conversations
SELECT u.n::integer AS n, c.id, c.contact_wa_id IS NOT NULL AS has_phone
  FROM unnest(:tenant_ids::uuid[], :connection_ids::uuid[], :contact_ids::uuid[])
       WITH ORDINALITY AS u (tenant_id, connection_id, contact_id, n)
  JOIN conversations c ON c.tenant_id = u.tenant_id AND c.channel_connection_id = u.connection_id
                      AND c.contact_id = u.contact_id

-- name: insert_conversations
INSERT INTO conversations (tenant_id, id, channel_connection_id, contact_id, external_thread_id, contact_e164, contact_wa_id)
SELECT u.tenant_id, u.id, u.connection_id, u.contact_id, u.thread_id, u.e164, u.wa_id
  FROM unnest(:tenant_ids::uuid[], :ids::uuid[], :connection_ids::uuid[], :contact_ids::uuid[], :thread_ids::text[],
              :e164s::text[], :wa_ids::text[])
       AS u (tenant_id, id, connection_id, contact_id, thread_id, e164, wa_id)
    ON CONFLICT (tenant_id, channel_connection_id, contact_id) DO NOTHING

-- name: learn_phones
-- Somebody known by a user id alone now wrote with their phone: from here on they are named and reached by it.
UPDATE conversations c
   SET external_thread_id = u.wa_id, contact_e164 = u.e164, contact_wa_id = u.wa_id, updated_at = now()
  FROM unnest(:tenant_ids::uuid[], :ids::uuid[], :e164s::text[], :wa_ids::text[]) AS u (tenant_id, id, e164, wa_id)
 WHERE c.tenant_id = u.tenant_id AND c.id = u.id AND c.contact_wa_id IS NULL
