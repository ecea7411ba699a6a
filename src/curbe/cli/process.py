"""The commands that prepare an installation and run it: init, migrate, run, serve, work."""

import asyncio
import sys
from collections.abc import Callable
from typing import Any, Final

import click

from curbe.cli.shell import Shell, json_option, pass_shell, show
from curbe.infra import log
from curbe.infra.database import database
from curbe.infra.gc_settings import nothing_collected
from curbe.infra.listening import inherited, listen
from curbe.infra.loop import Stopping, die_with_parent
from curbe.infra.loop import run as run_loop
from curbe.infra.settings import BadSettings, Problem, Settings
from curbe.operate import first_start
from curbe.operate.migrating import bring_up_to_date, require_ready
from curbe.supervisor import supervise

_PORT: Final = click.IntRange(0, 65535)
_host_option: Final = click.option("--host", help="The address to listen on; CURBE_HOST otherwise.")
_port_option: Final = click.option(
    "--port", type=_PORT, help="The port; 0 takes a free one; CURBE_PORT otherwise."
)
_listening_option: Final = click.option(
    "--listening", type=int, hidden=True, help="The descriptor of a socket that listens already."
)
_supervised_option: Final = click.option(
    "--supervised", is_flag=True, hidden=True, help="End when stdin does."
)
_no_embedded_option: Final = click.option(
    "--no-embedded", is_flag=True, help="Do not start without DATABASE_URL, on the embedded PostgreSQL."
)


@click.command()
@click.option("--app-id", help="Your Meta app's id; a local stand-in otherwise.")
@click.option("--app-secret", help="Your Meta app's secret; a local stand-in otherwise.")
@click.option("--graph-base-url", help="Where the Graph API answers, for instance a sandbox.")
@click.option("--port", type=_PORT, help="The port Curbe will listen on; 8080 otherwise.")
@click.option(
    "--force",
    is_flag=True,
    help="Make the secrets of the settings that are there anew; the file there is, is kept beside.",
)
@json_option
@pass_shell
def init(
    shell: Shell,
    *,
    app_id: str | None,
    app_secret: str | None,
    graph_base_url: str | None,
    port: int | None,
    force: bool,
    as_json: bool,
) -> None:
    """Write settings that work, make the database, print the first key. The key is the operator's, and is shown this once."""
    made = first_start.prepare(
        shell.env_file,
        wanted=first_start.Wanted(
            app_id=app_id, app_secret=app_secret, graph_base_url=graph_base_url, port=port
        ),
        replace=force,
    )
    kept = f"\nThe settings that were there are in {made.kept}." if made.kept else ""
    words = (
        f"Settings are in {made.env_file}; `curbe run` starts everything.{kept}\n"
        f"Platform key, shown this once:\n\n    {made.platform_key.reveal()}\n"
    )
    answer = {"env_file": str(made.env_file), "platform_key": made.platform_key.reveal()}
    show(answer, as_json=as_json, words=words)


@click.command()
@click.option(
    "--moved",
    is_flag=True,
    help="It was restored from a dump made after all of Curbe had stopped: what waits in it is sent.",
)
@json_option
@pass_shell
def migrate(shell: Shell, *, moved: bool, as_json: bool) -> None:
    """Bring the database to the schema of this version. Of one that was restored, hold what waits to be sent."""
    settings = shell.quiet_settings()
    with database(settings) as dsn:
        done = asyncio.run(bring_up_to_date(dsn, moved=moved))
    words = (
        "\n".join(f"migration {one.version:04} {one.name}" for one in done) or "The database is up to date."
    )
    show({"applied": [one.version for one in done]}, as_json=as_json, words=words)


@click.command()
@_host_option
@_port_option
@pass_shell
def run(shell: Shell, *, host: str | None, port: int | None) -> None:
    """Run everything on this machine. That is web, worker and, unless DATABASE_URL is set, PostgreSQL."""
    settings = shell.settings(host=host, port=port)
    log.configure(settings.log_level, format=settings.log_format)
    with Stopping() as stopping, database(settings) as dsn:
        asyncio.run(
            supervise(
                settings,
                dsn,
                env_file=shell.env_file,
                migrate=bring_up_to_date,
                announce=_announce,
                began=stopping.begun,
            )
        )


@click.command()
@_host_option
@_port_option
@_no_embedded_option
@_listening_option
@_supervised_option
@pass_shell
def serve(
    shell: Shell,
    *,
    host: str | None,
    port: int | None,
    no_embedded: bool,
    listening: int | None,
    supervised: bool,
) -> None:
    """Run the web process: webhooks, API, events."""
    with nothing_collected():
        from curbe import app  # noqa: PLC0415 - the whole web framework, which other commands need not load

    async def main(settings: Settings, dsn: str, announce: Callable[[str], None]) -> None:
        taking = None if listening is None else inherited(listening)
        await app.serve(settings, dsn, announce=announce, listening=taking)

    _process(_settings(shell, host=host, port=port, no_embedded=no_embedded), main, supervised=supervised)


@click.command()
@click.option("--host", help="The address for /healthz, /readyz and /metrics; CURBE_HOST otherwise.")
@click.option("--port", type=_PORT, help="The port for them; they are served nowhere otherwise.")
@_no_embedded_option
@_listening_option
@_supervised_option
@pass_shell
def work(
    shell: Shell,
    *,
    host: str | None,
    port: int | None,
    no_embedded: bool,
    listening: int | None,
    supervised: bool,
) -> None:
    """Run the worker: apply webhooks, send messages, all that is due."""
    with nothing_collected():
        from curbe import worker  # noqa: PLC0415 - the whole worker, which other commands need not load

    async def main(settings: Settings, dsn: str, announce: Callable[[str], None]) -> None:
        taking = None if port is None else listen(settings.host, port)
        taking = taking if listening is None else inherited(listening)
        await worker.work(settings, dsn, announce=announce, listening=taking)

    _process(_settings(shell, host=host, port=None, no_embedded=no_embedded), main, supervised=supervised)


def _settings(shell: Shell, *, host: str | None, port: int | None, no_embedded: bool) -> Settings:
    """Return the settings of a process.

    Raises:
        BadSettings: as ``Shell.settings``; or with ``no_embedded`` no database is named.
    """
    settings = shell.settings(host=host, port=port)
    if no_embedded and settings.database_url is None:
        sentence = (
            f"DATABASE_URL is missing, and --no-embedded leaves no other PostgreSQL: set it in {shell.env_file}, or "
            "start web process and worker together by `curbe run` (curbe.service)."
        )
        raise BadSettings((Problem("DATABASE_URL", sentence),))
    return settings


def _process(settings: Settings, main: Callable[..., Any], *, supervised: bool) -> None:
    """Run ``main`` until it is stopped, on the database the settings name."""
    log.configure(settings.log_level, format=settings.log_format)
    with Stopping() as stopping:
        if supervised:
            die_with_parent(sys.stdin.fileno())

        def announce(line: str) -> None:
            stopping.begun()
            _announce(line)

        async def checked(dsn: str) -> None:
            await require_ready(dsn)
            await main(settings, dsn, announce)

        with database(settings) as dsn:
            run_loop(checked(dsn))


def _announce(line: str) -> None:
    click.echo(line)
    sys.stdout.flush()
