"""What other features need of files: expect those of new messages, find one, attach one to a message."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from curbe.channels.cloudapi.media import attachment_in
from curbe.domain.errors import InvalidRequest, NotFound
from curbe.inbox.coexistence import Stored
from curbe.inbox.inbound_messages import Arrived
from curbe.inbox.shapes import MessageMedia, MessageRow
from curbe.infra import jobs
from curbe.infra.db import Transaction
from curbe.infra.jobs import NewJob
from curbe.media import store
from curbe.media.kinds import MediaKind, why_not
from curbe.media.shapes import Asset
from curbe.media.store import Expected

FETCH: Final = "media.fetch"  # the job that fetches a message's file; its subject is the message


async def expect(tx: Transaction, arrived: Sequence[Arrived]) -> list[MessageRow]:
    """Defer fetching the files of new messages, and return the rows of all the messages, with each file in it as pending.

    ``tx``: the batch role's transaction in which the messages were stored.
    """
    rows: list[MessageRow] = []
    expected: list[Expected] = []
    for new in arrived:
        row = new.row()
        file = attachment_in(row.payload, message_type=row.type)
        if file is not None:
            expected.append(Expected(row.tenant_id, row.id, row.connection_id, file, new.arrival.received_at))
            shown = MessageMedia(
                state="pending", mime_type=file.mime_type, filename=file.filename, voice=file.voice
            )
            row = msgspec.structs.replace(row, media=msgspec.json.encode(shown).decode())
        rows.append(row)
    await _ask_for(tx, expected)
    return rows


async def expect_beside(tx: Transaction, stored: Sequence[Stored]) -> None:
    """Defer fetching the files of messages that came from the WhatsApp Business app or from a number's history; like ``expect``."""
    expected = [
        Expected(one.tenant_id, one.id, one.connection_id, file, one.received_at)
        for one in stored
        if (file := attachment_in(one.payload, message_type=one.type)) is not None
    ]
    await _ask_for(tx, expected)


async def _ask_for(tx: Transaction, expected: Sequence[Expected]) -> None:
    if expected:
        await store.expect(tx, expected)
        await jobs.defer(tx, [NewJob(one.tenant_id, FETCH, one.message_id) for one in expected])


async def asset(tx: Transaction, *, tenant_id: UUID, media_id: UUID, field: str | None = None) -> Asset:
    """Return a file of the tenant's; ``field`` is blamed where there is none.

    Raises:
        NotFound: the tenant has no such file.
    """
    found = await store.find_asset(tx, tenant_id=tenant_id, asset_id=media_id)
    if found is None:
        raise NotFound(
            "This tenant has no such file.",
            fix="Upload it, or take an id from a message's media.",
            field=field,
        )
    return found


async def sendable(tx: Transaction, *, tenant_id: UUID, media_id: UUID, kind: MediaKind, field: str) -> Asset:
    """Return a file of the tenant's that WhatsApp accepts as ``kind``, and keep it as long as if it had been uploaded now.

    A file in a template's header or card is attached to no message; without this, retention would delete files that are sent every day.

    Raises:
        NotFound: the tenant has no such file.
        InvalidRequest: its type or size does not fit; the error names ``field``.
    """
    await store.want(tx, tenant_id=tenant_id, asset_id=media_id)
    found = await asset(tx, tenant_id=tenant_id, media_id=media_id, field=field)
    trouble = why_not(kind, mime_type=found.mime_type, size=found.size)
    if trouble is not None:
        raise InvalidRequest(trouble, fix="Send it as a document, or upload another file.", field=field)
    return found


async def attach(
    tx: Transaction,
    *,
    tenant_id: UUID,
    message_id: UUID,
    connection_id: UUID,
    media_id: UUID,
    filename: str | None = None,
    voice: bool = False,
) -> None:
    """Attach a file to an outbound message, in the transaction that queues it, so that the inbox shows it.

    Raises:
        NotFound: the tenant has no such file.
    """
    await asset(tx, tenant_id=tenant_id, media_id=media_id)
    await store.attach(
        tx,
        tenant_id=tenant_id,
        message_id=message_id,
        connection_id=connection_id,
        asset_id=media_id,
        filename=filename,
        voice=voice,
    )


async def fetch_again(tx: Transaction, *, tenant_id: UUID, message_id: UUID) -> None:
    """Fetch the failed file of a message again; Meta keeps it for seven days [cloud-api: media].

    Nothing happens if it is stored or still being fetched.

    Raises:
        NotFound: the tenant has no such message, or it has no file.
    """
    if await store.mark_pending(tx, tenant_id=tenant_id, message_id=message_id):
        await jobs.defer(tx, [NewJob(tenant_id, FETCH, message_id)])
    elif await store.state_of(tx, tenant_id=tenant_id, message_id=message_id) is None:
        raise NotFound("This tenant has no such message with a file.")
