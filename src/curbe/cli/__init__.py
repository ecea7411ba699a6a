"""The command line: parses, calls, prints. What a command does lives in ``operate`` and the composition roots.

Exit codes: 0 done or stopped, 1 failed, 2 misused or misconfigured. What goes wrong is one sentence on stderr that says what to do.
"""

import sys
from collections.abc import Sequence

import click

from curbe import __version__
from curbe.cli.accounts import key, tenant
from curbe.cli.checks import audit, doctor_command
from curbe.cli.process import init, migrate, run, serve, work
from curbe.cli.refusals import refusal_of
from curbe.cli.shell import Shell
from curbe.cli.webhooks import webhook
from curbe.infra import log

__all__ = ["main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--env-file",
    default=".env",
    show_default=True,
    type=click.Path(dir_okay=False),
    help="Where the settings are; the environment wins over it.",
)
@click.version_option(__version__, prog_name="curbe")
@click.pass_context
def curbe(context: click.Context, env_file: str) -> None:
    """WhatsApp for the customers of a SaaS: a durable gateway and a team inbox on Meta's Cloud API."""
    log.configure("warning", format="console")  # until a command knows better
    context.obj = Shell.at(env_file)


for command in (init, run, serve, work, migrate, tenant, key, webhook, audit, doctor_command):
    curbe.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and end the process with its exit code."""
    try:
        code = curbe.main(args=arguments, prog_name="curbe", standalone_mode=False)
    except click.ClickException as misuse:
        misuse.show()
        sys.exit(misuse.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 - the outermost place: everything ends as a sentence and a code
        refusal = refusal_of(error)
        click.echo(f"curbe: {refusal.sentence}", err=True)
        sys.exit(refusal.code)
    sys.exit(code if isinstance(code, int) else 0)
