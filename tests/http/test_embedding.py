"""The inbox within a tenant's own page: one token, one session, that tenant and nothing else."""

from typing import Any

import asyncpg
import httpx
import pytest

from bed.tenants import Tenant
from bed.users import Person, browser, insert_member, insert_user, join, signed_in
from curbe.domain.access import Role

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
Json = dict[str, Any]


@pytest.fixture
async def ana(owner: Owner, acme: Tenant) -> Person:
    return await insert_member(owner, acme.id, Role.AGENT)


async def token_for(tenant: Tenant, **who: Any) -> httpx.Response:
    return await tenant.post("/embed-tokens", who)


async def framed(operator: httpx.AsyncClient, token: str) -> tuple[httpx.AsyncClient, Json]:
    """Exchange a token as our page in another site's frame does; return a client that sends what it was given."""
    page = browser(operator)
    answer = await page.post("/api/auth/embed", json={"token": token})
    assert answer.status_code == 200, answer.text
    assert "set-cookie" not in answer.headers
    page.headers["Authorization"] = f"Bearer {answer.json()['bearer']}"
    return page, answer.json()


async def test_a_token_opens_the_inbox_of_its_tenant_as_its_person(
    operator: httpx.AsyncClient, acme: Tenant, ana: Person
) -> None:
    made = (await token_for(acme, email=ana.email.upper())).json()

    page, session = await framed(operator, made["token"])

    assert made["url"].endswith(f"/embed#token={made['token']}")
    assert (session["embedded"], session["user"]["id"]) == (True, str(ana.id))
    assert [one["role"] for one in session["memberships"]] == ["agent"]
    assert (await page.get(f"/api/tenants/{acme.id}/inbox/conversations")).status_code == 200
    assert (await page.get(f"/api/tenants/{acme.id}/keys")).json()["code"] == "missing_scope"


async def test_a_token_opens_once(operator: httpx.AsyncClient, acme: Tenant, ana: Person) -> None:
    token = (await token_for(acme, user_id=str(ana.id))).json()["token"]
    await framed(operator, token)

    again = await browser(operator).post("/api/auth/embed", json={"token": token})

    assert (again.status_code, again.json()["code"]) == (401, "wrong_credentials")


async def test_a_token_is_over_after_its_time(
    operator: httpx.AsyncClient, acme: Tenant, ana: Person, owner: Owner
) -> None:
    token = (await token_for(acme, user_id=str(ana.id), ttl_seconds=1)).json()["token"]
    await owner.execute("UPDATE embed_tokens SET expires_at = now() - interval '1 second'")

    late = await browser(operator).post("/api/auth/embed", json={"token": token})

    assert (late.status_code, late.json()["code"]) == (401, "wrong_credentials")


async def test_it_opens_no_other_tenant_and_no_power_of_its_person_beyond(
    operator: httpx.AsyncClient, acme: Tenant, new_tenant: Any, owner: Owner
) -> None:
    other: Tenant = await new_tenant()
    boss = await insert_user(owner, operator=True)
    for tenant in (acme, other):
        await join(owner, tenant.id, boss, Role.OWNER)
    token = (await token_for(acme, user_id=str(boss.id))).json()["token"]

    page, session = await framed(operator, token)

    assert [one["tenant_id"] for one in session["memberships"]] == [str(acme.id)]
    assert session["user"]["is_operator"] is False
    assert (await page.get(f"/api/tenants/{other.id}/inbox/conversations")).status_code == 404
    assert (await page.get("/api/tenants")).status_code == 403
    assert (await page.get(f"/api/tenants/{acme.id}/keys")).status_code == 200


async def test_only_a_member_who_is_welcome_gets_one(
    acme: Tenant, new_tenant: Any, owner: Owner, ana: Person
) -> None:
    stranger = await insert_user(owner)
    elsewhere = await insert_member(owner, (await new_tenant()).id)
    await owner.execute("UPDATE memberships SET disabled_at = now() WHERE user_id = $1", ana.id)

    answers = [await token_for(acme, user_id=str(person.id)) for person in (stranger, elsewhere, ana)] + [
        await token_for(acme, email=stranger.email)
    ]

    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "not_found")}
    assert [answer.json()["field"] for answer in answers] == [*["user_id"] * 3, "email"]
    assert (await token_for(acme)).status_code == 422
    assert (await token_for(acme, user_id=str(ana.id), email=ana.email)).status_code == 422


async def test_who_is_disabled_is_out_at_once(
    operator: httpx.AsyncClient, acme: Tenant, ana: Person, owner: Owner
) -> None:
    page, _ = await framed(operator, (await token_for(acme, user_id=str(ana.id))).json()["token"])

    await owner.execute("UPDATE memberships SET disabled_at = now() WHERE user_id = $1", ana.id)

    assert (await page.get(f"/api/tenants/{acme.id}/inbox/conversations")).status_code == 404


async def test_the_sessions_of_cookies_and_of_frames_do_not_pass_for_each_other(
    operator: httpx.AsyncClient, acme: Tenant, ana: Person
) -> None:
    at = await signed_in(operator, ana)
    _, session = await framed(operator, (await token_for(acme, user_id=str(ana.id))).json()["token"])
    by_header, by_cookie = browser(operator), browser(operator)
    by_header.headers["Authorization"] = f"Bearer {next(iter(at.cookies.values()))}"
    by_cookie.cookies.set(next(iter(at.cookies.keys())), session["bearer"])

    assert (await by_header.get("/api/auth/session")).status_code == 401
    assert (await by_cookie.get("/api/auth/session")).status_code == 401


async def test_it_is_in_the_audit_log_who_asked_and_for_whom(acme: Tenant, ana: Person) -> None:
    await token_for(acme, user_id=str(ana.id))

    entries = (await acme.client.get(f"/api/tenants/{acme.id}/audit")).json()["items"]
    made = next(entry for entry in entries if entry["action"] == "embed.token_made")
    assert (made["subject"], made["actor"].split(":")[0]) == (str(ana.id), "key")
