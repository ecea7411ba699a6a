"""API keys over HTTP: what opens the door, what does not, and that nobody learns more than they may."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from bed.api import description, key_of
from bed.tenants import Tenant, caller, told
from curbe.domain.access import Scope
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool

pytestmark = pytest.mark.anyio
NewTenant = Callable[[], Awaitable[Tenant]]

_WELL_FORMED = "curbe_t_" + "A" * 43


async def test_a_new_key_is_shown_once_and_then_only_its_last_characters(acme: Tenant) -> None:
    body = {"name": "CRM", "scopes": ["inbox:read", "messages:send"], "expires_at": "2999-01-01T00:00:00Z"}

    made = await acme.post("/keys", body)

    assert made.status_code == 201
    key = made.json().pop("key")
    assert key.startswith("curbe_t_")
    listed = await acme.get("/keys")
    assert listed.json()["items"][-1] == {name: value for name, value in made.json().items() if name != "key"}
    assert listed.json()["items"][-1]["last4"] == key[-4:]
    assert key not in listed.text


async def test_the_database_holds_no_key(acme: Tenant, owner: asyncpg.Connection) -> None:
    stored = str(await owner.fetch("SELECT * FROM api_keys"))

    assert acme.key[-4:] in stored
    assert acme.key[len("curbe_t_") : -4] not in stored


async def test_a_key_opens_what_its_scopes_say_and_nothing_else(acme: Tenant) -> None:
    key = (await acme.post("/keys", {"scopes": ["audit:read"]})).json()["key"]
    auditor = caller(acme.client, key=key)

    allowed = await auditor.get(f"{acme.path}/audit")
    refused = await auditor.post(f"{acme.path}/keys", json={"scopes": ["audit:read"]})

    assert allowed.status_code == 200
    assert (refused.status_code, refused.json()["code"], refused.json()["scope"]) == (
        403,
        "missing_scope",
        "keys:write",
    )


NO_KEYS = [
    ({"scopes": []}, 422, "scopes"),
    ({"scopes": ["everything"]}, 422, "scopes[0]"),
    ({"scopes": ["webhooks:replay"]}, 403, "scopes"),
    ({"scopes": ["inbox:read"], "expires_at": "2001-01-01T00:00:00Z"}, 422, "expires_at"),
    ({"scopes": ["inbox:read"], "expires_at": "2999-01-01T00:00:00"}, 422, "expires_at"),
    ({"scopes": ["inbox:read"], "name": "a\nb"}, 422, "name"),
    ({"scopes": ["inbox:read"], "name": "x" * 201}, 422, "name"),
    ({"scopes": ["inbox:read"], "tenant_id": str(UUID(int=1))}, 422, "tenant_id"),
    ({}, 422, "scopes"),
]


async def test_a_key_that_must_not_be_is_not_made(acme: Tenant) -> None:
    for body, status, field in NO_KEYS:
        answer = await acme.post("/keys", body)

        assert (answer.status_code, answer.json()["field"]) == (status, field), body
        assert len((await acme.get("/keys")).json()["items"]) == 1, body


async def test_no_key_gives_away_more_than_it_has(acme: Tenant) -> None:
    modest = (await acme.post("/keys", {"scopes": ["keys:write", "inbox:read"]})).json()["key"]

    client = caller(acme.client, key=modest)
    more = await client.post(f"{acme.path}/keys", json={"scopes": ["inbox:read", "messages:send"]})
    same = await client.post(f"{acme.path}/keys", json={"scopes": ["inbox:read", "keys:write"]})

    assert (more.status_code, more.json()["field"]) == (403, "scopes")
    assert "messages:send" in more.json()["detail"]
    assert same.status_code == 201


async def test_a_key_that_expires_makes_none_that_lasts_longer(acme: Tenant, web: Pool) -> None:
    ends_at = utc_now() + timedelta(hours=1)
    at = caller(acme.client, key=(await key_of(web, acme.id, expires_at=ends_at))[1])
    wanted = {"scopes": ["keys:write"]}

    for_ever = await at.post(f"{acme.path}/keys", json=wanted)
    longer = await at.post(
        f"{acme.path}/keys", json={**wanted, "expires_at": (ends_at + timedelta(seconds=1)).isoformat()}
    )
    as_long = await at.post(f"{acme.path}/keys", json={**wanted, "expires_at": ends_at.isoformat()})

    assert {(one.status_code, one.json()["field"]) for one in (for_ever, longer)} == {(422, "expires_at")}
    assert as_long.status_code == 201, as_long.text


async def test_a_revoked_key_opens_nothing_from_the_next_request_on(acme: Tenant) -> None:
    made = (await acme.post("/keys", {"scopes": ["inbox:read", "keys:read"]})).json()
    client = caller(acme.client, key=made["key"])
    assert (await client.get(f"{acme.path}/keys")).status_code == 200

    revoked = await acme.client.delete(f"{acme.path}/keys/{made['id']}")
    again = await acme.client.delete(f"{acme.path}/keys/{made['id']}")

    assert (revoked.status_code, again.status_code) == (204, 204)
    assert (await client.get(f"{acme.path}/keys")).status_code == 401
    shown = (await acme.get("/keys")).json()["items"]
    assert [key["id"] for key in shown if key["revoked_at"]] == [made["id"]]


async def test_a_key_that_was_never_there_cannot_be_revoked(acme: Tenant) -> None:
    assert (await acme.client.delete(f"{acme.path}/keys/{uuid4()}")).status_code == 404


async def test_another_tenants_key_cannot_be_revoked_and_looks_like_none(new_tenant: NewTenant) -> None:
    one, other = await new_tenant(), await new_tenant()
    theirs = (await other.get("/keys")).json()["items"][0]["id"]

    answer = await one.client.delete(f"{one.path}/keys/{theirs}")

    assert told(answer) == told(await one.client.delete(f"{one.path}/keys/{uuid4()}"))
    assert (await other.get("/keys")).status_code == 200


async def test_every_wrong_key_gets_the_same_answer(
    web: Pool, acme: Tenant, owner: asyncpg.Connection
) -> None:
    made = (await acme.post("/keys", {"scopes": ["inbox:read"]})).json()
    await acme.client.delete(f"{acme.path}/keys/{made['id']}")
    expiring, expired = await key_of(web, acme.id, expires_at=utc_now() + timedelta(hours=1))
    await owner.execute("UPDATE api_keys SET expires_at = now() WHERE id = $1", expiring)
    wrong = [
        None,
        "",
        "Bearer",
        "Bearer ",
        f"Basic {acme.key}",
        acme.key,
        f"Bearer {acme.key}x",
        f"Bearer {acme.key[:-1]}",
        f"Bearer {acme.key.swapcase()}",
        f"Bearer curbe_p_{acme.key[8:]}",
        f"Bearer {acme.key} {acme.key}",
        f"Bearer {_WELL_FORMED}",
        f"Bearer {made['key']}",
        f"Bearer {expired}",
        "Bearer " + "a" * 5000,
        "Bearer é",
    ]
    client = caller(acme.client, key=None)

    answers = [
        await client.get(
            f"{acme.path}/keys", headers={} if value is None else {"Authorization": value.encode()}
        )
        for value in wrong
    ]

    assert {answer.status_code for answer in answers} == {401}
    assert {answer.headers["WWW-Authenticate"] for answer in answers} == {"Bearer"}
    assert [told(answer) for answer in answers] == [told(answers[0])] * len(wrong)


async def test_without_a_key_nothing_of_the_request_is_looked_at(acme: Tenant) -> None:
    client = caller(acme.client, key=None)

    answers = [
        await client.get(f"{acme.path}/keys"),
        await client.get(f"/api/tenants/{uuid4()}/keys"),
        await client.get(f"{acme.path}/keys", params={"limit": "nonsense", "cursor": "x"}),
        await client.post(f"{acme.path}/keys", content=b"{nonsense"),
        await client.post("/api/tenants", json={"name": ""}),
        await client.delete(f"{acme.path}/keys/{uuid4()}"),
    ]

    assert [told(answer) for answer in answers] == [told(answers[0])] * len(answers)
    assert answers[0].status_code == 401


async def test_who_keeps_failing_is_slowed_and_nobody_else_is(acme: Tenant) -> None:
    guesser = caller(acme.client, key=_WELL_FORMED, address="203.0.113.7")
    neighbour = caller(acme.client, key=acme.key, address="203.0.113.7")
    elsewhere = caller(acme.client, key=_WELL_FORMED, address="203.0.113.8")

    answers = [await guesser.get(f"{acme.path}/keys") for _ in range(40)]

    assert {answer.status_code for answer in answers[:20]} == {401}
    assert {answer.status_code for answer in answers[-15:]} == {429}
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert (await neighbour.get(f"{acme.path}/keys")).status_code == 200
    assert (await elsewhere.get(f"{acme.path}/keys")).status_code == 401


async def test_a_subscriber_with_a_whole_ipv6_network_is_one_address(acme: Tenant) -> None:
    wrong = [caller(acme.client, key=_WELL_FORMED, address=f"2001:db8:1:2::{n}") for n in range(1, 41)]
    elsewhere = caller(acme.client, key=_WELL_FORMED, address="2001:db8:1:3::1")

    answers = [await one.get(f"{acme.path}/keys") for one in wrong]

    assert [answer.status_code for answer in answers[-15:]] == [429] * 15
    assert (await elsewhere.get(f"{acme.path}/keys")).status_code == 401


def routes() -> list[tuple[str, str]]:
    """Every method and path of the API, from its OpenAPI document."""
    paths = description()["paths"]
    methods = ("get", "post", "put", "patch", "delete")
    return [(method, path) for path, item in paths.items() for method in methods if method in item]


def of_tenants() -> list[tuple[str, str]]:
    """Every method and path within a tenant, with ``{}`` for the tenant and ids of nothing for the rest."""
    found = [(method, path) for method, path in routes() if "{tenant_id}" in path]
    assert len(found) >= 12
    return [
        (
            method,
            re.sub(r"\{\w+\}", lambda _: str(uuid4()), path.replace("{tenant_id}", "\0")).replace("\0", "{}"),
        )
        for method, path in found
    ]


async def test_every_path_of_another_tenant_answers_as_if_there_were_no_such_tenant(
    new_tenant: NewTenant,
) -> None:
    one, other = await new_tenant(), await new_tenant()

    for method, path in of_tenants():
        theirs, nobodys = [
            await one.client.request(method, path.format(tenant_id), json={})
            for tenant_id in (other.id, uuid4())
        ]
        assert (theirs.status_code, told(theirs)) == (404, told(nobodys)), (method, path)


async def test_a_tenant_that_does_not_exist_is_none_for_the_operator_either(
    operator: httpx.AsyncClient,
) -> None:
    for method, path in of_tenants():
        answer = await operator.request(method, path.format(uuid4()), json={})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), (method, path)


async def test_every_route_says_which_scope_it_needs_or_why_it_needs_none(
    operator: httpx.AsyncClient,
) -> None:
    app = operator._transport.app._app  # type: ignore[attr-defined]

    for route in app.routes:
        for handler in getattr(route, "route_handlers", None) or [route.route_handler]:
            if getattr(handler, "http_methods", None) == {"OPTIONS"}:
                continue
            declared = [
                isinstance(handler.opt.get("scope"), Scope),
                *map(handler.opt.get, ("session", "public")),
            ]
            assert sum(map(bool, declared)) == 1, f"{handler} declares neither a scope nor why it needs none"


async def test_the_reference_of_scopes_names_every_route_under_its_scope(
    operator: httpx.AsyncClient,
) -> None:
    app = operator._transport.app._app  # type: ignore[attr-defined]
    page = (Path(__file__).parents[2] / "docs" / "reference" / "scopes.md").read_text(encoding="utf-8")
    written = {
        scope: set(re.findall(r"`([A-Z]+ /[^`]+)`", cells))
        for scope, cells in re.findall(r"^\| `([a-z:-]+)` \| (.*) \|$", page, re.MULTILINE)
    }

    real: dict[str, set[str]] = {scope.value: set() for scope in Scope}
    for route in app.routes:
        for handler in getattr(route, "route_handlers", None) or [route.route_handler]:
            for method in getattr(handler, "http_methods", {"GET"}) - {"OPTIONS"}:
                if scope := handler.opt.get("scope"):
                    real[scope].add(f"{method} {route.path_format}")

    assert written == real


def answered(document: dict[str, Any]) -> dict[str, Any]:
    """The schemas of an OpenAPI document that an answer may hold."""
    everything = document["components"]["schemas"]
    found: dict[str, Any] = {}
    waiting = [
        operation["responses"]
        for item in document["paths"].values()
        for operation in item.values()
        if isinstance(operation, dict) and "responses" in operation
    ]
    while waiting:
        for name in re.findall(r"#/components/schemas/([^']+)'", str(waiting.pop())):
            if name not in found:
                found[name] = everything[name]
                waiting.append(everything[name])
    return found


async def test_the_description_of_the_api_is_public_and_names_no_secret_that_comes_back(
    operator: httpx.AsyncClient,
) -> None:
    anybody = caller(operator, key=None)

    answer = await anybody.get("/schema/openapi.json")

    assert answer.status_code == 200
    schemas = answered(answer.json())
    secret = [
        (name, field)
        for name, schema in schemas.items()
        for field, shape in schema.get("properties", {}).items()
        if any(word in field for word in ("token", "secret", "password", "key"))
        and not field.endswith(("_last4", "_fingerprint", "_expires_at", "_hint"))
        and not shape.get("writeOnly")
        and not any(part.get("writeOnly") for part in shape.get("oneOf", []))
    ]
    # Shown once to who made it; to whom the session is, and worthless without its cookie; no secret at all (what a
    # message for many says of a flow, words that people say, what a line of a report is about, a public key).
    assert sorted(secret) == [
        ("ButtonActionData", "flow_token"),
        ("ConsentRules", "keywords"),
        ("CreatedKey", "key"),
        ("EmbedToken", "token"),
        ("InviteShown", "needs_password"),
        ("Line", "key"),
        ("Methods", "passkeys"),
        ("Methods", "password"),
        ("OutgoingWebhookSecret", "secret"),
        ("OwnFactors", "passkeys"),
        ("PasskeyAdded", "passkey"),
        ("PushSubscriptions", "public_key"),
        ("SecondFactor", "passkey"),
        ("Session", "csrf_token"),
        ("SessionUser", "has_password"),
        ("SessionUser", "passkeys"),
        ("TotpShown", "secret"),
    ]
