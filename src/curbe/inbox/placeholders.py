"""Files in the history of a WhatsApp Business app: Meta sends each apart from its message, which only has a placeholder for it.

Either may come first. Only the message surely says whose conversation it is in: with a file, Meta tells at most its sender, and for files
that the business sent not the person they went to. So a file is parked until its message is here. One whose message does not come within a
day becomes a message by itself, if it says whose conversation it belongs to.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
import structlog

from curbe.domain.notices import PastFile
from curbe.inbox import coexistence
from curbe.inbox.coexistence import Past, Row, Stored
from curbe.inbox.rules import ProviderKey
from curbe.infra.db import Query, Transaction

log: Final = structlog.get_logger(__name__)

_PACKAGE: Final = "curbe.inbox"
KEPT: Final = timedelta(days=1)  # for which a file is parked before it is given up
_FILE: Final = msgspec.json.Decoder(PastFile)


class FileTold(msgspec.Struct, frozen=True):
    """A file in the history of a connection's number."""

    tenant_id: UUID
    connection_id: UUID
    file: PastFile
    received_at: datetime  # when its webhook reached us

    @property
    def target(self) -> ProviderKey:
        """Return the message that has the placeholder for it."""
        return self.tenant_id, self.connection_id, self.file.provider_message_id


class _Found(msgspec.Struct, frozen=True):
    tenant_id: UUID
    id: UUID
    connection_id: UUID
    said: str
    received_at: datetime


class _Alone(msgspec.Struct, frozen=True):
    tenant_id: UUID
    connection_id: UUID
    said: str
    received_at: datetime


_PARK: Final = Query(_PACKAGE, "park_files")
_UNPARK_THESE: Final = Query(_PACKAGE, "unpark_these_files", _Found)
_UNPARK: Final = Query(_PACKAGE, "unpark_files", _Found)
_GIVE_UP: Final = Query(_PACKAGE, "give_up_files", _Alone)
_FILL: Final = Query(_PACKAGE, "fill_placeholders", Row)


async def fill(tx: Transaction, files: Sequence[FileTold], *, past: Sequence[Stored]) -> list[Stored]:
    """Put files into the messages that have a placeholder for them, and return these messages; files without one are parked.

    Args:
        tx: the batch's.
        files: those that came now.
        past: the new messages of the history; files may be parked for them.
    """
    await _park(tx, files)
    targets = {one.target for one in files} | {
        (one.tenant_id, one.connection_id, one.provider_message_id) for one in past
    }
    if not targets:
        return []
    rows = sorted(targets)
    found = await _UNPARK_THESE.all(
        tx,
        tenant_ids=[row[0] for row in rows],
        connection_ids=[row[1] for row in rows],
        provider_message_ids=[row[2] for row in rows],
    )
    return await _put(tx, found)


async def overdue(tx: Transaction, *, tenant_id: UUID, most: int) -> tuple[list[Stored], bool]:
    """Put up to ``most`` files of a tenant, still parked although their message is here, into those messages.

    Return the messages, and whether there may be more. ``tx`` is the batch role's.
    """
    missed = await _UNPARK.all(tx, tenant_id=tenant_id, most=most)
    return await _put(tx, missed), len(missed) == most


async def give_up(tx: Transaction, *, tenant_id: UUID, most: int) -> tuple[list[Stored], bool]:
    """Make messages of up to ``most`` files of a tenant whose own messages did not come in time; returns as ``overdue`` does."""
    given_up = await _GIVE_UP.all(tx, tenant_id=tenant_id, kept=KEPT, most=most)
    alone, nobodys = [], 0
    for row in given_up:
        message = _FILE.decode(row.said).message
        if message is None:
            nobodys += 1
        else:
            alone.append(Past(row.tenant_id, row.connection_id, message, row.received_at))
    if nobodys:
        log.info("past_files_of_nobody", count=nobodys, reason="kept whole in their notices")
    return await coexistence.store_past(tx, alone), len(given_up) == most


async def _park(tx: Transaction, files: Sequence[FileTold]) -> None:
    rows = [one for _, one in sorted({one.target: one for one in files}.items())]
    if rows:
        await _PARK.run(
            tx,
            tenant_ids=[row.tenant_id for row in rows],
            connection_ids=[row.connection_id for row in rows],
            provider_message_ids=[row.file.provider_message_id for row in rows],
            saids=[msgspec.json.encode(row.file).decode() for row in rows],
            received_ats=[row.received_at for row in rows],
        )


async def _put(tx: Transaction, found: Sequence[_Found]) -> list[Stored]:
    if not found:
        return []
    rows = sorted(found, key=lambda row: (row.tenant_id, row.id))
    files = [_FILE.decode(row.said) for row in rows]
    filled = await _FILL.all(
        tx,
        tenant_ids=[row.tenant_id for row in rows],
        ids=[row.id for row in rows],
        types=[file.type for file in files],
        texts=[file.text for file in files],
        payloads=[file.payload for file in files],
    )
    told = {row.id: row.received_at for row in rows}
    return [Stored(**msgspec.structs.asdict(one), received_at=told[one.id]) for one in filled]
