"""How often one may ask: a key or a person who asks too often has to wait, nobody else does, and Meta never."""

from collections.abc import Awaitable, Callable

import asyncpg
import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from bed.api import key_of, serving
from bed.graph import Graph
from bed.intake import signature
from bed.tenants import Tenant, caller
from bed.users import insert_member, session_at
from curbe.domain.access import Role
from curbe.infra.db import Pool

pytestmark = pytest.mark.anyio
NewTenant = Callable[[], Awaitable[Tenant]]

# At once: 3 of a key, 5 of all keys of a tenant, 4 of a person; then one in ten seconds, in six, in seven and a half.
LIMITS = {
    "CURBE_REQUESTS_PER_KEY": "6",
    "CURBE_REQUESTS_PER_TENANT": "10",
    "CURBE_REQUESTS_PER_PERSON": "8",
    "CURBE_REQUESTS_BURST": "30s",
}
BODY = b'{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[]}]}'


@pytest.fixture
def environ(graph: Graph) -> dict[str, str]:
    return {**graph.environ, **LIMITS}


async def statuses(client: httpx.AsyncClient, path: str, *, times: int) -> list[int]:
    return [(await client.get(path)).status_code for _ in range(times)]


async def test_a_key_that_asks_too_often_is_told_when_to_come_back(acme: Tenant) -> None:
    answers = [await acme.get("/labels") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    problem = answers[-1].json()
    assert (problem["code"], problem["limit"], problem["requests_per_minute"]) == ("rate_limited", "key", 6)
    assert answers[-1].headers["content-type"] == "application/problem+json"
    assert 9 <= int(answers[-1].headers["Retry-After"]) <= 10


async def test_every_answer_tells_what_is_left(acme: Tenant, operator: httpx.AsyncClient) -> None:
    first, second = await acme.get("/labels"), await acme.get("/nothing/of/this/name")
    await acme.get("/labels")
    refused = await acme.get("/labels")

    assert first.headers["RateLimit-Policy"] == '"key";q=3;w=30, "tenant_keys";q=5;w=30'
    assert first.headers["RateLimit"] == '"key";r=2;t=10, "tenant_keys";r=4;t=6'
    assert second.status_code == 404
    assert refused.headers["RateLimit"].startswith('"key";r=0;t=')
    assert "RateLimit" not in (await operator.get("/api/tenants")).headers, "who has no limit is told of none"


async def test_keys_that_ask_too_often_hold_up_neither_another_tenant_nor_the_people_of_theirs(
    acme: Tenant, new_tenant: NewTenant, web: Pool, owner: asyncpg.Connection
) -> None:
    other, ana = await new_tenant(), await insert_member(owner, acme.id, Role.AGENT)
    second = caller(acme.client, key=(await key_of(web, acme.id))[1])
    third = caller(acme.client, key=(await key_of(web, acme.id))[1])
    path = f"{acme.path}/labels"

    assert await statuses(acme.client, path, times=3) == [200] * 3
    assert await statuses(second, path, times=3) == [200, 200, 429], "all keys of a tenant together have five"
    assert (await third.get(path)).json()["limit"] == "tenant_keys"
    assert await statuses(other.client, f"{other.path}/labels", times=3) == [200] * 3
    at_desk = await session_at(owner, acme.client, ana)
    assert await statuses(at_desk, path, times=4) == [200] * 4


async def test_people_wait_each_for_themselves_in_all_their_browsers(
    acme: Tenant, owner: asyncpg.Connection
) -> None:
    ana, ben = [await insert_member(owner, acme.id, Role.AGENT) for _ in range(2)]
    desk, phone = [await session_at(owner, acme.client, ana) for _ in range(2)]
    path = f"{acme.path}/labels"

    assert await statuses(desk, path, times=3) == [200] * 3
    assert await statuses(phone, path, times=2) == [200, 429]
    assert (await statuses(await session_at(owner, acme.client, ben), path, times=1)) == [200]
    assert await statuses(acme.client, path, times=3) == [200] * 3, "and their keys go on"


async def test_the_operator_gets_in_however_often_a_tenant_is_asked_for(
    acme: Tenant, operator: httpx.AsyncClient
) -> None:
    await statuses(acme.client, f"{acme.path}/labels", times=5)

    assert await statuses(operator, f"{acme.path}/labels", times=8) == [200] * 8


async def test_webhooks_and_health_are_never_limited_and_sockets_are_requests_like_others(
    dsn: str, acme: Tenant
) -> None:
    async with serving(dsn, **LIMITS, META_APP_SECRET="of-this-test") as server:
        headers = {"Authorization": f"Bearer {acme.key}"}
        signed = {"X-Hub-Signature-256": signature(BODY, b"of-this-test"), **headers}
        async with httpx.AsyncClient(base_url=server.url, headers=headers) as client:
            asked = await statuses(client, f"{acme.path}/labels", times=4)
            hooks = [
                (await client.post("/webhooks/meta/whatsapp", content=BODY, headers=signed)).status_code
                for _ in range(8)
            ]
            health = await statuses(client, "/readyz", times=8)
            metrics = (await client.get("/metrics")).text
        with pytest.raises(InvalidStatus) as refused:
            async with connect(
                f"{server.url.replace('http', 'ws', 1)}{acme.path}/events/ws",
                additional_headers=headers,
                proxy=None,
            ):
                pass

    assert asked == [200, 200, 200, 429]
    assert (hooks, health) == ([200] * 8, [200] * 8)
    assert 'curbe_requests_refused_total{limit="key"} 1.0' in metrics
    answer = refused.value.response
    assert (answer.status_code, b"rate_limited" in answer.body) == (429, True)
    assert 1 <= int(answer.headers["Retry-After"]) <= 10
