"""What `/readyz` asks of the database: that it answers, and takes what is to be stored."""

from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest

from curbe.health import database
from curbe.infra.db import Pool, Role, Unreachable

pytestmark = pytest.mark.anyio


@pytest.fixture
async def one(dsn: str) -> AsyncIterator[Pool]:
    """A pool of one connection, whose settings stay as they were left."""
    pool = await Pool.open(dsn, Role.WEB, size=1)
    yield pool
    await pool.close()


async def test_a_database_that_answers_and_takes_writes_is_well(one: Pool) -> None:
    assert await database(one)() is None


async def test_a_database_that_takes_no_writes_is_told_as_that(one: Pool) -> None:
    await one.execute("SET default_transaction_read_only = on")

    assert await database(one)() == "PostgreSQL is read-only: nothing can be stored"


async def test_what_cannot_be_written_now_may_be_later(one: Pool, tenant: UUID) -> None:
    await one.execute("SET default_transaction_read_only = on")

    with pytest.raises(asyncpg.ReadOnlySQLTransactionError) as refused:
        async with one.transaction(tenant) as tx:
            await tx.connection.execute("UPDATE tenants SET name = name WHERE id = $1", tenant)
    assert isinstance(refused.value, Unreachable)


async def test_a_database_that_is_gone_is_told_with_its_reason(one: Pool) -> None:
    one.cut()

    assert await database(one)() == "PostgreSQL does not answer (InterfaceError)"
