"""What people do that is no message and counts as writing to us all the same: they react, they call. It opens the window, nothing more."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

import msgspec

from curbe.domain.messages import Person
from curbe.inbox.aliases import encoded
from curbe.inbox.people import Sighting, place
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


class _Stored(msgspec.Struct, frozen=True):
    tenant_id: UUID
    connection_id: UUID
    provider_id: str


_INSERT: Final = Query("curbe.inbox", "insert_activity", _Stored)
_OPEN: Final = Query("curbe.inbox", "open_windows")


async def note(tx: Transaction, done: Sequence[Activity]) -> set[ProviderKey]:
    """Store a batch, open the windows it opens, and return the keys of what was new. A batch may meet several tenants and repeat itself."""
    batch = sorted({one.key: one for one in done}.items())
    if not batch:
        return set()
    activities = [one for _, one in batch]
    sightings = [Sighting(one.tenant_id, one.connection_id, one.person, one.at) for one in activities]
    places = await place(tx, sightings)
    stored = await _INSERT.all(
        tx,
        tenant_ids=[one.tenant_id for one in activities],
        connection_ids=[one.connection_id for one in activities],
        provider_ids=[one.provider_id for one in activities],
        conversation_ids=[where.conversation_id for where in places],
        kinds=[one.kind for one in activities],
        ats=[one.at for one in activities],
        opens_windows=[one.opens_window for one in activities],
        persons=[encoded(sighting.witness) for sighting in sightings],
    )
    new = {(row.tenant_id, row.connection_id, row.provider_id) for row in stored}
    opened: dict[tuple[UUID, UUID], datetime] = {}
    for one, where in zip(activities, places, strict=True):
        if one.opens_window and one.key in new:
            key = (one.tenant_id, where.conversation_id)
            opened[key] = max(opened.get(key, one.at), one.at)
    if opened:
        rows = sorted(opened.items())
        await _OPEN.run(
            tx,
            tenant_ids=[key[0] for key, _ in rows],
            ids=[key[1] for key, _ in rows],
            ats=[at for _, at in rows],
        )
    return new
