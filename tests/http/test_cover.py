"""The tenant's cover stands in the header of a template whichever way it is sent, and Meta gets it; a campaign must fit its template."""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from bed.graph import Graph, World
from bed.sending import taken_by_meta, until, working
from bed.tenants import Tenant
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.infra.jobs import Runner
from curbe.notifications.sending import Notifying
from curbe.notifications.service import SEND

pytestmark = pytest.mark.anyio

Json = dict[str, Any]
COVER = "https://example.org/cover.png"
OWN = "https://example.org/own.png"
OFFER: list[Json] = [
    {"type": "HEADER", "format": "IMAGE"},
    {"type": "BODY", "text": "Hola {{first_name}}, todo a mitad de precio."},
]


def image(link: str) -> Json:
    return {"type": "header", "parameters": [{"type": "image", "image": {"link": link}}]}


def written(name: str = "Ana", *, header: str | None = None) -> Json:
    """Return the template as Meta's API takes it, without a header unless one is given."""
    body = {"type": "body", "parameters": [{"type": "text", "parameter_name": "first_name", "text": name}]}
    components = [body] if header is None else [image(header), body]
    return {"name": "offer", "language": {"code": "es"}, "components": components}


def campaign(template: Json | None = None) -> Json:
    return {"name": "Navidad", "template": template or written("{{nombre}}"), "time_zone": "Europe/Madrid"}


def filled(*texts: str) -> Json:
    """Return the template as it is after an edit, which names two gaps."""
    parameters = [
        {"type": "text", "parameter_name": name, "text": text}
        for name, text in zip(("who", "hour"), texts, strict=True)
    ]
    body = {"type": "body", "parameters": parameters}
    return {"name": "sale", "language": {"code": "es"}, "components": [body]}


@pytest.fixture
def environ(graph: Graph) -> dict[str, str]:
    return {
        **graph.environ,
        "META_VERIFY_TOKEN": "a-verify-token-of-these-tests",
        "TOKEN_ENCRYPTION_KEY": "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg=",
    }


@pytest.fixture
async def world(acme: Tenant, graph: Graph) -> World:
    """A connected number with a template that wants an image, and a cover."""
    world = graph.world()
    assert (await acme.post("/whatsapp/connect/complete", world.body())).status_code == 200
    told = {"waba_id": world.waba_id, "name": "offer", "language": "es", "category": "UTILITY"}
    graph.control("POST", "/templates", {**told, "components": OFFER})
    assert (await acme.post("/templates/sync")).status_code == 200
    await cover(acme, COVER)
    return world


async def cover(acme: Tenant, link: str | None) -> None:
    answer = await acme.client.put(f"{acme.path}/templates/cover", json={"link": link})
    assert answer.status_code == 200, answer.text


async def done(acme: Tenant, path: str, body: Any = None, *, status: int = 202) -> Json:
    answer = await acme.post(path, body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def by_its_name(acme: Tenant, to: str) -> None:
    await done(acme, "/templates/send", {"to": to, "name": "offer", "template_data": {"first_name": "Ana"}})


async def as_meta_writes_it(acme: Tenant, to: str) -> None:
    await done(acme, "/whatsapp/messages/send", {"to": to, "type": "template", "template": written()})


async def as_meta_writes_it_with_its_own(acme: Tenant, to: str) -> None:
    template = written(header=OWN)
    await done(acme, "/whatsapp/messages/send", {"to": to, "type": "template", "template": template})


async def as_the_earlier_gateway(acme: Tenant, to: str) -> None:
    body = {"phone": to, "template_name": "offer", "template_data": {"first_name": "Ana"}}
    answer = await acme.client.post("/send_template_direct", json=body)
    assert answer.status_code == 202, answer.text


async def as_a_notification(acme: Tenant, to: str) -> None:
    rule = {"event": "sale", "template": "offer", "language": "es", "recipient": "$.phone"}
    await done(
        acme, "/notifications/rules", {**rule, "variables": {"first_name": {"value": "Ana"}}}, status=201
    )
    await done(acme, "/notifications/events", {"event": "sale", "id": "1", "data": {"phone": to}})


async def as_a_test_of_a_campaign(acme: Tenant, to: str) -> None:
    made = await done(acme, "/campaigns", campaign(), status=201)
    await done(acme, f"/campaigns/{made['id']}/test", {"to": [to], "variables": {"nombre": "Ana"}})


async def as_a_campaign(acme: Tenant, to: str) -> None:
    made = await done(acme, "/campaigns", campaign(), status=201)
    people = {"recipients": [{"phone": to, "variables": {"nombre": "Ana"}}]}
    await done(acme, f"/campaigns/{made['id']}/audience/list", people, status=201)
    assert (await done(acme, f"/campaigns/{made['id']}/dry-run", status=200))["state"] == "ready"
    await done(acme, f"/campaigns/{made['id']}/start", status=200)


WAYS: dict[Callable[[Tenant, str], Awaitable[None]], str] = {
    by_its_name: COVER,
    as_meta_writes_it: COVER,
    as_meta_writes_it_with_its_own: OWN,
    as_the_earlier_gateway: COVER,
    as_a_notification: COVER,
    as_a_test_of_a_campaign: COVER,
    as_a_campaign: COVER,
}


async def test_meta_gets_the_cover_whichever_way_a_template_is_sent(
    acme: Tenant, graph: Graph, world: World, worker: Pool, apply: Pool, environ: dict[str, str]
) -> None:
    ways = {f"+3460000000{n}": way for n, way in enumerate(WAYS)}
    for to, way in ways.items():
        await way(acme, to)
    due = {SEND: Notifying(worker, now=utc_now)}
    await Runner(everybody=apply, pool=worker, handlers=due, at_once=1, lease=timedelta(minutes=1)).run_due()

    async with working(worker, apply, environ):

        async def all_taken() -> bool:
            return len(taken_by_meta(graph, world)) >= len(ways)

        await until(all_taken)

    got = {one["to"]: one["body"]["template"]["components"] for one in taken_by_meta(graph, world)}
    assert {ways[to].__name__: parts[0] for to, parts in got.items()} == {
        way.__name__: image(link) for way, link in WAYS.items()
    }
    assert {parts[1]["parameters"][0]["text"] for parts in got.values()} == {"Ana"}


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("template", "field", "code"),
    [
        (written(header=OWN) | {"components": [image(OWN)]}, "template.body.first_name", "value_missing"),
        (written() | {"components": [*written()["components"], {
            "type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "{{nombre}}"}],
        }]}, "template.buttons[0]", "value_extra"),
        (written() | {"components": [{"type": "body", "parameters": [
            {"type": "text", "text": "{{nombre}}"}, {"type": "text", "text": "{{nombre}}"},
        ]}]}, "template.body.2", "value_extra"),
    ],
)  # fmt: skip
async def test_a_campaign_that_does_not_fit_its_template_is_refused_at_the_field_before_it_starts(
    acme: Tenant, template: Json, field: str, code: str
) -> None:
    made = await done(acme, "/campaigns", campaign(template), status=201)
    people = {"recipients": [{"phone": "+34600000001", "variables": {"nombre": "Ana"}}]}
    await done(acme, f"/campaigns/{made['id']}/audience/list", people, status=201)

    told = await done(acme, f"/campaigns/{made['id']}/dry-run", status=422)
    tried = await done(
        acme,
        f"/campaigns/{made['id']}/test",
        {"to": ["+34600000001"], "variables": {"nombre": "A"}},
        status=422,
    )

    assert (told["code"], told["field"], told["faults"][0]["code"]) == ("invalid_request", field, code)
    assert tried["faults"] == told["faults"]
    assert (await acme.post(f"/campaigns/{made['id']}/start")).status_code == 409


@pytest.mark.usefixtures("world")
async def test_without_a_cover_a_campaign_lacks_its_image(acme: Tenant) -> None:
    await cover(acme, None)
    made = await done(acme, "/campaigns", campaign(), status=201)

    told = await done(acme, f"/campaigns/{made['id']}/dry-run", status=422)

    assert (told["field"], told["missing"]) == ("template.header", ["header"])


@pytest.mark.usefixtures("world")
async def test_recipients_without_a_value_that_the_template_names_by_now_are_counted(acme: Tenant) -> None:
    made = await done(acme, "/campaigns", campaign(written("cliente")), status=201)
    path = f"/campaigns/{made['id']}"
    people = [{"phone": f"+3460000000{n}", "variables": {"nombre": "Ana"} if n else {}} for n in range(3)]
    await done(acme, f"{path}/audience/list", {"recipients": people}, status=201)
    assert (await done(acme, f"{path}/dry-run", status=200))["eligible"] == 3

    changed = await acme.client.patch(f"{acme.path}{path}", json={"template": written("{{nombre}}")})
    assert changed.status_code == 200
    told = await done(acme, f"{path}/dry-run", status=422)

    assert (told["field"], told["lacking"]) == ("variables.nombre", {"nombre": 1})


async def test_a_campaign_stops_before_anything_is_sent_where_its_template_was_edited_meanwhile(
    acme: Tenant,
    graph: Graph,
    world: World,
    owner: asyncpg.Connection,
    worker: Pool,
    apply: Pool,
    environ: dict[str, str],
) -> None:
    made = await done(acme, "/campaigns", campaign(), status=201)
    people = {"recipients": [{"phone": "+34600000001", "variables": {"nombre": "Ana"}}]}
    await done(acme, f"/campaigns/{made['id']}/audience/list", people, status=201)
    await done(acme, f"/campaigns/{made['id']}/dry-run", status=200)
    await owner.execute(
        "UPDATE templates SET components = $1", '[{"type": "BODY", "text": "Hola {{a}} y {{b}}"}]'
    )

    async with working(worker, apply, environ):
        await done(acme, f"/campaigns/{made['id']}/start", status=200)

        async def paused() -> bool:
            return (await acme.get(f"/campaigns/{made['id']}")).json()["state"] == "paused"

        await until(paused)

    assert (await acme.get(f"/campaigns/{made['id']}")).json()["reason"] == "template_changed"
    assert taken_by_meta(graph, world) == []


async def test_a_campaign_whose_template_was_edited_goes_on_once_it_is_filled_in_another_way(
    acme: Tenant,
    graph: Graph,
    world: World,
    owner: asyncpg.Connection,
    worker: Pool,
    apply: Pool,
    environ: dict[str, str],
) -> None:
    edited = [OFFER[0], {"type": "BODY", "text": "Hola {{who}}, hasta las {{hour}}."}]
    told = {"waba_id": world.waba_id, "name": "sale", "language": "es", "category": "UTILITY"}
    graph.control("POST", "/templates", {**told, "components": edited})
    assert (await acme.post("/templates/sync")).status_code == 200
    before = "UPDATE templates SET components = $1 WHERE name = 'sale'"
    await owner.execute(before, json.dumps(OFFER))
    made = await done(acme, "/campaigns", campaign({**written("{{nombre}}"), "name": "sale"}), status=201)
    path = f"/campaigns/{made['id']}"
    people = [{"phone": f"+3460000000{n}", "variables": {"nombre": f"Ana {n}"}} for n in range(3)]
    await done(acme, f"{path}/audience/list", {"recipients": people}, status=201)
    await done(acme, f"{path}/dry-run", status=200)
    await owner.execute(before, json.dumps(edited))

    async def is_(state: str) -> bool:
        return (await acme.get(path)).json()["state"] == state

    async with working(worker, apply, environ):
        await done(acme, f"{path}/start", status=200)
        await until(lambda: is_("paused"))
        change = {"template": filled("{{nombre}}", "las 8")}
        answer = await acme.client.patch(f"{acme.path}{path}", json=change)
        assert (answer.status_code, answer.json()["state"]) == (200, "paused"), answer.text
        await done(acme, f"{path}/resume", status=200)
        await until(lambda: is_("finished"))

    bodies = [
        sent["body"]["template"]["components"][-1]["parameters"] for sent in taken_by_meta(graph, world)
    ]
    assert sorted(each[0]["text"] for each in bodies) == ["Ana 0", "Ana 1", "Ana 2"]
    assert {each[1]["text"] for each in bodies} == {"las 8"}


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        pytest.param(
            {"template": {**written("{{nombre}}"), "name": "other"}},
            422,
            "template.name",
            id="another template",
        ),
        pytest.param(
            {"template": written("{{apellido}}")}, 422, "template", id="a value nobody was asked for"
        ),
        pytest.param(
            {"template": written("{{nombre}}"), "name": "Reyes"}, 409, None, id="more than its template"
        ),
        pytest.param({"name": "Reyes"}, 409, None, id="something else"),
    ],
)
async def test_a_paused_campaign_changes_nothing_but_how_its_template_is_filled(
    acme: Tenant, owner: asyncpg.Connection, change: Json, status: int, field: str | None
) -> None:
    made = await done(acme, "/campaigns", campaign(), status=201)
    await owner.execute("UPDATE campaigns SET state = 'paused'")

    told = await acme.client.patch(f"{acme.path}/campaigns/{made['id']}", json=change)

    assert (told.status_code, told.json().get("field")) == (status, field), told.text
