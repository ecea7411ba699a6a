"""What a profile came to: on the screen, in var/chaos/, and between the marks in docs/explanation/reliability.md."""

import os
import platform
import statistics
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from curbe.infra.clock import utc_now

from .nemeses import DEEDS, Counts
from .nemeses.meta import FAULTS
from .run import Outcome

_ROOT: Final = Path(__file__).parents[2]
_KEPT: Final = _ROOT / "var" / "chaos"
_PAGE: Final = _ROOT / "docs" / "explanation" / "reliability.md"
_MARKS: Final = {  # a soak has a place of its own on the page
    "soak": ("<!-- soak: begin; written by `make soak COMMIT=yes` -->", "<!-- soak: end -->"),
    "full": ("<!-- chaos: begin; written by `make chaos COMMIT=yes` -->", "<!-- chaos: end -->"),
}
_RUN: Final = (
    "run",
    "seconds",
    "webhooks acked (tries)",
    "items",
    "sends taken",
    "accepted by Meta",
    "end as",
    "broken promises",
)
# What reliability asks of a full profile.
_AIMS: Final = {
    Counts.INTAKE_KILL: 200,
    Counts.SENDER_KILL: 150,
    Counts.OUTAGE: 40,
    Counts.DISK: 10,
    Counts.PARTITION: 60,
    Counts.CLOCK: 12,
}


class BuildSeen(msgspec.Struct, frozen=True):
    """Whether the judge saw what is wrong with a known-bad build."""

    name: str
    must_find: str
    caught: bool
    seconds: float


class Report(msgspec.Struct, kw_only=True):
    """One profile's run."""

    profile: str
    seed: int
    began: str
    machine: str
    builds: list[BuildSeen]
    outcomes: list[Outcome]
    skipped: list[str]
    seconds: float = 0.0
    flat: dict[str, str] = {}  # of a soak: each figure's medians by quarters of the time
    grew: list[str] = []  # of a soak: what did not stay flat

    def has(self, names: Sequence[str]) -> bool:
        """Tell whether all of these are in it, as known-bad builds or as runs."""
        return {*names} <= {one.name for one in (*self.builds, *self.outcomes)}

    @property
    def good(self) -> bool:
        """Whether every promise held and the judge saw everything that it must see."""
        return (
            not self.grew
            and all(build.caught for build in self.builds)
            and not any(one.findings for one in self.outcomes)
        )


def begin(profile: str, seed: int) -> Report:
    """Return the report of a profile that begins now, on this machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    kernel = platform.release().split("-")[0]
    machine = f"{os.cpu_count()} cores, {memory:.0f} GiB, Linux {kernel}, Python {platform.python_version()}"
    if in_memory(Path(tempfile.gettempdir())):
        machine += ", everything in memory"
    began = utc_now().strftime("%Y-%m-%d %H:%M UTC")
    return Report(
        profile=profile, seed=seed, began=began, machine=machine, builds=[], outcomes=[], skipped=[]
    )


def in_memory(folder: Path) -> bool:
    """Tell whether a folder is on no disk: what is synced there is as safe from kills as elsewhere, and quicker."""
    mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text().splitlines()]
    holding = [(point, kind) for point, kind in mounts if folder.resolve().is_relative_to(point)]
    return max(holding, key=lambda mount: len(mount[0]), default=("", ""))[1] in ("tmpfs", "ramfs")


def earlier(profile: str, seed: int) -> Report | None:
    """Return the report of this profile and seed as far as it was kept."""
    path = _KEPT / f"{profile}-{seed}.json"
    return msgspec.json.decode(path.read_bytes(), type=Report) if path.exists() else None


def say(outcome: Outcome) -> None:
    """Print what one run came to."""
    counts = ", ".join(f"{count} {what}" for what, count in outcome.counts.items() if count)
    statuses = ", ".join(f"{count} {status}" for status, count in sorted(outcome.statuses.items()))
    print(f"run {outcome.name}, seed {outcome.seed}: {outcome.seconds:.0f} s; {counts}")
    print(
        f"  {outcome.acked} webhooks acked in {outcome.deliveries_tried} tries, {outcome.items} items stored"
    )
    print(f"  {outcome.taken} sends taken, {outcome.accepted} accepted by Meta; they end as {statuses}")
    print(
        f"  {outcome.events} events seen by the readers; stored again after an outage: {_spread(outcome.back_after)}"
    )
    if outcome.not_done:
        print(f"  could not be done, another deed was under way: {dict(outcome.not_done)}")
    for finding in outcome.findings:
        print(f"  BROKEN: {finding}")
    print("  nothing lost, nothing doubled, nothing sent twice" if not outcome.findings else "", flush=True)


def keep(report: Report) -> Path:
    """Write the report to var/chaos/ as JSON and as Markdown; return the latter's path."""
    _KEPT.mkdir(parents=True, exist_ok=True)
    name = f"{report.profile}-{report.seed}"
    (_KEPT / f"{name}.json").write_bytes(msgspec.json.format(msgspec.json.encode(report)))
    path = _KEPT / f"{name}.md"
    path.write_text("\n".join(markdown(report)) + "\n")
    return path


def commit(report: Report) -> None:
    """Put the report between the marks of the page on reliability."""
    begin, end = _MARKS[report.profile]
    before, _, rest = _PAGE.read_text().partition(begin)
    _, mark, after = rest.partition(end)
    assert mark, f"{_PAGE} has no place for the report"
    _PAGE.write_text("\n".join((f"{before}{begin}", *markdown(report), f"{end}{after}")))


def markdown(report: Report) -> list[str]:
    """Return the report as lines of Markdown."""
    total: Counter[str] = sum((Counter(one.counts) for one in report.outcomes), Counter())
    caught = sum(build.caught for build in report.builds)
    verdict = "no broken promise" if not any(one.findings for one in report.outcomes) else "BROKEN PROMISES"
    if report.profile == "soak":
        return _soaked(report)
    command = f"python -m tests.chaos --profile {report.profile} --seed {report.seed}"
    took = f"{report.began}, {report.machine}, {report.seconds / 60:.0f} minutes"
    back = [seconds for one in report.outcomes for seconds in one.back_after]
    wire = sorted(_sum(one.wire for one in report.outcomes).items())
    return [
        f"`{command}`, {took}: {verdict}; {caught} of {len(report.builds)} known-bad builds caught.",
        "",
        *_table(("what", "done", "aim"), ((what, total[what], _AIMS.get(what, "")) for what in Counts)),
        "",
        *_table(_RUN, map(_row, report.outcomes)),
        "",
        f"A webhook is stored again after the database's return: {_spread(back)}.",
        *(f"Not here: {skipped}" for skipped in report.skipped),
        "",
        *_details("Every deed", ("nemesis", "deed", "done"), _deeds(report)),
        *_details("Meta's faults, by how often each struck", ("fault", "struck"), _meta(report)),
        *_details("On the wire, by the proxies", ("what", "times"), wire),
        *_findings(report),
    ]


def _soaked(report: Report) -> list[str]:
    took = f"{report.began}, {report.machine}, {report.seconds / 60:.0f} minutes"
    verdict = f"GREW: {'; '.join(report.grew)}" if report.grew else "everything stays flat"
    return [
        f"`python -m tests.chaos.soak --seed {report.seed}`, {took}: {verdict}.",
        "",
        *_table(_RUN, map(_row, report.outcomes)),
        "",
        *_table(("figure", "median of each quarter of the time"), report.flat.items()),
        *_findings(report),
    ]


def _row(one: Outcome) -> tuple[object, ...]:
    ends = ", ".join(f"{count} {status}" for status, count in sorted(one.statuses.items()))
    tried = f"{one.acked:,} ({one.deliveries_tried:,})"
    return (
        one.name,
        f"{one.seconds:.0f}",
        tried,
        f"{one.items:,}",
        f"{one.taken:,}",
        f"{one.accepted:,}",
        ends,
        len(one.findings),
    )


def _deeds(report: Report) -> list[tuple[object, ...]]:
    done = _sum(one.deeds for one in report.outcomes)
    return sorted(
        (int(DEEDS[name].number[1:]), DEEDS[name].number, name, count) for name, count in done.items()
    )


def _meta(report: Report) -> list[tuple[object, ...]]:
    struck = _sum(one.meta for one in report.outcomes)
    return [(name, f"{struck[name]:,}") for name, _, _ in FAULTS]


def _details(title: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    lines = _table(head, (row[len(row) - len(head) :] for row in rows))
    return [f"<details><summary>{title}</summary>", "", *lines, "", "</details>", ""]


def _findings(report: Report) -> list[str]:
    return [f"- {one.name}: {finding}" for one in report.outcomes for finding in one.findings]


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    return [
        f"| {' | '.join(head)} |",
        f"| {' | '.join('---' for _ in head)} |",
        *(f"| {' | '.join(map(str, row))} |" for row in rows),
    ]


def _sum(counts: Iterable[dict[str, Any]]) -> Counter[str]:
    return sum(map(Counter, counts), Counter())


def _spread(seconds: Sequence[float]) -> str:
    if not seconds:
        return "no outage"
    return f"median {statistics.median(seconds):.2f} s, longest {max(seconds):.2f} s of {len(seconds)}"
