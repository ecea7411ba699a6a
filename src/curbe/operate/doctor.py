"""``curbe doctor``: looks at everything an operator would look at, changes nothing, and goes on where something does not answer."""

import os
import shutil
import stat
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from curbe.channels.cloudapi.client import CloudApi
from curbe.channels.cloudapi.versions import usable_until
from curbe.domain.errors import AppError
from curbe.domain.ids import first_id
from curbe.infra import db, jobs, migrate
from curbe.infra.clock import utc_now
from curbe.infra.crypto import Keyring, Secret
from curbe.infra.db import Pool, Query, Role, Transaction
from curbe.infra.http import Egress
from curbe.infra.migrate import SchemaMismatch
from curbe.infra.poolers import Pooled
from curbe.infra.settings import Settings, default_of
from curbe.ingest import store as ingest
from curbe.ingest.receive import PATH as WEBHOOK_PATH
from curbe.operate import (
    bucket,
    findings,
    findings_of_disks,
    findings_of_jobs,
    findings_of_numbers,
    findings_of_pushes,
    findings_of_versions,
    resealing,
)
from curbe.operate.findings import (
    Finding,
    OutboxFacts,
    ParkedFacts,
    PartitionFacts,
    QuarantineFacts,
    RoleFacts,
    ServerFacts,
    State,
)
from curbe.operate.findings_of_numbers import ConnectionFacts
from curbe.outgoing_webhooks import service as webhooks

Row = TypeVar("Row")

_PACKAGE: Final = "curbe.operate"
_ROLES: Final = ("app_web", "app_worker", "app_intake", "app_apply", "app_lookup")
_UNKNOWN_DAYS: Final = 7
_AS_WE_ARE: Final = os.access in os.supports_effective_ids
# Asking about it shows whether the app's own secret is right.
_NOBODYS_TOKEN: Final = Secret("EAAcurbeDoctor")


class _Count(msgspec.Struct, frozen=True):
    count: int


class _Name(msgspec.Struct, frozen=True):
    name: str


class _Oldest(msgspec.Struct, frozen=True):
    oldest: float | None


_SERVER: Final = Query(_PACKAGE, "server_facts", ServerFacts)
_ROLE_FACTS: Final = Query(_PACKAGE, "role_facts", RoleFacts)
_OPEN_TABLES: Final = Query(_PACKAGE, "open_tables", _Name)
_PARTITIONS: Final = Query(_PACKAGE, "partition_facts", PartitionFacts)
_OUTBOX: Final = Query(_PACKAGE, "outbox_facts", OutboxFacts)
_UNKNOWN: Final = Query(_PACKAGE, "unknown_sends", _Count)
_PARKED: Final = Query(_PACKAGE, "parked_facts", ParkedFacts)
_QUARANTINE: Final = Query(_PACKAGE, "quarantine_facts", QuarantineFacts)
_PUSHES: Final = Query(_PACKAGE, "push_facts", findings_of_pushes.ServiceFacts)
_UNSEALED: Final = Query(_PACKAGE, "unsealed_facts", _Oldest)
_PLATFORM_KEYS: Final = Query(_PACKAGE, "live_platform_keys", _Count)


async def examine(settings: Settings, dsn: str | Finding, *, env_file: Path) -> list[Finding]:
    """Return everything found, in the order of a request's way: settings, database, work, numbers, Meta.

    ``dsn``: the database's, or why there is none.
    """
    return [
        *_of_settings(settings, env_file),
        *await bucket.look(settings),
        *([dsn] if isinstance(dsn, Finding) else await _of_database(settings, dsn)),
        _of_graph_version(settings, today=utc_now().date()),
        await _of_graph(settings),
    ]


def _of_settings(settings: Settings, env_file: Path) -> list[Finding]:
    found = [Finding("settings", State.OK, "complete and well-formed")]
    if env_file.exists() and env_file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        found.append(
            Finding("settings", State.WARN, f"{env_file} can be read by others", f"chmod 600 {env_file}")
        )
    found.append(findings.webhook_address(settings.public_base_url, path=WEBHOOK_PATH))
    if settings.database_url is None:
        free = shutil.disk_usage(_there(settings.data_dir)).free
        found.append(findings_of_disks.disk(free, folder=str(settings.data_dir)))
    return [*found, *_of_files(settings)]


def _of_files(settings: Settings) -> list[Finding]:
    # Those for a bucket are on their way there, too.
    for folder in (settings.data_dir / "media", settings.data_dir / "media/.incoming"):
        there = _there(folder)
        if not (there.is_dir() and os.access(there, os.W_OK | os.X_OK, effective_ids=_AS_WE_ARE)):
            return [findings_of_disks.unwritable(str(there))]
    if settings.s3_bucket is not None or not settings.media_keep_free:
        return []
    free = shutil.disk_usage(_there(settings.data_dir)).free
    return [findings_of_disks.files(free, keep_free=settings.media_keep_free, folder=str(settings.data_dir))]


def _there(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that is there, and that we may know of."""
    for place in (folder, *folder.parents):
        with suppress(PermissionError):
            if place.exists():
                return place
    return Path("/")


async def _of_database(settings: Settings, dsn: str) -> list[Finding]:
    try:
        await migrate.require_known_schema(dsn)
        await migrate.require_logs_in_step(dsn)
        return await _looked_into(settings, dsn)
    except SchemaMismatch as mismatch:
        return [Finding("schema", State.FAIL, str(mismatch))]
    except Pooled as pooled:
        return [Finding("database", State.FAIL, str(pooled))]
    except (*db.Unreachable, db.PostgresError) as error:
        sentence = f"does not answer as it must ({type(error).__name__}: {_first_line(error)})"
        return [Finding("database", State.FAIL, sentence, "check DATABASE_URL, and that the server runs")]


async def _looked_into(settings: Settings, dsn: str) -> list[Finding]:
    async with AsyncExitStack() as stack:
        pools = [await Pool.open(dsn, role, size=1) for role in (Role.APPLY, Role.WEB)]
        for opened in pools:
            stack.push_async_callback(opened.close)
        apply, web = pools
        async with apply.transaction() as tx:
            rows = await resealing.connection_facts(tx)
            pins = await resealing.pin_facts(tx)
            signing = await webhooks.every_secret(tx)
            found = [*await _of_server(tx), *await _of_work(tx), *_of_numbers(rows, settings)]
        sealed = await resealing.sealed_facts(web, rows, pins, signing, Keyring.of(settings))
        found.append(findings.encryption_key(sealed))
        async with web.transaction() as tx:
            found.append(findings.platform_keys(_only(await _PLATFORM_KEYS.all(tx)).count))
        unknown = await _unknown_sends(apply, now=utc_now())
        return [*found, findings.unknown_sends(unknown, days=_UNKNOWN_DAYS)]


async def _of_server(tx: Transaction) -> list[Finding]:
    server = _only(await _SERVER.all(tx))
    names = [row.name for row in await _OPEN_TABLES.all(tx)]
    return [
        *findings.server(server, now=utc_now()),
        Finding("schema", State.OK, f"migration {migrate.known_migrations()[-1].version:04}, this build's"),
        findings.roles(await _ROLE_FACTS.all(tx, names=list(_ROLES)), wanted=_ROLES),
        findings.row_security(names),
        findings.partitions(_only(await _PARTITIONS.all(tx))),
    ]


async def _of_work(tx: Transaction) -> list[Finding]:
    return [
        findings.backlog(await ingest.backlog_seconds(tx)),
        findings.sealing(_only(await _UNSEALED.all(tx)).oldest),
        *findings.outbox(_only(await _OUTBOX.all(tx))),
        *findings_of_jobs.jobs(await jobs.backlog(tx)),
        *findings_of_pushes.pushes(await _PUSHES.all(tx)),
        findings.parked(_only(await _PARKED.all(tx))),
        *findings.quarantine(await _QUARANTINE.all(tx)),
    ]


def _of_numbers(rows: Sequence[ConnectionFacts], settings: Settings) -> list[Finding]:
    keyring = Keyring.of(settings)
    unreadable = [
        row.id
        for row in rows
        if row.access_token_enc is not None and not resealing.opens(row, row.access_token_enc, keyring)
    ]
    return findings_of_numbers.connections(
        rows, app_id=settings.meta_app_id, unreadable=unreadable, now=utc_now()
    )


async def _unknown_sends(pool: Pool, *, now: datetime) -> int | None:
    """Count them; None where that takes longer than an operator wants to wait."""
    try:
        async with pool.transaction() as tx:
            await tx.connection.execute("SET LOCAL statement_timeout = '10s'")
            return _only(await _UNKNOWN.all(tx, since_id=first_id(now - timedelta(days=_UNKNOWN_DAYS)))).count
    except (*db.Unreachable, db.PostgresError):
        return None


def _of_graph_version(settings: Settings, *, today: date) -> Finding:
    version, own = settings.meta_graph_version, default_of("META_GRAPH_VERSION")
    return findings_of_versions.graph_version(
        version, usable_until=usable_until(version), own=own, own_until=usable_until(own), today=today
    )


async def _of_graph(settings: Settings) -> Finding:
    """Ask Meta about a token that is nobody's: it answers that only to an app with the right secret."""
    address = findings.graph_address(settings.meta_graph_base_url)
    async with Egress(trusted=[settings.meta_graph_base_url]) as egress:
        cloud_api = CloudApi.of(settings, egress=egress)
        try:
            await cloud_api.debug_token(_NOBODYS_TOKEN, settings.meta_app_id, settings.meta_app_secret)
        except AppError as refusal:
            fix = refusal.fix or "see that this machine reaches it, and that META_GRAPH_BASE_URL is right"
            return Finding("graph", State.FAIL, refusal.detail.rstrip("."), fix.rstrip("."))
    sentence = f"{address.sentence}, answers and knows our app"
    return Finding("graph", address.state, sentence, address.fix)


def _only(rows: Sequence[Row]) -> Row:
    return rows[0]


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0].rstrip(".")
