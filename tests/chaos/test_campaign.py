"""The smoke of a campaign under fire: worker and PostgreSQL are killed on its way, and the sandbox's own record judges."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bed.memory import kept_in_memory

_ROOT = Path(__file__).parents[2]


def carried_out(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.chaos.campaign", *words]
    environment = kept_in_memory(dict(os.environ))
    done = subprocess.run(
        command, check=False, cwd=_ROOT, env=environment, capture_output=True, text=True, timeout=580
    )
    print(done.stdout)
    return done


@pytest.mark.timeout(600)
def test_killed_on_its_way_a_campaign_reaches_everybody_at_most_once_and_stops_when_it_is_told():
    done = carried_out("--recipients", "600", "--kills", "2", "--stopped", "6000")
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "'worker': 1, 'PostgreSQL': 1" in done.stdout
    assert "said_no: 0" not in done.stdout, "nobody's no came before their message: this run shows nothing"


@pytest.mark.timeout(600)
def test_a_sender_that_does_not_ask_again_is_caught():
    done = carried_out("--recipients", "50", "--kills", "0", "--stopped", "1500", "--build", "unasked-claim")
    assert done.returncode == 1, f"{done.stdout}\n{done.stderr}"
    assert "people were written to after they had said no" in done.stdout
