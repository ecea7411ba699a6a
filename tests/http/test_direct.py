"""The earlier gateway's routes: its JSON, its bare numbers, its choice of the number that sends; and one's own tenant alone."""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from bed.rows import Number, insert_conversation, insert_number
from bed.tenants import Tenant
from curbe.infra.clock import utc_now

pytestmark = pytest.mark.anyio
Owner = asyncpg.Connection
SEED = {
    "phone": "608684495",
    "template_name": "agendar_llamada_inicial",
    "template_data": {"first_name": "Paco", "deal_id": "b5078967-ff48-4f37-914f-52c5b64639e8"},
    "language": "es_ES",
}
COMPONENTS = [
    {"type": "BODY", "text": "Hola {{first_name}}"},
    {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Ver", "url": "https://crm.example/{{1}}"}]},
]


@pytest.fixture
async def mine(owner: Owner, acme: Tenant) -> Number:
    """A Spanish tenant's number, whose WABA has the seed's template."""
    await owner.execute("UPDATE tenants SET default_country = 'ES' WHERE id = $1", acme.id)
    return await with_template(owner, await insert_number(owner, acme.id))


async def with_template(owner: Owner, number: Number, language: str = "es_ES") -> Number:
    await owner.execute(
        """INSERT INTO templates (tenant_id, id, waba_id, provider_template_id, name, language, status, category, components)
           VALUES ($1, gen_random_uuid(), $2, $3, $4, $3, 'APPROVED', 'UTILITY', $5)""",
        number.tenant_id,
        number.waba_id,
        language,
        SEED["template_name"],
        json.dumps(COMPONENTS),
    )
    return number


async def template(acme: Tenant, **more: Any) -> httpx.Response:
    return await acme.client.post("/send_template_direct", json={**SEED, **more})


async def text(acme: Tenant, **more: Any) -> httpx.Response:
    return await acme.client.post("/send_text_direct", json={"phone": "608684495", "text": "Hola", **more})


async def sent(owner: Owner, answer: httpx.Response) -> dict[str, Any]:
    row = await owner.fetchrow(
        """SELECT m.payload, m.channel_connection_id, c.contact_e164, m.status::text FROM messages m
             JOIN conversations c ON c.id = m.conversation_id WHERE m.id = $1""",
        UUID(answer.json()["id"]),
    )
    assert row is not None
    return {**row, "payload": json.loads(row["payload"])}


async def test_the_seeds_own_request_is_sent(owner: Owner, acme: Tenant, mine: Number) -> None:
    answer = await template(acme, company_id=str(acme.id), phone_number_id=mine.phone_number_id)

    assert answer.status_code == 202, answer.text
    assert (answer.json()["phone"], answer.json()["status"]) == ("+34608684495", "queued")
    message = await sent(owner, answer)
    assert message["contact_e164"] == "+34608684495"
    filled, link = message["payload"]["template"]["components"]
    assert filled["parameters"] == [{"type": "text", "parameter_name": "first_name", "text": "Paco"}]
    assert link["parameters"][0]["text"] == SEED["template_data"]["deal_id"]  # type: ignore[index]


@pytest.mark.parametrize(
    "phone", ["608684495", "608 68 44 95", "34608684495", "0034608684495", "+34 608684495"]
)
async def test_a_phone_is_read_by_the_tenants_country(acme: Tenant, mine: Number, phone: str) -> None:
    assert mine
    assert (await template(acme, phone=phone)).json()["phone"] == "+34608684495"


async def test_without_a_country_of_its_own_the_numbers_counts(
    owner: Owner, acme: Tenant, mine: Number
) -> None:
    await owner.execute("UPDATE tenants SET default_country = NULL WHERE id = $1", acme.id)
    await owner.execute("UPDATE channel_connections SET country_id = 'PT' WHERE id = $1", mine.connection_id)

    assert (await template(acme, phone="912345678")).json()["phone"] == "+351912345678"


async def test_a_number_that_was_given_no_country_is_of_the_one_whose_code_it_has(
    owner: Owner, acme: Tenant, mine: Number
) -> None:
    await owner.execute("UPDATE tenants SET default_country = NULL WHERE id = $1", acme.id)
    await owner.execute(
        "UPDATE channel_connections SET country_id = NULL, phone_number_e164 = '+351912000001' WHERE id = $1",
        mine.connection_id,
    )

    assert (await template(acme, phone="912345678")).json()["phone"] == "+351912345678"


async def test_the_number_that_spoke_with_the_person_last_sends(
    owner: Owner, acme: Tenant, mine: Number
) -> None:
    other = await with_template(owner, await insert_number(owner, acme.id))
    unclear = await template(acme)
    await insert_conversation(
        owner, mine, wa_id="34608684495", last_inbound_at=utc_now() - timedelta(hours=2)
    )
    contact = await owner.fetchval("SELECT contact_id FROM conversations")
    await owner.execute(
        """INSERT INTO conversations (tenant_id, id, channel_connection_id, contact_id, external_thread_id, contact_e164, contact_wa_id,
                                      last_message_at) VALUES ($1, gen_random_uuid(), $2, $3, 'x', '+34608684495', '34608684495', $4)""",
        acme.id,
        other.connection_id,
        contact,
        utc_now(),
    )

    assert unclear.json()["code"] == "several_connections"
    assert (await template(acme)).json()["connection_id"] == str(other.connection_id)
    named = await template(acme, phone_number_id=mine.phone_number_id)
    assert named.json()["connection_id"] == str(mine.connection_id)


async def test_text_goes_within_the_window_and_not_beyond(owner: Owner, acme: Tenant, mine: Number) -> None:
    closed = await text(acme)
    await insert_conversation(owner, mine, wa_id="34608684495", last_inbound_at=utc_now())

    assert (closed.status_code, closed.json()["code"]) == (409, "window_closed")
    answer = await text(acme)
    assert answer.status_code == 202
    assert (await sent(owner, answer))["payload"]["text"]["body"] == "Hola"
    assert (await text(acme, text=None, message="Hola")).status_code == 202


async def test_errors_say_what_is_wrong(owner: Owner, acme: Tenant, mine: Number) -> None:
    await with_template(owner, mine, "pt_BR")
    told = {
        "several": await template(acme, language=None),
        "unknown": await template(acme, template_name="other"),
        "missing": await template(acme, template_data={"deal_id": "x"}),
        "phone": await template(acme, phone="no phone"),
        "number": await template(acme, phone_number_id="1"),
        "field": await template(acme, tempalte_data={}),
        "empty": await text(acme, text="  "),
        "both": await text(acme, message="Adiós"),
    }

    assert {
        name: (answer.status_code, answer.json()["code"], answer.json().get("field"))
        for name, answer in told.items()
    } == {
        "several": (422, "invalid_request", "language"),
        "unknown": (409, "template_unknown", "template_name"),
        "missing": (422, "invalid_request", "template_data.first_name"),
        "phone": (422, "invalid_request", "phone"),
        "number": (409, "no_connection", None),
        "field": (422, "invalid_request", told["field"].json().get("field")),
        "empty": (422, "invalid_request", "text"),
        "both": (422, "invalid_request", "message"),
    }
    assert "tempalte_data" in told["field"].text
    assert await owner.fetchval("SELECT count(*) FROM messages") == 0


async def test_values_without_a_place_are_told(acme: Tenant, mine: Number) -> None:
    assert mine
    data = {**SEED["template_data"], "button_0": "x", "nobody": 3}  # type: ignore[dict-item]

    assert (await template(acme, template_data=data)).json()["unused"] == ["deal_id", "nobody"]


async def test_asked_twice_with_one_key_it_is_sent_once(owner: Owner, acme: Tenant, mine: Number) -> None:
    assert mine
    headers = {"Idempotency-Key": "1"}
    answers = [await acme.client.post("/send_template_direct", json=SEED, headers=headers) for _ in range(2)]

    assert len({answer.json()["id"] for answer in answers}) == 1
    assert await owner.fetchval("SELECT count(*) FROM messages") == 1


async def test_asked_again_with_its_key_it_is_answered_alike_whichever_number_would_send_by_now(
    owner: Owner, acme: Tenant, mine: Number
) -> None:
    headers = {"Idempotency-Key": "1"}
    first = await acme.client.post("/send_template_direct", json=SEED, headers=headers)
    other = await with_template(owner, await insert_number(owner, acme.id))

    unclear = await acme.client.post("/send_template_direct", json=SEED, headers=headers)
    await owner.execute(
        """INSERT INTO conversations (tenant_id, id, channel_connection_id, contact_id, external_thread_id, contact_e164, contact_wa_id,
                                      last_message_at)
           SELECT tenant_id, gen_random_uuid(), $1, contact_id, 'x', contact_e164, contact_wa_id, now() + interval '1 hour'
             FROM conversations""",
        other.connection_id,
    )
    again = await acme.client.post("/send_template_direct", json=SEED, headers=headers)
    changed = await acme.client.post(
        "/send_template_direct", json={**SEED, "phone": "608684496"}, headers=headers
    )

    assert mine.connection_id == UUID(first.json()["connection_id"])
    assert first.json() == unclear.json() == again.json()
    assert changed.json()["code"] == "idempotency_mismatch"


async def test_company_id_names_the_keys_tenant_and_no_other(
    owner: Owner, acme: Tenant, new_tenant: Callable[[], Awaitable[Tenant]], operator: httpx.AsyncClient
) -> None:
    other = await new_tenant()
    await owner.execute("UPDATE tenants SET default_country = 'ES'")
    theirs = await with_template(owner, await insert_number(owner, other.id))

    for body in (
        {"company_id": str(other.id)},
        {"company_id": str(other.id), "phone_number_id": theirs.phone_number_id},
    ):
        refused, nobody = (
            await template(acme, **body),
            await template(acme, **{**body, "company_id": str(uuid4())}),
        )
        assert (refused.status_code, refused.json()["detail"]) == (404, nobody.json()["detail"])
    assert (await template(acme, phone_number_id=theirs.phone_number_id)).json()["code"] == "no_connection"
    assert (await operator.post("/send_template_direct", json=SEED)).json()["field"] == "company_id"
    assert (
        await operator.post("/send_template_direct", json={**SEED, "company_id": str(other.id)})
    ).status_code == 202
    assert (
        await acme.client.post("/send_template_direct", json=SEED, headers={"Authorization": ""})
    ).status_code == 401
