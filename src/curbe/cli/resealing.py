"""The command that seals everything with the current encryption key: reseal."""

import asyncio
import sys
from typing import Final

import click

from curbe.cli.shell import Shell, json_option, pass_shell, show
from curbe.infra.database import database
from curbe.operate import findings, resealing
from curbe.operate.resealing import Counted

_FAILED: Final = 1


@click.command()
@json_option
@pass_shell
def reseal(shell: Shell, *, as_json: bool) -> None:
    """Seal tokens, PINs and authenticator apps with TOKEN_ENCRYPTION_KEY; exit code 1 where no key opens one."""
    settings = shell.quiet_settings()
    with database(settings) as dsn:
        done = asyncio.run(resealing.reseal(settings, dsn))
    counts = {"tokens of numbers": done.tokens, "PINs of numbers": done.pins, "authenticator apps": done.apps}
    words = "\n".join(_line(what, count) for what, count in counts.items())
    closed = any(count.closed for count in counts.values())
    if done.apps_closed:
        words += f" ({findings.named(done.apps_closed)})"
    left = "\nPut the key they were sealed with into TOKEN_ENCRYPTION_KEYS_RETIRED and call this again."
    show(done, as_json=as_json, words=words + left if closed else words)
    if closed:
        sys.exit(_FAILED)


def _line(what: str, count: Counted) -> str:
    return f"{what}: {count.resealed} sealed anew, {count.current} were already, {count.closed} not opened"
