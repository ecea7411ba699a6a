"""Storing an audience: who becomes a recipient, which rows are faults, and how many there are of each."""

from collections import Counter
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from curbe.campaigns.audience_rules import Candidate, ColumnMapping, Fault, present
from curbe.campaigns.audience_shapes import FaultCount, FaultRow, Taken
from curbe.infra.db import Query, Transaction

_PACKAGE: Final = "curbe.campaigns"
_BATCH: Final = 2_000  # rows of one statement
_SHOWN: Final = 100  # faults in an answer; all of them are in the file of failed rows
_ENCODER: Final = msgspec.json.Encoder()


class _Line(msgspec.Struct, frozen=True):
    line: int


_NOTE: Final = Query(_PACKAGE, "note_audience")
_ADD: Final = Query(_PACKAGE, "add_recipients", _Line)
_ADD_FAULTS: Final = Query(_PACKAGE, "add_faults")
_LET_IN: Final = Query(_PACKAGE, "let_in")


async def take(
    tx: Transaction,
    outcomes: Sequence[Candidate | Fault],
    *,
    tenant_id: UUID,
    campaign_id: UUID,
    audience_id: UUID,
    mapping: ColumnMapping | None = None,
) -> Taken:
    """Store recipients and faults in batches and return their counts. Each row ends as one of the two.

    A candidate who is in the campaign already becomes a fault, too.
    """
    faults = [one for one in outcomes if isinstance(one, Fault)]
    people = [one for one in outcomes if isinstance(one, Candidate)]
    taken = 0
    async with tx.by_key():
        for first in range(0, len(people), _BATCH):
            batch = people[first : first + _BATCH]
            added = await _add(
                tx, batch, tenant_id=tenant_id, campaign_id=campaign_id, audience_id=audience_id
            )
            taken += len(added)
            faults += [present(one) for one in batch if one.line not in added]
        faults.sort(key=lambda one: one.line)
        for first in range(0, len(faults), _BATCH):
            await _add_faults(
                tx, faults[first : first + _BATCH], tenant_id=tenant_id, audience_id=audience_id
            )
    reasons = Counter(one.reason for one in faults)
    duplicates = reasons.get("duplicate", 0)
    await _NOTE.run(
        tx,
        tenant_id=tenant_id,
        audience_id=audience_id,
        mapping=None if mapping is None else _ENCODER.encode(mapping).decode(),
        row_count=len(outcomes),
        taken_count=taken,
        invalid_count=len(faults) - duplicates,
        duplicate_count=duplicates,
    )
    return Taken(
        audience_id=audience_id,
        row_count=len(outcomes),
        taken_count=taken,
        invalid_count=len(faults) - duplicates,
        duplicate_count=duplicates,
        reasons=[FaultCount(reason, count) for reason, count in sorted(reasons.items())],
        faults=[
            FaultRow(audience_id, one.line, one.reason, one.detail, one.cells, one.about)
            for one in faults[:_SHOWN]
        ],
    )


async def _add(
    tx: Transaction, batch: Sequence[Candidate], *, tenant_id: UUID, campaign_id: UUID, audience_id: UUID
) -> set[int]:
    """Add those who are not in the campaign yet, and return the lines they came from; of two with the same number the first is added."""
    rows = await _ADD.all(
        tx,
        tenant_id=tenant_id,
        campaign_id=campaign_id,
        audience_id=audience_id,
        lines=[one.line for one in batch],
        phones=[one.phone for one in batch],
        zones=[one.zone for one in batch],
        own_zones=[one.own_zone for one in batch],
        countries=[one.country for one in batch],
        variables=[_ENCODER.encode(one.variables).decode() for one in batch],
    )
    return {row.line for row in rows}


async def _add_faults(tx: Transaction, rows: Sequence[Fault], *, tenant_id: UUID, audience_id: UUID) -> None:
    await _ADD_FAULTS.run(
        tx,
        tenant_id=tenant_id,
        audience_id=audience_id,
        lines=[one.line for one in rows],
        reasons=[one.reason for one in rows],
        abouts=[one.about for one in rows],
        details=[one.detail for one in rows],
        cells=[_ENCODER.encode(one.cells).decode() for one in rows],
        phones=[one.person and one.person.phone for one in rows],
        zones=[one.person and one.person.zone for one in rows],
        own_zones=[one.person is None or one.person.own_zone for one in rows],
        countries=[one.person and one.person.country for one in rows],
        variables=[one.person and _ENCODER.encode(one.person.variables).decode() for one in rows],
    )


async def let_in(tx: Transaction, *, tenant_id: UUID, campaign_id: UUID) -> None:
    """Make recipients of people whom an audience left out because another audience had them, now that the other one was removed.

    Where several audiences left somebody out, the one that was added first gets them.
    """
    await _LET_IN.run(tx, tenant_id=tenant_id, campaign_id=campaign_id)
