"""Rows for tests to begin with, inserted as the schema's owner: tenants, numbers, people, messages."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from curbe.infra.clock import utc_now

APP: Final = "100000000000001"
CALLBACK_KEY: Final = b"the key of these tests' callbacks"
# A whole second, as Meta's clock has no finer ones.
NOW: Final = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Number:
    """A connected number and whose it is."""

    tenant_id: UUID
    connection_id: UUID
    phone_number_id: str
    waba_id: str
    meta_app_id: str = APP


@dataclass(frozen=True, slots=True)
class Sent:
    """An outbound message at rest, and the conversation it belongs to."""

    number: Number
    id: UUID
    conversation_id: UUID
    provider_message_id: str | None


async def insert_tenant(owner: asyncpg.Connection, name: str = "Somebody") -> UUID:
    """Insert a tenant and return its id."""
    tenant_id = uuid7()
    await owner.execute("INSERT INTO tenants (id, name) VALUES ($1, $2)", tenant_id, name)
    return tenant_id


async def insert_number(
    owner: asyncpg.Connection,
    tenant_id: UUID | None = None,
    *,
    phone_number_id: str | None = None,
    waba_id: str | None = None,
    meta_app_id: str = APP,
    status: str = "active",
    attached_at: datetime | None = None,
) -> Number:
    """Insert a connected number, of a new tenant unless one is given. Ids not given are nobody else's."""
    n = next(_numbers)
    number = Number(
        tenant_id=tenant_id or await insert_tenant(owner),
        connection_id=uuid7(),
        phone_number_id=phone_number_id or f"3{n:014}",
        waba_id=waba_id or f"2{n:014}",
        meta_app_id=meta_app_id,
    )
    await owner.execute(
        """INSERT INTO channel_connections
               (tenant_id, id, status, waba_id, phone_number_id, meta_app_id, access_token_enc, attached_at)
           VALUES ($1, $2, $3::text::connection_status, $4, $5, $6, 'sealed',
                   coalesce($7, '-infinity'::timestamptz))""",
        number.tenant_id,
        number.connection_id,
        status,
        number.waba_id,
        number.phone_number_id,
        meta_app_id,
        attached_at,
    )
    return number


async def insert_conversation(
    owner: asyncpg.Connection,
    number: Number,
    *,
    wa_id: str = "34600000001",
    last_inbound_at: datetime | None = NOW,
) -> UUID:
    """Insert a person and their conversation with ``number``; return its id."""
    contact_id, conversation_id = uuid7(), uuid7()
    await owner.execute("INSERT INTO contacts (tenant_id, id) VALUES ($1, $2)", number.tenant_id, contact_id)
    await owner.execute(
        "INSERT INTO contact_aliases (tenant_id, kind, value, contact_id) VALUES ($1, 'phone', $2, $3)",
        number.tenant_id,
        wa_id,
        contact_id,
    )
    await owner.execute(
        """INSERT INTO conversations (tenant_id, id, channel_connection_id, contact_id, external_thread_id,
                                      contact_e164, contact_wa_id, last_inbound_at, last_message_at)
           VALUES ($1, $2, $3, $4, $5, '+' || $5, $5, $6, $6)""",
        number.tenant_id,
        conversation_id,
        number.connection_id,
        contact_id,
        wa_id,
        last_inbound_at,
    )
    return conversation_id


async def insert_message(
    owner: asyncpg.Connection, number: Number, conversation_id: UUID, **columns: object
) -> UUID:
    """Insert a message with these columns, a text of this moment where they do not say otherwise; return its id."""
    values: dict[str, Any] = {
        "tenant_id": number.tenant_id,
        "id": uuid7(),
        "channel_connection_id": number.connection_id,
        "conversation_id": conversation_id,
        "type": "text",
        "payload": '{"type": "text", "text": {"body": "hola"}}',
        "created_at": utc_now(),
        **columns,
    }
    places = ", ".join(f"${place}" for place in range(1, len(values) + 1))
    await owner.execute(f"INSERT INTO messages ({', '.join(values)}) VALUES ({places})", *values.values())
    return values["id"]


async def insert_sent(
    owner: asyncpg.Connection,
    number: Number,
    *,
    conversation_id: UUID | None = None,
    provider_message_id: str | None = None,
    phase: str = "sending",
    accepted_at: datetime | None = None,
    attempt: int = 1,
) -> Sent:
    """Insert an outbound message, in a new conversation unless one is given."""
    n = next(_numbers)
    sent = Sent(
        number=number,
        id=uuid7(),
        conversation_id=conversation_id or await insert_conversation(owner, number, wa_id=f"346{n:08}"),
        provider_message_id=provider_message_id,
    )
    await owner.execute(
        """INSERT INTO messages (tenant_id, id, channel_connection_id, conversation_id, direction,
                                 provider_message_id, type, text, payload, phase, attempt, accepted_at,
                                 created_at)
           VALUES ($1, $2, $3, $4, 'outbound', $5, 'text', 'hola', '{"type": "text", "body": "hola"}',
                   $6::text::outbox_phase, $7, $8, $9)""",
        number.tenant_id,
        sent.id,
        number.connection_id,
        sent.conversation_id,
        provider_message_id,
        phase,
        attempt,
        accepted_at,
        NOW - timedelta(minutes=5),
    )
    return sent


async def insert_file(owner: asyncpg.Connection, sent: Sent) -> UUID:
    """Insert a file that hangs on a message, and return its id; its bytes are nowhere."""
    tenant_id, asset_id = sent.number.tenant_id, uuid7()
    digest = asset_id.bytes * 2
    key = f"{tenant_id}/{digest.hex()[:2]}/{digest.hex()}"
    await owner.execute(
        """INSERT INTO media_assets (tenant_id, id, sha256, mime_type, sniffed, size, storage_key, thumbnail_key)
           VALUES ($1, $2, $3, 'image/png', true, 1, $4, $4 || '.thumb.webp')""",
        tenant_id,
        asset_id,
        digest,
        key,
    )
    await owner.execute(
        """INSERT INTO message_media (tenant_id, message_id, channel_connection_id, state, asset_id)
           VALUES ($1, $2, $3, 'stored', $4)""",
        tenant_id,
        sent.id,
        sent.number.connection_id,
        asset_id,
    )
    return asset_id
