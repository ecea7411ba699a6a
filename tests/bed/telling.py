"""Outgoing webhooks as ``curbe work`` tells them, round by round, and the events they tell of."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from bed.api import _ENVIRON
from bed.receiver import Receiver
from bed.tenants import Tenant
from curbe.infra import settings
from curbe.infra.clock import utc_now
from curbe.infra.crypto import Keyring
from curbe.infra.db import Pool
from curbe.infra.http import Egress, Timeouts
from curbe.infra.metrics import WORKER, Metrics
from curbe.outgoing_webhooks import delivering
from curbe.outgoing_webhooks.asking import PATIENCE as FIFTEEN_SECONDS
from curbe.outgoing_webhooks.delivering import Delivering, Ending
from curbe.realtime.rules import EventType
from curbe.realtime.service import Event, append
from curbe.worker import teller_of

PATIENCE: Final = 20.0  # seconds


class Hook:
    """An outgoing webhook of a tenant's, by the API, and the server that it leads to."""

    def __init__(self, tenant: Tenant, path: str, *, id: str, secret: str) -> None:  # noqa: A002
        self._tenant: Final = tenant
        self.path: Final = path  # at the receiver
        self.at: Final = f"/outgoing-webhooks/{id}"
        self.id: Final = id
        self.secret: Final = secret

    async def shown(self) -> dict[str, Any]:
        return (await self._tenant.get(self.at)).json()

    async def deliveries(self) -> list[dict[str, Any]]:
        """Return what is on record of it, the earliest first."""
        return (await self._tenant.get(f"{self.at}/deliveries", params={"limit": 200})).json()["items"][::-1]

    async def post(self, path: str, status: int) -> dict[str, Any]:
        answer = await self._tenant.post(self.at + path)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def change(self, **to: Any) -> dict[str, Any]:
        answer = await self._tenant.client.patch(self._tenant.path + self.at, json=to)
        assert answer.status_code == 200, answer.text
        return answer.json()


async def hook(tenant: Tenant, receiver: Receiver, path: str = "/", **more: Any) -> Hook:
    """Make one that leads to this path of the receiver."""
    answer = await tenant.post("/outgoing-webhooks", {"url": receiver.origin + path, **more})
    assert answer.status_code == 201, answer.text
    return Hook(tenant, path, id=answer.json()["webhook"]["id"], secret=answer.json()["secret"])


async def happens(
    pool: Pool,
    tenant_id: UUID,
    *texts: str,
    conversation_id: UUID | None = None,
    kind: EventType = EventType.MESSAGE_RECEIVED,
) -> None:
    """Let something happen, once for each text, in one transaction."""
    async with pool.transaction(tenant_id) as tx:
        await append(
            tx,
            [
                Event(
                    tenant_id=tenant_id,
                    type=kind,
                    conversation_id=conversation_id,
                    data=json.dumps({"text": text}),
                )
                for text in texts
            ],
        )


class Telling:
    """Who tells tenants' servers."""

    def __init__(self, deliver: Delivering, *, apply: Pool, worker: Pool) -> None:
        self._apply: Final = apply
        self.runner: Final = teller_of(apply, worker, deliver)

    async def once(self) -> int:
        """Do what a second of the worker does, to the end; return how many webhooks had something to be told."""
        await delivering.defer_due(self._apply)
        return await self.runner.run_due()

    async def until(self, done: Callable[[], object]) -> None:
        """Go on until something is so. An event may wait for a transaction that is still open somewhere."""
        async with asyncio.timeout(PATIENCE):
            while not done():
                if not await self.once():
                    await asyncio.sleep(0.01)

    async def run(self) -> None:
        """Go on, as the worker does, until this is cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.runner.run(asyncio.Event()))
            while True:
                await delivering.defer_due(self._apply)
                await asyncio.sleep(0.05)


@asynccontextmanager
async def telling(
    apply: Pool,
    worker: Pool,
    environ: Mapping[str, str],
    *,
    timeouts: Timeouts = FIFTEEN_SECONDS,
    ending: Ending | None = None,
) -> AsyncIterator[Telling]:
    """Yield who tells the servers of an installation with these settings, until its ``ending``."""
    configured = settings.load({**_ENVIRON, **environ}, env_file=None)
    reachable = configured.outgoing_webhook_origins
    async with Egress(trusted=reachable) as egress:
        deliver = Delivering(
            worker,
            egress=egress,
            reachable=reachable,
            keyring=Keyring.of(configured),
            metrics=Metrics(WORKER),
            now=utc_now,
            chance=lambda: 0.5,
            ending=ending or Ending(asyncio.Event(), timedelta(0)),
            timeouts=timeouts,
        )
        yield Telling(deliver, apply=apply, worker=worker)
