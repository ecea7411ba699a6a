"""How an outgoing webhook's requests are named, signed and made again, and that the page about them says the same."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from curbe.domain.errors import InvalidRequest
from curbe.infra.clock import utc_now
from curbe.outgoing_webhooks.rules import (
    DeliveryReason,
    chosen,
    judged,
    name_of,
    pause_after,
    place_named,
    rest_after,
    signature,
)
from curbe.realtime.rules import Cursor

PAGE: Final = (Path(__file__).parents[2] / "docs/reference/outgoing-webhooks.md").read_text(encoding="utf-8")
SECRET: Final = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER: Final = "whsec_" + "A" * 43 + "="
PLACE: Final = Cursor(epoch=1, xid=8130, id=78)


def test_the_signature_is_the_one_that_the_standards_own_tests_expect() -> None:
    at = datetime.fromtimestamp(1614265330, UTC)

    signed = signature("msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', secrets=[SECRET], at=at)

    assert signed == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_each_secret_signs_for_itself() -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    both, one, other = [
        signature("evt_1_2_3", b"{}", secrets=secrets, at=at)["webhook-signature"]
        for secrets in ([SECRET, OTHER], [SECRET], [OTHER])
    ]

    assert both == f"{one} {other}"


def test_a_delivery_is_found_by_its_name_and_by_no_other() -> None:
    assert name_of(PLACE) == "evt_1_8130_78"
    assert place_named("evt_1_8130_78") == PLACE
    for other in (
        "",
        "evt_1_8130",
        "evt_1_8130_78 ",
        "EVT_1_8130_78",
        "evt_1_8130_٧٨",
        f"evt_1_2_{'9' * 19}",
        "1.8130.78",
    ):
        assert place_named(other) is None, other


def test_two_hundred_to_299_is_taken_and_nothing_else() -> None:
    assert {judged(code) for code in range(200, 300)} == {None}
    assert {judged(code) for code in range(300, 400)} == {DeliveryReason.REDIRECT}
    assert {judged(code) for code in (400, 401, 404, 410, 429, 500, 503, 599)} == {DeliveryReason.STATUS}


def test_a_delivery_is_tried_eight_times_in_some_28_hours() -> None:
    pauses = [pause_after(attempts, chance=0.5) for attempts in range(1, 9)]

    assert pauses[-1] is None
    assert sum((pause for pause in pauses if pause), timedelta()) == timedelta(
        hours=27, minutes=35, seconds=5
    )
    assert pauses == [*sorted(pauses[:-1]), None]


@pytest.mark.parametrize(
    "pause", [lambda chance: pause_after(1, chance=chance), lambda chance: rest_after(9, chance=chance)]
)
def test_pauses_differ_by_a_tenth_either_way(pause: Callable[[float], timedelta]) -> None:
    usual = pause(0.5)

    assert pause(0) == usual * 0.9
    assert pause(1) == usual * 1.1


def test_one_that_takes_nothing_is_left_alone_for_longer_and_longer_and_never_for_more_than_five_minutes() -> (
    None
):
    rests = [rest_after(failures, chance=0.5).total_seconds() for failures in (1, 2, 3, 4, 5, 100_000)]

    assert rests == [5, 30, 120, 300, 300, 300]


def test_types_are_those_of_the_log_each_once() -> None:
    assert chosen(["message_received", "labels_changed", "message_received"]) == [
        "labels_changed",
        "message_received",
    ]
    assert chosen([]) == []
    for none in ("ping", "message", "", "MESSAGE_RECEIVED"):
        with pytest.raises(InvalidRequest):
            chosen(["message_received", none])


# --- the page


def test_the_page_tells_each_reason_and_no_other() -> None:
    table = PAGE.partition("| `last_reason` | what happened |")[2].partition("\n\n")[0]

    assert sorted(re.findall(r"^\| `([a-z_]+)` \|", table, re.MULTILINE)) == sorted(DeliveryReason)


def test_the_pages_check_believes_what_is_signed_lately_and_nothing_else() -> None:
    verified = checking()
    body = '{"text": "ñandú"}'.encode()
    now, ago = utc_now(), timedelta(minutes=6)  # the page's code asks the clock
    signed = signature("evt_1_2_3", body, secrets=[OTHER, SECRET], at=now)

    assert verified(SECRET, signed, body)
    assert verified(OTHER, signed, body)
    assert not verified("whsec_" + "B" * 43 + "=", signed, body)
    assert not verified(SECRET, signed, body + b" ")
    assert not verified(SECRET, signed | {"webhook-id": "evt_1_2_4"}, body)
    for at in (now - ago, now + ago):
        assert not verified(SECRET, signature("evt_1_2_3", body, secrets=[SECRET], at=at), body)
    for name in signed:
        assert not verified(SECRET, {other: value for other, value in signed.items() if other != name}, body)
        assert not verified(SECRET, signed | {name: "x"}, body)


def checking() -> Any:
    """Return the function that the page shows for receivers in Python."""
    shown = next(
        block for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "def verified" in block
    )
    there: dict[str, Any] = {}
    exec(shown, there)  # noqa: S102 - a page of ours
    return there["verified"]
