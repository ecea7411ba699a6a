"""What Curbe reads in a webhook body: every item becomes an event, and a broken one takes nothing with it."""

import json
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from curbe.channels.cloudapi.items import read_calls
from curbe.channels.cloudapi.webhook import BrokenBody, read_body
from curbe.domain.messages import (
    Called,
    ChannelEvent,
    IdentityChange,
    ItemIgnored,
    ItemRefused,
    MessageAmended,
    MessageReceived,
    NoticeReceived,
    Person,
    Reacted,
    StatusReported,
)
from curbe.domain.status import MessageStatus

FIXTURES = Path(__file__).parent / "testdata/webhooks"
CORPUS = Path(__file__).parents[3] / "shared/corpus/webhooks"
SAMPLES = sorted(path for path in CORPUS.glob("*/*/*.json"))
NUMBER = "110220330440550"
WABA = "220110440330660"
THEN = datetime(2026, 9, 10, 0, 26, 40, tzinfo=UTC)  # 1789000000


def events_of(name: str) -> list[ChannelEvent]:
    return read_body((FIXTURES / f"{name}.json").read_bytes())


def message_with(content: dict) -> bytes:
    message = {"from": "16505550142", "id": "wamid.M", "timestamp": "1789000000", **content}
    value = {"metadata": {"phone_number_id": NUMBER}, "messages": [message]}
    entry = {"id": WABA, "changes": [{"field": "messages", "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def test_a_text_is_read_with_its_sender_its_moment_and_metas_own_json() -> None:
    contact = {"profile": {"name": "Ana Ruiz"}, "wa_id": "16505550142", "user_id": "US.1"}
    message = {
        "from": "16505550142",
        "id": "wamid.A",
        "timestamp": "1789000000",
        "type": "text",
        "text": {"body": "Olé"},
    }
    value = {"metadata": {"phone_number_id": NUMBER}, "contacts": [contact], "messages": [message]}
    entry = {"id": WABA, "changes": [{"field": "messages", "value": value}]}

    [event] = read_body(json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode())

    assert event == MessageReceived(
        phone_number_id=NUMBER,
        provider_message_id="wamid.A",
        person=Person(wa_id="16505550142", bsuid="US.1", name="Ana Ruiz"),
        type="text",
        text="Olé",
        at=THEN,
        payload=json.dumps(message),
    )


def kind_of(event: MessageReceived | MessageAmended | Reacted) -> str:
    match event:
        case MessageAmended(revoked=revoked):
            return "revoke" if revoked else "edit"
        case Reacted():
            return "reaction"
        case _:
            return event.type


def test_every_type_of_message_is_kept_and_its_words_are_found() -> None:
    events = events_of("every_type")

    assert all(isinstance(event, MessageReceived | MessageAmended | Reacted) for event in events)
    assert [
        (kind_of(event), event.emoji if isinstance(event, Reacted) else event.text) for event in events
    ] == [
        ("text", "Good morning"),
        ("image", "The broken hinge"),
        ("video", "It wobbles"),
        ("audio", None),
        ("document", "invoice-7.pdf"),
        ("document", "The second one"),
        ("sticker", None),
        ("location", "Harbour office, Pier 4"),
        ("contacts", "Luis Vega, Marta"),
        ("reaction", "\U0001f44d"),
        ("reaction", None),
        ("interactive", "Yes, please"),
        ("interactive", "Size S"),
        ("interactive", "Sent"),
        ("interactive", "reject"),
        ("interactive", None),
        ("button", "Stop"),
        ("order", "By Friday?, 2 × LAMP-3, 4 × BULB"),  # noqa: RUF001 - a times sign
        ("unsupported", None),
        ("edit", "Good evening"),
        ("revoke", None),
        ("request_welcome", None),
        ("hologram", None),
        ("unknown", None),
        ("text", None),
        ("text", "Again"),
        ("voice", None),
    ]
    assert {event.person.name for event in events if not isinstance(event, MessageAmended)} == {"Ana Ruiz"}
    assert [event.reply_to for event in events[:2]] == ["wamid.Q1", None]
    assert json.loads(events[22].payload)["hologram"] == {"depth": 3}


@pytest.mark.parametrize(
    ("fixture", "person"),
    [
        ("bsuid_only", Person(bsuid="US.10000000000000000001", username="@anaruiz", name="Ana Ruiz")),
        ("bsuid_in_from", Person(bsuid="US.10000000000000000001")),
        (
            "no_from_one_contact",
            Person(bsuid="US.10000000000000000001", parent_bsuid="US.ENT.30000000000000000003"),
        ),
        ("system_user_id_changed", Person(bsuid="US.10000000000000000001")),
        ("system_number_changed", Person(wa_id="16505550142")),
        ("group_message", Person(wa_id="16505550142", bsuid="US.10000000000000000001", name="Ana Ruiz")),
        ("contact_without_profile", Person(wa_id="16505550142")),
    ],
)
def test_the_sender_is_found_wherever_meta_puts_them(fixture: str, person: Person) -> None:
    [event] = events_of(fixture)

    assert isinstance(event, MessageReceived)
    assert event.person == person


@pytest.mark.parametrize(
    ("fixture", "named"),
    [
        ("system_number_changed", IdentityChange(gave_up="16505550142", took="16505550199")),
        ("system_user_id_changed", IdentityChange(bsuid="US.20000000000000000002")),
        ("group_message", None),
    ],
)
def test_a_system_message_says_how_somebody_is_named_from_now_on(
    fixture: str, named: IdentityChange | None
) -> None:
    [event] = events_of(fixture)

    assert isinstance(event, MessageReceived)
    assert event.change == named


@pytest.mark.parametrize(
    ("content", "type_", "words"),
    [
        ({"location": {"latitude": 1.5, "longitude": 2, "name": "Pier 4"}}, "location", "Pier 4"),
        ({"text": {"body": "Hi"}}, "text", "Hi"),
        ({"image": {"id": "7"}, "context": {"forwarded": True}}, "image", None),
        ({"errors": [{"code": 131051}]}, "unknown", None),
    ],
)
def test_a_message_that_does_not_name_its_type_is_what_is_in_it(
    content: dict, type_: str, words: str | None
) -> None:
    [event] = read_body(message_with(content))

    assert isinstance(event, MessageReceived)
    assert (event.type, event.text) == (type_, words)


def test_an_edit_says_what_a_message_is_changed_to() -> None:
    inner = {"type": "image", "image": {"id": "7", "caption": "The other hinge"}}

    [event] = read_body(
        message_with({"type": "edit", "edit": {"original_message_id": "wamid.O", "message": inner}})
    )

    assert event == MessageAmended(
        phone_number_id=NUMBER,
        provider_message_id="wamid.M",
        target="wamid.O",
        revoked=False,
        type="image",
        text="The other hinge",
        at=THEN,
        payload=json.dumps(inner),
    )


@pytest.mark.parametrize("kind", ["edit", "revoke", "reaction"])
def test_what_does_not_say_which_message_it_is_about_is_shown_as_a_message(kind: str) -> None:
    [event] = read_body(message_with({"type": kind, kind: {}}))

    assert isinstance(event, MessageReceived)
    assert event.type == kind


def test_only_calls_that_people_made_to_us_open_a_window() -> None:
    call = {"id": "wacid.1", "from": "16505550142", "event": "connect", "timestamp": "1789000000"}
    calls = [
        {**call, "direction": "USER_INITIATED"},
        {**call, "direction": "BUSINESS_INITIATED"},
        {**call, "direction": "USER_INITIATED", "event": "terminate"},
        {**call, "direction": "USER_INITIATED", "from": None},
    ]

    assert read_calls(json.dumps({"calls": calls})) == [
        Called(provider_id="wacid.1", person=Person(wa_id="16505550142"), at=THEN)
    ]
    assert read_calls('{"calls": "none"}') == []


def test_a_message_that_could_be_from_two_people_is_refused_not_guessed() -> None:
    [event] = events_of("no_from_two_contacts")

    assert isinstance(event, ItemRefused)
    assert (event.reason, event.phone_number_id) == ("no_sender", NUMBER)


def test_a_contact_who_is_somebody_else_lends_nobody_a_name_or_an_id() -> None:
    body = json.loads(message_with({"type": "text", "text": {"body": "Hi"}}))
    body["entry"][0]["changes"][0]["value"]["contacts"] = [
        {"profile": {"name": "Luis"}, "wa_id": "16505550143", "user_id": "US.9"}
    ]

    [event] = read_body(json.dumps(body).encode())

    assert isinstance(event, MessageReceived)
    assert event.person == Person(wa_id="16505550142")


def test_each_status_is_reported_ignored_or_refused_for_its_own_reason() -> None:
    events = events_of("statuses")

    reported = [event for event in events if isinstance(event, StatusReported)]
    assert [(event.provider_message_id, event.status) for event in reported] == [
        ("wamid.S1", MessageStatus.SENT),
        ("wamid.S1", MessageStatus.DELIVERED),
        ("wamid.S1", MessageStatus.READ),
        ("wamid.S2", MessageStatus.PLAYED),
        ("wamid.S3", MessageStatus.FAILED),
        ("wamid.S4", MessageStatus.FAILED),
    ]
    assert reported[0].callback == "v1.x"
    assert json.loads(reported[0].pricing or "")["category"] == "service"
    assert [event.pricing for event in reported[1:3]] == [None, None]
    assert (reported[4].error_code, reported[4].error) == (
        131047,
        "Re-engagement message: More than a day has passed",
    )
    assert [event for event in events if isinstance(event, ItemIgnored)] == [
        ItemIgnored("unknown_status", NUMBER),
        ItemIgnored("unknown_status", NUMBER),
    ]
    [call] = [event for event in events if isinstance(event, NoticeReceived)]
    assert (call.field, call.phone_number_id) == ("calls", NUMBER)
    assert [event.reason for event in events if isinstance(event, ItemRefused)] == ["no_id", "no_timestamp"]


def test_a_change_may_hold_messages_statuses_and_errors_at_once() -> None:
    kinds = [type(event) for event in events_of("message_and_status_and_error")]

    assert kinds == [MessageReceived, StatusReported, NoticeReceived]


def test_errors_beside_no_message_are_kept_one_by_one() -> None:
    events = events_of("errors_only")

    assert [(event.field, json.loads(event.payload)["code"]) for event in events] == [
        ("errors", 130429),
        ("errors", 131000),
    ]


def test_what_is_broken_is_refused_alone_and_its_neighbours_go_on() -> None:
    events = events_of("broken_neighbours")

    assert Counter(event.reason for event in events if isinstance(event, ItemRefused)) == {
        "broken_entry": 2,
        "broken_change": 1,
        "broken_value": 2,
        "broken_contact": 1,
        "broken_statuses": 1,
        "broken_message": 1,
        "no_id": 1,
        "bad_timestamp": 1,
        "no_sender": 1,
        "long_id": 1,
        "no_phone_number_id": 1,
    }
    assert [event for event in events if isinstance(event, ItemIgnored)] == [ItemIgnored("empty_entry")]
    survivors = [event for event in events if isinstance(event, MessageReceived)]
    assert [(event.provider_message_id, event.text) for event in survivors] == [
        ("wamid.T1", "Still here"),
        ("12", None),
    ]
    assert survivors[0].person.name == "Ana Ruiz"


@pytest.mark.parametrize(
    ("fixture", "field", "waba_id", "phone_number_id"),
    [
        ("history", "history", WABA, NUMBER),
        ("contact_sync", "smb_app_state_sync", WABA, NUMBER),
        ("standby", "standby", WABA, NUMBER),
        ("number_settings", "account_settings_update", WABA, NUMBER),
        ("partner_added", "account_update", WABA, None),
        ("partner_solution", "partner_solutions", None, None),
        ("no_field", "unknown", WABA, None),
        ("nothing_in_it", "messages", WABA, NUMBER),
    ],
)
def test_any_other_change_is_kept_as_sent_and_routed_by_what_it_names(
    fixture: str, field: str, waba_id: str | None, phone_number_id: str | None
) -> None:
    [event] = events_of(fixture)

    assert isinstance(event, NoticeReceived)
    assert (event.field, event.waba_id, event.phone_number_id) == (field, waba_id, phone_number_id)
    body = json.loads((FIXTURES / f"{fixture}.json").read_text())
    assert json.loads(event.payload) == body["entry"][0]["changes"][0]["value"]


def test_a_notice_knows_when_meta_sent_it() -> None:
    moments = [event.at for name in ("partner_added", "number_settings") for event in events_of(name)]

    assert moments == [THEN, THEN]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"object":"page"}', "foreign_object"),
        (b'{"object":"whatsapp_business_account","entry":[]}', "empty_envelope"),
        (b'{"object":"whatsapp_business_account","entry":[{}]}', "empty_entry"),
    ],
)
def test_a_body_with_nothing_for_us_is_ignored_for_a_reason(body: bytes, reason: str) -> None:
    assert read_body(body) == [ItemIgnored(reason)]


def test_another_product_of_metas_is_ignored() -> None:
    assert events_of("foreign_object") == [ItemIgnored("foreign_object")]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not_json"),
        (b"hello", "not_json"),
        (b'{"object":"whatsapp_business_account","entry":[]}{', "not_json"),
        (b'{"object":"whatsapp_business_account","entry":[NaN]}', "not_json"),
        (b"\xef\xbb\xbf{}", "not_json"),
        (b"[]", "not_an_object"),
        (b"null", "not_an_object"),
        (b"{}", "no_entry"),
        (b'{"object":"whatsapp_business_account"}', "no_entry"),
        (b'{"object":"whatsapp_business_account","entry":{}}', "no_entry"),
        (b'{"entry":' + b"[" * 1_500_000, "too_deep"),
        (b'{"a":' * 300_000 + b"1" + b"}" * 300_000, "too_deep"),
    ],
)
def test_a_body_without_an_envelope_says_what_is_wrong(body: bytes, reason: str) -> None:
    with pytest.raises(BrokenBody) as refusal:
        read_body(body)

    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        (rb"a\u0000b", "a\ufffdb"),
        (rb"half \ud83d", "half \ufffd"),
        (rb"other half \ude00!", "other half \ufffd!"),
        (rb"\uD83D\ud83d\ude00\uDE00", "\ufffd\U0001f600\ufffd"),
        (rb"\\u0000 \\ud83d", r"\u0000 \ud83d"),
        (rb"\\\u0000", "\\\ufffd"),
        (b"broken \xff utf-8", "broken \ufffd utf-8"),
        ("plain \u00e9 \U0001f600 utf-8".encode(), "plain \u00e9 \U0001f600 utf-8"),
        (rb"emoji \ud83d\ude00 and \u00e9 \/", "emoji \U0001f600 and \u00e9 /"),
    ],
)
def test_what_postgresql_cannot_hold_is_replaced_and_the_rest_is_not(sent: bytes, stored: str) -> None:
    body = message_with({"type": "text", "text": {"body": "HERE"}}).replace(b"HERE", sent)

    [event] = read_body(body)

    assert isinstance(event, MessageReceived)
    assert event.text == stored
    assert json.loads(event.payload)["text"]["body"] == stored
    event.payload.encode()


@pytest.mark.parametrize("literal", ["1e99999", "-1E-99999", "9" * 200_000, "[" * 500 + "]" * 500])
def test_a_payload_that_jsonb_refuses_is_refused_with_its_bytes_and_its_neighbour_is_read(
    literal: str,
) -> None:
    bad = message_with({"type": "text", "odd": "HERE"}).replace(b'"HERE"', literal.encode())
    body = bad.replace(b'"messages": [', b'"messages": [{"from":"1","id":"wamid.G","timestamp":"1"},')

    good, refused = read_body(body)

    assert isinstance(good, MessageReceived)
    assert isinstance(refused, ItemRefused)
    assert refused.reason == "unstorable_payload"
    assert literal.encode() in refused.payload


def test_a_number_of_ours_with_a_name_without_end_is_nobodys() -> None:
    body = message_with({"type": "text", "text": {"body": "Hi"}}).replace(NUMBER.encode(), b"3" * 513)

    [event] = read_body(body)

    assert isinstance(event, ItemRefused)
    assert event.reason == "long_id"


def test_a_username_without_end_costs_nobody_the_message() -> None:
    body = json.loads(message_with({"type": "text", "text": {"body": "Hi"}}))
    contact = {"profile": {"name": "Ana", "username": "a" * 513}, "wa_id": "16505550142"}
    body["entry"][0]["changes"][0]["value"]["contacts"] = [contact]

    [event] = read_body(json.dumps(body).encode())

    assert isinstance(event, MessageReceived)
    assert event.person == Person(wa_id="16505550142", name="Ana")


def test_words_that_look_like_huge_numbers_or_brackets_are_only_words() -> None:
    text = "[" * 300 + "1e99999" + "9" * 2000

    [event] = read_body(message_with({"type": "text", "text": {"body": text}}))

    assert isinstance(event, MessageReceived)
    assert event.text == text


def test_where_a_key_occurs_twice_the_last_one_counts() -> None:
    body = message_with({"type": "text"}).replace(b'"type": "text"', b'"type": "text", "type": "image"')

    [event] = read_body(body)

    assert isinstance(event, MessageReceived)
    assert event.type == "image"


@pytest.mark.skipif(not SAMPLES, reason="the sample payloads lie beside the checkout, and are not there")
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_nothing_in_a_sample_payload_is_lost(sample: Path) -> None:
    body = json.loads(sample.read_text())
    expected = 0
    for entry in body["entry"]:
        for change in entry["changes"]:
            value = change["value"] if change["field"] == "messages" else {}
            items = [item for kind in ("messages", "statuses", "errors") for item in value.get(kind, [])]
            expected += len(items) or 1

    events = read_body(json.dumps(body).encode())

    assert len([event for event in events if not isinstance(event, ItemIgnored | ItemRefused)]) == expected


SEEDS = [path.read_bytes() for path in sorted(FIXTURES.glob("*.json"))]
SPLINTERS = [
    b'"',
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"null",
    b"1e999",
    rb"\u0000",
    rb"\ud83d",
    b"\xff",
    b"\\",
    b"{}",
]


@st.composite
def mutated_bodies(draw: st.DrawFn) -> bytes:
    body = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(body)))
        end = min(len(body), start + draw(st.integers(0, 40)))
        body = body[:start] + draw(st.sampled_from(SPLINTERS) | st.binary(max_size=4)) + body[end:]
    return body


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)


@st.composite
def misshapen_bodies(draw: st.DrawFn) -> bytes:
    body = json.loads(draw(st.sampled_from(SEEDS)))
    node: object = body
    for _ in range(draw(st.integers(0, 9))):
        if isinstance(node, dict) and node:
            key = draw(st.sampled_from(sorted(node)))
        elif isinstance(node, list) and node:
            key = draw(st.integers(0, len(node) - 1))
        else:
            break
        if draw(st.booleans()) and draw(st.booleans()):
            node[key] = draw(JSON_VALUES)
            break
        node = node[key]
    return json.dumps(body).encode()


@settings(max_examples=300)
@given(body=mutated_bodies() | misshapen_bodies() | st.binary(max_size=60))
@example(body=b'{"entry":[{"changes":[{"field":"messages","value":{"messages":[{"timestamp":1e400}]}}]}]}')
def test_whatever_the_bytes_are_there_are_events_or_there_is_no_envelope(body: bytes) -> None:
    began = time.perf_counter()
    try:
        events = read_body(body)
    except BrokenBody as broken:
        assert broken.reason in {"not_json", "not_an_object", "no_entry", "too_deep"}  # noqa: PT017 - both ends are fine
    else:
        assert events
        for event in events:
            if isinstance(event, MessageReceived | NoticeReceived):
                assert rb"\u0000" not in event.payload.encode().replace(rb"\\", b"")
                json.loads(event.payload)
    assert time.perf_counter() - began < 1


def test_a_body_of_three_megabytes_is_read_within_a_second() -> None:
    text = "é \U0001f600 \x00" * 60
    messages = [
        {"from": "1", "id": f"wamid.{n}", "timestamp": "1", "text": {"body": text}} for n in range(1000)
    ]
    value = {"metadata": {"phone_number_id": NUMBER}, "messages": messages}
    entry = {"id": WABA, "changes": [{"field": "messages", "value": value}]}
    body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()

    began = time.perf_counter()
    events = read_body(body)

    assert time.perf_counter() - began < 1
    assert len(events) == 1000
