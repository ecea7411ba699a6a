"""Outgoing webhooks over HTTP: who may make one, where it may lead, its secret, its deliveries, and what is refused."""

import asyncio
import base64
import re
from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import uuid4

import asyncpg
import pytest

from bed.api import key_of
from bed.tenants import Tenant, caller, told
from curbe.auth.rules import PLATFORM_ONLY
from curbe.domain.access import Scope
from curbe.infra.db import Pool

pytestmark = pytest.mark.anyio

NewTenant = Callable[[], Awaitable[Tenant]]

HERE: Final = "/outgoing-webhooks"
URL: Final = "https://app.example.org/curbe"
LISTED: Final = "http://crm.internal:8000"


@pytest.fixture
def environ() -> dict[str, str]:
    return {"CURBE_OUTGOING_WEBHOOK_ORIGINS": f"{LISTED},https://hooks.example.org:8443"}


async def make(tenant: Tenant, **more: Any) -> dict[str, Any]:
    """Make one, and return it with its secret."""
    answer = await tenant.post(HERE, {"url": URL, **more})
    assert answer.status_code == 201, answer.text
    return {**answer.json()["webhook"], "secret": answer.json()["secret"]}


async def change(tenant: Tenant, webhook: dict[str, Any], **to: Any) -> dict[str, Any]:
    answer = await tenant.client.patch(f"{tenant.path}{HERE}/{webhook['id']}", json=to)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def shown(tenant: Tenant, webhook: dict[str, Any]) -> dict[str, Any]:
    answer = await tenant.get(f"{HERE}/{webhook['id']}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def deeds(tenant: Tenant) -> list[tuple[str, str | None]]:
    """Return what was done to webhooks, each with the host that the log names."""
    rows = (await tenant.get("/audit")).json()["items"]
    return [
        (deed, row["detail"].get("host"))
        for row in reversed(rows)
        if (deed := row["action"].removeprefix("outgoing_webhook.")) != row["action"]
    ]


# --- making, showing, changing


async def test_a_webhook_is_told_everything_from_now_on_unless_somebody_says_otherwise(acme: Tenant) -> None:
    made = await make(acme)

    assert made | {"url": URL, "description": "", "types": [], "enabled": True} == made
    assert [made[name] for name in ("disabled_reason", "failing_since", "last_reason", "last_status")] == [
        None
    ] * 4
    assert (made["last_delivered_at"], made["waiting"], made["failed"]) == (None, 0, 0)
    assert (await acme.get(HERE)).json()["items"] == [await shown(acme, made)]


async def test_its_secret_is_shown_once_and_then_only_its_last_characters(
    acme: Tenant, owner: asyncpg.Connection
) -> None:
    made = await make(acme)

    secret = made.pop("secret")
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]+=*", secret)
    assert len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) == 32
    assert made["secret_last4"] == secret[-4:]
    assert await shown(acme, made) == made
    kept = str(await owner.fetch("SELECT * FROM outgoing_webhooks")) + str(
        await owner.fetch("SELECT * FROM audit_log")
    )
    assert secret[len("whsec_") : -4] not in kept


async def test_two_webhooks_have_two_secrets(acme: Tenant) -> None:
    assert (await make(acme))["secret"] != (await make(acme))["secret"]


async def test_another_secret_is_shown_once_too(acme: Tenant) -> None:
    made = await make(acme)

    answer = await acme.post(f"{HERE}/{made['id']}/secret")

    assert answer.status_code in {200, 201}, answer.text
    secret = answer.json()["secret"]
    assert secret.startswith("whsec_")
    assert secret != made["secret"]
    assert answer.json()["webhook"]["secret_last4"] == secret[-4:]
    assert secret not in (await acme.get(HERE)).text


async def test_what_is_not_named_stays_as_it_was(acme: Tenant) -> None:
    made = await make(acme, description="CRM", types=["message_received"])

    changed = await change(acme, made, description="the new CRM")

    assert (changed["url"], changed["types"], changed["enabled"]) == (URL, ["message_received"], True)
    assert changed["description"] == "the new CRM"
    assert (await change(acme, made, types=[]))["types"] == []
    assert (await change(acme, made, url=f"{LISTED}/curbe"))["url"] == f"{LISTED}/curbe"


async def test_its_own_url_once_more_changes_nothing_of_how_long_it_has_failed_another_one_begins_anew(
    acme: Tenant, owner: asyncpg.Connection
) -> None:
    made = await make(acme)
    await owner.execute(
        "UPDATE outgoing_webhooks SET failing_since = now() - interval '4 days', failures = 9"
    )

    same = await change(acme, made, url=made["url"], description="the till")
    other = await change(acme, made, url=f"{made['url']}/v2")

    assert (same["failing_since"] is None, other["failing_since"]) == (False, None)


async def test_somebody_disables_it_and_enables_it_again(acme: Tenant) -> None:
    made = await make(acme)

    disabled = await change(acme, made, enabled=False)
    enabled = await change(acme, made, enabled=True)

    assert (disabled["enabled"], disabled["disabled_reason"]) == (False, "person")
    assert (enabled["enabled"], enabled["disabled_reason"]) == (True, None)


async def test_one_that_is_deleted_is_gone_with_what_waited_for_it(
    acme: Tenant, owner: asyncpg.Connection
) -> None:
    made = await make(acme)
    assert (await acme.post(f"{HERE}/{made['id']}/test")).status_code == 202

    deleted = await acme.client.delete(f"{acme.path}{HERE}/{made['id']}")

    assert deleted.status_code == 204
    assert (await acme.get(f"{HERE}/{made['id']}")).status_code == 404
    assert await owner.fetchval("SELECT count(*) FROM outgoing_webhook_deliveries") == 0


async def test_whatever_is_done_to_one_is_on_record_with_the_server_it_leads_to(acme: Tenant) -> None:
    made = await make(acme)
    await change(acme, made, description="CRM")
    await acme.post(f"{HERE}/{made['id']}/secret")
    tried = await acme.post(f"{HERE}/{made['id']}/test")
    await acme.post(f"{HERE}/{made['id']}/deliveries/{tried.json()['id']}/replay")
    await acme.client.delete(f"{acme.path}{HERE}/{made['id']}")

    done = ["created", "changed", "secret_changed", "tested", "replayed", "deleted"]
    assert await deeds(acme) == [(deed, "app.example.org") for deed in done]


# --- what is refused

NOWHERE: Final = [
    "",
    "app.example.org/curbe",
    "ftp://app.example.org/",
    "https://",
    "http://app.example.org/",
    "https://app.example.org:8443/",
    "https://user:word@app.example.org/",
    "https://app.example.org/\n",
    "https://app.example.org/a b",
    "https://127.0.0.1/",
    "https://10.0.0.7/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::1]/",
    "https://[::ffff:10.0.0.7]/",
    "https://[fe80::1%25eth0]/",
    "https://100.64.0.1/",
    "http://crm.internal:8001/",
    "http://crm.internal/",
    "https://crm.internal:8000/",
    "http://crm.internal:8000@app.example.org:8443/",
    f"{URL}/{'x' * 2000}",
]


async def test_one_that_leads_where_it_may_not_is_not_made_nor_changed_to(acme: Tenant) -> None:
    made = await make(acme)

    for url in NOWHERE:
        answers = [
            await acme.post(HERE, {"url": url}),
            await acme.client.patch(f"{acme.path}{HERE}/{made['id']}", json={"url": url}),
        ]
        for answer in answers:
            refused = (answer.status_code, answer.json().get("code"), answer.json().get("field"))
            assert refused == (422, "invalid_request", "url"), url
    assert [one["url"] for one in (await acme.get(HERE)).json()["items"]] == [URL]


async def test_what_the_operator_lists_is_reached_wherever_it_lies(acme: Tenant) -> None:
    for url in (f"{LISTED}/curbe", "https://hooks.example.org:8443/a?b=c", "https://93.184.215.14/"):
        assert (await make(acme, url=url))["url"] == url


async def test_types_that_are_none_are_refused_by_name(acme: Tenant) -> None:
    answer = await acme.post(HERE, {"url": URL, "types": ["message_received", "message_recieved"]})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert answer.json()["field"].startswith("types")
    assert "message_recieved" in answer.text


async def test_a_tenant_has_eight_at_most_also_where_ten_are_made_at_once(acme: Tenant) -> None:
    answers = await asyncio.gather(*(acme.post(HERE, {"url": URL}) for _ in range(10)))

    assert sorted(answer.status_code for answer in answers) == [201] * 8 + [409] * 2
    refused = {answer.json()["code"] for answer in answers if answer.status_code == 409}
    assert refused == {"limit_reached"}
    there = (await acme.get(HERE)).json()["items"]
    await acme.client.delete(f"{acme.path}{HERE}/{there[0]['id']}")
    assert len(there) == 8
    assert (await acme.post(HERE, {"url": URL})).status_code == 201


async def test_a_key_needs_the_scope_for_it_even_to_look(acme: Tenant, web: Pool) -> None:
    made = await make(acme)
    _, key = await key_of(web, acme.id, scopes=set(Scope) - {Scope.OUTGOING_WEBHOOKS_WRITE} - PLATFORM_ONLY)
    other = caller(acme.client, key=key)

    for path in ("", f"/{made['id']}", f"/{made['id']}/deliveries"):
        answer = await other.get(f"{acme.path}{HERE}{path}")
        assert (answer.status_code, answer.json()["scope"]) == (403, "outgoing-webhooks:write"), path


async def test_another_tenants_webhook_is_none(new_tenant: NewTenant) -> None:
    one, other = await new_tenant(), await new_tenant()
    theirs = await make(other)
    ping = (await other.post(f"{HERE}/{theirs['id']}/test")).json()
    ways = [
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("POST", "/secret"),
        ("POST", "/test"),
        ("GET", "/deliveries"),
        ("POST", f"/deliveries/{ping['id']}/replay"),
        ("POST", "/replay-failed"),
    ]

    for method, path in ways:
        body = {} if method == "PATCH" else None
        answers = [
            await one.client.request(method, f"{one.path}{HERE}/{which}{path}", json=body)
            for which in (theirs["id"], uuid4())
        ]
        assert answers[0].status_code == 404, (method, path)
        assert told(answers[0]) == told(answers[1]), (method, path)
    assert {name: theirs[name] for name in theirs if name != "secret"} | {"waiting": 1} == await shown(
        other, theirs
    )


# --- deliveries


async def test_a_test_is_a_delivery_that_waits(acme: Tenant) -> None:
    made = await make(acme)

    answer = await acme.post(f"{HERE}/{made['id']}/test")

    assert answer.status_code == 202, answer.text
    ping = answer.json()
    assert ping | {"type": "ping", "state": "waiting", "attempts": 0, "conversation_id": None} == ping
    assert [ping[name] for name in ("last_status", "last_reason", "duration_ms", "done_at")] == [None] * 4
    assert re.fullmatch(r"evt_\d+_\d+_\d+", ping["id"])
    assert (await acme.get(f"{HERE}/{made['id']}/deliveries")).json()["items"] == [ping]


async def test_deliveries_are_listed_page_by_page_the_latest_first_and_by_state(acme: Tenant) -> None:
    made = await make(acme)
    pings = [(await acme.post(f"{HERE}/{made['id']}/test")).json()["id"] for _ in range(3)]
    pages, cursor = [], None
    while True:
        params = {"limit": 1, "state": "waiting", **({"cursor": cursor} if cursor else {})}
        page = (await acme.get(f"{HERE}/{made['id']}/deliveries", params=params)).json()
        pages.append([item["id"] for item in page["items"]])
        if (cursor := page["next_cursor"]) is None:
            break

    assert [one for page in pages for one in page] == pings[::-1]
    for state in ("delivered", "failed"):
        listed = await acme.get(f"{HERE}/{made['id']}/deliveries", params={"state": state})
        assert listed.json()["items"] == []
    assert (await acme.get(f"{HERE}/{made['id']}/deliveries", params={"state": "lost"})).status_code == 422
    assert (await shown(acme, made))["waiting"] == 3


async def test_what_was_never_delivered_cannot_be_sent_again(acme: Tenant) -> None:
    made = await make(acme)

    for name in ("evt_1_2_3", "evt_1", "x" * 300):
        answer = await acme.post(f"{HERE}/{made['id']}/deliveries/{name}/replay")
        assert answer.status_code == 404, name
    again = await acme.post(f"{HERE}/{made['id']}/replay-failed")
    assert (again.status_code, again.json()) == (202, {"replayed": 0})
