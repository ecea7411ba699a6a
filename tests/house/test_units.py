"""The systemd units: what needs a PostgreSQL of one's own does not start without, and the page's commands use the units' own places."""

import re
import subprocess
from pathlib import Path

import pytest
from source import ROOT

UNITS = ROOT / "deploy/systemd"
PAGE = (ROOT / "docs/howto/operate.md").read_text()
APART = ("curbe-serve@.service", "curbe-work@.service")


def check_of(unit: str) -> str:
    """Return what the unit runs before its process, as systemd gives it to the shell."""
    (command,) = re.findall(r"^ExecStartPre=/bin/sh -c '(.*)'$", (UNITS / unit).read_text(), re.MULTILINE)
    return command.replace("$$", "$")


@pytest.mark.parametrize("unit", APART)
@pytest.mark.parametrize(
    ("written", "environment", "starts"),
    [
        ("DATABASE_URL=postgresql://curbe@db/curbe\n", {}, True),
        ('DATABASE_URL="postgresql://curbe@db/curbe"\n', {}, True),
        ("# DATABASE_URL=\nCURBE_PORT=8080\n", {}, False),
        ("DATABASE_URL=\n", {}, False),
        ("", {"DATABASE_URL": "postgresql://curbe@db/curbe"}, True),
    ],
)
def test_processes_apart_start_only_on_a_postgresql_of_ones_own(
    *, unit: str, written: str, environment: dict[str, str], starts: bool, tmp_path: Path
) -> None:
    file = tmp_path / "curbe.env"
    file.write_text(written)
    command = check_of(unit).replace("/etc/curbe/curbe.env", str(file))

    done = subprocess.run(
        ["/bin/sh", "-c", command], env=environment, capture_output=True, text=True, check=False
    )

    assert (done.returncode == 0) is starts
    assert starts or "DATABASE_URL" in done.stderr


def test_the_page_installs_where_the_units_look() -> None:
    for unit in UNITS.glob("*.service"):
        text = unit.read_text()
        (data,) = re.findall(r"CURBE_DATA_DIR=(\S+)", text)
        (program,) = re.findall(r"^ExecStart=(\S+ --env-file \S+)", text, re.MULTILINE)
        assert f"CURBE_DATA_DIR={data} {program} init" in PAGE
        assert f"runuser -u curbe -- {program} ..." in PAGE
