"""Carrying campaigns on, in the worker: started when it is time, fed, stopped where they should stop, their figures told.

Several workers may do so at once: who feeds a campaign holds a lock on the row of its feeding.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
import structlog

from curbe.campaigns import feed, progress, rules, service, store
from curbe.campaigns.rules import CampaignState, Deed
from curbe.connections import service as connections
from curbe.domain.errors import AppError
from curbe.infra.db import Pool, PostgresError, Query, Transaction, Unreachable
from curbe.infra.loop import pause
from curbe.outbound import campaign_outbox
from curbe.realtime import service as realtime

log: Final = structlog.get_logger(__name__)

_ACTOR: Final = "system:campaigns"
_LOOK_EVERY: Final = 0.25  # seconds
_RESTS: Final = 0.2  # seconds a campaign is left alone that has nothing more to do at once
_AT_ONCE: Final = 4  # campaigns
_OF_ONE_TENANT: Final = 3  # of those; whatever holds its campaigns up, somebody else's go on
_JUDGED_EVERY: Final = 1.0  # seconds
_TOLD_EVERY: Final = 1.0
_TOLD_SHARE: Final = 20  # counting takes at most one part of so many of the time


class AtWork(msgspec.Struct, frozen=True):
    """A campaign that something is to be done about."""

    tenant_id: UUID
    id: UUID
    connection_id: UUID
    state: CampaignState


class _Due(msgspec.Struct, frozen=True):
    scheduled_at: datetime
    now: datetime


class _Pace(msgspec.Struct):
    """When it was last asked whether a campaign has to stop, and when its figures are told next (seconds of the loop's clock)."""

    judged_at: float = float("-inf")
    tell_at: float = float("-inf")
    told: progress.Progress | None = None


_AT_WORK: Final = Query("curbe.campaigns", "campaigns_at_work", AtWork)
_LOCK_DUE: Final = Query("curbe.campaigns", "lock_due", _Due)


class Tender:
    """Starts, feeds, pauses and finishes the campaigns of all tenants.

    Args:
        everybody: a pool of the batch role, to find the campaigns with something to do.
        pool: a pool of the worker role, to do it.
        now: returns the present moment, aware.
    """

    def __init__(self, *, everybody: Pool, pool: Pool, now: Callable[[], datetime]) -> None:
        self._everybody: Final = everybody
        self._pool: Final = pool
        self._now: Final = now
        self._paces: Final[dict[UUID, _Pace]] = {}
        # Campaigns that have their turn, wait for it, or rest after it: no second turn is begun for them.
        self._busy: Final[set[UUID]] = set()
        self._room: Final = asyncio.Semaphore(_AT_ONCE)
        self._room_of: Final[dict[UUID, asyncio.Semaphore]] = {}  # of a tenant
        self._woken: Final = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Give every campaign with something to do a turn, again and again until ``stop``; none waits for another's turn to end.

        A turn that fails is logged, and the next one tries again.
        """
        async with asyncio.TaskGroup() as tasks:
            while not stop.is_set():
                self._woken.clear()
                try:
                    work = await self._at_work()
                except (*Unreachable, PostgresError) as error:
                    log.warning("campaigns_not_tended", reason=type(error).__name__, detail=str(error)[:200])
                    work = []
                for campaign in work:
                    self._busy.add(campaign.id)
                    tasks.create_task(self._carry(campaign, stop))
                await self._pause(stop)

    async def turn(self) -> bool:
        """Give every campaign with something to do one turn, and wait for all; return whether any has more to do at once."""
        return any(await asyncio.gather(*(self._in_turn(one) for one in await self._at_work())))

    async def _at_work(self) -> list[AtWork]:
        """Return the campaigns with something to do whose turn has not begun yet."""
        async with self._everybody.looking() as tx:
            work = await _AT_WORK.all(tx)
        for gone in self._paces.keys() - {one.id for one in work} - self._busy:
            del self._paces[gone]
        for tenant_id in self._room_of.keys() - {one.tenant_id for one in work}:
            del self._room_of[tenant_id]
        return [one for one in work if one.id not in self._busy]

    async def _carry(self, campaign: AtWork, stop: asyncio.Event) -> None:
        """Give a campaign its turn; where nothing is left to do at once, do not look at it again for a moment."""
        again = False
        try:
            again = await self._in_turn(campaign, stop)
            if not again:
                await pause(stop, _RESTS)
        finally:
            self._busy.discard(campaign.id)
        if again:
            self._woken.set()

    async def _in_turn(self, campaign: AtWork, stop: asyncio.Event | None = None) -> bool:
        """Tend a campaign once there is room; return whether it has more to do at once.

        At most ``_AT_ONCE`` campaigns are tended at a time, ``_OF_ONE_TENANT`` of them one tenant's. A campaign waits for its tenant's room
        first, so that a tenant with many campaigns does not fill the queue of all.
        """
        own = self._room_of.setdefault(campaign.tenant_id, asyncio.Semaphore(_OF_ONE_TENANT))
        async with own, self._room:
            return False if stop is not None and stop.is_set() else await self._tend(campaign)

    async def _pause(self, stop: asyncio.Event) -> None:
        """Return when it is time to look for work again: after a while, as soon as there is more to do, or when the worker stops."""
        waits = [asyncio.ensure_future(event.wait()) for event in (stop, self._woken)]
        try:
            await asyncio.wait(waits, timeout=_LOOK_EVERY, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def _tend(self, campaign: AtWork) -> bool:
        try:
            match campaign.state:
                case CampaignState.SCHEDULED:
                    await self._begin(campaign)
                    return True
                case CampaignState.RUNNING:
                    return await self._carry_on(campaign)
                case _:
                    return await self._clear(campaign)
        except AppError as refusal:  # somebody else did something to it meanwhile
            log.info("campaign_turn_refused", campaign_id=str(campaign.id), code=refusal.code)
        except (*Unreachable, PostgresError) as error:
            log.warning(
                "campaign_turn_failed",
                campaign_id=str(campaign.id),
                reason=type(error).__name__,
                detail=str(error)[:200],
            )
        except Exception:
            log.exception("campaign_turn_broke_off", campaign_id=str(campaign.id))
        return False

    async def _begin(self, campaign: AtWork) -> None:
        async with self._pool.transaction(campaign.tenant_id) as tx:
            due = await _LOCK_DUE.one(tx, tenant_id=campaign.tenant_id, campaign_id=campaign.id)
            if due is None:
                return  # put off, or unscheduled, since it was seen to be due
            number = await connections.read(
                tx, tenant_id=campaign.tenant_id, connection_id=campaign.connection_id
            )
            late = rules.held_as_late(due.scheduled_at, now=due.now)
            if not number.is_live:
                detail = "the number is not connected any more"
                await self._treat(tx, campaign, Deed.FAIL, reason="number_gone", detail=detail)
            elif late is None:
                await self._treat(tx, campaign, Deed.START)
            else:
                await self._treat(tx, campaign, Deed.UNSCHEDULE, reason=late.reason, detail=late.detail)
                log.warning("campaign_held", campaign_id=str(campaign.id), reason=late.reason)

    async def _carry_on(self, campaign: AtWork) -> bool:
        loop = asyncio.get_running_loop()
        pace = self._paces.setdefault(campaign.id, _Pace())
        if loop.time() - pace.judged_at >= _JUDGED_EVERY:
            pace.judged_at = loop.time()
            if await self._stopped(campaign):
                return False
        async with self._pool.transaction(campaign.tenant_id) as tx:
            fed = await feed.feed(tx, tenant_id=campaign.tenant_id, campaign_id=campaign.id, now=self._now())
        if fed is None:
            return False
        if fed.stop is not None:
            async with self._pool.transaction(campaign.tenant_id) as tx:
                await self._treat(tx, campaign, Deed.PAUSE, reason=fed.stop.reason, detail=fed.stop.detail)
            log.warning("campaign_paused", campaign_id=str(campaign.id), reason=fed.stop.reason)
            return False
        if fed.over:
            async with self._pool.transaction(campaign.tenant_id) as tx:
                await self._treat(tx, campaign, Deed.FINISH)
        if fed.over or loop.time() >= pace.tell_at:
            await self._tell(campaign, pace)
        return fed.full

    async def _stopped(self, campaign: AtWork) -> bool:
        """Pause the campaign where its conditions ask for that; return whether they did."""
        async with self._pool.transaction(campaign.tenant_id) as tx:
            row = await store.read(tx, tenant_id=campaign.tenant_id, campaign_id=campaign.id)
            conditions = await feed.conditions(tx, tenant_id=campaign.tenant_id, campaign_id=campaign.id)
            stop = rules.stop_of(conditions, pause_at_failures=row.pause_at_failures)
            if stop is None or row.state is not CampaignState.RUNNING:
                return False
            await self._treat(tx, campaign, Deed.PAUSE, reason=stop.reason, detail=stop.detail)
        log.warning("campaign_paused", campaign_id=str(campaign.id), reason=stop.reason)
        return True

    async def _clear(self, campaign: AtWork) -> bool:
        """Set aside a paused campaign's messages in the outbox, or withdraw a cancelled one's; return whether more may be left."""
        async with self._pool.transaction(campaign.tenant_id) as tx:
            # Locked, so that nobody can resume it until this is committed.
            row = await store.lock(tx, tenant_id=campaign.tenant_id, campaign_id=campaign.id)
            place = {
                "tenant_id": campaign.tenant_id,
                "connection_id": row.connection_id,
                "campaign_id": row.id,
            }
            if row.state is CampaignState.PAUSED:
                await campaign_outbox.set_aside(tx, **place)
                return False
            withdrawn = (
                await campaign_outbox.withdraw(tx, **place) if row.state is CampaignState.CANCELLED else 0
            )
        if withdrawn:
            await self._tell(campaign, self._paces.setdefault(campaign.id, _Pace()))
        return withdrawn > 0

    async def _treat(
        self,
        tx: Transaction,
        campaign: AtWork,
        deed: Deed,
        *,
        reason: str | None = None,
        detail: str | None = None,
    ) -> None:
        await service.treat(
            tx,
            deed,
            tenant_id=campaign.tenant_id,
            campaign_id=campaign.id,
            actor=_ACTOR,
            now=self._now(),
            reason=reason,
            reason_detail=detail,
        )

    async def _tell(self, campaign: AtWork, pace: _Pace) -> None:
        """Tell a campaign's figures where they have changed: at most once a second, and less often where counting takes long."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with self._pool.transaction(campaign.tenant_id) as tx:
            row = await store.read(tx, tenant_id=campaign.tenant_id, campaign_id=campaign.id)
            figures = await progress.of(tx, campaign=row, tenant_id=campaign.tenant_id)
            if figures != pace.told:
                await realtime.append(
                    tx, [service.updated(campaign.tenant_id, row.shown(), progress=figures)]
                )
        pace.told = figures
        took = loop.time() - began
        pace.tell_at = began + max(_TOLD_EVERY, took * _TOLD_SHARE)
