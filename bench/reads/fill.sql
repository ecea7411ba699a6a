-- An installation some years old. Ids and times are those that life would have given: messages lie on the disk in the order in which
-- they came, so a conversation's own are spread over the table.

-- step: tenants
INSERT INTO tenants (id, name)
SELECT uuidv7(interval '-2 years'), 'Negocio ' || n FROM generate_series(1, :tenants) AS n;

-- step: numbers
-- The largest tenant has four numbers, of which one is hardly used; everybody else has one.
CREATE UNLOGGED TABLE filled_tenants AS
SELECT row_number() OVER (ORDER BY id)::integer AS n, id FROM tenants;
INSERT INTO channel_connections
       (tenant_id, id, status, waba_id, phone_number_id, phone_number_e164, meta_app_id, access_token_enc)
SELECT t.id, uuidv7(interval '-2 years'), 'active', '2' || lpad(t.n::text, 14, '0'), '3' || i || lpad(t.n::text, 13, '0'),
       '+346' || i || lpad(t.n::text, 7, '0'), :meta_app_id, 'not needed here'
  FROM filled_tenants t, generate_series(1, CASE WHEN t.n = 1 THEN 4 ELSE 1 END) AS i;

-- step: colleagues
-- Thirty people work in the largest tenant, five in each other; teams and labels, five of each.
CREATE UNLOGGED TABLE filled_colleagues AS
SELECT t.id AS tenant_id, t.n AS tenant, i, CASE WHEN t.n = 1 THEN 30 ELSE 5 END AS many, gen_random_uuid() AS user_id
  FROM filled_tenants t, generate_series(0, CASE WHEN t.n = 1 THEN 29 ELSE 4 END) AS i;
CREATE INDEX ON filled_colleagues (tenant_id, i);
INSERT INTO users (id, email, name) SELECT user_id, 'agent-' || i || '@' || tenant || '.example.com', 'Agente ' || i FROM filled_colleagues;
INSERT INTO memberships (tenant_id, user_id, role, joined_at) SELECT tenant_id, user_id, 'agent', now() FROM filled_colleagues;
INSERT INTO teams (tenant_id, id, name) SELECT id, gen_random_uuid(), 'Equipo ' || i FROM filled_tenants, generate_series(0, 4) AS i;
INSERT INTO labels (tenant_id, id, name, color)
SELECT id, gen_random_uuid(), 'Etiqueta ' || i, '#2f9e44' FROM filled_tenants, generate_series(0, 4) AS i;

-- step: people
-- The first tenant has its :largest people, the others share the rest evenly. How long ago each last wrote: half within three months.
CREATE UNLOGGED TABLE filled_people AS
WITH numbers AS (
    SELECT t.n, array_agg(c.id ORDER BY c.phone_number_id) AS ids
      FROM filled_tenants t JOIN channel_connections c ON c.tenant_id = t.id GROUP BY t.n
), placed AS (
    SELECT p.n, CASE WHEN p.n <= :largest THEN 1 ELSE 2 + (p.n - :largest - 1) % (:tenants - 1) END AS tenant,
           power(random(), 2) * interval '365 days' AS ago
      FROM generate_series(1, :conversations) AS p (n)
)
SELECT p.n, t.id AS tenant_id,
       CASE WHEN p.tenant > 1 THEN k.ids[1] WHEN p.n % 2000 = 0 THEN k.ids[4] ELSE k.ids[1 + p.n % 3] END AS connection_id, uuidv7(-p.ago - interval '30 days') AS contact_id,
       uuidv7(-p.ago - interval '30 days') AS conversation_id, '346' || lpad(p.n::text, 8, '0') AS wa_id,
       date_trunc('second', now() - p.ago) AS last_at, random() AS chance
  FROM placed p JOIN filled_tenants t ON t.n = p.tenant JOIN numbers k ON k.n = p.tenant;
ALTER TABLE filled_people ADD PRIMARY KEY (n);
ANALYZE filled_people;

-- step: contacts
INSERT INTO contacts (tenant_id, id, name, name_at, wa_id, wa_id_at, created_at)
SELECT tenant_id, contact_id,
       (ARRAY['Lucía','Marc','João','Ana','José','Fátima','Iker','Núria','Pablo','Sofía','Mateo','Valentina'])[1 + n % 12] || ' '
       || (ARRAY['Romero','Vidal','Pereira','Núñez','García','Souza','Etxebarria','Puig','Iglesias','Rojas'])[1 + n / 12 % 10] || ' ' || n,
       last_at, wa_id, last_at, last_at - interval '30 days'
  FROM filled_people;
INSERT INTO contact_aliases (tenant_id, kind, value, contact_id, created_at)
SELECT tenant_id, 'phone', wa_id, contact_id, last_at - interval '30 days' FROM filled_people;

-- step: conversations
-- Two thirds are done with, a tenth has something unread, the rest is at work. Of those at work two thirds are somebody's; every tenth has a
-- team, every third a label.
INSERT INTO conversations (tenant_id, id, channel_connection_id, contact_id, external_thread_id, contact_e164, contact_wa_id, state,
                           assignee_id, team_id, unread_count, last_inbound_at, last_outbound_at, last_message_at, created_at, updated_at)
SELECT tenant_id, conversation_id, connection_id, contact_id, wa_id, '+' || wa_id, wa_id,
       (CASE WHEN chance < 0.20 THEN 'open' WHEN chance < 0.30 THEN 'waiting' WHEN chance < 0.32 THEN 'snoozed'
             WHEN chance < 0.99 THEN 'resolved' WHEN chance < 0.999 THEN 'archived' ELSE 'blocked' END)::conversation_state,
       CASE WHEN p.n % 3 > 0 THEN (SELECT u.user_id FROM filled_colleagues u WHERE u.tenant_id = p.tenant_id AND u.i = p.n % 30 % u.many) END,
       CASE WHEN p.n % 10 = 0 THEN (SELECT e.id FROM teams e WHERE e.tenant_id = p.tenant_id ORDER BY e.name OFFSET p.n / 10 % 5 LIMIT 1) END,
       CASE WHEN chance < 0.10 THEN 1 + n % 5 ELSE 0 END, last_at - n % 2 * interval '7 minutes',
       last_at - (1 - n % 2) * interval '7 minutes', last_at, last_at - interval '30 days', last_at
  FROM filled_people p;
INSERT INTO conversation_labels (tenant_id, conversation_id, label_id, state_code, last_message_at)
SELECT p.tenant_id, p.conversation_id,
       (SELECT l.id FROM labels l WHERE l.tenant_id = p.tenant_id ORDER BY l.name OFFSET p.n / 3 % 5 LIMIT 1), c.state_code, c.last_message_at
  FROM filled_people p JOIN conversations c ON c.tenant_id = p.tenant_id AND c.id = p.conversation_id
 WHERE p.n % 3 = 0;

-- step: sentences
CREATE UNLOGGED TABLE filled_sentences AS
SELECT s.n, string_agg(w.word, ' ' ORDER BY random()) AS sentence
  FROM generate_series(0, 4999) AS s (n),
       LATERAL (SELECT word FROM unnest(string_to_array(:words, ' ')) AS word
                 WHERE s.n IS NOT NULL ORDER BY random() LIMIT 3 + s.n % 12) w
 GROUP BY s.n;
ALTER TABLE filled_sentences ADD PRIMARY KEY (n);
ANALYZE filled_sentences;

-- step: messages
-- The :k-th message of everybody, seven minutes after the one before; they take turns.
INSERT INTO messages (tenant_id, id, channel_connection_id, conversation_id, direction, provider_message_id, type, text, payload, phase,
                      accepted_at, sent_at, delivered_at, read_at, created_at, stored_at, updated_at)
SELECT p.tenant_id, uuidv7(m.at - now()), p.connection_id, p.conversation_id,
       (CASE WHEN m.ours THEN 'outbound' ELSE 'inbound' END)::message_direction, m.wamid,
       CASE WHEN m.picture THEN 'image' ELSE 'text' END, m.text,
       CASE WHEN m.ours THEN jsonb_build_object('type', 'text', 'text', jsonb_build_object('body', m.text))
            WHEN m.picture THEN jsonb_build_object('from', p.wa_id, 'id', m.wamid, 'type', 'image', 'timestamp', extract(epoch FROM m.at)::bigint::text,
                                                   'image', jsonb_build_object('id', '1' || p.n, 'mime_type', 'image/jpeg', 'caption', m.text))
            ELSE jsonb_build_object('from', p.wa_id, 'id', m.wamid, 'type', 'text', 'timestamp', extract(epoch FROM m.at)::bigint::text,
                                    'text', jsonb_build_object('body', m.text)) END,
       CASE WHEN m.ours THEN 'sending'::outbox_phase END,
       CASE WHEN m.ours THEN m.at + interval '1 second' END, CASE WHEN m.ours THEN m.at + interval '2 seconds' END,
       CASE WHEN m.ours THEN m.at + interval '4 seconds' END, CASE WHEN m.ours AND p.n % 5 > 0 THEN m.at + interval '1 minute' END,
       m.at, m.at, m.at
  FROM :people p CROSS JOIN generate_series(:from_k, :to_k) AS k
  JOIN filled_sentences s ON s.n = (p.n * 7 + (k + 10000) * 131) % 5000,
       LATERAL (SELECT p.last_at - (:last_k - k) * interval '7 minutes' AS at, (p.n + k) % 2 = 1 AND k > 1 AS ours,
                       (p.n + k) % 34 = 0 AS picture, 'wamid.HBgLM' || md5(p.n || '/' || k) || 'FQIAEhgU' AS wamid,
                       s.sentence || CASE (p.n + k) % 4 WHEN 0 THEN ' pedido ' || (p.n * 13 + k) % 999983 ELSE '' END
                       || CASE WHEN (p.n * 10 + k) % 100003 = 7 THEN ' zarzuela' ELSE '' END AS text) m
 ORDER BY k, p.n;

-- step: files
-- What hangs on messages of people: a picture in thirty.
CREATE UNLOGGED TABLE filled_pictures AS
SELECT tenant_id, id, channel_connection_id, uuidv7() AS asset_id, created_at FROM messages WHERE type = 'image';
INSERT INTO media_assets (tenant_id, id, sha256, mime_type, sniffed, size, storage_key, width, height, thumbnail_key)
SELECT tenant_id, asset_id, sha256(asset_id::text::bytea), 'image/jpeg', true, 123456, tenant_id || '/' || asset_id, 1280, 960,
       tenant_id || '/' || asset_id || '.thumb.webp'
  FROM filled_pictures;
INSERT INTO message_media (tenant_id, message_id, channel_connection_id, state, asset_id, mime_type, created_at)
SELECT tenant_id, id, channel_connection_id, 'stored', asset_id, 'image/jpeg', created_at FROM filled_pictures;

-- step: annotations
-- In every fifth conversation colleagues left a note and a line of what was done.
INSERT INTO annotations (tenant_id, id, conversation_id, kind, author, body, created_at)
SELECT tenant_id, uuidv7(last_at - now()), conversation_id, 'note', 'user:' || contact_id, 'Llamar por la tarde, prefiere el teléfono.', last_at
  FROM filled_people WHERE n % 5 = 0;
INSERT INTO annotations (tenant_id, id, conversation_id, kind, author, activity, created_at)
SELECT tenant_id, uuidv7(last_at - now()), conversation_id, 'activity', 'user:' || contact_id, '{"type": "state", "state": "waiting", "from_state": "open", "snoozed_until": null}', last_at
  FROM filled_people WHERE n % 5 = 0;

-- step: reactions
INSERT INTO message_reactions (tenant_id, channel_connection_id, target_id, who, emoji, at, provider_message_id)
SELECT p.tenant_id, p.connection_id, 'wamid.HBgLM' || md5(p.n || '/8') || 'FQIAEhgU', 'contact', '👍', p.last_at, 'wamid.r' || p.n
  FROM filled_people p WHERE p.n % 10 = 1;

-- step: preferences
INSERT INTO marketing_preferences (tenant_id, id, contact_id, category, value, at, source)
SELECT tenant_id, uuidv7(), contact_id, 'marketing_messages', 'stop', last_at, 'user_preferences' FROM filled_people WHERE n % 20 = 0;
