"""How many conversations are unread in each of several lists: as far as anybody reads, and for all the lists in one statement."""

from collections.abc import Iterator, Mapping
from typing import Final
from uuid import UUID

import msgspec

from curbe.inbox.rules import AWAKE, codes_of, priority_codes
from curbe.inbox.views import ConversationFilter
from curbe.infra import db

_PACKAGE: Final = "curbe.inbox"
COUNTED_TO: Final = 99  # what the title of a tab tells at most, too
LOOKED_AT: Final = (
    1000  # of a state, where a list is narrowed by what no index of unread conversations tells apart
)


class Unread(msgspec.Struct, frozen=True, kw_only=True):
    """How many conversations of a number or of a view are unread; ``more``: there may be more than ``count``."""

    id: UUID
    count: int
    more: bool


class _Counted(msgspec.Struct, frozen=True):
    id: UUID
    found: int
    cut: bool


_NUMBERS: Final = db.Query(_PACKAGE, "numbers_to_count", db.Id)
_COUNT: Final = db.Query(_PACKAGE, "count_unread", _Counted)


async def numbers(tx: db.Transaction, *, tenant_id: UUID) -> dict[UUID, ConversationFilter]:
    """Return the list of the open and waiting conversations of each of the tenant's numbers, by the ids of their connections."""
    rows = await _NUMBERS.all(tx, tenant_id=tenant_id)
    return {row.id: ConversationFilter(states=AWAKE, connection_id=row.id) for row in rows}


async def count(
    tx: db.Transaction, *, tenant_id: UUID, lists: Mapping[UUID, ConversationFilter]
) -> list[Unread]:
    """Return how many conversations are unread in each of these lists, in their order."""
    if not lists:
        return []
    asked = msgspec.json.encode(list(_rows(lists))).decode()
    rows = {row.id: row for row in await _COUNT.all(tx, tenant_id=tenant_id, lists=asked)}
    return [
        Unread(
            id=one,
            count=min(rows[one].found, COUNTED_TO),
            more=rows[one].cut or rows[one].found > COUNTED_TO,
        )
        for one in lists
    ]


def _rows(lists: Mapping[UUID, ConversationFilter]) -> Iterator[dict[str, object]]:
    for one, wanted in lists.items():
        of_a_number = wanted.holder_id and wanted.connection_id
        narrowed = wanted.team_id or wanted.label_ids or wanted.priorities or of_a_number
        for code in codes_of(wanted.states):
            yield {
                "id": one,
                "state_code": code,
                "holder_id": wanted.holder_id,
                "team_id": wanted.team_id,
                "connection_id": wanted.connection_id,
                "label_ids": list(dict.fromkeys(wanted.label_ids)),
                "priority_codes": priority_codes(wanted.priorities),
                "most": LOOKED_AT if narrowed else COUNTED_TO + 1,
            }
