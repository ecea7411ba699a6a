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
@click.option(
    "--forget-pins", is_flag=True, help="Their key is lost: keep the PINs that no key opens no longer."
)
@json_option
@pass_shell
def reseal(shell: Shell, *, forget_pins: bool, as_json: bool) -> None:
    """Seal everything with the current TOKEN_ENCRYPTION_KEY.

    Tokens, PINs, authenticator apps and webhook secrets; exit code 1 where no key opens one.
    """
    settings = shell.quiet_settings()
    with database(settings) as dsn:
        done = asyncio.run(resealing.reseal(settings, dsn, forget_pins=forget_pins))
    counts = {
        "tokens of numbers": done.tokens,
        "PINs of numbers": done.pins,
        "authenticator apps": done.apps,
        "secrets of outgoing webhooks": done.webhooks,
    }
    words = "\n".join(_line(what, count) for what, count in counts.items())
    closed = any(count.closed for count in counts.values())
    if done.apps_closed:
        words += f" ({findings.named(done.apps_closed)})"
    if done.pins_forgotten:
        words += f"\nPINs forgotten: {done.pins_forgotten}; the WhatsApp Manager sets others, under Two-step verification"
    if closed:
        words += "\nPut the key they were sealed with into TOKEN_ENCRYPTION_KEYS_RETIRED and call this again."
    if done.pins.closed:
        words += " Where it is lost, call this with --forget-pins."
    show(done, as_json=as_json, words=words)
    if closed:
        sys.exit(_FAILED)


def _line(what: str, count: Counted) -> str:
    return f"{what}: {count.resealed} sealed anew, {count.current} were already, {count.closed} not opened"
