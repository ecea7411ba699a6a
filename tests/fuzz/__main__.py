"""``python -m tests.fuzz``: a million webhook bodies that nobody would send; ends with 0 where reading them did nothing it must not."""

import argparse
import os
import secrets
import sys
import time
from pathlib import Path

from . import mutate
from .judge import judge
from .run import Seen, run
from .seeds import seeds


def main() -> None:
    """Do as told on the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=None, help="repeat the run that printed this seed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--own", action="store_true", help="begin with the checkout's own fixtures alone")
    parser.add_argument("--only", type=int, default=None, help="make and read this one input, and print it")
    given = parser.parse_args()
    seed = secrets.randbelow(10**6) if given.seed is None else given.seed
    if given.only is not None:
        body = mutate.body(seeds(own_alone=given.own), seed=seed, n=given.only)
        Path(f"fuzz-{seed}-{given.only}.bin").write_bytes(body)
        print(f"{len(body):,} bytes in fuzz-{seed}-{given.only}.bin: {body[:2000]!r}")
        print(judge(body))
        return
    print(f"fuzz, seed {seed}, {given.inputs:,} inputs in {given.jobs} processes", flush=True)
    began = last = time.monotonic()

    def told(seen: Seen) -> None:
        nonlocal last
        if time.monotonic() - last > 20:
            last = time.monotonic()
            print(f"  {seen.inputs:,} read, {len(seen.findings)} findings", flush=True)

    seen = run(inputs=given.inputs, seed=seed, jobs=given.jobs, own_alone=given.own, told=told)
    _show(seen, time.monotonic() - began)
    sys.exit(1 if seen.findings else 0)


def _show(seen: Seen, seconds: float) -> None:
    print(
        f"{seen.inputs:,} inputs, {seen.size / 2**20:,.0f} MiB, in {seconds:.0f} s; load {os.getloadavg()[0]:.1f} at the end"
    )
    print(
        f"judging took {seen.seconds * 1e6 / max(1, seen.inputs):.0f} us of processor time an input in the mean"
    )
    for name, slow in (("slowest", seen.slowest), ("slowest of up to 16 KiB", seen.slowest_small)):
        print(
            f"{name}: {slow.seconds * 1000:.1f} ms for {slow.size:,} bytes (input {slow.n}); largest {seen.largest:,} bytes"
        )
    for word, count in sorted(seen.words.items(), key=lambda one: -one[1]):
        print(f"  {count:>12,}  {word}")
    for n, what in seen.findings:
        print(f"FINDING, input {n}: {what}")
    print(f"{len(seen.findings)} findings", flush=True)


if __name__ == "__main__":
    main()
