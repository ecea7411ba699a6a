"""Values that are well written and beyond what any clock or column holds are refused as such; they are no fault of ours."""

import base64
import json
from uuid import uuid4

import pytest

from bed.tenants import Tenant

pytestmark = pytest.mark.anyio

RULE = {"kind": "away", "hours": [{"day": 0, "opens": "09:00", "closes": "17:00"}], "message": "Mañana."}


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/audit", {"since": "0001-01-01T00:00:00+14:00"}),
        ("/audit", {"until": "9999-12-31T23:59:59-14:00"}),
        ("/reports/summary", {"to": "0001-01-05"}),
        (
            "/automations",
            {"cursor": base64.urlsafe_b64encode(json.dumps([3_000_000_000, str(uuid4())]).encode()).decode()},
        ),
    ],
)
async def test_a_list_that_nothing_can_be_in_is_refused(
    acme: Tenant, path: str, params: dict[str, str]
) -> None:
    answer = await acme.get(path, params=params)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request"), answer.text


async def test_a_key_does_not_last_beyond_the_calendar(acme: Tenant) -> None:
    body = {"scopes": ["inbox:read"], "expires_at": "9999-12-31T23:59:59-14:00"}

    answer = await acme.post("/keys", body)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request"), answer.text


@pytest.mark.parametrize("at", ["9999-12-31T12:00:00Z", "0001-01-01T00:00:00Z"])
async def test_an_automation_is_not_tried_at_the_end_of_all_days(acme: Tenant, at: str) -> None:
    answer = await acme.post("/automations/dry-run", {"rule": RULE, "text": "Hola", "at": at})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request"), answer.text


async def test_an_event_is_not_nested_deeper_than_anybody_reads(acme: Tenant) -> None:
    deep = '{"event": "order.ready", "id": "1", "data": {"a": ' + "[" * 5_000 + "]" * 5_000 + "}}"

    answer = await acme.client.post(
        f"{acme.path}/notifications/events", content=deep, headers={"Content-Type": "application/json"}
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request"), answer.text
