"""Leaves out what Meta delivers again about a person who was erased: applied, it would create that person anew.

An edit, a reaction or a status is left out whenever the message it is about was erased, because that message's id leads to the person.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from curbe.domain.messages import (
    Called,
    ItemIgnored,
    MessageAmended,
    MessageReceived,
    NoticeReceived,
    Reacted,
    StatusReported,
)
from curbe.domain.notices import Effect, MessageEchoed, PastFile, PastMessage
from curbe.inbox import tombstones
from curbe.inbox.tombstones import Name
from curbe.infra.db import Transaction
from curbe.ingest.rules import Connection, Item, Routed
from curbe.ingest.store import digest_of

REASON = "erased"  # the reason under which such items are counted as ignored

_Told = TypeVar("_Told", MessageReceived, MessageAmended, Reacted, StatusReported)
_Part = Effect | Called  # of a notice


async def leave_out(tx: Transaction, routed: Routed, *, connections: Sequence[Connection]) -> Routed:
    """Return a batch in which items about what was erased are among the ignored.

    Costs no statement where none of the owners has erased anybody lately.
    """
    if not any(one.has_tombstones for one in connections):
        return routed
    gone = await tombstones.buried(tx, _named_in(routed))
    if not gone:
        return routed
    ignored: list[tuple[Item, ItemIgnored]] = []
    return Routed(
        messages=_living(routed.messages, gone, ignored),
        amendments=_living(routed.amendments, gone, ignored),
        reactions=_living(routed.reactions, gone, ignored),
        statuses=_living(routed.statuses, gone, ignored),
        notices=_living_notices(routed.notices, gone, ignored),
        ignored=[*routed.ignored, *ignored],
        set_aside=routed.set_aside,
    )


async def gone_in(tx: Transaction, parts: Iterable[tuple[_Part, Connection]]) -> set[Name]:
    """Return which of the messages and calls that these parts of notices name were erased.

    The notice itself may be new although a part of it is not: several notices can tell of the same message. Costs no statement where none
    of the owners has erased anybody lately.
    """
    asked = [name for part, owner in parts if owner.has_tombstones for name in _names(part, owner)]
    return await tombstones.buried(tx, asked) if asked else set()


def is_gone(part: _Part, owner: Connection, gone: set[Name]) -> bool:
    """Tell whether a part of a notice is a message or call that was erased, or is about one."""
    return bool(gone) and not gone.isdisjoint(_names(part, owner))


def _named_in(routed: Routed) -> Iterator[Name]:
    told = (*routed.messages, *routed.amendments, *routed.reactions, *routed.statuses)
    yield from (name for _, what, owner in told if owner.has_tombstones for name in _names(what, owner))
    for item, notice, owners in routed.notices:
        yield from (_name(item, notice, owner) for owner in owners if owner.has_tombstones)


def _names(what: MessageReceived | StatusReported | _Part, owner: Connection) -> list[Name]:
    match what:
        case MessageAmended() | Reacted():
            names = [what.provider_message_id, what.target]
        case MessageReceived() | StatusReported() | MessageEchoed() | PastMessage() | PastFile():
            names = [what.provider_message_id]
        case Called():
            names = [what.provider_id]
        case _:  # numbers, templates, people's names and preferences: only the notice as a whole can have been erased
            names = []
    return [(owner.tenant_id, name) for name in names]


def _name(item: Item, notice: NoticeReceived, owner: Connection) -> Name:
    return owner.tenant_id, digest_of(notice, item.received_at).hex()


def _living(
    told: Sequence[tuple[Item, _Told, Connection]], gone: set[Name], ignored: list[tuple[Item, ItemIgnored]]
) -> list[tuple[Item, _Told, Connection]]:
    living: list[tuple[Item, _Told, Connection]] = []
    for item, what, owner in told:
        if gone.isdisjoint(_names(what, owner)):
            living.append((item, what, owner))
        else:
            ignored.append((item, ItemIgnored(REASON)))
    return living


def _living_notices(
    told: Sequence[tuple[Item, NoticeReceived, list[Connection]]],
    gone: set[Name],
    ignored: list[tuple[Item, ItemIgnored]],
) -> list[tuple[Item, NoticeReceived, list[Connection]]]:
    """Return notices without the owners who erased what is in them; a notice may have several, and each erases its own people."""
    living: list[tuple[Item, NoticeReceived, list[Connection]]] = []
    for item, notice, owners in told:
        left = [owner for owner in owners if _name(item, notice, owner) not in gone]
        if left:
            living.append((item, notice, left))
        else:
            ignored.append((item, ItemIgnored(REASON)))
    return living
