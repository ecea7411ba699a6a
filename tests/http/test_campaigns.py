"""Campaigns over HTTP, from a broken file to the report, sent for real to the sandbox."""

import csv
import io
import json
from typing import Any

import asyncpg
import pytest

from bed.graph import Graph, World
from bed.inbox import Inbox
from bed.rows import Number, insert_number
from bed.sending import taken_by_meta, until, working
from bed.tenants import Tenant, told
from curbe.campaigns.tending import Tender
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
CAMPAIGNS = "/campaigns"
BROKEN = """Nombre;Teléfono;Nota
Ana;+34 600 11 12 22;=HYPERLINK("http://evil";"x")
Bea;600111223;
Ana otra vez;0034600111222;
;600111224;
Carla;;
Diego;no tiene;
Elena;3,46E+10;
Fran;123;
"""


def hello(**more: Any) -> dict[str, Any]:
    body = [{"type": "text", "text": "{{nombre}}"}]
    template = {
        "name": "hello",
        "language": {"code": "es"},
        "components": [{"type": "body", "parameters": body}],
    }
    return {"name": "Navidad", "template": template, "time_zone": "Europe/Madrid", **more}


@pytest.fixture
async def number(acme: Tenant, owner: Owner) -> Number:
    number = await insert_number(owner, acme.id)
    await owner.execute(
        """INSERT INTO templates (tenant_id, id, waba_id, provider_template_id, name, language, status, category)
           VALUES ($1, gen_random_uuid(), $2, '1', 'hello', 'es', 'APPROVED', 'UTILITY')""",
        acme.id,
        number.waba_id,
    )
    return number


async def made(acme: Tenant, **more: Any) -> str:
    answer = await acme.post(CAMPAIGNS, hello(**more))
    assert answer.status_code == 201, answer.text
    return f"{CAMPAIGNS}/{answer.json()['id']}"


async def uploaded(
    acme: Tenant, campaign: str, content: bytes, filename: str = "clientes.csv"
) -> dict[str, Any]:
    answer = await acme.post(f"{campaign}/audience/upload", files={"file": (filename, content, "text/csv")})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def done(acme: Tenant, path: str, body: Any = None, *, status: int = 200) -> dict[str, Any]:
    answer = await acme.post(path, body)
    assert answer.status_code == status, answer.text
    return answer.json()


# --- the audience


@pytest.mark.usefixtures("number")
async def test_every_row_of_a_broken_file_is_a_recipient_or_comes_back_with_its_reason(acme: Tenant) -> None:
    campaign = await made(acme)
    file = await uploaded(acme, campaign, BROKEN.encode("cp1252"))

    assert (file["encoding"], file["separator"], file["row_count"]) == ("windows-1252", ";", 8)
    assert file["suggested"]["phone"] == "Teléfono"
    assert file["suggested"]["variables"] == {"nombre": "Nombre"}
    mapping = {"audience_id": file["audience_id"], "phone": "Teléfono", "variables": {"nombre": "Nombre"}}
    taken = await done(acme, f"{campaign}/audience/mapping", {**mapping, "default_country": "ES"})

    assert (taken["row_count"], taken["taken_count"], taken["invalid_count"], taken["duplicate_count"]) == (
        8,
        2,
        5,
        1,
    )
    assert {fault["line"]: fault["reason"] for fault in taken["faults"]} == {
        4: "duplicate",
        5: "variable_missing",
        6: "phone_missing",
        7: "phone_invalid",
        8: "phone_rounded",
        9: "phone_invalid",
    }
    rows = await acme.get(f"{campaign}/failed-rows.csv")
    assert rows.headers["content-type"] == "text/csv; charset=utf-8"
    read = list(csv.reader(io.StringIO(rows.content.decode("utf-8-sig"))))
    assert [row[1] for row in read[1:]] == ["4", "5", "6", "7", "8", "9"]
    again = await done(acme, f"{campaign}/audience/mapping", mapping)
    assert (again["taken_count"], again["invalid_count"]) == (1, 6), "read anew, not added"


@pytest.mark.usefixtures("number")
async def test_who_is_in_the_campaign_already_is_not_added_twice(acme: Tenant) -> None:
    campaign = await made(acme)
    people = [{"phone": "+34600111222", "variables": {"nombre": "Ana"}}]
    first = await done(acme, f"{campaign}/audience/list", {"recipients": people}, status=201)
    second = await done(acme, f"{campaign}/audience/list", {"recipients": people * 2}, status=201)

    assert (first["taken_count"], second["taken_count"], second["duplicate_count"]) == (1, 0, 2)


@pytest.mark.usefixtures("number")
async def test_a_number_that_is_twice_in_one_list_is_added_once_and_its_second_line_is_a_duplicate(
    acme: Tenant,
) -> None:
    campaign = await made(acme)
    people = [
        {"phone": phone, "variables": {"nombre": "Ana"}}
        for phone in ("+34600111222", "+34600111223", "+34600111222")
    ]

    taken = await done(acme, f"{campaign}/audience/list", {"recipients": people}, status=201)

    assert (taken["row_count"], taken["taken_count"], taken["duplicate_count"]) == (3, 2, 1)
    assert [(row["line"], row["reason"]) for row in taken["faults"]] == [(3, "duplicate")]


@pytest.mark.usefixtures("number")
async def test_who_is_in_two_audiences_stays_when_one_of_them_is_taken_out_or_read_in_another_way(
    acme: Tenant,
) -> None:
    campaign = await made(acme)
    table = b"uno;otro;nombre\n+34600111222;+34600111224;Ana\n+34600111223;+34600111225;Bea\n"
    file = (await uploaded(acme, campaign, table))["audience_id"]
    mapping = {"audience_id": file, "phone": "uno", "variables": {"nombre": "nombre"}}
    await done(acme, f"{campaign}/audience/mapping", mapping)
    people = [{"phone": f"+3460011122{n}", "variables": {"nombre": f"Persona {n}"}} for n in (2, 4, 2)]
    await done(acme, f"{campaign}/audience/list", {"recipients": people}, status=201)

    async def counts() -> list[tuple[int, int, int]]:
        listed = (await acme.get(f"{campaign}/audience")).json()
        names = ("row_count", "taken_count", "duplicate_count")
        return [tuple(one[name] for name in names) for one in listed]

    async def recipients() -> dict[str, str]:
        listed = (await acme.get(f"{campaign}/recipients")).json()["items"]
        return {one["phone"]: one["variables"]["nombre"] for one in listed}

    assert await counts() == [(2, 2, 0), (3, 1, 2)]

    await done(acme, f"{campaign}/audience/mapping", mapping | {"phone": "otro"})
    assert await counts() == [(2, 1, 1), (3, 2, 1)]
    assert await recipients() == {
        "+34600111222": "Persona 2",
        "+34600111224": "Persona 4",
        "+34600111225": "Bea",
    }

    listed = (await acme.get(f"{campaign}/audience")).json()
    gone = await acme.client.delete(f"/api/tenants/{acme.id}{campaign}/audience/{listed[1]['id']}")
    assert gone.status_code == 204
    assert await counts() == [(2, 2, 0)]
    assert await recipients() == {"+34600111224": "Ana", "+34600111225": "Bea"}


async def test_people_of_the_inbox_are_added_by_their_label(
    acme: Tenant, owner: Owner, number: Number
) -> None:
    inbox = Inbox(owner, number)
    label = await inbox.label()
    await inbox.conversation(label_ids=[label], phone="+34600000001", name="Ana")
    await inbox.conversation(phone="+34600000002", name="Bea")
    await inbox.conversation(label_ids=[label], phone=None, name="Sin número")
    template = hello()["template"]
    template["components"][0]["parameters"][0]["text"] = "{{name}}"
    campaign = await made(acme, template=template)

    taken = await done(acme, f"{campaign}/audience/filter", {"label_ids": [str(label)]}, status=201)

    assert (taken["taken_count"], taken["invalid_count"]) == (1, 1)
    shown = (await acme.get(f"{campaign}/recipients")).json()["items"]
    assert [(one["phone"], one["variables"]) for one in shown] == [("+34600000001", {"name": "Ana"})]


@pytest.mark.usefixtures("number")
async def test_drafts_keep_so_many_files_and_no_more_until_one_is_taken_out_or_a_campaign_begins(
    acme: Tenant, owner: Owner
) -> None:
    full, begun = await made(acme), await made(acme)
    first = await uploaded(acme, full, b"phone\n600111222\n")
    for campaign, count in ((full, 198), (begun, 1)):
        await owner.execute(
            """INSERT INTO campaign_audiences (tenant_id, id, campaign_id, kind, content)
               SELECT tenant_id, gen_random_uuid(), id, 'file', 'phone' FROM campaigns, generate_series(1, $2::integer)
                WHERE id = $1::text::uuid""",
            campaign.rpartition("/")[2],
            count,
        )
    file = {"file": ("one.csv", b"phone\n600111222\n", "text/csv")}

    refused = await acme.post(f"{full}/audience/upload", files=file)
    assert (refused.status_code, told(refused)["code"]) == (409, "drafts_full")
    assert (told(refused)["files"], told(refused)["most_files"]) == (200, 200)

    await owner.execute(
        "UPDATE campaigns SET state = 'running', started_at = now(), resumed_at = now() WHERE id = $1::text::uuid",
        begun.rpartition("/")[2],
    )
    await uploaded(acme, full, b"phone\n600111222\n")
    assert (await acme.post(f"{full}/audience/upload", files=file)).status_code == 409
    answer = await acme.client.delete(f"{acme.path}{full}/audience/{first['audience_id']}")
    assert answer.status_code == 204, answer.text
    await uploaded(acme, full, b"phone\n600111222\n")


@pytest.mark.usefixtures("number")
async def test_a_campaign_must_be_looked_over_before_it_starts(acme: Tenant) -> None:
    campaign = await made(acme)
    answer = await acme.post(f"{campaign}/start")

    assert (answer.status_code, told(answer)["code"]) == (409, "conflict")


@pytest.mark.usefixtures("number")
async def test_a_file_that_is_refused_leaves_what_was_looked_over_ready_and_people_who_are_added_make_it_a_draft_that_is_told(
    acme: Tenant, owner: Owner
) -> None:
    campaign = await made(acme)
    file = await uploaded(acme, campaign, b"phone;name\n+34600111222;Ana\n")
    mapping = {"audience_id": file["audience_id"], "phone": "phone", "variables": {"nombre": "name"}}
    await done(acme, f"{campaign}/audience/mapping", mapping)
    assert (await done(acme, f"{campaign}/dry-run"))["state"] == "ready"

    broken = await acme.post(f"{campaign}/audience/upload", files={"file": ("a.csv", b"\0", "text/csv")})
    unfit = await acme.post(f"{campaign}/audience/mapping", {**mapping, "phone": "telephone"})

    assert (broken.status_code, unfit.status_code) == (422, 422)
    assert (await acme.get(campaign)).json()["state"] == "ready"
    one_more = {"recipients": [{"phone": "+34600111223", "variables": {"nombre": "Bea"}}]}
    await done(acme, f"{campaign}/audience/list", one_more, status=201)
    news = await owner.fetchval(
        "SELECT data ->> 'state' FROM events WHERE type = 'campaign_updated' ORDER BY id DESC LIMIT 1"
    )
    assert (news, (await acme.get(campaign)).json()["state"]) == ("draft", "draft")


@pytest.mark.usefixtures("number")
async def test_the_audit_log_names_a_campaign_also_once_it_is_deleted(acme: Tenant) -> None:
    campaign = await made(acme)

    await acme.client.delete(f"/api/tenants/{acme.id}{campaign}")

    entries = (await acme.get("/audit")).json()["items"]
    named = [(one["action"], one["detail"].get("name")) for one in entries if "campaign" in one["action"]]
    assert named == [("campaign.deleted", "Navidad"), ("campaign.created", "Navidad")]


@pytest.mark.usefixtures("number")
async def test_a_campaign_that_is_deleted_is_told_and_one_that_is_not_is_not(
    acme: Tenant, owner: Owner
) -> None:
    campaign, begun = await made(acme), await made(acme)
    await owner.execute("UPDATE campaigns SET state = 'cancelled' WHERE id = $1", begun.rpartition("/")[2])

    for path in (campaign, campaign, begun):
        await acme.client.delete(acme.path + path)

    rows = await owner.fetch("SELECT data FROM events WHERE type = 'campaign_deleted'")
    assert [json.loads(row["data"]) for row in rows] == [
        {"id": campaign.rpartition("/")[2], "name": "Navidad"}
    ]


@pytest.mark.usefixtures("number")
async def test_a_dry_run_says_who_would_get_it_and_what_it_costs(acme: Tenant, owner: Owner) -> None:
    await owner.execute(
        'UPDATE channel_connections SET metadata = metadata || \'{"messaging_limit": "TIER_50"}\''
    )
    campaign = await made(acme)
    people = [{"phone": f"+346001112{n:02}", "variables": {"nombre": "x"}} for n in range(60)]
    people += [
        {"phone": "+525512345678", "variables": {"nombre": "x"}},
        {"phone": "+34600111299", "variables": {}},
    ]
    await done(acme, f"{campaign}/audience/list", {"recipients": people}, status=201)

    seen = await done(acme, f"{campaign}/dry-run")

    assert seen["state"] == "ready"
    assert (seen["rows"], seen["recipients"], seen["eligible"], seen["invalid"], seen["duplicate"]) == (
        62,
        61,
        61,
        1,
        0,
    )
    assert (seen["over_limit"], seen["limit"]) == (11, {"tier": "TIER_50", "people": 50, "room": 50})
    assert (seen["category"], seen["cost"]["currency"]) == ("UTILITY", "USD")
    assert float(seen["cost"]["amount"]) == pytest.approx(60 * 0.02 + 0.0085)
    assert seen["cost"]["as_of"]

    await owner.execute("UPDATE templates SET category = 'MARKETING'")
    seen = await done(acme, f"{campaign}/dry-run")
    assert (seen["eligible"], seen["refused_by"], seen["state"]) == (0, {"no_consent": 61}, "draft")
    await owner.execute("UPDATE templates SET status = 'PAUSED'")
    seen = await done(acme, f"{campaign}/dry-run")
    assert [stop["reason"] for stop in seen["stops"]] == ["template_not_approved"]


@pytest.mark.usefixtures("number")
async def test_a_schedule_is_read_by_the_zone_it_names(acme: Tenant) -> None:
    campaign = await made(acme)
    people = [{"phone": "+34600111222", "variables": {"nombre": "Ana"}}]
    await done(acme, f"{campaign}/audience/list", {"recipients": people}, status=201)
    await done(acme, f"{campaign}/dry-run")

    in_madrid = await done(acme, f"{campaign}/schedule", {"at": "2099-07-01T10:00"})
    in_mexico = await done(
        acme, f"{campaign}/schedule", {"at": "2099-07-01T10:00", "time_zone": "America/Mexico_City"}
    )

    assert (in_madrid["scheduled_at"], in_mexico["scheduled_at"]) == (
        "2099-07-01T08:00:00Z",
        "2099-07-01T16:00:00Z",
    )
    for wrong in ("2020-01-01T10:00", "mañana temprano", "2099-03-29T02:30"):
        assert (await acme.post(f"{campaign}/schedule", {"at": wrong})).status_code == 422, wrong
    for edge, zone in (
        ("9999-12-31T23:59", "America/New_York"),
        ("9999-12-31T23:59-05:00", "UTC"),
        ("0001-01-01T00:00", "Asia/Tokyo"),
        ("0001-01-01T00:00", "America/New_York"),
    ):
        answer = await acme.post(f"{campaign}/schedule", {"at": edge, "time_zone": zone})
        assert (answer.status_code, answer.json()["field"]) == (422, "at"), edge
    assert (await done(acme, f"{campaign}/unschedule"))["state"] == "ready"


@pytest.mark.usefixtures("number")
async def test_whose_number_does_not_tell_their_clock_goes_by_the_campaigns_also_once_that_is_another(
    acme: Tenant, owner: Owner
) -> None:
    campaign = await made(acme, time_zone="Europe/Madrid")
    at_sea, also_at_sea, at_home = "+881612345678", "+881612345679", "+34600111222"
    people = [{"phone": phone, "variables": {"nombre": "Ana"}} for phone in (at_sea, also_at_sea, at_home)]
    first = await done(acme, f"{campaign}/audience/list", {"recipients": people[:1]}, status=201)
    await done(acme, f"{campaign}/audience/list", {"recipients": people}, status=201)

    changed = await acme.client.patch(acme.path + campaign, json={"time_zone": "America/Lima"})
    gone = await acme.client.delete(f"{acme.path}{campaign}/audience/{first['audience_id']}")
    assert (changed.json()["time_zone"], gone.is_success) == ("America/Lima", True)

    rows = await owner.fetch("SELECT phone, zone FROM campaign_recipients")
    assert {f"+{row['phone']}": row["zone"] for row in rows} == {
        at_sea: "America/Lima",
        also_at_sea: "America/Lima",
        at_home: "Europe/Madrid",
    }


@pytest.mark.usefixtures("number")
async def test_a_file_whose_name_cannot_be_stored_is_refused(acme: Tenant) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a\0.csv"\r\n\r\nphone\n+34600111222\n\r\n--x--\r\n'
    whole = {"content": body, "headers": {"Content-Type": "multipart/form-data; boundary=x"}}
    base = f"/api/tenants/{acme.id}"
    for path in (f"{await made(acme)}/audience/upload", "/consents/import?proof=A+form"):
        answer = await acme.client.post(base + path, **whole)
        assert (answer.status_code, answer.json().get("field")) == (422, "file"), answer.text


# --- sent for real


@pytest.fixture
def environ(graph: Graph) -> dict[str, str]:
    return {
        **graph.environ,
        "META_VERIFY_TOKEN": "a-verify-token-of-these-tests",
        "TOKEN_ENCRYPTION_KEY": "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg=",
    }


async def connected(acme: Tenant, graph: Graph) -> World:
    """Connect a number of the sandbox's with an approved template."""
    world = graph.world()
    assert (await acme.post("/whatsapp/connect/complete", world.body())).status_code == 200
    body = [{"type": "BODY", "text": "Hola {{1}}, tu pedido sale hoy."}]
    template = {"waba_id": world.waba_id, "name": "hello", "language": "es", "category": "UTILITY"}
    graph.control("POST", "/templates", {**template, "components": body})
    assert (await acme.post("/templates/sync")).status_code == 200
    return world


async def test_a_campaign_goes_out_and_its_report_says_what_became_of_each(
    acme: Tenant, graph: Graph, owner: Owner, worker: Pool, apply: Pool, environ: dict[str, str]
) -> None:
    world = await connected(acme, graph)
    campaign = await made(acme)
    content = "nombre,phone\n" + "".join(f"Ana {n},+3460011{n:04}\n" for n in range(30))
    file = await uploaded(acme, campaign, content.encode())
    mapping = {"audience_id": file["audience_id"], "phone": "phone", "variables": {"nombre": "nombre"}}
    await done(acme, f"{campaign}/audience/mapping", mapping)
    tried = await done(
        acme, f"{campaign}/test", {"to": ["+34600999999"], "variables": {"nombre": "yo"}}, status=202
    )
    assert len(tried["message_ids"]) == 1
    assert (await done(acme, f"{campaign}/dry-run"))["state"] == "ready"

    async with working(worker, apply, environ):
        await done(acme, f"{campaign}/start")

        async def finished() -> bool:
            return (await acme.get(campaign)).json()["state"] == "finished"

        await until(finished)

    sent = [one for one in taken_by_meta(graph, world) if one["to"] != "+34600999999"]
    assert sorted(one["to"] for one in sent) == [f"+3460011{n:04}" for n in range(30)]
    progress = (await acme.get(f"{campaign}/progress")).json()
    assert (
        progress["recipients"]
        == 30
        == sum(progress[name] for name in ("accepted", "sent", "delivered", "read", "failed"))
    )
    answered = await owner.fetchrow(
        """SELECT m.conversation_id, m.channel_connection_id, m.provider_message_id FROM messages m
            WHERE sender LIKE 'campaign:%' ORDER BY id LIMIT 1"""
    )
    assert answered is not None
    await owner.execute(
        """INSERT INTO messages (tenant_id, id, channel_connection_id, conversation_id, direction, provider_message_id, type, text,
                                 payload, reply_to, created_at)
           VALUES ($1, gen_random_uuid(), $2, $3, 'inbound', 'wamid.in', 'button', 'Sí, quiero', '{}', $4, now())""",
        acme.id, answered["channel_connection_id"], answered["conversation_id"], answered["provider_message_id"],
    )  # fmt: skip
    await owner.execute(
        """UPDATE messages SET pricing = '{"type": "regular", "category": "utility"}', delivered_at = now()
            WHERE provider_message_id = $1""",
        answered["provider_message_id"],
    )
    report = (await acme.get(f"{campaign}/report")).json()
    assert (report["replied"], report["clicks"]) == (1, [{"button": "Sí, quiero", "count": 1}])
    assert float(report["cost"]["amount"]) == pytest.approx(0.02)
    (delivered,) = (await acme.get(f"{campaign}/recipients", params={"state": "delivered"})).json()["items"]
    assert (delivered["clicked"], delivered["cost"] is not None, delivered["replied_at"] is not None) == (
        "Sí, quiero",
        True,
        True,
    )
    exported = list(
        csv.DictReader(io.StringIO((await acme.get(f"{campaign}/export.csv")).content.decode("utf-8-sig")))
    )
    assert len(exported) == 30
    assert {row["phone"] for row in exported} == {f"+3460011{n:04}" for n in range(30)}
    told_of = await owner.fetch("SELECT data FROM events WHERE type = 'campaign_updated' ORDER BY id")
    assert '"state":"finished"' in told_of[-1]["data"] or '"finished"' in told_of[-1]["data"]


@pytest.mark.usefixtures("number")
async def test_who_was_put_off_is_tried_again_and_who_was_refused_is_not(
    acme: Tenant, owner: Owner, worker: Pool, apply: Pool
) -> None:
    campaign = await made(acme)
    people = [{"phone": f"+3460011122{n}", "variables": {"nombre": "Ana"}} for n in range(5)]
    await done(acme, f"{campaign}/audience/list", {"recipients": people}, status=201)
    await done(acme, f"{campaign}/dry-run")
    await done(acme, f"{campaign}/start")
    tender = Tender(everybody=apply, pool=worker, now=utc_now)
    await tender.turn()
    kinds = ["throttled", "recipient", "transient", None, "template"]
    ids = [row["id"] for row in await owner.fetch("SELECT id FROM messages ORDER BY id")]
    for message_id, kind in zip(ids, kinds, strict=True):
        await owner.execute(
            "UPDATE messages SET failed_at = now(), failed_by = 'curbe', failure_kind = $2 WHERE id = $1 AND $2::text IS NOT NULL",
            message_id,
            kind,
        )
    await owner.execute("DELETE FROM outbox")
    await tender.turn()
    assert (await acme.get(campaign)).json()["state"] == "finished"

    assert (await done(acme, f"{campaign}/retry"))["state"] == "running"
    await tender.turn()

    again = await owner.fetch("SELECT retry_of FROM messages WHERE retry_of IS NOT NULL ORDER BY retry_of")
    assert [row["retry_of"] for row in again] == sorted([ids[0], ids[2], ids[4]])
    progress = (await acme.get(f"{campaign}/progress")).json()
    assert (progress["recipients"], progress["failed"], progress["queued"]) == (5, 1, 4)


@pytest.mark.usefixtures("number")
async def test_an_export_runs_nothing_in_a_spreadsheet(acme: Tenant) -> None:
    campaign = await made(acme)
    rows = "phone,nombre\n=cmd|'/C calc'!A0,\"@SUM(1+1)\"\n-1+2,x\n"
    file = await uploaded(acme, campaign, rows.encode())
    mapping = {"audience_id": file["audience_id"], "phone": "phone", "variables": {"nombre": "nombre"}}
    await done(acme, f"{campaign}/audience/mapping", mapping)

    table = (await acme.get(f"{campaign}/failed-rows.csv")).content.decode("utf-8-sig")

    for row in csv.reader(io.StringIO(table)):
        assert not [cell for cell in row if cell.startswith(("=", "@", "-1+"))], row


@pytest.mark.usefixtures("number")
async def test_the_rows_that_failed_are_sent_as_they_are_read_each_once_and_in_order(acme: Tenant) -> None:
    campaign = await made(acme)
    people = [{"phone": f"none {n}", "variables": {"nombre": "Ana"}} for n in range(2_500)]
    await done(acme, f"{campaign}/audience/list", {"recipients": people}, status=201)

    table = await acme.get(f"{campaign}/failed-rows.csv")

    assert "content-length" not in table.headers, "whoever counts it first holds all of it"
    head, *rows = csv.reader(io.StringIO(table.content.decode("utf-8-sig")))
    assert head == ["audience", "line", "reason", "about", "detail", "cells"]
    assert [(row[0], row[1], row[5]) for row in rows] == [
        ("list", str(n + 1), f"none {n}") for n in range(2_500)
    ]
