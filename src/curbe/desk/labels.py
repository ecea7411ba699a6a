"""Labels: what conversations are about."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from curbe.desk.lists import Kept, Room, require_room
from curbe.desk.rules import color as color_of
from curbe.desk.rules import words
from curbe.desk.told import none_such, taken, tell
from curbe.inbox.changes import take_label_off
from curbe.infra.db import Pool, Query, Transaction, UniqueViolation
from curbe.realtime.rules import EventType

_PACKAGE: Final = "curbe.desk"
_LONGEST_NAME: Final = 60
_ROOM: Final = Room(most=1000, en="labels", es="etiquetas", pt="etiquetas")
_AT_ONCE: Final = 1000  # conversations from which one transaction takes a label


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """A label; ``color`` is ``#`` and six hexadecimal digits."""

    id: UUID
    name: str
    color: str
    created_at: datetime


_PAGE: Final = Query(_PACKAGE, "labels_page", Label)
_KEPT: Final = Query(_PACKAGE, "labels_kept", Kept)
_INSERT: Final = Query(_PACKAGE, "insert_label", Label)
_CHANGE: Final = Query(_PACKAGE, "change_label", Label)
_DELETE: Final = Query(_PACKAGE, "delete_label")


async def page(tx: Transaction, *, tenant_id: UUID, after: UUID, limit: int) -> list[Label]:
    """Return at most ``limit`` labels that were made after that one, in the order of their making."""
    return await _PAGE.all(tx, tenant_id=tenant_id, after=after, most=limit)


async def create(tx: Transaction, *, tenant_id: UUID, name: str, color: str, actor: str) -> Label:
    """Make a label and return it.

    Raises:
        InvalidRequest: its name or colour will not do.
        LimitReached: there are as many as there may be.
        Conflict: another label has its name.
    """
    await require_room(tx, _KEPT, _ROOM, tenant_id=tenant_id)
    label = await _INSERT.one(
        tx,
        tenant_id=tenant_id,
        id=uuid7(),
        name=words(name, most=_LONGEST_NAME, field="name"),
        color=color_of(color),
    )
    if label is None:
        raise taken("label", field="name")
    await _tell(tx, tenant_id, label.id, label, actor=actor, deed="created")
    return label


async def change(
    tx: Transaction, *, tenant_id: UUID, label_id: UUID, name: str | None, color: str | None, actor: str
) -> Label:
    """Give a label another name or colour, each where it is not None, and return it.

    Raises:
        NotFound: the tenant has no such label.
        InvalidRequest: its name or colour will not do.
        Conflict: another label has its name.
    """
    try:
        label = await _CHANGE.one(
            tx,
            tenant_id=tenant_id,
            id=label_id,
            name=None if name is None else words(name, most=_LONGEST_NAME, field="name"),
            color=None if color is None else color_of(color),
        )
    except UniqueViolation:
        raise taken("label", field="name") from None
    if label is None:
        raise none_such("label")
    await _tell(tx, tenant_id, label_id, label, actor=actor, deed="changed")
    return label


async def delete(pool: Pool, *, tenant_id: UUID, label_id: UUID, actor: str) -> None:
    """Delete a label, also from the conversations that have it.

    It is removed from these first, in several transactions if there are many; after an interruption, call it again.

    Raises:
        NotFound: the tenant has no such label.
    """
    deleted = False
    while not deleted:
        async with pool.transaction(tenant_id) as tx:
            taken_off = await take_label_off(tx, tenant_id=tenant_id, label_id=label_id, most=_AT_ONCE)
            if deleted := taken_off < _AT_ONCE:
                await _delete(tx, tenant_id, label_id, actor=actor)


async def _delete(tx: Transaction, tenant_id: UUID, label_id: UUID, *, actor: str) -> None:
    if not await _DELETE.run(tx, tenant_id=tenant_id, id=label_id):
        raise none_such("label")
    await _tell(tx, tenant_id, label_id, None, actor=actor, deed="deleted")


async def _tell(
    tx: Transaction, tenant_id: UUID, label_id: UUID, now: Label | None, *, actor: str, deed: str
) -> None:
    await tell(
        tx,
        EventType.LABELS_CHANGED,
        tenant_id=tenant_id,
        actor=actor,
        deed=deed,
        thing="label",
        thing_id=label_id,
        now=now,
    )
