"""Applies in batches what Meta reports about accounts and numbers: finds the numbers each fact is about and pauses or resumes them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.connections.rules import ConnectionStatus
from curbe.connections.service import Change, tell
from curbe.connections.standing import Fact, Standing, after, is_told, judged
from curbe.domain.notices import HealthReported
from curbe.infra.db import Query, Transaction

_PACKAGE: Final = "curbe.connections"
_ACTOR: Final = "system:apply"


class HealthNews(msgspec.Struct, frozen=True):
    """A fact that Meta reported to a tenant, with the WABA it is about and the app whose secret signed the webhook."""

    tenant_id: UUID
    waba_id: str
    meta_app_id: str
    report: HealthReported


class _Row(msgspec.Struct, frozen=True):
    tenant_id: UUID
    id: UUID
    waba_id: str
    phone_number_id: str
    phone_number_e164: str | None
    meta_app_id: str
    status: ConnectionStatus
    health: str
    facts_at: datetime | None
    attached_at: datetime | None
    quality_rating: str | None
    throughput_level: str | None
    coexistence: bool
    messages_per_second: int
    messaging_limit: str | None
    display_name: str | None
    pause_reason: str | None
    pause_cause: str | None
    pause_until: datetime | None


_LOCK: Final = Query(_PACKAGE, "lock_told_connections", _Row)
_LOCK_ENDED: Final = Query(_PACKAGE, "lock_ended_pauses", _Row)
_WRITE: Final = Query(_PACKAGE, "write_standings")
_NOTE_HEARD: Final = Query(_PACKAGE, "note_heard")
_HEALTH: Final = msgspec.json.Decoder(dict[str, Fact])


async def apply(tx: Transaction, news: Sequence[HealthNews], *, now: datetime) -> int:
    """Apply facts of any tenants, and return how many were about no connected number.

    Args:
        tx: a transaction of the batch role.
        news: the facts, in any order and with any repetitions.
        now: the moment for which it is decided whether a restriction is still in force.
    """
    if not news:
        return 0
    rows = await _LOCK.all(
        tx,
        tenant_ids=sorted({one.tenant_id for one in news}),
        waba_ids=sorted({one.waba_id for one in news}),
    )
    reached: set[int] = set()
    changes: list[tuple[_Row, Standing, Standing]] = []
    for row in rows:
        mine = [(n, one.report) for n, one in enumerate(news) if _is_about(one, row)]
        reached.update(n for n, _ in mine)
        before = _standing(row)
        now_standing = after(before, [report for _, report in mine], now=now)
        if now_standing != before:
            changes.append((row, before, now_standing))
    await _write(tx, changes)
    return len(news) - len(reached)


async def lift_ended(tx: Transaction, *, now: datetime) -> int:
    """Let numbers send again whose restriction has expired by ``now``; return how many changed."""
    rows = await _LOCK_ENDED.all(tx, now=now)
    changes = [(row, before, judged(before, now=now)) for row in rows for before in [_standing(row)]]
    changed = [change for change in changes if change[1] != change[2]]
    await _write(tx, changed)
    return len(changed)


async def note_heard(tx: Transaction, heard: Mapping[tuple[UUID, UUID], datetime]) -> None:
    """Store when Meta last sent something about these numbers, named as (tenant, connection); ``tx``: a transaction of the batch role."""
    rows = sorted(heard.items())
    await _NOTE_HEARD.run(
        tx,
        tenant_ids=[tenant_id for (tenant_id, _), _ in rows],
        ids=[connection_id for (_, connection_id), _ in rows],
        ats=[at for _, at in rows],
    )


async def _write(tx: Transaction, changes: Sequence[tuple[_Row, Standing, Standing]]) -> None:
    if not changes:
        return
    standings = [standing for _, _, standing in changes]
    await _WRITE.run(
        tx,
        tenant_ids=[row.tenant_id for row, _, _ in changes],
        ids=[row.id for row, _, _ in changes],
        healths=[msgspec.json.encode(one.health).decode() for one in standings],
        statuses=[one.status.value for one in standings],
        quality_ratings=[one.quality_rating for one in standings],
        throughput_levels=[one.throughput_level for one in standings],
        paces=[one.messages_per_second for one in standings],
        messaging_limits=[one.messaging_limit for one in standings],
        display_names=[one.display_name for one in standings],
        pause_reasons=[one.pause_reason for one in standings],
        pause_causes=[one.pause_cause for one in standings],
        pause_untils=[one.pause_until for one in standings],
    )
    await tell(
        tx,
        [
            Change(
                tenant_id=row.tenant_id,
                connection_id=row.id,
                status=standing.status,
                action=_action(before, standing),
                actor=_ACTOR,
            )
            for row, before, standing in changes
            if is_told(before, standing)
        ],
    )


def _action(before: Standing, standing: Standing) -> str | None:
    if before.status is standing.status:
        return None
    return "connection.paused" if standing.status is ConnectionStatus.ERROR else "connection.resumed"


def _is_about(one: HealthNews, row: _Row) -> bool:
    """Tell whether a fact is about this number; facts from before the tenant had the number are not."""
    report = one.report
    shown = report.display_phone_number
    return (
        (one.tenant_id, one.waba_id, one.meta_app_id) == (row.tenant_id, row.waba_id, row.meta_app_id)
        and report.phone_number_id in {None, row.phone_number_id}
        and (shown is None or shown == (row.phone_number_e164 or "").removeprefix("+"))
        and report.app_id in {None, row.meta_app_id}
        and (row.attached_at is None or report.at >= row.attached_at)
    )


def _standing(row: _Row) -> Standing:
    return Standing(
        status=row.status,
        health=_HEALTH.decode(row.health),
        facts_at=row.facts_at,
        quality_rating=row.quality_rating,
        throughput_level=row.throughput_level,
        coexistence=row.coexistence,
        messages_per_second=row.messages_per_second,
        messaging_limit=row.messaging_limit,
        display_name=row.display_name,
        pause_reason=row.pause_reason,
        pause_cause=row.pause_cause,
        pause_until=row.pause_until,
    )
