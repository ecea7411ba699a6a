"""What people do that is no message and counts as writing to us all the same: they react, they call. It opens the window, nothing more."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

import msgspec

from curbe.domain.messages import Person
from curbe.inbox.aliases import encoded
from curbe.inbox.people import Place, Sighting
from curbe.inbox.rules import ProviderKey
from curbe.infra.db import Query, Transaction


class Activity(msgspec.Struct, frozen=True):
    """Something a person did on a connection, ``provider_id`` is the provider's name for it.

    ``opens_window``: Meta lets us answer for a day [Meta: sending messages, customer service windows].
    """

    tenant_id: UUID
    connection_id: UUID
    provider_id: str
    kind: Literal["reaction", "call"]
    person: Person
    at: datetime
    opens_window: bool

    @property
    def key(self) -> ProviderKey:
        """Return what tells it from all others."""
        return self.tenant_id, self.connection_id, self.provider_id

    @property
    def sighting(self) -> Sighting:
        """Return whom it shows."""
        return Sighting(self.tenant_id, self.connection_id, self.person, self.at)


class _Stored(msgspec.Struct, frozen=True):
    tenant_id: UUID
    connection_id: UUID
    provider_id: str


_INSERT: Final = Query("curbe.inbox", "insert_activity", _Stored)


def once_each(done: Sequence[Activity]) -> list[Activity]:
    """Return a batch without repetitions, in one order for all writers."""
    return [one for _, one in sorted({one.key: one for one in done}.items())]


async def insert(tx: Transaction, batch: Sequence[tuple[Activity, Place]]) -> list[tuple[Activity, Place]]:
    """Store a batch of any tenants, each once, and return what was new."""
    if not batch:
        return []
    done = [one for one, _ in batch]
    rows = await _INSERT.all(
        tx,
        tenant_ids=[one.tenant_id for one in done],
        connection_ids=[one.connection_id for one in done],
        provider_ids=[one.provider_id for one in done],
        conversation_ids=[where.conversation_id for _, where in batch],
        kinds=[one.kind for one in done],
        ats=[one.at for one in done],
        opens_windows=[one.opens_window for one in done],
        persons=[encoded(one.sighting.witness) for one in done],
    )
    new = {(row.tenant_id, row.connection_id, row.provider_id) for row in rows}
    return [(one, where) for one, where in batch if one.key in new]
