"""The audit of packages finds what is known, and says so where it sees nothing: it is never green for want of eyes."""

import json
import sys
from pathlib import Path

import pytest

from security import audit
from security.audit import CONTROL, SNAPSHOT, Advisories, Blind, read


def osv(folder: Path, *advisories: dict[str, object]) -> Path:
    for number, advisory in enumerate(advisories):
        (folder / f"{number}.json").write_text(json.dumps(advisory))
    return folder


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["audit", *arguments])
    return audit.main()


@pytest.mark.parametrize(("package", "known"), CONTROL.items())
def test_what_is_known_to_be_vulnerable_is_found(package: audit.Package, known: str) -> None:
    assert known in read(SNAPSHOT).checked().of(package)


@pytest.mark.parametrize(
    ("version", "found"),
    [("2.10", True), ("2.10.1", True), ("2.11.2", True), ("2.11.3", False), ("3.1.6", False)],
)
def test_a_version_is_hit_until_the_one_that_mends_it(version: str, found: bool) -> None:  # noqa: FBT001
    assert bool(read(SNAPSHOT).of(("PyPI", "Jinja2", version))) is found


def test_nothing_that_is_locked_here_is_known_to_be_vulnerable(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch) == 0
    assert "2024-10-10" in capsys.readouterr().out


def test_a_locked_version_that_is_known_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(audit, "locked", lambda: [("PyPI", "aiohttp", "3.9.1")])

    assert run(monkeypatch) == 1
    assert "VULNERABLE PyPI aiohttp 3.9.1: PYSEC-2024-24" in capsys.readouterr().out


def test_advisories_that_do_not_know_what_everybody_knows_are_no_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    other = {"id": "X-1", "affected": [{"package": {"ecosystem": "PyPI", "name": "x"}, "versions": ["1"]}]}

    assert run(monkeypatch, str(osv(tmp_path, other))) == 2
    assert "NOT AUDITED" in capsys.readouterr().out
    with pytest.raises(Blind):
        Advisories("", {}).checked()


def test_no_advisories_or_broken_ones_are_no_answer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert run(monkeypatch, str(tmp_path)) == 2
    (tmp_path / "1.json").write_text("{")
    assert run(monkeypatch, str(tmp_path)) == 2
    assert run(monkeypatch, str(tmp_path / "absent.zip")) == 2


def test_a_version_that_cannot_be_compared_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "locked", lambda: [("PyPI", "jinja2", "yesterday's")])

    assert run(monkeypatch) == 2


def test_the_locked_packages_of_python_and_of_the_ui_are_both_read() -> None:
    ecosystems = {ecosystem for ecosystem, *_ in audit.locked()}

    assert ecosystems == {"PyPI", "npm"}
    assert len(audit.locked()) > 200
