"""The floors of the architecture are contracts in pyproject.toml; this holds them where everything else is held."""

import subprocess
import sys
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
