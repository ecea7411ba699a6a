"""How fast a number may send, to everybody and to one person."""

import http.client
import json

from .harness import LUCIA, MEXICO, NUMBER, TOKEN, Sandbox


def _send_many(sandbox: Sandbox, count: int, *, number: str, to: str = "") -> list[int]:
    """Send over one connection, as fast as it goes; return the error codes, 0 for accepted."""
    sandbox.control("PATCH", "settings", {"enforce_window": False})
    connection = http.client.HTTPConnection(sandbox.host, sandbox.port, timeout=10)
    codes = []
    for index in range(count):
        body = {"messaging_product": "whatsapp", "to": to or f"+34612{index:06d}", "text": {"body": "a"}}
        headers = {"Authorization": f"Bearer {TOKEN}"}
        connection.request("POST", f"/v25.0/{number}/messages", json.dumps(body), headers)
        answer = json.loads(connection.getresponse().read())
        codes.append(answer.get("error", {}).get("code", 0))
    connection.close()
    return codes


def test_a_standard_number_is_held_to_80_a_second(sandbox: Sandbox) -> None:
    codes = _send_many(sandbox, 300, number=NUMBER)

    assert set(codes) == {0, 130429}
    assert codes[:80] == [0] * 80
    assert codes.count(0) < 250
    (rate,) = sandbox.control("GET", "rates")
    assert (rate["phone_number_id"], rate["limit_per_second"]) == (NUMBER, 80)
    assert 80 <= rate["peak_per_second"] <= 160


def test_a_high_number_and_a_switched_off_limit_let_more_through(sandbox: Sandbox) -> None:
    assert set(_send_many(sandbox, 300, number=MEXICO)) == {0}
    sandbox.control("PATCH", "settings", {"enforce_throughput": False})
    assert set(_send_many(sandbox, 300, number=NUMBER)) == {0}


def test_a_number_in_the_business_app_is_held_to_20_a_second(sandbox: Sandbox) -> None:
    sandbox.control("PATCH", f"numbers/{NUMBER}", {"is_on_biz_app": True})

    assert _send_many(sandbox, 30, number=NUMBER)[20] == 130429


def test_one_person_gets_45_at_once_and_then_one_every_six_seconds(sandbox: Sandbox) -> None:
    codes = _send_many(sandbox, 50, number=MEXICO, to=f"+{LUCIA}")

    assert codes == [0] * 45 + [131056] * 5
    assert _send_many(sandbox, 1, number=MEXICO, to="+34611000002") == [0]
    sandbox.control("PATCH", "settings", {"enforce_pair_rate": False})
    assert _send_many(sandbox, 1, number=MEXICO, to=f"+{LUCIA}") == [0]
