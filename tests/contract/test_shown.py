"""What the samples say is shown as what it is, and whatever comes is shown somehow."""

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curbe.channels.cloudapi import wire
from curbe.channels.cloudapi.codes import CODES
from curbe.channels.cloudapi.shown import shown
from curbe.channels.cloudapi.shown_shapes import (
    ContactsShown,
    FlowReplyShown,
    OtherShown,
    TextShown,
    UnsupportedShown,
)
from curbe.channels.cloudapi.webhook import BrokenBody, read_body
from curbe.channels.cloudapi.words import words_of
from curbe.domain.messages import MessageReceived

# Samples that say nothing that could be shown.
EMPTY = {
    "pywa__message__interactive_message_with_err.json": "an interactive message without what was chosen",
    "netflie-php__NotificationFactoryTest_010.json": "a location whose coordinates are words",
    "netflie-php__NotificationFactoryTest_016.json": "an order whose amounts are words",
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FILLED_IN = [
    (
        "payment_method",
        {"payment_method": "google_pay", "payment_timestamp": "1764000000", "reference_id": "order-7"},
        "google_pay, order-7",
    ),
    (
        "address",
        {"saved_address_id": 4, "values": {"name": "Asha", "city": "Pune", "in_pin_code": "411001"}},
        "4, Asha, Pune, 411001",
    ),
]
TYPES = ("text", "image", "location", "contacts", "interactive", "button", "order", "system", "unsupported")


def said_in(body: bytes) -> list[MessageReceived]:
    try:
        return [event for event in read_body(body) if isinstance(event, MessageReceived)]
    except BrokenBody:
        return []


def test_every_message_of_the_samples_is_shown_as_what_it_is(corpus: Path) -> None:
    unknown, found = [], 0
    for path in sorted((corpus / "webhooks").rglob("*.json")):
        for message in said_in(path.read_bytes()):
            content = shown(message.type, message.payload).content
            found += 1
            if isinstance(content, OtherShown) and path.name not in EMPTY:
                unknown.append((path.name, message.type))
            if isinstance(content, UnsupportedShown):
                assert message.type in {"unsupported", "unknown"} or '"errors"' in message.payload, path.name

    assert unknown == []
    assert found > 50


def test_of_a_contact_card_everything_is_shown_that_somebody_may_have_sent_it_for() -> None:
    where = {"street": "Calle Mayor 1", "city": "Madrid", "zip": "28013", "country": "España", "type": "WORK"}
    card = {
        "name": {"formatted_name": "Ana Ruiz", "first_name": "Ana"},
        "addresses": [where, {"city": 7}, "Calle Menor 2"],
        "urls": [{"url": "https://example.com", "type": "WORK"}, {}],
        "org": {"company": "Obrador Ruiz", "department": "Ventas", "title": "Encargada"},
    }

    content = shown("contacts", json.dumps({"contacts": [card]})).content

    assert isinstance(content, ContactsShown)
    told = msgspec.to_builtins(content.cards[0])
    assert told == {
        "name": "Ana Ruiz",
        "addresses": [where],
        "urls": ["https://example.com"],
        "organization": "Obrador Ruiz",
        "department": "Ventas",
        "title": "Encargada",
    }


@pytest.mark.parametrize("kind", TYPES)
@given(value=JSON, other=JSON)
def test_no_shape_of_a_message_keeps_it_from_being_shown(kind: str, value: object, other: object) -> None:
    payload = {kind: value, "context": other, "referral": other, "errors": other, "group_id": other}

    assert shown(kind, json.dumps(payload)).content is not None


@pytest.mark.parametrize("kind", ["image", "video", "audio", "document", "sticker"])
@pytest.mark.parametrize("file", [{}, None])
def test_a_file_that_meta_could_not_fetch_is_told_with_what_to_do(
    kind: str, file: dict[str, str] | None
) -> None:
    errors = [{"code": 131052, "title": "Media download error", "error_data": {"details": "too large"}}]
    message = {"type": kind, "errors": errors, **({} if file is None else {kind: file})}

    content = shown(kind, json.dumps(message)).content

    assert content == UnsupportedShown(what=kind, code=131052, reason=CODES[131052].words)
    assert "again" in CODES[131052].words


def test_an_error_of_a_code_that_nobody_knows_is_told_in_metas_words() -> None:
    errors = [{"code": 999999, "title": "Something new"}]

    content = shown("image", json.dumps({"type": "image", "errors": errors})).content

    assert content == UnsupportedShown(what="image", code=999999, reason="Something new")


def test_an_error_beside_a_content_does_not_hide_it() -> None:
    message = {"type": "text", "text": {"body": "hello"}, "errors": [{"code": 131052}]}

    assert shown("text", json.dumps(message)).content == TextShown(body="hello")


@pytest.mark.parametrize(("of", "filled", "words"), FILLED_IN)
def test_what_a_person_filled_in_is_shown_and_found(of: str, filled: dict[str, object], words: str) -> None:
    payload = json.dumps({"type": "interactive", "interactive": {"type": of, of: filled}})

    assert shown("interactive", payload).content == FlowReplyShown(name=of, answers=filled)
    assert words_of(msgspec.json.decode(payload, type=wire.Message)) == words


@pytest.mark.parametrize("odd", [None, 1, "words", [], ["a"], {"a": [1], "b": None, "c": {"d": {"e": 1}}}])
@pytest.mark.parametrize("of", ["payment_method", "address"])
def test_whatever_stands_in_the_place_of_what_was_filled_in_is_read_somehow(of: str, odd: object) -> None:
    payload = json.dumps({"type": "interactive", "interactive": {"type": of, of: odd}})

    assert shown("interactive", payload).content is not None
    assert not words_of(msgspec.json.decode(payload, type=wire.Message))


@pytest.mark.parametrize("depth", [101, 900, 100_000])
def test_answers_of_a_flow_that_are_nested_without_end_are_shown_as_they_came(depth: int) -> None:
    raw = '{"a":' * depth + "1" + "}" * depth
    message = {
        "type": "interactive",
        "interactive": {"type": "nfm_reply", "nfm_reply": {"response_json": raw}},
    }

    content = shown("interactive", json.dumps(message)).content

    assert content == FlowReplyShown(raw=raw)
    assert json.loads(msgspec.json.encode(content))["raw"] == raw
