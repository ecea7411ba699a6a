"""``python -m tests.planted``: plants each bug in a copy of the checkout; the test that promises what it breaks must fail, by its name.

The bugs that need processes killed under load are planted by ``python -m tests.chaos``; ``--judge`` runs those as well.
"""

import argparse
import asyncio
import secrets
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests")]  # as pytest finds the tests' packages

from chaos import builds, place, profiles, run  # noqa: E402
from planted.bugs import BUGS, SEEN_BY_THE_JUDGE  # noqa: E402
from planted.plant import CannotPlant, copy_of_the_checkout, failed_of, planted  # noqa: E402


def by_tests() -> list[bool]:
    """Plant each bug that a test must catch; return which were."""
    caught = []
    with (
        tempfile.TemporaryDirectory(prefix="curbe-planted-") as folder,
        copy_of_the_checkout(Path(folder)) as copy,
    ):
        for bug in BUGS:
            try:
                with planted(bug, copy):
                    missing = {test for test in bug.caught_by if not failed_of([test], copy, first=True)}
            except CannotPlant as cannot:
                missing = {str(cannot)}
            caught.append(not missing)
            by = ", ".join(test.partition("::")[2] for test in bug.caught_by)
            print(f"{'caught' if not missing else 'NOT CAUGHT'}: {bug.name}: {by}", flush=True)
        every = sorted({test for bug in BUGS for test in bug.caught_by})
        if failed := failed_of(every, copy):
            print(f"without any bug these fail as well, and prove nothing: {sorted(failed)}", flush=True)
            return [False] * len(BUGS)
    print("without any bug the same tests pass", flush=True)
    return caught


async def by_the_judge(seed: int) -> list[bool]:
    """Plant each bug that the judge of the kill harness must call by its name; return which were."""
    caught = []
    every = profiles.PROFILES["full"].bad_builds(seed)
    wanted = {build: name for name, build in SEEN_BY_THE_JUDGE.items()}
    async with place.place(proxies=True, seed=seed) as here:
        for blind in every:
            name = wanted.get(builds.Build(blind.order.name))
            if name is None:
                continue
            outcome = await run.run(here, blind.order)
            caught.append(blind.must_find in outcome.names())
            print(f"{'caught' if caught[-1] else 'NOT CAUGHT'}: {name}: {blind.must_find}", flush=True)
    return caught


def main() -> None:
    """Plant, and end with 0 where all were caught."""
    parser = argparse.ArgumentParser(prog="python -m tests.planted", description=__doc__)
    parser.add_argument("--judge", action="store_true", help="those that need the kill harness too")
    parser.add_argument("--seed", type=int, default=None, help="of the kill harness")
    given = parser.parse_args()
    seed = secrets.randbelow(10**6) if given.seed is None else given.seed
    print(f"planted bugs, seed {seed}", flush=True)
    caught = asyncio.run(by_the_judge(seed)) if given.judge else []
    caught += by_tests()
    print(f"{sum(caught)}/{len(BUGS) + (len(SEEN_BY_THE_JUDGE) if given.judge else 0)} caught", flush=True)
    sys.exit(0 if all(caught) else 1)


if __name__ == "__main__":
    main()
