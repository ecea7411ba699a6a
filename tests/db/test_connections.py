"""Connections at rest: sealed tokens that open in their own row alone, pauses, and the number to send from."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest
from uuid_utils.compat import uuid7

from bed.rows import insert_tenant
from curbe.channels.cloudapi.answers import Number, TokenInfo
from curbe.channels.cloudapi.errors import status_failure
from curbe.connections import service
from curbe.connections.rules import Connection, ConnectionStatus, Line, require_active, to_send_from
from curbe.connections.service import Proof
from curbe.domain.errors import ConnectionPaused, NoConnection, NumberTaken
from curbe.inbox.outbound_messages import Settlement, Verdict
from curbe.infra.crypto import CannotOpen, Keyring, Secret, WrongBinding, fresh_key
from curbe.infra.db import Pool, Transaction
from curbe.outbound import conclusions
from curbe.outbound import store as outbox
from curbe.outbound.attempt import Attempted
from curbe.outbound.rules import Next
from curbe.outbound.settle import Settler

pytestmark = pytest.mark.anyio

TOKEN = "EAA-the-token-of-a-number"
KEYRING = Keyring.from_base64(fresh_key())
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def proof(number: str = "300000000000001", *, token: str = TOKEN, waba_id: str = "200000000000001") -> Proof:
    return Proof(
        waba_id=waba_id,
        number=Number(id=number, display_phone_number="+34 600 000 001", verified_name="Acme"),
        token=Secret(token),
        about_token=TokenInfo(is_valid=True, app_id="100000000000001"),
        app_id="100000000000001",
    )


async def connect(
    web: Pool, tenant: UUID, proven: Proof | None = None, *, country_id: str | None = None
) -> Connection:
    async with web.transaction(tenant) as tx:
        return await service.connect(
            tx,
            proven or proof(),
            tenant_id=tenant,
            keyring=KEYRING,
            country_id=country_id,
            actor="cli",
            now=NOW,
        )


async def token_of(pool: Pool, tenant: UUID, connection: UUID, *, keyring: Keyring = KEYRING) -> str:
    async with pool.transaction(tenant) as tx:
        secret = await service.credentials(tx, tenant_id=tenant, connection_id=connection, keyring=keyring)
    return secret.reveal()


async def sealed(owner: asyncpg.Connection, connection: UUID) -> str:
    return await owner.fetchval("SELECT access_token_enc FROM channel_connections WHERE id = $1", connection)


async def line_of(
    tx: Transaction, tenant: UUID, *, connection_id: UUID | None = None, country_id: str | None = None
) -> Line:
    """The number that a send which names these leaves from."""
    lines = await outbox.lines_to(tx, tenant_id=tenant, phone=None)
    return to_send_from([line for line, _ in lines], connection_id=connection_id, country_id=country_id)


async def test_the_sender_gets_back_the_token_that_was_connected(
    web: Pool, worker: Pool, tenant: UUID
) -> None:
    connection = await connect(web, tenant)

    assert await token_of(worker, tenant, connection.id) == TOKEN


async def test_a_sealed_token_opens_in_no_other_row(
    web: Pool, owner: asyncpg.Connection, tenant: UUID
) -> None:
    other = await insert_tenant(owner)
    places = [(tenant, await connect(web, tenant, proof(f"30000000000000{n}"))) for n in range(4)]
    places += [(other, await connect(web, other, proof(f"30000000000001{n}"))) for n in range(4)]
    tokens = [(whose, one.id, await sealed(owner, one.id)) for whose, one in places]

    for whose, connection_id, _ in tokens:
        for _, from_id, text in tokens:
            if from_id == connection_id:
                continue
            await owner.execute(
                "UPDATE channel_connections SET access_token_enc = $1 WHERE id = $2", text, connection_id
            )
            with pytest.raises(WrongBinding):
                await token_of(web, whose, connection_id)


async def test_a_token_sealed_with_a_retired_key_still_opens_and_one_with_a_lost_key_says_so(
    web: Pool, tenant: UUID
) -> None:
    connection = await connect(web, tenant)
    lost = Keyring.from_base64(fresh_key())

    with pytest.raises(CannotOpen, match="TOKEN_ENCRYPTION_KEYS_RETIRED"):
        await token_of(web, tenant, connection.id, keyring=lost)


async def test_a_paused_connection_keeps_its_number_and_refuses_to_send(
    web: Pool, worker: Pool, owner: asyncpg.Connection, tenant: UUID
) -> None:
    connection = await connect(web, tenant)
    other = await insert_tenant(owner)

    async with worker.transaction(tenant) as tx:
        paused = await service.pause(
            tx, tenant_id=tenant, connection_id=connection.id, reason="The token has expired."
        )

    assert paused
    async with web.transaction(tenant) as tx:
        with pytest.raises(ConnectionPaused, match="The token has expired"):
            require_active(await service.read(tx, tenant_id=tenant, connection_id=connection.id))
    with pytest.raises(NumberTaken):
        await connect(web, other)


async def test_the_first_reason_of_a_pause_stays_and_is_on_record_once(
    web: Pool, worker: Pool, owner: asyncpg.Connection, tenant: UUID
) -> None:
    connection = await connect(web, tenant)

    for reason in ("first", "second"):
        async with worker.transaction(tenant) as tx:
            await service.pause(tx, tenant_id=tenant, connection_id=connection.id, reason=reason)

    assert await owner.fetchval("SELECT pause_reason FROM channel_connections") == "first"
    assert await owner.fetchval("SELECT count(*) FROM audit_log WHERE action = 'connection.paused'") == 1


async def test_a_refusal_of_the_old_token_does_not_pause_a_connection_with_a_new_one(
    web: Pool, worker: Pool, owner: asyncpg.Connection, tenant: UUID
) -> None:
    connection = await connect(web, tenant)
    old = await sealed(owner, connection.id)
    await connect(web, tenant, proof(token="EAA-a-newer-token-of-it"))

    for refused, paused in ((old, False), (await sealed(owner, connection.id), True)):
        async with worker.transaction(tenant) as tx:
            assert paused is await service.pause(
                tx, tenant_id=tenant, connection_id=connection.id, reason="190", refused_token=refused
            )


@pytest.mark.parametrize(("code", "whole"), [(131042, True), (368, True), (131031, False), (131037, False)])
async def test_a_refusal_of_the_account_pauses_every_number_of_its_waba_and_no_other(
    web: Pool, worker: Pool, owner: asyncpg.Connection, tenant: UUID, code: int, *, whole: bool
) -> None:
    stranger = await insert_tenant(owner)
    first = await connect(web, tenant, proof("300000000000001"))
    beside = await connect(web, tenant, proof("300000000000002", token="EAA-another-token-of-it"))
    elsewhere = await connect(web, tenant, proof("300000000000003", waba_id="200000000000002"))
    theirs = await connect(web, stranger, proof("300000000000004"))

    async with worker.transaction(tenant) as tx:
        await conclusions.pause(
            tx,
            status_failure(code, "No"),
            tenant_id=tenant,
            connection_id=first.id,
            refused_token=await sealed(owner, first.id),
        )

    paused = {
        row["id"] for row in await owner.fetch("SELECT id FROM channel_connections WHERE status = 'error'")
    }
    told = await owner.fetch("SELECT subject FROM audit_log WHERE action = 'connection.paused'")
    assert paused == ({first.id, beside.id} if whole else {first.id})
    assert {UUID(row["subject"]) for row in told} == paused
    assert not {elsewhere.id, theirs.id} & paused


async def test_a_number_resumed_since_a_refusal_of_its_account_goes_on(
    web: Pool, worker: Pool, owner: asyncpg.Connection, tenant: UUID
) -> None:
    first = await connect(web, tenant, proof("300000000000001"))
    beside = await connect(web, tenant, proof("300000000000002"))
    await owner.execute("UPDATE channel_connections SET sends_since = now() WHERE id = $1", beside.id)

    async with worker.transaction(tenant) as tx:
        await conclusions.pause(
            tx,
            status_failure(131042, "No"),
            tenant_id=tenant,
            connection_id=first.id,
            told_at=NOW + timedelta(seconds=1),
        )

    rows = await owner.fetch("SELECT id FROM channel_connections WHERE status = 'error'")
    assert [row["id"] for row in rows] == [first.id]


async def test_a_refusal_written_down_late_leaves_alone_what_was_connected_or_resumed_meanwhile(
    web: Pool, worker: Pool, owner: asyncpg.Connection, tenant: UUID
) -> None:
    first = await connect(web, tenant, proof("300000000000001"))
    beside = await connect(web, tenant, proof("300000000000002"))
    await owner.execute("UPDATE channel_connections SET sends_since = now() WHERE id = $1", beside.id)

    async def paused_by_a_refusal_of_then() -> list[UUID]:
        settler = Settler(worker, tenant_id=tenant, connection_id=first.id)
        settler.add(
            Attempted(
                settlement=Settlement(
                    id=uuid7(), attempt=1, verdict=Verdict.QUEUED, at=NOW + timedelta(seconds=1)
                ),
                put_back=None,
                next=Next(verdict=Verdict.QUEUED, pauses_connection=True),
                failure=status_failure(131042, "No"),
                sealed_token=await sealed(owner, first.id),
            )
        )
        settler.stop()
        await settler.run()
        rows = await owner.fetch("SELECT id FROM channel_connections WHERE status = 'error'")
        return [row["id"] for row in rows]

    assert await paused_by_a_refusal_of_then() == [first.id]
    async with web.transaction(tenant) as tx:
        await service.resume(tx, tenant_id=tenant, connection_id=first.id, actor="cli")
    assert await paused_by_a_refusal_of_then() == []


async def test_resuming_ends_a_pause_and_only_a_pause(web: Pool, tenant: UUID) -> None:
    connection = await connect(web, tenant)

    async with web.transaction(tenant) as tx:
        assert not await service.resume(tx, tenant_id=tenant, connection_id=connection.id, actor="cli")
        await service.pause(tx, tenant_id=tenant, connection_id=connection.id, reason="x")
        assert await service.resume(tx, tenant_id=tenant, connection_id=connection.id, actor="cli")
        require_active(await service.read(tx, tenant_id=tenant, connection_id=connection.id))
        await service.disconnect(tx, tenant_id=tenant, connection_id=connection.id, actor="cli", now=NOW)
        assert not await service.resume(tx, tenant_id=tenant, connection_id=connection.id, actor="cli")


async def test_a_number_given_up_sends_nothing_and_has_no_token(web: Pool, tenant: UUID) -> None:
    connection = await connect(web, tenant)

    async with web.transaction(tenant) as tx:
        await service.disconnect(tx, tenant_id=tenant, connection_id=connection.id, actor="cli", now=NOW)
        with pytest.raises(NoConnection):
            require_active(await service.read(tx, tenant_id=tenant, connection_id=connection.id))
        with pytest.raises(NoConnection):
            await line_of(tx, tenant)
    with pytest.raises(NoConnection):
        await token_of(web, tenant, connection.id)


async def test_the_number_to_send_from_is_the_countrys(web: Pool, tenant: UUID) -> None:
    spain = await connect(web, tenant, proof("1"), country_id="ES")
    mexico = await connect(web, tenant, proof("2"), country_id="MX")

    async with web.transaction(tenant) as tx:
        by_country = await line_of(tx, tenant, country_id="MX")
        by_id = await line_of(tx, tenant, connection_id=spain.id)

    assert (by_country.id, by_id.id) == (mexico.id, spain.id)


async def test_another_tenants_connection_is_no_connection(
    web: Pool, owner: asyncpg.Connection, tenant: UUID
) -> None:
    theirs = await connect(web, await insert_tenant(owner))

    async with web.transaction(tenant) as tx:
        for wanted in (
            service.read(tx, tenant_id=tenant, connection_id=theirs.id),
            line_of(tx, tenant, connection_id=theirs.id),
            service.disconnect(tx, tenant_id=tenant, connection_id=theirs.id, actor="cli", now=NOW),
        ):
            with pytest.raises(NoConnection):
                await wanted
        assert not await service.pause(tx, tenant_id=tenant, connection_id=theirs.id, reason="x")
    assert await owner.fetchval("SELECT status FROM channel_connections") == "active"


async def test_the_statuses_of_a_connection_are_those_of_the_database(owner: asyncpg.Connection) -> None:
    known = await owner.fetchval("SELECT enum_range(NULL::connection_status)::text[]")

    assert known == [status.value for status in ConnectionStatus]
