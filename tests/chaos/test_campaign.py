"""The smoke of a campaign under fire: worker and PostgreSQL are killed on its way, and the sandbox's own record judges."""

import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]


@pytest.mark.timeout(600)
def test_killed_on_its_way_a_campaign_reaches_everybody_at_most_once_and_stops_when_it_is_told():
    command = ["-m", "tests.chaos.campaign", "--recipients", "600", "--kills", "2", "--stopped", "1500"]
    done = subprocess.run(
        [sys.executable, *command], check=False, cwd=_ROOT, capture_output=True, text=True, timeout=580
    )
    print(done.stdout)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "'worker': 1, 'PostgreSQL': 1" in done.stdout
