"""Web process and worker under systemd, each by itself: what its unit starts needs a PostgreSQL of one's own, and says so."""

import re
import shlex
import signal
from pathlib import Path

import pytest

from bed.installation import SETTINGS, Installation, installed

UNITS = Path(__file__).parents[2] / "deploy/systemd"
MISUSED = 2


def started_by(unit: str, file: Path) -> list[str]:
    """Return the arguments of the process that a unit starts, with the settings of ``file``, on any free port."""
    (line,) = re.findall(r"^ExecStart=/opt/curbe/bin/curbe (.*)$", (UNITS / unit).read_text(), re.MULTILINE)
    return shlex.split(line.replace("/etc/curbe/curbe.env", str(file)).replace("%i", "0"))


def written(here: Installation, line: str) -> Path:
    file = here.folder / "curbe.env"
    file.write_text("".join(f"{name}={value}\n" for name, value in SETTINGS.items()) + line + "\n")
    return file


@pytest.mark.parametrize(
    ("unit", "line"),
    [
        ("curbe-serve@.service", "# DATABASE_URL=postgresql://curbe@db/curbe"),
        ("curbe-work@.service", 'DATABASE_URL=""'),
    ],
)
def test_without_a_postgresql_of_ones_own_it_says_so_and_is_not_started_again(unit: str, line: str) -> None:
    with installed() as here:
        done = here.curbe(*started_by(unit, written(here, line)))

        assert done.returncode == MISUSED
        assert "DATABASE_URL" in done.stderr
        assert here.postmaster() == 0
    assert f"RestartPreventExitStatus={MISUSED}\n" in (UNITS / unit).read_text()


@pytest.mark.parametrize(
    ("unit", "line"),
    [("curbe-serve@.service", 'export DATABASE_URL="{}"'), ("curbe-work@.service", "  DATABASE_URL = '{}'")],
)
def test_it_starts_however_the_database_is_written_down(unit: str, line: str, dsn: str) -> None:
    with installed() as here:
        running = here.start(*started_by(unit, written(here, line.format(dsn))))
        running.ready()

        running.signal(signal.SIGTERM)

        assert running.ended() == 0


def test_it_starts_where_the_environment_names_the_database(dsn: str) -> None:
    with installed(DATABASE_URL=dsn) as here:
        here.start(*started_by("curbe-serve@.service", written(here, ""))).ready()
