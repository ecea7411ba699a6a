"""What goes wrong on demand: by a fault that was ordered, or by whom the message is for."""

import gzip
import http.client
import time

import pytest

from .harness import MEXICO, NUMBER, WABA, Callback, Sandbox

MAGIC = "+1555900"


def _accepted(sandbox: Sandbox) -> list[str]:
    return [entry.get("fault", "") for entry in sandbox.entries()]


@pytest.mark.parametrize("code", [4, 190, 130429, 131031, 131056, 132001, 80007, 368])
def test_any_error_of_metas_table_can_be_had_by_dialling_it(sandbox: Sandbox, code: int) -> None:
    answer = sandbox.send(f"+1555{code:07d}")

    assert answer.code == code
    assert answer.json["error"]["message"].startswith(f"(#{code}) ")
    assert sandbox.entries() == []


@pytest.mark.parametrize("code", [131026, 131047, 131049, 131050, 130472, 131053])
def test_what_meta_reports_by_status_comes_as_a_failed_status(
    sandbox: Sandbox, callback: Callback, code: int
) -> None:
    answer = sandbox.send(f"+1555{code:07d}", biz_opaque_callback_data="ours")
    sandbox.settle()

    (value,) = callback.values()
    (status,) = value["statuses"]
    assert status["id"] == answer.json["messages"][0]["id"]
    assert (status["status"], status["errors"][0]["code"]) == ("failed", code)
    assert status["biz_opaque_callback_data"] == "ours"
    assert "contacts" not in value
    assert "recipient_user_id" not in status


def test_the_way_of_reporting_can_be_forced(sandbox: Sandbox, callback: Callback) -> None:
    assert sandbox.send("+15560131026").code == 131026
    wamid = sandbox.send("+15570131031").json["messages"][0]["id"]
    sandbox.settle()

    assert callback.status_names(wamid) == ["failed"]


def test_an_ordinary_american_number_is_no_magic(sandbox: Sandbox) -> None:
    sandbox.writes("15551234567")

    assert sandbox.send("+15551234567").status == 200


@pytest.mark.parametrize(
    ("kind", "to"), [("read_timeout", f"{MAGIC}0001"), ("read_timeout", ""), ("silent", "")]
)
def test_a_fault_withholds_the_answer_whether_the_message_was_taken_or_not(
    sandbox: Sandbox, kind: str, to: str
) -> None:
    if not to:
        sandbox.control("POST", "faults", {"kind": kind})

    with pytest.raises(TimeoutError):
        sandbox.send(to or f"{MAGIC}0012", timeout=0.3)
    assert _accepted(sandbox) == (["read_timeout"] if kind == "read_timeout" else [])


@pytest.mark.parametrize(
    ("kind", "to", "taken"),
    [
        ("accept_then_drop", f"{MAGIC}0002", True),
        ("accept_then_drop", "", True),
        ("refuse", f"{MAGIC}0006", False),
        ("refuse", "", False),
    ],
)
def test_a_fault_cuts_the_connection_before_or_after_the_message_was_taken(
    sandbox: Sandbox, kind: str, to: str, *, taken: bool
) -> None:
    if not to:
        sandbox.control("POST", "faults", {"kind": kind})

    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        sandbox.send(to or f"{MAGIC}0012")
    assert _accepted(sandbox) == ([kind] if taken else [])


@pytest.mark.parametrize("to", [f"{MAGIC}0003", ""])
def test_it_was_accepted_but_the_answer_says_500(sandbox: Sandbox, callback: Callback, to: str) -> None:
    if not to:
        sandbox.control("POST", "faults", {"kind": "accept_then_500"})

    answer = sandbox.send(to or f"{MAGIC}0012")
    sandbox.settle()

    assert (answer.status, answer.code) == (500, 131000)
    assert _accepted(sandbox) == ["accept_then_500"]
    assert callback.status_names(sandbox.entries()[0]["wamid"])


@pytest.mark.parametrize("to", [f"{MAGIC}0004", ""])
def test_a_fault_answers_garbage_to_a_message_that_was_taken(sandbox: Sandbox, to: str) -> None:
    if not to:
        sandbox.control("POST", "faults", {"kind": "accept_then_garbage"})

    answer = sandbox.send(to or f"{MAGIC}0012")

    assert answer.status == 200
    with pytest.raises(ValueError, match=r"control character|Unterminated"):
        _ = answer.json
    assert _accepted(sandbox) == ["accept_then_garbage"]


@pytest.mark.parametrize("to", [f"{MAGIC}0005", ""])
def test_the_answer_stops_half_way(sandbox: Sandbox, to: str) -> None:
    if not to:
        sandbox.control("POST", "faults", {"kind": "accept_then_truncate"})

    with pytest.raises(http.client.IncompleteRead):
        sandbox.send(to or f"{MAGIC}0012")
    assert _accepted(sandbox) == ["accept_then_truncate"]


@pytest.mark.parametrize("kind", ["accept_then_trickle", "accept_then_endless"])
def test_a_fault_lets_an_answer_trickle_without_end(sandbox: Sandbox, kind: str) -> None:
    sandbox.control("POST", "faults", {"kind": kind})

    connection = http.client.HTTPConnection(sandbox.host, sandbox.port, timeout=1.5)
    headers = {"Authorization": "Bearer EAAsandboxToken000000000001"}
    body = b'{"messaging_product":"whatsapp","to":"+15559000012","text":{"body":"a"}}'
    connection.request("POST", f"/v25.0/{NUMBER}/messages", body, headers)
    answer = connection.getresponse()
    assert answer.read(1) == b"{"
    end = time.monotonic() + 1.2
    while time.monotonic() < end:
        assert answer.read(1)
    connection.close()
    assert _accepted(sandbox) == [kind]


def test_a_slow_answer_comes_late_but_whole(sandbox: Sandbox) -> None:
    sandbox.control("POST", "faults", {"kind": "slow", "ms": 300})

    begin = time.monotonic()
    answer = sandbox.send(f"{MAGIC}0012")

    assert answer.json["messages"]
    assert time.monotonic() - begin >= 0.3


def test_a_200_without_a_wamid(sandbox: Sandbox) -> None:
    for order in (f"{MAGIC}0008", ""):
        if not order:
            sandbox.control("POST", "faults", {"kind": "without_wamid"})
        answer = sandbox.send(order or f"{MAGIC}0012")
        assert answer.status == 200
        assert "messages" not in answer.json


def test_two_messages_with_one_wamid(sandbox: Sandbox) -> None:
    first, second = (sandbox.send(f"{MAGIC}0009").json["messages"][0]["id"] for _ in range(2))

    assert first == second


def test_an_ordered_error_hits_so_many_requests_and_carries_retry_after(sandbox: Sandbox) -> None:
    order = {
        "kind": "error",
        "code": 130429,
        "http_status": 429,
        "retry_after_s": 7,
        "count": 2,
        "details": "slow down",
    }
    sandbox.control("POST", "faults", order)

    first, second, third = (sandbox.send(f"{MAGIC}0012") for _ in range(3))

    assert (first.status, first.code, first.headers["retry-after"]) == (429, 130429, "7")
    assert first.json["error"]["error_data"]["details"] == "slow down"
    assert (second.status, third.status) == (429, 200)
    (fault,) = sandbox.control("GET", "faults")
    assert (fault["remaining"], fault["hits"]) == (0, 2)


def test_a_fault_is_for_its_number_its_recipient_and_its_operation(sandbox: Sandbox) -> None:
    sandbox.control("POST", "faults", {"kind": "error", "phone_number_id": MEXICO, "count": None})
    sandbox.control("POST", "faults", {"kind": "error", "to": "15559000011", "count": None})
    sandbox.control("POST", "faults", {"kind": "error", "operation": "subscribed_apps", "code": 80007})

    assert sandbox.send(f"{MAGIC}0012").status == 200
    assert sandbox.send(f"{MAGIC}0011").status == 500
    assert sandbox.send(f"{MAGIC}0012", number=MEXICO).status == 500
    assert sandbox.graph("GET", f"{WABA}/subscribed_apps").code == 80007
    assert sandbox.control("DELETE", "faults") == {"deleted": 3}
    assert sandbox.send(f"{MAGIC}0012", number=MEXICO).status == 200


def test_a_request_meta_would_refuse_anyway_uses_up_no_fault(sandbox: Sandbox) -> None:
    sandbox.control("POST", "faults", {"kind": "accept_then_500"})

    assert sandbox.send("hola").status == 400
    assert [sandbox.send(f"{MAGIC}0012").status for _ in range(2)] == [500, 200]


def test_reading_can_go_wrong_too(sandbox: Sandbox) -> None:
    for operation, path in (("node", NUMBER), ("phone_numbers", f"{WABA}/phone_numbers")):
        sandbox.control("POST", "faults", {"kind": "accept_then_truncate", "operation": operation})
        with pytest.raises(http.client.IncompleteRead):
            sandbox.graph("GET", path)
        assert sandbox.graph("GET", path).status == 200


def test_an_html_error_page_a_redirect_and_a_gzip_bomb(sandbox: Sandbox) -> None:
    for order in ({"kind": "http_status", "http_status": 502}, {"kind": "redirect"}, {"kind": "gzip_bomb"}):
        sandbox.control("POST", "faults", order)

    page, redirect, bomb = (sandbox.send(f"{MAGIC}0012") for _ in range(3))

    assert (page.status, page.body[:6]) == (502, b"<html>")
    assert (redirect.status, redirect.headers["location"]) == (301, "http://127.0.0.1:9/elsewhere")
    assert len(gzip.decompress(bomb.body)) > 500 * len(bomb.body)
    assert sandbox.entries() == []


def test_a_fault_nobody_knows_is_refused(sandbox: Sandbox) -> None:
    for order in (
        {"kind": "earthquake"},
        {"kind": "error", "code": 12345},
        {"kind": "slow", "colour": "red"},
    ):
        assert sandbox.call("POST", "/sandbox/faults", order).status == 400


@pytest.mark.parametrize(
    ("digits", "statuses"),
    [
        ("0011", ["sent"]),
        ("0012", ["sent", "delivered"]),
        ("0013", ["read", "delivered", "sent"]),
        ("0014", ["sent"] * 3 + ["delivered"] * 3 + ["read"] * 3),
        ("0016", []),
        ("0017", ["sent", "read"]),
        ("0018", ["sent", "failed"]),
        ("0019", ["sent", "failed", "delivered"]),
        ("0020", ["sent", "delivered", "read", "played"]),
    ],
)
def test_statuses_come_as_the_recipient_has_them(
    sandbox: Sandbox, callback: Callback, digits: str, statuses: list[str]
) -> None:
    sandbox.control("PUT", "behaviour", {"delay_min_ms": 25, "delay_max_ms": 25})

    wamid = sandbox.send(MAGIC + digits).json["messages"][0]["id"]
    sandbox.settle()

    assert callback.status_names(wamid) == statuses


def test_a_status_may_arrive_before_the_answer(sandbox: Sandbox, callback: Callback) -> None:
    answer = sandbox.send(f"{MAGIC}0015")
    answered_at = time.monotonic()

    assert callback.arrived_at[0] < answered_at
    assert "sent" in callback.status_names(answer.json["messages"][0]["id"])


def test_a_template_may_be_held(sandbox: Sandbox) -> None:
    for digits, word in (("0021", "held_for_quality_assessment"), ("0022", "paused")):
        template = {"type": "template", "template": {"name": "hello_world", "language": {"code": "en_US"}}}
        assert sandbox.message(template, to=MAGIC + digits).json["messages"][0]["message_status"] == word
