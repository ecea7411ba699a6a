"""Curbe's own books as they lie in the database after a run, read by its owner past every role and policy."""

import asyncpg
import msgspec

from .bodies import count_items, digest


class StoredMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message at rest."""

    id: str
    tenant_id: str
    phone_number_id: str  # of its connection
    inbound: bool
    wamid: str | None
    text: str | None
    status: str | None
    person: str | None
    failed_by: str | None
    in_outbox: bool


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation and its counter."""

    tenant_id: str
    phone_number_id: str
    person: str | None
    unread: int


class Books(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the judge compares with the ledger."""

    messages: list[StoredMessage]
    conversations: list[Conversation]
    unrouted: list[bytes]  # the payloads that were set aside as nobody's
    set_aside_otherwise: list[bytes]  # the payloads that were set aside for another reason
    bodies: dict[str, int]  # digest of a stored webhook -> how often it is stored
    items: int  # in all stored webhooks
    counted: int  # items by outcome, summed
    parked: int
    events: list[tuple[str, str, str | None]]  # tenant, type, message


async def read_books(dsn: str) -> Books:
    """Return the books of one database."""
    connection = await asyncpg.connect(dsn)
    try:
        return await _read(connection)
    finally:
        await connection.close()


async def _read(connection: asyncpg.Connection) -> Books:
    bodies: dict[str, int] = {}
    items = 0
    for row in await connection.fetch("SELECT body FROM webhook_events"):
        key = digest(row["body"])
        bodies[key] = bodies.get(key, 0) + 1
        items += count_items(row["body"])
    aside = await connection.fetch("SELECT kind::text, payload FROM quarantine")
    events = await connection.fetch(
        "SELECT tenant_id::text, type, message_id::text FROM events ORDER BY xid, id"
    )
    return Books(
        messages=[StoredMessage(**dict(row)) for row in await connection.fetch(_MESSAGES)],
        conversations=[Conversation(**dict(row)) for row in await connection.fetch(_CONVERSATIONS)],
        unrouted=[row["payload"] for row in aside if row["kind"] == "unrouted"],
        set_aside_otherwise=[row["payload"] for row in aside if row["kind"] != "unrouted"],
        bodies=bodies,
        items=items,
        counted=int(
            await connection.fetchval("SELECT coalesce(sum(count), 0)::bigint FROM ingest_counts") or 0
        ),
        parked=int(await connection.fetchval("SELECT count(*) FROM parked_statuses") or 0),
        events=[(row["tenant_id"], row["type"], row["message_id"]) for row in events],
    )


async def unfinished(connection: asyncpg.Connection) -> tuple[int, int]:
    """Return how many webhooks are not applied yet and how many messages are not settled yet."""
    row = await connection.fetchrow(_UNFINISHED)
    assert row is not None
    return row["webhooks"], row["messages"]


_MESSAGES = """
SELECT m.id::text, m.tenant_id::text, c.phone_number_id, m.direction = 'inbound' AS inbound, m.provider_message_id AS wamid,
       m.text, m.status::text, v.contact_wa_id AS person, m.failed_by::text,
       EXISTS (SELECT FROM outbox o WHERE o.message_id = m.id) AS in_outbox
  FROM messages m
  JOIN channel_connections c ON c.tenant_id = m.tenant_id AND c.id = m.channel_connection_id
  JOIN conversations v ON v.tenant_id = m.tenant_id AND v.id = m.conversation_id"""

_CONVERSATIONS = """
SELECT v.tenant_id::text, c.phone_number_id, v.contact_wa_id AS person, v.unread_count AS unread
  FROM conversations v
  JOIN channel_connections c ON c.tenant_id = v.tenant_id AND c.id = v.channel_connection_id"""

_UNFINISHED = """
SELECT (SELECT count(*) FROM webhook_events w JOIN apply_lanes l ON l.lane = w.id % (SELECT count(*) FROM apply_lanes)
         WHERE (w.xid, w.id) > (l.xid, l.id)) AS webhooks,
       (SELECT count(*) FROM messages m WHERE m.status IN ('queued', 'sending')) + (SELECT count(*) FROM outbox) AS messages"""
