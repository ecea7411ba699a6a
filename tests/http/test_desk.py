"""Teams, labels and canned replies over HTTP: kept, told, and written by those who may."""

import asyncio
import json
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from bed.inbox import Inbox
from bed.locks import waiting_for_a_lock
from bed.rows import insert_conversation, insert_number
from bed.tenants import Tenant
from bed.users import insert_member, signed_in
from curbe.domain.access import Role

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection


async def told(owner: Owner, tenant: Tenant) -> list[tuple[str, dict]]:
    rows = await owner.fetch(
        "SELECT type, data::text FROM events WHERE tenant_id = $1 ORDER BY xid, id", tenant.id
    )
    return [(row[0], json.loads(row[1])) for row in rows]


async def test_a_team_is_made_changed_and_deleted_and_everybody_is_told(acme: Tenant, owner: Owner) -> None:
    bea, carl = [(await insert_member(owner, acme.id, password=None)).id for _ in range(2)]

    made = await acme.post("/teams", {"name": " Sales ", "member_ids": [str(bea), str(bea)]})
    assert (made.status_code, made.json()["name"], made.json()["member_ids"]) == (201, "Sales", [str(bea)])
    team = made.json()["id"]
    changed = await acme.client.patch(
        f"{acme.path}/teams/{team}", json={"name": "Ventas", "member_ids": [str(carl)]}
    )
    assert (changed.json()["name"], changed.json()["member_ids"]) == ("Ventas", [str(carl)])
    assert (await acme.get("/teams")).json()["items"] == [changed.json()]
    deleted = await acme.client.delete(f"{acme.path}/teams/{team}")

    assert deleted.status_code == 204
    assert (await acme.get("/teams")).json()["items"] == []
    assert await told(owner, acme) == [
        ("teams_changed", {"team": made.json(), "team_id": team}),
        ("teams_changed", {"team": changed.json(), "team_id": team}),
        ("teams_changed", {"team": None, "team_id": team}),
    ]
    deeds = await owner.fetch("SELECT action FROM audit_log WHERE action LIKE 'team.%' ORDER BY id")
    assert [row[0] for row in deeds] == ["team.created", "team.changed", "team.deleted"]


async def test_the_conversations_of_a_deleted_team_are_of_no_team_and_every_screen_is_told(
    acme: Tenant, owner: Owner
) -> None:
    team = (await acme.post("/teams", {"name": "Sales", "member_ids": []})).json()["id"]
    inbox = Inbox(owner, await insert_number(owner, acme.id))
    theirs = await inbox.conversation(team_id=UUID(team))

    await acme.client.delete(f"{acme.path}/teams/{team}")

    updated = [data for kind, data in await told(owner, acme) if kind == "conversation_updated"]
    assert [(one["id"], one["team_id"]) for one in updated] == [(str(theirs), None)]


async def many(
    owner: Owner, tenant: Tenant, count: int, *, team: UUID | None = None, user: UUID | None = None
) -> None:
    """Insert conversations that a team, or a colleague, has."""
    number = await insert_number(owner, tenant.id)
    await owner.execute(
        """WITH people AS (
               INSERT INTO contacts (tenant_id, id) SELECT $1, gen_random_uuid() FROM generate_series(1, $3) RETURNING id)
           INSERT INTO conversations (tenant_id, id, channel_connection_id, contact_id, external_thread_id, last_message_at, team_id,
                                      assignee_id)
           SELECT $1, gen_random_uuid(), $2, p.id, 'thread', now(), $4, $5 FROM people p""",
        tenant.id,
        number.connection_id,
        count,
        team,
        user,
    )


async def told_at_once(owner: Owner) -> list[int]:
    """Return how many conversations each transaction told that they changed."""
    rows = await owner.fetch(
        "SELECT count(*) FROM events WHERE type = 'conversation_updated' GROUP BY xid ORDER BY xid"
    )
    return [row[0] for row in rows]


async def test_the_many_conversations_of_a_deleted_team_are_let_go_of_a_few_hundred_at_a_time(
    acme: Tenant, owner: Owner
) -> None:
    team = (await acme.post("/teams", {"name": "Sales", "member_ids": []})).json()["id"]
    await many(owner, acme, 450, team=UUID(team))

    assert (await acme.client.delete(f"{acme.path}/teams/{team}")).status_code == 204

    assert await told_at_once(owner) == [200, 200, 50]
    assert await owner.fetchval("SELECT count(*) FROM conversations WHERE team_id IS NOT NULL") == 0
    assert (await acme.get("/teams")).json()["items"] == []


async def test_the_many_conversations_of_who_is_removed_are_let_go_of_a_few_hundred_at_a_time(
    acme: Tenant, owner: Owner
) -> None:
    bea = (await insert_member(owner, acme.id, password=None)).id
    await many(owner, acme, 400, user=bea)

    assert (await acme.client.delete(f"{acme.path}/people/{bea}")).status_code == 204

    assert await told_at_once(owner) == [200, 200]
    assert await owner.fetchval("SELECT count(*) FROM memberships WHERE user_id = $1", bea) == 0


async def test_a_label_is_taken_off_many_conversations_a_thousand_at_a_time(
    acme: Tenant, owner: Owner
) -> None:
    label = UUID((await acme.post("/labels", {"name": "VIP", "color": "#AA00FF"})).json()["id"])
    await many(owner, acme, 1500)
    await owner.execute(
        """INSERT INTO conversation_labels (tenant_id, conversation_id, label_id, state_code, last_message_at)
           SELECT tenant_id, id, $1, state_code, last_message_at FROM conversations""",
        label,
    )

    async with asyncio.TaskGroup() as tasks, owner.transaction():
        await owner.execute("SELECT FROM labels FOR KEY SHARE")  # somebody gives it to a conversation
        deleting = tasks.create_task(acme.client.delete(f"{acme.path}/labels/{label}"))
        await waiting_for_a_lock(owner)
        assert await owner.fetchval("SELECT count(*) FROM conversation_labels") == 500

    assert deleting.result().status_code == 204
    assert await owner.fetchval("SELECT count(*) FROM conversation_labels") == 0


async def test_a_label_is_made_changed_and_deleted_and_everybody_is_told(acme: Tenant, owner: Owner) -> None:
    made = (await acme.post("/labels", {"name": "VIP", "color": "#AA00FF"})).json()
    changed = (await acme.client.patch(f"{acme.path}/labels/{made['id']}", json={"color": "#00aa00"})).json()
    assert (made["color"], changed["color"], changed["name"]) == ("#aa00ff", "#00aa00", "VIP")
    assert (await acme.get("/labels")).json()["items"] == [changed]
    assert (await acme.client.delete(f"{acme.path}/labels/{made['id']}")).status_code == 204

    assert [data["label"] for kind, data in await told(owner, acme) if kind == "labels_changed"] == [
        made,
        changed,
        None,
    ]


async def test_a_canned_reply_is_made_changed_and_deleted_and_everybody_is_told(
    acme: Tenant, owner: Owner
) -> None:
    hello = {"shortcut": "/hola", "title": "Saludo", "body": "Hola {{contact_name}}"}
    made = (await acme.post("/canned-replies", hello)).json()
    path = f"{acme.path}/canned-replies/{made['id']}"
    changed = (await acme.client.patch(path, json={"body": "Buenas"})).json()
    assert (made["shortcut"], changed["shortcut"], changed["body"]) == ("hola", "hola", "Buenas")
    assert (await acme.get("/canned-replies")).json()["items"] == [changed]
    assert (await acme.client.delete(path)).status_code == 204

    found = await told(owner, acme)
    assert [kind for kind, _ in found] == ["canned_replies_changed"] * 3
    assert [data["canned_reply"] for _, data in found] == [made, changed, None]


@pytest.mark.parametrize(
    ("path", "first", "second", "field"),
    [
        ("/teams", {"name": "Sales"}, {"name": "SALES"}, "name"),
        ("/labels", {"name": "VIP", "color": "#aa00ff"}, {"name": "vip", "color": "#aa00ff"}, "name"),
        (
            "/canned-replies",
            {"shortcut": "hola", "title": "a", "body": "b"},
            {"shortcut": "/HOLA", "title": "c", "body": "d"},
            "shortcut",
        ),
    ],
)
async def test_two_of_one_name_are_refused_whether_made_or_renamed(
    acme: Tenant, path: str, first: dict, second: dict, field: str
) -> None:
    assert (await acme.post(path, first)).status_code == 201
    other = await acme.post(path, {**first, field: "other"})

    again = await acme.post(path, second)
    renamed = await acme.client.patch(f"{acme.path}{path}/{other.json()['id']}", json={field: second[field]})

    for refused in (again, renamed):
        assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (
            409,
            "conflict",
            field,
        )


@pytest.mark.parametrize(
    ("kind", "most", "columns", "values", "one_more"),
    [
        ("teams", 500, "name", "n::text", {"name": "x"}),
        ("labels", 1000, "name, color", "n::text, '#000000'", {"name": "x", "color": "#1a73e8"}),
        (
            "canned-replies",
            2000,
            "shortcut, title, body",
            "n::text, 't', 'b'",
            {"shortcut": "x", "title": "x", "body": "x"},
        ),
    ],
)
async def test_a_list_that_every_screen_reads_whole_has_an_end(
    acme: Tenant, owner: Owner, kind: str, most: int, columns: str, values: str, one_more: dict
) -> None:
    table = kind.replace("-", "_")
    await owner.execute(
        f"INSERT INTO {table} (tenant_id, id, {columns}) SELECT $1, gen_random_uuid(), {values} FROM generate_series(1, $2) n",
        acme.id,
        most,
    )

    refused = await acme.post(f"/{kind}", one_more)
    await owner.execute(f"DELETE FROM {table} WHERE id = (SELECT id FROM {table} LIMIT 1)")

    assert (refused.status_code, refused.json()["code"]) == (409, "limit_reached")
    assert str(most) in refused.json()["words"]["es"]
    assert (await acme.post(f"/{kind}", one_more)).status_code == 201


WILL_NOT_DO = [
    ("/teams", {"name": " "}, "name"),
    ("/teams", {"name": "Sales", "member_ids": [str(uuid4())]}, "member_ids"),
    ("/labels", {"name": "VIP", "color": "purple"}, "color"),
    ("/labels", {"name": "x" * 61, "color": "#aa00ff"}, "name"),
    ("/canned-replies", {"shortcut": "a b", "title": "t", "body": "b"}, "shortcut"),
    ("/canned-replies", {"shortcut": "a", "title": "", "body": "b"}, "title"),
    ("/canned-replies", {"shortcut": "a", "title": "t", "body": "{{nobody}}"}, "body"),
    ("/canned-replies", {"shortcut": "a", "title": "t", "body": "x" * 4097}, "body"),
]


async def test_what_will_not_do_is_refused_and_leaves_nothing(acme: Tenant, owner: Owner) -> None:
    for path, body, field in WILL_NOT_DO:
        refused = await acme.post(path, body)

        assert (refused.status_code, refused.json()["field"]) == (422, field), refused.text
        assert (await acme.get(path)).json()["items"] == [], body
        assert await told(owner, acme) == [], body


async def test_lists_are_read_page_by_page(acme: Tenant) -> None:
    made = [(await acme.post("/labels", {"name": f"l{n}", "color": "#aa00ff"})).json() for n in range(5)]
    first = (await acme.get("/labels", params={"limit": 3})).json()
    second = (await acme.get("/labels", params={"limit": 3, "cursor": first["next_cursor"]})).json()

    assert first["items"] + second["items"] == made
    assert second["next_cursor"] is None


async def test_a_canned_reply_is_filled_in_for_a_conversation_by_whoever_writes(
    acme: Tenant, owner: Owner, operator: httpx.AsyncClient
) -> None:
    conversation = await insert_conversation(owner, await insert_number(owner, acme.id))
    await owner.execute("UPDATE contacts SET name = 'Ana' WHERE tenant_id = $1", acme.id)
    body = "Hola {{contact_name}} ({{contact_phone}}): soy {{agent_name}} de {{business_name}}"
    reply = (await acme.post("/canned-replies", {"shortcut": "hola", "title": "Saludo", "body": body})).json()
    agent = await signed_in(operator, await insert_member(owner, acme.id, name="Bea"))
    path = f"/canned-replies/{reply['id']}/rendered"

    hers = await agent.get(acme.path + path, params={"conversation_id": str(conversation)})
    a_keys = await acme.get(path, params={"conversation_id": str(conversation)})

    assert hers.json() == {"text": "Hola Ana (+34600000001): soy Bea de Somebody"}
    assert a_keys.json() == {"text": "Hola Ana (+34600000001): soy de Somebody"}


async def test_agents_read_what_supervisors_write(
    acme: Tenant, owner: Owner, operator: httpx.AsyncClient
) -> None:
    agent = await signed_in(operator, await insert_member(owner, acme.id))
    supervisor = await signed_in(operator, await insert_member(owner, acme.id, Role.SUPERVISOR))
    label = {"name": "VIP", "color": "#aa00ff"}

    assert (await agent.post(f"{acme.path}/labels", json=label)).json()["code"] == "missing_scope"
    assert (await supervisor.post(f"{acme.path}/labels", json=label)).status_code == 201
    assert len((await agent.get(f"{acme.path}/labels")).json()["items"]) == 1


async def test_who_leaves_the_tenant_leaves_its_teams(acme: Tenant, owner: Owner) -> None:
    bea = (await insert_member(owner, acme.id, password=None)).id
    await acme.post("/teams", {"name": "Sales", "member_ids": [str(bea)]})

    await owner.execute("DELETE FROM memberships WHERE tenant_id = $1 AND user_id = $2", acme.id, bea)

    assert (await acme.get("/teams")).json()["items"][0]["member_ids"] == []


async def test_conversations_are_listed_by_me_over_http(
    acme: Tenant, owner: Owner, operator: httpx.AsyncClient
) -> None:
    bea = await insert_member(owner, acme.id)
    inbox = Inbox(owner, await insert_number(owner, acme.id))
    mine, free = await inbox.conversation(assignee_id=bea.id, unread=1), await inbox.conversation()
    browser = await signed_in(operator, bea)
    path = f"{acme.path}/inbox"

    async def listed(**params: str | list[str]) -> list[UUID]:
        answer = await browser.get(f"{path}/conversations", params=params)
        return [UUID(item["id"]) for item in answer.json()["items"]]

    assert await listed(assignee="me") == [mine]
    assert await listed(assignee="none") == [free]
    assert await listed(assignee=str(bea.id), state=["open", "waiting"]) == [mine]
    assert await listed(state="active", unread="true") == [mine]
    assert await listed(ids=[str(free), str(mine), str(uuid4())]) == [free, mine]
    assert (await browser.get(f"{path}/counts")).json() == {
        "mine": 1,
        "unassigned": 1,
        "all": 2,
        "unread_mine": 1,
        "unread_unassigned": 0,
        "unread_all": 1,
        "capped_at": 1000,
        "unread_connections": [{"id": str(inbox.connection_id), "count": 1, "more": False}],
        "unread_views": [],
    }
