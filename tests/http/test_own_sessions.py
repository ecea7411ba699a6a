"""One's own sessions over HTTP: where one is signed in, and ending what one does not know."""

from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from bed.tenants import Tenant
from bed.users import Person, browser, insert_member, insert_user, signed_in, try_signing_in

pytestmark = pytest.mark.anyio

Json = dict[str, Any]
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
async def ana(owner: asyncpg.Connection) -> Person:
    return await insert_user(owner)


async def sessions_at(at: httpx.AsyncClient) -> list[Json]:
    answer = await at.get("/api/auth/sessions")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def opens(at: httpx.AsyncClient) -> bool:
    return (await at.get("/api/auth/session")).status_code == 200


async def test_a_person_sees_when_where_from_and_with_which_browser_each_session_began(
    operator: httpx.AsyncClient, ana: Person
) -> None:
    there = browser(operator, address="203.0.113.9")
    there.headers["User-Agent"] = FIREFOX
    await try_signing_in(there, ana)
    here = await signed_in(operator, ana)

    first, second = sorted(await sessions_at(here), key=lambda one: one["created_at"])

    assert (first["address"], first["user_agent"], first["current"]) == ("203.0.113.9", FIREFOX, False)
    assert (second["address"], second["current"], second["embedded"]) == ("127.0.0.1", True, False)
    assert first["created_at"] <= first["last_seen_at"] < first["expires_at"]
    assert "curbe_s_" not in str([first, second])


async def test_what_a_browser_calls_itself_is_cut_and_shown_without_what_cannot_be_read(
    operator: httpx.AsyncClient, ana: Person
) -> None:
    at = browser(operator)
    at.headers["User-Agent"] = "a\tb" + "x" * 1000
    await try_signing_in(at, ana)

    [one] = await sessions_at(at)

    assert one["user_agent"] == "ab" + "x" * 298


async def test_nobody_sees_or_ends_anothers_session(
    operator: httpx.AsyncClient, ana: Person, owner: asyncpg.Connection
) -> None:
    theirs = await signed_in(operator, await insert_user(owner))
    [one] = await sessions_at(theirs)
    here = await signed_in(operator, ana)

    mine = await sessions_at(here)
    refused = await here.delete(f"/api/auth/sessions/{one['id']}")
    unknown = await here.delete(f"/api/auth/sessions/{uuid4()}")

    assert [found["current"] for found in mine] == [True]
    assert (refused.status_code, unknown.status_code) == (404, 404)
    assert refused.json()["detail"] == unknown.json()["detail"]
    assert await opens(theirs)


async def test_a_session_that_is_ended_opens_nothing_any_more_and_the_others_go_on(
    operator: httpx.AsyncClient, ana: Person
) -> None:
    here, there, elsewhere = [await signed_in(operator, ana) for _ in range(3)]
    [its_id] = [one["id"] for one in await sessions_at(there) if one["current"]]

    ended = await here.delete(f"/api/auth/sessions/{its_id}")
    again = await here.delete(f"/api/auth/sessions/{its_id}")

    assert (ended.status_code, again.status_code) == (204, 404)
    assert [await opens(at) for at in (here, there, elsewhere)] == [True, False, True]
    assert its_id not in {one["id"] for one in await sessions_at(here)}


async def test_all_others_end_at_once_and_nobody_elses(
    operator: httpx.AsyncClient, ana: Person, owner: asyncpg.Connection
) -> None:
    colleague = await signed_in(operator, await insert_user(owner))
    here, there = [await signed_in(operator, ana) for _ in range(2)]

    assert (await here.delete("/api/auth/sessions")).status_code == 204

    assert [await opens(at) for at in (here, there, colleague)] == [True, False, True]
    assert len(await sessions_at(here)) == 1


@pytest.mark.parametrize("path", ["", "/01a22300-0000-7000-8000-000000000000"])
async def test_who_found_a_browser_open_ends_no_session_without_a_proof(
    operator: httpx.AsyncClient, ana: Person, owner: asyncpg.Connection, path: str
) -> None:
    here, there = [await signed_in(operator, ana) for _ in range(2)]
    await owner.execute("UPDATE sessions SET proved_at = now() - interval '11 minutes'")

    answer = await here.delete(f"/api/auth/sessions{path}")

    assert (answer.status_code, answer.json()["code"]) == (403, "proof_required")
    assert await opens(there)


@pytest.mark.parametrize(
    "past", ["last_seen_at = now() - interval '13 hours'", "expires_at = now() - interval '1 second'"]
)
async def test_a_session_that_is_over_is_not_shown(
    operator: httpx.AsyncClient, ana: Person, owner: asyncpg.Connection, past: str
) -> None:
    await signed_in(operator, ana)
    await owner.execute(f"UPDATE sessions SET {past}")
    here = await signed_in(operator, ana)

    assert [one["current"] for one in await sessions_at(here)] == [True]


async def test_a_page_of_a_tenants_own_sees_no_session_of_its_person_and_ends_none(
    operator: httpx.AsyncClient, acme: Tenant, owner: asyncpg.Connection
) -> None:
    ben = await insert_member(owner, acme.id)
    outside = await signed_in(operator, ben)
    [its_id] = [one["id"] for one in await sessions_at(outside)]
    token = (await acme.post("/embed-tokens", {"user_id": str(ben.id)})).json()["token"]
    framed = browser(operator)
    told = (await framed.post("/api/auth/embed", json={"token": token})).json()
    framed.headers.update({"Authorization": f"Bearer {told['bearer']}", "X-CSRF-Token": told["csrf_token"]})

    answers = [
        await framed.get("/api/auth/sessions"),
        await framed.delete(f"/api/auth/sessions/{its_id}"),
        await framed.delete("/api/auth/sessions"),
        await framed.post("/api/auth/sign-out-everywhere"),
    ]

    assert {(one.status_code, one.json()["code"]) for one in answers} == {(403, "embedded_session")}
    assert sorted(one["embedded"] for one in await sessions_at(outside)) == [False, True]
