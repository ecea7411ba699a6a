"""The outbox: who is next, who waits for whom, and that an attempt which ended unclearly is nobody's to repeat."""

import asyncio
from datetime import timedelta
from uuid import UUID

import asyncpg
import msgspec
import pytest
from uuid_utils.compat import uuid7

from bed.queueing import queue_texts
from bed.rows import NOW, Number, insert_conversation, insert_number
from curbe.domain.status import MessageStatus
from curbe.inbox import outbound_messages
from curbe.inbox.outbound_messages import Settlement, Verdict
from curbe.inbox.service import messages_by_id
from curbe.infra.db import Pool
from curbe.outbound import store
from curbe.outbound.settle import tell
from curbe.outbound.store import Claim, PutBack

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
LEASE = timedelta(seconds=60)
MINUTE = timedelta(minutes=1)


async def queue(
    web: Pool, number: Number, conversation_id: UUID, *, count: int = 1, priority: int = 0
) -> list[UUID]:
    """Queue messages of a conversation as a request does, one after the other; return their ids in order."""
    ids: list[UUID] = []
    for _ in range(count):
        ids += await queue_texts(web, number, [conversation_id], priority=priority)
    return ids


async def claim(worker: Pool, number: Number, *, most: int = 100) -> list[Claim]:
    async with worker.transaction(number.tenant_id) as tx:
        return await store.claim(
            tx, tenant_id=number.tenant_id, connection_id=number.connection_id, most=most, lease=LEASE
        )


async def begin(worker: Pool, number: Number, *, most: int = 100) -> dict[UUID, int]:
    """Claim and mark the intent, as a sender does before it opens a socket; return the attempt of each message."""
    async with worker.transaction(number.tenant_id) as tx:
        claims = await store.claim(
            tx, tenant_id=number.tenant_id, connection_id=number.connection_id, most=most, lease=LEASE
        )
        ids = [one.message_id for one in claims]
        intents = await outbound_messages.mark_sending(tx, tenant_id=number.tenant_id, ids=ids)
    return {intent.id: intent.attempt for intent in intents}


def verdict_on(message_id: UUID, attempt: int, verdict: Verdict) -> Settlement:
    accepted = verdict is Verdict.ACCEPTED
    return Settlement(
        id=message_id,
        attempt=attempt,
        verdict=verdict,
        at=NOW,
        provider_message_id=f"wamid.{message_id}" if accepted else None,
        failure_kind="recipient" if verdict is Verdict.FAILED else None,
    )


async def settle(
    worker: Pool, number: Number, message_id: UUID, attempt: int, verdict: Verdict
) -> list[MessageStatus]:
    """Write a verdict; return the statuses of the messages it counted for."""
    settlement = verdict_on(message_id, attempt, verdict)
    async with worker.transaction(number.tenant_id) as tx:
        rows = await outbound_messages.settle(tx, tenant_id=number.tenant_id, settlements=[settlement])
    return [row.status for row in rows]


async def drop(worker: Pool, number: Number, *ids: UUID) -> None:
    async with worker.transaction(number.tenant_id) as tx:
        await store.drop(tx, tenant_id=number.tenant_id, message_ids=ids)


async def send_all(worker: Pool, number: Number) -> list[UUID]:
    """Claim and remove until nothing may go; return what went, in order. One at a time, where one person is written to."""
    sent = []
    while claims := await claim(worker, number):
        assert len({one.conversation_id for one in claims}) == len(claims)
        sent += [one.message_id for one in claims]
        await drop(worker, number, *[one.message_id for one in claims])
    return sent


async def put_back(
    worker: Pool, number: Number, message_id: UUID, *, pause: timedelta, holds: bool = False
) -> None:
    async with worker.transaction(number.tenant_id) as tx:
        rows = [PutBack(message_id=message_id, pause=pause, counted=True, holds=holds)]
        await store.put_back(tx, tenant_id=number.tenant_id, rows=rows)


async def status(owner: Owner, message_id: UUID) -> str:
    return await owner.fetchval("SELECT status::text FROM messages WHERE id = $1", message_id)


# --- who is next


async def test_messages_of_different_people_go_in_the_order_they_were_asked_for(
    owner: Owner, web: Pool, worker: Pool, number: Number
) -> None:
    threads = [await insert_conversation(owner, number, wa_id=f"3460000000{n}") for n in range(5)]
    asked = [(await queue(web, number, thread))[0] for thread in threads]

    assert [one.message_id for one in await claim(worker, number, most=3)] == asked[:3]
    assert [one.message_id for one in await claim(worker, number)] == asked[3:]
    assert await claim(worker, number) == []


async def test_a_persons_reply_goes_before_what_is_sent_to_many(
    owner: Owner, web: Pool, worker: Pool, number: Number
) -> None:
    threads = [await insert_conversation(owner, number, wa_id=f"3460000000{n}") for n in range(3)]
    (campaign,) = await queue(web, number, threads[0], priority=20)
    (notification,) = await queue(web, number, threads[1], priority=10)
    (reply,) = await queue(web, number, threads[2], priority=0)

    assert [one.message_id for one in await claim(worker, number)] == [reply, notification, campaign]


async def test_one_person_gets_one_message_at_a_time_and_in_order(
    owner: Owner, web: Pool, worker: Pool, number: Number
) -> None:
    thread = await insert_conversation(owner, number)
    asked = await queue(web, number, thread, count=4)
    sent = []

    while claims := await claim(worker, number):
        assert len(claims) == 1
        sent.append(claims[0].message_id)
        assert await claim(worker, number) == []
        await drop(worker, number, claims[0].message_id)

    assert sent == asked


async def test_who_waits_a_moment_after_a_refusal_holds_its_followers_back_until_it_has_gone(
    owner: Owner, web: Pool, worker: Pool, number: Number
) -> None:
    thread = await insert_conversation(owner, number)
    asked = await queue(web, number, thread)
    (first,) = await claim(worker, number)
    await put_back(worker, number, first.message_id, pause=timedelta(seconds=30))
    asked += await queue(web, number, thread, count=2)

    assert await claim(worker, number) == []
    await owner.execute("UPDATE outbox SET available_at = now() WHERE message_id = $1", first.message_id)

    assert await send_all(worker, number) == asked


async def test_who_must_wait_longer_than_a_minute_lets_its_followers_go(
    owner: Owner, web: Pool, worker: Pool, number: Number
) -> None:
    thread = await insert_conversation(owner, number)
    stuck, *followers = await queue(web, number, thread, count=3)
    (first,) = await claim(worker, number)
    await put_back(worker, number, first.message_id, pause=timedelta(hours=1))

    assert first.message_id == stuck
    assert await send_all(worker, number) == followers


async def test_who_waits_for_the_person_to_be_written_to_again_holds_its_followers_back_however_long(
    owner: Owner, web: Pool, worker: Pool, number: Number
) -> None:
    """The next one to the same person would be refused as well."""
    thread = await insert_conversation(owner, number)
    (first, _) = await queue(web, number, thread, count=2)
    await claim(worker, number)
    await put_back(worker, number, first, pause=timedelta(hours=1), holds=True)

    assert await claim(worker, number) == []


async def test_a_persons_reply_goes_before_a_campaigns_message_to_the_same_person(
    owner: Owner, web: Pool, worker: Pool, number: Number
) -> None:
    thread = await insert_conversation(owner, number)
    campaign = await queue(web, number, thread, count=2, priority=20)
    (reply,) = await queue(web, number, thread, priority=0)

    assert await send_all(worker, number) == [reply, *campaign]


async def test_a_stuck_conversation_holds_nobody_else_back(
    owner: Owner, web: Pool, worker: Pool, number: Number
) -> None:
    stuck, free = [await insert_conversation(owner, number, wa_id=f"3460000000{n}") for n in range(2)]
    await queue(web, number, stuck, count=2)
    (other,) = await queue(web, number, free)
    (first, _) = await claim(worker, number)
    await put_back(worker, number, first.message_id, pause=timedelta(seconds=30))
    await drop(worker, number, other)
    (again,) = await queue(web, number, free)

    assert [one.message_id for one in await claim(worker, number)] == [again]


async def test_what_was_put_back_comes_again_when_its_pause_is_over_and_remembers_its_refusals(
    owner: Owner, web: Pool, worker: Pool, number: Number
) -> None:
    thread = await insert_conversation(owner, number)
    (message_id,) = await queue(web, number, thread)
    await claim(worker, number)
    await put_back(worker, number, message_id, pause=timedelta(seconds=30))
    assert await claim(worker, number) == []

    await owner.execute("UPDATE outbox SET available_at = now()")

    (again,) = await claim(worker, number)
    assert (again.message_id, again.refusals) == (message_id, 1)


async def test_two_senders_never_get_the_same_message(
    owner: Owner, web: Pool, worker: Pool, number: Number
) -> None:
    """The number's lock keeps a second sender away; this is what holds where the lock was lost."""
    threads = [await insert_conversation(owner, number, wa_id=f"34600000{n:03}") for n in range(60)]
    asked = [(await queue(web, number, thread))[0] for thread in threads]

    batches = await asyncio.gather(*(claim(worker, number, most=10) for _ in range(10)))

    taken = [one.message_id for batch in batches for one in batch]
    assert len(taken) == len(set(taken))
    taken += [one.message_id for one in await claim(worker, number)]
    assert sorted(taken) == sorted(asked)


async def test_a_number_is_served_only_where_it_may_send(
    owner: Owner, web: Pool, apply: Pool, number: Number
) -> None:
    thread = await insert_conversation(owner, number)
    await queue(web, number, thread)

    async def waiting() -> list[UUID]:
        async with apply.transaction() as tx:
            return [row.id for row in await store.waiting_connections(tx)]

    assert await waiting() == [number.connection_id]
    await owner.execute("UPDATE channel_connections SET pause_reason = 'token expired', paused_at = now()")
    assert await waiting() == []
    await owner.execute(
        "UPDATE channel_connections SET pause_reason = NULL, paused_at = NULL, status = 'error'"
    )
    assert await waiting() == []
    assert await owner.fetchval("SELECT count(*) FROM outbox") == 1, "a pause keeps the queue"


async def test_a_tenants_sender_cannot_claim_anothers_messages(
    owner: Owner, web: Pool, worker: Pool, number: Number
) -> None:
    thread = await insert_conversation(owner, number)
    await queue(web, number, thread)
    other = await insert_number(owner)

    async with worker.transaction(other.tenant_id) as tx:
        taken = await store.claim(
            tx, tenant_id=number.tenant_id, connection_id=number.connection_id, most=10, lease=LEASE
        )

    assert taken == []


# --- the attempt and its verdict


async def test_the_intent_is_on_record_before_anything_is_asked(
    owner: Owner, web: Pool, worker: Pool, number: Number
) -> None:
    thread = await insert_conversation(owner, number)
    (message_id,) = await queue(web, number, thread)

    assert await begin(worker, number) == {message_id: 1}

    assert await status(owner, message_id) == "sending"


@pytest.mark.parametrize(
    ("verdict", "becomes"),
    [
        (Verdict.ACCEPTED, "accepted"),
        (Verdict.FAILED, "failed"),
        (Verdict.QUEUED, "queued"),
        (Verdict.UNKNOWN, "unknown"),
    ],
)
async def test_a_verdict_says_what_became_of_the_attempt(
    owner: Owner, web: Pool, worker: Pool, number: Number, verdict: Verdict, becomes: str
) -> None:
    thread = await insert_conversation(owner, number)
    (message_id,) = await queue(web, number, thread)
    attempts = await begin(worker, number)

    assert await settle(worker, number, message_id, attempts[message_id], verdict) == [becomes]

    assert await status(owner, message_id) == becomes


@pytest.mark.parametrize(
    ("verdict", "event"),
    [
        (Verdict.ACCEPTED, "message_accepted"),
        (Verdict.FAILED, "message_failed"),
        (Verdict.UNKNOWN, "message_unknown"),
    ],
)
async def test_what_is_told_of_a_verdict_is_the_message_as_it_stands_without_what_does_not_change_by_it(
    owner: Owner, web: Pool, worker: Pool, number: Number, verdict: Verdict, event: str
) -> None:
    thread = await insert_conversation(owner, number)
    (message_id,) = await queue(web, number, thread)
    await owner.execute(
        """INSERT INTO message_media (tenant_id, message_id, channel_connection_id, state, filename, error)
           VALUES ($1, $2, $3, 'failed', 'a.pdf', 'gone')""",
        *(number.tenant_id, message_id, number.connection_id),
    )
    attempts = await begin(worker, number)
    settlement = verdict_on(message_id, attempts[message_id], verdict)
    async with worker.transaction(number.tenant_id) as tx:
        await tell(
            tx, await outbound_messages.settle(tx, tenant_id=number.tenant_id, settlements=[settlement])
        )

    async with web.transaction(number.tenant_id) as tx:
        (shown,) = await messages_by_id(tx, tenant_id=number.tenant_id, ids=[message_id])
    stands = msgspec.json.decode(msgspec.json.encode(shown))
    assert stands["media"]["filename"] == "a.pdf"
    row = await owner.fetchrow("SELECT type, data::text FROM events")
    said = msgspec.json.decode(row["data"])
    assert row["type"] == event
    assert ("conversation" in said) == (verdict is Verdict.FAILED)
    assert said == {
        name: value for name, value in stands.items() if name not in {"payload", "content", "media"}
    } | {name: said[name] for name in ("conversation",) if name in said}


@pytest.mark.parametrize("late", [Verdict.FAILED, Verdict.QUEUED, Verdict.UNKNOWN])
async def test_the_verdict_of_an_earlier_attempt_counts_for_nothing(
    owner: Owner, web: Pool, worker: Pool, number: Number, late: Verdict
) -> None:
    thread = await insert_conversation(owner, number)
    (message_id,) = await queue(web, number, thread)
    await begin(worker, number)
    await settle(worker, number, message_id, 1, Verdict.QUEUED)
    await put_back(worker, number, message_id, pause=timedelta())
    assert await begin(worker, number) == {message_id: 2}

    assert await settle(worker, number, message_id, 1, late) == []

    assert await status(owner, message_id) == "sending"


async def test_acceptance_is_evidence_whichever_attempt_it_comes_from(
    owner: Owner, web: Pool, worker: Pool, number: Number
) -> None:
    thread = await insert_conversation(owner, number)
    (message_id,) = await queue(web, number, thread)
    await begin(worker, number)
    await settle(worker, number, message_id, 1, Verdict.UNKNOWN)

    assert await settle(worker, number, message_id, 1, Verdict.ACCEPTED) == ["accepted"]


@pytest.mark.parametrize("ended", [Verdict.ACCEPTED, Verdict.FAILED, Verdict.UNKNOWN])
async def test_what_has_ended_is_not_begun_again_even_if_it_lies_in_the_outbox_still(
    owner: Owner, web: Pool, worker: Pool, number: Number, ended: Verdict
) -> None:
    """A crash between the verdict and the outbox would leave it there; both are one transaction, and this is the second lock."""
    thread = await insert_conversation(owner, number)
    (message_id,) = await queue(web, number, thread)
    await begin(worker, number)
    await settle(worker, number, message_id, 1, ended)
    await owner.execute("UPDATE outbox SET lease_expires_at = NULL, available_at = now()")

    assert await begin(worker, number) == {}


async def test_a_message_that_a_webhook_already_proved_is_not_begun(
    owner: Owner, web: Pool, worker: Pool, number: Number
) -> None:
    thread = await insert_conversation(owner, number)
    (message_id,) = await queue(web, number, thread)
    await owner.execute("UPDATE messages SET sent_at = $1, provider_message_id = 'wamid.1'", NOW)

    assert await begin(worker, number) == {}
    assert await status(owner, message_id) == "sent"


async def test_a_crash_before_the_intent_is_committed_leaves_the_message_queued(
    owner: Owner, web: Pool, worker: Pool, number: Number
) -> None:
    thread = await insert_conversation(owner, number)
    (message_id,) = await queue(web, number, thread)

    async def crash() -> None:
        async with worker.transaction(number.tenant_id) as tx:
            await store.claim(
                tx, tenant_id=number.tenant_id, connection_id=number.connection_id, most=1, lease=LEASE
            )
            await outbound_messages.mark_sending(tx, tenant_id=number.tenant_id, ids=[message_id])
            raise InterruptedError

    with pytest.raises(InterruptedError):
        await crash()

    assert await status(owner, message_id) == "queued"
    assert await begin(worker, number) == {message_id: 1}


async def test_nothing_lies_in_the_outbox_without_its_message(
    owner: Owner, web: Pool, number: Number
) -> None:
    thread = await insert_conversation(owner, number)
    row = (uuid7(), number.connection_id, thread)

    async def enqueue() -> None:
        async with web.transaction(number.tenant_id) as tx:
            await store.enqueue(tx, tenant_id=number.tenant_id, rows=[row], priority=0)

    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await enqueue()


async def test_writing_moves_the_conversation_up_and_hands_the_word_to_the_person(
    owner: Owner, web: Pool, number: Number
) -> None:
    thread = await insert_conversation(owner, number, last_inbound_at=NOW - MINUTE)

    await queue(web, number, thread)

    row = await owner.fetchrow("SELECT state::text, last_outbound_at, last_message_at FROM conversations")
    assert row is not None
    assert tuple(row) == ("waiting", NOW, NOW)
