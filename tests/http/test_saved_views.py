"""Saved views over HTTP: one's own are one's own, shared ones are everybody's and a supervisor's to change."""

import json
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from bed.rows import insert_conversation, insert_number
from bed.tenants import Tenant
from bed.users import insert_member, insert_user, session_at
from curbe.domain.access import Role

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
Colleague = Callable[..., Awaitable[httpx.AsyncClient]]
UNREAD = {"unread": True}


@pytest.fixture
def colleague(acme: Tenant, owner: Owner, operator: httpx.AsyncClient) -> Colleague:
    """Makes browsers of people of the tenant."""

    async def make(role: Role = Role.AGENT) -> httpx.AsyncClient:
        browser = await session_at(owner, operator, await insert_member(owner, acme.id, role, password=None))
        browser.base_url = f"{str(browser.base_url).rstrip('/')}{acme.path}/inbox/"
        return browser

    return make


async def saved(browser: httpx.AsyncClient, name: str, **more: object) -> dict:
    answer = await browser.post("views", json={"name": name, "filter": UNREAD, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def names(browser: httpx.AsyncClient) -> list[str]:
    return [one["name"] for one in (await browser.get("views")).json()["items"]]


async def told(owner: Owner) -> list[dict]:
    rows = await owner.fetch(
        "SELECT data::text FROM events WHERE type = 'saved_views_changed' ORDER BY xid, id"
    )
    return [json.loads(row[0]) for row in rows]


async def test_the_filters_that_are_set_are_kept_under_a_name_by_whoever_sets_them(
    acme: Tenant, owner: Owner, colleague: Colleague
) -> None:
    bea, carl = await colleague(), await colleague()
    number = await insert_number(owner, acme.id)
    label = (await acme.post("/labels", {"name": "VIP", "color": "#aa00ff"})).json()["id"]
    team = (await acme.post("/teams", {"name": "Sales"})).json()["id"]
    wanted = {
        "states": ["open", "snoozed"],
        "assignee": "me",
        "team_id": team,
        "label_ids": [label],
        "priorities": ["urgent", "high"],
        "connection_id": str(number.connection_id),
        "unread": True,
        "sort": "oldest",
    }

    made = await saved(bea, " My morning ", filter=wanted)

    assert (made["name"], made["shared"], made["filter"], made["gone"]) == ("My morning", False, wanted, [])
    assert (await bea.get("views")).json()["items"] == [made]
    assert await names(carl) == []
    assert (await carl.patch(f"views/{made['id']}", json={"name": "Mine"})).status_code == 404
    assert (await carl.delete(f"views/{made['id']}")).status_code == 404
    assert await told(owner) == []
    assert await owner.fetchval("SELECT count(*) FROM audit_log WHERE action LIKE 'saved_view.%'") == 0


async def test_a_shared_view_is_everybodys_told_and_written_down_and_supervisors_change_it(
    owner: Owner, colleague: Colleague
) -> None:
    agent, supervisor = await colleague(), await colleague(Role.SUPERVISOR)
    refused = await agent.post("views", json={"name": "Late", "filter": UNREAD, "shared": True})
    assert (refused.status_code, refused.json()["code"]) == (403, "missing_scope")
    await saved(agent, "Own")

    made = await saved(supervisor, "Late", shared=True)
    path = f"views/{made['id']}"
    assert await names(agent) == ["Own", "Late"]
    for forbidden in (await agent.patch(path, json={"name": "Mine"}), await agent.delete(path)):
        assert (forbidden.status_code, forbidden.json()["scope"]) == (403, "desk:write")
    changed = (await supervisor.patch(path, json={"name": "Later", "filter": {"assignee": "none"}})).json()
    assert (changed["name"], changed["filter"]["assignee"], changed["filter"]["unread"]) == (
        "Later",
        "none",
        False,
    )
    assert (await supervisor.delete(path)).status_code == 204

    assert await names(agent) == ["Own"]
    assert await told(owner) == [
        {"saved_view": made, "saved_view_id": made["id"]},
        {"saved_view": changed, "saved_view_id": made["id"]},
        {"saved_view": None, "saved_view_id": made["id"]},
    ]
    deeds = await owner.fetch("SELECT action FROM audit_log WHERE action LIKE 'saved_view.%' ORDER BY id")
    assert [row[0] for row in deeds] == ["saved_view.created", "saved_view.changed", "saved_view.deleted"]


async def test_views_are_put_in_order_and_close_up_where_one_is_deleted(colleague: Colleague) -> None:
    bea = await colleague(Role.SUPERVISOR)
    await saved(bea, "shared", shared=True)
    made = {name: (await saved(bea, name))["id"] for name in "abcd"}

    assert (await bea.patch(f"views/{made['d']}", json={"place": 1})).json()["place"] == 1
    assert await names(bea) == ["a", "d", "b", "c", "shared"]
    await bea.patch(f"views/{made['a']}", json={"place": 29})
    await bea.delete(f"views/{made['d']}")
    await saved(bea, "e")

    listed = (await bea.get("views")).json()["items"]
    assert [(one["name"], one["place"]) for one in listed] == [
        ("b", 0),
        ("c", 1),
        ("a", 2),
        ("e", 3),
        ("shared", 0),
    ]


async def test_a_view_that_names_what_is_gone_stays_and_says_so(acme: Tenant, colleague: Colleague) -> None:
    bea = await colleague()
    label = (await acme.post("/labels", {"name": "VIP", "color": "#aa00ff"})).json()["id"]
    team = (await acme.post("/teams", {"name": "Sales"})).json()["id"]
    wanted = {"label_ids": [label], "team_id": team}
    view = await saved(bea, "VIP", filter=wanted)

    await acme.client.delete(f"{acme.path}/labels/{label}")

    [shown] = (await bea.get("views")).json()["items"]
    assert (shown["filter"]["label_ids"], shown["gone"]) == ([label], [label])
    kept = await bea.patch(f"views/{view['id']}", json={"filter": {**wanted, "unread": True}})
    assert (kept.status_code, kept.json()["gone"]) == (200, [label])
    mended = await bea.patch(f"views/{view['id']}", json={"filter": {"team_id": team}})
    assert mended.json()["gone"] == []
    again = await bea.post("views", json={"name": "again", "filter": wanted})
    assert (again.status_code, again.json()["field"]) == (422, "filter.label_ids")


WILL_NOT_DO = [
    ({"name": " "}, "name"),
    ({"name": "x" * 61}, "name"),
    ({"filter": {"assignee": "you"}}, "filter.assignee"),
    ({"filter": {"assignee": str(uuid4())}}, "filter.assignee"),
    ({"filter": {"team_id": str(uuid4())}}, "filter.team_id"),
    ({"filter": {"connection_id": str(uuid4())}}, "filter.connection_id"),
    ({"filter": {"states": ["asleep"]}}, "filter.states[0]"),
    ({"filter": {"priorities": ["asap"]}}, "filter.priorities[0]"),
]


async def test_a_view_that_will_not_do_is_refused_and_leaves_nothing(colleague: Colleague) -> None:
    bea = await colleague()
    for part, field in WILL_NOT_DO:
        refused = await bea.post("views", json={"name": "Late", "filter": UNREAD, **part})
        assert (refused.status_code, refused.json()["field"]) == (422, field), refused.text
    assert await names(bea) == []


async def test_two_views_of_one_person_or_two_shared_ones_have_no_name_in_common(
    colleague: Colleague,
) -> None:
    bea, carl = await colleague(Role.SUPERVISOR), await colleague()
    for shared in (False, True):
        await saved(bea, "Late", shared=shared)
        other = await saved(bea, "Other", shared=shared)
        again = await bea.post("views", json={"name": "LATE", "filter": {}, "shared": shared})
        renamed = await bea.patch(f"views/{other['id']}", json={"name": "late"})
        for refused in (again, renamed):
            assert (refused.status_code, refused.json()["field"]) == (409, "name")
    await saved(carl, "Late")


async def test_a_person_has_thirty_views_and_a_tenant_thirty_shared_ones(
    acme: Tenant, owner: Owner, colleague: Colleague
) -> None:
    bea = await colleague(Role.SUPERVISOR)
    for shared in (False, True):
        await saved(bea, "first", shared=shared)
    await owner.execute(
        """INSERT INTO saved_views (tenant_id, id, user_id, name, place, filter)
           SELECT tenant_id, gen_random_uuid(), user_id, 'v' || n, n, filter FROM saved_views, generate_series(1, 29) AS n"""
    )

    for shared in (False, True):
        full = await bea.post("views", json={"name": "one more", "filter": {}, "shared": shared})
        assert (full.status_code, full.json()["code"]) == (409, "limit_reached")
        assert set(full.json()["words"]) == {"en", "es", "pt"}
    assert len(await names(bea)) == 60
    assert len((await acme.get("/inbox/views")).json()["items"]) == 30


async def test_who_is_no_colleague_has_no_views_of_their_own(
    acme: Tenant, owner: Owner, operator: httpx.AsyncClient
) -> None:
    """A key, and an operator who looks in."""
    visitor = await session_at(owner, operator, await insert_user(owner, operator=True))
    for asker in (acme.client, visitor):
        own = await asker.post(f"{acme.path}/inbox/views", json={"name": "Mine", "filter": {}})
        assert (own.status_code, own.json()["field"]) == (422, "shared")
    assert (await acme.post("/inbox/views", {"name": "All", "filter": {}, "shared": True})).status_code == 201
    assert len((await visitor.get(f"{acme.path}/inbox/views")).json()["items"]) == 1


async def test_who_leaves_the_tenant_takes_their_views_along(
    acme: Tenant, owner: Owner, operator: httpx.AsyncClient
) -> None:
    bea = await insert_member(owner, acme.id, password=None)
    browser = await session_at(owner, operator, bea)
    made = await browser.post(f"{acme.path}/inbox/views", json={"name": "Mine", "filter": {}})
    assert made.status_code == 201, made.text

    assert (await acme.client.delete(f"{acme.path}/people/{bea.id}")).status_code == 204

    assert await owner.fetchval("SELECT count(*) FROM saved_views") == 0


async def test_what_is_unread_is_told_of_each_number_and_each_view_and_follows_what_is_done(
    acme: Tenant, owner: Owner, operator: httpx.AsyncClient
) -> None:
    person = await insert_member(owner, acme.id, password=None)
    bea = await session_at(owner, operator, person)
    bea.base_url = f"{str(bea.base_url).rstrip('/')}{acme.path}/inbox/"
    number, quiet = [await insert_number(owner, acme.id) for _ in range(2)]
    one, two, three = [await insert_conversation(owner, number, wa_id=f"3460000000{n}") for n in range(3)]
    await insert_conversation(owner, await insert_number(owner))
    await owner.execute("UPDATE conversations SET unread_count = 1")
    views = {
        (await saved(bea, name, filter=wanted))["id"]: name
        for name, wanted in {
            "Mine": {"assignee": "me"},
            "Quiet": {"connection_id": str(quiet.connection_id)},
            "Done": {"states": ["resolved"]},
        }.items()
    }

    async def counted() -> tuple[int, int, dict[str, int]]:
        answer = (await bea.get("counts")).json()
        numbers = {UUID(one["id"]): one["count"] for one in answer["unread_connections"]}
        assert numbers.keys() == {number.connection_id, quiet.connection_id}
        those = {views[one["id"]]: one["count"] for one in answer["unread_views"]}
        return numbers[number.connection_id], numbers[quiet.connection_id], those

    assert await counted() == (3, 0, {"Mine": 0, "Quiet": 0, "Done": 0})
    await bea.post(f"conversations/{one}/read")
    assert await counted() == (2, 0, {"Mine": 0, "Quiet": 0, "Done": 0})
    await bea.patch(f"conversations/{two}", json={"assignee_id": str(person.id)})
    assert await counted() == (2, 0, {"Mine": 1, "Quiet": 0, "Done": 0})
    await bea.patch(f"conversations/{two}", json={"state": "resolved"})
    assert await counted() == (1, 0, {"Mine": 1, "Quiet": 0, "Done": 1})
    await bea.patch(f"conversations/{one}", json={"unread": True})
    assert await counted() == (2, 0, {"Mine": 1, "Quiet": 0, "Done": 1})
    into, part = [
        await owner.fetchval("SELECT contact_id FROM conversations WHERE id = $1", each)
        for each in (one, three)
    ]
    merged = await acme.post(f"/contacts/{into}/merges", {"contact_id": str(part)})
    assert merged.status_code == 200, merged.text
    assert await counted() == (1, 0, {"Mine": 1, "Quiet": 0, "Done": 1})


async def test_of_a_view_of_some_priorities_what_has_one_of_them_is_counted(
    acme: Tenant, owner: Owner
) -> None:
    number = await insert_number(owner, acme.id)
    one, other, _ = [await insert_conversation(owner, number, wa_id=f"3460000000{n}") for n in range(3)]
    await owner.execute("UPDATE conversations SET unread_count = 1")
    for conversation, priority in ((one, "urgent"), (other, "low")):
        told = await acme.client.patch(
            f"{acme.path}/inbox/conversations/{conversation}", json={"priority": priority}
        )
        assert told.status_code == 200, told.text
    wanted = {"priorities": ["urgent", "high"]}
    made = await acme.post("/inbox/views", {"name": "Soon", "filter": wanted, "shared": True})

    answer = (await acme.get("/inbox/counts")).json()

    assert answer["unread_views"] == [{"id": made.json()["id"], "count": 1, "more": False}]


async def test_to_a_key_a_view_of_what_whoever_looks_has_is_not_counted(acme: Tenant, owner: Owner) -> None:
    number = await insert_number(owner, acme.id)
    await insert_conversation(owner, number)
    await owner.execute("UPDATE conversations SET unread_count = 1")
    for name, wanted in (("Mine", {"assignee": "me"}), ("Free", {"assignee": "none"})):
        made = await acme.post("/inbox/views", {"name": name, "filter": wanted, "shared": True})
        assert made.status_code == 201, made.text
    kept = {one["name"]: one["id"] for one in (await acme.get("/inbox/views")).json()["items"]}

    answer = (await acme.get("/inbox/counts")).json()

    assert answer["unread_views"] == [{"id": kept["Free"], "count": 1, "more": False}]
