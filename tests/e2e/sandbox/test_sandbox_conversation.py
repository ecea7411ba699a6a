"""A newcomer's first conversation with the sandbox: subscribe, be written to, answer, see the ticks."""

import json

from .harness import APP, LUCIA, NUMBER, VERIFY, WABA, Callback, Sandbox


def test_a_person_writes_and_the_webhook_is_signed_over_php_style_bytes(
    sandbox: Sandbox, callback: Callback
) -> None:
    sandbox.writes(text="café 😀 https://a.b/c")
    sandbox.settle()

    (body,) = callback.bodies
    assert b"caf\\u00e9 \\ud83d\\ude00 https:\\/\\/a.b\\/c" in body
    assert callback.wrongly_signed == callback.unsigned == 0
    (value,) = callback.values()
    assert value["metadata"] == {"display_phone_number": "34600000001", "phone_number_id": NUMBER}
    assert value["messages"][0]["from"] == LUCIA
    assert value["contacts"][0]["profile"]["name"] == "Lucía Romero"
    assert json.loads(body)["entry"][0]["id"] == WABA


def test_a_reply_inside_the_window_is_accepted_and_its_ticks_follow(
    sandbox: Sandbox, callback: Callback
) -> None:
    sandbox.writes()

    answer = sandbox.send(f"+{LUCIA}", biz_opaque_callback_data="ours-1")
    sandbox.settle()

    assert answer.status == 200
    assert answer.json["contacts"] == [{"input": f"+{LUCIA}", "wa_id": LUCIA}]
    (message,) = answer.json["messages"]
    assert message["id"].startswith("wamid.HBg")
    assert list(message) == ["id"]
    statuses = callback.statuses_of(message["id"])
    assert sorted(one["status"] for one in statuses) == ["delivered", "read", "sent"]
    assert {one["biz_opaque_callback_data"] for one in statuses} == {"ours-1"}
    priced = {one["status"]: one["pricing"] for one in statuses if "pricing" in one}
    assert set(priced) == {"sent", "delivered"}
    assert priced["sent"] == {
        "billable": True,
        "pricing_model": "PMP",
        "category": "service",
        "type": "regular",
    }


def test_free_text_to_a_closed_window_fails_with_131047(sandbox: Sandbox, callback: Callback) -> None:
    answer = sandbox.send(f"+{LUCIA}")
    sandbox.settle()

    (status,) = callback.statuses_of(answer.json["messages"][0]["id"])
    assert status["status"] == "failed"
    assert status["errors"][0]["code"] == 131047


def test_a_closed_window_can_be_answered_at_once_instead(sandbox: Sandbox) -> None:
    sandbox.control("PATCH", "settings", {"closed_window_as": "error"})

    assert sandbox.send(f"+{LUCIA}").code == 131047


def test_the_window_belongs_to_one_number_and_closes_after_24_hours(sandbox: Sandbox) -> None:
    sandbox.control("PATCH", "settings", {"closed_window_as": "error"})
    sandbox.writes()

    assert sandbox.send(f"+{LUCIA}").status == 200
    assert sandbox.send(f"+{LUCIA}", number="300000000000002").code == 131047
    sandbox.control("POST", f"people/{LUCIA}/window", {"closed": True})
    assert sandbox.send(f"+{LUCIA}").code == 131047


def test_a_template_needs_no_window(sandbox: Sandbox, callback: Callback) -> None:
    template = {"name": "hello_world", "language": {"code": "en_US"}}

    answer = sandbox.message({"type": "template", "template": template})
    sandbox.settle()

    assert answer.json["messages"][0]["message_status"] == "accepted"
    assert "read" in callback.status_names(answer.json["messages"][0]["id"])


def test_nothing_is_sent_to_an_app_that_is_not_subscribed(sandbox: Sandbox, callback: Callback) -> None:
    sandbox.graph("DELETE", f"{WABA}/subscribed_apps")

    sandbox.writes()
    sandbox.settle()

    assert callback.bodies == []
    assert sandbox.control("GET", "deliveries")["counts"]["skipped_not_subscribed"] == 1


def test_a_callback_that_fails_the_handshake_is_refused(sandbox: Sandbox, callback: Callback) -> None:
    callback.challenge_answer = lambda challenge: challenge + " "

    wrong_answer = sandbox.call("POST", f"/sandbox/apps/{APP}/callback", {"callback_url": callback.url})
    wrong_token = sandbox.call(
        "POST", f"/sandbox/apps/{APP}/callback", {"callback_url": callback.url, "verify_token": VERIFY + "x"}
    )

    assert wrong_answer.status == wrong_token.status == 400
    assert "exactly the challenge" in wrong_answer.json["error"]
    assert "403" in wrong_token.json["error"]


def test_an_echo_person_answers_what_they_are_told(sandbox: Sandbox, callback: Callback) -> None:
    sandbox.control("POST", f"people/{LUCIA}/behaviour", {"kind": "echo", "reply_delay_ms": 1})
    sandbox.writes()

    sandbox.send(f"+{LUCIA}", "¿a qué hora?")
    sandbox.settle()

    assert callback.messages()[-1]["text"]["body"] == "¿a qué hora?"


def test_a_chatty_person_starts_to_write(sandbox: Sandbox, callback: Callback) -> None:
    sandbox.control("POST", f"people/{LUCIA}/behaviour", {"kind": "chatty", "every_ms": 20})

    callback.wait(lambda: len(callback.messages()) >= 3)
    sandbox.control("POST", f"people/{LUCIA}/behaviour", {"kind": "silent"})

    assert sandbox.send(f"+{LUCIA}").status == 200
    assert sandbox.control("GET", f"people/{LUCIA}/messages")[0]["direction"] == "from_person"
