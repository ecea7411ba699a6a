"""The webhook's address without a network: bytes in, the status of the answer out."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
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


class Intake:
    """A receiver to post to."""

    def __init__(self, receiver: WebhookReceiver) -> None:
        self._receiver: Final = receiver

    async def post(self, body: bytes, **headers: str) -> int:
        """Deliver ``body``, signed unless ``headers`` say otherwise, and return the status of the answer."""
        given = {"x_hub_signature_256": signature(body), "content_length": str(len(body)), **headers}
        scope = {
            "type": "http",
            "method": "POST",
            "path": PATH,
            "query_string": b"",
            "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items()],
            "client": ("127.0.0.1", 1),
        }
        answers: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            answers.append(message)

        await self._receiver(scope, receive, send)
        return answers[0]["status"]


@asynccontextmanager
async def receiving(pool: Pool, *, app: str = APP) -> AsyncIterator[Intake]:
    """Take webhooks for the length of this block; at its end all that was taken is committed."""
    committer = GroupCommitter(pool)
    receiver = WebhookReceiver(
        apps=[MetaApp(app_id=app, secrets=(SECRET,))],
        verify_token=VERIFY_TOKEN,
        committer=committer,
        metrics=Metrics(),
    )
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(committer.run())
        try:
            yield Intake(receiver)
        finally:
            committer.stop()
