"""Applying stored webhooks: each item to its tenant, once, whatever comes twice, late, mixed or broken."""

import asyncio
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import permutations

import asyncpg
import pytest

from bed.appliers import applier, drain, left
from bed.rows import APP, CALLBACK_KEY, NOW, Number, insert_number, insert_sent, insert_tenant
from bed.tables import counted, natural, of_tenants
from bed.webhooks import body, change, deliver, each_alone, envelope, status, text
from curbe.channels.cloudapi.callback import callback_data
from curbe.inbox import outbound_messages
from curbe.inbox.outbound_messages import Settlement, Verdict
from curbe.infra.db import Pool, Unreachable
from curbe.ingest import store
from curbe.ingest.apply import apply_webhooks
from curbe.ingest.bell import Bell
from curbe.ingest.parked import Parked
from curbe.ingest.replay import Selection, replay

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
SECOND = timedelta(seconds=1)


async def conversation_of(owner: Owner, number: Number) -> asyncpg.Record:
    found = await owner.fetchrow(
        """SELECT c.*, date_trunc('second', c.last_message_at) AS written_at, p.name AS person
             FROM conversations c JOIN contacts p ON p.tenant_id = c.tenant_id AND p.id = c.contact_id
            WHERE c.channel_connection_id = $1""",
        number.connection_id,
    )
    assert found is not None
    return found


async def texts_of(owner: Owner, number: Number) -> list[str]:
    rows = await owner.fetch(
        """SELECT text FROM messages WHERE channel_connection_id = $1 AND tenant_id = $2 AND direction = 'inbound'
            ORDER BY created_at, provider_message_id""",
        number.connection_id,
        number.tenant_id,
    )
    return [row["text"] for row in rows]


async def status_of(owner: Owner, wamid: str) -> str | None:
    return await owner.fetchval("SELECT status::text FROM messages WHERE provider_message_id = $1", wamid)


async def set_aside(owner: Owner) -> list[asyncpg.Record]:
    return await owner.fetch("SELECT * FROM quarantine ORDER BY event_id, item")


# --- to whom


async def test_a_batch_for_several_tenants_gives_each_its_own(owner: Owner, apply: Pool) -> None:
    numbers = [await insert_number(owner) for _ in range(3)]
    entries = [
        {
            "id": number.waba_id,
            "changes": [change(number, messages=[text(f"wamid.{n}", body=f"for {number.phone_number_id}")])],
        }
        for n, number in enumerate(numbers)
    ]
    await deliver(owner, envelope(entries))

    await drain(apply)

    for number in numbers:
        assert await texts_of(owner, number) == [f"for {number.phone_number_id}"]


async def test_two_numbers_of_one_tenant_never_share_a_conversation(owner: Owner, apply: Pool) -> None:
    tenant_id = await insert_tenant(owner)
    spain, mexico = [await insert_number(owner, tenant_id) for _ in range(2)]
    await deliver(
        owner, *each_alone(spain, messages=[text("wamid.1")]), *each_alone(mexico, messages=[text("wamid.1")])
    )

    await drain(apply)

    people = await owner.fetchval("SELECT count(*) FROM contacts")
    threads = await owner.fetchval("SELECT count(*) FROM conversations")
    assert (people, threads) == (1, 2)


@pytest.mark.usefixtures("number")
async def test_a_number_nobody_registered_touches_no_tenant_and_is_kept(owner: Owner, apply: Pool) -> None:
    before = await of_tenants(owner)
    stranger = "399999999999999"
    await deliver(
        owner,
        *each_alone(stranger, messages=[text("wamid.1", body="Hola?")], statuses=[status("wamid.2", "read")]),
    )

    await drain(apply)

    assert await of_tenants(owner) == before
    kept = await set_aside(owner)
    assert [(row["kind"], row["reason"], row["phone_number_id"]) for row in kept] == [
        ("unrouted", "unknown_number", stranger)
    ] * 2
    assert b"Hola?" in kept[0]["payload"]


async def test_a_number_of_another_app_is_foreign_and_touches_no_tenant(
    owner: Owner, apply: Pool, number: Number
) -> None:
    """Whoever holds one app's secret can sign a body that names a number connected through another."""
    before = await of_tenants(owner)
    await deliver(owner, *each_alone(number, messages=[text("wamid.1")]), app="999000000000009")

    await drain(apply)

    assert await of_tenants(owner) == before
    assert [(row["kind"], row["reason"]) for row in await set_aside(owner)] == [("foreign", "foreign_number")]


async def test_an_honest_first_entry_does_not_vouch_for_the_next(
    owner: Owner, apply: Pool, number: Number
) -> None:
    """Whoever has an app of their own signs a body that begins with their own number and goes on with somebody else's."""
    own = await insert_number(owner, meta_app_id="999000000000009")
    entries = [
        {"id": one.waba_id, "changes": [change(one, messages=[text(f"wamid.{one.phone_number_id}")])]}
        for one in (own, number)
    ]
    await deliver(owner, envelope(entries), app="999000000000009")

    await drain(apply)

    assert (len(await texts_of(owner, own)), len(await texts_of(owner, number))) == (1, 0)
    assert [row["reason"] for row in await set_aside(owner)] == ["foreign_number"]


async def test_what_is_dated_before_a_number_changed_hands_does_not_reach_its_new_owner(
    owner: Owner, apply: Pool
) -> None:
    number = await insert_number(owner, attached_at=NOW)
    late = text("wamid.old", body="for the owner before", at=NOW - SECOND)
    await deliver(owner, *each_alone(number, messages=[late, text("wamid.new", body="for the owner now")]))

    await drain(apply)

    assert await texts_of(owner, number) == ["for the owner now"]
    assert [row["reason"] for row in await set_aside(owner)] == ["former_owner"]


@pytest.mark.parametrize("gone", ["revoked", "pending"])
async def test_a_number_without_a_live_owner_is_nobodys(owner: Owner, apply: Pool, gone: str) -> None:
    number = await insert_number(owner, status=gone)
    await deliver(owner, *each_alone(number, messages=[text("wamid.1")]))

    await drain(apply)

    assert await texts_of(owner, number) == []
    assert [row["kind"] for row in await set_aside(owner)] == ["unrouted"]


# --- what a message does


async def test_a_message_makes_person_conversation_and_counter(
    owner: Owner, apply: Pool, number: Number
) -> None:
    await deliver(owner, body(change(number, messages=[text("wamid.1")], names={"34600000001": "Lucía"})))

    await drain(apply)

    thread = await conversation_of(owner, number)
    assert (thread["person"], thread["contact_e164"], thread["state"]) == ("Lucía", "+34600000001", "open")
    assert (thread["unread_count"], thread["written_at"], thread["last_inbound_at"]) == (1, NOW, NOW)


async def test_messages_are_counted_once_each_and_the_latest_says_when(
    owner: Owner, apply: Pool, number: Number
) -> None:
    messages = [text(f"wamid.{n}", at=NOW - n * SECOND) for n in range(5)]
    bodies = each_alone(number, messages=messages)

    for order in (bodies, bodies[::-1]):
        await deliver(owner, *order, *order)
        await drain(apply, most=3)

    thread = await conversation_of(owner, number)
    assert (thread["unread_count"], thread["written_at"]) == (5, NOW)


async def test_the_latest_name_wins_whatever_comes_last(owner: Owner, apply: Pool, number: Number) -> None:
    new = body(change(number, messages=[text("wamid.2", at=NOW)], names={"34600000001": "Lucía Ruiz"}))
    old = body(change(number, messages=[text("wamid.1", at=NOW - SECOND)], names={"34600000001": "Lucía"}))

    await deliver(owner, new)
    await drain(apply)
    await deliver(owner, old)
    await drain(apply)

    assert (await conversation_of(owner, number))["person"] == "Lucía Ruiz"


@pytest.mark.parametrize(
    ("before", "after"), [("resolved", "open"), ("waiting", "open"), ("blocked", "blocked")]
)
async def test_who_writes_again_opens_the_conversation_unless_they_are_blocked(
    owner: Owner, apply: Pool, number: Number, before: str, after: str
) -> None:
    await deliver(owner, *each_alone(number, messages=[text("wamid.1")]))
    await drain(apply)
    await owner.execute("UPDATE conversations SET state = $1::text::conversation_state", before)

    await deliver(owner, *each_alone(number, messages=[text("wamid.2")]))
    await drain(apply)

    assert (await conversation_of(owner, number))["state"] == after


async def test_every_new_message_is_told_to_its_tenant_once(
    owner: Owner, apply: Pool, number: Number
) -> None:
    bodies = each_alone(number, messages=[text(f"wamid.{n}") for n in range(4)])

    for _ in range(3):
        await deliver(owner, *bodies)
        await drain(apply)

    told = await owner.fetch("SELECT tenant_id, type FROM events")
    assert [(row["tenant_id"], row["type"]) for row in told] == [(number.tenant_id, "message_received")] * 4


async def test_phone_numbers_with_two_spellings_are_one_person(
    owner: Owner, apply: Pool, number: Number
) -> None:
    """Meta writes Mexican and Argentine mobiles with and without a 1 or 9 after the country code."""
    spelt = [("5215512345678", "525512345678"), ("5491123456789", "541123456789")]
    messages = [text(f"wamid.{who}", sender=who) for pair in spelt for who in pair]
    await deliver(owner, *each_alone(number, messages=messages))

    await drain(apply)

    assert await owner.fetchval("SELECT count(*) FROM contacts") == 2
    assert await owner.fetchval("SELECT count(*) FROM conversations") == 2


async def test_a_person_without_a_phone_is_known_by_their_user_id(
    owner: Owner, apply: Pool, number: Number
) -> None:
    message = {**text("wamid.1"), "from_user_id": "ES.13491208655302741918"}
    del message["from"]
    await deliver(owner, *each_alone(number, messages=[message]))

    await drain(apply)

    thread = await conversation_of(owner, number)
    assert (thread["contact_e164"], thread["external_thread_id"]) == (None, "ES.13491208655302741918")


async def test_a_phone_learnt_later_belongs_to_the_person_known_by_user_id(
    owner: Owner, apply: Pool, number: Number
) -> None:
    unnamed = {**text("wamid.1"), "from_user_id": "ES.13491208655302741918"}
    del unnamed["from"]
    named = {**text("wamid.2"), "from_user_id": "ES.13491208655302741918"}

    for message in (unnamed, named):
        await deliver(owner, *each_alone(number, messages=[message]))
        await drain(apply)

    assert await owner.fetchval("SELECT count(*) FROM contacts") == 1
    thread = await conversation_of(owner, number)
    assert (thread["unread_count"], thread["contact_e164"]) == (2, "+34600000001")


# --- statuses


@pytest.mark.parametrize("order", list(permutations(("sent", "delivered", "read"))), ids="-".join)
async def test_statuses_in_any_order_end_at_read(
    owner: Owner, apply: Pool, number: Number, order: tuple[str, ...]
) -> None:
    await insert_sent(owner, number, provider_message_id="wamid.1", accepted_at=NOW)
    at = {"sent": NOW + SECOND, "delivered": NOW + 2 * SECOND, "read": NOW + 3 * SECOND}

    for kind in order:
        await deliver(owner, *each_alone(number, statuses=[status("wamid.1", kind, at=at[kind])]))
        await drain(apply)

    row = await owner.fetchrow("SELECT status::text, sent_at, delivered_at, read_at FROM messages")
    assert row is not None
    assert tuple(row) == ("read", at["sent"], at["delivered"], at["read"])


async def test_a_late_delivered_never_undoes_read(owner: Owner, apply: Pool, number: Number) -> None:
    await insert_sent(owner, number, provider_message_id="wamid.1", accepted_at=NOW)

    for kind in ("read", "delivered", "sent"):
        await deliver(owner, *each_alone(number, statuses=[status("wamid.1", kind)]))
        await drain(apply)
        assert await status_of(owner, "wamid.1") == "read"


async def test_statuses_before_their_message_wait_for_it(owner: Owner, apply: Pool, number: Number) -> None:
    """Meta's status can overtake Meta's answer to the send."""
    await deliver(
        owner, *each_alone(number, statuses=[status("wamid.1", kind) for kind in ("sent", "delivered")])
    )
    await drain(apply)
    assert await owner.fetchval("SELECT count(*) FROM parked_statuses") == 2
    sent = await insert_sent(owner, number)
    accepted = Settlement(
        id=sent.id, attempt=1, verdict=Verdict.ACCEPTED, at=NOW, provider_message_id="wamid.1"
    )

    async with apply.transaction() as tx:
        await outbound_messages.settle(tx, tenant_id=number.tenant_id, settlements=[accepted])
    assert (await Parked(apply).apply())["statuses"] == 2

    assert await status_of(owner, "wamid.1") == "delivered"
    assert await owner.fetchval("SELECT count(*) FROM parked_statuses") == 0
    told = await owner.fetch("SELECT type FROM events WHERE message_id = $1 ORDER BY id", sent.id)
    assert [row["type"] for row in told] == ["message_sent", "message_delivered"]


async def test_a_parked_failure_explains_itself_when_its_message_comes(
    owner: Owner, apply: Pool, number: Number
) -> None:
    await deliver(owner, *each_alone(number, statuses=[status("wamid.1", "failed")]))
    await drain(apply)
    await insert_sent(owner, number, provider_message_id="wamid.1", accepted_at=NOW)

    await Parked(apply).apply()

    row = await owner.fetchrow("SELECT status::text, failure_kind, error_code FROM messages")
    assert row is not None
    assert tuple(row) == ("failed", "recipient", 131026)


async def test_a_status_that_carries_our_mark_finds_a_message_whose_answer_was_lost(
    owner: Owner, apply: Pool, number: Number
) -> None:
    sent = await insert_sent(owner, number, phase="unknown")
    mark = callback_data(sent.id, CALLBACK_KEY)
    report = status("wamid.1", "delivered", biz_opaque_callback_data=mark)
    await deliver(owner, *each_alone(number, statuses=[report]))

    await drain(apply)

    row = await owner.fetchrow("SELECT id, status::text FROM messages WHERE provider_message_id = 'wamid.1'")
    assert row is not None
    assert tuple(row) == (sent.id, "delivered")


async def test_a_mark_somebody_made_up_changes_nothing(owner: Owner, apply: Pool, number: Number) -> None:
    sent = await insert_sent(owner, number, phase="unknown")
    forged = callback_data(sent.id, b"a key of somebody else's making")
    report = status("wamid.1", "delivered", biz_opaque_callback_data=forged)
    await deliver(owner, *each_alone(number, statuses=[report]))

    await drain(apply)

    assert await owner.fetchval("SELECT status::text FROM messages WHERE id = $1", sent.id) == "unknown"


async def test_a_status_with_the_mark_of_another_tenants_message_changes_nothing_of_theirs(
    owner: Owner, apply: Pool, number: Number
) -> None:
    theirs = await insert_number(owner)
    sent = await insert_sent(owner, theirs, provider_message_id="wamid.theirs", accepted_at=NOW)
    mark = callback_data(sent.id, CALLBACK_KEY)
    reports = [status("wamid.x", "read", biz_opaque_callback_data=mark), status("wamid.theirs", "read")]
    await deliver(owner, *each_alone(number, statuses=reports))

    await drain(apply)

    assert await owner.fetchval("SELECT status::text FROM messages WHERE id = $1", sent.id) == "accepted"


async def test_evidence_of_delivery_outranks_our_own_failed(
    owner: Owner, apply: Pool, number: Number
) -> None:
    sent = await insert_sent(owner, number)
    await owner.execute(
        "UPDATE messages SET failed_at = $1, failed_by = 'curbe', failure_kind = 'transient' WHERE id = $2",
        NOW,
        sent.id,
    )
    report = status("wamid.1", "sent", biz_opaque_callback_data=callback_data(sent.id, CALLBACK_KEY))
    await deliver(owner, *each_alone(number, statuses=[report]))

    await drain(apply)

    assert await status_of(owner, "wamid.1") == "sent"


# --- what is broken


BROKEN = {
    "no sender": {"id": "wamid.poison", "timestamp": "1", "type": "text"},
    "no moment": {"from": "34600000001", "id": "wamid.poison", "type": "text"},
    "no id": {"from": "34600000001", "timestamp": "1", "type": "text"},
    "a moment past all calendars": text("wamid.poison") | {"timestamp": "9" * 30},
    "the last moment of the calendar": text("wamid.poison") | {"timestamp": "253402300799"},
    "the first moment of the calendar": text("wamid.poison") | {"timestamp": "-62135596800"},
    "an id of ten thousand characters": text("x" * 10_000),
    "not an object": 7,
}


@pytest.mark.parametrize("position", [0, 49, 99], ids=["first", "middle", "last"])
@pytest.mark.parametrize("poison", BROKEN.values(), ids=BROKEN.keys())
async def test_one_broken_item_among_a_hundred_is_set_aside_and_the_others_arrive(
    owner: Owner, apply: Pool, number: Number, position: int, poison: object
) -> None:
    messages: list[object] = [text(f"wamid.{n:03}", body=str(n)) for n in range(99)]
    messages.insert(position, poison)
    await deliver(owner, body(change(number, messages=messages)))

    await drain(apply)

    assert await texts_of(owner, number) == [str(n) for n in range(99)]
    (kept,) = await set_aside(owner)
    assert (kept["kind"], kept["item"]) == ("poison", position)
    assert kept["payload"]
    assert sum((await counted(owner)).values()) == 100


@pytest.mark.parametrize("position", [0, 49, 99], ids=["first", "middle", "last"])
async def test_an_item_only_the_database_can_refuse_is_found_by_halving(
    owner: Owner, apply: Pool, number: Number, position: int
) -> None:
    """An error's number that no column holds: it reads well, and only what stores it says no."""
    await insert_sent(owner, number, provider_message_id="wamid.one", accepted_at=NOW)
    poison = status("wamid.one", "failed", errors=[{"code": 10**11, "title": "An error of tomorrow"}])
    messages = [text(f"wamid.{n:03}", body=str(n)) for n in range(99)]
    bodies = each_alone(number, messages=messages)
    bodies.insert(position, body(change(number, statuses=[poison])))
    await deliver(owner, *bodies)

    await drain(apply)

    assert await texts_of(owner, number) == [str(n) for n in range(99)]
    assert [row["reason"] for row in await set_aside(owner)] == ["refused_by_database"]
    assert await status_of(owner, "wamid.one") == "accepted"
    assert await counted(owner) == {("applied", "message"): 99, ("quarantined", "refused_by_database"): 1}


async def test_no_length_of_a_text_can_stop_a_lane(owner: Owner, apply: Pool, number: Number) -> None:
    """It has more words than the search can hold of one text, which is none of the faults of data that PostgreSQL calls so."""
    monster = text("wamid.monster", body=" ".join(f"w{n:06}" for n in range(100_000)))
    await deliver(owner, *each_alone(number, messages=[monster, text("wamid.1", body="after it")]))

    async with asyncio.timeout(10):
        await drain(apply)

    assert await texts_of(owner, number) == ["after it"]
    assert [row["reason"] for row in await set_aside(owner)] == ["refused_by_database"]


@pytest.mark.parametrize("key", ["phone_number_id", "display_phone_number"])
async def test_no_length_of_a_name_can_stop_a_lane(
    owner: Owner, apply: Pool, number: Number, key: str
) -> None:
    """What no index can hold must still be kept: an item that cannot even be set aside would be tried for ever."""
    long = "".join(f"{n:x}" for n in range(20_000))
    monster = change(number, messages=[text("wamid.monster")])
    monster["value"]["metadata"][key] = long
    await deliver(owner, body(monster), *each_alone(number, messages=[text("wamid.1", body="after it")]))

    async with asyncio.timeout(10):
        await drain(apply)

    assert "after it" in await texts_of(owner, number)


STRANGE = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"whatsapp"',
    b"\xff\xfe\x00",
    b"[" * 100_000,
    b'{"object":"whatsapp_business_account"}',
    b'{"object":"whatsapp_business_account","entry":7}',
    b'{"object":"page","entry":[]}',
    b'{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages"}]}]}',
    b'{"object":"whatsapp_business_account","entry":[{"id":1e999,"changes":[{"value":{"a":1e999}}]}]}',
]


async def test_a_body_that_is_no_webhook_is_kept_and_the_next_one_arrives(
    owner: Owner, apply: Pool, number: Number
) -> None:
    for strange in STRANGE:
        await deliver(owner, strange)
    await deliver(owner, *each_alone(number, messages=[text("wamid.1", body="after them")]))

    await drain(apply)

    assert await texts_of(owner, number) == ["after them"]
    counts = await counted(owner)
    assert sum(counts.values()) >= len(STRANGE) + 1
    assert {outcome for outcome, _ in counts} <= {"applied", "quarantined", "ignored", "unrouted"}


# --- once, through crashes and rivals


class PulledPlug(Exception):
    """The process ends here."""


async def apply_and_crash(apply: Pool, *, killed_by: Owner | None = None) -> None:
    """Do all that an applier does to a batch, but its commit."""
    async with apply.transaction() as tx:
        lane = await store.lock_lane(tx, 0)
        assert lane is not None
        webhooks = await store.read_ahead(tx, lane, most=500, max_bytes=2**20)
        await apply_webhooks(tx, webhooks, callback_keys=[CALLBACK_KEY])
        if killed_by is not None:
            backend = tx.connection.get_server_pid()
            await killed_by.fetchval("SELECT pg_terminate_backend($1, 5000)", backend)
        await store.move_lane(tx, lane, webhooks[-1])
        raise PulledPlug


async def test_a_crash_before_the_commit_replays_the_batch_with_the_same_result(
    owner: Owner, apply: Pool, number: Number
) -> None:
    await deliver(owner, *each_alone(number, messages=[text(f"wamid.{n}") for n in range(10)]))

    with pytest.raises(PulledPlug):
        await apply_and_crash(apply)
    assert await texts_of(owner, number) == []
    await drain(apply)

    assert len(await texts_of(owner, number)) == 10
    assert (await conversation_of(owner, number))["unread_count"] == 10
    assert await counted(owner) == {("applied", "message"): 10}


async def test_a_backend_killed_in_the_middle_loses_and_doubles_nothing(
    owner: Owner, apply: Pool, number: Number
) -> None:
    await deliver(owner, *each_alone(number, messages=[text(f"wamid.{n}") for n in range(10)]))

    with pytest.raises(Unreachable):
        await apply_and_crash(apply, killed_by=owner)
    await drain(apply)

    assert (await conversation_of(owner, number))["unread_count"] == 10


async def test_a_lane_has_one_applier_at_a_time(owner: Owner, apply: Pool, number: Number) -> None:
    await deliver(owner, *each_alone(number, messages=[text("wamid.1")]))

    async with apply.transaction() as tx:
        assert await store.lock_lane(tx, 0) is not None
        assert await applier(apply).apply_once(0) == 0

    await drain(apply)
    assert len(await texts_of(owner, number)) == 1


async def test_writers_that_commit_in_the_opposite_order_of_their_numbers_lose_nothing(
    dsn: str, owner: Owner, apply: Pool, number: Number
) -> None:
    """An early transaction inserts late: a cursor over the row's number, or over the commit's order, would pass it by."""
    early = await asyncpg.connect(dsn)
    try:
        slow = early.transaction()
        await slow.start()
        await early.fetchval("SELECT current_xid()")
        await deliver(owner, *each_alone(number, messages=[text("wamid.quick", body="quick")]))
        await applier(apply).apply_once(0)
        await deliver(early, *each_alone(number, messages=[text("wamid.slow", body="slow")]))
        await deliver(owner, *each_alone(number, messages=[text("wamid.last", body="last")]))
        await applier(apply).apply_once(0)
        await slow.commit()
    finally:
        await early.close()

    await drain(apply)

    assert sorted(await texts_of(owner, number)) == ["last", "quick", "slow"]


async def test_many_writers_and_two_appliers_on_two_lanes_lose_and_double_nothing(
    dsn: str, owner: Owner, apply: Pool
) -> None:
    await owner.execute("INSERT INTO apply_lanes (lane) VALUES (1)")
    numbers = [await insert_number(owner) for _ in range(3)]
    written: Counter[str] = Counter()

    async def write(writer: int) -> None:
        connection = await asyncpg.connect(dsn)
        for n in range(30):
            number = numbers[(writer + n) % 3]
            written[number.phone_number_id] += 1
            message = text(f"wamid.{writer}.{n}", sender=f"3460000000{n % 7}")
            async with connection.transaction():
                await deliver(connection, *each_alone(number, messages=[message]))
                await asyncio.sleep(0.001 * (writer % 3))
        # And once more, as Meta does when an answer was lost.
        await deliver(
            connection,
            *each_alone(numbers[writer % 3], messages=[text(f"wamid.{writer}.0", sender="34600000000")]),
        )
        await connection.close()

    async def work(lane: int, done: asyncio.Event) -> None:
        while not done.is_set():
            await applier(apply, most=7).apply_once(lane)

    done = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        workers = [tasks.create_task(work(lane, done)) for lane in (0, 1)]
        async with asyncio.TaskGroup() as writers:
            for writer in range(6):
                writers.create_task(write(writer))
        done.set()
    assert all(worker.done() for worker in workers)
    await drain(apply, lanes=(0, 1))

    assert await left(apply, lanes=(0, 1)) == 0
    async with apply.transaction() as tx:
        assert await store.backlog_seconds(tx) == 0, (
            "what one lane has applied is nothing that the other is behind with"
        )
    stored = await owner.fetch(
        """SELECT n.phone_number_id, count(*) AS messages, count(DISTINCT m.provider_message_id) AS different
             FROM messages m JOIN channel_connections n ON n.tenant_id = m.tenant_id AND n.id = m.channel_connection_id
            GROUP BY 1"""
    )
    assert {row["phone_number_id"]: row["messages"] for row in stored} == written
    assert all(row["messages"] == row["different"] for row in stored)
    assert await owner.fetchval("SELECT sum(unread_count) FROM conversations") == sum(written.values())
    # Three numbers of three tenants, seven people each: no person was made twice.
    assert await owner.fetchval("SELECT count(*) FROM contacts") == 21


# --- every item is accounted for


async def test_every_item_is_counted_once_under_what_became_of_it(
    owner: Owner, apply: Pool, number: Number
) -> None:
    await insert_sent(owner, number, provider_message_id="wamid.sent", accepted_at=NOW)
    items = [
        change(number, messages=[text("wamid.1"), text("wamid.1"), {"id": "wamid.broken"}]),
        change(number, statuses=[status("wamid.sent", "sent"), status("wamid.stranger", "sent")]),
        change(number, statuses=[status("wamid.sent", "deleted")]),
        change("399999999999999", messages=[text("wamid.2")]),
        {"field": "phone_number_quality_update", "value": {"display_phone_number": "1"}},
    ]
    await deliver(owner, body(*items, waba_id=number.waba_id))

    await drain(apply)

    assert await counted(owner) == {
        ("applied", "message"): 1,
        ("duplicate", "message"): 1,
        ("quarantined", "no_sender"): 1,
        ("applied", "status"): 1,
        ("parked", "status"): 1,
        ("ignored", "unknown_status"): 1,
        ("unrouted", "unknown_number"): 1,
        ("applied", "no_effect"): 1,
    }


async def test_a_notice_about_a_waba_reaches_each_tenant_on_it_once_and_is_one_item(
    owner: Owner, apply: Pool
) -> None:
    tenant_id = await insert_tenant(owner)
    first = await insert_number(owner, tenant_id)
    await insert_number(owner, tenant_id, waba_id=first.waba_id)
    other = await insert_number(owner, waba_id=first.waba_id)
    notice = {"field": "account_update", "value": {"event": "VERIFIED_ACCOUNT"}}
    await deliver(owner, body(notice, waba_id=first.waba_id))

    await drain(apply)

    rows = await owner.fetch("SELECT tenant_id FROM notices")
    assert sorted(row["tenant_id"] for row in rows) == sorted([tenant_id, other.tenant_id])
    assert await counted(owner) == {("applied", "notice"): 1}


async def test_a_repeated_delivery_changes_nothing_a_tenant_can_see(
    owner: Owner, apply: Pool, number: Number
) -> None:
    await insert_sent(owner, number, provider_message_id="wamid.sent", accepted_at=NOW)
    bodies = [
        *each_alone(
            number, messages=[text("wamid.1"), text("wamid.2")], statuses=[status("wamid.sent", "read")]
        ),
        body({"field": "account_update", "value": {"event": "VERIFIED_ACCOUNT"}}, waba_id=number.waba_id),
    ]
    await deliver(owner, *bodies)
    await drain(apply)
    before = await natural(owner)
    events = await owner.fetchval("SELECT count(*) FROM events")

    await deliver(owner, *bodies, *bodies[::-1])
    await drain(apply)

    assert await natural(owner) == before
    assert await owner.fetchval("SELECT count(*) FROM events") == events


async def test_what_a_tenant_was_sent_is_in_its_audit_log_without_its_words(
    owner: Owner, apply: Pool, number: Number
) -> None:
    await deliver(owner, *each_alone(number, messages=[text("wamid.1", body="a secret"), text("wamid.2")]))

    await drain(apply)

    rows = await owner.fetch("SELECT tenant_id, actor, action, detail::text FROM audit_log")
    assert [(row["tenant_id"], row["actor"], row["action"]) for row in rows] == [
        (number.tenant_id, "system:apply", "webhook.received")
    ]
    assert '"items": 2' in rows[0]["detail"]
    assert "secret" not in rows[0]["detail"]


async def test_a_webhook_that_is_applied_in_two_halves_is_one_in_the_audit_log(
    owner: Owner, apply: Pool, number: Number
) -> None:
    await insert_sent(owner, number, provider_message_id="wamid.one", accepted_at=NOW)
    poison = status("wamid.one", "failed", errors=[{"code": 10**11, "title": "An error of tomorrow"}])
    await deliver(owner, body(change(number, messages=[text("wamid.1"), text("wamid.2")], statuses=[poison])))

    await drain(apply)
    await replay_all(apply)

    rows = await owner.fetch("SELECT detail FROM audit_log WHERE action = 'webhook.received'")
    told = [json.loads(row["detail"]) for row in rows]
    assert [(one["items"], one["webhooks"]) for one in told] == [(2, 1), (2, 1)]


async def test_however_many_webhooks_come_one_by_one_a_tenants_audit_log_grows_by_a_line_a_minute(
    owner: Owner, apply: Pool, number: Number
) -> None:
    async def read() -> list[dict[str, int]]:
        rows = await owner.fetch("SELECT detail FROM audit_log ORDER BY xid, id")
        return [json.loads(row["detail"]) for row in rows]

    await deliver(owner, *each_alone(number, messages=[text(f"wamid.{n}") for n in range(20)]))
    applying, stop = applier(apply, most=1), asyncio.Event()
    async with asyncio.timeout(30):
        while await left(apply):
            await applying.apply_once(0)
    meanwhile = await read()

    stop.set()
    await applying.run(0, stop, Bell(apply))

    assert [(one["items"], one["webhooks"]) for one in meanwhile] == [(1, 1)]
    in_the_end = await read()
    assert sum(one["items"] for one in in_the_end) == 20, "whoever is told to stop writes down the rest"
    assert len(in_the_end) == 2


# --- replays


EVERYTHING = Selection(until=datetime(2200, 1, 1, tzinfo=UTC))


async def replay_all(apply: Pool) -> None:
    await replay(apply, EVERYTHING, callback_keys=[CALLBACK_KEY], told=lambda _: None)


async def test_a_replay_applies_what_found_nobody_the_first_time(owner: Owner, apply: Pool) -> None:
    await deliver(owner, *each_alone("355550000000001", messages=[text("wamid.1", body="was early")]))
    await drain(apply)
    number = await insert_number(owner, phone_number_id="355550000000001")

    await replay_all(apply)

    assert await texts_of(owner, number) == ["was early"]
    assert [row["released_at"] is None for row in await set_aside(owner)] == [False]


async def test_a_replay_that_applies_nothing_leaves_it_set_aside(owner: Owner, apply: Pool) -> None:
    await deliver(owner, *each_alone("355550000000001", messages=[text("wamid.1")]), b"not a webhook")
    await drain(apply)

    await replay_all(apply)

    assert [row["released_at"] for row in await set_aside(owner)] == [None, None]


async def test_replaying_everything_changes_nothing(owner: Owner, apply: Pool, number: Number) -> None:
    await insert_sent(owner, number, provider_message_id="wamid.sent", accepted_at=NOW)
    bodies = each_alone(
        number,
        messages=[text(f"wamid.{n}") for n in range(5)],
        statuses=[status("wamid.sent", "delivered"), status("wamid.other", "sent")],
    )
    await deliver(owner, *bodies, app=APP)
    await drain(apply)
    before = await natural(owner)

    await replay_all(apply)

    assert await natural(owner) == before
