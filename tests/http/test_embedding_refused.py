"""What a page within another site may not do: its session is begun by that site's software, and never stands for its person.

Every route is asked with such a session of the most powerful person there is, so a new route is shut to it, or is named here.
"""

from typing import Any

import asyncpg
import httpx
import pytest
from test_embedding import framed, token_for
from test_roles import LEAST, ROUTES, SCOPE_OF, T, ask

from bed.api import key_of
from bed.authenticator import Authenticator
from bed.tenants import Tenant, caller
from bed.users import HERE, Person, browser, insert_member, insert_user, join, session_at
from curbe.auth.roles import ADMINISTERS, SCOPES, scopes_of
from curbe.domain.access import Role, Scope
from curbe.infra.db import Pool

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection

# Of the routes about whoever asks, those about the session itself. All others are the person's own.
ANSWERED = {"GET /api/auth/session", "POST /api/auth/sign-out"}
# Of the operator's, those that want a proof of the person.
PROVED = {"PATCH /api/operator/users/{user_id}"}
# What administers a tenant: its keys, people, numbers, tokens like this one, the tenant itself; and what takes a person away or out.
ADMINISTERING = {
    f"DELETE {T}/keys/{{key_id}}",
    f"DELETE {T}/people/{{user_id}}",
    f"PATCH {T}",
    f"PATCH {T}/people/{{user_id}}",
    "POST /api/tenants",
    f"POST {T}/embed-tokens",
    f"POST {T}/keys",
    f"POST {T}/people/invites",
    f"POST {T}/whatsapp/connect/cancel",
    f"POST {T}/whatsapp/connect/choose",
    f"POST {T}/whatsapp/connect/complete",
    f"POST {T}/whatsapp/connect/start",
    f"PATCH {T}/whatsapp/connections/{{connection_id}}",
    f"POST {T}/whatsapp/connections/{{connection_id}}/register",
    f"POST {T}/whatsapp/connections/{{connection_id}}/reveal-pin",
    f"POST {T}/whatsapp/disconnect",
    f"POST {T}/whatsapp/resume",
    f"POST {T}/whatsapp/test-connection",
    f"POST {T}/resume",
    f"GET {T}/contacts/{{contact_id}}/erasure",
    f"GET {T}/contacts/{{contact_id}}/export",
    f"POST {T}/contacts/{{contact_id}}/erasure",
    f"POST {T}/suspend",
    f"DELETE {T}/outgoing-webhooks/{{webhook_id}}",
    f"GET {T}/outgoing-webhooks",
    f"GET {T}/outgoing-webhooks/{{webhook_id}}",
    f"GET {T}/outgoing-webhooks/{{webhook_id}}/deliveries",
    f"PATCH {T}/outgoing-webhooks/{{webhook_id}}",
    f"POST {T}/outgoing-webhooks",
    f"POST {T}/outgoing-webhooks/{{webhook_id}}/deliveries/{{delivery_id}}/replay",
    f"POST {T}/outgoing-webhooks/{{webhook_id}}/replay-failed",
    f"POST {T}/outgoing-webhooks/{{webhook_id}}/secret",
    f"POST {T}/outgoing-webhooks/{{webhook_id}}/test",
}


@pytest.fixture
async def boss(owner: Owner, acme: Tenant) -> Person:
    """An operator who is an owner of the tenant too."""
    person = await insert_user(owner, operator=True)
    await join(owner, acme.id, person, Role.OWNER)
    return person


@pytest.fixture
async def page(operator: httpx.AsyncClient, acme: Tenant, boss: Person) -> httpx.AsyncClient:
    return await page_of(operator, acme, boss)


async def page_of(operator: httpx.AsyncClient, tenant: Tenant, who: Person) -> httpx.AsyncClient:
    """Return a page within another site that shows the tenant's inbox as ``who``."""
    page, session = await framed(operator, (await token_for(tenant, user_id=str(who.id))).json()["token"])
    page.headers["X-CSRF-Token"] = session["csrf_token"]
    return page


def refusal_of(route: str) -> str | None:
    """Return the code with which a route refuses such a session; None where it lets it in."""
    if (LEAST[route] == "person" and route not in ANSWERED) or route in ADMINISTERING | PROVED:
        return "embedded_session"
    if LEAST[route] in {"operator", "key"}:
        return (
            "missing_scope"  # no tenant in the path: it has no role there, and its person's power is theirs
        )
    return None


def code_of(answer: httpx.Response) -> str | None:
    code = answer.json()["code"] if answer.status_code in {401, 403} else None
    return code if code in {"unauthorized", "missing_scope", "embedded_session", "proof_required"} else None


async def test_every_route_refuses_a_page_within_another_site_or_is_its_tenants_or_about_its_session(
    operator: httpx.AsyncClient, acme: Tenant, boss: Person
) -> None:
    page, wrong = await page_of(operator, acme, boss), []
    for route in ROUTES:
        answer = await ask(page, route, acme)
        if code_of(answer) != refusal_of(route) or answer.status_code >= 500:
            wrong.append((route, answer.status_code, answer.text[:200]))
        if route.endswith("/sign-out"):
            page = await page_of(operator, acme, boss)

    assert wrong == []


async def test_a_page_within_another_site_signs_out_of_itself_and_leaves_its_browsers_own_session(
    page: httpx.AsyncClient,
) -> None:
    answer = await page.post("/api/auth/sign-out")

    assert (answer.status_code, answer.headers.get("set-cookie")) == (204, None)
    assert (await page.get("/api/auth/session")).status_code == 401


async def test_a_tenants_key_gets_no_passkey_of_its_person_and_no_power_beyond_the_tenant(
    page: httpx.AsyncClient, boss: Person, owner: Owner
) -> None:
    """With a passkey of theirs, whoever holds the key would sign in at Curbe itself: in every tenant, and as the operator."""
    asked = await page.post("/api/auth/passkeys/options")
    if asked.status_code == 200:
        made = Authenticator(HERE).create(asked.json()["options"])
        await page.post(
            "/api/auth/passkeys",
            json={"challenge": asked.json()["challenge"], "credential": made, "name": "mine now"},
        )

    assert (asked.status_code, asked.json()["code"]) == (403, "embedded_session")
    assert await owner.fetchval("SELECT count(*) FROM passkeys WHERE user_id = $1", boss.id) == 0


async def test_a_session_within_another_site_is_never_a_proved_one(
    page: httpx.AsyncClient, boss: Person, owner: Owner
) -> None:
    proof = await page.post("/api/auth/proofs", json={"method": "password", "password": "whatever it is"})

    assert proof.json()["code"] == "embedded_session"
    assert await owner.fetchval("SELECT proved_at FROM sessions WHERE user_id = $1", boss.id) is None
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute("UPDATE sessions SET proved_at = now() WHERE user_id = $1", boss.id)


async def test_a_session_within_another_site_accepts_no_invitation_for_its_person(
    operator: httpx.AsyncClient, acme: Tenant, new_tenant: Any, boss: Person, owner: Owner
) -> None:
    """Sent as a cookie, it would stand for the browser of its person, of whom no password is asked then."""
    other: Tenant = await new_tenant()
    _, session = await framed(operator, (await token_for(acme, user_id=str(boss.id))).json()["token"])
    invited = (await other.post("/people/invites", {"email": boss.email, "role": "agent"})).json()
    there = browser(operator)
    there.cookies["curbe"] = session["bearer"]
    there.headers["X-CSRF-Token"] = session["csrf_token"]

    answer = await there.post("/api/auth/invites/accept", json={"token": invited["link"].rpartition("/")[2]})

    assert answer.status_code == 422, answer.text
    assert answer.json()["field"] == "password"
    joined = "SELECT joined_at FROM memberships WHERE tenant_id = $1 AND user_id = $2"
    assert await owner.fetchval(joined, other.id, boss.id) is None


# --- what it administers: nothing


@pytest.mark.parametrize("role", list(Role))
async def test_a_page_within_another_site_holds_what_its_person_works_with_and_nothing_that_administers(
    operator: httpx.AsyncClient, acme: Tenant, owner: Owner, role: Role
) -> None:
    """Else a key that may make such tokens, and nothing more, would own the tenant."""
    person = await insert_member(owner, acme.id, role)

    _, session = await framed(operator, (await token_for(acme, user_id=str(person.id))).json()["token"])

    [membership] = session["memberships"]
    assert set(membership["scopes"]) == SCOPES[role] - ADMINISTERS
    assert scopes_of(role, embedded=True) == SCOPES[role] - ADMINISTERS


def test_what_administers_a_tenant_is_what_a_page_within_another_site_is_refused() -> None:
    """A new scope is looked at: an administrator's that is none of these is work, and goes with the person."""
    assert {route for route, scope in SCOPE_OF.items() if scope in ADMINISTERS} == ADMINISTERING


async def test_a_page_within_another_site_gives_its_person_no_role(
    operator: httpx.AsyncClient, acme: Tenant, owner: Owner
) -> None:
    owns, admin = (
        await insert_member(owner, acme.id, Role.OWNER),
        await insert_member(owner, acme.id, Role.ADMIN),
    )
    page = await page_of(operator, acme, owns)

    answer = await page.patch(f"{acme.path}/people/{admin.id}", json={"role": "owner"})

    assert (answer.status_code, answer.json()["code"]) == (403, "embedded_session")
    assert await owner.fetchval("SELECT role FROM memberships WHERE user_id = $1", admin.id) == "admin"


async def test_a_person_asks_a_token_for_whom_they_may_give_a_role_and_for_nobody_above(
    acme: Tenant, owner: Owner
) -> None:
    people = {role: await insert_member(owner, acme.id, role) for role in Role}
    at = {role: await session_at(owner, acme.client, people[role]) for role in (Role.ADMIN, Role.OWNER)}

    answers = {
        (asker, role): await at[asker].post(
            f"{acme.path}/embed-tokens", json={"user_id": str(people[role].id)}
        )
        for asker in at
        for role in Role
    }

    refused = {pair: answer for pair, answer in answers.items() if answer.status_code != 201}
    assert set(refused) == {(Role.ADMIN, Role.OWNER)}
    assert refused[Role.ADMIN, Role.OWNER].json()["code"] == "role_beyond"
    assert await owner.fetchval("SELECT count(*) FROM embed_tokens") == len(answers) - 1


async def test_a_tenants_key_that_may_do_nothing_else_asks_for_any_of_its_people(
    web: Pool, operator: httpx.AsyncClient, acme: Tenant, owner: Owner
) -> None:
    """A tenant's software shows each of its people their inbox, and needs no power of theirs for it."""
    _, key = await key_of(web, acme.id, scopes=[Scope.EMBED_WRITE])
    software = caller(acme.client, key=key)

    for role in Role:
        person = await insert_member(owner, acme.id, role)
        made = await software.post(f"{acme.path}/embed-tokens", json={"user_id": str(person.id)})
        page, _ = await framed(operator, made.json()["token"])
        assert (await page.get(f"{acme.path}/inbox/conversations")).status_code == 200
