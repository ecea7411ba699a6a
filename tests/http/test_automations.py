"""Automations over HTTP: kept, changed, and tried out before they act."""

import json
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from bed.rows import insert_conversation, insert_number
from bed.tenants import Tenant
from bed.users import insert_member

pytestmark = pytest.mark.anyio
PRICE = {"kind": "keyword_reply", "words": ["precio"], "match": "contains", "answer": "10 €"}
AWAY = {
    "kind": "away",
    "time_zone": "Europe/Madrid",
    "hours": [{"day": 0, "opens": "09:00", "closes": "18:00"}],
    "message": "Cerrado",
}


async def keep(acme: Tenant, rule: dict[str, Any], **more: Any) -> httpx.Response:
    return await acme.post("/automations", {"rule": rule, **more})


async def test_automations_are_kept_in_their_order_changed_and_deleted(acme: Tenant) -> None:
    second, first = await keep(acme, PRICE, place=2), await keep(acme, AWAY, place=1)
    assert second.status_code == 201, second.text
    listed = (await acme.get("/automations")).json()["items"]
    assert [one["id"] for one in listed] == [first.json()["id"], second.json()["id"]]
    page = (await acme.get("/automations", params={"limit": 1})).json()
    rest = await acme.get("/automations", params={"limit": 1, "cursor": page["next_cursor"]})
    assert [one["id"] for one in rest.json()["items"]] == [second.json()["id"]]

    path = f"{acme.path}/automations/{second.json()['id']}"
    changed = await acme.client.put(path, json={"rule": PRICE, "enabled": False})

    assert changed.json()["enabled"] is False
    assert (await acme.client.get(path)).json() == changed.json()
    assert (await acme.client.delete(path)).status_code == 204
    assert (await acme.client.get(path)).status_code == 404


async def test_each_change_of_an_automation_is_told_and_not_what_it_says_as_agents_read_the_log(
    acme: Tenant, owner: asyncpg.Connection
) -> None:
    kept = (await keep(acme, PRICE)).json()["id"]
    path = f"{acme.path}/automations/{kept}"
    await acme.client.put(path, json={"rule": AWAY})
    await acme.client.delete(path)
    await acme.client.delete(path)

    rows = await owner.fetch("SELECT data FROM events WHERE type = 'automations_changed' ORDER BY id")
    assert [json.loads(row["data"]) for row in rows] == [{"automation_id": kept}] * 3


async def test_a_tenant_has_no_more_automations_than_can_be_looked_at_with_each_message(
    owner: asyncpg.Connection, acme: Tenant
) -> None:
    kept = (await keep(acme, PRICE)).json()["id"]
    await owner.execute(
        """INSERT INTO automations (tenant_id, id, kind, place, enabled, rule, updated_by)
           SELECT tenant_id, gen_random_uuid(), kind, place, enabled, rule, updated_by FROM automations, generate_series(1, 199)
            WHERE id = $1::uuid""",
        kept,
    )

    refused = await keep(acme, PRICE)

    assert (refused.status_code, refused.json()["code"]) == (409, "limit_reached")
    assert "200" in refused.json()["words"]["es"]
    assert (await acme.client.put(f"{acme.path}/automations/{kept}", json={"rule": AWAY})).status_code == 200
    assert (await acme.client.delete(f"{acme.path}/automations/{kept}")).status_code == 204
    assert (await keep(acme, PRICE)).status_code == 201


@pytest.mark.parametrize(
    ("rule", "trial", "deed"),
    [
        (PRICE, {"text": "¿Qué precio tiene?"}, {"does": "reply", "text": "10 €"}),
        (PRICE, {"text": "hola"}, {"does": "nothing", "reason": "no_keyword"}),
        (PRICE, {"text": "STOP"}, {"does": "nothing", "reason": "about_consent"}),
        (AWAY, {"at": "2026-11-23T12:00:00Z"}, {"does": "nothing", "reason": "open"}),
        (AWAY, {"at": "2026-11-24T12:00:00Z"}, {"does": "reply", "text": "Cerrado"}),
        ({"kind": "welcome", "message": "Hola"}, {"text": "x"}, {"does": "reply", "text": "Hola"}),
        ({"kind": "priority", "priority": "high"}, {"text": "x"}, {"does": "priority", "priority": "high"}),
    ],
)
async def test_a_rule_is_tried_before_and_after_it_is_kept(
    owner: asyncpg.Connection, acme: Tenant, rule: dict[str, Any], trial: dict[str, Any], deed: dict[str, Any]
) -> None:
    before = await acme.post("/automations/dry-run", {"rule": rule, **trial})
    kept = (await keep(acme, rule, enabled=False)).json()
    after = await acme.post(f"/automations/{kept['id']}/dry-run", trial)

    assert before.status_code == 200, before.text
    for told in (before.json()["deed"], after.json()["deed"]):
        assert {name: told[name] for name in deed} == deed
    assert await owner.fetchval("SELECT count(*) FROM messages") == 0


async def test_an_assignment_is_tried_in_a_conversation(owner: asyncpg.Connection, acme: Tenant) -> None:
    ana = (await insert_member(owner, acme.id)).id
    conversation = await insert_conversation(owner, await insert_number(owner, acme.id))
    rule = {"kind": "assign", "user_ids": [str(ana)], "only_present": False}
    trial = {"rule": rule, "conversation_id": str(conversation)}

    free = await acme.post("/automations/dry-run", trial)
    await owner.execute("UPDATE conversations SET assignee_id = $1", ana)
    taken = await acme.post("/automations/dry-run", trial)

    assert free.json()["deed"]["user_id"] == str(ana)
    assert taken.json()["deed"] == {"does": "nothing", "reason": "assigned"}


async def test_an_automation_is_changed_and_tried_though_what_it_names_is_gone(
    owner: asyncpg.Connection, acme: Tenant
) -> None:
    ana, bea = [(await insert_member(owner, acme.id)).id for _ in range(2)]
    label = (await acme.post("/labels", {"name": "VIP", "color": "#1a73e8"})).json()["id"]
    team = (await acme.post("/teams", {"name": "Ventas"})).json()["id"]
    rule = {
        "kind": "assign",
        "user_ids": [str(ana)],
        "only_present": False,
        "label_ids": [label],
        "team_id": team,
    }
    kept = await keep(acme, rule)
    path = f"{acme.path}/automations/{kept.json()['id']}"
    await owner.execute("DELETE FROM memberships WHERE tenant_id = $1 AND user_id = $2", acme.id, ana)
    for gone in (f"/labels/{label}", f"/teams/{team}"):
        assert (await acme.client.delete(acme.path + gone)).status_code == 204

    switched_off = await acme.client.put(path, json={"rule": rule, "enabled": False})
    tried = await acme.client.post(f"{path}/dry-run", json={})
    instead = await acme.client.put(path, json={"rule": {**rule, "user_ids": [str(ana), str(bea)]}})
    anew = await acme.client.put(path, json={"rule": {**rule, "user_ids": [str(UUID(int=7))]}})

    assert (switched_off.status_code, switched_off.json()["enabled"]) == (200, False)
    assert tried.json()["deed"] == {"does": "nothing", "reason": "another_label"}
    assert instead.status_code == 200
    assert (anew.status_code, anew.json()["field"]) == (422, "user_ids")
    assert (await keep(acme, rule)).status_code == 422


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({**AWAY, "time_zone": "Nowhere"}, "time_zone"),
        ({**AWAY, "hours": [{"day": 0, "opens": "18:00", "closes": "09:00"}]}, "rule.hours[0]"),
        ({"kind": "assign"}, "user_ids"),
        ({"kind": "dance"}, "rule"),
    ],
)
async def test_a_rule_that_cannot_be_is_refused(acme: Tenant, rule: dict[str, Any], field: str) -> None:
    answer = await keep(acme, rule)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert field in answer.text


async def test_a_moment_beyond_the_calendar_is_none_to_try_a_rule_at(acme: Tenant) -> None:
    for at in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"):
        answer = await acme.post("/automations/dry-run", {"rule": AWAY, "at": at})

        assert (answer.status_code, answer.json()["field"]) == (422, "at")
