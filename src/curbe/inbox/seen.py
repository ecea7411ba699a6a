"""How far a conversation was read: messages after the last one that somebody saw stay unread.

The person may write between the moment when a screen shows the conversation and the request that marks it as read. Nobody has seen such a
message, so it is neither counted as read here nor reported as read to the provider.
"""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

import msgspec

from curbe.domain.errors import InvalidRequest
from curbe.inbox.service import END, Place, message_place
from curbe.infra import db, jobs
from curbe.infra.jobs import NewJob

_PACKAGE: Final = "curbe.inbox"
READ_RECEIPT: Final = (
    "receipt.read"  # the job that tells the provider; its subject is the newest message that was read
)


class Seen(msgspec.Struct, frozen=True):
    """How far a conversation was seen: up to ``place``, with ``unseen`` messages of the person after it (at most those that are unread)."""

    place: Place
    unseen: int


class _Count(msgspec.Struct, frozen=True):
    count: int


EVERYTHING: Final = Seen(END, 0)
_WRITTEN_BEHIND: Final = db.Query(_PACKAGE, "written_behind", _Count)
_NEWEST_ARRIVALS: Final = db.Query(_PACKAGE, "newest_arrivals", db.Id)


async def seen(
    tx: db.Transaction, *, tenant_id: UUID, unread: Mapping[UUID, int], up_to: UUID | None
) -> dict[UUID, Seen]:
    """Return how far each conversation was seen.

    Args:
        tx: has locked the conversations.
        tenant_id: whose they are.
        unread: the conversations' ids, each with how many of its messages are unread.
        up_to: the last message that was seen; None: all were.

    Raises:
        InvalidRequest: a conversation has no such message.
    """
    if up_to is None:
        return dict.fromkeys(unread, EVERYTHING)
    return {known: await _seen_in(tx, tenant_id, known, up_to, most=most) for known, most in unread.items()}


async def _seen_in(
    tx: db.Transaction, tenant_id: UUID, conversation_id: UUID, up_to: UUID, *, most: int
) -> Seen:
    place = await message_place(tx, tenant_id=tenant_id, conversation_id=conversation_id, message_id=up_to)
    if place is None:
        raise InvalidRequest(
            "This conversation has no such message.",
            fix="Name the last of its messages that was seen.",
            field="seen_message_id",
        )
    behind = await _WRITTEN_BEHIND.one(
        tx,
        tenant_id=tenant_id,
        conversation_id=conversation_id,
        from_at=place.at,
        from_id=place.id,
        most=most,
    )
    return Seen(place, behind.count if behind else 0)


async def tell_persons(tx: db.Transaction, *, tenant_id: UUID, read: Mapping[UUID, Place]) -> None:
    """Ask for jobs that tell the persons that what they wrote was read, in each conversation up to a place (read receipts)."""
    if not read:
        return
    newest = await _NEWEST_ARRIVALS.all(
        tx,
        tenant_id=tenant_id,
        ids=list(read),
        up_to_ats=[place.at for place in read.values()],
        up_to_ids=[place.id for place in read.values()],
    )
    await jobs.defer(tx, [NewJob(tenant_id, READ_RECEIPT, row.id) for row in newest])
