"""``python -m tests.chaos``: the judge shows that it can see, then Curbe is harmed under load and judged."""

import argparse
import asyncio
import secrets
import signal
import sys
import time
from pathlib import Path

import msgspec

from . import disk, report
from .place import Place, place
from .profiles import PROFILES, Profile
from .report import BuildSeen, Report
from .run import Order, run


async def chaos(profile: Profile, seed: int, into: Report, *, keep: Path | None) -> None:
    """Run a profile and write down what came of it."""
    await _on_full_disks(profile, seed, into, keep=keep)
    async with place(keep, tenants=profile.tenants(), proxies=True, seed=seed) as here:
        await _show_that_the_judge_sees(profile, seed, into, here)
        if meta := profile.meta_order(seed):
            await _judged(into, here, meta)
        for order in profile.orders(seed):
            await _judged(into, here, order)


async def _on_full_disks(profile: Profile, seed: int, into: Report, *, keep: Path | None) -> None:
    full = profile.disk_order(seed)
    if full is None:
        return
    if not disk.may_be_filled():
        into.skipped.append(
            f"{sum(profile.full_disks.values())} full disks: only root may mount file systems"
        )
        return
    async with place(keep, proxies=True, disks=True, seed=seed) as here:
        await _judged(into, here, full)


async def _show_that_the_judge_sees(profile: Profile, seed: int, into: Report, here: Place) -> None:
    for blind in profile.bad_builds(seed):
        outcome = await run(here, blind.order)
        seen = BuildSeen(
            blind.order.name, blind.must_find, blind.must_find in outcome.names(), outcome.seconds
        )
        into.builds.append(seen)
        word = "caught" if seen.caught else "NOT CAUGHT"
        print(f"known-bad build {seen.name}: {word}: {seen.must_find} ({seen.seconds:.0f} s)", flush=True)
        if not seen.caught:
            report.say(outcome)


async def _judged(into: Report, here: Place, order: Order) -> None:
    outcome = await run(here, order)
    into.outcomes.append(outcome)
    report.say(outcome)
    report.keep(into)


def main() -> None:
    """Parse, run, and end with 0 where every promise held and every known-bad build was caught."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--profile", choices=sorted(PROFILES), default="smoke")
    parser.add_argument("--seed", type=int, default=None, help="repeat the run that printed this seed")
    parser.add_argument("--rounds", type=int, default=None, help="how many, instead of the profile's")
    parser.add_argument(
        "--keep", type=Path, help="a folder for the run's ledgers and logs (they hold tokens of the sandbox)"
    )
    parser.add_argument(
        "--without-builds", action="store_true", help="no known-bad builds first; for replaying a round"
    )
    parser.add_argument(
        "--commit", action="store_true", help="put the report into docs/explanation/reliability.md as well"
    )
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that everything started is stopped again
    seed = secrets.randbelow(10**6) if given.seed is None else given.seed
    profile = PROFILES[given.profile]
    if given.rounds is not None:
        profile = msgspec.structs.replace(profile, rounds=given.rounds)
    if given.without_builds:
        profile = msgspec.structs.replace(profile, bad=())
    print(f"chaos, profile {given.profile}, seed {seed}", flush=True)
    made = report.begin(given.profile, seed)
    began = time.monotonic()
    asyncio.run(chaos(profile, seed, made, keep=given.keep))
    made.seconds = time.monotonic() - began
    print(f"{made.seconds:.0f} s; the report: {report.keep(made)}", flush=True)
    if given.commit:
        report.commit(made)
    sys.exit(0 if made.good else 1)


if __name__ == "__main__":
    main()
