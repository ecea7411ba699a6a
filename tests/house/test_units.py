"""The systemd units: the page's commands use the units' own places."""

import re

from source import ROOT

UNITS = ROOT / "deploy/systemd"
PAGE = (ROOT / "docs/howto/operate.md").read_text()


def test_the_page_installs_where_the_units_look() -> None:
    for unit in UNITS.glob("*.service"):
        text = unit.read_text()
        (data,) = re.findall(r"CURBE_DATA_DIR=(\S+)", text)
        (program,) = re.findall(r"^ExecStart=(\S+ --env-file \S+)", text, re.MULTILINE)
        assert f"CURBE_DATA_DIR={data} {program} init" in PAGE
        assert f"runuser -u curbe -- {program} ..." in PAGE


def test_who_stops_a_unit_stops_its_first_process_and_that_one_the_others() -> None:
    """What looks into a file would end with the file half read, and the file be kept as one that nobody can read."""
    for unit in UNITS.glob("*.service"):
        assert re.findall(r"^KillMode=(.*)$", unit.read_text(), re.MULTILINE) == ["mixed"], unit.name


def test_a_unit_is_started_again_however_long_its_database_is_away() -> None:
    """By systemd's usual limit, five starts within ten seconds, it would be left alone for good."""
    for unit in UNITS.glob("*.service"):
        head, _, service = unit.read_text().partition("\n[Service]\n")
        assert "\nStartLimitIntervalSec=0\n" in head, unit.name
        assert "\nRestart=always\n" in service, unit.name


def test_a_unit_goes_on_where_the_system_ends_one_of_its_processes_for_want_of_memory() -> None:
    for unit in UNITS.glob("*.service"):
        assert "\nOOMPolicy=continue\n" in unit.read_text(), unit.name
