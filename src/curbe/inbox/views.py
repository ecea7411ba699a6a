"""Lists of conversations, page by page in either order, and how many conversations there are in those that everybody watches."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

import msgspec

from curbe.inbox.deeds import NOBODY
from curbe.inbox.rules import AWAKE, ConversationState, Priority, codes_of, priority_codes
from curbe.inbox.service import BEGINNING, END, Place, conversations_by_id
from curbe.inbox.shapes import Conversation, LiveConversation
from curbe.infra import db

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
        "most": limit + 1,
    }
    if wanted.label_ids:
        page = _LABELLED_LATEST if sort == "latest" else _LABELLED_OLDEST
        label_id, *further = dict.fromkeys(wanted.label_ids)
        keys = await page.all(tx, **conditions, label_id=label_id, further_label_ids=further)
    elif wanted.priorities and Priority.NONE not in wanted.priorities:
        page = _PRIORITISED_LATEST if sort == "latest" else _PRIORITISED_OLDEST
        keys = await page.all(tx, **conditions)
    else:
        page = _LATEST if sort == "latest" else _OLDEST
        keys = await page.all(tx, **conditions)
    shown = keys[:limit]
    items = await conversations_by_id(tx, tenant_id=tenant_id, ids=[key.id for key in shown])
    following = Place(shown[-1].last_message_at, shown[-1].id) if len(keys) > limit else None
    return ConversationPage(items=items, following=following)


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
