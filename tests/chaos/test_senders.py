"""The senders outlive the loss of their database connection, and go on looking after every number while others are busy."""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import asyncpg
import msgspec
import pytest
from aiohttp import web
from uuid_utils.compat import uuid7

from bed import files
from bed.rows import Number, Sent, insert_number, insert_sent
from curbe.channels.cloudapi.client import CloudApi
from curbe.infra.clock import utc_now
from curbe.infra.crypto import Keyring, Secret, binding, fresh_key
from curbe.infra.db import Pool, Role
from curbe.infra.http import Egress
from curbe.infra.metrics import Metrics
from curbe.media.provide import Provider
from curbe.media.storage import LocalStorage
from curbe.outbound.send import Means, Senders
from curbe.outbound.sender import LEASE

pytestmark = pytest.mark.anyio

NOBODY = (
    "http://127.0.0.1:9"  # refuses every connection: certainly not sent, so the sender tries again and again
)


class Files(msgspec.Struct, frozen=True):
    """Where our own files are known, and where they lie."""

    pool: Pool
    storage: LocalStorage


@contextlib.asynccontextmanager
async def sending(
    worker: Pool,
    apply: Pool,
    keyring: Keyring,
    *,
    graph: str = NOBODY,
    files: Files | None = None,
    lease: timedelta = LEASE,
) -> AsyncIterator[asyncio.Task[None]]:
    stop = asyncio.Event()
    async with Egress(trusted=[graph]) as egress, asyncio.TaskGroup() as tasks:
        cloud_api = CloudApi(egress, base_url=graph, version="v25.0")
        provider = files and Provider(files.pool, cloud_api=cloud_api, storage=files.storage, now=utc_now)
        means = Means(
            pool=worker,
            cloud_api=cloud_api,
            keyring=keyring,
            callback_key=keyring.derive("callback data"),
            metrics=Metrics(),
            lease=lease,
            files=provider,
        )
        task = tasks.create_task(Senders(means, everybody=apply).run(stop))
        try:
            yield task
        finally:
            stop.set()


async def waiting(owner: asyncpg.Connection, number: Number, *, seconds_left: int | None = None) -> Sent:
    """A message in the outbox: to be sent, or leased until ``seconds_left`` from now."""
    sent = await insert_sent(owner, number, phase="queued" if seconds_left is None else "sending", attempt=1)
    await owner.execute(
        "UPDATE conversations SET last_inbound_at = now() WHERE id = $1", sent.conversation_id
    )
    content = '{"type": "text", "text": {"body": "hola"}}'
    await owner.execute(
        "UPDATE messages SET created_at = now(), payload = $2 WHERE id = $1", sent.id, content
    )
    await owner.execute(
        """INSERT INTO outbox (tenant_id, message_id, channel_connection_id, conversation_id, attempt, lease_expires_at)
           VALUES ($1, $2, $3, $4, 1, now() + $5 * interval '1 second')""",
        number.tenant_id,
        sent.id,
        number.connection_id,
        sent.conversation_id,
        seconds_left,
    )
    return sent


async def become_a_picture(
    owner: asyncpg.Connection, sent: Sent, storage: LocalStorage, folder: Path
) -> None:
    """Let a message that waits be one with a file of our own."""
    media_id, tenant_id = uuid7(), sent.number.tenant_id
    content = files.picture("PNG")
    key = f"{tenant_id}/ab/{hashlib.sha256(content).hexdigest()}"
    (folder / "picture").write_bytes(content)
    await storage.put(key, folder / "picture")
    await owner.execute(
        """INSERT INTO media_assets (tenant_id, id, sha256, mime_type, sniffed, size, storage_key)
           VALUES ($1, $2, sha256($3), 'image/png', true, $4, $5)""",
        tenant_id,
        media_id,
        content,
        len(content),
        key,
    )
    payload = f'{{"type": "image", "image": {{"id": "{media_id}"}}}}'
    await owner.execute("UPDATE messages SET type = 'image', payload = $2 WHERE id = $1", sent.id, payload)


async def give_token(owner: asyncpg.Connection, number: Number, keyring: Keyring) -> None:
    place = binding("channel_connections", number.tenant_id, number.connection_id, "access_token_enc")
    await owner.execute(
        "UPDATE channel_connections SET access_token_enc = $2 WHERE id = $1",
        number.connection_id,
        keyring.seal(Secret("EAA-a-token-of-this-test"), bound_to=place),
    )


async def until(owner: asyncpg.Connection, sql: str, *arguments: object) -> None:
    """Wait until a query answers true."""
    async with asyncio.timeout(8):
        while not await owner.fetchval(sql, *arguments):  # noqa: ASYNC110 - the database has no event for it
            await asyncio.sleep(0.05)


async def cut_all(owner: asyncpg.Connection) -> None:
    await owner.execute(
        """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()"""
    )


@contextlib.asynccontextmanager
async def graph_that_names_all_alike(
    *, after: float, uploads_after: float = 0, uploads_refused: int = 0, alike: bool = True
) -> AsyncIterator[tuple[str, asyncio.Event]]:
    """A Graph API that accepts each message ``after`` seconds, by one and the same wamid; and the event that a request has come.

    Files are taken after ``uploads_after`` seconds, the first ``uploads_refused`` are one request too many. Not ``alike``: each
    message has a name of its own.
    """
    asked = asyncio.Event()
    refusals = iter(range(uploads_refused))

    async def accept(_request: web.Request) -> web.Response:
        asked.set()
        await asyncio.sleep(after)
        accepted = {"messaging_product": "whatsapp", "contacts": [{"input": "1", "wa_id": "1"}]}
        return web.json_response(
            accepted | {"messages": [{"id": "wamid.taken" if alike else f"wamid.{uuid7()}"}]}
        )

    async def keep(request: web.Request) -> web.Response:
        asked.set()
        await request.read()
        await asyncio.sleep(uploads_after)
        if next(refusals, None) is not None:
            return web.json_response({"error": {"code": 80007, "message": "Rate limit"}}, status=400)
        return web.json_response({"id": "901"})

    app = web.Application()
    app.router.add_post("/{version}/{number}/media", keep)
    app.router.add_post("/{path:.*}", accept)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", asked
    finally:
        await runner.cleanup()


async def test_what_meta_answered_while_the_database_was_gone_is_written_once_it_is_back(
    owner: asyncpg.Connection, worker: Pool, apply: Pool, number: Number
):
    keyring = Keyring.from_base64(fresh_key())
    await give_token(owner, number, keyring)
    sent = await waiting(owner, number)
    async with (
        graph_that_names_all_alike(after=1) as (graph, asked),
        sending(worker, apply, keyring, graph=graph),
    ):
        await asked.wait()
        await cut_all(owner)
        await until(owner, "SELECT status = 'accepted' FROM messages WHERE id = $1", sent.id)


async def test_two_messages_that_meta_calls_by_one_name_do_not_block_their_number(
    owner: asyncpg.Connection, worker: Pool, apply: Pool, number: Number
):
    keyring = Keyring.from_base64(fresh_key())
    await give_token(owner, number, keyring)
    for _ in range(3):
        await waiting(owner, number)
    async with (
        graph_that_names_all_alike(after=0) as (graph, _),
        sending(worker, apply, keyring, graph=graph),
    ):
        await until(owner, "SELECT count(*) = 0 FROM outbox")
    statuses = await owner.fetch("SELECT status::text, count(*) FROM messages GROUP BY 1 ORDER BY 1")
    # Whoever has the name has it; of the others nobody can say what became of them.
    assert [tuple(row) for row in statuses] == [("accepted", 1), ("unknown", 2)]


async def test_a_message_whose_content_cannot_be_read_fails_alone(
    owner: asyncpg.Connection, worker: Pool, apply: Pool, number: Number
):
    keyring = Keyring.from_base64(fresh_key())
    await give_token(owner, number, keyring)
    unreadable = await waiting(owner, number)
    await owner.execute("UPDATE messages SET payload = '{}' WHERE id = $1", unreadable.id)
    readable = await waiting(owner, number)
    async with (
        graph_that_names_all_alike(after=0) as (graph, _),
        sending(worker, apply, keyring, graph=graph),
    ):
        await until(owner, "SELECT count(*) = 0 FROM outbox")
    assert await owner.fetchval("SELECT status::text FROM messages WHERE id = $1", unreadable.id) == "failed"
    assert await owner.fetchval("SELECT status::text FROM messages WHERE id = $1", readable.id) == "accepted"


async def test_a_file_that_breaks_off_takes_nobody_elses_answer_with_it(
    owner: asyncpg.Connection, dsn: str, worker: Pool, apply: Pool, number: Number, tmp_path: Path
):
    keyring = Keyring.from_base64(fresh_key())
    await give_token(owner, number, keyring)
    text, picture = await waiting(owner, number), await waiting(owner, number)
    storage = LocalStorage(tmp_path / "media")
    await become_a_picture(owner, picture, storage, tmp_path)
    gone = await Pool.open(dsn, Role.WORKER)
    await gone.close()
    async with (
        graph_that_names_all_alike(after=1) as (graph, _),
        sending(worker, apply, keyring, graph=graph, files=Files(gone, storage)),
    ):
        await until(owner, "SELECT refusals > 0 FROM outbox WHERE message_id = $1", picture.id)
        await until(owner, "SELECT status = 'accepted' FROM messages WHERE id = $1", text.id)
    assert await owner.fetchval("SELECT phase::text FROM messages WHERE id = $1", picture.id) == "queued"


async def test_while_the_store_of_files_is_away_a_message_waits_for_its_file_and_uses_up_no_try(
    owner: asyncpg.Connection, worker: Pool, apply: Pool, number: Number, tmp_path: Path
):
    keyring = Keyring.from_base64(fresh_key())
    await give_token(owner, number, keyring)
    text, picture = await waiting(owner, number), await waiting(owner, number)
    await owner.execute("UPDATE outbox SET refusals = 4 WHERE message_id = $1", picture.id)
    storage = LocalStorage(tmp_path / "media")
    await become_a_picture(owner, picture, storage, tmp_path)
    [file] = [path for path in (tmp_path / "media").rglob("*") if path.is_file()]
    elsewhere = file.rename(tmp_path / "elsewhere")
    file.mkdir()  # there, and it cannot be read
    async with (
        graph_that_names_all_alike(after=0, alike=False) as (graph, _),
        sending(worker, apply, keyring, graph=graph, files=Files(worker, storage)),
    ):
        await until(owner, "SELECT attempt > 3 FROM outbox WHERE message_id = $1", picture.id)
        await until(owner, "SELECT status = 'accepted' FROM messages WHERE id = $1", text.id)
        refusals = await owner.fetchval("SELECT refusals FROM outbox WHERE message_id = $1", picture.id)
        file.rmdir()
        elsewhere.rename(file)
        await until(owner, "SELECT status = 'accepted' FROM messages WHERE id = $1", picture.id)
    assert refusals == 4


async def test_an_upload_that_takes_longer_than_a_lease_is_waited_for(
    owner: asyncpg.Connection, worker: Pool, apply: Pool, number: Number, tmp_path: Path
):
    keyring = Keyring.from_base64(fresh_key())
    await give_token(owner, number, keyring)
    picture = await waiting(owner, number)
    storage = LocalStorage(tmp_path / "media")
    await become_a_picture(owner, picture, storage, tmp_path)
    async with (
        graph_that_names_all_alike(after=0, uploads_after=5) as (graph, _),
        sending(
            worker, apply, keyring, graph=graph, files=Files(worker, storage), lease=timedelta(seconds=0.5)
        ),
    ):
        await until(owner, "SELECT status = 'accepted' FROM messages WHERE id = $1", picture.id)
    phase = await owner.fetchval("SELECT phase::text FROM messages WHERE id = $1", picture.id)
    assert phase == "sending", "nobody doubted it meanwhile"


async def test_messages_that_wait_for_one_upload_slow_their_number_down_once_where_it_was_one_too_many(
    owner: asyncpg.Connection, worker: Pool, apply: Pool, number: Number, tmp_path: Path
):
    keyring = Keyring.from_base64(fresh_key())
    await give_token(owner, number, keyring)
    pictures = [await waiting(owner, number) for _ in range(40)]
    storage = LocalStorage(tmp_path / "media")
    await become_a_picture(owner, pictures[0], storage, tmp_path)
    await owner.execute(
        """UPDATE messages m SET type = p.type, payload = p.payload FROM messages p
            WHERE p.id = $1 AND m.id = ANY ($2)""",
        pictures[0].id,
        [picture.id for picture in pictures[1:]],
    )
    async with (
        graph_that_names_all_alike(after=0, uploads_after=1, uploads_refused=1, alike=False) as (graph, _),
        sending(worker, apply, keyring, graph=graph, files=Files(worker, storage)),
    ):
        # Slowed down by each of them, one a second would go.
        await until(owner, "SELECT count(*) = 0 FROM outbox")


async def test_whoever_is_told_to_stop_while_a_file_goes_up_leaves_its_message_for_later(
    owner: asyncpg.Connection, worker: Pool, apply: Pool, number: Number, tmp_path: Path
):
    keyring = Keyring.from_base64(fresh_key())
    await give_token(owner, number, keyring)
    picture = await waiting(owner, number)
    await owner.execute("UPDATE outbox SET refusals = 4")
    storage = LocalStorage(tmp_path / "media")
    await become_a_picture(owner, picture, storage, tmp_path)
    async with (
        graph_that_names_all_alike(after=0, uploads_after=60) as (graph, asked),
        asyncio.timeout(10),
        sending(worker, apply, keyring, graph=graph, files=Files(worker, storage)),
    ):
        await asked.wait()
    row = await owner.fetchrow("SELECT lease_expires_at IS NULL AS free, waits, refusals FROM outbox")
    assert tuple(row) == (True, None, 4), "it may go at once, and no try is used up"
    assert await owner.fetchval("SELECT phase::text FROM messages WHERE id = $1", picture.id) == "queued"


async def test_a_message_to_somebody_whom_no_way_leads_to_any_more_fails_and_meta_is_not_asked(
    owner: asyncpg.Connection, worker: Pool, apply: Pool, number: Number
):
    keyring = Keyring.from_base64(fresh_key())
    await give_token(owner, number, keyring)
    sent = await waiting(owner, number)
    await owner.execute(
        "UPDATE conversations SET contact_e164 = NULL, contact_wa_id = NULL, contact_bsuid = NULL"
    )
    async with (
        graph_that_names_all_alike(after=0) as (graph, asked),
        sending(worker, apply, keyring, graph=graph),
    ):
        await until(owner, "SELECT count(*) = 0 FROM outbox")
        assert not asked.is_set()
    row = await owner.fetchrow("SELECT status::text, failure_kind FROM messages WHERE id = $1", sent.id)
    assert tuple(row) == ("failed", "recipient")


async def test_a_number_whose_token_cannot_be_opened_claims_nothing(
    owner: asyncpg.Connection, worker: Pool, apply: Pool, number: Number
):
    await give_token(owner, number, Keyring.from_base64(fresh_key()))
    sent = await waiting(owner, number)
    async with sending(worker, apply, Keyring.from_base64(fresh_key())):
        await asyncio.sleep(1)
    phase, attempt = await owner.fetchrow("SELECT phase::text, attempt FROM messages WHERE id = $1", sent.id)
    assert (phase, attempt) == ("queued", 1)
    assert await owner.fetchval("SELECT lease_expires_at IS NULL FROM outbox")


async def test_a_token_that_cannot_be_opened_any_more_costs_nobody_the_answer_to_what_is_under_way(
    owner: asyncpg.Connection, worker: Pool, apply: Pool, number: Number
):
    keyring = Keyring.from_base64(fresh_key())
    await give_token(owner, number, keyring)
    under_way = await waiting(owner, number)
    async with (
        graph_that_names_all_alike(after=2) as (graph, asked),
        sending(worker, apply, keyring, graph=graph),
    ):
        await asked.wait()
        await give_token(owner, number, Keyring.from_base64(fresh_key()))
        later = await waiting(owner, number)
        await until(owner, "SELECT status = 'accepted' FROM messages WHERE id = $1", under_way.id)
    assert await owner.fetchval("SELECT phase::text FROM messages WHERE id = $1", later.id) == "queued"


async def test_a_number_that_meta_lets_send_faster_does_so_at_once(
    owner: asyncpg.Connection, worker: Pool, apply: Pool, number: Number
):
    keyring = Keyring.from_base64(fresh_key())
    await give_token(owner, number, keyring)
    await owner.execute("UPDATE channel_connections SET messages_per_second = 1")
    for _ in range(40):
        await waiting(owner, number)
    async with (
        graph_that_names_all_alike(after=0, alike=False) as (graph, _),
        sending(worker, apply, keyring, graph=graph),
    ):
        await until(owner, "SELECT count(*) <= 38 FROM outbox")
        await owner.execute("UPDATE channel_connections SET messages_per_second = 80")
        await until(owner, "SELECT count(*) = 0 FROM outbox")


async def test_whoever_is_told_to_end_at_once_does_not_wait_for_meta(
    owner: asyncpg.Connection, worker: Pool, apply: Pool, number: Number
):
    keyring = Keyring.from_base64(fresh_key())
    await give_token(owner, number, keyring)
    await waiting(owner, number)
    async with (
        graph_that_names_all_alike(after=20) as (graph, asked),
        asyncio.timeout(10),
        sending(worker, apply, keyring, graph=graph) as senders,
    ):
        await asked.wait()
        senders.cancel()


async def test_a_busy_number_does_not_keep_another_from_being_looked_after_once_the_connection_was_cut(
    owner: asyncpg.Connection, worker: Pool, apply: Pool
):
    keyring = Keyring.from_base64(fresh_key())
    busy, other = await insert_number(owner), await insert_number(owner)
    for number in (busy, other):
        await give_token(owner, number, keyring)
    tried = await waiting(owner, busy)
    async with sending(worker, apply, keyring) as senders:
        await until(owner, "SELECT attempt > 1 FROM outbox WHERE message_id = $1", tried.id)
        await cut_all(owner)
        late, fresh = await waiting(owner, other, seconds_left=-1), await waiting(owner, other)
        await until(owner, "SELECT status = 'unknown' FROM messages WHERE id = $1", late.id)
        await until(owner, "SELECT attempt > 1 FROM outbox WHERE message_id = $1", fresh.id)
        assert not senders.done()


async def test_connections_cut_at_any_moment_end_nothing(
    owner: asyncpg.Connection, worker: Pool, apply: Pool
):
    keyring = Keyring.from_base64(fresh_key())
    number = await insert_number(owner)
    await give_token(owner, number, keyring)
    async with (
        graph_that_names_all_alike(after=0, alike=False) as (graph, _),
        sending(worker, apply, keyring, graph=graph) as senders,
    ):
        for _ in range(60):
            await waiting(owner, number)
            await owner.execute(
                "SELECT pg_notify('curbe_outbox', $1)", f"{number.tenant_id}:{number.connection_id}"
            )
            await cut_all(owner)
            await asyncio.sleep(0.02)
            assert not senders.done()
        sent = await waiting(owner, number)
        await until(owner, "SELECT status = 'accepted' FROM messages WHERE id = $1", sent.id)
