"""Saved views: filters of the inbox that are kept under a name, a person's own or shared with everybody of the tenant."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from curbe.desk.rules import ViewFilter, moved, named_in, spelled, words
from curbe.desk.told import none_such, taken, tell
from curbe.domain.access import Scope
from curbe.domain.errors import Forbidden, InvalidRequest, LimitReached
from curbe.inbox.deeds import NOBODY
from curbe.inbox.views import ConversationFilter
from curbe.infra.db import LockTaken, Query, Transaction, UniqueViolation
from curbe.realtime.rules import EventType

_PACKAGE: Final = "curbe.desk"
_CALLED: Final = "saved view"
_LONGEST_NAME: Final = 60
MOST: Final = 30  # per person, and shared per tenant; with more of them, setting filters would be quicker than finding a view


class SavedView(msgspec.Struct, frozen=True, kw_only=True):
    """A saved view, and its ``place`` among its owner's, or among the shared ones.

    ``gone``: ids in its filter that no longer exist; a view with one shows nothing.
    """

    id: UUID
    name: str
    shared: bool
    place: int
    filter: ViewFilter
    gone: list[UUID]
    created_at: datetime
    updated_at: datetime


class Keeper(msgspec.Struct, frozen=True, kw_only=True):
    """Whoever asks. ``user_id`` is None where they have no views of their own: an API key, or an operator who is no colleague."""

    user_id: UUID | None
    may_share: bool
    actor: str


class _Row(msgspec.Struct, frozen=True):
    id: UUID
    shared: bool
    name: str
    place: int
    filter: str
    created_at: datetime
    updated_at: datetime


class _Named(msgspec.Struct, frozen=True):
    member: str
    id: UUID


_LOCK: Final = Query(_PACKAGE, "lock_saved_views", LockTaken)
_ALL: Final = Query(_PACKAGE, "saved_views_of", _Row)
_INSERT: Final = Query(_PACKAGE, "insert_saved_view", _Row)
_CHANGE: Final = Query(_PACKAGE, "change_saved_view", _Row)
_ORDER: Final = Query(_PACKAGE, "order_saved_views")
_DELETE: Final = Query(_PACKAGE, "delete_saved_view")
_NAMED: Final = Query(_PACKAGE, "named_by_views", _Named)


async def views_of(tx: Transaction, *, tenant_id: UUID, user_id: UUID | None) -> list[SavedView]:
    """Return a user's own views and then the shared ones, each in their order; for None, who is no user, the shared ones."""
    rows = await _ALL.all(tx, tenant_id=tenant_id, user_id=user_id)
    return await _shown(tx, tenant_id, rows)


async def lists_of(
    tx: Transaction, *, tenant_id: UUID, user_id: UUID | None
) -> dict[UUID, ConversationFilter]:
    """Return the filters of a user's own views and of the shared ones, by the views' ids.

    For None, who is no user, views of "my" conversations are left out.
    """
    rows = await _ALL.all(tx, tenant_id=tenant_id, user_id=user_id)
    filters = {row.id: _decoded(row) for row in rows}
    return {
        view_id: ConversationFilter(
            states=frozenset(wanted.states),
            holder_id=_holder(wanted.assignee, user_id),
            team_id=wanted.team_id,
            label_ids=tuple(wanted.label_ids),
            priorities=frozenset(wanted.priorities),
            connection_id=wanted.connection_id,
        )
        for view_id, wanted in filters.items()
        if wanted.assignee != "me" or user_id is not None
    }


async def create(
    tx: Transaction, *, tenant_id: UUID, name: str, wanted: ViewFilter, shared: bool, keeper: Keeper
) -> SavedView:
    """Save a view at the end of its owner's, or of the shared ones, and return it.

    Raises:
        Forbidden: it is to be shared, and whoever asks may not.
        InvalidRequest: its name or filter will not do, or nobody's own it would be.
        LimitReached: there are as many as there may be.
        Conflict: another one has its name.
    """
    if shared:
        _require_sharing(keeper)
    elif keeper.user_id is None:
        raise InvalidRequest(
            "Only a colleague has views of their own.", fix="Send shared as true.", field="shared"
        )
    await _LOCK.one(tx, tenant_id=tenant_id)
    kept = await _ALL.all(tx, tenant_id=tenant_id, user_id=keeper.user_id)
    place = sum(one.shared == shared for one in kept)
    if place >= MOST:
        raise _no_room()
    await _require_known(tx, tenant_id, wanted)
    row = await _INSERT.one(
        tx,
        tenant_id=tenant_id,
        id=uuid7(),
        user_id=None if shared else keeper.user_id,
        name=words(name, most=_LONGEST_NAME, field="name"),
        place=place,
        filter=_encoded(wanted),
    )
    if row is None:
        raise taken(_CALLED, field="name")
    [view] = await _shown(tx, tenant_id, [row])
    await _tell(tx, tenant_id, view, actor=keeper.actor, deed="created")
    return view


async def change(
    tx: Transaction,
    *,
    tenant_id: UUID,
    view_id: UUID,
    name: str | None,
    wanted: ViewFilter | None,
    place: int | None,
    keeper: Keeper,
) -> SavedView:
    """Give a view another name, filter or place, each where it is not None, and return it.

    Raises:
        NotFound: whoever asks has no such view, and it is not shared.
        Forbidden: it is shared, and whoever asks may not change it.
        InvalidRequest: its name or filter will not do. What it named before may be gone.
        Conflict: another one has its name.
    """
    before, order = await _held(tx, tenant_id, view_id, keeper)
    if place is not None:
        await _ORDER.run(tx, tenant_id=tenant_id, ids=moved(order, view_id, place=place))
    if wanted is not None:
        await _require_known(tx, tenant_id, wanted, beyond=named_in(_decoded(before)))
    try:
        row = await _CHANGE.one(
            tx,
            tenant_id=tenant_id,
            id=view_id,
            name=None if name is None else words(name, most=_LONGEST_NAME, field="name"),
            filter=None if wanted is None else _encoded(wanted),
        )
    except UniqueViolation:
        raise taken(_CALLED, field="name") from None
    if row is None:
        raise none_such(_CALLED)
    [view] = await _shown(tx, tenant_id, [row])
    await _tell(tx, tenant_id, view, actor=keeper.actor, deed="changed")
    return view


async def delete(tx: Transaction, *, tenant_id: UUID, view_id: UUID, keeper: Keeper) -> None:
    """Delete a view; those after it move up.

    Raises:
        NotFound: whoever asks has no such view, and it is not shared.
        Forbidden: it is shared, and whoever asks may not delete it.
    """
    row, order = await _held(tx, tenant_id, view_id, keeper)
    await _DELETE.run(tx, tenant_id=tenant_id, id=view_id)
    await _ORDER.run(tx, tenant_id=tenant_id, ids=[one for one in order if one != view_id])
    [view] = await _shown(tx, tenant_id, [row])
    await _tell(tx, tenant_id, view, actor=keeper.actor, deed="deleted")


async def _held(tx: Transaction, tenant_id: UUID, view_id: UUID, keeper: Keeper) -> tuple[_Row, list[UUID]]:
    """Lock and return a view that the asker may change, and the order of the views it belongs to."""
    await _LOCK.one(tx, tenant_id=tenant_id)
    rows = await _ALL.all(tx, tenant_id=tenant_id, user_id=keeper.user_id)
    found = next((row for row in rows if row.id == view_id), None)
    if found is None:
        raise none_such(_CALLED)
    if found.shared:
        _require_sharing(keeper)
    return found, [row.id for row in rows if row.shared == found.shared]


def _require_sharing(keeper: Keeper) -> None:
    if not keeper.may_share:
        raise Forbidden(
            f"Views that are shared need the scope {Scope.DESK_WRITE}.",
            fix="Keep a view of your own, or ask a supervisor of this tenant.",
            extra={"scope": Scope.DESK_WRITE.value},
        )


def _no_room() -> LimitReached:
    told = {
        "en": f"There are {MOST} such views, as many as there may be.",
        "es": f"Hay {MOST} vistas así, tantas como puede haber.",
        "pt": f"Há {MOST} visualizações assim, tantas quantas pode haver.",
    }
    ways_out = {
        "en": "Delete one that nobody needs any more.",
        "es": "Elimina alguna que ya nadie necesite.",
        "pt": "Exclua alguma de que ninguém mais precise.",
    }
    return LimitReached(told["en"], fix=ways_out["en"], extra={"words": told, "ways_out": ways_out})


async def _require_known(
    tx: Transaction,
    tenant_id: UUID,
    wanted: ViewFilter,
    *,
    beyond: AbstractSet[tuple[str, UUID]] = frozenset(),
) -> None:
    """Refuse a filter with ids that the tenant does not have; ``beyond``: those it contained before, which are not checked."""
    known = await _known(tx, tenant_id, [wanted])
    if unknown := sorted(named_in(wanted) - known - beyond):
        member, _ = unknown[0]
        raise InvalidRequest(
            f"The tenant has nothing with the id in {member}.",
            fix="List what there is and take an id from there.",
            field=f"filter.{member}",
        )


async def _known(tx: Transaction, tenant_id: UUID, filters: Iterable[ViewFilter]) -> set[tuple[str, UUID]]:
    """Return which of the ids in these filters exist."""
    named = {one for wanted in filters for one in named_in(wanted)}
    if not named:
        return set()

    def ids(member: str) -> list[UUID]:
        return [thing for name, thing in named if name == member]

    rows = await _NAMED.all(
        tx,
        tenant_id=tenant_id,
        label_ids=ids("label_ids"),
        team_ids=ids("team_id"),
        connection_ids=ids("connection_id"),
        user_ids=ids("assignee"),
    )
    return {(row.member, row.id) for row in rows}


async def _shown(tx: Transaction, tenant_id: UUID, rows: Iterable[_Row]) -> list[SavedView]:
    filters = {row: _decoded(row) for row in rows}
    known = await _known(tx, tenant_id, filters.values())
    return [
        SavedView(
            id=row.id,
            name=row.name,
            shared=row.shared,
            place=row.place,
            filter=wanted,
            gone=sorted({thing for _, thing in named_in(wanted) - known}),
            created_at=row.created_at,
            updated_at=row.updated_at,
        )
        for row, wanted in filters.items()
    ]


def _holder(assignee: str | None, user_id: UUID | None) -> UUID | None:
    match assignee:
        case None:
            return None
        case "none":
            return NOBODY
        case "me":
            return user_id
        case _:
            return UUID(assignee)


def _decoded(row: _Row) -> ViewFilter:
    return msgspec.json.decode(row.filter, type=ViewFilter)


def _encoded(wanted: ViewFilter) -> str:
    return msgspec.json.encode(spelled(wanted)).decode()


async def _tell(tx: Transaction, tenant_id: UUID, view: SavedView, *, actor: str, deed: str) -> None:
    """Append the event and audit entry of a change to a shared view; a person's own views are private."""
    if view.shared:
        await tell(
            tx,
            EventType.SAVED_VIEWS_CHANGED,
            tenant_id=tenant_id,
            actor=actor,
            deed=deed,
            thing="saved_view",
            thing_id=view.id,
            now=None if deed == "deleted" else view,
        )
