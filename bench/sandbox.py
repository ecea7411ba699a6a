"""The sandbox in Meta's place, and the numbers that it knows."""

import json
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from uuid_utils.compat import uuid7

from bench import world
from bench.processes import Running, running
from bench.world import Number
from curbe.infra.crypto import Keyring, Secret, binding

USUAL: Final = "300000000000001"  # 80 messages a second
HIGH: Final = "300000000000002"  # 1,000, the most that Meta grants
WABA: Final = "200000000000001"
_TOKEN: Final = "EAAsandboxToken000000000001"  # noqa: S105 - the sandbox's documented one
_DISPLAY: Final = {USUAL: "34600000001", HIGH: "525550000001"}


def known_number(phone_number_id: str) -> Number:
    """Return one of the sandbox's numbers, connected by a tenant of its own."""
    return Number(
        tenant_id=uuid7(),
        connection_id=uuid7(),
        waba_id=WABA,
        phone_number_id=phone_number_id,
        display=_DISPLAY[phone_number_id],
    )


def sealed_tokens(numbers: Sequence[Number]) -> dict[UUID, str]:
    """Return the token that may use the numbers, sealed for each connection's row."""
    keyring = Keyring.from_base64(Secret(world.ENCRYPTION_KEY))
    return {
        one.connection_id: keyring.seal(
            Secret(_TOKEN),
            bound_to=binding("channel_connections", one.tenant_id, one.connection_id, "access_token_enc"),
        )
        for one in numbers
    }


@contextmanager
def sandbox(folder: Path, **settings: bool) -> Iterator[Running]:
    """Run a sandbox that reports no statuses and takes what is sent outside the window: what is measured is sending.

    ``settings`` are further switches of its own.
    """
    command = ["-c", "from curbe_sandbox.cli import main; main()", "--port", "0"]
    with running(command, env={}, log=folder / "sandbox.log") as started:
        tell(started, "PATCH", "settings", {"enforce_window": False, **settings})
        yield started


def graph(of: Running) -> str:
    """Return the address that stands for graph.facebook.com."""
    return f"http://127.0.0.1:{of.port}"


def tell(sandbox: Running, method: str, path: str, body: Mapping[str, Any]) -> None:
    """Ask the sandbox's control API for a change."""
    request = urllib.request.Request(  # noqa: S310 - the sandbox just started
        f"{graph(sandbox)}/sandbox/{path}", method=method, data=json.dumps(body).encode()
    )
    urllib.request.urlopen(request, timeout=10).close()  # noqa: S310 - as above


def shown(sandbox: Running, path: str) -> Any:
    """Return what the control API shows."""
    with urllib.request.urlopen(f"{graph(sandbox)}/sandbox/{path}", timeout=60) as answer:  # noqa: S310 - as above
        return json.load(answer)
