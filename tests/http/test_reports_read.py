"""Reports over HTTP: what their readers get, as JSON and as CSV, and what is refused."""

import csv
import io
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from uuid_utils.compat import uuid7

from bed.rows import Number, insert_conversation, insert_number
from bed.tenants import Tenant
from curbe.infra.clock import utc_now

pytestmark = pytest.mark.anyio

REPORTS = ("summary", "series", "agents", "templates", "campaigns", "costs")
TODAY = utc_now().date()


@pytest.fixture
async def number(owner: asyncpg.Connection, acme: Tenant) -> Number:
    """Acme's number, on which a campaign wrote to somebody who answered at once."""
    number = await insert_number(owner, acme.id)
    conversation_id = await insert_conversation(owner, number)
    campaign_id = uuid7()
    await owner.execute(
        """INSERT INTO campaigns (tenant_id, id, name, channel_connection_id, template, created_by)
           VALUES ($1, $2, '=HYPERLINK("http://evil.example")', $3, '{}', 'cli')""",
        acme.id, campaign_id, number.connection_id,
    )  # fmt: skip
    now = utc_now()
    for minutes, direction in ((0, "outbound"), (1, "inbound")):
        await owner.execute(
            """INSERT INTO messages (tenant_id, channel_connection_id, id, conversation_id, direction, provider_message_id, type, text,
                                     payload, sender, phase, created_at, accepted_at, delivered_at, pricing)
               VALUES ($1, $2, $3, $4, $5::text::message_direction, $6, $7, 'hola',
                       '{"template": {"name": "offer", "language": {"code": "es"}}}', $8, $9::text::outbox_phase, $10, $11, $11, $12)""",
            acme.id, number.connection_id, uuid7(), conversation_id, direction, f"wamid.{direction}",
            "template" if direction == "outbound" else "text", f"campaign:{campaign_id}" if direction == "outbound" else None,
            "sending" if direction == "outbound" else None, now + timedelta(seconds=minutes), now if direction == "outbound" else None,
            '{"type": "regular", "category": "marketing"}' if direction == "outbound" else None,
        )  # fmt: skip
    return number


async def read(tenant: Tenant, name: str, **params: Any) -> Any:
    answer = await tenant.get(f"/reports/{name}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def table(tenant: Tenant, name: str, **params: Any) -> list[list[str]]:
    answer = await tenant.get(f"/reports/{name}.csv", params=params)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert f'filename="{name}.csv"' in answer.headers["content-disposition"]
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_a_campaign_is_in_every_report(acme: Tenant, number: Number) -> None:
    figures = {"made": 1, "sent": 1, "delivered": 1, "read": 0, "replied": 1, "failed": 0}
    whole = (await read(acme, "summary"))["total"]
    assert whole["figures"] == figures | {"received": 1}
    assert (whole["unanswered"], whole["first_response"]["count"]) == (1, 0)

    (template,) = (await read(acme, "templates"))["lines"]
    assert (template["key"], template["figures"]) == ("offer/es", figures | {"received": 0})
    assert template["first_response"] is None
    (campaign,) = (await read(acme, "campaigns"))["lines"]
    assert (campaign["name"], campaign["figures"]) == (
        '=HYPERLINK("http://evil.example")',
        template["figures"],
    )
    assert (await read(acme, "agents"))["lines"] == []
    (day,) = (await read(acme, "series", group_by="number"))["lines"]
    assert (day["day"], day["key"]) == (TODAY.isoformat(), str(number.connection_id))
    costs = await read(acme, "costs", number=number.connection_id)
    (line,) = costs["lines"]
    assert (line["country"], line["category"], line["messages"]) == ("ES", "marketing", 1)
    assert costs["total"]["amount"] == line["each"] == campaign["cost"]["amount"]
    assert float(line["each"]) > 0
    assert costs["source"]


async def test_every_report_is_a_table_that_runs_nothing(acme: Tenant, number: Number) -> None:
    head, row = await table(acme, "campaigns")
    told = dict(zip(head, row, strict=True))
    assert (told["name"], told["made"], told["replied"]) == ('\'=HYPERLINK("http://evil.example")', "1", "1")
    for name in REPORTS:
        rows = await table(acme, name, number=number.connection_id)
        assert len(rows) >= 1
        assert len(rows[0]) > 3, name


DAYS_THAT_WILL_NOT_DO = [
    ({"from": "2026-02-02", "to": "2026-02-01"}, "from"),
    ({"from": (TODAY - timedelta(days=400)).isoformat()}, "from"),
    ({"to": (TODAY + timedelta(days=1)).isoformat()}, "to"),
    ({"to": "0001-01-05"}, "to"),
    ({"from": "0001-01-01", "to": "0001-02-01"}, "from"),
]


async def test_days_that_will_not_do_are_refused_with_what_would(acme: Tenant) -> None:
    for params, field in DAYS_THAT_WILL_NOT_DO:
        for name in REPORTS:
            answer = await acme.get(f"/reports/{name}", params=params)

            assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (
                422,
                "invalid_request",
                field,
            ), (name, params)
            assert answer.json()["fix"], (name, params)


async def test_a_number_nobody_has_is_refused(acme: Tenant) -> None:
    answer = await acme.get("/reports/summary", params={"number": str(UUID(int=7))})
    assert (answer.status_code, answer.json()["code"]) == (409, "no_connection")


async def test_the_days_are_the_tenants_own(acme: Tenant) -> None:
    for zone, country, told in (
        (None, None, "UTC"),
        (None, "MX", "America/Mexico_City"),
        ("Asia/Tokyo", "MX", "Asia/Tokyo"),
    ):
        answer = await acme.client.patch(
            f"/api/tenants/{acme.id}", json={"time_zone": zone, "default_country": country}
        )
        assert answer.status_code == 200, answer.text
        assert (await read(acme, "summary"))["period"]["time_zone"] == told
    answer = await acme.client.patch(f"/api/tenants/{acme.id}", json={"time_zone": "Mars/Olympus"})
    assert (answer.status_code, answer.json()["field"]) == (422, "time_zone")
