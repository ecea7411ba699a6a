"""The periodic work of a worker; each piece may be done twice, or by several processes at once, without harm."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

import structlog

from curbe.audit.seal import seal_once
from curbe.auth import factor_store
from curbe.auth.session_store import drop_over
from curbe.connections import health, renewal
from curbe.infra import db
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.infra.loop import pause
from curbe.infra.migrate import SchemaMismatch, require_known_schema
from curbe.ingest import quarantine
from curbe.ingest.parked import Parked
from curbe.media.rules import BROKEN_OFF
from curbe.media.storage import Spool
from curbe.outbound.turns import Turns
from curbe.outgoing_webhooks import delivering
from curbe.push import telling as push
from curbe.reports import keeping as reports
from curbe.retention import service as retention
from curbe.templates import sync as templates

log: Final = structlog.get_logger(__name__)

_WEBHOOKS_KEPT_DAYS: Final = 30

Work = Callable[[], Awaitable[object]]


def until(
    stop: asyncio.Event, *, work: Pool, apply: Pool, dsn: str, spool: Spool, app_id: str
) -> list[Awaitable[None]]:
    """Return the periodic work, each piece to be run until ``stop``.

    Args:
        stop: set when the worker ends; also set here if the database's schema is no longer this build's.
        work: connections with the worker role.
        apply: connections with the batch role.
        dsn: the database.
        spool: the folder for files that are being received.
        app_id: the Meta app whose tokens are renewed.
    """

    async def seal() -> None:
        while await seal_once(apply):
            pass

    parked = Parked(apply)

    async def partitions() -> None:
        # Gives up within a second if the log stays locked, and tries again next time; partitions are made days ahead.
        await work.execute("SELECT keep_webhook_partitions(7, $1)", _WEBHOOKS_KEPT_DAYS)

    async def broken_off() -> None:
        if swept := await asyncio.to_thread(spool.sweep, older_than=BROKEN_OFF):
            log.info("files_swept", count=swept, reason="their fetching or uploading was broken off")

    async def schema() -> None:
        try:
            await require_known_schema(dsn)
        except SchemaMismatch as mismatch:
            log.critical("schema_changed", detail=str(mismatch))
            stop.set()

    return [
        _every(1.0, seal, stop),
        _every(1.0, _wanting_telling(apply), stop),
        _every(1.0, _wanting_pushes(apply), stop),
        _every(2.0, _unparking(parked), stop),
        _every(15.0, _lifting(apply), stop),
        _every(60.0, Turns(apply, work).give_what_is_owed, stop),
        _every(600.0, _dropping_parked(parked), stop),
        _every(600.0, partitions, stop),
        _every(30.0, schema, stop),
        _every(3600.0, _giving_up(apply), stop),
        _every(3600.0, broken_off, stop),
        _every(600.0, _forgetting(work), stop),
        _every(600.0, _retiring(apply), stop),
        _every(3600.0, _renewing(apply, app_id), stop),
        _every(60.0, _syncing(apply), stop),
        _every(60.0, _counting(apply), stop),
        _every(3600.0, _dropping(work), stop),
    ]


def _retiring(pool: Pool) -> Work:
    async def retire() -> None:
        if due := await retention.defer_due(pool, now=utc_now()):
            log.info("purges_due", tenants=due)

    return retire


def _unparking(parked: Parked) -> Work:
    async def unpark() -> None:
        await parked.apply()

    return unpark


def _dropping_parked(parked: Parked) -> Work:
    async def drop_parked() -> None:
        if dropped := await parked.drop_old():
            log.info("parked_statuses_dropped", count=dropped, reason="their messages are not ours")

    return drop_parked


def _giving_up(pool: Pool) -> Work:
    async def drop_old_set_aside() -> None:
        if dropped := await quarantine.drop_old(pool, kept=timedelta(days=_WEBHOOKS_KEPT_DAYS)):
            log.info("set_aside_dropped", count=dropped, reason="their webhooks are no longer kept")

    return drop_old_set_aside


def _counting(pool: Pool) -> Work:
    async def count_days() -> None:
        if due := await reports.defer_due(pool, now=utc_now()):
            log.debug("counts_due", tenants=due)

    return count_days


def _syncing(pool: Pool) -> Work:
    async def sync_templates() -> None:
        if due := await templates.defer_due(pool, now=utc_now()):
            log.info("template_syncs_due", tenants=due)

    return sync_templates


def _renewing(pool: Pool, app_id: str) -> Work:
    async def renew_tokens() -> None:
        await renewal.defer_due(pool, app_id=app_id, now=utc_now())

    return renew_tokens


def _lifting(pool: Pool) -> Work:
    async def lift() -> None:
        async with pool.transaction() as tx:
            await health.lift_ended(tx, now=utc_now())

    return lift


def _wanting_telling(pool: Pool) -> Work:
    async def tell_outgoing_webhooks() -> None:
        await delivering.defer_due(pool)

    return tell_outgoing_webhooks


def _wanting_pushes(pool: Pool) -> Work:
    async def push_to_browsers() -> None:
        await push.defer_due(pool)

    return push_to_browsers


def _forgetting(pool: Pool) -> Work:
    async def forget_what_nobody_answered() -> None:
        async with pool.transaction() as tx:
            await factor_store.drop_challenges_that_are_over(tx)

    return forget_what_nobody_answered


def _dropping(pool: Pool) -> Work:
    async def drop() -> None:
        async with pool.transaction() as tx:
            await drop_over(tx)

    return drop


async def _every(seconds: float, job: Work, stop: asyncio.Event) -> None:
    """Do ``job`` every ``seconds`` until ``stop``; if the database does not answer, try again next time."""
    while not stop.is_set():
        try:
            await job()
        except (*db.Unreachable, db.PostgresError) as error:
            log.warning(
                "upkeep_failed",
                job=getattr(job, "__name__", "?"),
                reason=type(error).__name__,
                detail=str(error)[:200],
            )
        await pause(stop, seconds)
