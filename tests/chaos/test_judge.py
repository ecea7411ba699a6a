"""The judge finds nothing in honest books, and calls every falsification of them by its name."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from curbe.channels.cloudapi.webhook import OBJECT, BrokenBody, read_body
from curbe.domain.messages import ItemRefused

from .bodies import body_of, count_items, signature
from .books import Books, Conversation, StoredMessage
from .findings import Wrong
from .judge import Case, MetaTook, judge
from .ledger import Acked, Asked, Item, Offered, Saw, Taken
from .nemeses import DEEDS, Counts, Stream, named
from .nemeses.meta import FAULTS, hits
from .nemesis import schedule
from .poison import KINDS, body, is_whole_body, item
from .profiles import PROFILES
from .world import Number

PERSON = "34611000001"
# What ends or never ends is seen by the run itself.
SEEN_ELSEWHERE = {Wrong.DIED, Wrong.NEVER_CALM, Wrong.BROKEN_AUDIT}


def number(mark: str) -> Number:
    return Number(
        mark=mark,
        tenant_id=f"tenant-{mark}",
        phone_number_id=f"number-{mark}",
        waba_id=f"waba-{mark}",
        display_phone_number="1",
        key="",
        people=(PERSON,),
    )


def text(mark: str, n: int, phone_number_id: str | None = None) -> Item:
    name = f"{mark}-text-{n}"
    return Item(
        kind="text",
        phone_number_id=phone_number_id or f"number-{mark}",
        wamid=f"wamid.{name}",
        person=PERSON,
        text=name,
    )


def status(status: str) -> Item:
    return Item(kind="status", phone_number_id="number-A", wamid="wamid.reply", person=PERSON, status=status)


def inbound(mark: str, n: int) -> StoredMessage:
    return StoredMessage(
        id=f"in-{mark}-{n}",
        tenant_id=f"tenant-{mark}",
        phone_number_id=f"number-{mark}",
        inbound=True,
        wamid=f"wamid.{mark}-text-{n}",
        text=f"{mark}-text-{n}",
        status=None,
        person=PERSON,
        failed_by=None,
        in_outbox=False,
    )


REPLY = StoredMessage(
    id="reply",
    tenant_id="tenant-A",
    phone_number_id="number-A",
    inbound=False,
    wamid="wamid.reply",
    text="A-send-1",
    status="delivered",
    person=PERSON,
    failed_by=None,
    in_outbox=False,
)


def honest() -> Case:
    """One person writes to both tenants and to nobody; tenant A answers, and Meta delivers it."""
    webhooks = [
        [text("A", 1)],
        [text("B", 2)],
        [text("A", 3, "number-nobody")],
        [status("sent"), status("delivered")],
    ]
    ledger: list[Any] = []
    for delivery, items in enumerate(webhooks, start=1):
        ledger += [
            Offered(delivery=delivery, digest=f"d{delivery}", items=items),
            Acked(delivery=delivery, tries=1),
        ]
    ledger += [Offered(delivery=6, digest="d6", items=[], poison=["poison-1"]), Acked(delivery=6, tries=1)]
    ledger += [Asked(key="A-send-1", mark="A", to=PERSON), Taken(key="A-send-1", message_id="reply")]
    ledger += [
        Saw(mark="A", cursor="1", event="message_received", message_id="in-A-1"),
        Saw(mark="A", cursor="2", event="message_queued", message_id="reply"),
        Saw(mark="B", cursor="3", event="message_received", message_id="in-B-2"),
    ]
    books = Books(
        messages=[inbound("A", 1), inbound("B", 2), REPLY],
        conversations=[
            Conversation(
                tenant_id=f"tenant-{mark}", phone_number_id=f"number-{mark}", person=PERSON, unread=1
            )
            for mark in "AB"
        ],
        unrouted=[b'{"id":"wamid.A-text-3"}'],
        set_aside_otherwise=[b'{"text":"poison-1"}'],
        bodies={"d1": 1, "d2": 2, "d3": 1, "d4": 1, "d6": 1},
        items=7,
        counted=7,
        parked=0,
        events=[
            ("tenant-A", "message_received", "in-A-1"),
            ("tenant-A", "message_queued", "reply"),
            ("tenant-B", "message_received", "in-B-2"),
        ],
    )
    took = [MetaTook("wamid.reply", "number-A", "reply", PERSON)]
    return Case((number("A"), number("B")), ledger, took, books)


def with_books(**changes: Any) -> Callable[[Case], Case]:
    return lambda case: msgspec.structs.replace(case, books=msgspec.structs.replace(case.books, **changes))


def with_reply(**changes: Any) -> Callable[[Case], Case]:
    return with_books(messages=[inbound("A", 1), inbound("B", 2), msgspec.structs.replace(REPLY, **changes)])


def with_messages(*messages: StoredMessage) -> Callable[[Case], Case]:
    return with_books(messages=list(messages))


def without(kind: type, **known: Any) -> Callable[[Case], Case]:
    def is_meant(entry: Any) -> bool:
        return isinstance(entry, kind) and all(getattr(entry, name) == value for name, value in known.items())

    return lambda case: msgspec.structs.replace(
        case, ledger=[one for one in case.ledger if not is_meant(one)]
    )


def with_entry(entry: Any) -> Callable[[Case], Case]:
    return lambda case: msgspec.structs.replace(case, ledger=[*case.ledger, entry])


def with_took(*took: MetaTook) -> Callable[[Case], Case]:
    return lambda case: msgspec.structs.replace(case, took=list(took))


TAKEN = MetaTook("wamid.reply", "number-A", "reply", PERSON)
STRANGER = inbound("A", 9)
FALSIFIED: list[tuple[Wrong, Callable[[Case], Case]]] = [
    (Wrong.LOST_WEBHOOK, with_books(bodies={"d2": 1, "d3": 1, "d4": 1, "d6": 1})),
    (Wrong.FORGED_WEBHOOK, with_books(bodies={"d1": 1, "d2": 1, "d3": 1, "d4": 1, "d5": 1, "d6": 1})),
    (Wrong.LOST_MESSAGE, with_messages(inbound("A", 1), REPLY)),
    (Wrong.DOUBLED_MESSAGE, with_messages(inbound("A", 1), inbound("A", 1), inbound("B", 2), REPLY)),
    (Wrong.PHANTOM_MESSAGE, with_messages(inbound("A", 1), inbound("B", 2), STRANGER, REPLY)),
    (
        Wrong.FOREIGN_ROW,
        with_messages(inbound("A", 1), msgspec.structs.replace(inbound("B", 2), tenant_id="tenant-A"), REPLY),
    ),
    (
        Wrong.FOREIGN_ROW,
        with_messages(inbound("A", 1), msgspec.structs.replace(inbound("B", 2), person="34611000002"), REPLY),
    ),
    (Wrong.FOREIGN_ROW, with_reply(text="B-send-1")),
    (Wrong.FOREIGN_ROW, with_entry(Saw(mark="B", cursor="4", event="message_queued", message_id="reply"))),
    (Wrong.LOST_STRANGER, with_books(unrouted=[])),
    (Wrong.MISCOUNTED_UNREAD, with_books(conversations=[Conversation(
        tenant_id="tenant-A", phone_number_id="number-A", person=PERSON, unread=2)])),
    (Wrong.MISCOUNTED_ITEMS, with_books(counted=5)),
    (Wrong.MISCOUNTED_ITEMS, with_books(set_aside_otherwise=[b"poison-1", b"an honest message"])),
    (Wrong.LOST_POISON, with_books(set_aside_otherwise=[])),
    (Wrong.LOST_SEND, with_messages(inbound("A", 1), inbound("B", 2))),
    (Wrong.DOUBLED_SEND, with_entry(Taken(key="A-send-1", message_id="another"))),
    (Wrong.DOUBLED_SEND, with_messages(inbound("A", 1), inbound("B", 2), REPLY, msgspec.structs.replace(REPLY, id="x"))),
    (Wrong.PHANTOM_SEND, with_reply(text="A-send-2")),
    (Wrong.STUCK, with_reply(status="sending")),
    (Wrong.STUCK, with_reply(in_outbox=True)),
    (Wrong.SENT_TWICE, with_took(TAKEN, MetaTook("wamid.again", "number-A", "reply", PERSON))),
    (Wrong.MISDIRECTED, with_took(MetaTook("wamid.reply", "number-A", "reply", "34611000002"))),
    (Wrong.MISDIRECTED, with_reply(person="34611000002")),
    (Wrong.FALSE_FAILED, with_reply(status="failed", failed_by="curbe")),
    (Wrong.FALSE_ACCEPTED, with_took()),
    (Wrong.FALSE_ACCEPTED, with_reply(wamid="wamid.made-up")),
    (Wrong.UNSETTLED, with_reply(status="unknown", wamid=None)),
    (Wrong.REGRESSED, with_reply(status="sent")),
    (Wrong.OVERSTATED, with_reply(status="read")),
    (Wrong.MISSED_EVENT, without(Saw, message_id="in-A-1")),
    (Wrong.REPEATED_EVENT, with_entry(Saw(mark="A", cursor="1", event="message_received", message_id="in-A-1"))),
]  # fmt: skip


def test_honest_books_are_found_honest():
    assert judge(honest()) == []


@pytest.mark.parametrize(
    ("wrong", "falsify"), FALSIFIED, ids=[f"{n}-{w.name}" for n, (w, _) in enumerate(FALSIFIED)]
)
def test_a_falsification_is_called_by_its_name(wrong: Wrong, falsify: Callable[[Case], Case]):
    assert wrong in {finding.wrong for finding in judge(falsify(honest()))}


def test_every_promise_has_a_falsification():
    assert {wrong for wrong, _ in FALSIFIED} | SEEN_ELSEWHERE == set(Wrong)


def test_a_webhook_that_was_never_acked_may_be_missing():
    case = without(Acked, delivery=2)(honest())
    books = msgspec.structs.replace(
        case.books, messages=[inbound("A", 1), REPLY], bodies={"d1": 1, "d3": 1, "d4": 1, "d6": 1}
    )
    books = msgspec.structs.replace(books, conversations=books.conversations[:1], events=books.events[:2])
    case = without(Saw, mark="B")(msgspec.structs.replace(case, books=books))
    assert judge(case) == []


def test_what_is_reported_of_a_message_in_another_numbers_name_is_no_fact():
    astray = msgspec.structs.replace(status("read"), phone_number_id="number-B")
    case = with_entry(Acked(delivery=7, tries=1))(
        with_entry(Offered(delivery=7, digest="d1", items=[astray]))(honest())
    )
    assert judge(case) == []
    books = msgspec.structs.replace(
        case.books, messages=[inbound("A", 1), inbound("B", 2), msgspec.structs.replace(REPLY, status="read")]
    )
    assert {finding.wrong for finding in judge(msgspec.structs.replace(case, books=books))} == {
        Wrong.OVERSTATED
    }


WANTED = {"kill -9 web": 3, "Meta misbehaves": 5, "a poisoned body": 2}


def test_a_schedule_is_the_same_for_the_same_seed_and_has_everything_that_is_wanted():
    first = schedule(7, WANTED, gap=1, weather_gap=1)
    again, another = schedule(7, WANTED, gap=1, weather_gap=1), schedule(8, WANTED, gap=1, weather_gap=1)
    assert first == again != another
    assert Counter(one.deed for one in first) == WANTED
    assert all((one.order is not None) == (one.deed == "Meta misbehaves") for one in first)


def test_a_full_profile_wants_what_is_promised_of_it():
    full = PROFILES["full"]
    meta = full.meta_order(1)
    assert meta is not None

    def wanted(what: Counts) -> int:
        return full.rounds * sum(full.wanted.get(name, 0) for name in named(counts=what))

    assert wanted(Counts.INTAKE_KILL) == 200
    assert wanted(Counts.SENDER_KILL) + len(meta.appointments) >= 150
    assert wanted(Counts.OUTAGE) >= 40
    assert wanted(Counts.PARTITION) >= 60
    assert wanted(Counts.CLOCK) >= 12
    assert sum(full.full_disks.values()) == 10
    assert len(hits([{"order": order, "hits": 1} for order in meta.orders])) == len(FAULTS) == 30
    assert meta.strikes == 1000
    assert meta.strikes_within > 0
    poisoned = full.rounds * full.wanted["a poisoned body"]
    assert poisoned >= 10 * len(KINDS)


def test_every_profile_knows_only_deeds_that_exist_and_the_smoke_has_all_that_need_no_disk():
    for profile in PROFILES.values():
        assert {*profile.wanted, *profile.full_disks} <= DEEDS.keys()
    left_out = DEEDS.keys() - PROFILES["full"].wanted.keys() - PROFILES["full"].full_disks.keys()
    assert left_out == {"kill -9 worker, while every fault of Meta's strikes"}
    assert {DEEDS[name].stream for name in PROFILES["smoke"].wanted} == set(Stream)


def test_the_generators_bodies_are_read_and_believed_by_curbe():
    from curbe.channels.cloudapi.webhook import is_signed, read_body  # noqa: PLC0415 - the judge itself knows no reader of Curbe's

    items = [text("A", 1), status("sent"), status("failed")]
    body = body_of(items, {"number-A": "waba-A"})
    assert count_items(body) == len(read_body(body)) == 3
    assert is_signed(body, signature(body, "secret"), [b"secret"]) is not None


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_offered_as_poison_cannot_be_read(kind: str) -> None:
    """What is offered as poison cannot be read: else that nothing was set aside of it would be called a loss."""
    mark = "poison-1-1"
    if is_whole_body(kind):
        written = body(kind, mark)
    else:
        value = {
            "metadata": {"phone_number_id": "1"},
            "messages": [item(kind, mark, person="34600000001", at=1)],
        }
        change = {"field": "messages", "value": value}
        written = json.dumps({"object": OBJECT, "entry": [{"id": "1", "changes": [change]}]}).encode()

    try:
        (only,) = read_body(written)
    except BrokenBody:
        return
    assert isinstance(only, ItemRefused)
    assert mark.encode() in only.payload
