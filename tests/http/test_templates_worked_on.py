"""Templates are judged before Meta is asked, created, edited within Meta's limits and deleted; Meta's no is told in Meta's words."""

import asyncio
import copy
import hashlib
import io
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest
from PIL import Image

from bed.graph import Graph, World
from bed.tenants import Tenant
from curbe.domain.notices import TemplateReported, TemplateStatus
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.templates import service
from curbe.templates.service import TemplateNews

pytestmark = pytest.mark.anyio

Json = dict[str, Any]
BODY = {"type": "BODY", "text": "Hola {{1}}, tu pedido sale hoy.", "example": {"body_text": [["Ana"]]}}
DRAFT: Json = {"name": "order_update", "language": "es", "category": "UTILITY", "components": [BODY]}
BROKEN = {**DRAFT, "components": [{"type": "BODY", "text": "{{1}} hola"}]}


@pytest.fixture
async def world(acme: Tenant, graph: Graph) -> World:
    """A connected number."""
    world = graph.world()
    assert (await acme.post("/whatsapp/connect/complete", world.body())).status_code == 200
    return world


async def patched(tenant: Tenant, template_id: str, **changes: Any) -> httpx.Response:
    return await tenant.client.patch(f"{tenant.path}/templates/{template_id}", json=changes)


async def deleted(tenant: Tenant, template_id: str, **params: Any) -> httpx.Response:
    return await tenant.client.delete(f"{tenant.path}/templates/{template_id}", params=params)


def at_meta(graph: Graph, world: World) -> list[Json]:
    answer = httpx.get(
        f"{graph.url}/v25.0/{world.waba_id}/message_templates",
        headers={"Authorization": f"Bearer {world.token}"},
    )
    return answer.json()["data"]


async def names(tenant: Tenant) -> list[tuple[str, str]]:
    return [(one["name"], one["language"]) for one in (await tenant.get("/templates")).json()["items"]]


def set_status(graph: Graph, template: Json, status: str) -> None:
    graph.control("PATCH", f"/templates/{template['provider_template_id']}", {"status": status})


async def test_a_draft_is_judged_without_anybody_being_asked(acme: Tenant) -> None:
    bad = (await acme.post("/templates/lint", BROKEN)).json()
    good = (await acme.post("/templates/lint", DRAFT)).json()

    assert bad["accepted"] is False
    assert {"variable_at_edge", "example_missing"} <= {one["rule"] for one in bad["findings"]}
    first = bad["findings"][0]
    assert first["words"].keys() == {"en", "es", "pt"}
    assert (first["component"], first["path"]) == ("BODY", "components[0].text")
    assert first["page"].startswith("https://developers.facebook.com/")
    assert good == {"accepted": True, "findings": []}


async def test_what_breaks_a_rule_is_never_sent_to_meta(acme: Tenant, graph: Graph, world: World) -> None:
    answer = await acme.post("/templates", BROKEN)

    assert (answer.status_code, answer.json()["code"]) == (422, "template_invalid")
    assert answer.json()["field"] == "components[0].text"
    assert answer.json()["findings"][0]["rule"] == "variable_at_edge"
    assert at_meta(graph, world) == []


async def test_a_template_is_created_at_meta_listed_and_on_record(
    acme: Tenant, graph: Graph, world: World, owner: asyncpg.Connection
) -> None:
    answer = await acme.post("/templates", DRAFT)

    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["status"], made["category"], made["components"]) == ("PENDING", "UTILITY", [BODY])
    (there,) = at_meta(graph, world)
    assert (there["id"], there["components"]) == (made["provider_template_id"], [BODY])
    assert await names(acme) == [("order_update", "es")]
    assert await owner.fetchval("SELECT count(*) FROM events WHERE type = 'template_updated'") == 1
    row = await owner.fetchrow("SELECT subject, detail FROM audit_log WHERE action = 'template.created'")
    assert row["subject"] == made["id"]


async def test_named_variables_are_announced_to_meta(acme: Tenant, graph: Graph, world: World) -> None:
    example = {"body_text_named_params": [{"param_name": "first_name", "example": "Ana"}]}
    body = {"type": "BODY", "text": "Hola {{first_name}}, tu pedido sale hoy.", "example": example}

    made = await acme.post("/templates", {**DRAFT, "components": [body]})

    assert made.json()["parameter_format"] == "NAMED"
    assert at_meta(graph, world)[0]["parameter_format"] == "NAMED"


async def test_the_same_name_in_the_same_language_is_refused_here_and_metas_no_in_its_words(
    acme: Tenant, graph: Graph, world: World
) -> None:
    await acme.post("/templates", DRAFT)
    again = await acme.post("/templates", DRAFT)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")

    # one that nobody told us of
    told = {"waba_id": world.waba_id, "name": "hidden", "language": "es", "components": [BODY]}
    graph.control("POST", "/templates", told)
    refused = await acme.post("/templates", {**DRAFT, "name": "hidden"})
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert "There is already es content for this template." in refused.json()["detail"]


async def test_with_several_wabas_one_must_be_named(acme: Tenant, graph: Graph, world: World) -> None:
    other = graph.world()
    await acme.post("/whatsapp/connect/complete", other.body())

    unclear = await acme.post("/templates", DRAFT)
    assert (unclear.status_code, unclear.json()["field"]) == (422, "waba_id")

    clear = await acme.post("/templates", {**DRAFT, "waba_id": other.waba_id})
    assert clear.json()["waba_id"] == other.waba_id
    assert at_meta(graph, world) == []


async def test_an_edit_replaces_the_components_and_is_reviewed_anew(
    acme: Tenant, graph: Graph, world: World
) -> None:
    made = (await acme.post("/templates", DRAFT)).json()
    set_status(graph, made, "REJECTED")
    await acme.post("/templates/sync")
    changed = {**BODY, "text": "Hola {{1}}, tu pedido sale mañana."}

    answer = await patched(acme, made["id"], components=[changed])

    assert answer.status_code == 200, answer.text
    assert (answer.json()["status"], answer.json()["components"]) == ("PENDING", [changed])
    assert at_meta(graph, world)[0]["components"] == [changed]


async def test_an_edit_is_judged_as_a_whole_before_meta_is_asked(
    acme: Tenant, graph: Graph, world: World
) -> None:
    made = (await acme.post("/templates", DRAFT)).json()
    set_status(graph, made, "APPROVED")
    await acme.post("/templates/sync")

    refused = await patched(acme, made["id"], components=[{"type": "BODY", "text": ""}])

    assert refused.json()["code"] == "template_invalid"
    assert at_meta(graph, world)[0]["components"] == [BODY]


async def test_an_edit_of_nothing_is_refused_without_asking(acme: Tenant, graph: Graph, world: World) -> None:
    made = (await acme.post("/templates", DRAFT)).json()
    set_status(graph, made, "REJECTED")
    await acme.post("/templates/sync")

    nothing = await patched(acme, made["id"])
    assert (nothing.status_code, nothing.json()["code"]) == (422, "invalid_request")
    assert at_meta(graph, world)[0]["status"] == "REJECTED", "it would be reviewed anew"


async def test_metas_limits_for_edits_are_kept_without_asking(
    acme: Tenant, graph: Graph, world: World, owner: asyncpg.Connection
) -> None:
    made = (await acme.post("/templates", DRAFT)).json()
    pending = await patched(acme, made["id"], components=[BODY])
    assert (pending.status_code, pending.json()["code"]) == (409, "template_locked")

    set_status(graph, made, "APPROVED")
    await acme.post("/templates/sync")
    category = await patched(acme, made["id"], category="MARKETING")
    assert (category.json()["code"], category.json()["field"]) == ("template_locked", "category")

    changed = {**BODY, "text": "Hola {{1}}, tu pedido sale mañana."}
    assert (await patched(acme, made["id"], components=[changed])).status_code == 200
    set_status(graph, made, "APPROVED")
    await acme.post("/templates/sync")
    today = await patched(acme, made["id"], components=[BODY])
    assert (today.json()["code"], int(today.headers["Retry-After"]) > 86_000) == ("template_locked", True)
    assert today.json()["editable_at"].endswith("Z")

    month = "ARRAY(SELECT now() - make_interval(days => n) FROM generate_series(2, 11) AS n)"
    await owner.execute(f"UPDATE templates SET edited_ats = {month}")
    assert (await patched(acme, made["id"], components=[BODY])).json()["code"] == "template_locked"
    assert at_meta(graph, world)[0]["components"] == [changed]


async def test_a_paused_template_is_unpaused_at_meta_and_on_record(
    acme: Tenant, graph: Graph, world: World, owner: asyncpg.Connection
) -> None:
    made = (await acme.post("/templates", DRAFT)).json()
    refused = await acme.post(f"/templates/{made['id']}/unpause")
    assert (refused.status_code, refused.json()["code"]) == (409, "template_locked")
    set_status(graph, made, "PAUSED")
    await acme.post("/templates/sync")

    answer = await acme.post(f"/templates/{made['id']}/unpause")

    assert (answer.status_code, answer.json()["status"]) == (200, "APPROVED")
    assert at_meta(graph, world)[0]["status"] == "APPROVED"
    row = await owner.fetchrow("SELECT subject, detail FROM audit_log WHERE action = 'template.unpaused'")
    assert row["subject"] == made["id"]


async def test_a_template_that_meta_unpaused_may_be_sent_also_where_meta_then_cannot_be_read(
    acme: Tenant, graph: Graph, world: World
) -> None:
    made = (await acme.post("/templates", DRAFT)).json()
    set_status(graph, made, "PAUSED")
    await acme.post("/templates/sync")
    graph.control("POST", "/faults", {"kind": "refuse", "operation": "node"})

    answer = await acme.post(f"/templates/{made['id']}/unpause")

    assert (answer.status_code, answer.json()["status"]) == (200, "APPROVED")
    assert at_meta(graph, world)[0]["status"] == "APPROVED"


async def test_one_language_or_all_of_a_name_are_deleted(acme: Tenant, graph: Graph, world: World) -> None:
    made = {
        language: (await acme.post("/templates", {**DRAFT, "language": language})).json()
        for language in ("es", "en", "pt_BR")
    }

    assert (await deleted(acme, made["es"]["id"])).status_code == 204
    assert await names(acme) == [("order_update", "en"), ("order_update", "pt_BR")]
    assert {one["language"] for one in at_meta(graph, world)} == {"en", "pt_BR"}
    assert (await acme.get(f"/templates/{made['es']['id']}")).status_code == 404

    assert (await deleted(acme, made["en"]["id"], all_languages=True)).status_code == 204
    assert await names(acme) == []
    assert at_meta(graph, world) == []


async def test_what_is_deleted_in_the_second_of_its_approval_stays_deleted(
    acme: Tenant, world: World, apply: Pool
) -> None:
    made = (await acme.post("/templates", DRAFT)).json()
    now = utc_now()
    await asyncio.sleep(1 - now.microsecond / 1_000_000)

    assert (await deleted(acme, made["id"])).status_code == 204
    approved = TemplateReported(
        template_id=made["provider_template_id"],
        name=made["name"],
        language=made["language"],
        at=now.replace(microsecond=0) + timedelta(seconds=1),
        tie="f" * 16,
        status=TemplateStatus("APPROVED", "APPROVED"),
    )
    async with apply.transaction() as tx:
        await service.apply(tx, [TemplateNews(acme.id, world.waba_id, approved)])

    assert await names(acme) == []


async def test_what_meta_disabled_stays(acme: Tenant, graph: Graph, world: World) -> None:
    made = (await acme.post("/templates", DRAFT)).json()
    set_status(graph, made, "DISABLED")
    await acme.post("/templates/sync")

    answer = await deleted(acme, made["id"])

    assert (answer.status_code, answer.json()["code"]) == (409, "template_locked")
    assert len(at_meta(graph, world)) == 1


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (40, 20), "#1a73e8").save(file, "PNG")
    return file.getvalue()


async def test_a_stored_file_becomes_the_sample_of_a_header(acme: Tenant, graph: Graph, world: World) -> None:
    stored = await acme.client.post(
        f"{acme.path}/media", content=picture(), headers={"Content-Type": "image/png"}
    )
    assert stored.status_code == 201, stored.text
    sample = {"media_id": stored.json()["id"], "format": "IMAGE"}

    answer = await acme.post("/templates/media", sample)

    assert answer.status_code == 200, answer.text
    header = {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": [answer.json()["handle"]]}}
    draft = copy.deepcopy(DRAFT)
    draft["components"].insert(0, header)
    assert (await acme.post("/templates", draft)).status_code == 201
    assert at_meta(graph, world)[0]["components"][0] == header
    wrong = await acme.post("/templates/media", {**sample, "format": "VIDEO"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "media_id")


async def sampled(tenant: Tenant, file: bytes) -> httpx.Response:
    stored = await tenant.client.post(
        f"{tenant.path}/media", content=file, headers={"Content-Type": "image/png"}
    )
    return await tenant.post("/templates/media", {"media_id": stored.json()["id"], "format": "IMAGE"})


@pytest.mark.parametrize(
    ("kinds", "status"),
    [
        (["cut_halfway", "cut_halfway"], 200),
        (["accept_then_drop"], 200),  # Meta has all of it, and the handle was lost on the way
        (["cut_halfway", "refuse", "refuse"], 200),  # where it broke off cannot be asked at once
        (["refuse"] * 4, 503),
    ],
)
@pytest.mark.usefixtures("world")
async def test_a_sample_that_breaks_off_goes_on_from_where_meta_has_it(
    acme: Tenant, graph: Graph, kinds: list[str], status: int
) -> None:
    file = picture()
    for kind in kinds:
        graph.control("POST", "/faults", {"kind": kind, "operation": "node"})

    answer = await sampled(acme, file)

    assert answer.status_code == status, answer.text
    if status == 200:
        assert answer.json()["handle"].endswith(hashlib.sha256(file).hexdigest())


async def test_a_token_that_reads_nothing_more_is_told_as_such(
    acme: Tenant, graph: Graph, world: World
) -> None:
    graph.revoke(world.token)

    answer = await acme.post("/templates", DRAFT)

    assert answer.json()["code"] == "token_refused"
    assert world.token not in answer.text
