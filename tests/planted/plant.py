"""Plants a bug in a copy of the checkout, runs the tests that promise what it breaks there, and tells which of them failed."""

import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from .bugs import Planted

ROOT: Final = Path(__file__).parents[2]
_COPIED: Final = ("src", "tests", "pyproject.toml", "docs", "README.md", "CHANGELOG.md")
_LEFT_OUT: Final = shutil.ignore_patterns("__pycache__", "ui_dist", "browser", "*.pyc")


class CannotPlant(Exception):
    """The place where a bug is planted is not there any more: the bug is to be written anew."""


@contextmanager
def copy_of_the_checkout(folder: Path) -> Iterator[Path]:
    """Yield a copy whose sources are imported instead of the checkout's, and take it away again."""
    copy = folder / "copy"
    copy.mkdir()
    for name in _COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=_LEFT_OUT)
        else:
            shutil.copy(source, copy / name)
    ui = ROOT / "src" / "curbe" / "ui_dist"
    if ui.exists():
        (copy / "src" / "curbe" / "ui_dist").symlink_to(ui)
    try:
        yield copy
    finally:
        shutil.rmtree(copy)


@contextmanager
def planted(bug: Planted, copy: Path) -> Iterator[None]:
    """Hold a bug in the copy.

    Raises:
        CannotPlant: its place is not there, or not once.
    """
    file = copy / bug.file
    before = file.read_text() if bug.old else None
    if before is not None and before.count(bug.old) != 1:
        raise CannotPlant(f"{bug.name}: its place is there {before.count(bug.old)} times in {bug.file}")
    if before is None and file.exists():
        raise CannotPlant(f"{bug.name}: {bug.file} exists")
    file.write_text(bug.new if before is None else before.replace(bug.old, bug.new))
    try:
        yield
    finally:
        if before is None:
            file.unlink()
        else:
            file.write_text(before)


def failed_of(tests: Sequence[str], copy: Path, *, first: bool = False) -> set[str]:
    """Run tests in the copy, or until the ``first`` fails; return those that failed, without what is between brackets.

    Raises:
        AssertionError: one of them did not run at all.
    """
    report = copy / "report.xml"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:randomly",
        "-p",
        "no:cacheprovider",
        f"--junitxml={report}",
        *tests,
    ]
    command += ["-x"] * first
    environment = os.environ | {"PYTHONPATH": str(copy / "src")}
    done = subprocess.run(command, check=False, cwd=copy, env=environment, capture_output=True, text=True)
    assert report.exists(), f"{done.stdout}\n{done.stderr}"
    ran, failed = set(), set()
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 - written by our own pytest
        name = f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name', '').partition('[')[0]}"
        ran.add(name)
        if case.find("failure") is not None:
            failed.add(name)
        assert case.find("error") is None, f"{name} could not run:\n{done.stdout[-3000:]}"
    report.unlink()
    assert set(tests) <= {_from_root(name) for name in ran}, (
        f"{set(tests)} were to run, {ran} did\n{done.stdout[-3000:]}"
    )
    return {_from_root(name) for name in failed}


def _from_root(name: str) -> str:
    return name if name.startswith("tests/") else f"tests/{name}"
