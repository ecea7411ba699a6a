"""What Curbe sends is what Meta's own specification asks for."""

import json
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from bed.specification import SPECIFICATION, specified
from curbe.channels.cloudapi.build import message_body
from curbe.channels.cloudapi.callback import callback_data, message_id_from
from curbe.domain.content import TextBody, TextMessage
from curbe.domain.messages import Recipient

ANA = Recipient(e164="+16505550142")
# Documented for the same request [Meta: send messages, Sep 2026], and forgotten in the specification.
UNSPECIFIED = {"biz_opaque_callback_data": {"type": "string", "maxLength": 512}}
KEY = b"0123456789abcdef0123456789abcdef"
MESSAGE = UUID("0197583a-1111-7abc-8def-0123456789ab")


def text(body: str, *, preview_url: bool = False) -> TextMessage:
    return TextMessage(text=TextBody(body=body, preview_url=preview_url))


def test_a_text_goes_to_a_number_with_its_plus() -> None:
    assert json.loads(message_body(text("Hello"), to=ANA)) == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+16505550142",
        "type": "text",
        "text": {"preview_url": False, "body": "Hello"},
    }


def test_a_person_without_a_number_is_addressed_by_their_user_id() -> None:
    body = json.loads(message_body(text("Hello"), to=Recipient(bsuid="US.1")))

    assert body["recipient"] == "US.1"
    assert "to" not in body


def test_nobody_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="phone or a BSUID"):
        message_body(text("Hello"), to=Recipient())


def test_a_reply_quotes_and_every_message_carries_our_mark() -> None:
    mark = callback_data(MESSAGE, KEY)

    body = json.loads(message_body(text("Yes", preview_url=True), to=ANA, callback=mark, reply_to="wamid.Q"))

    assert body["context"] == {"message_id": "wamid.Q"}
    assert body["biz_opaque_callback_data"] == mark
    assert body["text"]["preview_url"] is True


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    if not SPECIFICATION.exists():
        pytest.skip("Meta's specification lies beside the checkout, and is not there")
    components = specified("components")
    # Each of its parts forbids what the other demands, so that nothing could pass: they are read as one.
    both = components["schemas"]["TextMessage"]["allOf"]
    common, own = (components["schemas"].get(one.get("$ref", "").split("/")[-1], one) for one in both)
    whole = {
        "type": "object",
        "additionalProperties": False,
        "required": [*common.get("required", []), *own.get("required", [])],
        "properties": common["properties"] | own["properties"] | UNSPECIFIED,
        "components": components,
    }
    return Draft202012Validator(whole)


@pytest.mark.parametrize(
    "body",
    [
        message_body(text("Hello"), to=ANA),
        message_body(text("x" * 4096, preview_url=True), to=ANA, callback="v1.x", reply_to="wamid.Q"),
    ],
)
def test_a_text_body_is_valid_by_metas_specification(validator: Draft202012Validator, body: bytes) -> None:
    assert [error.message for error in validator.iter_errors(json.loads(body))] == []


def test_the_specification_would_notice_a_mistake(validator: Draft202012Validator) -> None:
    body = json.loads(message_body(text("Hello"), to=ANA))
    body["text"] = {"text": "Hello"}

    assert list(validator.iter_errors(body))


def test_our_mark_comes_back_as_the_message_it_was_made_for() -> None:
    mark = callback_data(MESSAGE, KEY)

    assert mark.startswith(f"v1.{MESSAGE}.")
    assert len(mark) <= 60
    assert message_id_from(mark, KEY) == MESSAGE


@pytest.mark.parametrize(
    "mark",
    [
        "",
        "v1",
        "v1.",
        f"v1.{MESSAGE}",
        f"v1.{MESSAGE}.",
        f"v1.{MESSAGE}.AAAAAAAAAAAA",
        callback_data(MESSAGE, KEY).replace("v1.", "v2."),
        callback_data(MESSAGE, KEY).upper(),
        callback_data(MESSAGE, KEY) + ".",
        callback_data(MESSAGE, KEY).replace(str(MESSAGE), MESSAGE.hex),
        callback_data(MESSAGE, KEY).replace(str(MESSAGE), "0197583a-2222-7abc-8def-0123456789ab"),
        callback_data(MESSAGE, b"another key of 16 bytes or more"),
        "v1.\ud800.\ud800",
    ],
)
def test_a_mark_that_is_not_ours_names_no_message(mark: str) -> None:
    assert message_id_from(mark, KEY) is None


@given(mark=st.text(max_size=80), key=st.binary(min_size=16, max_size=32))
def test_no_text_of_anybody_elses_is_taken_for_our_mark(mark: str, key: bytes) -> None:
    assert message_id_from(mark, key) is None


def test_a_short_key_signs_nothing() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        callback_data(MESSAGE, b"short")
