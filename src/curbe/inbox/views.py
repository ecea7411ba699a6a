"""Lists of conversations, page by page in each of their orders, and how many conversations there are in those that everybody watches."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec

from curbe.inbox.deeds import NOBODY
from curbe.inbox.rules import (
    AWAKE,
    PRIORITIES,
    ConversationState,
    ListOrder,
    Priority,
    codes_of,
    priority_codes,
)
from curbe.inbox.service import BEGINNING, END, Place, conversations_by_id
from curbe.inbox.shapes import Conversation, LiveConversation
from curbe.infra import db
from curbe.infra.pages import Moment

_PACKAGE: Final = "curbe.inbox"
COUNTED_TO: Final = 1000  # nobody reads a larger number, and counting further costs


class ConversationFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which conversations: those that meet all of it; None and nothing mean any.

    ``holder_id``: the user who has it, or ``NOBODY``. ``label_ids``: it has all of these. ``priorities``: it has one of these.
    """

    states: frozenset[ConversationState] = frozenset()
    holder_id: UUID | None = None
    team_id: UUID | None = None
    label_ids: tuple[UUID, ...] = ()
    priorities: frozenset[Priority] = frozenset()
    connection_id: UUID | None = None
    unread_only: bool = False


class ConversationPage(msgspec.Struct, frozen=True):
    """Conversations in the order asked for. ``following`` is where the next page goes on, None at the end."""

    items: list[Conversation]
    following: Place | None


class PriorityPlace(msgspec.Struct, frozen=True, array_like=True):
    """A place in a list that has the highest priority first, and within one the latest message; ``code`` is the database's number of it."""

    code: Annotated[int, msgspec.Meta(ge=0, lt=len(PRIORITIES))]
    at: Moment
    id: UUID


class PriorityPage(msgspec.Struct, frozen=True):
    """Conversations by priority. ``following`` is where the next page goes on, None at the end."""

    items: list[Conversation]
    following: PriorityPlace | None


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How many conversations that are open or waiting the asker has, nobody has, and there are; and the unread ones among them.

    Each is counted to ``capped_at``: at that number there may be more. An API key has none of its own.
    """

    mine: int
    unassigned: int
    all: int
    unread_mine: int
    unread_unassigned: int
    unread_all: int
    capped_at: int = COUNTED_TO


class _Key(msgspec.Struct, frozen=True):
    id: UUID
    last_message_at: datetime


class _Counted(msgspec.Struct, frozen=True):
    mine: int
    unassigned: int
    all: int
    unread_mine: int
    unread_unassigned: int
    unread_all: int


_LATEST: Final = db.Query(_PACKAGE, "conversations_latest", _Key)
_OLDEST: Final = db.Query(_PACKAGE, "conversations_oldest", _Key)
_LABELLED_LATEST: Final = db.Query(_PACKAGE, "labelled_latest", _Key)
_LABELLED_OLDEST: Final = db.Query(_PACKAGE, "labelled_oldest", _Key)
_LIVE: Final = db.Query(_PACKAGE, "live_conversations", LiveConversation)
_PRIORITISED_LATEST: Final = db.Query(_PACKAGE, "prioritised_latest", _Key)
_PRIORITISED_OLDEST: Final = db.Query(_PACKAGE, "prioritised_oldest", _Key)
_COUNT: Final = db.Query(_PACKAGE, "count_conversations", _Counted)

Sort = Literal["latest", "oldest"]


async def conversations(
    tx: db.Transaction,
    *,
    tenant_id: UUID,
    wanted: ConversationFilter,
    after: Place | None,
    limit: int,
    sort: Sort = "latest",
) -> ConversationPage:
    """Return at most ``limit`` conversations of those ``wanted`` after a place.

    ``sort``: those with the latest message first, or those whose last message is the oldest.
    """
    start = after or (END if sort == "latest" else BEGINNING)
    keys = await _keys(tx, tenant_id, wanted, start=start, most=limit + 1, sort=sort)
    shown = keys[:limit]
    items = await conversations_by_id(tx, tenant_id=tenant_id, ids=[key.id for key in shown])
    following = Place(shown[-1].last_message_at, shown[-1].id) if len(keys) > limit else None
    return ConversationPage(items=items, following=following)


async def by_priority(
    tx: db.Transaction,
    *,
    tenant_id: UUID,
    wanted: ConversationFilter,
    after: PriorityPlace | None,
    limit: int,
) -> PriorityPage:
    """Return at most ``limit`` conversations of those ``wanted`` after a place, the highest priority first, the latest first in each.

    One statement for each priority until the page is full, so at most five: a list of its own each (docs/adr/0013-desk.md). One that
    becomes less pressing between two of them stands where it was found first.
    """
    found: dict[UUID, tuple[int, _Key]] = {}
    for code in sorted(priority_codes(wanted.priorities) or range(len(PRIORITIES)), reverse=True):
        if after is not None and code > after.code:
            continue
        begun = after is not None and code == after.code
        keys = await _keys(
            tx,
            tenant_id,
            msgspec.structs.replace(wanted, priorities=frozenset({PRIORITIES[code]})),
            start=Place(after.at, after.id) if after is not None and begun else END,
            most=limit + 1,
            sort="priority",
        )
        found |= {key.id: (code, key) for key in keys if key.id not in found}
        if len(found) > limit:
            break
    shown = list(found.values())[:limit]
    items = await conversations_by_id(tx, tenant_id=tenant_id, ids=[key.id for _, key in shown])
    if len(found) <= limit:
        return PriorityPage(items=items, following=None)
    code, last = shown[-1]
    return PriorityPage(items=items, following=PriorityPlace(code, last.last_message_at, last.id))


async def these(tx: db.Transaction, *, tenant_id: UUID, ids: Sequence[UUID]) -> list[Conversation]:
    """Return these conversations, once each and in this order; for one that was merged, the one it is part of."""
    live = {row.asked_id: row.id for row in await _LIVE.all(tx, tenant_id=tenant_id, ids=list(ids))}
    known = dict.fromkeys(live[one] for one in ids if one in live)
    return await conversations_by_id(tx, tenant_id=tenant_id, ids=list(known))


async def counts(tx: db.Transaction, *, tenant_id: UUID, user_id: UUID | None) -> Counts:
    """Return how many conversations are open or waiting for this user; for None, who is no user, none are theirs."""
    counted = await _COUNT.one(
        tx,
        tenant_id=tenant_id,
        user_id=user_id,
        nobody=NOBODY,
        state_codes=codes_of(AWAKE),
        most=COUNTED_TO,
    )
    if counted is None:
        raise LookupError("a count gives a row")
    return msgspec.convert(counted, Counts, from_attributes=True)


async def _keys(
    tx: db.Transaction,
    tenant_id: UUID,
    wanted: ConversationFilter,
    *,
    start: Place,
    most: int,
    sort: ListOrder,
) -> list[_Key]:
    """Return at most ``most`` of those wanted after a place. By priority, the latest first of the one that is wanted."""
    conditions: dict[str, object] = {
        "tenant_id": tenant_id,
        "state_codes": codes_of(wanted.states),
        "from_at": start.at,
        "from_id": start.id,
        "holder_id": wanted.holder_id,
        "team_id": wanted.team_id,
        "priority_codes": priority_codes(wanted.priorities),
        "connection_id": wanted.connection_id,
        "unread_only": wanted.unread_only,
        "most": most,
    }
    prioritised = wanted.priorities and Priority.NONE not in wanted.priorities
    if prioritised and (sort == "priority" or (sort == "latest" and not wanted.label_ids)):
        return await _PRIORITISED_LATEST.all(
            tx, **conditions, label_ids=list(dict.fromkeys(wanted.label_ids))
        )
    if wanted.label_ids:
        page = _LABELLED_OLDEST if sort == "oldest" else _LABELLED_LATEST
        label_id, *further = dict.fromkeys(wanted.label_ids)
        return await page.all(tx, **conditions, label_id=label_id, further_label_ids=further)
    if prioritised:
        return await _PRIORITISED_OLDEST.all(tx, **conditions)
    return await (_OLDEST if sort == "oldest" else _LATEST).all(tx, **conditions)
