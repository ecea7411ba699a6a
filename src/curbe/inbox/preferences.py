"""Who wants marketing messages and who does not: every word of theirs is kept, the latest by the provider's clock counts."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from curbe.domain.notices import PreferenceStated
from curbe.inbox.people import Sighting, place
from curbe.infra.db import Query, Transaction
from curbe.realtime import service as realtime
from curbe.realtime.rules import EventType
from curbe.realtime.service import Event


class Stated(msgspec.Struct, frozen=True):
    """What a person said of messages from this number's tenant."""

    tenant_id: UUID
    connection_id: UUID
    preference: PreferenceStated


class Kept(msgspec.Struct, frozen=True):
    """What a person said that was new, and who they are."""

    tenant_id: UUID
    contact_id: UUID
    preference: PreferenceStated


class _New(msgspec.Struct, frozen=True):
    id: UUID


_INSERT: Final = Query("curbe.inbox", "insert_preferences", _New)


async def record(tx: Transaction, stated: Sequence[Stated]) -> list[Kept]:
    """Keep what people said, each once, tell their tenants, and return what of it is new."""
    if not stated:
        return []
    places = await place(
        tx,
        [
            Sighting(
                tenant_id=one.tenant_id,
                connection_id=one.connection_id,
                person=one.preference.person,
                at=one.preference.at,
            )
            for one in stated
        ],
    )
    rows = [
        (uuid7(), where.contact_id, one.tenant_id, one.preference)
        for one, where in zip(stated, places, strict=True)
    ]
    new = await _INSERT.all(
        tx,
        ids=[row[0] for row in rows],
        contact_ids=[row[1] for row in rows],
        tenant_ids=[row[2] for row in rows],
        categories=[row[3].category for row in rows],
        values=[row[3].value for row in rows],
        details=[row[3].detail for row in rows],
        ats=[row[3].at for row in rows],
    )
    fresh = {row.id for row in new}
    await realtime.append(
        tx,
        [
            _changed(tenant_id, contact_id, preference)
            for row_id, contact_id, tenant_id, preference in rows
            if row_id in fresh
        ],
    )
    return [
        Kept(tenant_id, contact_id, preference)
        for row_id, contact_id, tenant_id, preference in rows
        if row_id in fresh
    ]


def _changed(tenant_id: UUID, contact_id: UUID, preference: PreferenceStated) -> Event:
    data = {
        "contact_id": contact_id,
        "category": preference.category,
        "value": preference.value,
        "at": preference.at,
    }
    return Event(
        tenant_id=tenant_id,
        type=EventType.PREFERENCE_CHANGED,
        data=msgspec.json.encode(data).decode(),
    )
