"""Everything Meta says beside messages can be provoked, and the world agrees with it afterwards."""

import json
from pathlib import Path
from typing import Any

import pytest

from curbe_sandbox.notices.table import NOTICES

from .harness import LUCIA, NUMBER, WABA, Callback, Sandbox

EVERY = [(field, event) for field, events in NOTICES.items() for event in events]
PAGE = Path(__file__).parents[3] / "docs" / "reference" / "sandbox.md"
# Meta's examples of older or misplaced shapes, which this sandbox does not repeat.
OTHERWISE = {
    "phone_number_quality_update": "current_limit was removed in February 2026",
    "template_category_update": "the sample is of the edition without an impending change",
    "calls": "a recording belongs to calling, which nobody here answers",
}


def _notice(sandbox: Sandbox, field: str, event: str = "", **more: Any) -> dict[str, Any]:
    return sandbox.control("POST", "notices", {"field": field, "event": event, **more})["value"]


@pytest.mark.parametrize(("field", "event"), EVERY)
def test_each_notice_is_one_call(sandbox: Sandbox, callback: Callback, field: str, event: str) -> None:
    value = _notice(sandbox, field, event)
    sandbox.settle()

    assert callback.values(field) == [value]
    assert value
    entry = json.loads(callback.bodies[0])["entry"][0]
    assert ("time" in entry) == (field != "messages")


def test_the_list_and_the_page_have_every_notice(sandbox: Sandbox) -> None:
    page = PAGE.read_text(encoding="utf-8")
    listed = sandbox.control("GET", "notices")

    assert [(field, event) for field, events in listed.items() for event in events] == EVERY
    rows = [f"| `{field}` | {', '.join(f'`{event}`' for event in NOTICES[field])} |" for field in NOTICES]
    assert [row for row in rows if row not in page] == []


def test_each_notice_has_the_keys_of_metas_own_examples(corpus: Path, sandbox: Sandbox) -> None:
    poorer, compared = {}, 0
    for file in sorted((corpus / "webhooks").rglob("*.json")):
        body = json.loads(file.read_bytes())
        entries = body.get("entry", []) if isinstance(body, dict) else []
        for change in (change for entry in entries for change in entry.get("changes", [])):
            field, value = change.get("field"), change.get("value")
            if field not in NOTICES or field in {"messages", "user_preferences", *OTHERWISE}:
                continue
            sandbox.control(
                "PATCH", f"numbers/{NUMBER}", {"is_on_biz_app": True}
            )  # so that its end has a reason
            event = value.get("event") or value.get("decision") or ""
            ours = _notice(sandbox, field, event if event in NOTICES[field] else "")
            compared += 1
            missing = value.keys() - ours.keys()
            if missing:
                poorer[f"{field} {event} {file.name}"] = missing
            sandbox.control("POST", "reset")

    assert poorer == {}
    assert compared > 25


def test_what_a_notice_says_is_what_graph_answers_afterwards(sandbox: Sandbox, callback: Callback) -> None:
    assert callback.url
    template = "800000000000002"
    _notice(sandbox, "message_template_status_update", "PAUSED", template_id=template)
    _notice(sandbox, "message_template_quality_update", "RED", template_id=template)
    _notice(sandbox, "template_category_update", "DONE", template_id=template)
    _notice(sandbox, "phone_number_quality_update", "THROUGHPUT_UPGRADE")
    _notice(sandbox, "phone_number_name_update", "APPROVED")

    asked = sandbox.graph("GET", f"{template}?fields=status,quality_score,category").json
    assert (asked["status"], asked["category"]) == ("PAUSED", "MARKETING")
    assert asked["quality_score"] == {"score": "RED"}
    asked = sandbox.graph("GET", f"{NUMBER}?fields=throughput,verified_name").json
    assert (asked["throughput"]["level"], asked["verified_name"]) == ("HIGH", "Sandbox Spain Plus")

    _notice(sandbox, "account_update", "DISABLED_UPDATE")
    assert sandbox.send(f"+{LUCIA}").code == 131031
    _notice(sandbox, "account_update", "DISABLED_UPDATE", value={"ban_info": {"waba_ban_state": "REINSTATE"}})
    assert sandbox.send(f"+{LUCIA}").status == 200


def test_a_value_is_laid_over_the_usual_one(sandbox: Sandbox, callback: Callback) -> None:
    ban = {"ban_info": {"waba_ban_state": "SCHEDULE_FOR_DISABLE"}, "more": 1}
    _notice(sandbox, "account_update", "DISABLED_UPDATE", value=ban)
    _notice(sandbox, "account_update", "PARTNER_REMOVED")
    sandbox.settle()

    by_event = {value["event"]: value for value in callback.values("account_update")}
    assert by_event["DISABLED_UPDATE"]["ban_info"]["waba_ban_state"] == "SCHEDULE_FOR_DISABLE"
    assert by_event["DISABLED_UPDATE"]["ban_info"]["waba_ban_date"]
    assert by_event["DISABLED_UPDATE"]["more"] == 1
    entries = {json.loads(body)["entry"][0]["id"] for body in callback.bodies}
    assert entries == {WABA, "400000000000001"}  # who is a partner is told under the portfolio


def test_what_is_not_known_is_refused_with_what_there_is(sandbox: Sandbox) -> None:
    assert sandbox.call("POST", "/sandbox/notices", {"field": "nonsense"}).status == 400
    wrong = sandbox.call("POST", "/sandbox/notices", {"field": "security", "event": "NONSENSE"})
    assert "PIN_CHANGED" in wrong.json["error"]
