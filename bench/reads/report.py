"""The table of one run."""

from collections.abc import Sequence

import msgspec

from bench.machine import Machine
from bench.reads.asked import Told
from bench.reads.filled import Size
from bench.reads.questions import KINDS, Kind


class Cost(msgspec.Struct, frozen=True):
    """Processor time, in milliseconds: what an answer takes however busy the machine is."""

    app: float
    postgres: float

    def told(self) -> str:
        """Return it in words."""
        return f"{self.app:.1f} + {self.postgres:.1f}"


class Results(msgspec.Struct, frozen=True):
    """Everything one run measured."""

    date: str
    machine: Machine
    load: float  # of the machine when the asking began
    size: Size
    on_disk: int  # bytes
    rate: float
    clients: int
    alone: list[Told]
    together: list[Told]
    costs: dict[str, Cost]  # of one answer, by its kind
    together_cost: Cost  # of one answer of the mix


def markdown(results: Results) -> str:
    """Return the report as Markdown."""
    measured = f"Measured on {results.date}: {results.machine.sentence()}; load {results.load:.1f}."
    return "\n".join([measured, *answers(results)])


def answers(results: Results) -> list[str]:
    """Return the table of answers, and what it is of."""
    return [
        _told(results),
        "",
        _head(results),
        "| --- | --- | --- | --- | --- | --- | --- |",
        *(_row(kind, results) for kind in KINDS),
        "",
        f"An answer of the mix took {results.together_cost.told()} ms of processor time (web + PostgreSQL).",
    ]


def _head(results: Results) -> str:
    together = f"{results.rate:.0f}/s over {results.clients} clients"
    return f"| p50 / p95 / p99 ms of | one client | {together} | processor, web + PostgreSQL | KiB | p95: aim, must | reached |"


def _told(results: Results) -> str:
    size = results.size
    return (
        f"{size.conversations:,} conversations and {size.messages:,} messages of {size.tenants:,} tenants, the largest with "
        f"{size.largest:,} conversations; {results.on_disk / 2**30:.1f} GiB on the disk. Half of the questions are the largest tenant's."
    )


def _row(kind: Kind, results: Results) -> str:
    alone = [told for told in results.alone if told.kind == kind.name]
    together = [told for told in results.together if told.kind == kind.name]
    worst = max(_at(alone, 0.95), _at(together, 0.95))
    reached = "yes" if worst <= kind.aim.aim else "what must be" if worst <= kind.aim.must else "**no**"
    size = sum(told.size for told in together) / len(together) / 1024
    cost = results.costs[kind.name].told()
    aim = f"{kind.aim.aim:.0f}, {kind.aim.must:.0f}"
    return (
        f"| {kind.name} | {_shares(alone)} | {_shares(together)} | {cost} | {size:.0f} | {aim} | {reached} |"
    )


def _shares(told: Sequence[Told]) -> str:
    return " / ".join(f"{_at(told, share):.1f}" for share in (0.5, 0.95, 0.99))


def _at(told: Sequence[Told], share: float) -> float:
    ordered = sorted(one.ms for one in told)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
