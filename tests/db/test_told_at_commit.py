"""What a transaction tells others: once, when it has committed, and never words of people."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import asyncpg
import pytest

from curbe.infra.db import Pool

pytestmark = pytest.mark.anyio


@pytest.fixture
async def heard(web: Pool) -> AsyncIterator[list[str]]:
    found: list[str] = []
    async with web.session() as session:
        await session.listen("curbe_outbox", found.append)
        yield found


async def told(heard: list[str], count: int) -> list[str]:
    async with asyncio.timeout(10):
        while len(heard) < count:  # noqa: ASYNC110 - the driver calls back, nobody sets an event
            await asyncio.sleep(0.01)
    return heard


async def test_it_is_told_once_after_the_commit_and_not_before(web: Pool, heard: list[str]) -> None:
    async with web.transaction() as tx:
        tx.notify("curbe_outbox", "one")
        tx.notify("curbe_outbox", "one")
        await tx.connection.fetchval("SELECT 1")
        await asyncio.sleep(0.1)
        before = list(heard)
    async with web.transaction() as tx:
        tx.notify("curbe_outbox", "two")

    assert before == []
    assert await told(heard, 2) == ["one", "two"]


async def test_what_was_rolled_back_is_not_told(web: Pool, heard: list[str]) -> None:
    async def give_up() -> None:
        async with web.transaction() as tx:
            tx.notify("curbe_outbox", "never")
            raise KeyError

    with pytest.raises(KeyError):
        await give_up()
    async with web.transaction() as tx:
        tx.notify("curbe_outbox", "after")

    assert await told(heard, 1) == ["after"]


@pytest.mark.parametrize("payload", ["o'clock", "a;b", "x" * 8000, "a b"])
async def test_nothing_that_would_need_quoting_is_told(web: Pool, payload: str) -> None:
    async with web.transaction() as tx:
        with pytest.raises(ValueError, match="not to be told"):
            tx.notify("curbe_outbox", payload)


async def test_a_transaction_that_cannot_commit_leaves_its_connection_fit_for_the_next(web: Pool) -> None:
    async def fail() -> None:
        async with web.transaction() as tx:
            tx._told["curbe_outbox", "x" * 8000] = None  # PostgreSQL refuses it, before the COMMIT behind it
            await tx.connection.execute("CREATE TEMPORARY TABLE never (x integer)")

    with pytest.raises(asyncpg.PostgresError):
        await fail()

    async with web.transaction() as tx:
        assert await tx.connection.fetchval("SELECT to_regclass('pg_temp.never')") is None


async def test_a_transaction_of_which_a_refusal_was_kept_quiet_does_not_end_as_if_it_were_kept(
    web: Pool,
) -> None:
    async def keep_quiet() -> None:
        async with web.transaction() as tx:
            with suppress(asyncpg.PostgresError):
                await tx.connection.execute("SELECT 1 / 0")

    with pytest.raises(RuntimeError, match="nothing of this transaction is kept"):
        await keep_quiet()

    async with web.transaction() as tx:
        assert await tx.connection.fetchval("SELECT 1") == 1
