"""One's own account over HTTP: profile, another password, the link for who forgot it; and the operator's view of all accounts."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import asyncpg
import httpx
import pytest

from bed.api import key_of
from bed.locks import waiting_for_a_lock
from bed.tenants import Tenant, caller, told
from bed.users import (
    PASSWORD,
    Person,
    browser,
    insert_member,
    insert_user,
    join,
    session_at,
    signed_in,
    try_signing_in,
)
from curbe.auth import links
from curbe.domain.access import PLATFORM, Scope
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.tenants import people

pytestmark = pytest.mark.anyio
CHOSEN = "a password of my own"


@pytest.fixture
async def ana(acme: Tenant, owner: asyncpg.Connection) -> Person:
    return await insert_member(owner, acme.id)


async def log_of(owner: asyncpg.Connection, who: Person) -> list[tuple[str, str]]:
    rows = await owner.fetch(
        "SELECT action, actor FROM audit_log WHERE tenant_id = $1 AND subject = $2 ORDER BY id",
        PLATFORM,
        str(who.id),
    )
    return [(row["action"], row["actor"]) for row in rows]


# --- profile


async def test_a_person_gives_themselves_a_name_and_a_language(
    acme: Tenant, ana: Person, owner: asyncpg.Connection
) -> None:
    at = await session_at(owner, acme.client, ana)

    named = await at.patch("/api/auth/profile", json={"name": "  Ana María "})
    spoken = await at.patch("/api/auth/profile", json={"language": "pt"})
    neither = await at.patch("/api/auth/profile", json={})
    silent = await at.patch("/api/auth/profile", json={"language": None})

    seen = [
        (one.json()["user"]["name"], one.json()["user"]["language"])
        for one in (named, spoken, neither, silent)
    ]
    assert seen == [("Ana María", None), ("Ana María", "pt"), ("Ana María", "pt"), ("Ana María", None)]
    assert (await acme.get("/people")).json()["items"][0]["name"] == "Ana María"
    events = (await acme.get("/events")).json()["items"]
    assert [(event["type"], event["data"]) for event in events] == [
        ("people_changed", {"user_id": str(ana.id)})
    ]


async def test_a_name_and_a_language_given_at_the_same_moment_both_stay(
    acme: Tenant, ana: Person, owner: asyncpg.Connection
) -> None:
    at = await session_at(owner, acme.client, ana)

    async with asyncio.TaskGroup() as tasks, owner.transaction():
        await owner.execute("UPDATE users SET language = 'pt' WHERE id = $1", ana.id)
        tasks.create_task(at.patch("/api/auth/profile", json={"name": "Ana María"}))
        await waiting_for_a_lock(owner)

    user = (await at.get("/api/auth/session")).json()["user"]
    assert (user["name"], user["language"]) == ("Ana María", "pt")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "x" * 201}, "name"),
        ({"name": "a\u0007b"}, "name"),
        ({"language": "fr"}, "language"),
        ({"is_operator": True}, "is_operator"),
        ({"email": "other@example.org"}, "email"),
    ],
)
async def test_nothing_else_of_a_profile_is_ones_own_to_change(
    acme: Tenant, ana: Person, owner: asyncpg.Connection, body: dict[str, object], field: str
) -> None:
    at = await session_at(owner, acme.client, ana)

    answer = await at.patch("/api/auth/profile", json=body)

    assert (answer.status_code, answer.json()["field"]) == (422, field)


# --- another password


async def change(at: httpx.AsyncClient, current: str, new: str) -> httpx.Response:
    return await at.post("/api/auth/password", json={"current_password": current, "new_password": new})


async def test_another_password_ends_ones_other_sessions_and_the_old_password(
    acme: Tenant, ana: Person, owner: asyncpg.Connection
) -> None:
    here, there = await signed_in(acme.client, ana), await signed_in(acme.client, ana)

    answer = await change(here, PASSWORD, CHOSEN)

    assert answer.status_code == 204, answer.text
    assert [(await at.get("/api/auth/session")).status_code for at in (here, there)] == [200, 401]
    assert (await try_signing_in(browser(acme.client), ana)).status_code == 401
    assert (await try_signing_in(browser(acme.client), ana, CHOSEN)).status_code == 200
    assert ("password.changed", f"user:{ana.id}") in await log_of(owner, ana)


async def test_who_does_not_know_the_password_does_not_change_it(
    acme: Tenant, ana: Person, owner: asyncpg.Connection
) -> None:
    at = await session_at(owner, acme.client, ana)

    wrong = [await change(at, f"not the password {n}", CHOSEN) for n in range(6)]

    assert {answer.json()["field"] for answer in wrong[:5]} == {"current_password"}
    assert [answer.status_code for answer in wrong] == [422] * 5 + [429]
    assert (await at.get("/api/auth/session")).status_code == 200
    elsewhere = browser(acme.client, address="203.0.113.9")
    assert (await try_signing_in(elsewhere, ana)).status_code == 200


@pytest.mark.parametrize("new", ["short", "x" * 257, "aaaabbbbaaaa", "ÁAÁAÁAÁAÁAÁA"])
async def test_a_password_that_is_easily_guessed_is_not_chosen(
    acme: Tenant, ana: Person, owner: asyncpg.Connection, new: str
) -> None:
    at = await session_at(owner, acme.client, ana)

    answer = await change(at, PASSWORD, new)

    assert (answer.status_code, answer.json()["field"]) == (422, "password")
    assert (await try_signing_in(browser(acme.client), ana)).status_code == 200


@pytest.mark.parametrize(
    "new", ["curbe-2026", "WhatsApp 2026", "Contraseña1", "lopez.2026!", "clinicasol", "María-de-Clínica-9"]
)
async def test_a_password_made_of_the_products_names_or_the_addresss_is_not_chosen(
    acme: Tenant, owner: asyncpg.Connection, new: str
) -> None:
    maria = await insert_member(owner, acme.id, email="maria.lopez@clinica-sol.example.org")
    at = await session_at(owner, acme.client, maria)

    answer = await change(at, PASSWORD, new)

    told = answer.json()
    assert (answer.status_code, told["code"], told["field"]) == (422, "invalid_request", "password")
    assert "guessed first" in told["detail"]


async def test_such_a_name_may_be_one_word_of_a_password_among_others(
    acme: Tenant, owner: asyncpg.Connection
) -> None:
    maria = await insert_member(owner, acme.id, email="maria.lopez@clinica-sol.example.org")
    at = await session_at(owner, acme.client, maria)

    assert (await change(at, PASSWORD, "clinica con tres jirafas")).status_code == 204


COMMON = ["1q2w3e4r5t", "Password123", "FUTBOLISTA", "iloveyou12", "administrador", "123456789a"]


@pytest.mark.parametrize("new", COMMON)
async def test_a_password_that_many_have_chosen_is_not_chosen_again(
    acme: Tenant, ana: Person, owner: asyncpg.Connection, new: str
) -> None:
    at = await session_at(owner, acme.client, ana)

    answer = await change(at, PASSWORD, new)

    told = answer.json()
    assert (answer.status_code, told["field"]) == (422, "password")
    assert told["code"] == "password_common", told
    assert new not in answer.text
    assert (await try_signing_in(browser(acme.client), ana)).status_code == 200


async def test_a_password_is_the_same_however_a_keyboard_composes_it(
    acme: Tenant, ana: Person, owner: asyncpg.Connection
) -> None:
    at = await session_at(owner, acme.client, ana)

    await change(at, PASSWORD, "una contrase\u00f1a larga")

    answer = await try_signing_in(browser(acme.client), ana, "una contrasen\u0303a larga")
    assert answer.status_code == 200


# --- a forgotten one


async def link_for(web: Pool, who: Person, *, lasts: timedelta = timedelta(hours=1)) -> str:
    async with web.transaction(PLATFORM, context=people.as_user(who.id)) as tx:
        return (await links.new_reset(tx, user_id=who.id, now=utc_now(), lasts=lasts)).reveal()


async def complete(client: httpx.AsyncClient, token: str, password: str = CHOSEN) -> httpx.Response:
    body = {"token": token, "password": password}
    return await browser(client).post("/api/auth/password-resets/complete", json=body)


async def test_a_link_changes_the_password_once_and_ends_every_session(
    web: Pool, acme: Tenant, ana: Person, owner: asyncpg.Connection
) -> None:
    at = await session_at(owner, acme.client, ana)
    token, other = await link_for(web, ana), await link_for(web, ana)

    weak = await complete(acme.client, token, "short")
    answers = await asyncio.gather(*(complete(acme.client, token, f"{CHOSEN} {n}") for n in range(3)))

    assert weak.status_code == 422
    assert sorted(answer.status_code for answer in answers) == [204, 410, 410]
    assert (await complete(acme.client, other)).status_code == 410
    assert (await at.get("/api/auth/session")).status_code == 401
    taken = next(n for n, answer in enumerate(answers) if answer.status_code == 204)
    assert (await try_signing_in(browser(acme.client), ana, f"{CHOSEN} {taken}")).status_code == 200
    assert [action for action, _ in await log_of(owner, ana)][:2] == ["password.reset", "sessions.ended"]


async def test_every_link_that_is_not_good_looks_the_same(
    web: Pool, acme: Tenant, ana: Person, owner: asyncpg.Connection
) -> None:
    gone = await insert_user(owner)
    bad = [
        await link_for(web, ana, lasts=timedelta(0)),
        await link_for(web, gone),
        "A" * 43,
        "short",
        "ñ" * 43,
    ]
    await owner.execute("UPDATE users SET disabled_at = now() WHERE id = $1", gone.id)

    answers = [await complete(acme.client, token) for token in bad]

    assert {answer.status_code for answer in answers} == {410}
    assert [told(answer) for answer in answers] == [told(answers[0])] * len(bad)


async def test_asking_for_a_link_says_nothing_about_the_address(
    acme: Tenant, ana: Person, owner: asyncpg.Connection
) -> None:
    at = browser(acme.client)
    asked = [ana.email, "nobody@example.org", "no address", ""]

    answers = [await at.post("/api/auth/password-resets", json={"email": email}) for email in asked]

    assert {(answer.status_code, answer.content) for answer in answers} == {(202, b"null")}
    assert await owner.fetchval("SELECT count(*) FROM jobs") == 0, "no mail server is set: nobody would do it"


async def test_who_keeps_asking_for_links_has_to_wait(acme: Tenant) -> None:
    at = browser(acme.client)

    answers = [
        await at.post("/api/auth/password-resets", json={"email": f"{n}@example.org"}) for n in range(12)
    ]

    assert [answer.status_code for answer in answers] == [202] * 10 + [429] * 2


# --- the operator's view


async def test_the_operator_lists_every_account(
    ana: Person, operator: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    root = await insert_user(owner, operator=True, disabled=True)

    page = await operator.get("/api/operator/users", params={"limit": 1})
    rest = await operator.get("/api/operator/users", params={"cursor": page.json()["next_cursor"]})

    shown = {one["email"]: one for one in (*page.json()["items"], *rest.json()["items"])}
    assert shown.keys() == {ana.email, root.email}
    assert (shown[root.email]["is_operator"], shown[root.email]["disabled"]) == (True, True)
    assert "argon2" not in page.text + rest.text


async def test_the_oldest_accounts_come_first_page_by_page(
    ana: Person, operator: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    """Their ids say nothing of when they were made."""
    old = [await insert_user(owner) for _ in range(3)]
    for days, one in enumerate(old, start=1):
        await owner.execute(
            "UPDATE users SET created_at = now() - make_interval(days => $2) WHERE id = $1", one.id, days
        )
    twins = sorted(old[1:], key=lambda one: one.id)
    await owner.execute(
        "UPDATE users SET created_at = '2026-01-01' WHERE id = ANY($1)", [one.id for one in twins]
    )

    found, cursor = [], None
    while True:
        asked = {"limit": 1, **({"cursor": cursor} if cursor else {})}
        page = (await operator.get("/api/operator/users", params=asked)).json()
        found += [one["id"] for one in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break

    assert found == [str(one.id) for one in (*twins, old[0], ana)]


async def test_an_account_that_is_stopped_is_out_everywhere_and_may_go_on_later(
    acme: Tenant, ana: Person, operator: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    at = await signed_in(acme.client, ana)

    stopped = await operator.patch(f"/api/operator/users/{ana.id}", json={"disabled": True})

    assert stopped.json()["disabled"] is True
    assert (await at.get("/api/auth/session")).status_code == 401
    assert (await try_signing_in(browser(acme.client), ana)).status_code == 401
    assert (await acme.get("/people")).json()["items"][0]["disabled"] is True
    await operator.patch(f"/api/operator/users/{ana.id}", json={"disabled": False})
    assert (await at.get("/api/auth/session")).status_code == 401
    assert (await try_signing_in(browser(acme.client), ana)).status_code == 200
    assert {"user.disabled", "user.enabled"} <= {action for action, _ in await log_of(owner, ana)}


async def test_operators_are_made_and_unmade_and_nobody_does_it_to_themselves(
    acme: Tenant, ana: Person, owner: asyncpg.Connection
) -> None:
    root = await insert_user(owner, operator=True)
    at = await session_at(owner, acme.client, root)
    hers = await session_at(owner, acme.client, ana)

    assert (await hers.get("/api/tenants")).status_code == 403
    await at.patch(f"/api/operator/users/{ana.id}", json={"is_operator": True})
    assert (await hers.get("/api/tenants")).status_code == 200
    assert (await at.patch(f"/api/operator/users/{root.id}", json={"disabled": True})).status_code == 409
    unmade = await hers.patch(f"/api/operator/users/{root.id}", json={"is_operator": False})
    assert unmade.json()["is_operator"] is False
    assert (await at.get("/api/tenants")).status_code == 403
    assert await log_of(owner, root) == [("operator.unmade", f"user:{ana.id}")]


async def test_a_key_that_may_not_do_everything_makes_no_operators(
    web: Pool, operator: httpx.AsyncClient, ana: Person, owner: asyncpg.Connection
) -> None:
    """An operator has every scope; a key with one of them would give all the others, to whomever it likes."""
    root = await insert_user(owner, operator=True)
    _, modest = await key_of(web, None, scopes=[Scope.OPERATIONS_WRITE])
    _, whole = await key_of(web, None, scopes=Scope)
    by_modest, by_whole = caller(operator, key=modest), caller(operator, key=whole)

    made = await by_modest.patch(f"/api/operator/users/{ana.id}", json={"is_operator": True})
    unmade = await by_modest.patch(f"/api/operator/users/{root.id}", json={"is_operator": False})
    stopped = await by_modest.patch(f"/api/operator/users/{ana.id}", json={"disabled": True})
    by_all = await by_whole.patch(f"/api/operator/users/{ana.id}", json={"is_operator": True})

    assert {(one.status_code, one.json()["code"]) for one in (made, unmade)} == {(403, "missing_scope")}
    assert (stopped.status_code, by_all.json()["is_operator"]) == (200, True)
    assert await owner.fetchval("SELECT is_operator FROM users WHERE id = $1", root.id)


async def test_an_operator_shows_who_they_are_before_they_change_an_account(
    acme: Tenant, ana: Person, owner: asyncpg.Connection
) -> None:
    """Who finds a browser that an operator left signed in makes themselves none."""
    at = await session_at(owner, acme.client, await insert_user(owner, operator=True))
    await owner.execute("UPDATE sessions SET proved_at = now() - interval '1 hour'")

    answers = [
        await at.patch(f"/api/operator/users/{ana.id}", json=change)
        for change in ({"is_operator": True}, {"disabled": True})
    ]

    assert {(one.status_code, one.json()["code"]) for one in answers} == {(403, "proof_required")}
    shown = await owner.fetchrow("SELECT is_operator, disabled_at FROM users WHERE id = $1", ana.id)
    assert tuple(shown) == (False, None)


async def test_nobody_of_that_id_is_nobody(operator: httpx.AsyncClient) -> None:
    answer = await operator.patch(f"/api/operator/users/{uuid4()}", json={"disabled": True})

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_tenant_does_not_see_that_an_invited_account_is_stopped(
    acme: Tenant, owner: asyncpg.Connection
) -> None:
    gone = await insert_user(owner, disabled=True, name="Elsewhere")
    await join(owner, acme.id, gone)
    await owner.execute("UPDATE memberships SET joined_at = NULL")

    [shown] = (await acme.get("/people")).json()["items"]

    assert (shown["disabled"], shown["name"]) == (False, "")
