"""The command ``curbe-sandbox``: start the sandbox, say so in one line, stop cleanly."""

import signal
import socket
import sys
from pathlib import Path
from typing import Final

import click
import uvicorn

from curbe_sandbox.sandbox import Sandbox
from curbe_sandbox.server import Server
from curbe_sandbox.start import StartApp
from curbe_sandbox.transport import SocketProtocol

_DEFAULT: Final = StartApp()
_GRACE_SECONDS: Final = 2  # requests that a fault keeps open would never end by themselves


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8090, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 takes a free one."
)
@click.option(
    "--app-id", envvar="META_APP_ID", default=_DEFAULT.app_id, show_default=True, help="Id of the Meta app."
)
@click.option(
    "--app-secret", envvar="META_APP_SECRET", default=_DEFAULT.app_secret, help="Secret that signs webhooks."
)
@click.option(
    "--verify-token",
    envvar="META_VERIFY_TOKEN",
    default=_DEFAULT.verify_token,
    help="Token of the handshake.",
)
@click.option(
    "--callback-url", default="", help="Where the app's webhooks go; can be set later in the control API."
)
@click.option(
    "--record", type=click.Path(dir_okay=False, path_type=Path), help="Append what was accepted to this file."
)
@click.option("--seed", default=1, show_default=True, help="Seed of everything left to chance.")
def main(  # one parameter per option
    *,
    host: str,
    port: int,
    app_id: str,
    app_secret: str,
    verify_token: str,
    callback_url: str,
    record: Path | None,
    seed: int,
) -> None:
    """A Graph API on this machine, for developing and testing against WhatsApp's Cloud API."""
    if not (app_id.isdigit() and app_secret and verify_token):
        raise click.UsageError(
            "the app id must be digits; the app secret and the verify token may not be empty"
        )
    start = StartApp(
        app_id=app_id, app_secret=app_secret, verify_token=verify_token, callback_url=callback_url
    )
    try:
        listening = _listen(host, port)
        if record is not None:
            record.parent.mkdir(parents=True, exist_ok=True)
            record.touch(mode=0o600)
    except OSError as error:
        print(f"curbe-sandbox: cannot start: {error}", file=sys.stderr)
        sys.exit(1)
    origin = _origin(host, listening)
    server = Server(lambda: Sandbox(start=start, seed=seed, record_path=record, origin=origin))
    sys.exit(0 if _serve(server, listening, origin) else 1)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    listening.listen(1024)
    listening.set_inheritable(False)
    return listening


def _origin(host: str, listening: socket.socket) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104 - only compared
    return f"http://{shown}:{listening.getsockname()[1]}"


class _Announcing(uvicorn.Server):
    """uvicorn, and one line when requests are served."""

    line = ""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            print(self.line, flush=True)


def _serve(server: Server, listening: socket.socket, origin: str) -> bool:
    """Serve until a signal comes; False where the start failed."""
    config = uvicorn.Config(
        server,
        http=SocketProtocol,
        ws="none",
        lifespan="on",
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    running = _Announcing(config)
    running.line = f"curbe-sandbox: ready at {origin} (Graph API: /v25.0, control: /sandbox/state)"
    for number in (signal.SIGINT, signal.SIGTERM):
        # uvicorn raises the signal once more after its clean stop; being stopped is no failure.
        signal.signal(number, lambda *_: None)
    running.run(sockets=[listening])
    return running.started
