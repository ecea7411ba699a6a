"""How webhooks reach a callback: batched, repeated, shuffled, retried, unsigned, strange."""

import json
import time

import pytest

from .harness import APP, LUCIA, MEXICO, NUMBER, SECRET, WABA, Callback, Sandbox


def _counts(sandbox: Sandbox) -> dict[str, int]:
    return sandbox.control("GET", "deliveries")["counts"]


def test_a_webhook_that_was_not_answered_200_comes_again_and_again(
    sandbox: Sandbox, callback: Callback
) -> None:
    callback.statuses = [500, 404, 302]

    sandbox.writes()
    sandbox.settle()

    (delivery,) = sandbox.control("GET", "deliveries?state=acked")["deliveries"]
    assert delivery["attempts"] == 4
    assert len(callback.bodies) == 1
    assert _counts(sandbox)["refused_attempts"] == 3


def test_the_first_retry_is_immediate_and_the_pauses_grow(sandbox: Sandbox, callback: Callback) -> None:
    sandbox.control("PATCH", "settings", {"retry_scale": 0.02})
    callback.statuses = [500, 500, 500]

    sandbox.writes()
    sandbox.settle()

    first, second, third = (b - a for a, b in zip(callback.arrived_at, callback.arrived_at[1:], strict=False))
    assert first < 0.15
    assert 0.19 < second < third


def test_a_callback_that_does_not_answer_is_tried_again(sandbox: Sandbox, callback: Callback) -> None:
    sandbox.control("PATCH", "settings", {"webhook_timeout_ms": 50})
    dead = callback.url.replace(callback.url.split(":")[2], "9/dead")
    sandbox.control("POST", f"apps/{APP}/callback", {"callback_url": dead, "verify": False})

    sandbox.writes()
    callback.wait(lambda: _counts(sandbox).get("refused_attempts", 0) >= 2)

    assert sandbox.control("GET", "deliveries?state=pending")["deliveries"][0]["last_error"]


def test_trying_ends_after_the_retry_window_and_is_counted(sandbox: Sandbox, callback: Callback) -> None:
    sandbox.control("PATCH", "settings", {"retry_scale": 0.0000005})  # seven days become 0.3 s
    callback.statuses = [500] * 100_000

    sandbox.writes()
    callback.wait(lambda: _counts(sandbox).get("failed", 0) == 1)

    assert _counts(sandbox)["failed_updates"] == 1
    assert sandbox.control("GET", "deliveries?state=failed")["deliveries"][0]["last_status"] == 500


def test_updates_come_in_batches_and_none_is_missing(sandbox: Sandbox, callback: Callback) -> None:
    sandbox.control("PUT", "behaviour", {"batch_size": 7, "flush_ms": 30})

    wamids = sandbox.writes(times=20)["wamids"]
    sandbox.settle()

    sizes = [len(entry["changes"]) for body in callback.bodies for entry in json.loads(body)["entry"]]
    assert sorted(sizes) == [6, 7, 7]
    assert sorted(one["id"] for one in callback.messages()) == sorted(wamids)


def test_a_thousand_updates_fit_into_one_body(sandbox: Sandbox, callback: Callback) -> None:
    sandbox.control("PUT", "behaviour", {"batch_size": 1000, "flush_ms": 5000, "phone_number_id": MEXICO})

    sandbox.writes(times=1000, phone_number_id=MEXICO)
    sandbox.settle()

    (body,) = callback.bodies
    assert len(body) < 3 * 1024 * 1024
    assert len(callback.messages()) == 1000


def test_webhooks_are_repeated_byte_for_byte(sandbox: Sandbox, callback: Callback) -> None:
    sandbox.control("PUT", "behaviour", {"duplicate_probability": 1})

    sandbox.writes()
    sandbox.settle()

    first, second = callback.bodies
    assert first == second
    assert _counts(sandbox)["duplicates"] == 1


def test_webhooks_that_are_reordered_all_come_but_in_another_order(
    sandbox: Sandbox, callback: Callback
) -> None:
    sandbox.control("PUT", "behaviour", {"reorder_ms": 100})

    wamids = sandbox.writes(times=50)["wamids"]
    sandbox.settle()

    arrived = [one["id"] for one in callback.messages()]
    assert arrived != wamids
    assert sorted(arrived) == sorted(wamids)


def test_statuses_are_those_the_number_has_and_old_payloads_carry_a_conversation(
    sandbox: Sandbox, callback: Callback
) -> None:
    order = {
        "statuses": ["sent", "read"],
        "payload_style": "v23",
        "user_ids": False,
        "delay_max_ms": 1,
        "delay_min_ms": 1,
    }
    sandbox.control("PUT", "behaviour", {**order, "phone_number_id": NUMBER})
    sandbox.writes()

    wamid = sandbox.send(f"+{LUCIA}").json["messages"][0]["id"]
    sandbox.settle()

    sent, read = sorted(callback.statuses_of(wamid), key=lambda status: status["status"], reverse=True)
    assert (sent["status"], read["status"]) == ("sent", "read")
    assert sent["conversation"]["origin"] == {"type": "service"}
    assert "expiration_timestamp" in sent["conversation"]
    assert "expiration_timestamp" not in read["conversation"]
    assert "recipient_user_id" not in sent
    assert all("from_user_id" not in message for message in callback.messages())


def test_statuses_of_a_whole_number_may_come_before_the_answer(sandbox: Sandbox, callback: Callback) -> None:
    sandbox.writes()
    sandbox.control("PUT", "behaviour", {"before_answer": True})
    callback.arrived_at.clear()

    wamid = sandbox.send(f"+{LUCIA}").json["messages"][0]["id"]

    assert callback.arrived_at[0] < time.monotonic()
    assert len(callback.status_names(wamid)) == 3


def test_any_value_can_be_sent_in_its_envelope(sandbox: Sandbox, callback: Callback) -> None:
    value = {"decision": "APPROVED"}

    sandbox.control("POST", "deliveries", {"field": "account_review_update", "value": value})
    sandbox.settle()

    assert callback.values("account_review_update") == [value]
    (entry,) = json.loads(callback.bodies[0])["entry"]
    assert entry["id"] == WABA
    assert isinstance(entry["time"], int)


def test_exact_bytes_can_be_sent(sandbox: Sandbox, callback: Callback) -> None:
    for order in (
        {"raw": '{"entry":[]} trailing ñ'},
        {"raw_base64": "//79"},
        {"body": {"entry": [], "a": "/"}},
    ):
        sandbox.control("POST", "deliveries", order)
        sandbox.settle()

    assert callback.bodies == ['{"entry":[]} trailing ñ'.encode(), b"\xff\xfe\xfd", b'{"entry":[],"a":"\\/"}']
    assert callback.wrongly_signed == 0


def test_u0000_and_lone_surrogates_can_be_written_by_a_person(sandbox: Sandbox, callback: Callback) -> None:
    sandbox.writes(text="a\x00b")
    sandbox.writes(text="a\ud83db")
    sandbox.settle()

    bodies = b"".join(callback.bodies)
    assert b'"a\\u0000b"' in bodies
    assert b'"a\\ud83db"' in bodies


def test_signatures_can_be_missing_wrong_or_of_another_secret(sandbox: Sandbox, callback: Callback) -> None:
    def deliver(**order: object) -> None:
        sandbox.control("POST", "deliveries", {"raw": "{}", **order})
        sandbox.settle()

    deliver(signature="missing")
    assert (callback.unsigned, callback.wrongly_signed) == (1, 0)
    deliver(signature="wrong")
    assert (callback.unsigned, callback.wrongly_signed) == (1, 1)
    deliver(secret="old-secret")
    assert (callback.unsigned, callback.wrongly_signed) == (1, 2)
    sandbox.control("PATCH", f"apps/{APP}", {"secret": "new-secret"})
    deliver()
    assert (callback.unsigned, callback.wrongly_signed) == (1, 3)
    deliver(secret=SECRET, times=5)
    assert (callback.unsigned, callback.wrongly_signed) == (1, 3)
    assert callback.headers[-1]["X-Hub-Signature"].startswith("sha1=")


@pytest.mark.parametrize("order", [{}, {"value": {}, "app_id": "1"}, {"raw_base64": "?"}, {"nonsense": 1}])
def test_a_delivery_that_makes_no_sense_is_refused(
    sandbox: Sandbox, callback: Callback, order: dict[str, object]
) -> None:
    assert sandbox.call("POST", "/sandbox/deliveries", order).status in {400, 404}
    assert callback.bodies == []


def test_each_subscribed_app_gets_its_own_copy_signed_with_its_own_secret(
    sandbox: Sandbox, callback: Callback
) -> None:
    other = sandbox.control("POST", "apps", {"secret": "other-secret"})["id"]
    order = {"callback_url": callback.url, "verify_token": "sandbox-verify-token"}
    sandbox.control("POST", f"apps/{other}/callback", order)
    token = sandbox.control("POST", "tokens", {"app_id": other, "waba_ids": [WABA]})["token"]
    sandbox.graph("POST", f"{WABA}/subscribed_apps", token=token)

    sandbox.writes()
    sandbox.settle()

    assert len(callback.bodies) == 2
    assert callback.wrongly_signed == 1


def test_a_reset_stops_what_still_waited_for_the_callback(sandbox: Sandbox, callback: Callback) -> None:
    sandbox.control("PATCH", "settings", {"connections_per_callback": 1})
    sandbox.writes(times=2000)

    sandbox.control("POST", "reset")
    sandbox.settle()
    arrived = len(callback.bodies)

    assert arrived < 2000
    callback.news.wait(0.2)
    assert len(callback.bodies) <= arrived + 1


def test_a_callback_that_closes_each_connection_is_served_at_the_first_attempt(
    sandbox: Sandbox, callback: Callback
) -> None:
    callback.closes = True

    for _ in range(10):
        sandbox.writes(times=20)
        sandbox.settle()

    assert len(callback.messages()) == 200
    assert "refused_attempts" not in _counts(sandbox)
