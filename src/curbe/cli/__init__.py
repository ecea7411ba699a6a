"""The command line: parses, calls, prints. What a command does lives in ``operate`` and the composition roots.

Exit codes: 0 done or stopped, 1 failed, 2 misused or misconfigured. What goes wrong is a code and a sentence on stderr: what to do.
"""

from curbe.infra import plain  # noqa: F401 - before all that logs

# isort: split

import importlib
import sys
from collections.abc import Sequence
from typing import Final

import click

from curbe import __version__
from curbe.cli.refusals import refusal_of
from curbe.cli.shell import Shell
from curbe.infra import log
from curbe.infra.loop import breaks_off

__all__ = ["curbe", "main"]

# Where each command is: a module is loaded when it is asked for, as some of them need half the product.
_COMMANDS: Final = {
    "init": "process",
    "run": "process",
    "serve": "process",
    "work": "process",
    "migrate": "process",
    "tenant": "accounts",
    "user": "people",
    "key": "accounts",
    "message": "messages",
    "webhook": "webhooks",
    "reseal": "resealing",
    "audit": "checks",
    "doctor": "examining",
}


class _Commands(click.Group):
    """Finds commands by their names."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order in which an operator meets them."""
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        found = getattr(importlib.import_module(f"curbe.cli.{_COMMANDS[cmd_name]}"), cmd_name)
        if not isinstance(found, click.Command):
            raise TypeError(f"{cmd_name} is no command")
        return found


@click.group(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.option(
    "--env-file",
    default=".env",
    show_default=True,
    type=click.Path(readable=False),  # the settings tell better what is wrong with it
    help="Where the settings are; the environment wins over it.",
)
@click.version_option(__version__, prog_name="curbe")
@click.pass_context
def curbe(context: click.Context, env_file: str) -> None:
    """WhatsApp for the customers of a SaaS: a durable gateway and a team inbox on Meta's Cloud API."""
    context.obj = Shell.at(env_file)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and end the process with its exit code."""
    # Until a command knows better. Unconfigured, the log would go to stdout, and show the values of variables.
    log.configure("warning", format="console")
    breaks_off()
    try:
        code = curbe.main(args=arguments, prog_name="curbe", standalone_mode=False)
    except click.ClickException as misuse:
        misuse.show()
        sys.exit(misuse.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 - the outermost place: everything ends as a sentence and a code
        refusal = refusal_of(error)
        click.echo(f"curbe: {refusal.code}: {refusal.sentence}", err=True)
        sys.exit(refusal.exit_code)
    sys.exit(code if isinstance(code, int) else 0)
