"""Two months of the clinic's figures, as the nightly count keeps them: no picture waits two months for its data."""

import asyncio
import random  # noqa: TID251 - seeded: the same picture each time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from math import log
from typing import Any, Final

import asyncpg

from browser.screens.world import World
from browser.site import SPAIN
from curbe.infra.embedded import ensure_running

_DAYS: Final = 60
_SUNDAY: Final = 6
_SATURDAY: Final = 5
_BUSY: Final = (1.25, 1.1, 1.0, 1.05, 0.9, 0.35, 0.12)  # Monday to Sunday
_WRITTEN: Final = 118  # messages that people send on a usual day
_STEP: Final = 1.1  # of the histogram of times
# Templates of a usual day: name, category, how many, and on which weekday alone (None: each).
_TEMPLATES: Final = (
    ("recordatorio_cita", "utility", 46, None),
    ("resultado_listo", "utility", 11, None),
    ("codigo_acceso", "authentication", 19, None),
    ("revision_anual", "marketing", 240, 1),
)
_FAILURES: Final = (("recipient", 131026, 0.016), ("recipient", 130472, 0.004), ("recipient", 131049, 0.009))
_READ: Final = {"utility": 0.86, "authentication": 0.71, "marketing": 0.62, "": 0.93}

About = tuple[date, str, str, str, str]  # day, connection, category, template, sender
Rows = dict[str, list[tuple[Any, ...]]]


def past(world: World, campaigns: Sequence[str]) -> None:
    """Put the figures of the last two months where the reports read them; ``campaigns`` took turns in them."""
    data = world.site.installation.folder / "var/curbe"
    # In a thread of its own: in this one the browser's loop runs.
    with ensure_running(data) as server, ThreadPoolExecutor(1) as aside:
        aside.submit(asyncio.run, _keep(server.dsn, world, campaigns)).result()


async def _keep(dsn: str, world: World, campaigns: Sequence[str]) -> None:
    tenant = world.tenant.id
    status = world.site.ask("GET", f"/api/tenants/{tenant}/whatsapp/status")
    spain = next(one["id"] for one in status["connections"] if one["phone_number_id"] == SPAIN)
    today = world.site.now().date()
    connection = await asyncpg.connect(dsn)
    try:
        for n in range(1, _DAYS + 1):
            day = today - timedelta(days=n)
            campaign = f"campaign:{campaigns[day.isocalendar().week % len(campaigns)]}"
            for table, rows in _day(world, spain, day, campaign).items():
                # The product may have counted the day already: what a scene wrote is dated as it pleases.
                await connection.execute(
                    f"DELETE FROM {table} WHERE tenant_id = $1 AND day = $2", tenant, day
                )
                await connection.copy_records_to_table(table, records=[(tenant, *row) for row in rows])
    finally:
        await connection.close()


def _day(world: World, connection: str, day: date, campaign: str) -> Rows:
    chance = random.Random(day.toordinal())  # noqa: S311 - no secret
    growth = 1 + (day - date(2026, 10, 1)).days * 0.004
    load = _BUSY[day.weekday()] * growth * chance.uniform(0.88, 1.12)
    rows: Rows = {"report_messages": [], "report_times": [], "report_costs": [], "report_days": []}
    written = round(_WRITTEN * load)
    rows["report_messages"].append(
        (day, connection, "inbound", "text", "", "", "", "", "", 0, written, 0, 0, 0, 0, 0)
    )
    for sender, share in ((world.sara.id, 0.55), (world.tomas.id, 0.33)):
        answers = round(written * share)
        rows["report_messages"].append(_outbound(day, connection, answers, f"user:{sender}", chance=chance))
        rows["report_times"] += _waits(day, connection, f"user:{sender}", round(answers * 0.4), chance)
        rows["report_costs"].append(
            (day, connection, "service", "regular", "ES", "", "", f"user:{sender}", answers)
        )
    rows["report_times"] += _unanswered(day, connection, round(written * 0.03))
    for name, category, usual, weekday in _TEMPLATES:
        if day.weekday() == _SUNDAY or weekday not in {None, day.weekday()}:
            continue
        count = round(usual * (load if weekday is None else chance.uniform(0.8, 1.2)))
        sender = campaign if category == "marketing" else "system:notifications"
        about = (day, connection, category, name, sender)
        rows["report_messages"] += _template(about, count, chance)
        rows["report_costs"] += _charged(about, count, chance)
    rows["report_days"].append((day, "Europe/Madrid", world.site.now(), False, world.site.now()))
    return rows


def _outbound(
    day: date, connection: str, count: int, sender: str, *, chance: random.Random
) -> tuple[Any, ...]:
    read = round(count * _READ[""] * chance.uniform(0.96, 1.04))
    replied = round(count * chance.uniform(0.5, 0.6))
    return (
        day,
        connection,
        "outbound",
        "text",
        "service",
        "",
        "",
        sender,
        "",
        0,
        count,
        count,
        count,
        read,
        0,
        replied,
    )


def _template(about: About, count: int, chance: random.Random) -> Iterator[tuple[Any, ...]]:
    day, connection, category, name, sender = about
    row = (day, connection, "outbound", "template", category, name, "es", sender)
    failed = 0
    for kind, code, share in _FAILURES:
        if lost := round(count * share * chance.uniform(0.4, 1.6)):
            failed += lost
            yield (*row, kind, code, lost, 0, 0, 0, lost, 0)
    sent = count - failed
    delivered = round(sent * chance.uniform(0.965, 0.99))
    read = round(delivered * _READ[category] * chance.uniform(0.95, 1.05))
    replied = round(sent * (0.14 if category == "marketing" else 0.05) * chance.uniform(0.7, 1.3))
    yield (*row, "", 0, sent, sent, delivered, read, 0, replied)


def _charged(about: About, count: int, chance: random.Random) -> Iterator[tuple[Any, ...]]:
    day, connection, category, name, sender = about
    for country, share in (("ES", 0.91), ("PT", 0.05), ("FR", 0.04)):
        if messages := round(count * share * chance.uniform(0.9, 1.1)):
            yield (day, connection, category, "regular", country, name, "es", sender, messages)


def _waits(
    day: date, connection: str, sender: str, count: int, chance: random.Random
) -> Iterator[tuple[Any, ...]]:
    slow = 2.2 if day.weekday() >= _SATURDAY else 1.0
    for kind, typical, times in (("first_response", 240, count), ("resolution", 5_400, round(count * 0.7))):
        steps: dict[int, tuple[int, int]] = {}
        for _ in range(times):
            seconds = max(5, round(chance.lognormvariate(log(typical * slow), 0.8)))
            step = int(log(seconds) / log(_STEP))
            known, total = steps.get(step, (0, 0))
            steps[step] = (known + 1, total + seconds)
        for step, (number, total) in steps.items():
            yield (day, connection, kind, sender, step, number, total)


def _unanswered(day: date, connection: str, count: int) -> list[tuple[Any, ...]]:
    return [(day, connection, "unanswered", "", 0, count, 0)] if count else []
