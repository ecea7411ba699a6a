"""The command that looks at everything and changes nothing: doctor."""

import asyncio
import sys
from contextlib import ExitStack
from typing import Final

import click

from curbe.cli.shell import Shell, json_option, pass_shell, show
from curbe.infra.database import database
from curbe.infra.embedded import EmbeddedUnavailable
from curbe.infra.settings import BadSettings
from curbe.operate.doctor import examine
from curbe.operate.findings import Finding, State

_FAILED: Final = 1
_MARKS: Final = {State.OK: "ok  ", State.WARN: "warn", State.FAIL: "FAIL"}


@click.command()
@json_option
@pass_shell
def doctor(shell: Shell, *, as_json: bool) -> None:
    """Look at everything and say what to do. Exit code 1 where something fails."""
    found = _examine(shell)
    words = "\n".join(_line(one) for one in found)
    failed = any(one.state is State.FAIL for one in found)
    show({"ok": not failed, "findings": found}, as_json=as_json, words=words)
    if failed:
        sys.exit(_FAILED)


def _examine(shell: Shell) -> list[Finding]:
    try:
        settings = shell.quiet_settings()
    except BadSettings as bad:
        return [Finding("settings", State.FAIL, problem.sentence) for problem in bad.problems]
    with ExitStack() as stack:
        try:
            dsn: str | Finding = stack.enter_context(database(settings))
        except EmbeddedUnavailable as unavailable:
            dsn = Finding("database", State.FAIL, str(unavailable))
        return asyncio.run(examine(settings, dsn, env_file=shell.env_file))


def _line(one: Finding) -> str:
    fix = f": {one.fix}" if one.fix else ""
    return f"{_MARKS[one.state]}  {one.name:<16} {one.sentence}{fix}"
