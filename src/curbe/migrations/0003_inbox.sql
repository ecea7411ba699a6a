-- Contacts, conversations, messages. Written by curbe.inbox only.
CREATE TYPE alias_kind AS ENUM ('bsuid', 'parent_bsuid', 'phone');
CREATE TYPE conversation_state AS ENUM ('open', 'waiting', 'resolved', 'snoozed', 'archived', 'blocked');
CREATE TYPE message_direction AS ENUM ('inbound', 'outbound');
-- In the order of curbe.domain.status.MessageStatus; a test compares the two.
CREATE TYPE message_status AS ENUM (
    'queued', 'sending', 'unknown', 'accepted', 'sent', 'failed', 'delivered', 'read', 'played');
-- Where an outbound message stands before the provider said anything.
CREATE TYPE outbox_phase AS ENUM ('queued', 'sending', 'unknown');
CREATE TYPE verdict_source AS ENUM ('curbe', 'provider');

CREATE TABLE contacts (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    name text,
    name_at timestamptz,              -- the provider's time of the message that told us the name
    username text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
);
CALL guard_tenant_table('contacts');
CALL open_to_apply('contacts');
GRANT SELECT, INSERT, UPDATE ON contacts TO app_web, app_worker, app_apply;

-- How a person is named to us: a phone (digits, canonical form), a business-scoped user id, its parent. Phone may be absent.
CREATE TABLE contact_aliases (
    tenant_id uuid NOT NULL,
    kind alias_kind NOT NULL,
    value text NOT NULL CHECK (value <> ''),
    contact_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, kind, value),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id)
);
CREATE INDEX contact_aliases_by_contact ON contact_aliases (tenant_id, contact_id);
CALL guard_tenant_table('contact_aliases');
CALL open_to_apply('contact_aliases');
GRANT SELECT, INSERT, UPDATE ON contact_aliases TO app_web, app_worker, app_apply;

CREATE TABLE conversations (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    channel_connection_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    external_thread_id text NOT NULL, -- how the person was named when the conversation began: wa_id, else bsuid
    contact_e164 text,
    contact_wa_id text,
    state conversation_state NOT NULL DEFAULT 'open',
    unread_count integer NOT NULL DEFAULT 0 CHECK (unread_count >= 0),
    last_inbound_at timestamptz,
    last_outbound_at timestamptz,
    last_message_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    -- Numbers never mix: one conversation for each number and person.
    UNIQUE (tenant_id, channel_connection_id, contact_id),
    -- What a message points at, so that its number is its conversation's number by construction.
    UNIQUE (tenant_id, channel_connection_id, id),
    FOREIGN KEY (tenant_id, channel_connection_id) REFERENCES channel_connections (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id)
) WITH (fillfactor = 80);
CREATE INDEX conversations_by_recency ON conversations (tenant_id, last_message_at DESC, id DESC);
CREATE INDEX conversations_by_contact ON conversations (tenant_id, contact_id);
CALL guard_tenant_table('conversations');
CALL open_to_apply('conversations');
GRANT SELECT, INSERT, UPDATE ON conversations TO app_web, app_worker, app_apply;

CREATE TABLE messages (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    channel_connection_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    direction message_direction NOT NULL,
    provider_message_id text,
    type text NOT NULL,
    text text,
    payload jsonb NOT NULL,           -- inbound: Meta's object; outbound: the content in Meta's shape
    reply_to text,                    -- provider_message_id of the quoted message
    sender text,                      -- who asked us to send it: the API key's id
    -- Facts. They only accumulate, each at its earliest; status is derived from them, so no order of events can regress it.
    phase outbox_phase,
    attempt integer NOT NULL DEFAULT 0,
    accepted_at timestamptz,
    sent_at timestamptz,
    delivered_at timestamptz,
    read_at timestamptz,
    played_at timestamptz,
    failed_at timestamptz,
    failed_by verdict_source,
    failure_kind text,
    error_code integer,
    error text,
    provider_status text,             -- what the provider said beside "accepted": held_for_quality_assessment, paused
    pricing jsonb,
    status message_status GENERATED ALWAYS AS (
        CASE
            WHEN direction = 'inbound' THEN NULL
            WHEN played_at IS NOT NULL THEN 'played'::message_status
            WHEN read_at IS NOT NULL THEN 'read'::message_status
            WHEN delivered_at IS NOT NULL THEN 'delivered'::message_status
            -- Our own verdict yields to any evidence that the provider took it; the provider's own only to a delivery.
            WHEN failed_at IS NOT NULL AND (failed_by = 'provider' OR (accepted_at IS NULL AND sent_at IS NULL))
                THEN 'failed'::message_status
            WHEN sent_at IS NOT NULL THEN 'sent'::message_status
            WHEN accepted_at IS NOT NULL THEN 'accepted'::message_status
            WHEN phase = 'unknown' THEN 'unknown'::message_status
            WHEN phase = 'sending' THEN 'sending'::message_status
            ELSE 'queued'::message_status
        END) STORED,
    created_at timestamptz NOT NULL,  -- inbound: the provider's clock; outbound: when we were asked
    stored_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    -- One wamid may appear on two numbers of one's own, hence per connection [cloud-api: inbound messages].
    UNIQUE (tenant_id, channel_connection_id, provider_message_id),
    FOREIGN KEY (tenant_id, channel_connection_id, conversation_id)
        REFERENCES conversations (tenant_id, channel_connection_id, id),
    CHECK ((direction = 'outbound') = (phase IS NOT NULL)),
    CHECK (direction = 'outbound' OR provider_message_id IS NOT NULL),
    CHECK ((failed_at IS NULL) = (failed_by IS NULL)),
    CHECK (failed_at IS NULL OR failure_kind IS NOT NULL)
) WITH (fillfactor = 75);
CREATE INDEX messages_of_conversation ON messages (tenant_id, conversation_id, created_at DESC, id DESC);
CALL guard_tenant_table('messages');
CALL open_to_apply('messages');
GRANT SELECT, INSERT, UPDATE ON messages TO app_web, app_worker, app_apply;

-- Even raw SQL cannot make a message forget what was known of it.
CREATE FUNCTION refuse_forgetting() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'message % would forget what is known of it', OLD.id
        USING ERRCODE = 'check_violation', HINT = 'Facts about a message accumulate; they are never taken back.';
END $$;
CREATE TRIGGER facts_only_accumulate BEFORE UPDATE ON messages FOR EACH ROW
WHEN ((OLD.accepted_at IS NOT NULL AND NEW.accepted_at IS NULL)
   OR (OLD.sent_at IS NOT NULL AND NEW.sent_at IS NULL)
   OR (OLD.delivered_at IS NOT NULL AND NEW.delivered_at IS NULL)
   OR (OLD.read_at IS NOT NULL AND NEW.read_at IS NULL)
   OR (OLD.played_at IS NOT NULL AND NEW.played_at IS NULL)
   OR (OLD.failed_at IS NOT NULL AND NEW.failed_at IS NULL)
   OR (OLD.failed_by = 'provider' AND NEW.failed_by = 'curbe')
   OR (OLD.provider_message_id IS NOT NULL AND NEW.provider_message_id IS DISTINCT FROM OLD.provider_message_id))
EXECUTE FUNCTION refuse_forgetting();

-- Statuses that came before their message could be found by its provider_message_id.
CREATE TABLE parked_statuses (
    tenant_id uuid NOT NULL,
    channel_connection_id uuid NOT NULL,
    provider_message_id text NOT NULL,
    status message_status NOT NULL,
    at timestamptz NOT NULL,
    failure_kind text,
    error_code integer,
    error text,
    pricing jsonb,
    parked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, channel_connection_id, provider_message_id, status),
    FOREIGN KEY (tenant_id, channel_connection_id) REFERENCES channel_connections (tenant_id, id)
);
CALL guard_tenant_table('parked_statuses');
CALL open_to_apply('parked_statuses');
GRANT SELECT, INSERT, UPDATE, DELETE ON parked_statuses TO app_worker, app_apply;
GRANT SELECT ON parked_statuses TO app_web;

-- What a provider told about an account or number beyond messages and statuses: kept as it came.
CREATE TABLE notices (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    channel_connection_id uuid,       -- NULL where it speaks of the WABA
    waba_id text,
    field text NOT NULL,
    digest bytea NOT NULL CHECK (length(digest) = 32), -- of the payload: the same notice is stored once
    payload jsonb NOT NULL,
    at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, digest),
    FOREIGN KEY (tenant_id, channel_connection_id) REFERENCES channel_connections (tenant_id, id)
);
CALL guard_tenant_table('notices');
CALL open_to_apply('notices');
GRANT SELECT ON notices TO app_web;
GRANT SELECT, INSERT ON notices TO app_apply;
