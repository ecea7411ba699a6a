"""The floors of the architecture are contracts in pyproject.toml; this holds them where everything else is held."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

from source import ROOT


def test_no_module_imports_what_its_floor_may_not() -> None:
    # As a program: in this process it would set up logging anew, for all tests after it.
    checked = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_floors_that_newcomers_are_told_of_are_those() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    drawn = (ROOT / "CONTRIBUTING.md").read_text().partition("```\n")[2].partition("```")[0]

    told = [re.split(r"  +", line)[0] for line in drawn.splitlines()]
    assert told == [*contracts[0]["layers"], "curbe_sandbox"]
