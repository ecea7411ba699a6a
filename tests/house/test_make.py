"""`make help` tells every command, and CI runs the one that the README gives."""

import re
import subprocess

from source import ROOT

MAKEFILE = (ROOT / "Makefile").read_text()


def test_help_tells_every_command() -> None:
    phony = set(re.findall(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)[0].split())
    told = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert phony == set(re.findall(r"^  (?:\x1b\[\d+m)?([\w-]+)", told, re.MULTILINE))


def test_ci_runs_the_readmes_test_command() -> None:
    assert re.search(r"\bmake test\b", (ROOT / "README.md").read_text())
    assert re.search(r"^\s*make test\b", (ROOT / ".ci/run").read_text(), re.MULTILINE)
