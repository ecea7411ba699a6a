"""A template is sent by its name, as messages are: filled in, with the tenant's cover, once for each key, through the one gate."""

import io
from typing import Any

import asyncpg
import httpx
import msgspec
import pytest
from PIL import Image

from bed.graph import Graph, World
from bed.tenants import Tenant

pytestmark = pytest.mark.anyio

Json = dict[str, Any]
TO = "+34600000001"
ORDER = [{"type": "BODY", "text": "Hola {{1}}, tu pedido {{2}} va en camino."}]
OFFER = [
    {"type": "HEADER", "format": "IMAGE"},
    {"type": "BODY", "text": "Hola {{first_name}}, todo a mitad de precio."},
    {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Ver", "url": "https://example.org/{{1}}"}]},
]


@pytest.fixture
async def world(acme: Tenant, graph: Graph) -> World:
    """A connected number with two templates, one of them in two languages."""
    world = graph.world()
    assert (await acme.post("/whatsapp/connect/complete", world.body())).status_code == 200
    for name, language, parts in (("order", "es", ORDER), ("order", "pt_BR", ORDER), ("offer", "es", OFFER)):
        told = {"waba_id": world.waba_id, "name": name, "language": language, "components": parts}
        graph.control("POST", "/templates", told)
    assert (await acme.post("/templates/sync")).status_code == 200
    return world


async def sent(tenant: Tenant, key: str | None = None, **body: Any) -> httpx.Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    return await tenant.post("/templates/send", {"to": TO, **body}, headers=headers)


async def payloads(owner: asyncpg.Connection) -> list[Json]:
    rows = await owner.fetch(
        "SELECT payload FROM messages WHERE direction = 'outbound' ORDER BY created_at, id"
    )
    return [msgspec.json.decode(row["payload"])["template"] for row in rows]


async def test_a_template_is_sent_by_its_name_with_its_values(
    acme: Tenant, world: World, owner: asyncpg.Connection
) -> None:
    answer = await sent(acme, name="order", language="es", parameters=["Ana", "B-7"])

    assert (answer.status_code, answer.json()["status"]) == (202, "queued"), answer.text
    (template,) = await payloads(owner)
    assert (template["name"], template["language"]["code"]) == ("order", "es")
    assert [one["text"] for one in template["components"][0]["parameters"]] == ["Ana", "B-7"]
    assert world.phone_number_id
    detail = await owner.fetchval("SELECT detail FROM audit_log WHERE action = 'message.send'")
    assert msgspec.json.decode(detail)["template"] == "order"


@pytest.mark.usefixtures("world")
async def test_the_language_may_be_left_out_where_there_is_one(
    acme: Tenant, owner: asyncpg.Connection
) -> None:
    data = {"first_name": "Paco", "deal_id": "b5078967"}
    image = {"type": "image", "image": {"link": "https://example.org/a.png"}}
    assert (await sent(acme, name="offer", template_data=data, header=image)).status_code == 202
    assert (await payloads(owner))[0]["language"]["code"] == "es"

    several = await sent(acme, name="order", parameters=["Ana", "B-7"])
    assert (several.status_code, several.json()["languages"]) == (422, ["es", "pt_BR"])


@pytest.mark.usefixtures("world")
async def test_values_that_do_not_fit_are_refused_place_by_place(acme: Tenant) -> None:
    answer = await sent(acme, name="order", language="es", parameters=["Ana"], header="x")

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert (answer.json()["missing"], answer.json()["extra"]) == (["body.2"], ["header"])
    assert answer.json()["field"] == "parameters"


@pytest.mark.usefixtures("world")
async def test_a_name_or_language_that_is_not_there_is_told_with_those_that_are(acme: Tenant) -> None:
    language = await sent(acme, name="order", language="en", parameters=["Ana", "B-7"])
    name = await sent(acme, name="ordre", language="es")

    assert (language.json()["code"], language.json()["languages"]) == ("template_unknown", ["es", "pt_BR"])
    assert (name.json()["code"], name.json()["field"]) == ("template_unknown", "name")


@pytest.mark.usefixtures("world")
async def test_a_category_that_meta_changed_stops_the_send(acme: Tenant) -> None:
    answer = await sent(acme, name="order", language="es", parameters=["a", "b"], category="MARKETING")

    assert (answer.status_code, answer.json()["category"]) == (409, "UTILITY")
    right = await sent(acme, name="order", language="es", parameters=["a", "b"], category="utility")
    assert right.status_code == 202


async def test_the_gate_says_no_as_to_any_message(acme: Tenant, graph: Graph, world: World) -> None:
    template = next(one for one in (await acme.get("/templates")).json()["items"] if one["name"] == "order")
    graph.control("PATCH", f"/templates/{template['provider_template_id']}", {"status": "PAUSED"})
    await acme.post("/templates/sync")

    answer = await sent(acme, name="order", language=template["language"], parameters=["a", "b"])

    assert (answer.status_code, answer.json()["code"]) == (409, "template_unavailable")
    assert world.waba_id


@pytest.mark.usefixtures("world")
async def test_one_key_is_one_message_also_when_the_cover_changed_meanwhile(
    acme: Tenant, owner: asyncpg.Connection
) -> None:
    async def cover(link: str) -> None:
        answer = await acme.client.put(f"{acme.path}/templates/cover", json={"link": link})
        assert answer.status_code == 200, answer.text

    data = {"first_name": "Paco", "button_0": "x"}
    await cover("https://example.org/1.png")
    first = await sent(acme, "k1", name="offer", template_data=data)
    await cover("https://example.org/2.png")
    second = await sent(acme, "k1", name="offer", template_data=data)
    other = await sent(acme, "k1", name="offer", template_data={**data, "first_name": "Ana"})

    assert first.status_code == 202, first.text
    assert second.json()["id"] == first.json()["id"]
    assert other.json()["code"] == "idempotency_mismatch"
    (only,) = await payloads(owner)
    assert only["components"][0]["parameters"][0]["image"]["link"] == "https://example.org/1.png"


@pytest.mark.usefixtures("world")
async def test_a_stored_image_is_the_cover_of_every_template_that_wants_one(
    acme: Tenant, owner: asyncpg.Connection
) -> None:
    data = {"first_name": "Paco", "button_0": "x"}
    without = await sent(acme, name="offer", template_data=data)
    assert without.json()["missing"] == ["header"]
    file = io.BytesIO()
    Image.new("RGB", (40, 20), "#1a73e8").save(file, "PNG")
    stored = await acme.client.post(
        f"{acme.path}/media", content=file.getvalue(), headers={"Content-Type": "image/png"}
    )
    media_id = stored.json()["id"]

    settled = await acme.client.put(f"{acme.path}/templates/cover", json={"media_id": media_id})

    assert settled.json() == {"media_id": media_id, "link": None}
    assert (await acme.get("/templates/cover")).json() == settled.json()
    answer = await sent(acme, name="offer", template_data=data)
    assert answer.status_code == 202, answer.text
    assert (await payloads(owner))[0]["components"][0]["parameters"][0]["image"] == {"id": media_id}
    shown = next(one for one in (await acme.get("/templates")).json()["items"] if one["name"] == "offer")
    preview = (await acme.post(f"/templates/{shown['id']}/preview", {"template_data": data})).json()
    assert preview["header"]["media"]["id"] == media_id
    assert (preview["body"], preview["missing"]) == ("Hola Paco, todo a mitad de precio.", [])


@pytest.mark.parametrize(
    "body",
    [
        {"link": "http://example.org/a.png"},
        {"link": "https://example.org/a b.png"},
        {"media_id": "0192a0c0-0000-7000-8000-000000000000", "link": "https://example.org/a.png"},
    ],
)
async def test_a_cover_that_meta_could_not_fetch_is_refused(acme: Tenant, body: Json) -> None:
    answer = await acme.client.put(f"{acme.path}/templates/cover", json=body)

    assert (answer.status_code, answer.json()["field"]) == (422, "link")


@pytest.mark.usefixtures("world")
async def test_a_conversation_gets_it_from_its_own_number(acme: Tenant, graph: Graph) -> None:
    first = (await sent(acme, name="order", language="es", parameters=["Ana", "B-7"])).json()
    other = graph.world()
    await acme.post("/whatsapp/connect/complete", other.body())

    body = {
        "conversation_id": first["conversation_id"],
        "name": "order",
        "language": "es",
        "parameters": ["a", "b"],
    }
    answer = await acme.post("/templates/send", body)

    assert answer.status_code == 202, answer.text
    unclear = await sent(acme, name="order", language="es", parameters=["a", "b"])
    assert unclear.json()["code"] == "several_connections"
