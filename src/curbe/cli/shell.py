"""What every command has at hand: the settings, and how its answer is shown."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import click
import msgspec

from curbe.infra import log
from curbe.infra.settings import Settings, load

F = TypeVar("F", bound=Callable[..., Any])

pass_shell: Final = click.pass_obj


class Shell(msgspec.Struct, frozen=True):
    """Where this process finds its settings."""

    env_file: Path

    @classmethod
    def at(cls, env_file: str) -> "Shell":
        """Return the shell of the settings in ``env_file``."""
        return cls(Path(env_file))

    def settings(self, *, host: str | None = None, port: int | None = None) -> Settings:
        """Return the settings: the command line's over the environment's over the file's.

        Raises:
            BadSettings: with every problem there is.
        """
        given = {"CURBE_HOST": host, "CURBE_PORT": None if port is None else str(port)}
        flags = {name: value for name, value in given.items() if value is not None}
        return load(os.environ, env_file=self.env_file, flags=flags)

    def quiet_settings(self) -> Settings:
        """Return the settings for a command of a moment: its log is for people, and shows the usual only on request."""
        settings = self.settings()
        log.configure("warning" if settings.log_level == "info" else settings.log_level, format="console")
        return settings


def json_option(command: F) -> F:
    """Give ``command`` the option ``--json``, as its argument ``as_json``."""
    return click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for programs.")(command)


def show(answer: object, *, as_json: bool, words: str) -> None:
    """Print ``answer`` as one JSON value, or ``words`` for people."""
    click.echo(msgspec.json.encode(answer).decode() if as_json else words)


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, none: str) -> str:
    """Return rows as aligned text under their column names; the sentence ``none`` where there are none."""
    if not rows:
        return none
    cells = [list(columns), *([("-" if cell is None else str(cell)) for cell in row] for row in rows)]
    widths = [max(len(row[number]) for row in cells) for number in range(len(columns))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    )
