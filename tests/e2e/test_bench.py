"""The benchmark runs from one command, measures every scenario beside its baselines and writes a report with plots. No figure is judged."""

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import msgspec
import pytest
from bench.report.plots import plots
from bench.report.text import markdown
from bench.results import Results

from bed.memory import kept_in_memory

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.timeout(800)  # whichever of them comes first runs the benchmark

PLOTS = {"apply.svg", "cores.svg", "growth.svg", "intake.svg", "number.svg"}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one run of the smoke profile."""
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--smoke", "--kept", tmp_path_factory.mktemp("kept")],
        check=False,
        cwd=ROOT,
        env=kept_in_memory(dict(os.environ)),
        capture_output=True,
        text=True,
        timeout=780,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return Path(re.findall(r"^Plots, and every figure behind it: (.+)/$", done.stdout, re.MULTILINE)[0])


def test_every_scenario_is_measured_beside_its_baseline(kept: Path) -> None:
    report = (kept / "report.md").read_text()

    for said in (
        "no-op: read the body, answer",
        "signature + bare group commit (the ceiling)",
        "intake of bodies of 100 events",
        "pywa on FastAPI",
        "one transaction an event (baseline)",
        "row-level security off",
        "one full number: 4,000 webhooks/s + 1,000 sends/s",
        "2 full numbers: 8,000 webhooks/s + 2,000 sends/s",
        "baseline: handed on by one process, nothing stored",
        "messages stored",
        "list, first page",
        "own ceiling is about",
    ):
        assert said in report
    assert len(re.findall(r"\| (?:reached|\*\*not reached\*\*) \|$", report, re.MULTILINE)) >= 15


def test_every_plot_is_drawn_and_named_in_the_report(kept: Path) -> None:
    report = (kept / "report.md").read_text()

    assert {file.name for file in kept.glob("*.svg")} == PLOTS
    for name in PLOTS:
        assert f"({name})" in report
        ET.parse(kept / name)  # noqa: S314 - written by the run


def test_the_report_can_be_made_again_from_the_figures_behind_it(kept: Path) -> None:
    results = msgspec.json.decode((kept / "results.json").read_bytes(), type=Results)

    assert markdown(results, plots(results), folder="") + "\n" == (kept / "report.md").read_text()
