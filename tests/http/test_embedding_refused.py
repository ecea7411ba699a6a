"""What a page within another site may not do: its session is begun by that site's software, and never stands for its person.

Every route is asked with such a session of the most powerful person there is, so a new route is shut to it, or is named here.
"""

from typing import Any

import asyncpg
import httpx
import pytest
from test_embedding import framed, token_for
from test_roles import LEAST, ROUTES, T, ask

from bed.authenticator import Authenticator
from bed.tenants import Tenant
from bed.users import HERE, Person, browser, insert_user, join
from curbe.domain.access import Role

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection

# Of the routes about whoever asks, those about the session itself. All others are the person's own.
ANSWERED = {"GET /api/auth/session", "POST /api/auth/sign-out"}
# Of the routes of a tenant, those that want a proof of the person.
REFUSED_IN_TENANT = {f"POST {T}/keys", f"POST {T}/embed-tokens"}


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
    if LEAST[route] in {"operator", "key"}:
        return (
            "missing_scope"  # no tenant in the path: it has no role there, and its person's power is theirs
        )
    if (LEAST[route] == "person" and route not in ANSWERED) or route in REFUSED_IN_TENANT:
        return "embedded_session"
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
