"""The plots of one run: name of the file -> (what it shows, the SVG)."""

from collections.abc import Mapping

from bench import intake, ways
from bench.growth import Grown
from bench.number import GENERATOR, WEB, WORKER, Carried
from bench.report import svg
from bench.report.cells import median
from bench.report.of_apply import of_way
from bench.report.of_intake import of_server
from bench.results import Results
from bench.watch import POSTGRES

_NAMES = {
    intake.NO_OP: "no-op, nothing stored",
    intake.COMMIT_EACH: "an INSERT and commit a request",
    intake.GROUP_COMMIT: "bare group commit",
    intake.CURBE: "Curbe",
}
_PROCESSES = (WEB, WORKER, POSTGRES, "sandbox", "feeder", GENERATOR)


def plots(results: Results) -> Mapping[str, tuple[str, str]]:
    """Return every plot."""
    first = results.numbers[0]
    return {
        "intake.svg": ("Webhooks that one process takes", _intake(results)),
        "number.svg": ("One full number, second by second", _number(first)),
        "cores.svg": ("Where the processor time goes", _cores(results)),
        "apply.svg": ("Applying, by the size of the batch", _apply(results)),
        "growth.svg": ("Applying, by what is stored", _growth(results)),
    }


def _intake(results: Results) -> str:
    rows = [
        (
            _NAMES[server],
            median(of_server(results.intake, server), lambda one: one.saturated.per_second),
        )
        for server in intake.SERVERS
    ]
    if results.commits:
        rows.append(("pgbench, a row a commit", median(results.commits, lambda one: one.per_second)))
    rows.append(("pywa and SQLAlchemy", median(results.peers, lambda one: one.per_second)))
    return svg.bars("Single events, saturated", rows, unit="a second")


def _number(one: Carried) -> str:
    acks = one.seen.timeline
    series = {
        "ack p50": [(at, row[0] / 1000) for at, row in enumerate(acks)],
        "ack p99": [(at, row[1] / 1000) for at, row in enumerate(acks)],
        "oldest webhook not applied": [(at, second.lag * 1000) for at, second in enumerate(one.timeline)],
    }
    title = f"One full number for {one.seconds:.0f} s"
    return svg.lines(title, series, x="seconds", y="ms", log_y=True, floor=1.0)


def _cores(results: Results) -> str:
    rows = [
        (
            f"{one.numbers} full number{'s' if one.numbers > 1 else ''}",
            {name: one.cores[name] for name in _PROCESSES},
        )
        for one in results.numbers
    ]
    return svg.stacks("Whole numbers", rows, unit="cores")


def _apply(results: Results) -> str:
    series = {
        f"{tenants:,} tenant{'s' if tenants > 1 else ''}": [
            (float(batch), median(mine, lambda one: one.per_core))
            for batch in batches
            if (mine := of_way(results.apply, ways.found(batch=batch, tenants=tenants).name))
        ]
        for tenants, batches in ways.TENANTS.items()
    }
    return svg.lines(
        "Events applied a second and core",
        {name: points for name, points in series.items() if points},
        x="webhooks in a batch",
        y="events/s",
        log_x=True,
    )


def _growth(results: Results) -> str:
    fewest, most = results.growth[0].people, results.growth[-1].people
    many = {one.messages: one for one in results.growth}  # of each size the last, which has the most people
    series = {
        f"{fewest:,} people": [_price(one) for one in results.growth if one.people == fewest],
        f"up to {most:,} people": [_price(one) for one in many.values()],
    }
    return svg.lines("Applying one event", series, x="messages stored", y="us", log_x=True)


def _price(one: Grown) -> tuple[float, float]:
    return float(one.messages), one.applied.app_us + one.applied.postgres_us
