"""A campaign of 100,000 through the sandbox at 1,000 messages a second, the worker and PostgreSQL killed ten times on its way.

``python -m bench.scenario_campaign`` runs the harness of ``tests/chaos``, whose judge reads what the sandbox wrote down; ``--kills 0``
shows what the way costs by itself. Beside the harness's outcome it prints the cores that each program kept busy while the campaign went
out, and the statements that PostgreSQL's backends were busy with, sampled.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from tests.chaos.campaign import campaign, told_on

from bench.watching import Watch, Watched

_SHOWN = 30  # statements


def main() -> None:
    """Run as told on the command line and print what was seen."""
    seen: list[Watched] = []

    @asynccontextmanager
    async def beside(programs: Callable[[], Mapping[str, int]], dsn: str) -> AsyncIterator[None]:
        async with Watch.over(programs, dsn) as watch:
            yield
            seen.append(watch.seen())

    print(f"load before: {_load()}")
    outcome = asyncio.run(campaign(**vars(told_on()), beside=beside))
    for name in outcome.__struct_fields__:
        print(f"{name}: {getattr(outcome, name)}")
    for watched in seen:
        print("cores:", ", ".join(f"{name} {cores:.2f}" for name, cores in sorted(watched.cores.items())))
        for statement, part in list(watched.statements.items())[:_SHOWN]:
            print(f"  {part:6.3f}  {statement}")
    print(f"load after: {_load()}")
    sys.exit(1 if outcome.wrong else 0)


def _load() -> str:
    return " ".join(f"{value:.1f}" for value in os.getloadavg())


if __name__ == "__main__":
    main()
