"""``python -m tests.chaos``: the judge shows that it can see, then Curbe is harmed under load and judged."""

import argparse
import asyncio
import secrets
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path

import msgspec

from . import disk, report
from .failing import may_fail
from .nemeses import DEEDS, Counts
from .place import Place, place
from .profiles import PROFILES, BadRun, Profile
from .report import BuildSeen, Report
from .run import Order, run

Part = Callable[[], Awaitable[None]]


def parts(profile: Profile, seed: int, into: Report, *, keep: Path | None) -> list[tuple[list[str], Part]]:
    """Return the parts of a profile in order: what each adds to the report, and how it is run. Each has a place of its own."""
    made: list[tuple[list[str], Part]] = []
    builds = profile.bad_builds(seed)
    if builds:

        async def blind() -> None:
            async with place(keep, proxies=True, seed=seed) as here:
                for one in builds:
                    await _must_be_seen(into, here, one)

        made.append(([one.order.name for one in builds], blind))
    orders = [*profile.orders(seed), profile.disk_order(seed), profile.meta_order(seed)]
    made += [([order.name], partial(_judged, into, order, keep)) for order in orders if order is not None]
    return made


async def chaos(todo: Sequence[tuple[list[str], Part]]) -> None:
    """Run parts of a profile."""
    for _, run_it in todo:
        await run_it()


async def _must_be_seen(into: Report, here: Place, blind: BadRun) -> None:
    outcome = await run(here, blind.order)
    seen = BuildSeen(blind.order.name, blind.must_find, blind.must_find in outcome.names(), outcome.seconds)
    into.builds.append(seen)
    word = "caught" if seen.caught else "NOT CAUGHT"
    print(f"known-bad build {seen.name}: {word}: {seen.must_find} ({seen.seconds:.0f} s)", flush=True)
    if not seen.caught:
        report.say(outcome)
    report.keep(into)


async def _judged(into: Report, order: Order, keep: Path | None) -> None:
    if order.disks and not disk.may_be_filled():
        into.skipped.append(f"{len(order.appointments)} full disks: only root may mount file systems")
        return
    if not may_fail():
        order = _without(order, Counts.ERRORS, into, why="that takes a C compiler on Linux")
    async with place(keep, tenants=order.tenants, proxies=True, disks=order.disks, seed=order.seed) as here:
        outcome = await run(here, order)
    into.outcomes.append(outcome)
    report.say(outcome)
    report.keep(into)


def _without(order: Order, what: Counts, into: Report, *, why: str) -> Order:
    """Return the order without deeds that cannot be done here, and say so in the report."""
    left = [one for one in order.appointments if DEEDS[one.deed].counts is not what]
    if missing := len(order.appointments) - len(left):
        into.skipped.append(f"{missing} {what} in {order.name}: {why}")
    return msgspec.structs.replace(order, appointments=left)


def main() -> None:
    """Parse, run, and end with 0 where every promise held and every known-bad build was caught."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--profile", choices=sorted(PROFILES), default="smoke")
    parser.add_argument("--seed", type=int, default=None, help="repeat the run that printed this seed")
    parser.add_argument("--rounds", type=int, default=None, help="how many, instead of the profile's")
    parser.add_argument(
        "--keep", type=Path, help="a folder for the run's ledgers and logs (they hold tokens of the sandbox)"
    )
    parser.add_argument("--share", type=float, default=None, help="0.3: of every deed three tenths")
    parser.add_argument(
        "--without-builds", action="store_true", help="no known-bad builds first; for replaying a round"
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on with the seed's earlier report; what it has is not run again",
    )
    parser.add_argument("--parts", type=int, default=None, help="run at most so many parts now")
    parser.add_argument(
        "--commit", action="store_true", help="put the report into docs/explanation/reliability.md as well"
    )
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that everything started is stopped again
    seed = secrets.randbelow(10**6) if given.seed is None else given.seed
    profile = PROFILES[given.profile]
    if given.rounds is not None:
        profile = msgspec.structs.replace(profile, rounds=given.rounds)
    if given.share is not None:
        profile = profile.scaled(given.share)
    if given.without_builds:
        profile = msgspec.structs.replace(profile, bad=())
    print(f"chaos, profile {given.profile}, seed {seed}", flush=True)
    made = (report.earlier(given.profile, seed) if given.resume else None) or report.begin(
        given.profile, seed
    )
    todo = [
        (names, part) for names, part in parts(profile, seed, made, keep=given.keep) if not made.has(names)
    ][: given.parts]
    began = time.monotonic()
    try:
        asyncio.run(chaos(todo))
    except KeyboardInterrupt:
        sys.exit(f"interrupted; go on with --seed {seed} --resume")
    made.seconds += time.monotonic() - began
    print(f"{made.seconds:.0f} s; the report: {report.keep(made)}", flush=True)
    if given.commit:
        report.commit(made)
    sys.exit(0 if made.good else 1)


if __name__ == "__main__":
    main()
