"""The page about the command line tells every command and every option, and no other."""

import re
from collections.abc import Iterator
from pathlib import Path

import click

from curbe.cli import curbe
from curbe.cli.refusals import CODES
from curbe.domain.errors import every_refusal

PAGE = (Path(__file__).parents[2] / "docs/reference/cli.md").read_text()


def commands(group: click.Group, path: str = "curbe") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def row(path: str) -> str:
    """Return what the page's table says of a command."""
    lines = [line for line in PAGE.splitlines() if re.match(rf"\| `{path}[ `]", line)]
    assert len(lines) == 1, f"{path} has {len(lines)} rows"
    return lines[0]


def options(command: click.Command) -> set[str]:
    found = {
        name
        for parameter in command.params
        if isinstance(parameter, click.Option) and not parameter.hidden
        for name in parameter.opts
        if name.startswith("--")
    }
    return found - {"--json"}  # of all but the processes, and told once above


def test_every_command_has_its_row_with_every_option() -> None:
    missing = {
        path: left
        for path, command in commands(curbe)
        if (left := {name for name in options(command) if f"`{name}" not in row(path)})
    }

    assert missing == {}


def test_no_command_or_option_is_told_that_is_not_there() -> None:
    known = dict(commands(curbe))
    every = {"--env-file", "--help", "--version", "--json"} | {o for c in known.values() for o in options(c)}

    told = set(re.findall(r"^\| `(curbe [a-z -]*[a-z])", PAGE, re.MULTILINE))
    assert {re.sub(r" [A-Z_]+$", "", path) for path in told} == known.keys()
    assert set(re.findall(r"--[a-z][a-z-]+", PAGE)) <= every


def groups(group: click.Group) -> Iterator[click.Group]:
    yield group
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from groups(command)


def test_what_a_command_does_is_told_whole_in_the_list_of_commands() -> None:
    cut = [
        line
        for group in groups(curbe)
        for line in group.get_help(click.Context(group, terminal_width=80)).splitlines()
        if line.startswith("  ") and line.endswith("...")
    ]

    assert cut == []


def test_every_code_of_a_refusal_has_its_row_and_is_none_of_the_apis() -> None:
    told = re.findall(r"^\| `([a-z_]+)` \| [12] \|", PAGE, re.MULTILINE)

    assert sorted(told) == sorted(CODES)
    assert {kind.code for kind in every_refusal()} & set(CODES) == set()


def test_every_command_that_ends_by_itself_answers_in_json_on_request() -> None:
    stays = {"curbe run", "curbe serve", "curbe work"}

    without = {
        path
        for path, command in commands(curbe)
        if not any("--json" in parameter.opts for parameter in command.params)
    }

    assert without == stays
