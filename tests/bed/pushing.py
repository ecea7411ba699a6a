"""Who pushes to browsers, as ``curbe work`` does, and people at browsers that are told."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import httpx

from bed.api import _ENVIRON
from bed.browsers import Browser
from bed.users import Person
from curbe.infra import settings
from curbe.infra.clock import utc_now
from curbe.infra.crypto import Keyring
from curbe.infra.db import Pool
from curbe.infra.http import Egress, Timeouts
from curbe.infra.jobs import Runner
from curbe.infra.metrics import WORKER, Metrics
from curbe.push import rules, telling, vapid
from curbe.push.pushing import Signer
from curbe.push.telling import Telling
from curbe.worker import pusher_of

SOON: Final = Timeouts(connect=timedelta(seconds=0.5), total=timedelta(seconds=1))


@dataclass(frozen=True, slots=True)
class Desk:
    """A person at a browser of theirs, which is told."""

    person: Person
    at: httpx.AsyncClient
    browser: Browser
    subscription_id: str


class Pusher:
    """Who pushes."""

    def __init__(self, runner: Runner, apply: Pool, grace: timedelta) -> None:
        self._runner: Final = runner
        self._apply: Final = apply
        self._grace: Final = grace

    async def once(self) -> int:
        """Do what a second of the worker does; return of how many tenants there was something new."""
        due = await telling.defer_due(self._apply, grace=self._grace)
        await self._runner.run_due()
        return due

    async def all(self) -> None:
        """Go on until nothing is new. An event may wait for a transaction that is still open somewhere."""
        while await self.once():
            pass


@asynccontextmanager
async def pushing(
    apply: Pool, worker: Pool, environ: Mapping[str, str], *, grace: timedelta = timedelta(0)
) -> AsyncIterator[Pusher]:
    """Yield who pushes for an installation with these settings, without the moment that it waits, unless that is said."""
    configured = settings.load({**_ENVIRON, **environ}, env_file=None)
    reachable = rules.within(configured.push_services)
    async with Egress(trusted=reachable) as egress:
        tell = Telling(
            worker,
            egress=egress,
            reachable=reachable,
            signer=Signer(
                vapid.private_keys(Keyring.of(configured)),
                rules.contact_of(configured.public_base_url, configured.mail_from),
            ),
            metrics=Metrics(WORKER),
            now=utc_now,
            ends=asyncio.Event(),
            timeouts=SOON,
            grace=grace,
        )
        yield Pusher(pusher_of(apply, worker, tell), apply, grace)
