"""People: what they write, how they change, and what they want."""

import base64
import hashlib
from typing import Any

from .harness import LUCIA, NUMBER, TOKEN, Callback, Sandbox

ECO = "34611000002"


def _says(sandbox: Sandbox, message: dict[str, Any], who: str = LUCIA) -> Any:
    return sandbox.control("POST", f"people/{who}/messages", message)


def test_anybody_with_a_number_can_write(sandbox: Sandbox, callback: Callback) -> None:
    answer = sandbox.writes("34699123123", phone_number_id="300000000000002")
    sandbox.settle()

    (value,) = callback.values()
    assert value["metadata"]["phone_number_id"] == "300000000000002"
    assert value["contacts"][0]["wa_id"] == value["messages"][0]["from"] == "34699123123"
    assert answer["window_open"] is True


def test_every_kind_of_message_passes_as_meta_would_send_it(sandbox: Sandbox, callback: Callback) -> None:
    reply = {
        "type": "interactive",
        "interactive": {"type": "button_reply", "button_reply": {"id": "b1", "title": "Sí"}},
    }
    _says(sandbox, {**reply, "context": {"from": "34600000001", "id": "wamid.X"}})
    _says(sandbox, {"location": {"latitude": 40.4, "longitude": -3.7}})
    _says(sandbox, {"text": {"body": "por el anuncio"}, "referral": {"source_id": "1", "source_type": "ad"}})
    sandbox.settle()

    by_type = {message["type"]: message for message in callback.messages()}
    assert by_type["interactive"]["interactive"]["button_reply"]["id"] == "b1"
    assert by_type["interactive"]["context"]["id"] == "wamid.X"
    assert by_type["location"]["location"]["latitude"] == 40.4
    assert by_type["text"]["referral"]["source_type"] == "ad"


def test_an_old_message_opens_no_window(sandbox: Sandbox) -> None:
    assert sandbox.writes(at="2026-01-01T00:00:00Z")["window_open"] is False


def test_a_person_who_hides_the_phone_is_known_by_bsuid_only(sandbox: Sandbox, callback: Callback) -> None:
    sandbox.control("PATCH", f"people/{LUCIA}", {"phone_hidden": True, "username": "lucia"})
    bsuid = sandbox.control("GET", f"people/{LUCIA}")["bsuid"]
    sandbox.writes()
    body = {"messaging_product": "whatsapp", "recipient": bsuid, "text": {"body": "a"}}
    wamid = sandbox.graph("POST", f"{NUMBER}/messages", body).json["messages"][0]["id"]
    sandbox.settle()

    (message,) = callback.messages()
    assert "from" not in message
    assert message["from_user_id"] == bsuid
    assert all(LUCIA.encode() not in text for text in callback.bodies)
    statuses = {one["status"]: one for one in callback.statuses_of(wamid)}
    assert {one["recipient_user_id"] for one in statuses.values()} == {bsuid}
    assert not any("recipient_id" in one for one in statuses.values())
    names = {
        value["statuses"][0]["status"]: value["contacts"][0]["profile"]
        for value in callback.values()
        if "statuses" in value
    }
    assert "username" not in names["sent"]
    assert names["delivered"]["username"] == "lucia"


def test_a_photo_arrives_with_everything_needed_to_fetch_it(sandbox: Sandbox, callback: Callback) -> None:
    content = b"not really a jpeg"
    data = base64.b64encode(content).decode()
    _says(sandbox, {"type": "image", "image": {"caption": "mira", "data": data, "mime_type": "image/jpeg"}})
    _says(sandbox, {"type": "audio", "audio": {}})
    sandbox.settle()

    by_type = {message["type"]: message for message in callback.messages()}
    image = by_type["image"]["image"]
    assert (image["caption"], image["mime_type"]) == ("mira", "image/jpeg")
    assert image["sha256"] == base64.b64encode(hashlib.sha256(content).digest()).decode()
    assert by_type["audio"]["audio"]["voice"] is True
    path = image["url"].removeprefix(sandbox.origin)
    assert sandbox.call("GET", path, headers={"Authorization": f"Bearer {TOKEN}"}).body == content
    assert sandbox.graph("GET", image["id"]).json["file_size"] == len(content)


def test_a_person_who_does_not_read_leaves_it_at_delivered(sandbox: Sandbox, callback: Callback) -> None:
    sandbox.control("PATCH", f"people/{LUCIA}", {"reads": False})
    sandbox.writes()

    wamid = sandbox.send(f"+{LUCIA}").json["messages"][0]["id"]
    sandbox.settle()

    assert sorted(callback.status_names(wamid)) == ["delivered", "sent"]


def test_a_reaction_is_only_ever_sent(sandbox: Sandbox, callback: Callback) -> None:
    target = sandbox.writes()["wamid"]

    answer = sandbox.message({"type": "reaction", "reaction": {"message_id": target, "emoji": "👍"}})
    sandbox.settle()

    assert callback.status_names(answer.json["messages"][0]["id"]) == ["sent"]


def test_a_person_who_blocks_a_number_gets_nothing_from_it(sandbox: Sandbox, callback: Callback) -> None:
    sandbox.writes()
    sandbox.control("PATCH", f"people/{LUCIA}", {"blocked_numbers": [NUMBER]})

    wamid = sandbox.send(f"+{LUCIA}").json["messages"][0]["id"]
    sandbox.settle()

    assert callback.statuses_of(wamid)[0]["errors"][0]["code"] == 131026


def test_stopping_marketing_sends_the_webhook_and_fails_marketing_templates(
    sandbox: Sandbox, callback: Callback
) -> None:
    sandbox.control("POST", f"people/{LUCIA}/preferences", {"value": "stop"})
    component = {"type": "BODY", "text": "Oferta de hoy."}
    order = {"waba_id": "200000000000001", "name": "oferta", "language": "es", "components": [component]}
    sandbox.control("POST", "templates", {**order, "category": "MARKETING"})
    template = {"type": "template", "template": {"name": "oferta", "language": {"code": "es"}}}

    to_lucia = sandbox.message(template).json["messages"][0]["id"]
    to_america = sandbox.message(template, to="+12125550123").json["messages"][0]["id"]
    sandbox.settle()

    (value,) = callback.values("user_preferences")
    assert value["user_preferences"][0]["value"] == "stop"
    assert callback.statuses_of(to_lucia)[0]["errors"][0]["code"] == 131050
    assert callback.statuses_of(to_america)[0]["errors"][0]["code"] == 131049
    sandbox.control("POST", f"people/{LUCIA}/preferences", {"value": "resume"})
    assert sandbox.control("GET", f"people/{LUCIA}")["stopped_marketing"] is False


def test_a_new_phone_number_comes_as_a_system_message(sandbox: Sandbox, callback: Callback) -> None:
    before = sandbox.control("GET", f"people/{LUCIA}")

    after = sandbox.control("POST", f"people/{LUCIA}/change", {"new_wa_id": "34622000009"})
    sandbox.settle()

    (value,) = callback.values()
    system = value["messages"][0]["system"]
    assert "contacts" not in value
    assert (system["type"], system["wa_id"]) == ("user_changed_number", "34622000009")
    assert (system["previous_user_id"], system["user_id"]) == (before["bsuid"], after["bsuid"])
    assert sandbox.call("GET", f"/sandbox/people/{LUCIA}").status == 404
    assert sandbox.control("GET", f"people/{after['bsuid']}")["wa_id"] == "34622000009"


def test_a_new_bsuid_comes_as_a_system_message_without_a_phone(sandbox: Sandbox, callback: Callback) -> None:
    sandbox.control("PATCH", f"people/{LUCIA}", {"phone_hidden": True})

    sandbox.control("POST", f"people/{LUCIA}/change", {"new_bsuid": "ES.20000000000000000002"})
    sandbox.settle()

    (message,) = callback.messages()
    assert message["system"]["type"] == "user_changed_user_id"
    assert message["system"]["user_id"] == "ES.20000000000000000002"
    assert "from" not in message


def test_an_answering_machine_answers_each_message_once(sandbox: Sandbox, callback: Callback) -> None:
    order = {"kind": "auto_reply", "reply_text": "Estoy de viaje", "reply_delay_ms": 1}
    sandbox.control("POST", f"people/{ECO}/behaviour", order)
    sandbox.writes(ECO)

    sandbox.send(f"+{ECO}", "hola")
    sandbox.send(f"+{ECO}", "¿hola?")
    sandbox.settle()

    assert [one["text"]["body"] for one in callback.messages()].count("Estoy de viaje") == 2
    thread = sandbox.control("GET", f"people/{ECO}/messages")
    assert [line["direction"] for line in thread].count("to_person") == 2


def test_who_came_by_an_advertisement_is_written_to_for_nothing(sandbox: Sandbox, callback: Callback) -> None:
    _says(sandbox, {"text": {"body": "hola"}, "referral": {"source_id": "1", "source_type": "ad"}})

    wamid = sandbox.send(f"+{LUCIA}").json["messages"][0]["id"]
    sandbox.settle()

    sent = next(one for one in callback.statuses_of(wamid) if one["status"] == "sent")
    assert sent["pricing"]["type"] == "free_entry_point"
    assert sent["pricing"]["billable"] is False
    assert sent["conversation"]["origin"] == {"type": "referral_conversion"}
