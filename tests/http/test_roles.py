"""Who may do what: one table of every route, and every route asked by everybody.

A route that is not in the table fails, and so does a row without a route.
"""

import re
from collections.abc import Awaitable, Callable, Iterator
from itertools import count, pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from litestar import Litestar, get
from litestar.testing import AsyncTestClient

from bed.api import described, description, key_of
from bed.tenants import Tenant, caller
from bed.users import browser, insert_member, insert_user, session_at
from curbe.auth.gate import Gate
from curbe.auth.roles import OPERATOR, SCOPES, may_give
from curbe.auth.rules import PLATFORM_ONLY
from curbe.domain.access import Principal, PrincipalKind, Role, Scope
from curbe.infra.db import Pool

pytestmark = pytest.mark.anyio
NewTenant = Callable[[], Awaitable[Tenant]]

T = "/api/tenants/{tenant_id}"
# The least that opens each route. Of a tenant: agent < supervisor < admin (as an owner); the operator opens all of those. `anybody` needs
# nothing, `person` that somebody has signed in, `operator` that it is the installation's, `key` that it is a program.
LEAST = {
    "DELETE /api/auth/passkeys/{passkey_id}": "person",
    "DELETE /api/auth/sessions": "person",
    "DELETE /api/auth/sessions/{session_id}": "person",
    "DELETE /api/auth/totp": "person",
    f"DELETE {T}/campaigns/{{campaign_id}}": "supervisor",
    f"DELETE {T}/campaigns/{{campaign_id}}/audience/{{audience_id}}": "supervisor",
    f"DELETE {T}/automations/{{automation_id}}": "admin",
    f"DELETE {T}/canned-replies/{{canned_reply_id}}": "supervisor",
    f"DELETE {T}/inbox/conversations/{{conversation_id}}/notes/{{note_id}}": "agent",
    f"DELETE {T}/inbox/views/{{view_id}}": "agent",
    f"DELETE {T}/keys/{{key_id}}": "admin",
    f"DELETE {T}/labels/{{label_id}}": "supervisor",
    f"DELETE {T}/notifications/rules/{{rule_id}}": "admin",
    f"DELETE {T}/people/{{user_id}}": "admin",
    f"DELETE {T}/push-subscriptions/{{subscription_id}}": "person",
    f"DELETE {T}/teams/{{team_id}}": "supervisor",
    f"DELETE {T}/templates/{{template_id}}": "admin",
    "GET /api/auth/factors": "person",
    "GET /api/auth/invites/{token}": "anybody",
    "GET /api/auth/methods": "anybody",
    "GET /api/auth/oidc/callback": "anybody",
    "GET /api/auth/oidc/start": "anybody",
    "GET /api/auth/session": "person",
    "GET /api/auth/sessions": "person",
    "GET /api/operator/audit": "operator",
    "GET /api/operator/quarantine": "operator",
    "GET /api/operator/quarantine/{item_id}": "operator",
    "GET /api/operator/unrouted": "operator",
    "GET /api/operator/users": "operator",
    "GET /api/tenants": "operator",
    f"GET {T}": "agent",
    f"GET {T}/audit": "supervisor",
    f"GET {T}/campaigns": "supervisor",
    f"GET {T}/campaigns/{{campaign_id}}": "supervisor",
    f"GET {T}/campaigns/{{campaign_id}}/audience": "supervisor",
    f"GET {T}/campaigns/{{campaign_id}}/failed-rows.csv": "supervisor",
    f"GET {T}/campaigns/{{campaign_id}}/progress": "supervisor",
    f"GET {T}/campaigns/{{campaign_id}}/export.csv": "supervisor",
    f"GET {T}/campaigns/{{campaign_id}}/recipients": "supervisor",
    f"GET {T}/campaigns/{{campaign_id}}/report": "supervisor",
    f"GET {T}/automations": "admin",
    f"GET {T}/automations/{{automation_id}}": "admin",
    f"GET {T}/canned-replies": "agent",
    f"GET {T}/canned-replies/{{canned_reply_id}}/rendered": "agent",
    f"GET {T}/consent-rules": "agent",
    f"GET {T}/consents/imports": "admin",
    f"GET {T}/consents/imports/{{import_id}}/failed-rows.csv": "admin",
    f"GET {T}/contacts": "agent",
    f"GET {T}/contacts/{{contact_id}}": "agent",
    f"GET {T}/contacts/{{contact_id}}/consents": "agent",
    f"GET {T}/contacts/{{contact_id}}/erasure": "admin",
    f"GET {T}/contacts/{{contact_id}}/export": "admin",
    f"GET {T}/events": "agent",
    f"GET {T}/inbox/conversations": "agent",
    f"GET {T}/inbox/conversations/{{conversation_id}}": "agent",
    f"GET {T}/inbox/conversations/{{conversation_id}}/annotations": "agent",
    f"GET {T}/inbox/conversations/{{conversation_id}}/messages": "agent",
    f"GET {T}/inbox/conversations/{{conversation_id}}/messages/{{message_id}}/revisions": "agent",
    f"GET {T}/inbox/counts": "agent",
    f"GET {T}/inbox/mentions": "agent",
    f"GET {T}/inbox/search": "agent",
    f"GET {T}/inbox/views": "agent",
    f"GET {T}/keys": "admin",
    f"GET {T}/labels": "agent",
    f"GET {T}/media/{{media_id}}": "agent",
    f"GET {T}/media/{{media_id}}/info": "agent",
    f"GET {T}/media/{{media_id}}/thumbnail": "agent",
    f"GET {T}/notifications/history": "admin",
    f"GET {T}/notifications/rules": "admin",
    f"GET {T}/notifications/rules/{{rule_id}}": "admin",
    f"GET {T}/people": "agent",
    f"GET {T}/reports/agents": "supervisor",
    f"GET {T}/reports/agents.csv": "supervisor",
    f"GET {T}/reports/campaigns": "supervisor",
    f"GET {T}/reports/campaigns.csv": "supervisor",
    f"GET {T}/reports/costs": "supervisor",
    f"GET {T}/reports/costs.csv": "supervisor",
    f"GET {T}/reports/series": "supervisor",
    f"GET {T}/reports/series.csv": "supervisor",
    f"GET {T}/reports/summary": "supervisor",
    f"GET {T}/reports/summary.csv": "supervisor",
    f"GET {T}/reports/templates": "supervisor",
    f"GET {T}/reports/templates.csv": "supervisor",
    f"GET {T}/retention": "agent",
    f"GET {T}/teams": "agent",
    f"GET {T}/templates": "agent",
    f"GET {T}/templates/accounts": "agent",
    f"GET {T}/templates/cover": "agent",
    f"GET {T}/templates/{{template_id}}": "agent",
    f"GET {T}/whatsapp/messages/{{message_id}}": "agent",
    f"GET {T}/whatsapp/notices": "agent",
    f"GET {T}/whatsapp/notices/{{notice_id}}": "agent",
    f"GET {T}/whatsapp/status": "agent",
    "PATCH /api/auth/profile": "person",
    "PATCH /api/operator/users/{user_id}": "operator",
    f"PATCH {T}": "admin",
    f"PATCH {T}/campaigns/{{campaign_id}}": "supervisor",
    f"PATCH {T}/canned-replies/{{canned_reply_id}}": "supervisor",
    f"PATCH {T}/contacts/{{contact_id}}": "agent",
    f"PATCH {T}/inbox/conversations/{{conversation_id}}": "agent",
    f"PATCH {T}/inbox/views/{{view_id}}": "agent",
    f"PATCH {T}/labels/{{label_id}}": "supervisor",
    f"PATCH {T}/people/{{user_id}}": "admin",
    f"PATCH {T}/teams/{{team_id}}": "supervisor",
    f"PATCH {T}/templates/{{template_id}}": "admin",
    "POST /api/auth/embed": "anybody",
    "POST /api/auth/invites/accept": "anybody",
    "POST /api/auth/passkeys": "person",
    "POST /api/auth/passkeys/options": "person",
    "POST /api/auth/passkeys/sign-in": "anybody",
    "POST /api/auth/passkeys/sign-in/options": "anybody",
    "POST /api/auth/password": "person",
    "POST /api/auth/password-resets": "anybody",
    "POST /api/auth/password-resets/complete": "anybody",
    "POST /api/auth/proofs": "person",
    "POST /api/auth/proofs/passkey-options": "person",
    "POST /api/auth/recovery-codes": "person",
    "POST /api/auth/sign-in": "anybody",
    "POST /api/auth/sign-in/second-factor": "anybody",
    "POST /api/auth/sign-out": "person",
    "POST /api/auth/sign-out-everywhere": "person",
    "POST /api/auth/totp": "person",
    "POST /api/auth/totp/confirm": "person",
    "POST /api/operator/replay": "operator",
    "POST /api/tenants": "operator",
    f"POST {T}/campaigns": "supervisor",
    f"POST {T}/campaigns/{{campaign_id}}/audience/filter": "supervisor",
    f"POST {T}/campaigns/{{campaign_id}}/audience/list": "supervisor",
    f"POST {T}/campaigns/{{campaign_id}}/audience/mapping": "supervisor",
    f"POST {T}/campaigns/{{campaign_id}}/audience/upload": "supervisor",
    f"POST {T}/campaigns/{{campaign_id}}/cancel": "supervisor",
    f"POST {T}/campaigns/{{campaign_id}}/pause": "supervisor",
    f"POST {T}/campaigns/{{campaign_id}}/resume": "supervisor",
    f"POST {T}/campaigns/{{campaign_id}}/schedule": "supervisor",
    f"POST {T}/campaigns/{{campaign_id}}/start": "supervisor",
    f"POST {T}/campaigns/{{campaign_id}}/unschedule": "supervisor",
    f"POST {T}/campaigns/{{campaign_id}}/dry-run": "supervisor",
    f"POST {T}/campaigns/{{campaign_id}}/retry": "supervisor",
    f"POST {T}/campaigns/{{campaign_id}}/test": "supervisor",
    "POST /send_template_direct": "key",
    "POST /send_text_direct": "key",
    f"POST {T}/automations": "admin",
    f"POST {T}/automations/dry-run": "admin",
    f"POST {T}/automations/{{automation_id}}/dry-run": "admin",
    f"POST {T}/canned-replies": "supervisor",
    f"POST {T}/consents/import": "admin",
    f"POST {T}/consents/import/columns": "admin",
    f"POST {T}/contacts/{{contact_id}}/consents": "supervisor",
    f"POST {T}/contacts/{{contact_id}}/erasure": "admin",
    f"POST {T}/contacts/{{contact_id}}/merges": "agent",
    f"POST {T}/contacts/{{contact_id}}/merges/{{merge_id}}/undo": "agent",
    f"POST {T}/embed-tokens": "admin",
    f"POST {T}/inbox/conversations/bulk": "agent",
    f"POST {T}/inbox/conversations/{{conversation_id}}/notes": "agent",
    f"POST {T}/inbox/conversations/{{conversation_id}}/read": "agent",
    f"POST {T}/inbox/conversations/{{conversation_id}}/typing": "agent",
    f"POST {T}/inbox/mentions/read": "agent",
    f"POST {T}/inbox/views": "agent",
    f"POST {T}/keys": "admin",
    f"POST {T}/labels": "supervisor",
    f"POST {T}/resume": "operator",
    f"POST {T}/suspend": "operator",
    f"POST {T}/media": "agent",
    f"POST {T}/media/messages/{{message_id}}/fetch": "agent",
    f"POST {T}/notifications/dry-run": "admin",
    f"POST {T}/notifications/events": "admin",
    f"POST {T}/notifications/events/cancel": "admin",
    f"POST {T}/notifications/rules": "admin",
    f"POST {T}/people/invites": "admin",
    f"POST {T}/teams": "supervisor",
    f"POST {T}/templates": "admin",
    f"POST {T}/templates/lint": "agent",
    f"POST {T}/templates/media": "admin",
    f"POST {T}/templates/send": "agent",
    f"POST {T}/templates/sync": "agent",
    f"POST {T}/templates/{{template_id}}/preview": "agent",
    f"POST {T}/templates/{{template_id}}/unpause": "admin",
    f"PUT {T}/templates/cover": "admin",
    f"POST {T}/whatsapp/connect/cancel": "admin",
    f"POST {T}/whatsapp/connect/choose": "admin",
    f"POST {T}/whatsapp/connect/complete": "admin",
    f"POST {T}/whatsapp/connect/start": "admin",
    f"PATCH {T}/whatsapp/connections/{{connection_id}}": "admin",
    f"POST {T}/whatsapp/connections/{{connection_id}}/register": "admin",
    f"POST {T}/whatsapp/connections/{{connection_id}}/reveal-pin": "admin",
    f"POST {T}/whatsapp/disconnect": "admin",
    f"POST {T}/whatsapp/messages/send": "agent",
    f"POST {T}/whatsapp/messages/{{message_id}}/cancel": "agent",
    f"POST {T}/whatsapp/messages/{{message_id}}/retry": "agent",
    f"POST {T}/whatsapp/messages/{{message_id}}/send-again": "agent",
    f"POST {T}/whatsapp/resume": "admin",
    f"POST {T}/whatsapp/test-connection": "admin",
    f"PUT {T}/automations/{{automation_id}}": "admin",
    f"PUT {T}/notifications/rules/{{rule_id}}": "admin",
    f"PUT {T}/consent-rules": "admin",
    f"GET {T}/push-subscriptions": "person",
    f"PUT {T}/push-subscriptions": "person",
    f"DELETE {T}/outgoing-webhooks/{{webhook_id}}": "admin",
    f"GET {T}/outgoing-webhooks": "admin",
    f"GET {T}/outgoing-webhooks/{{webhook_id}}": "admin",
    f"GET {T}/outgoing-webhooks/{{webhook_id}}/deliveries": "admin",
    f"PATCH {T}/outgoing-webhooks/{{webhook_id}}": "admin",
    f"POST {T}/outgoing-webhooks": "admin",
    f"POST {T}/outgoing-webhooks/{{webhook_id}}/deliveries/{{delivery_id}}/replay": "admin",
    f"POST {T}/outgoing-webhooks/{{webhook_id}}/replay-failed": "admin",
    f"POST {T}/outgoing-webhooks/{{webhook_id}}/secret": "admin",
    f"POST {T}/outgoing-webhooks/{{webhook_id}}/test": "admin",
}
RANKS = ("agent", "supervisor", "admin")
WHO = ("nobody", "stranger", "agent", "supervisor", "admin", "owner", "operator", "key", "platform key")

APP = described()
DOCUMENT: dict[str, Any] = description()
ROUTES = [
    f"{method.upper()} {path}"
    for path, item in DOCUMENT["paths"].items()
    for method in item
    if method in {"get", "post", "put", "patch", "delete"}
]
UNSAFE = [route for route in ROUTES if not route.startswith("GET ")]


def scopes_of_routes() -> Iterator[tuple[str, Scope]]:
    for route in APP.routes:
        for handler in getattr(route, "route_handlers", None) or [route.route_handler]:
            for method in getattr(handler, "http_methods", ()):
                if scope := handler.opt.get("scope"):
                    yield f"{method} {route.path_format}", scope


SCOPE_OF = dict(scopes_of_routes())


def test_every_route_says_who_may_and_every_row_has_its_route() -> None:
    assert set(ROUTES) == LEAST.keys()


def test_the_table_and_the_roles_say_the_same() -> None:
    """Read the other way round: what the scopes of the routes and the roles make of it."""
    for route, scope in SCOPE_OF.items():
        least = next((role.value for role in Role if scope in SCOPES[role]), "operator")
        assert LEAST[route] in {least, "operator", "key"}, route


def may(who: str, route: str) -> bool:
    least = LEAST[route]
    if least == "anybody":
        return True
    if least == "person":
        return who not in {"nobody", "key", "platform key"}
    if least == "operator":
        return who in {"operator", "platform key"}
    if least == "key":  # the operator has every scope, and is told that only a key may
        return who in {"key", "platform key", "operator"}
    if who in RANKS:
        return RANKS.index(who) >= RANKS.index(least)
    return who in {"owner", "operator", "key", "platform key"}


@pytest.fixture
def asking(
    acme: Tenant, operator: httpx.AsyncClient, owner: asyncpg.Connection
) -> Callable[[str], Awaitable[httpx.AsyncClient]]:
    """Makes clients: of people with a session of their own each time, as some routes end it."""

    addresses = count(1)

    async def make(who: str) -> httpx.AsyncClient:
        if who == "nobody":
            return browser(operator, address=f"203.0.113.{next(addresses)}")  # who keeps failing is slowed
        if who == "key":
            return acme.client
        if who == "platform key":
            return operator
        if who in {"stranger", "operator"}:
            person = await insert_user(owner, operator=who == "operator")
        else:
            person = await insert_member(owner, acme.id, Role(who))
        return await session_at(owner, operator, person)

    return make


async def ask(
    client: httpx.AsyncClient, route: str, tenant: Tenant, headers: dict[str, str] | None = None
) -> httpx.Response:
    method, path = route.split(" ")
    path = re.sub(r"\{\w+\}", lambda _: str(uuid4()), path.replace("{tenant_id}", str(tenant.id)))
    body = {} if method in {"POST", "PATCH", "PUT"} else None
    return await client.request(method, path, json=body, headers=headers)


def turned_away(answer: httpx.Response) -> bool:
    return answer.status_code in {401, 403} and answer.json()["code"] in {"unauthorized", "missing_scope"}


@pytest.mark.parametrize("who", WHO)
async def test_each_route_lets_in_who_may_and_turns_away_who_may_not(
    acme: Tenant, asking: Callable[[str], Awaitable[httpx.AsyncClient]], who: str
) -> None:
    wrong = []
    for route in ROUTES:
        answer = await ask(await asking(who), route, acme)
        outside = who == "stranger" and "{tenant_id}" in route
        right = answer.status_code == 404 if outside else turned_away(answer) is not may(who, route)
        if not right or answer.status_code >= 500:
            wrong.append((route, answer.status_code, answer.text[:200]))

    assert wrong == []


async def test_a_key_needs_the_scope_of_a_route_and_no_other(web: Pool, acme: Tenant) -> None:
    for scope in sorted(set(SCOPE_OF.values()) - PLATFORM_ONLY):
        _, without = await key_of(web, acme.id, scopes=frozenset(Scope) - PLATFORM_ONLY - {scope})
        _, alone = await key_of(web, acme.id, scopes=[scope])

        for route in (route for route, needed in SCOPE_OF.items() if needed is scope):
            if LEAST[route] != "operator" and route in ROUTES:
                assert turned_away(await ask(caller(acme.client, key=without), route, acme)), route
                assert not turned_away(await ask(caller(acme.client, key=alone), route, acme)), route


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"X-CSRF-Token": "none of this session"}, "csrf_failed"),
        ({"Origin": "https://evil.example"}, "foreign_origin"),
    ],
)
async def test_no_route_changes_anything_for_another_sites_page(
    acme: Tenant,
    asking: Callable[[str], Awaitable[httpx.AsyncClient]],
    headers: dict[str, str],
    code: str,
) -> None:
    for route in UNSAFE:
        answer = await ask(await asking("operator"), route, acme, headers)
        if LEAST[route] == "anybody" and code == "csrf_failed":
            continue  # nobody is signed in there: what is sent is what counts
        assert (answer.status_code, answer.json()["code"]) == (403, code), route


async def test_a_route_that_declares_nothing_is_never_run(web: Pool) -> None:
    ran = []

    @get("/forgotten")
    async def forgotten() -> None:
        ran.append(True)

    app = Litestar([forgotten], guards=[Gate(web, None, None)], openapi_config=None)  # type: ignore[arg-type] - not read
    async with AsyncTestClient(app) as client:
        assert (await client.get("/forgotten")).status_code == 500
    assert ran == []


# --- giving roles


def test_roles_only_grow_and_none_holds_what_reaches_across_tenants() -> None:
    ladder = [SCOPES[role] for role in Role]

    assert all(less <= more for less, more in pairwise(ladder))
    assert not ladder[-1] & PLATFORM_ONLY
    assert frozenset(Scope) == OPERATOR


@pytest.mark.parametrize(
    ("giver", "may_be_given"),
    [
        (Role.AGENT, {Role.AGENT}),
        (Role.SUPERVISOR, {Role.AGENT, Role.SUPERVISOR}),
        (Role.ADMIN, {Role.AGENT, Role.SUPERVISOR, Role.ADMIN}),
        (Role.OWNER, set(Role)),
    ],
)
def test_nobody_gives_a_role_above_their_own(giver: Role, may_be_given: set[Role]) -> None:
    person = Principal(
        kind=PrincipalKind.USER, tenant_id=uuid4(), user_id=uuid4(), role=giver, scopes=SCOPES[giver]
    )

    assert may_give(person) == may_be_given


def test_a_key_gives_no_role_that_may_do_more_than_the_key() -> None:
    def key(*scopes: Scope) -> Principal:
        return Principal(
            kind=PrincipalKind.TENANT, tenant_id=uuid4(), key_id=uuid4(), scopes=frozenset(scopes)
        )

    assert may_give(key(Scope.PEOPLE_WRITE)) == set()
    assert may_give(key(Scope.PEOPLE_WRITE, *SCOPES[Role.AGENT])) == {Role.AGENT}
    assert may_give(key(*SCOPES[Role.OWNER])) == {Role.AGENT, Role.SUPERVISOR, Role.ADMIN}


def test_the_page_about_people_names_the_scopes_of_each_role() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/people.md").read_text(encoding="utf-8")
    told = {
        role: set(re.findall(r"`([a-z]+:[a-z]+)`", cells))
        for role, cells in re.findall(r"^\| `([a-z]+)` \| (.*) \|$", page, re.MULTILINE)
    }

    assert told[Role.AGENT] == SCOPES[Role.AGENT]
    assert told[Role.SUPERVISOR] == SCOPES[Role.SUPERVISOR] - SCOPES[Role.AGENT]
    assert told[Role.ADMIN] == told[Role.OWNER] == set()
