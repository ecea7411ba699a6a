"""What the samples say is shown as what it is, and whatever comes is shown somehow."""

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curbe.channels.cloudapi.shown import FlowReplyShown, OtherShown, UnsupportedShown, shown
from curbe.channels.cloudapi.webhook import BrokenBody, read_body
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
                assert message.type in {"unsupported", "unknown"}, path.name

    assert unknown == []
    assert found > 50


@pytest.mark.parametrize("kind", TYPES)
@given(value=JSON, other=JSON)
def test_no_shape_of_a_message_keeps_it_from_being_shown(kind: str, value: object, other: object) -> None:
    payload = {kind: value, "context": other, "referral": other, "errors": other, "group_id": other}

    assert shown(kind, json.dumps(payload)).content is not None


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
