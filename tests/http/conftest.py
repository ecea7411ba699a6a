"""Fixtures of the tests over HTTP: a Graph API to ask, the operator's client, tenants with clients of their own."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from uuid import UUID

import httpx
import pytest

from bed import graph as graphs
from bed.api import api, key_of
from bed.graph import Graph
from bed.rows import Number
from bed.tenants import Tenant, caller
from curbe.domain.access import Scope
from curbe.infra.db import Pool


@pytest.fixture(scope="session")
def graph() -> Iterator[Graph]:
    with graphs.running() as running:
        yield running


@pytest.fixture
def environ(graph: Graph) -> dict[str, str]:
    """The settings of the installation under test, where they are not those of a fresh one."""
    return graph.environ


@pytest.fixture
async def operator(web: Pool, environ: dict[str, str]) -> AsyncIterator[httpx.AsyncClient]:
    """A client with a platform key that may do everything."""
    _, key = await key_of(web, None, scopes=Scope)
    async with api(web, key=key, environ=environ) as client:
        yield client


@pytest.fixture
def new_tenant(web: Pool, operator: httpx.AsyncClient) -> Callable[[], Awaitable[Tenant]]:
    """Makes tenants, each with a key that may do everything a tenant's key may."""

    async def make() -> Tenant:
        answer = await operator.post("/api/tenants", json={"name": "Somebody"})
        tenant_id = UUID(answer.json()["id"])
        _, key = await key_of(web, tenant_id)
        return Tenant(tenant_id, client=caller(operator, key=key), key=key)

    return make


@pytest.fixture
async def acme(new_tenant: Callable[[], Awaitable[Tenant]]) -> Tenant:
    return await new_tenant()


@pytest.fixture
async def client(web: Pool, number: Number) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the tenant that has the number, with a key that may do everything a tenant's key may."""
    _, key = await key_of(web, number.tenant_id)
    async with api(web, key=key) as client:
        client.base_url = f"http://curbe/api/tenants/{number.tenant_id}"
        yield client
