"""Pages the lists of a desk in order of creation, and limits their length, as screens read them whole."""

from typing import Final
from uuid import UUID

import msgspec

from curbe.domain.errors import LimitReached
from curbe.domain.ids import FIRST_ID
from curbe.infra.db import Query, Transaction
from curbe.infra.pages import decode_cursor


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """How many of something a tenant may have, and what they are called."""

    most: int
    en: str
    es: str
    pt: str


class Kept(msgspec.Struct, frozen=True):
    """How many there are."""

    count: int


_WAYS_OUT: Final = {
    "en": "Delete what nobody needs any more.",
    "es": "Elimina lo que ya nadie necesite.",
    "pt": "Exclua o que ninguém mais precise.",
}


def place_in(cursor: str | None) -> UUID:
    """Return the id after which a page begins.

    Raises:
        InvalidRequest: no page gave out this cursor.
    """
    return FIRST_ID if cursor is None else decode_cursor(cursor, type=UUID)


async def require_room(tx: Transaction, kept: Query[Kept], room: Room, *, tenant_id: UUID) -> None:
    """Return quietly if a tenant may have one more.

    Raises:
        LimitReached: it has as many as allowed.
    """
    there = await kept.one(tx, tenant_id=tenant_id)
    if there is None or there.count < room.most:
        return
    words = {
        "en": f"There are {room.most} {room.en}, as many as there may be.",
        "es": f"Hay {room.most} {room.es}, el máximo que puede haber.",
        "pt": f"Há {room.most} {room.pt}, o máximo que pode haver.",
    }
    raise LimitReached(words["en"], fix=_WAYS_OUT["en"], extra={"words": words, "ways_out": _WAYS_OUT})
