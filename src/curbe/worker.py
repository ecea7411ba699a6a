"""The worker process: the composition root that wires applying, sending, sealing and upkeep, and runs them until told to stop."""

import asyncio
import contextlib
import os
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Final

import structlog

from curbe import gauges, upkeep
from curbe.auth.links import INVITE_MAIL, RESET_MAIL
from curbe.auth.mailing import Mailing
from curbe.automations.running import Automating
from curbe.campaigns.tending import Tender
from curbe.channels.cloudapi.callback import PURPOSE as CALLBACK_PURPOSE
from curbe.channels.cloudapi.client import CloudApi
from curbe.connections.app_data import ASK, AppData
from curbe.connections.choosing import FORGET, Forgetting
from curbe.connections.completing import app_of
from curbe.connections.renewal import RENEW, Renewal
from curbe.connections.service import CATCH_UP, FETCH_AGAIN
from curbe.consent import hearing
from curbe.health import Health, database
from curbe.health import serve as serve_health
from curbe.inbox import moving
from curbe.inbox.moving import CARRY_OVER, GIVE_BACK
from curbe.inbox.moving_jobs import Carrying
from curbe.inbox.rules import WAKE
from curbe.inbox.seen import READ_RECEIPT
from curbe.inbox.snooze import Alarm
from curbe.infra import db
from curbe.infra.clock import utc_now
from curbe.infra.crypto import Keyring, Secret
from curbe.infra.db import Pool, PostgresError, Role, Unreachable
from curbe.infra.gc_settings import BATCHES, spare_what_stays
from curbe.infra.http import Egress
from curbe.infra.jobs import Handler, Runner
from curbe.infra.lookout import Lookout
from curbe.infra.loop import when_signalled
from curbe.infra.mail import Mailer
from curbe.infra.metrics import WORKER, Metrics
from curbe.infra.migrate import require_known_schema
from curbe.infra.settings import Settings
from curbe.ingest import defer_automations, defer_conclusions
from curbe.ingest import store as ingest
from curbe.ingest.applier import Applier
from curbe.ingest.bell import Bell
from curbe.ingest.catching_up import CatchingUp
from curbe.media.fetch import Fetcher
from curbe.media.fetching_again import FetchingAgain
from curbe.media.provide import Provider
from curbe.media.service import FETCH
from curbe.media.storage import Spool
from curbe.media.storage_choice import keeping_of, media_origins
from curbe.notifications.sending import Notifying
from curbe.notifications.service import SEND as NOTIFY
from curbe.outbound.conclusions import Concluding
from curbe.outbound.confirming import Confirming
from curbe.outbound.receipts import Receipts
from curbe.outbound.send import Means, Senders
from curbe.outgoing_webhooks.deliveries import DELIVER
from curbe.outgoing_webhooks.delivering import LEASE, Delivering, Ending
from curbe.push import rules as push_rules
from curbe.push import vapid
from curbe.push.pushing import Signer
from curbe.push.service import TELL
from curbe.push.telling import LEASE as PUSH_LEASE
from curbe.push.telling import Telling
from curbe.reports.keeping import COUNT, Bookkeeper
from curbe.retention.erasing import Eraser
from curbe.retention.erasures import ERASE
from curbe.retention.service import PURGE, Purger
from curbe.templates.sync import SYNC, Syncer

log: Final = structlog.get_logger(__name__)

_NICENESS: Final = 5
# Seconds until running work is cancelled; together with the rest of the shutdown, twenty are promised.
_DRAIN: Final = 15.0
_ANSWERS_WITHIN: Final = timedelta(seconds=_DRAIN - 3.0)  # for tenants' servers: leaves time to note it
_GIVE_BACK: Final = 1.0  # seconds
_JOB_LEASE: Final = timedelta(minutes=15)  # longer than fetching and keeping the largest file takes
_JOBS_AT_ONCE: Final = 4
_FILES_AT_ONCE: Final = 6
_WEBHOOKS_AT_ONCE: Final = 64  # each server that hangs occupies one of them for seconds
_PUSHES_AT_ONCE: Final = 16  # tenants
_FILES_OF_ONE: Final = 4  # one tenant's files that hang at Meta for minutes leave two places for all others
# Of suspended tenants too: what people send can be fetched for days only, a token is renewed before it ends or never, and what is to be
# deleted is.
_KEPT_UP: Final = frozenset({FETCH, FORGET, RENEW, PURGE, ERASE, COUNT})

Work = Callable[[], Awaitable[object]]


async def work(
    settings: Settings, dsn: str, *, announce: Callable[[str], None], listening: socket.socket | None
) -> None:
    """Work until SIGTERM or SIGINT; then finish what is under way and return.

    Args:
        settings: see there.
        dsn: the database.
        announce: is called once with a line for people when the work has begun.
        listening: where ``/healthz``, ``/readyz`` and ``/metrics`` are served; None: nowhere.

    Raises:
        SchemaMismatch: the database's schema is not this build's.
    """
    await require_known_schema(dsn)
    _stand_back()
    stop = asyncio.Event()
    when_signalled(stop.set)
    async with _wired(settings, dsn, stop) as (applier, senders, tender, runners, spool, pools, metrics):
        lanes = await _lanes(pools.apply)
        spare_what_stays(BATCHES)
        bell = Bell(pools.apply)
        running = [bell.run(stop), *(applier.run(lane, stop, bell) for lane in lanes)]
        running += [senders.run(stop), tender.run(stop), Lookout(pools.apply, runners).run(stop)]
        running += [runner.run(stop, watched=True) for runner in runners]
        running += upkeep.until(
            stop, work=pools.work, apply=pools.apply, dsn=dsn, spool=spool, app_id=settings.meta_app_id
        )
        async with asyncio.TaskGroup() as tasks:
            jobs = [tasks.create_task(job) for job in running]  # type: ignore[arg-type]
            if listening is not None:
                told = _health(pools, metrics, settings.metrics_token)
                jobs.append(tasks.create_task(serve_health(told, listening, stop)))
            announce(f"curbe works, {len(lanes)} lane{'s' if len(lanes) != 1 else ''}")
            await stop.wait()
            _, late = await asyncio.wait(jobs, timeout=_DRAIN)
            if late:
                await _give_back(runners)
            for job in late:
                log.warning("not_drained_in_time", job=job.get_name())
                job.cancel()
            if late:
                pools.cut()


async def _give_back(runners: Sequence[Runner]) -> None:
    """Give back the jobs that this worker is about to break off, so that other workers can begin them at once."""
    try:
        async with asyncio.timeout(_GIVE_BACK):
            for runner in runners:
                await runner.let_go()
    except (*Unreachable, PostgresError, TimeoutError) as error:  # the leases end by themselves
        log.warning("jobs_not_given_back", reason=type(error).__name__)


def _stand_back() -> None:
    """Lower this process's priority: on a busy machine the web process comes first, as whoever sends a request waits for its answer."""
    os.setpriority(os.PRIO_PROCESS, 0, max(_NICENESS, os.getpriority(os.PRIO_PROCESS, 0)))


class _Pools:
    """The worker's two roles: one tenant at a time, and batches that meet several."""

    def __init__(self, *, work: Pool, apply: Pool) -> None:
        self.work: Final = work
        self.apply: Final = apply

    async def close(self) -> None:
        await db.close_all(self.work, self.apply)

    def cut(self) -> None:
        self.work.cut()
        self.apply.cut()


@asynccontextmanager
async def _wired(
    settings: Settings, dsn: str, stop: asyncio.Event
) -> AsyncIterator[tuple[Applier, Senders, Tender, list[Runner], Spool, _Pools, Metrics]]:
    metrics = Metrics(WORKER)
    keyring = Keyring.of(settings)
    keeping = keeping_of(settings)
    async with contextlib.AsyncExitStack() as stack:
        pools = _Pools(
            work=await Pool.open(dsn, Role.WORKER, size=12), apply=await Pool.open(dsn, Role.APPLY, size=7)
        )
        stack.push_async_callback(pools.close)
        egress = await stack.enter_async_context(Egress(trusted=media_origins(settings)))
        cloud_api = CloudApi.of(settings, egress=egress)
        means = Means(
            pool=pools.work,
            cloud_api=cloud_api,
            keyring=keyring,
            callback_key=keyring.derive(CALLBACK_PURPOSE),
            metrics=metrics,
            rate_cap=settings.send_rate_cap,
            headroom=settings.send_headroom / 100,
            lease=settings.unknown_after,
            files=Provider(pools.work, cloud_api=cloud_api, storage=keeping.storage, now=utc_now),
        )
        callback_keys = keyring.derive_each(CALLBACK_PURPOSE)
        applier = Applier(pools.apply, callback_keys=callback_keys, metrics=metrics)
        fetcher = Fetcher(
            pools.work, cloud_api=cloud_api, keyring=keyring, keeping=keeping, metrics=metrics, now=utc_now
        )
        catch_up = CatchingUp(pools.work, everybody=pools.apply, callback_keys=callback_keys)
        asking = _meta_jobs(settings, pools.work, cloud_api=cloud_api, keyring=keyring)
        patient: dict[str, Handler] = {
            PURGE: Purger(pools.work, storage=keeping.storage, now=db.Transaction.now),
            ERASE: Eraser(pools.work, everybody=pools.apply, storage=keeping.storage, now=db.Transaction.now),
            COUNT: Bookkeeper(pools.work, now=utc_now),
        }
        alone: list[dict[str, Handler]] = [{CATCH_UP: catch_up}, patient]
        kinds = {"files": {FETCH: fetcher}, "asking": asking, "mail": _mail_jobs(settings, pools.work)}
        runners = runners_of(pools.apply, pools.work, **kinds, alone=alone)
        outside = await stack.enter_async_context(Egress(trusted=settings.outgoing_webhook_origins))
        deliver = _deliver(settings, pools.work, outside, keyring=keyring, metrics=metrics, stop=stop)
        runners.append(teller_of(pools.apply, pools.work, deliver))
        runners.append(await _pusher(stack, settings, pools, keyring=keyring, metrics=metrics, stop=stop))
        tender = Tender(everybody=pools.apply, pool=pools.work, now=utc_now)
        yield applier, Senders(means, everybody=pools.apply), tender, runners, keeping.spool, pools, metrics


def runners_of(
    everybody: Pool,
    pool: Pool,
    *,
    files: dict[str, Handler],
    asking: dict[str, Handler],
    mail: dict[str, Handler],
    alone: Sequence[dict[str, Handler]],
) -> list[Runner]:
    """Return the job runners: several, so that slow jobs never take the turns of quick ones.

    Internal jobs need only the database, and take milliseconds. ``asking`` are requests to Meta, which may take half a minute; ``mail``
    waits for the mail server; ``files`` may take minutes each. Each of ``alone`` gets a runner that does one job at a time: reading the
    webhook log for what a number missed may take hours, and deleting and counting are in no hurry.
    """
    hands = (
        (_internal_jobs(pool), _JOBS_AT_ONCE, None),
        (asking, _JOBS_AT_ONCE, _JOBS_AT_ONCE - 1),
        (mail, _JOBS_AT_ONCE, _JOBS_AT_ONCE - 1),
        (files, _FILES_AT_ONCE, _FILES_OF_ONE),
        *((handlers, 1, None) for handlers in alone),
    )
    return [
        Runner(
            everybody=everybody,
            pool=pool,
            handlers=handlers,
            at_once=at_once,
            lease=_JOB_LEASE,
            share=share,
            kept_up=_KEPT_UP,
        )
        for handlers, at_once, share in hands
    ]


def _deliver(
    settings: Settings, pool: Pool, egress: Egress, *, keyring: Keyring, metrics: Metrics, stop: asyncio.Event
) -> Delivering:
    return Delivering(
        pool,
        egress=egress,
        reachable=settings.outgoing_webhook_origins,
        keyring=keyring,
        metrics=metrics,
        now=utc_now,
        chance=secrets.SystemRandom().random,
        ending=Ending(stop, _ANSWERS_WITHIN),
    )


async def _pusher(
    stack: contextlib.AsyncExitStack,
    settings: Settings,
    pools: _Pools,
    *,
    keyring: Keyring,
    metrics: Metrics,
    stop: asyncio.Event,
) -> Runner:
    reachable = push_rules.within(settings.push_services)
    tell = Telling(
        pools.work,
        egress=await stack.enter_async_context(Egress(trusted=reachable)),
        reachable=reachable,
        signer=Signer(
            vapid.private_keys(keyring),
            push_rules.contact_of(settings.public_base_url, settings.mail_from),
        ),
        metrics=metrics,
        now=utc_now,
        ends=stop,
    )
    return pusher_of(pools.apply, pools.work, tell)


def pusher_of(everybody: Pool, pool: Pool, tell: Handler) -> Runner:
    """Return who pushes to browsers, apart from all else: what it asks are servers of others."""
    return Runner(
        everybody=everybody, pool=pool, handlers={TELL: tell}, at_once=_PUSHES_AT_ONCE, lease=PUSH_LEASE
    )


def teller_of(everybody: Pool, pool: Pool, deliver: Handler) -> Runner:
    """Return the runner that delivers outgoing webhooks, with room for so many at once that servers that hang hold up no other."""
    return Runner(
        everybody=everybody,
        pool=pool,
        handlers={DELIVER: deliver},
        at_once=_WEBHOOKS_AT_ONCE,
        lease=LEASE,
    )


def _internal_jobs(pool: Pool) -> dict[str, Handler]:
    """Return the handlers of jobs that need only the database.

    Ends of snoozes, the rest of merged and split conversations, answers to STOP, notifications, automations, consequences of failures,
    files to be asked for again once a number is connected again, and sign-ups in which nobody chose a number.
    """
    return {
        WAKE: Alarm(pool, now=utc_now),
        CARRY_OVER: Carrying(pool, moving.carry_over),
        GIVE_BACK: Carrying(pool, moving.give_back),
        hearing.ANSWER: Confirming(pool, now=utc_now),
        FETCH_AGAIN: FetchingAgain(pool),
        FORGET: Forgetting(pool),
        NOTIFY: Notifying(pool, now=utc_now),
        defer_automations.RUN: Automating(pool, now=utc_now),
        defer_conclusions.CONCLUDE: Concluding(pool),
    }


def _meta_jobs(
    settings: Settings, pool: Pool, *, cloud_api: CloudApi, keyring: Keyring
) -> dict[str, Handler]:
    """Return the handlers of jobs that make a small request to Meta: read receipts, lists of templates, app data, renewed tokens."""
    app = app_of(settings)
    return {
        READ_RECEIPT: Receipts(pool, cloud_api=cloud_api, keyring=keyring).read,
        SYNC: Syncer(pool, cloud_api=cloud_api, keyring=keyring),
        ASK: AppData(pool, cloud_api=cloud_api, keyring=keyring, now=utc_now),
        RENEW: Renewal(pool, cloud_api=cloud_api, keyring=keyring, app=app, now=utc_now),
    }


def _mail_jobs(settings: Settings, pool: Pool) -> dict[str, Handler]:
    """Return the handlers of jobs that send mail; none where no mail server is set."""
    if settings.smtp_url is None:
        return {}
    mailer = Mailer(settings.smtp_url, sender=settings.mail_from)
    mailing = Mailing(pool, mailer=mailer, base_url=settings.public_base_url, now=utc_now)
    return {INVITE_MAIL: mailing.invite, RESET_MAIL: mailing.reset}


async def _lanes(pool: Pool) -> list[int]:
    async with pool.transaction() as tx:
        return await ingest.lanes(tx)


def _health(pools: _Pools, metrics: Metrics, token: Secret | None) -> Health:
    return Health(
        checks={"database": database(pools.apply)},
        metrics=metrics,
        token=token,
        refresh=partial(gauges.refresh, metrics, pools.apply),
    )
