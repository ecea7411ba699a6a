"""Fixtures of tests that need a database."""

from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

from bed import postgres
from bed.campaigns import Desk
from bed.rows import Number
from bed.warm import Warm
from curbe.infra.db import Pool


@pytest.fixture(scope="session")
def schema_dsn(postgres_server: postgres.Server) -> Iterator[str]:
    """A migrated database to look at: shared by all tests that leave it as it is."""
    with postgres_server.fresh() as dsn:
        yield dsn


@pytest.fixture
async def connection(schema_dsn: str, warm: Warm) -> AsyncIterator[asyncpg.Connection]:
    """The owner's connection to a database nobody changes."""
    connection = await warm.owner(schema_dsn)
    yield connection
    await warm.owner_back(schema_dsn, connection)


@pytest.fixture
async def desk(owner: asyncpg.Connection, web: Pool, worker: Pool, apply: Pool, number: Number) -> Desk:
    """A tenant that runs campaigns."""
    return await Desk.open(owner, web, worker, apply, number)
