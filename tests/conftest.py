"""Fixtures of every test: one real PostgreSQL a session, a fresh database a test, pools of every role."""

import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import floor, log2
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from hypothesis import HealthCheck, settings

from bed import postgres
from bed.authorities import take_nobodys_word
from bed.inbox import Inbox
from bed.rows import Number, insert_number, insert_tenant
from bed.warm import Warm, end_what_hangs
from curbe.infra.db import Pool, Role

_HERE = Path(__file__).parent
_CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
# Seconds of a test, about, by its folder.
_USUAL = {"browser": 2.0, "e2e": 2.0, "http": 0.3, "db": 0.3, "chaos": 0.3, "security": 0.3}


take_nobodys_word()
# How long an example takes says more of the machine than of the code: no property is timed.
settings.register_profile("curbe", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("curbe")
gc.disable()  # until everything is collected and stands apart (`pytest_collection_finish`)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What may take long is begun first, so that no worker is alone with it in the end (``--no-loadscope-reorder``).

    Files whose tests have a time of their own come first, the longest before the others; then those that take longest by what they use
    and how many tests they have. Within a doubling of that the order is left to chance.

    Tests marked as one group tell a story: they stay together (``--dist loadfile``) and in the order they are written.
    """
    granted: dict[Path, float] = {}
    usual: dict[Path, float] = {}
    for item in items:
        mark = item.get_closest_marker("timeout")
        granted[item.path] = max(granted.get(item.path, 0), mark.args[0] if mark and mark.args else 0)
        usual[item.path] = usual.get(item.path, 0) + _USUAL.get(item.path.relative_to(_HERE).parts[0], 0.02)
    items.sort(key=lambda item: (-granted[item.path], -floor(log2(usual[item.path]))))
    for name in {mark.args[0] for item in items for mark in item.iter_markers("xdist_group")}:
        told = [
            n
            for n, item in enumerate(items)
            if any(m.args[0] == name for m in item.iter_markers("xdist_group"))
        ]
        story = sorted((items[n] for n in told), key=lambda item: (str(item.path), item.reportinfo()[1] or 0))
        for n, item in zip(told, story, strict=True):
            items[n] = item


def pytest_collection_finish() -> None:
    """What is there by now stays: each full collection would walk through all of it, a fifth of the whole run's time."""
    gc.collect()
    gc.freeze()
    gc.enable()


@contextmanager
def _ends_alone() -> Iterator[None]:
    """What is ended by the clock ends alone: all tests and fixtures share one task, in which it would wait on and all others behind it."""
    try:
        yield
    except pytest.fail.Exception as failed:
        if str(failed).startswith("Timeout"):
            end_what_hangs()
        raise


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Iterator[None]:
    with _ends_alone():
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Iterator[None]:
    with _ends_alone():
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Iterator[None]:
    with _ends_alone():
        yield


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    with postgres.running() as server:
        yield server


@pytest.fixture(scope="session")
async def warm(postgres_server: postgres.Server) -> AsyncIterator[Warm]:
    """Connections that tests take turns in, so all tests share an event loop."""
    yield postgres_server.warm
    await postgres_server.warm.close()


@pytest.fixture
def dsn(postgres_server: postgres.Server) -> Iterator[str]:
    """A database of this test's own, with this build's schema."""
    with postgres_server.fresh() as dsn:
        yield dsn


@pytest.fixture
def empty_dsn(postgres_server: postgres.Server) -> Iterator[str]:
    """A database of this test's own with nothing in it."""
    with postgres_server.empty() as dsn:
        yield dsn


@pytest.fixture
async def owner(dsn: str, warm: Warm) -> AsyncIterator[asyncpg.Connection]:
    """The schema's owner: sees and may do everything."""
    connection = await warm.owner(dsn)
    yield connection
    await warm.owner_back(dsn, connection)


@pytest.fixture
async def web(dsn: str, warm: Warm) -> AsyncIterator[Pool]:
    pool = await warm.pool(dsn, Role.WEB)
    yield pool
    await warm.pool_back(dsn, pool)


@pytest.fixture
async def worker(dsn: str, warm: Warm) -> AsyncIterator[Pool]:
    pool = await warm.pool(dsn, Role.WORKER)
    yield pool
    await warm.pool_back(dsn, pool)


@pytest.fixture
async def intake(dsn: str, warm: Warm) -> AsyncIterator[Pool]:
    pool = await warm.pool(dsn, Role.INTAKE)
    yield pool
    await warm.pool_back(dsn, pool)


@pytest.fixture
async def apply(dsn: str, warm: Warm) -> AsyncIterator[Pool]:
    pool = await warm.pool(dsn, Role.APPLY)
    yield pool
    await warm.pool_back(dsn, pool)


@dataclass(frozen=True, slots=True)
class Pools:
    """A pool of every role."""

    web: Pool
    worker: Pool
    intake: Pool
    apply: Pool


@pytest.fixture
def pools(web: Pool, worker: Pool, intake: Pool, apply: Pool) -> Pools:
    return Pools(web=web, worker=worker, intake=intake, apply=apply)


@pytest.fixture
async def tenant(owner: asyncpg.Connection) -> UUID:
    """A tenant with nothing."""
    return await insert_tenant(owner)


@pytest.fixture
async def number(owner: asyncpg.Connection) -> Number:
    """A tenant's connected number."""
    return await insert_number(owner)


@pytest.fixture
async def inbox(owner: asyncpg.Connection, number: Number) -> Inbox:
    """The inbox of the tenant that has the number, with nothing in it."""
    return Inbox(owner, number)


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Sample payloads, where they lie beside this checkout."""
    if not _CORPUS.is_dir():
        pytest.skip("the corpus of sample payloads is not beside this checkout")
    return _CORPUS
