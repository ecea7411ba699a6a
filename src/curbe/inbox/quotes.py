"""What messages quote: shown beside them, however far back it was said."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.inbox.rules import Direction
from curbe.inbox.shapes import Message, Quoted
from curbe.infra.db import Query, Transaction


class _Row(msgspec.Struct, frozen=True):
    connection_id: UUID
    provider_message_id: str
    id: UUID
    direction: Direction
    type: str
    text: str | None
    sender: str | None
    revoked_at: datetime | None
    created_at: datetime


_QUOTED: Final = Query("curbe.inbox", "quoted_by_name", _Row)


async def with_quotes(tx: Transaction, messages: Sequence[Message], *, tenant_id: UUID) -> list[Message]:
    """Return ``messages`` with what they quote, in one statement; a quote of what is not here has none."""
    names = sorted({(one.connection_id, one.reply_to) for one in messages if one.reply_to is not None})
    if not names:
        return list(messages)
    rows = await _QUOTED.all(
        tx,
        tenant_id=tenant_id,
        connection_ids=[connection_id for connection_id, _ in names],
        provider_message_ids=[name for _, name in names],
    )
    found = {(row.connection_id, row.provider_message_id): _quoted(row) for row in rows}
    return [
        msgspec.structs.replace(one, quoted=found.get((one.connection_id, one.reply_to)))
        if one.reply_to is not None
        else one
        for one in messages
    ]


async def said_at(
    tx: Transaction, *, tenant_id: UUID, connection_id: UUID, provider_message_id: str
) -> datetime | None:
    """Return when a message was said that goes by this name; None where it is not here."""
    rows = await _QUOTED.all(
        tx,
        tenant_id=tenant_id,
        connection_ids=[connection_id],
        provider_message_ids=[provider_message_id],
    )
    return rows[0].created_at if rows else None


def _quoted(row: _Row) -> Quoted:
    return Quoted(
        id=row.id,
        direction=row.direction,
        type=row.type,
        text=row.text,
        created_at=row.created_at,
        sender=row.sender,
        revoked_at=row.revoked_at,
    )
