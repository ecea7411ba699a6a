"""What goes to many is asked of the gate once more when it is claimed: a no that was committed before the claim counts."""

import asyncio
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

import asyncpg
import pytest
from uuid_utils.compat import uuid7

from bed.rows import NOW, Number, insert_conversation, insert_number
from curbe.consent import facts
from curbe.consent import service as consent
from curbe.consent.facts import Recipient
from curbe.consent.gate import Consent, Purpose, Refusal, TemplateName, Wanted
from curbe.consent.rules import About, Source
from curbe.consent.service import Word
from curbe.inbox import contacts, outbound_messages
from curbe.inbox.changes import change
from curbe.inbox.deeds import ConversationChange
from curbe.inbox.outbound_messages import Departure
from curbe.inbox.rules import ConversationState
from curbe.infra.db import Pool, Transaction
from curbe.outbound import store
from curbe.outbound.governor import CAMPAIGN, NOTIFICATION, REPLY
from curbe.outbound.rechecking import recheck
from curbe.outbound.settle import tell

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
TEMPLATE = '{"type": "template", "template": {"name": "offer", "language": {"code": "es_ES"}}}'
TEXT = '{"type": "text", "text": {"body": "hola"}}'


@pytest.fixture
async def offer(owner: Owner, number: Number) -> None:
    """An approved template for marketing."""
    await owner.execute(
        """INSERT INTO templates (tenant_id, id, waba_id, provider_template_id, name, language, status, category)
           VALUES ($1, $2, $3, '1', 'offer', 'es_ES', 'APPROVED', 'MARKETING')""",
        number.tenant_id,
        uuid7(),
        number.waba_id,
    )


async def person(owner: Owner, number: Number, n: int, *, said: Consent | None = Consent.IN) -> UUID:
    """Insert somebody who never wrote, and what they said of marketing; return their conversation."""
    conversation_id = await insert_conversation(owner, number, wa_id=f"3460000{n:04}", last_inbound_at=None)
    if said is not None:
        await owner.execute(
            """INSERT INTO consents (tenant_id, id, contact_id, category, state, source, actor, at)
               SELECT tenant_id, $3, contact_id, 'marketing', $4, 'recorded', 'cli', $5 FROM conversations
                WHERE tenant_id = $1 AND id = $2""",
            number.tenant_id,
            conversation_id,
            uuid7(),
            said.value,
            NOW - timedelta(days=1),
        )
    return conversation_id


async def contact_of(owner: Owner, conversation_id: UUID) -> UUID:
    return await owner.fetchval("SELECT contact_id FROM conversations WHERE id = $1", conversation_id)


async def queue(
    web: Pool, number: Number, conversation_id: UUID, *, priority: int, payload: str = TEMPLATE
) -> UUID:
    message_id = uuid7()
    departure = Departure(
        tenant_id=number.tenant_id,
        id=message_id,
        connection_id=number.connection_id,
        conversation_id=conversation_id,
        type="template" if payload is TEMPLATE else "text",
        text=None,
        payload=payload,
        reply_to=None,
        sender="key:1",
        created_at=NOW,
    )
    async with web.transaction(number.tenant_id) as tx:
        await outbound_messages.queue(tx, [departure])
        row = (message_id, number.connection_id, conversation_id)
        await store.enqueue(tx, tenant_id=number.tenant_id, rows=[row], priority=priority)
    return message_id


async def claim(tx: Transaction, number: Number, *, most: int = 100) -> set[UUID]:
    """Claim as a sender does and return what may go."""
    where = {"tenant_id": number.tenant_id, "connection_id": number.connection_id}
    claims = await store.claim(tx, **where, most=most, lease=timedelta(seconds=60))
    may_go, refused = await recheck(tx, **where, claims=claims, now=NOW)
    await tell(tx, refused)
    ids = [one.message_id for one in may_go]
    return {
        intent.id for intent in await outbound_messages.mark_sending(tx, tenant_id=number.tenant_id, ids=ids)
    }


async def say_no(tx: Transaction, number: Number, contact_id: UUID) -> None:
    word = Word(
        tenant_id=number.tenant_id,
        contact_id=contact_id,
        about=About.ALL,
        state=Consent.OUT,
        source=Source.KEYWORD,
        actor=consent.PERSON,
        at=NOW,
        proof="BAJA",
    )
    assert await consent.record(tx, [word]) == [word]


async def outcome(owner: Owner, message_id: UUID) -> tuple[str, str | None]:
    row = await owner.fetchrow("SELECT status::text, failure_kind FROM messages WHERE id = $1", message_id)
    assert row is not None
    return row["status"], row["failure_kind"]


@pytest.mark.usefixtures("offer")
async def test_whoever_said_no_after_it_was_queued_gets_nothing(
    owner: Owner, web: Pool, worker: Pool, apply: Pool, number: Number
) -> None:
    stays, leaves, never = [
        await person(owner, number, n, said=said) for n, said in enumerate([Consent.IN, Consent.IN, None])
    ]
    sent, refused, unasked = [
        await queue(web, number, one, priority=CAMPAIGN) for one in (stays, leaves, never)
    ]
    async with apply.transaction() as tx:
        await say_no(tx, number, await contact_of(owner, leaves))

    async with worker.transaction(number.tenant_id) as tx:
        assert await claim(tx, number) == {sent}

    assert await outcome(owner, refused) == ("failed", "consent")
    assert await outcome(owner, unasked) == ("failed", "consent")
    told = await owner.fetch(
        "SELECT message_id FROM events WHERE type = 'message_failed' ORDER BY message_id"
    )
    assert [row["message_id"] for row in told] == sorted([refused, unasked])
    assert await owner.fetch("SELECT message_id FROM outbox") == [(sent,)]


@pytest.mark.usefixtures("offer")
async def test_whoever_was_blocked_gets_nothing_that_goes_to_many(
    owner: Owner, web: Pool, worker: Pool, number: Number
) -> None:
    blocked = await person(owner, number, 1)
    campaign = await queue(web, number, blocked, priority=CAMPAIGN)
    async with web.transaction(number.tenant_id) as tx:
        await change(
            tx,
            tenant_id=number.tenant_id,
            conversation_id=blocked,
            change=ConversationChange(state=ConversationState.BLOCKED),
            actor="user:1",
            now=NOW,
        )

    async with worker.transaction(number.tenant_id) as tx:
        assert await claim(tx, number) == set()
    assert await outcome(owner, campaign) == ("failed", "blocked")


async def test_free_text_whose_window_has_closed_while_it_waited_is_not_sent(
    owner: Owner, web: Pool, worker: Pool, number: Number
) -> None:
    open_, closed = [
        await insert_conversation(owner, number, wa_id=f"3460000000{n}", last_inbound_at=NOW - ago)
        for n, ago in enumerate([timedelta(hours=1), timedelta(hours=25)])
    ]
    sent, late = [
        await queue(web, number, one, priority=NOTIFICATION, payload=TEXT) for one in (open_, closed)
    ]

    async with worker.transaction(number.tenant_id) as tx:
        assert await claim(tx, number) == {sent}
    assert await outcome(owner, late) == ("failed", "window_closed")


@pytest.mark.usefixtures("offer")
async def test_a_template_that_was_paused_meanwhile_goes_to_nobody(
    owner: Owner, web: Pool, worker: Pool, number: Number
) -> None:
    campaign = await queue(web, number, await person(owner, number, 1), priority=CAMPAIGN)
    await owner.execute("UPDATE templates SET status = 'PAUSED'")

    async with worker.transaction(number.tenant_id) as tx:
        assert await claim(tx, number) == set()
    assert await outcome(owner, campaign) == ("failed", "template")


@pytest.mark.usefixtures("offer")
async def test_while_a_no_is_being_written_down_campaigns_wait_and_replies_go(
    owner: Owner, web: Pool, worker: Pool, apply: Pool, number: Number
) -> None:
    leaves, asks = [await person(owner, number, n) for n in range(2)]
    campaign = await queue(web, number, leaves, priority=CAMPAIGN)
    reply = await queue(web, number, asks, priority=REPLY)

    async with apply.transaction() as saying:
        await say_no(saying, number, await contact_of(owner, leaves))
        async with worker.transaction(number.tenant_id) as tx:
            assert await claim(tx, number) == {reply}
        assert (await outcome(owner, campaign))[0] == "queued"

    await owner.execute("UPDATE outbox SET available_at = now() - interval '1 second'")
    async with worker.transaction(number.tenant_id) as tx:
        assert await claim(tx, number) == set()
    assert await outcome(owner, campaign) == ("failed", "consent")


@pytest.mark.usefixtures("offer")
async def test_nothing_is_claimed_for_somebody_once_their_no_is_committed(
    owner: Owner, web: Pool, worker: Pool, apply: Pool, number: Number
) -> None:
    """Many say no while many are sent to. The database's own clock judges: a claim has ended before that person's no, or never was."""
    people = [await person(owner, number, n) for n in range(60)]
    contacts = {one: await contact_of(owner, one) for one in people}
    messages = {await queue(web, number, one, priority=CAMPAIGN): one for one in people}
    said_no: dict[UUID, datetime] = {}
    claimed: dict[UUID, datetime] = {}

    async def leave() -> None:
        """Those say no who are next: very likely their messages are being claimed."""
        while next_ones := await apply_sees(
            "SELECT conversation_id FROM outbox WHERE lease_expires_at IS NULL ORDER BY position LIMIT 3"
        ):
            one = next((row[0] for row in next_ones if row[0] not in said_no), next_ones[0][0])
            if one in said_no:
                await asyncio.sleep(0.001)
                continue
            async with apply.transaction() as tx:
                await say_no(tx, number, contacts[one])
                said_no[one] = await tx.connection.fetchval("SELECT clock_timestamp()")
            await asyncio.sleep(0.003)

    async def apply_sees(sql: str) -> list[asyncpg.Record]:
        async with apply.transaction() as tx:
            return await tx.connection.fetch(sql)

    async def send() -> None:
        while await owner.fetchval("SELECT count(*) FROM outbox WHERE lease_expires_at IS NULL"):
            async with worker.transaction(number.tenant_id) as tx:
                ids = await claim(tx, number, most=3)
                await asyncio.sleep(0.002)
                ended = await tx.connection.fetchval("SELECT clock_timestamp()")
                claimed.update((messages[one], ended) for one in ids)
            # The clock of these tests stands still, the database's does not: what was told to wait is due now.
            async with worker.transaction(number.tenant_id) as tx:
                await tx.connection.execute("UPDATE outbox SET available_at = now() WHERE waits = 'time'")

    async with asyncio.timeout(60):
        await asyncio.gather(send(), leave())

    assert {one for one in claimed if one in said_no and claimed[one] > said_no[one]} == set()
    assert claimed, "nobody was sent anything: this test shows nothing"
    failed = await owner.fetchval("SELECT count(*) FROM messages WHERE failure_kind = 'consent'")
    assert failed == len(people) - len(claimed) > 0


# --- while it waited, two turned out to be one person


async def turn_out(owner: Owner, web: Pool, number: Number, merged: UUID, survivor: UUID) -> None:
    """Let whom one conversation is with turn out to be whom another is with."""
    ids = [await contact_of(owner, one) for one in (survivor, merged)]
    for n, contact_id in enumerate(ids):
        await owner.execute(
            """UPDATE contacts c SET wa_id = a.value, wa_id_at = coalesce(c.wa_id_at, $2) FROM contact_aliases a
                WHERE c.id = $1 AND a.contact_id = c.id""",
            contact_id,
            NOW - timedelta(days=n),
        )
    async with web.transaction(number.tenant_id) as tx:
        await contacts.merge(
            tx, tenant_id=number.tenant_id, contact_id=ids[0], other_id=ids[1], actor="user:1"
        )


async def become(web: Pool, number: Number, conversation_id: UUID, state: ConversationState) -> None:
    async with web.transaction(number.tenant_id) as tx:
        await change(
            tx,
            tenant_id=number.tenant_id,
            conversation_id=conversation_id,
            change=ConversationChange(state=state),
            actor="user:1",
            now=NOW,
        )


@pytest.mark.usefixtures("offer")
@pytest.mark.parametrize("merges", [1, 2])
@pytest.mark.parametrize("who", ["nobody", "merged", "survivor"])
@pytest.mark.parametrize("first", [True, False])
async def test_a_no_of_either_of_two_who_turned_out_to_be_one_counts_for_what_was_queued_before(
    owner: Owner, web: Pool, worker: Pool, apply: Pool, number: Number, *, merges: int, who: str, first: bool
) -> None:
    """``merges``: how often they turned out to be somebody else; ``first``: the no is older than that."""
    threads = [await person(owner, number, n) for n in range(merges + 1)]
    said_by = {
        "merged": await contact_of(owner, threads[0]),
        "survivor": await contact_of(owner, threads[-1]),
    }
    campaign = await queue(web, number, threads[0], priority=CAMPAIGN)

    async def say() -> None:
        if who in said_by:
            async with apply.transaction() as tx:
                await say_no(tx, number, said_by[who])

    if first:
        await say()
    for merged, survivor in pairwise(threads):
        await turn_out(owner, web, number, merged, survivor)
    if not first:
        await say()

    async with worker.transaction(number.tenant_id) as tx:
        assert await claim(tx, number) == ({campaign} if who == "nobody" else set())
    assert await outcome(owner, campaign) == (("sending", None) if who == "nobody" else ("failed", "consent"))


@pytest.mark.usefixtures("offer")
async def test_a_no_counts_where_the_thread_was_given_to_somebody_who_never_spoke_with_that_number(
    owner: Owner, web: Pool, worker: Pool, apply: Pool, number: Number
) -> None:
    elsewhere = await insert_number(owner, number.tenant_id)
    first, second = [await person(owner, number, n) for n in range(2)]
    third = await person(owner, elsewhere, 2)
    campaign = await queue(web, number, first, priority=CAMPAIGN)
    last = await contact_of(owner, third)
    named_before = await contact_of(owner, first)
    await turn_out(owner, web, number, first, second)
    await turn_out(owner, web, number, second, third)
    async with apply.transaction() as tx:
        await say_no(tx, number, last)

    async with worker.transaction(number.tenant_id) as tx:
        assert await claim(tx, number) == set()
        [answer] = await facts.ask(
            tx,
            [Recipient(contact_id=named_before)],
            tenant_id=number.tenant_id,
            connection_id=number.connection_id,
            wanted=[Wanted(Purpose.CAMPAIGN, TemplateName("offer", "es_ES"))],
            now=NOW,
        )
    assert await outcome(owner, campaign) == ("failed", "consent")
    assert isinstance(answer, Refusal)
    assert answer.code == "opted_out"


@pytest.mark.usefixtures("offer")
@pytest.mark.parametrize("before", [True, False])
async def test_whoever_turns_out_to_be_somebody_blocked_gets_nothing_that_goes_to_many(
    owner: Owner, web: Pool, worker: Pool, number: Number, *, before: bool
) -> None:
    merged, survivor = [await person(owner, number, n) for n in range(2)]
    campaign = await queue(web, number, merged, priority=CAMPAIGN)
    if before:
        await become(web, number, survivor, ConversationState.BLOCKED)
    await turn_out(owner, web, number, merged, survivor)
    if not before:
        await become(web, number, survivor, ConversationState.BLOCKED)

    async with worker.transaction(number.tenant_id) as tx:
        assert await claim(tx, number) == set()
    assert await outcome(owner, campaign) == ("failed", "blocked")


@pytest.mark.usefixtures("offer")
async def test_whoever_is_no_longer_blocked_is_so_under_the_name_of_the_other_neither(
    owner: Owner, web: Pool, worker: Pool, number: Number
) -> None:
    merged, survivor = [await person(owner, number, n) for n in range(2)]
    campaign = await queue(web, number, merged, priority=CAMPAIGN)
    await become(web, number, merged, ConversationState.BLOCKED)
    await turn_out(owner, web, number, merged, survivor)
    await become(web, number, survivor, ConversationState.OPEN)

    async with worker.transaction(number.tenant_id) as tx:
        assert await claim(tx, number) == {campaign}
