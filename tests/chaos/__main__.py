"""``python -m tests.chaos``: the judge shows that it can see, then Curbe is killed under load and judged."""

import argparse
import asyncio
import secrets
import sys
from pathlib import Path

import msgspec

from .place import place
from .profiles import PROFILES, Profile
from .run import Outcome, run


async def chaos(profile: Profile, seed: int, *, keep: Path | None = None) -> bool:
    """Run a profile and say what came of it; False where a promise was broken or the judge was blind."""
    good = True
    async with place(keep) as here:
        for blind in profile.bad_builds(seed):
            outcome = await run(here, blind.order)
            seen = blind.must_find in outcome.names()
            good = good and seen
            word = "caught" if seen else "NOT CAUGHT"
            print(
                f"known-bad build {blind.order.name}: {word}: {blind.must_find} ({outcome.seconds:.0f} s)",
                flush=True,
            )
            if not seen:
                _show(outcome)
        for order in profile.orders(seed):
            outcome = await run(here, order)
            good = good and not outcome.findings
            _show(outcome)
    return good


def _show(outcome: Outcome) -> None:
    deeds = ", ".join(f"{count} x {deed}" for deed, count in outcome.deeds.items() if count)
    statuses = ", ".join(f"{count} {status}" for status, count in sorted(outcome.statuses.items()))
    print(
        f"run {outcome.name}, seed {outcome.seed}: {outcome.seconds:.0f} s; {outcome.kills} kills ({deeds})"
    )
    print(
        f"  {outcome.acked} webhooks acked in {outcome.deliveries_tried} tries, {outcome.items} items stored"
    )
    print(f"  {outcome.taken} sends taken, {outcome.accepted} accepted by Meta; they end as {statuses}")
    print(f"  {outcome.events} events seen by the readers")
    for finding in outcome.findings:
        print(f"  BROKEN: {finding}")
    print("  nothing lost, nothing doubled, nothing sent twice" if not outcome.findings else "", flush=True)


def main() -> None:
    """Parse, run, and end with 0 where every promise held."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--profile", choices=sorted(PROFILES), default="smoke")
    parser.add_argument("--seed", type=int, default=None, help="repeat the run that printed this seed")
    parser.add_argument("--rounds", type=int, default=None, help="how many, instead of the profile's")
    parser.add_argument(
        "--keep", type=Path, help="a folder for the run's ledgers and logs (they hold tokens of the sandbox)"
    )
    given = parser.parse_args()
    seed = secrets.randbelow(10**6) if given.seed is None else given.seed
    profile = PROFILES[given.profile]
    if given.rounds is not None:
        profile = msgspec.structs.replace(profile, rounds=given.rounds)
    print(f"chaos, profile {given.profile}, seed {seed}", flush=True)
    sys.exit(0 if asyncio.run(chaos(profile, seed, keep=given.keep)) else 1)


if __name__ == "__main__":
    main()
