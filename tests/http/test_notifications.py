"""Events of a tenant's own systems become messages: each once, at its time, and what was not sent says why."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from bed.locks import waiting_for_a_lock
from bed.rows import Number, insert_number
from bed.tenants import Tenant
from bed.working import work_off
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.infra.jobs import Runner
from curbe.notifications.sending import Notifying
from curbe.notifications.service import SEND

pytestmark = pytest.mark.anyio
Owner = asyncpg.Connection
COMPONENTS = [{"type": "BODY", "text": "Hola {{first_name}}, tu entrevista es el {{day}}."}]
RULE = {
    "event": "interview.scheduled",
    "template": "interview",
    "language": "es_ES",
    "recipient": "$.candidate.phone",
    "variables": {
        "first_name": {"path": "$.candidate.name", "default": "candidato"},
        "day": {"path": "$.day"},
    },
}
EVENT = {
    "event": "interview.scheduled",
    "id": "crm-1",
    "data": {"candidate": {"phone": "608684495", "name": "Paco"}, "day": "lunes"},
}


@pytest.fixture
async def mine(owner: Owner, acme: Tenant) -> Number:
    await owner.execute("UPDATE tenants SET default_country = 'ES' WHERE id = $1", acme.id)
    number = await insert_number(owner, acme.id)
    await owner.execute(
        """INSERT INTO templates (tenant_id, id, waba_id, provider_template_id, name, language, status, category, components)
           VALUES ($1, gen_random_uuid(), $2, '1', 'interview', 'es_ES', 'APPROVED', 'UTILITY', $3)""",
        acme.id,
        number.waba_id,
        json.dumps(COMPONENTS),
    )
    return number


@pytest.fixture
def work(apply: Pool, worker: Pool) -> Callable[..., Awaitable[int]]:
    """Works on what is due, as the worker does; ``later`` lets its clock go ahead."""

    async def run(*, later: timedelta = timedelta()) -> int:
        runner = Runner(
            everybody=apply,
            pool=worker,
            handlers={SEND: Notifying(worker, now=lambda: utc_now() + later)},
            at_once=2,
            lease=timedelta(minutes=1),
        )
        return await work_off(runner)

    return run


async def rule(acme: Tenant, **more: Any) -> httpx.Response:
    return await acme.post("/notifications/rules", {**RULE, **more})


async def event(acme: Tenant, **more: Any) -> httpx.Response:
    return await acme.post("/notifications/events", {**EVENT, **more})


async def history(acme: Tenant, **wanted: str) -> list[dict[str, Any]]:
    return (await acme.get("/notifications/history", params=wanted)).json()["items"]


async def test_an_event_becomes_a_message_and_the_history_says_so(
    owner: Owner, acme: Tenant, mine: Number, work: Callable[..., Awaitable[int]]
) -> None:
    assert mine
    made = await rule(acme)
    assert made.status_code == 201, made.text

    told = await event(acme)
    await work()

    assert (told.status_code, told.json()["repeated"]) == (202, False)
    (waiting,) = told.json()["notifications"]
    assert (waiting["state"], waiting["rule_id"]) == ("waiting", made.json()["id"])
    (sent,) = await history(acme)
    assert (sent["state"], sent["recipient"], sent["message_status"]) == ("sent", "+34608684495", "queued")
    message = await owner.fetchrow(
        "SELECT payload, sender, conversation_id FROM messages WHERE id = $1", UUID(sent["message_id"])
    )
    assert message is not None
    assert sent["conversation_id"] == str(message["conversation_id"])
    texts = json.loads(message["payload"])["template"]["components"][0]["parameters"]
    assert [one["text"] for one in texts] == ["Paco", "lunes"]
    assert message["sender"] == "system:notifications"
    assert await owner.fetchval("SELECT priority FROM outbox") == 10


async def test_an_event_told_twice_is_sent_once(
    owner: Owner, acme: Tenant, mine: Number, work: Callable[..., Awaitable[int]]
) -> None:
    assert mine
    await rule(acme)

    first = await event(acme)
    await work()
    again, other = await event(acme), await event(acme, data={"other": 1})
    await work()

    assert again.json()["repeated"]
    assert [one["id"] for one in again.json()["notifications"]] == [first.json()["notifications"][0]["id"]]
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert await owner.fetchval("SELECT count(*) FROM messages") == 1


async def test_one_that_is_about_to_be_sent_as_its_person_is_erased_is_sent_no_more(
    owner: Owner, acme: Tenant, mine: Number, work: Callable[..., Awaitable[int]]
) -> None:
    assert mine
    await rule(acme)
    data = {"candidate": {"phone": "+34 608 684 495", "name": "Paco"}, "day": "lunes"}
    await event(acme, data=data)
    await work()
    contact_id = await owner.fetchval("SELECT id FROM contacts")
    await event(acme, data=data, id="crm-2")

    async with asyncio.TaskGroup() as tasks, owner.transaction():
        await owner.execute("SELECT pg_advisory_xact_lock(hashtextextended($1::text, 2))", str(acme.id))
        erasing = tasks.create_task(acme.post(f"/contacts/{contact_id}/erasure"))
        await waiting_for_a_lock(owner)
        tasks.create_task(work())
        await waiting_for_a_lock(owner, many=2)

    assert erasing.result().status_code == 202
    assert await owner.fetch("SELECT id FROM contacts WHERE erased_at IS NULL") == []
    assert await owner.fetchval("SELECT count(*) FROM messages") == 1, "the one of before"
    assert await history(acme, event_id="crm-2") == []


async def test_an_event_nobody_has_a_rule_for_is_kept_and_does_nothing(acme: Tenant, mine: Number) -> None:
    assert mine
    await rule(acme, enabled=False)

    assert (await event(acme)).json() == {"event_id": "crm-1", "repeated": False, "notifications": []}


async def test_what_is_not_sent_says_why(
    owner: Owner, acme: Tenant, mine: Number, work: Callable[..., Awaitable[int]]
) -> None:
    assert mine
    vip = await rule(acme, conditions=[{"path": "$.vip", "test": "equals", "value": True}])
    await event(acme)
    await acme.client.put(f"/api/tenants/{acme.id}/notifications/rules/{vip.json()['id']}", json=RULE)
    await event(acme, id="no phone", data={"day": "x"})
    await event(acme, id="bad phone", data={"candidate": {"phone": "12"}, "day": "x"})
    await event(acme, id="no day", data={"candidate": {"phone": "608684495"}})
    await owner.execute("UPDATE templates SET status = 'PAUSED'")
    await event(acme, id="paused")
    await work()
    await owner.execute("UPDATE templates SET status = 'APPROVED'")

    told = {one["event_id"]: (one["state"], one["reason"], one["recipient"]) for one in await history(acme)}

    assert told == {
        "crm-1": ("skipped", "condition_not_met", None),
        "no phone": ("refused", "no_recipient", None),
        "bad phone": ("refused", "invalid_request", "12"),
        "no day": ("refused", "variable_missing", None),
        "paused": ("refused", "template_unavailable", "608684495"),
    }
    assert await owner.fetchval("SELECT count(*) FROM contacts") == 0
    assert [one["event_id"] for one in await history(acme, state="skipped")] == ["crm-1"]
    assert [one["event_id"] for one in await history(acme, event_id="paused")] == ["paused"]


async def test_whoever_said_no_gets_no_notification(
    owner: Owner, acme: Tenant, mine: Number, work: Callable[..., Awaitable[int]]
) -> None:
    assert mine
    await rule(acme)
    await acme.client.post(
        f"/api/tenants/{acme.id}/consents/import",
        params={"proof": "Letter", "category": "all", "state": "out"},
        content=b"+34608684495\n",
    )

    await event(acme)
    await work()

    assert [(one["state"], one["reason"]) for one in await history(acme)] == [("refused", "opted_out")]
    assert await owner.fetchval("SELECT count(*) FROM messages") == 0


async def test_a_delayed_one_waits_for_its_time_and_for_its_rule(
    owner: Owner, acme: Tenant, mine: Number, work: Callable[..., Awaitable[int]]
) -> None:
    assert mine
    made = (await rule(acme, delay_seconds=3600)).json()

    told = (await event(acme)).json()["notifications"][0]
    assert timedelta(minutes=59) < datetime.fromisoformat(told["due_at"]) - utc_now() <= timedelta(hours=1)
    assert await work() == 0
    await acme.client.delete(f"/api/tenants/{acme.id}/notifications/rules/{made['id']}")
    await owner.execute("UPDATE jobs SET available_at = now()")
    assert await work() == 1

    assert [(one["state"], one["reason"]) for one in await history(acme)] == [("skipped", "rule_gone")]


async def test_an_event_that_is_taken_back_sends_nothing_that_still_waits(
    owner: Owner, acme: Tenant, mine: Number, work: Callable[..., Awaitable[int]]
) -> None:
    assert mine
    await rule(acme)
    await rule(acme, delay_seconds=3600)
    await event(acme)
    await work()

    back = await acme.post("/notifications/events/cancel", {"id": EVENT["id"]})
    again = await acme.post("/notifications/events/cancel", {"id": EVENT["id"]})
    told_again = await event(acme)
    await owner.execute("UPDATE jobs SET available_at = now()")
    await work(later=timedelta(hours=2))

    assert back.status_code == 200, back.text
    stands = {(one["state"], one["reason"], one["message_status"]) for one in back.json()["notifications"]}
    assert stands == {("skipped", "taken_back", None), ("sent", None, "queued")}
    assert again.json() == back.json()
    assert (told_again.json()["repeated"], told_again.json()["notifications"]) == (
        True,
        back.json()["notifications"],
    )
    assert await owner.fetchval("SELECT count(*) FROM messages") == 1
    audited = await owner.fetch("SELECT subject FROM audit_log WHERE action = 'notification.taken_back'")
    skipped = [one["id"] for one in back.json()["notifications"] if one["state"] == "skipped"]
    assert [row["subject"] for row in audited] == skipped


async def test_only_an_event_that_was_told_is_taken_back(
    acme: Tenant, mine: Number, new_tenant: Callable[[], Awaitable[Tenant]]
) -> None:
    assert mine
    await rule(acme, delay_seconds=3600)
    await event(acme)
    other = await new_tenant()

    theirs = await other.post("/notifications/events/cancel", {"id": EVENT["id"]})
    nobodys = await acme.post("/notifications/events/cancel", {"id": "never told"})

    assert {(answer.status_code, answer.json()["field"]) for answer in (theirs, nobodys)} == {(404, "id")}
    assert [one["state"] for one in await history(acme)] == ["waiting"]


async def test_a_paused_number_is_asked_again_for_a_day(
    owner: Owner, acme: Tenant, mine: Number, work: Callable[..., Awaitable[int]]
) -> None:
    await rule(acme)
    await event(acme)
    await owner.execute(
        "UPDATE channel_connections SET status = 'error', pause_reason = 'x', paused_at = now() WHERE id = $1",
        mine.connection_id,
    )
    await work()
    (waiting,) = await history(acme)
    assert (waiting["state"], waiting["reason"]) == ("waiting", "connection_paused")
    assert "paused" in waiting["detail"]

    await owner.execute(
        "UPDATE channel_connections SET status = 'active', pause_reason = NULL, paused_at = NULL"
    )
    await owner.execute("UPDATE jobs SET available_at = now()")
    await work()

    assert [(one["state"], one["reason"]) for one in await history(acme)] == [("sent", None)]


async def test_one_waits_while_meta_lets_the_account_write_to_nobody_first_and_goes_on_by_itself(
    owner: Owner, acme: Tenant, mine: Number, work: Callable[..., Awaitable[int]]
) -> None:
    await rule(acme)
    await event(acme)
    restricted = """UPDATE channel_connections
              SET health = jsonb_build_object('restriction.RESTRICTED_BIZ_INITIATED_MESSAGING',
                                              jsonb_build_object('value', 'RESTRICTED', 'at', now(), 'until', $2::timestamptz))
            WHERE id = $1"""
    await owner.execute(restricted, mine.connection_id, utc_now() + timedelta(hours=2))
    await work()
    assert [(one["state"], one["reason"]) for one in await history(acme)] == [
        ("waiting", "account_restricted")
    ]
    assert await owner.fetchval("SELECT count(*) FROM messages") == 0

    await owner.execute("UPDATE jobs SET available_at = now()")
    await work(later=timedelta(hours=3))

    assert [one["state"] for one in await history(acme)] == ["sent"]


async def test_one_whose_account_is_restricted_for_longer_than_it_is_good_is_refused_and_says_why(
    owner: Owner, acme: Tenant, mine: Number, work: Callable[..., Awaitable[int]]
) -> None:
    await rule(acme)
    await event(acme)
    await owner.execute(
        """UPDATE channel_connections
              SET health = jsonb_build_object('restriction.RESTRICTED_BIZ_INITIATED_MESSAGING',
                                              jsonb_build_object('until', now() + interval '3 days'))
            WHERE id = $1""",
        mine.connection_id,
    )
    await work(later=timedelta(hours=25))

    assert [(one["state"], one["reason"]) for one in await history(acme)] == [
        ("refused", "account_restricted")
    ]


async def test_a_rule_that_names_no_number_goes_on_by_the_one_it_was_kept_with_once_another_is_connected(
    owner: Owner, acme: Tenant, mine: Number, work: Callable[..., Awaitable[int]]
) -> None:
    made = (await rule(acme)).json()
    mexico = await insert_number(owner, acme.id)
    off = await acme.client.put(
        f"/api/tenants/{acme.id}/notifications/rules/{made['id']}", json={**RULE, "enabled": False}
    )
    await owner.execute("UPDATE notification_rules SET enabled = true, rule = rule || '{\"enabled\": true}'")

    await event(acme)
    await work()

    assert (made["rule"]["connection_id"], off.status_code) == (None, 200)
    (sent,) = await history(acme)
    assert (sent["state"], sent["reason"]) == ("sent", None)
    by = "SELECT channel_connection_id FROM messages WHERE id = $1"
    assert await owner.fetchval(by, UUID(sent["message_id"])) == mine.connection_id
    await acme.post("/whatsapp/disconnect", {"connection_id": str(mine.connection_id)})
    await event(acme, id="crm-2")
    await work()
    (last, _) = await history(acme)
    assert last["reason"] == "template_unknown", "then it is the other's, which lacks the template"
    assert mexico.connection_id != mine.connection_id


async def test_a_rule_that_names_no_number_is_tried_changed_and_switched_on_by_the_one_it_was_kept_with(
    owner: Owner, acme: Tenant, mine: Number
) -> None:
    made = (await rule(acme)).json()
    await insert_number(owner, acme.id)
    one = f"/api/tenants/{acme.id}/notifications/rules/{made['id']}"
    trial = {"rule": RULE, "data": EVENT["data"]}

    off = await acme.client.put(one, json={**RULE, "enabled": False})
    on = await acme.client.put(one, json=RULE)
    tried = await acme.post("/notifications/dry-run", {**trial, "rule_id": made["id"]})
    new = await acme.post("/notifications/dry-run", trial)
    nobodys = await acme.post("/notifications/dry-run", {**trial, "rule_id": str(mine.connection_id)})

    assert (off.status_code, on.status_code) == (200, 200), on.text
    kept = on.json()
    assert (kept["rule"]["enabled"], kept["rule"]["connection_id"]) == (True, None)
    assert kept["usual_connection_id"] == str(mine.connection_id)
    assert (tried.status_code, tried.json()["state"]) == (200, "sent"), tried.text
    assert new.json()["code"] == "several_connections", "of one that is not kept nothing tells which"
    assert nobodys.status_code == 404
    await acme.post("/whatsapp/disconnect", {"connection_id": str(mine.connection_id)})
    again = await acme.client.put(one, json={**RULE, "enabled": True, "name": "x"})
    assert again.json()["code"] == "template_unknown", "then it is the other's, which lacks the template"


@pytest.mark.parametrize(
    ("more", "late", "left"),
    [
        ({}, timedelta(), timedelta(hours=24)),
        ({}, timedelta(hours=25), timedelta()),
        ({"ttl_seconds": 3600}, timedelta(minutes=20), timedelta(minutes=40)),
        ({"ttl_seconds": 3600}, timedelta(days=3), timedelta()),
    ],
)
async def test_a_notification_is_good_for_a_day_or_as_long_as_its_rule_says_from_when_it_was_due(
    owner: Owner,
    acme: Tenant,
    mine: Number,
    work: Callable[..., Awaitable[int]],
    more: dict[str, Any],
    late: timedelta,
    left: timedelta,
) -> None:
    assert mine
    await rule(acme, **more)
    await event(acme)
    await work(later=late)

    good_for = await owner.fetchval("SELECT expires_at - created_at FROM outbox")
    assert abs(good_for - left) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"template": "other"}, "template_unknown", "template"),
        ({"variables": {"day": {"path": "$.day"}}}, "invalid_request", "variables.first_name"),
        ({"recipient": "phone"}, "invalid_request", "recipient"),
        ({"connection_id": "00000000-0000-7000-8000-000000000000"}, "no_connection", None),
    ],
)
async def test_a_rule_is_checked_when_it_is_kept(
    acme: Tenant, mine: Number, more: dict[str, Any], code: str, field: str | None
) -> None:
    assert mine
    answer = await rule(acme, **more)

    assert (answer.json()["code"], answer.json().get("field")) == (code, field)
    assert (await acme.get("/notifications/rules")).json()["items"] == []


async def test_a_tenant_has_so_many_rules_for_an_event_and_so_many_in_all(
    owner: Owner, acme: Tenant, mine: Number
) -> None:
    assert mine
    kept = (await rule(acme)).json()["id"]

    async def copy(times: int, *, event: str) -> None:
        await owner.execute(
            """INSERT INTO notification_rules (tenant_id, id, event, enabled, rule, updated_by)
               SELECT tenant_id, gen_random_uuid(), $3, enabled, rule, updated_by FROM notification_rules, generate_series(1, $2)
                WHERE id = $1::uuid""",
            kept,
            times,
            event,
        )

    await copy(49, event=RULE["event"])
    of_event = await rule(acme)
    assert (of_event.status_code, of_event.json()["code"], of_event.json()["field"]) == (
        409,
        "limit_reached",
        "event",
    )
    assert "50" in of_event.json()["words"]["es"]
    other = (await rule(acme, event="another")).json()["id"]
    moved = await acme.client.put(f"{acme.path}/notifications/rules/{other}", json=RULE)
    assert (moved.status_code, moved.json()["field"]) == (409, "event")

    await copy(149, event="a.third")
    in_all = await rule(acme, event="a.fourth")
    assert (in_all.status_code, "200" in in_all.json()["words"]["es"]) == (409, True)
    path = f"{acme.path}/notifications/rules/{kept}"
    assert (await acme.client.put(path, json={**RULE, "name": "Better"})).status_code == 200
    assert (await acme.client.delete(path)).status_code == 204
    assert (await rule(acme, event="a.fourth")).status_code == 201


async def test_rules_are_read_changed_and_deleted(acme: Tenant, mine: Number) -> None:
    assert mine
    made = (await rule(acme)).json()
    path = f"/notifications/rules/{made['id']}"

    changed = await acme.client.put(acme.path + path, json={**RULE, "name": "Interviews"})

    assert changed.json()["rule"]["name"] == "Interviews"
    assert (await acme.get(path)).json() == changed.json()
    assert (await acme.client.delete(acme.path + path)).status_code == 204
    assert (await acme.get(path)).status_code == 404


async def test_a_rule_whose_template_is_gone_can_be_switched_off_and_not_on_again(
    owner: Owner, acme: Tenant, mine: Number
) -> None:
    assert mine
    path = f"{acme.path}/notifications/rules/{(await rule(acme)).json()['id']}"
    await owner.execute("UPDATE templates SET status = 'DELETED'")

    off = await acme.client.put(path, json={**RULE, "enabled": False})
    changed = await acme.client.put(path, json={**RULE, "enabled": False, "name": "Other"})
    on = await acme.client.put(path, json=RULE)

    assert (off.status_code, off.json()["rule"]["enabled"]) == (200, False)
    assert [one.json()["code"] for one in (changed, on)] == ["template_unknown"] * 2


@pytest.mark.parametrize(
    ("more", "data", "told"),
    [
        ({}, EVENT["data"], ("sent", None, "+34608684495")),
        ({}, {"day": "lunes"}, ("refused", "no_recipient", None)),
        ({}, {"candidate": {"phone": "12"}, "day": "x"}, ("refused", "invalid_request", "12")),
        (
            {"conditions": [{"path": "$.vip", "test": "exists"}]},
            EVENT["data"],
            ("skipped", "condition_not_met", None),
        ),
    ],
)
async def test_a_rule_is_tried_with_an_event_and_nothing_is_sent(
    owner: Owner,
    acme: Tenant,
    mine: Number,
    more: dict[str, Any],
    data: dict[str, Any],
    told: tuple[Any, ...],
) -> None:
    assert mine

    answer = await acme.post("/notifications/dry-run", {"rule": {**RULE, **more}, "data": data})

    assert answer.status_code == 200, answer.text
    assert tuple(answer.json()[name] for name in ("state", "reason", "recipient")) == told
    for table in ("messages", "outbox", "contacts", "conversations", "notifications", "notification_rules"):
        assert await owner.fetchval(f"SELECT count(*) FROM {table}") == 0, table


async def test_a_trial_is_refused_by_the_gate_as_sending_would_be(
    owner: Owner, acme: Tenant, mine: Number
) -> None:
    assert mine
    await owner.execute("UPDATE templates SET status = 'PAUSED'")

    tried = (await acme.post("/notifications/dry-run", {"rule": RULE, "data": EVENT["data"]})).json()
    unfit = await acme.post(
        "/notifications/dry-run", {"rule": {**RULE, "variables": {}}, "data": EVENT["data"]}
    )

    assert (tried["state"], tried["reason"]) == ("refused", "template_unavailable")
    assert (unfit.status_code, unfit.json()["field"]) == (422, "variables.first_name")
