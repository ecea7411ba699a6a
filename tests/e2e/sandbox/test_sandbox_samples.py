"""One of each that a person can send, and what a phone does beside writing."""

import base64
import hashlib
import json
from pathlib import Path

import pytest

from curbe_sandbox.samples import SAMPLES

from .harness import LUCIA, NUMBER, TOKEN, Callback, Sandbox

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "sandbox.md"
# Every messages[].type of Meta's, and every kind of interactive answer.
TYPES = {
    "text",
    "image",
    "audio",
    "video",
    "document",
    "sticker",
    "location",
    "contacts",
    "reaction",
    "interactive",
    "button",
    "order",
    "system",
    "unsupported",
    "unknown",
    "edit",
    "revoke",
    "request_welcome",
}


def test_each_kind_of_message_is_one_call(sandbox: Sandbox, callback: Callback) -> None:
    sandbox.writes()
    sent = sandbox.send(f"+{LUCIA}").json["messages"][0]["id"]
    sandbox.settle()
    found = {}
    for name in sandbox.control("GET", "samples"):
        wamid = sandbox.control("POST", f"people/{LUCIA}/messages", {"sample": name})["wamid"]
        sandbox.settle()
        (found[name],) = [message for message in callback.messages() if message["id"] == wamid]

    assert {message.get("type") for message in found.values()} == TYPES | {None}
    assert found["reply"]["context"] == {"from": "34600000001", "id": sent}
    assert found["reaction"]["reaction"]["message_id"] == sent
    assert "emoji" not in found["reaction_removed"]["reaction"]
    assert found["reaction_emptied"]["reaction"]["emoji"] == ""
    assert json.loads(found["flow_reply"]["interactive"]["nfm_reply"]["response_json"])
    known = {message["id"] for message in callback.messages()}
    assert found["edit"]["edit"]["original_message_id"] in known
    assert found["revoke"]["revoke"]["original_message_id"] in known
    assert (found["voice"]["audio"]["voice"], found["audio"]["audio"]["voice"]) == (True, False)


def test_every_sample_stands_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert [name for name in SAMPLES if f"`{name}`" not in page] == []


def test_what_is_given_beside_a_sample_takes_its_place(sandbox: Sandbox, callback: Callback) -> None:
    order = {
        "sample": "order",
        "context": {"forwarded": True},
        "order": {"catalog_id": "9", "product_items": []},
    }
    sandbox.control("POST", f"people/{LUCIA}/messages", order)
    sandbox.settle()

    (message,) = callback.messages()
    assert (message["type"], message["order"]["catalog_id"]) == ("order", "9")
    assert message["context"] == {"forwarded": True}
    assert sandbox.call("POST", f"/sandbox/people/{LUCIA}/messages", {"sample": "nonsense"}).status == 400


@pytest.mark.parametrize(
    ("name", "kind", "beginning"),
    [
        ("image", "image", b"\xff\xd8\xff"),
        ("voice", "audio", b"OggS"),
        ("video", "video", b"\x00\x00\x00"),
        ("document", "document", b"%PDF-"),
        ("sticker", "sticker", b"RIFF"),
    ],
)
def test_files_are_what_they_say(
    sandbox: Sandbox, callback: Callback, name: str, kind: str, beginning: bytes
) -> None:
    sandbox.control("POST", f"people/{LUCIA}/messages", {"sample": name})
    sandbox.settle()
    part = callback.messages()[0][kind]

    bearer = {"Authorization": f"Bearer {TOKEN}"}
    file = sandbox.call("GET", part["url"].removeprefix(sandbox.origin), headers=bearer)

    assert file.body.startswith(beginning)
    assert base64.b64encode(hashlib.sha256(file.body).digest()).decode() == part["sha256"]


def test_a_file_can_be_served_wrong_once(sandbox: Sandbox, callback: Callback) -> None:
    sandbox.control("POST", f"people/{LUCIA}/messages", {"sample": "image"})
    sandbox.settle()
    part = callback.messages()[0]["image"]
    path, bearer = part["url"].removeprefix(sandbox.origin), {"Authorization": f"Bearer {TOKEN}"}
    fault = {"kind": "wrong_bytes", "operation": "download", "phone_number_id": NUMBER}
    sandbox.control("POST", "faults", fault)

    wrong, right = (sandbox.call("GET", path, headers=bearer) for _ in range(2))

    digests = [base64.b64encode(hashlib.sha256(one.body).digest()).decode() for one in (wrong, right)]
    assert wrong.status == 200
    assert len(wrong.body) == len(right.body)
    assert digests[0] != part["sha256"]
    assert digests[1] == part["sha256"]


def test_a_voice_note_that_is_played_is_reported_so(sandbox: Sandbox, callback: Callback) -> None:
    sandbox.control("PATCH", f"people/{LUCIA}", {"reads": False})
    sandbox.writes()
    wamid = sandbox.send(f"+{LUCIA}").json["messages"][0]["id"]
    sandbox.settle()

    sandbox.control("POST", f"people/{LUCIA}/statuses", {"status": "played"})
    sandbox.control("POST", f"people/{LUCIA}/statuses", {"wamid": wamid, "status": "failed", "code": 131053})
    sandbox.settle()

    statuses = {one["status"]: one for one in callback.statuses_of(wamid)}
    assert {*statuses} == {"sent", "delivered", "played", "failed"}
    assert statuses["failed"]["errors"][0]["code"] == 131053


def test_a_call_comes_and_goes_and_opens_the_window(sandbox: Sandbox, callback: Callback) -> None:
    sandbox.control("POST", f"people/{LUCIA}/calls", {"rings_s": 0.05})
    sandbox.settle()

    calls = [call for value in callback.values("calls") for call in value["calls"]]
    assert {call["event"] for call in calls} == {"connect", "terminate"}
    assert {call["from"] for call in calls} == {LUCIA}
    wamid = sandbox.send(f"+{LUCIA}").json["messages"][0]["id"]
    sandbox.settle()
    assert "failed" not in callback.status_names(wamid)


def test_the_phone_shows_that_the_business_has_read_and_writes(sandbox: Sandbox) -> None:
    wamid = sandbox.writes()["wamid"]
    read = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
    sandbox.graph("POST", f"{NUMBER}/messages", {**read, "typing_indicator": {"type": "text"}})

    phone = sandbox.control("GET", f"people/{LUCIA}/phone")
    assert (phone["read_up_to"], phone["typing"]) == (wamid, True)
    sandbox.send(f"+{LUCIA}")
    sandbox.settle()
    assert sandbox.control("GET", f"people/{LUCIA}/phone")["typing"] is False


def test_parents_and_free_messages_are_told_where_they_are_set(sandbox: Sandbox, callback: Callback) -> None:
    sandbox.control("PATCH", f"people/{LUCIA}", {"parent_bsuid": "ES.ENT.11815799212886844830"})
    sandbox.control("PUT", "behaviour", {"phone_number_id": NUMBER, "free_service": True})
    sandbox.writes()
    wamid = sandbox.send(f"+{LUCIA}").json["messages"][0]["id"]
    sandbox.settle()

    assert callback.messages()[0]["from_parent_user_id"] == "ES.ENT.11815799212886844830"
    sent = next(one for one in callback.statuses_of(wamid) if one["status"] == "sent")
    assert sent["recipient_parent_user_id"] == "ES.ENT.11815799212886844830"
    assert (sent["pricing"]["type"], sent["pricing"]["billable"]) == ("free_customer_service", False)


def test_a_held_template_may_fail_in_the_end(sandbox: Sandbox, callback: Callback) -> None:
    template = {"type": "template", "template": {"name": "hello_world", "language": {"code": "en_US"}}}
    (sent,) = sandbox.message(template, to="+15559000023").json["messages"]
    sandbox.settle()

    assert sent["message_status"] == "held_for_quality_assessment"
    assert callback.statuses_of(sent["id"])[0]["errors"][0]["code"] == 132015
