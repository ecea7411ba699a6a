"""The smoke of the kill harness: kills, outages, partitions and poison under load, judged from outside; about three minutes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bed.memory import kept_in_memory

_ROOT = Path(__file__).parents[2]
_ENDS_WITHIN = 600  # seconds, on a machine that does other work


@pytest.mark.timeout(_ENDS_WITHIN + 60)
def test_killed_under_load_nothing_is_lost_nothing_doubled_nothing_sent_twice():
    seed = ["--seed", os.environ["CHAOS_SEED"]] if "CHAOS_SEED" in os.environ else []
    run = subprocess.Popen(
        [sys.executable, "-m", "tests.chaos", "--profile", "smoke", *seed],
        cwd=_ROOT,
        env=kept_in_memory(dict(os.environ)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        said, _ = run.communicate(timeout=_ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        run.terminate()  # it stops all that it started, and says where it was
        said, _ = run.communicate(timeout=45)
    finally:
        run.kill()
    print(said)
    assert run.returncode == 0, said


def test_every_mistake_that_must_be_seen_still_has_its_place():
    planting = [sys.executable, "-c", "from tests.chaos.builds import plant_all; plant_all()"]
    planted = subprocess.run(planting, check=False, cwd=_ROOT, capture_output=True, text=True, timeout=60)
    assert planted.returncode == 0, planted.stderr
