"""Tenants over HTTP: the operator makes and lists them, and each sees itself alone."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from bed.api import api, key_of
from bed.locks import waiting_for_a_lock
from bed.rows import insert_number, insert_sent
from bed.tenants import Tenant, told
from curbe.domain.access import Scope
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool

pytestmark = pytest.mark.anyio
NewTenant = Callable[[], Awaitable[Tenant]]


async def test_the_operator_creates_a_tenant_and_reads_it_back(operator: httpx.AsyncClient) -> None:
    made = await operator.post("/api/tenants", json={"name": "  Acme  ", "default_country": "es"})

    assert made.status_code == 201
    assert made.json().items() >= {"name": "Acme", "default_country": "ES"}.items()
    read = await operator.get(f"/api/tenants/{made.json()['id']}")
    assert read.json() == made.json()


async def test_a_tenant_made_without_a_country_has_the_one_of_the_installation(
    web: Pool, environ: dict[str, str]
) -> None:
    _, key = await key_of(web, None, scopes=Scope)
    async with api(web, key=key, environ={**environ, "CURBE_DEFAULT_COUNTRY": "co"}) as client:
        bodies = ({"name": "Sol"}, {"name": "Luna", "default_country": "ES"})
        made = [(await client.post("/api/tenants", json=body)).json() for body in bodies]

    assert [one["default_country"] for one in made] == ["CO", "ES"]


async def test_the_list_gives_every_tenant_once_page_by_page(operator: httpx.AsyncClient) -> None:
    made = [(await operator.post("/api/tenants", json={"name": f"T{n}"})).json()["id"] for n in range(7)]

    seen, cursor = [], None
    while True:
        page = (
            await operator.get("/api/tenants", params={"limit": 3, **({"cursor": cursor} if cursor else {})})
        ).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert seen == made


@pytest.mark.parametrize("name", ["", "   ", "x" * 201, "a\nb", "a\u202eb"])
async def test_a_name_nobody_could_read_is_refused(operator: httpx.AsyncClient, name: str) -> None:
    answer = await operator.post("/api/tenants", json={"name": name})

    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (
        422,
        "invalid_request",
        "name",
    )


@pytest.mark.parametrize(
    "body", [{}, {"name": None}, {"name": "A", "default_country": "Spain"}, {"name": "A", "plan": "gold"}, []]
)
async def test_a_body_that_is_wrong_makes_no_tenant(operator: httpx.AsyncClient, body: object) -> None:
    answer = await operator.post("/api/tenants", json=body)

    assert answer.status_code == 422
    assert (await operator.get("/api/tenants")).json()["items"] == []


async def test_a_change_leaves_alone_what_it_does_not_name(acme: Tenant) -> None:
    await acme.client.patch(acme.path, json={"default_country": "MX"})
    await acme.client.patch(acme.path, json={"name": "Acme"})
    assert (await acme.get()).json().items() >= {"name": "Acme", "default_country": "MX"}.items()

    await acme.client.patch(acme.path, json={"default_country": None})
    assert (await acme.get()).json().items() >= {"name": "Acme", "default_country": None}.items()


async def test_two_changes_at_once_undo_nothing_of_each_other(
    acme: Tenant, owner: asyncpg.Connection
) -> None:
    """One of them sets how long things are kept, the other the name: neither may bring back what the other replaced."""
    answers: list[httpx.Response] = []

    async def rename() -> None:
        answers.append(await acme.client.patch(acme.path, json={"name": "Acme"}))

    async with asyncio.TaskGroup() as tasks, owner.transaction():
        await owner.execute("UPDATE tenants SET retention_days = 30 WHERE id = $1", acme.id)
        tasks.create_task(rename())
        await waiting_for_a_lock(owner)

    assert answers[0].json().items() >= {"name": "Acme", "retention_days": 30}.items()
    assert (await acme.get()).json().items() >= {"name": "Acme", "retention_days": 30}.items()


async def test_a_tenants_key_makes_no_tenants_and_lists_none(acme: Tenant) -> None:
    for answer in (
        await acme.client.post("/api/tenants", json={"name": "Mine"}),
        await acme.client.get("/api/tenants"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")


async def test_another_tenant_looks_like_one_that_does_not_exist(new_tenant: NewTenant) -> None:
    one, other = await new_tenant(), await new_tenant()

    for tenant_id in (other.id, uuid4()):
        read = await one.client.get(f"/api/tenants/{tenant_id}")
        changed = await one.client.patch(f"/api/tenants/{tenant_id}", json={"name": "Mine"})
        assert (read.status_code, changed.status_code) == (404, 404)
        assert told(read) == told(await one.client.get(f"/api/tenants/{uuid4()}"))
    assert (await other.get()).json()["name"] == "Somebody"


async def test_a_tenant_settles_its_language_and_how_long_things_are_kept(acme: Tenant) -> None:
    await acme.client.patch(acme.path, json={"language": "pt", "retention_days": 90})
    changed = await acme.client.patch(acme.path, json={"name": "Acme"})

    assert changed.json().items() >= {"name": "Acme", "language": "pt", "retention_days": 90}.items()
    assert changed.json()["purged_at"] is None
    newest, first = (await acme.get("/audit", params={"about": "tenant"})).json()["items"][:2]
    assert newest["detail"] == {"changed": ["name"]}
    assert first["detail"] == {
        "changed": ["language", "retention_days"],
        "retention_days": 90,
        "retention_days_before": None,
    }
    back = await acme.client.patch(acme.path, json={"language": None, "retention_days": None})
    assert back.json().items() >= {"language": None, "retention_days": None}.items()


@pytest.mark.parametrize(
    "body", [{"retention_days": 6}, {"retention_days": 36501}, {"retention_days": "soon"}, {"language": "fr"}]
)
async def test_a_setting_that_cannot_be_is_refused(acme: Tenant, body: dict[str, object]) -> None:
    answer = await acme.client.patch(acme.path, json=body)

    assert (answer.status_code, answer.json()["field"]) == (422, next(iter(body)))
    assert (await acme.get()).json().items() >= {"language": None, "retention_days": None}.items()


async def test_what_a_limit_would_delete_is_counted_before_it_is_set(
    acme: Tenant, owner: asyncpg.Connection
) -> None:
    number = await insert_number(owner, acme.id)
    sent = [await insert_sent(owner, number) for _ in range(3)]
    long_ago = UUID(int=(int((utc_now() - timedelta(days=100)).timestamp() * 1000) << 80) | 7)
    await owner.execute("UPDATE messages SET id = $1 WHERE id = $2", long_ago, sent[0].id)

    older = [(await acme.get("/retention", params={"days": days})).json() for days in (99, 101)]

    assert older == [{"messages": 1, "capped": False}, {"messages": 0, "capped": False}]
    assert (await acme.get("/retention", params={"days": 6})).status_code == 422


@pytest.mark.parametrize("days", [7, 36500])
async def test_what_would_be_deleted_is_counted_also_where_nothing_can_be_that_old(
    acme: Tenant, days: int
) -> None:
    """A hundred years ago lies before the first moment that an id can name."""
    answer = await acme.get("/retention", params={"days": days})

    assert (answer.status_code, answer.json()) == (200, {"messages": 0, "capped": False})
