"""The webhook's address without a network: bytes in, the answer out."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from bed.rows import APP
from curbe.infra.db import Pool
from curbe.infra.metrics import Metrics
from curbe.infra.settings import MetaApp
from curbe.ingest.commit import GroupCommitter
from curbe.ingest.receive import PATH, WebhookReceiver

SECRET: Final = b"the app secret of these tests"
VERIFY_TOKEN: Final = "the verify token of these tests"


def signature(body: bytes, secret: bytes = SECRET) -> str:
    """Return the value of ``X-Hub-Signature-256`` as Meta computes it."""
    return "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the address answered."""

    status: int
    headers: dict[str, str]
    body: bytes


class Intake:
    """A receiver to talk to."""

    def __init__(self, receiver: WebhookReceiver, committer: GroupCommitter, metrics: Metrics) -> None:
        self._receiver: Final = receiver
        self.committer: Final = committer
        self.metrics: Final = metrics

    async def post(self, body: bytes) -> int:
        """Deliver ``body`` as Meta does, and return the status of the answer."""
        return (await self.ask("POST", body, headers={"X-Hub-Signature-256": signature(body)})).status

    async def ask(
        self,
        method: str,
        body: bytes = b"",
        *,
        headers: dict[str, str] | Sequence[tuple[str, str]] = (),
        query: str = "",
        address: str = "127.0.0.1",
        chunk: int = 2**20,
        hangs_up: bool = False,
    ) -> Answer:
        """Send any request to the address; the body comes in chunks, and its end never where the client hangs up."""
        given = headers.items() if isinstance(headers, dict) else headers
        scope = {
            "type": "http",
            "method": method,
            "path": PATH,
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in given],
            "client": (address, 1),
        }
        chunks = [body[start : start + chunk] for start in range(0, len(body), chunk)] or [b""]
        coming: list[dict[str, Any]] = [
            {"type": "http.request", "body": part, "more_body": hangs_up or n < len(chunks) - 1}
            for n, part in enumerate(chunks)
        ]
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return coming.pop(0) if coming else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        await self._receiver(scope, receive, send)
        told = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return Answer(sent[0]["status"], told, sent[1]["body"])


@asynccontextmanager
async def receiving(
    pool: Pool, *, apps: Sequence[MetaApp] = (MetaApp(app_id=APP, secrets=(SECRET,)),), **limits: Any
) -> AsyncIterator[Intake]:
    """Take webhooks for the length of this block; at its end all that was taken is committed."""
    metrics = Metrics()
    committer = GroupCommitter(pool, metrics=metrics, **limits)
    receiver = WebhookReceiver(apps=apps, verify_token=VERIFY_TOKEN, committer=committer, metrics=metrics)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(committer.run())
        try:
            yield Intake(receiver, committer, metrics)
        finally:
            committer.stop()
