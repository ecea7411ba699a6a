"""The smoke of the kill harness: kills, outages, partitions and poison under load, judged from outside; about three minutes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]


@pytest.mark.timeout(960)
def test_killed_under_load_nothing_is_lost_nothing_doubled_nothing_sent_twice():
    seed = ["--seed", os.environ["CHAOS_SEED"]] if "CHAOS_SEED" in os.environ else []
    done = subprocess.run(
        [sys.executable, "-m", "tests.chaos", "--profile", "smoke", *seed],
        check=False,
        cwd=_ROOT,
        capture_output=True,
        text=True,
        timeout=940,
    )
    print(done.stdout)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
