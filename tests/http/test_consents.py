"""Consent over HTTP: the ledger, lists with their proof, and a gate that explains itself."""

import codecs
import csv
import io
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from bed.rows import NOW, Number, insert_conversation, insert_number
from bed.tenants import Tenant
from curbe.infra.clock import utc_now

pytestmark = pytest.mark.anyio
Owner = asyncpg.Connection
NO = {"category": "all", "state": "out", "proof": "Said so on the telephone."}


@pytest.fixture
async def mine(owner: Owner, acme: Tenant) -> Number:
    number = await insert_number(owner, acme.id)
    for name, status, category in (("offer", "APPROVED", "MARKETING"), ("news", "PAUSED", "UTILITY")):
        await owner.execute(
            """INSERT INTO templates (tenant_id, id, waba_id, provider_template_id, name, language, status, category)
               VALUES ($1, gen_random_uuid(), $2, $3, $3, 'es_ES', $4, $5)""",
            acme.id,
            number.waba_id,
            name,
            status,
            category,
        )
    return number


async def person(owner: Owner, number: Number, wa_id: str = "34600000001") -> tuple[UUID, UUID]:
    """Insert somebody who has just written; return them and their conversation."""
    conversation_id = await insert_conversation(owner, number, wa_id=wa_id, last_inbound_at=utc_now())
    contact_id = await owner.fetchval("SELECT contact_id FROM conversations WHERE id = $1", conversation_id)
    return contact_id, conversation_id


def template(name: str, to: str = "+34600000001") -> dict[str, object]:
    return {"type": "template", "to": to, "template": {"name": name, "language": {"code": "es_ES"}}}


async def test_a_no_that_was_written_down_refuses_templates_and_no_reply(
    owner: Owner, acme: Tenant, mine: Number
) -> None:
    contact_id, conversation_id = await person(owner, mine)

    written = await acme.post(f"/contacts/{contact_id}/consents", NO)
    refused = await acme.post("/whatsapp/messages/send", template("offer"))
    reply = await acme.post(
        "/whatsapp/messages/send", {"text": "Of course", "conversation_id": str(conversation_id)}
    )

    assert written.json()["standing"] == {"marketing": "out", "utility": "out", "all": "out"}
    assert (refused.status_code, refused.json()["code"]) == (409, "opted_out")
    assert refused.json()["words"].keys() == {"es", "en", "pt"}
    assert reply.status_code == 202
    again = await acme.post(
        f"/contacts/{contact_id}/consents", {"category": "marketing", "state": "in", "proof": "A form"}
    )
    assert again.json()["standing"] == {"marketing": "in", "utility": "out", "all": "out"}
    assert [one["state"] for one in again.json()["items"]] == ["in", "out"]
    assert (await acme.post("/whatsapp/messages/send", template("offer"))).status_code == 202


async def test_every_no_of_the_gate_has_its_code(owner: Owner, acme: Tenant, mine: Number) -> None:
    _, blocked = await person(owner, mine, "34600000002")
    await owner.execute("UPDATE conversations SET state = 'blocked' WHERE id = $1", blocked)

    codes = {
        name: (await acme.post("/whatsapp/messages/send", asked)).json()["code"]
        for name, asked in {
            "blocked": {"text": "Hi", "conversation_id": str(blocked)},
            "closed": {"text": "Hi", "to": "+34600000003"},
            "paused": template("news", "+34600000004"),
            "country": template("offer", "+12125550100"),
        }.items()
    }

    assert codes == {
        "blocked": "contact_blocked",
        "closed": "window_closed",
        "paused": "template_unavailable",
        "country": "country_refused",
    }


async def test_a_tenant_decides_where_marketing_needs_a_yes(owner: Owner, acme: Tenant, mine: Number) -> None:
    contact_id, _ = await person(owner, mine)
    rules = (await acme.get("/consent-rules")).json()
    assert rules["opt_in_needed"] == "campaigns"

    saved = await acme.client.put(
        f"/api/tenants/{acme.id}/consent-rules", json={**rules, "opt_in_needed": "always"}
    )
    refused = await acme.post("/whatsapp/messages/send", template("offer"))
    await acme.post(f"/contacts/{contact_id}/consents", {**NO, "category": "marketing", "state": "in"})

    assert saved.json()["opt_in_needed"] == "always"
    assert refused.json()["code"] == "no_consent"
    assert (await acme.post("/whatsapp/messages/send", template("offer"))).status_code == 202


async def test_a_keyword_that_means_yes_and_no_is_refused(acme: Tenant) -> None:
    both = [{"words": ["ya"], "state": "in"}, {"words": ["YA!"], "state": "out"}]

    answer = await acme.client.put(f"/api/tenants/{acme.id}/consent-rules", json={"keywords": both})

    assert (answer.status_code, answer.json()["field"]) == (422, "keywords")


LIST = """Nombre;Teléfono;Fecha
Ana;+34 600 000 001;
Ana again;600000001;
Berta;0034600000002;2026-05-01
Carl;12;
Dora;+34600000003;2026-01-01
Eva;+34600000004;2026-11-27
=Fred;;
Gus;+34600000005;yesterday
"""


async def test_the_counts_of_a_list_add_up_and_the_rows_that_failed_are_told(
    owner: Owner, acme: Tenant, mine: Number
) -> None:
    for wa_id in ("34600000003", "34600000004"):
        contact_id, _ = await person(owner, mine, wa_id)
        said = await acme.post(f"/contacts/{contact_id}/consents", {**NO, "at": NOW.isoformat()})
        assert said.status_code == 201

    answer = await acme.client.post(
        f"/api/tenants/{acme.id}/consents/import",
        params={"proof": "Web form of 2026", "country": "ES", "filename": "form.csv"},
        content=LIST.encode(),
    )

    told = answer.json()
    assert answer.status_code == 201, answer.text
    assert (told["total_count"], told["added_count"], told["repeated_count"], told["failed_count"]) == (
        8,
        3,
        1,
        4,
    )
    rows = await acme.get(f"/consents/imports/{told['id']}/failed-rows.csv")
    assert rows.headers["content-type"] == "text/csv; charset=utf-8"
    assert rows.content.startswith(codecs.BOM_UTF8), "Excel reads it as Windows-1252 otherwise"
    header, *failed = csv.reader(io.StringIO(rows.content.decode("utf-8-sig")))
    assert header == ["line", "reason", "about", "detail", "Nombre", "Teléfono", "Fecha"]
    assert [row[:3] for row in failed] == [
        ["5", "phone_invalid", "short"],
        ["6", "said_no", f"{NOW:%Y-%m-%d}"],
        ["8", "phone_missing", ""],
        ["9", "date_invalid", ""],
    ]
    assert failed[2][4] == "'=Fred"
    assert "said no" in failed[1][3]
    assert [one["id"] for one in (await acme.get("/consents/imports")).json()["items"]] == [told["id"]]
    eva = await owner.fetchval("SELECT contact_id FROM contact_aliases WHERE value = '34600000004'")
    assert (await acme.get(f"/contacts/{eva}/consents")).json()["standing"]["marketing"] == "in"


async def test_the_columns_of_a_list_are_told_before_it_is_brought_and_named_where_nobody_could_tell(
    acme: Tenant,
) -> None:
    odd = b"Cliente;Contacto;Firmado\nAna;600000021;2026-05-01\nBeto;600000022;\n"
    base = f"/api/tenants/{acme.id}/consents/import"

    plain = (await acme.client.post(f"{base}/columns", content=LIST.encode())).json()
    told = (await acme.client.post(f"{base}/columns", content=odd)).json()
    asked = {"proof": "A form", "country": "ES"}
    untold = await acme.client.post(base, params=asked, content=odd)
    named = await acme.client.post(
        base, params={**asked, "phone": "Contacto", "date": "Firmado"}, content=odd
    )
    wrong = await acme.client.post(base, params={**asked, "phone": "Móvil"}, content=odd)

    assert (plain["phone"], plain["date"], plain["row_count"]) == ("Teléfono", "Fecha", 8)
    assert told == {
        "columns": ["Cliente", "Contacto", "Firmado"],
        "phone": None,
        "date": None,
        "row_count": 2,
        "sample": [["Ana", "600000021", "2026-05-01"], ["Beto", "600000022", ""]],
    }
    assert (untold.status_code, untold.json()["field"]) == (422, "phone")
    assert (wrong.status_code, wrong.json()["field"]) == (422, "phone")
    assert (named.json()["added_count"], named.json()["failed_count"]) == (2, 0)
    assert len((await acme.get("/consents/imports")).json()["items"]) == 1


async def test_a_list_brought_twice_adds_nothing(acme: Tenant) -> None:
    async def bring() -> dict[str, int]:
        form = {"file": ("a.csv", b"phone\n+34600000001\n+34600000002\n", "text/csv")}
        answer = await acme.client.post(
            f"/api/tenants/{acme.id}/consents/import", params={"proof": "A form"}, files=form
        )
        assert answer.status_code == 201, answer.text
        return answer.json()

    first, second = await bring(), await bring()

    assert (first["added_count"], first["filename"]) == (2, "a.csv")
    assert (second["added_count"], second["repeated_count"]) == (0, 2)


async def test_a_form_in_an_encoding_of_host_names_holds_nobody_up(acme: Tenant) -> None:
    form = {
        "file": ("a.csv", b"phone\n+34600000001\n", "text/csv"),
        "note": (None, b"a" * 200_000 + b"-" + b"a" * 200_000, "text/plain; charset=punycode"),
    }
    began = time.perf_counter()

    told = await acme.client.post(f"/api/tenants/{acme.id}/consents/import/columns", files=form)

    assert told.json()["phone"] == "phone"
    assert time.perf_counter() - began < 8


async def test_another_tenants_people_have_no_ledger_here(
    owner: Owner, acme: Tenant, new_tenant: Callable[[], Awaitable[Tenant]]
) -> None:
    other = await new_tenant()
    contact_id, _ = await person(owner, await insert_number(owner, other.id))

    assert (await acme.get(f"/contacts/{contact_id}/consents")).status_code == 404
    assert (await acme.post(f"/contacts/{contact_id}/consents", NO)).status_code == 404


def _counts(told: dict[str, int]) -> tuple[int, int, int]:
    return told["added_count"], told["repeated_count"], told["failed_count"]


async def test_a_list_about_everything_overrides_no_no_to_one_kind_of_message(
    owner: Owner, acme: Tenant, mine: Number
) -> None:
    contact_id, _ = await person(owner, mine)

    async def bring(state: str, at: str = "") -> tuple[int, int, int]:
        answer = await acme.client.post(
            f"/api/tenants/{acme.id}/consents/import",
            params={"proof": "A form", "category": "all", "state": state},
            content=f"phone,date\n+34600000001,{at}\n".encode(),
        )
        assert answer.status_code == 201, answer.text
        return _counts(answer.json())

    async def says(category: str, state: str, day: str) -> None:
        word = {"category": category, "state": state, "proof": "Told so.", "at": f"{day}T12:00:00Z"}
        assert (await acme.post(f"/contacts/{contact_id}/consents", word)).status_code == 201

    async def standing() -> dict[str, str]:
        return (await acme.get(f"/contacts/{contact_id}/consents")).json()["standing"]

    await says("all", "in", "2026-05-01")
    await says("marketing", "out", "2026-06-01")
    await says("utility", "in", "2026-06-02")
    assert await bring("in") == (0, 0, 1)
    assert await bring("in", "2026-05-31") == (0, 0, 1)
    assert await standing() == {"marketing": "out", "utility": "in", "all": "in"}

    assert await bring("in", "2026-06-03") == (1, 0, 0), "its date is later"
    assert await bring("in") == (0, 1, 0)
    assert await standing() == {"marketing": "in", "utility": "in", "all": "in"}

    await says("utility", "out", "2026-06-04")
    assert await bring("in") == (0, 0, 1)
    assert await bring("out", "2026-06-05") == (1, 0, 0), "a no to one kind is none to everything yet"
    assert await standing() == {"marketing": "out", "utility": "out", "all": "out"}
    assert await bring("out") == (0, 1, 0)
    assert await bring("in") == (0, 0, 1)

    await says("all", "in", "2026-06-06")
    assert await bring("in") == (0, 1, 0), "a no that they took back themselves stands no more"


async def test_a_yes_that_is_yet_to_be_given_overrides_no_no(
    owner: Owner, acme: Tenant, mine: Number
) -> None:
    contact_id, _ = await person(owner, mine)
    assert (await acme.post(f"/contacts/{contact_id}/consents", NO)).status_code == 201

    async def bring(state: str, at: str) -> tuple[int, int, int]:
        answer = await acme.client.post(
            f"/api/tenants/{acme.id}/consents/import",
            params={"proof": "Appointments", "state": state},
            content=f"phone,date\n+34600000001,{at}\n+34600000002,{at}\n".encode(),
        )
        assert answer.status_code == 201, answer.text
        return _counts(answer.json())

    next_month = f"{utc_now() + timedelta(days=30):%Y-%m-%d}"
    assert await bring("in", next_month) == (0, 0, 2)
    assert await bring("in", "0001-01-01T00:00+02:00") == (0, 0, 2), "there is no such day by our clock"
    assert (await acme.get(f"/contacts/{contact_id}/consents")).json()["standing"]["marketing"] == "out"
    assert await bring("out", next_month) == (1, 1, 0), "a no counts, whatever its date"


async def test_of_several_rows_about_one_person_what_they_said_last_counts_wherever_it_stands(
    owner: Owner, acme: Tenant, mine: Number
) -> None:
    contact_id, _ = await person(owner, mine)
    yes = {**NO, "category": "marketing", "state": "in", "at": "2025-06-01T12:00:00Z"}
    assert (await acme.post(f"/contacts/{contact_id}/consents", yes)).status_code == 201

    async def bring(state: str, *days: str) -> tuple[int, int, int]:
        rows = "".join(f"+34600000001,{day}\n" for day in days)
        answer = await acme.client.post(
            f"/api/tenants/{acme.id}/consents/import",
            params={"proof": "Two systems", "state": state},
            content=f"phone,date\n{rows}".encode(),
        )
        assert answer.status_code == 201, answer.text
        return _counts(answer.json())

    async def marketing() -> str:
        return (await acme.get(f"/contacts/{contact_id}/consents")).json()["standing"]["marketing"]

    assert await bring("out", "2024-01-01", "2026-01-01") == (1, 1, 0)
    assert await marketing() == "out", "the second row is a no that came after their yes"

    assert await bring("in", "", "2025-01-01", "2026-02-01", "2025-03-01") == (1, 3, 0)
    assert await marketing() == "in", "one of the rows is a yes that came after their no"

    assert await bring("out", "2025-01-01", "") == (1, 1, 0)
    assert await marketing() == "out", "a no without a date is one of today"
