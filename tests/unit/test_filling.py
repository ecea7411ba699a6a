"""Plain values find their places in an approved template, and what is missing or has no place is named."""

from typing import Any

import msgspec
import pytest

from curbe.outbound.filling import Filled, Missing, fill, needs_of

Json = dict[str, Any]


def body(text: str) -> Json:
    return {"type": "BODY", "text": text}


def url(address: str) -> Json:
    return {
        "type": "BUTTONS",
        "buttons": [{"type": "QUICK_REPLY", "text": "No"}, {"type": "URL", "url": address}],
    }


def filled(components: list[Json], values: dict[str, str]) -> tuple[list[Json], tuple[str, ...]]:
    made = fill("t", "es_ES", needs_of(components), values)
    assert isinstance(made, Filled), made
    return msgspec.to_builtins(made.template)["components"], made.unused


def missing(components: list[Json], values: dict[str, str]) -> tuple[str, ...]:
    made = fill("t", "es_ES", needs_of(components), values)
    assert isinstance(made, Missing)
    return made.keys


def texts(component: Json) -> list[tuple[str | None, str]]:
    return [(one.get("parameter_name"), one["text"]) for one in component["parameters"]]


def test_named_variables_take_the_values_of_their_names() -> None:
    (only,), unused = filled(
        [body("Hola {{ first_name }}, {{day}}. {{first_name}}")],
        {"day": "lunes", "first_name": "Paco", "x": "1"},
    )

    assert texts(only) == [("first_name", "Paco"), ("day", "lunes")]
    assert unused == ("x",)


@pytest.mark.parametrize(
    "values",
    [{"1": "Paco", "2": "lunes"}, {"2": "lunes", "1": "Paco"}, {"first_name": "Paco", "day": "lunes"}],
)
def test_counted_variables_take_counted_values_or_the_values_in_their_order(values: dict[str, str]) -> None:
    (only,), unused = filled([body("Hola {{1}}, {{2}}")], values)

    assert texts(only) == [(None, "Paco"), (None, "lunes")]
    assert unused == ()


@pytest.mark.parametrize("text", ["Hola {{first_name}}", "Hola {{1}}"])
def test_the_one_value_that_is_left_is_the_end_of_the_one_link(text: str) -> None:
    (_, button), unused = filled(
        [body(text), url("https://x.example/{{1}}")], {"first_name": "Paco", "deal_id": "b50"}
    )

    assert (button["sub_type"], str(button["index"]), button["parameters"][0]["text"]) == ("url", "1", "b50")
    assert unused == ()


def test_a_link_takes_the_value_that_is_named_for_it() -> None:
    (_, button), unused = filled(
        [body("Hola {{1}}"), url("https://x.example/{{1}}")], {"1": "Paco", "button_1": "b50", "other": "x"}
    )

    assert button["parameters"][0]["text"] == "b50"
    assert unused == ("other",)


def test_a_header_takes_its_text_or_the_link_of_its_file() -> None:
    (header, _), _ = filled(
        [{"type": "HEADER", "format": "TEXT", "text": "{{1}}!"}, body("{{1}}")],
        {"header": "Oferta", "1": "Paco"},
    )
    assert texts(header) == [(None, "Oferta")]
    (header, _), _ = filled(
        [{"type": "HEADER", "format": "IMAGE"}, body("{{1}}")],
        {"header": "https://x.example/a.png", "1": "Paco"},
    )
    assert header["parameters"][0]["image"] == {"link": "https://x.example/a.png"}
    (only,), _ = filled([{"type": "HEADER", "format": "IMAGE"}, body("{{1}}")], {"1": "Paco"})
    assert only["type"] == "body"
    (header, _), _ = filled(
        [{"type": "HEADER", "text": "{{what}}!"}, body("{{who}}")], {"what": "Oferta", "who": "Paco"}
    )
    assert texts(header) == [("what", "Oferta")]


def test_the_code_of_an_authentication_template_goes_where_meta_wants_it_twice() -> None:
    otp = [
        {"type": "BODY", "add_security_recommendation": True},
        {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]},
    ]

    (text, button), _ = filled(otp, {"code": "123456"})

    assert texts(text) == [(None, "123456")]
    assert button["parameters"][0]["text"] == "123456"


def test_a_coupon_is_the_value_of_its_button() -> None:
    coupon = {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "example": "A"}]}

    (button,), _ = filled([body("Hola"), coupon], {"button_0": "VERANO"})

    assert button["parameters"] == [{"type": "coupon_code", "coupon_code": "VERANO"}]


def test_what_is_missing_is_named() -> None:
    assert missing([body("{{a}} {{b}}")], {"a": "1", "b": "  "}) == ("b",)
    assert missing([body("{{1}} {{2}}")], {"first": "x"}) == ("2",)
    assert missing([body("Hola"), url("https://x.example/{{1}}")], {}) == ("button_1",)
    assert missing([body("Hola"), url("https://x.example/{{1}}")], {"a": "1", "b": "2"}) == ("button_1",)


def test_a_template_that_needs_nothing_is_sent_as_it_is() -> None:
    assert filled([body("Hola")], {}) == ([], ())
