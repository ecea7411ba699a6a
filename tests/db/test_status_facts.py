"""What we know of an outbound message only grows, and no order of telling changes it: in Python, in SQL, even by hand."""

import asyncio
from datetime import datetime, timedelta
from functools import reduce
from itertools import chain, product

import asyncpg
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bed.locks import waiting_for_a_lock
from bed.rows import NOW, Number, Sent, insert_conversation, insert_number, insert_sent
from curbe.domain.status import RANK, REPORTED, MessageStatus, advance
from curbe.inbox import outbound_messages, statuses
from curbe.inbox.outbound_messages import Settlement, Verdict
from curbe.inbox.statuses import Report
from curbe.infra.db import Pool

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
SECOND = timedelta(seconds=1)
FACTS = "status::text, sent_at, delivered_at, read_at, played_at, failed_at, failed_by::text, failure_kind, error_code"


def report(sent: Sent, kind: MessageStatus, *, at: datetime = NOW) -> Report:
    failed = kind is MessageStatus.FAILED
    return Report(
        tenant_id=sent.number.tenant_id,
        connection_id=sent.number.connection_id,
        provider_message_id=sent.provider_message_id or "wamid.told",
        message_id=sent.id,
        status=kind,
        at=at,
        failure_kind="recipient" if failed else None,
        error_code=131026 if failed else None,
        error="Message undeliverable" if failed else None,
    )


def expected(kinds: tuple[MessageStatus, ...], start: MessageStatus) -> MessageStatus:
    return reduce(advance, kinds, start)


async def facts(owner: Owner) -> dict[object, tuple[object, ...]]:
    return {row["id"]: tuple(row)[1:] for row in await owner.fetch(f"SELECT id, {FACTS} FROM messages")}


async def many(owner: Owner, number: Number, count: int) -> list[Sent]:
    """That many messages a provider took, all in one conversation."""
    thread = await insert_conversation(owner, number)
    return [
        await insert_sent(
            owner, number, conversation_id=thread, provider_message_id=f"wamid.{n}", accepted_at=NOW
        )
        for n in range(count)
    ]


async def test_the_enum_in_the_database_has_the_order_of_the_ranks(owner: Owner) -> None:
    found = await owner.fetchval("SELECT enum_range(NULL::message_status)::text[]")

    assert found == [status.value for status in MessageStatus]


SEQUENCES = list(chain.from_iterable(product(REPORTED, repeat=length) for length in range(1, 5)))


async def test_every_sequence_of_up_to_four_reports_ends_at_the_highest(owner: Owner, apply: Pool) -> None:
    """780 sequences, each for a message of its own: told one report a transaction, so that nothing is reduced beforehand."""
    number = await insert_number(owner)
    messages = await many(owner, number, len(SEQUENCES))
    pairs = list(zip(messages, SEQUENCES, strict=True))

    for step in range(4):
        batch = [
            report(sent, kinds[step], at=NOW + step * SECOND) for sent, kinds in pairs if step < len(kinds)
        ]
        async with apply.transaction() as tx:
            await statuses.apply(tx, batch)

    found = await facts(owner)
    for sent, kinds in pairs:
        assert found[sent.id][0] == expected(kinds, MessageStatus.ACCEPTED).value, kinds


async def test_every_sequence_told_at_once_is_the_same_as_told_one_by_one(owner: Owner, apply: Pool) -> None:
    number = await insert_number(owner)
    messages = await many(owner, number, 2 * len(SEQUENCES))
    one_by_one, at_once = messages[: len(SEQUENCES)], messages[len(SEQUENCES) :]

    for step in range(4):
        pairs = zip(one_by_one, SEQUENCES, strict=True)
        batch = [
            report(sent, kinds[step], at=NOW - step * SECOND) for sent, kinds in pairs if step < len(kinds)
        ]
        async with apply.transaction() as tx:
            await statuses.apply(tx, batch)
    together = [
        report(sent, kind, at=NOW - step * SECOND)
        for sent, kinds in zip(at_once, SEQUENCES, strict=True)
        for step, kind in enumerate(kinds)
    ]
    async with apply.transaction() as tx:
        await statuses.apply(tx, together)

    found = await facts(owner)
    assert [found[sent.id] for sent in one_by_one] == [found[sent.id] for sent in at_once]


async def test_orders_of_the_same_reports_give_the_same_facts(owner: Owner, apply: Pool) -> None:
    """Each report has its own moment, so that a fact kept at another than its earliest shows."""
    at = {kind: NOW + n * SECOND for n, kind in enumerate(REPORTED)}
    number = await insert_number(owner)
    messages = await many(owner, number, len(SEQUENCES))

    for step in range(4):
        pairs = zip(messages, SEQUENCES, strict=True)
        batch = [report(sent, kinds[step], at=at[kinds[step]]) for sent, kinds in pairs if step < len(kinds)]
        async with apply.transaction() as tx:
            await statuses.apply(tx, batch)

    found = await facts(owner)
    by_set: dict[frozenset[MessageStatus], set[tuple[object, ...]]] = {}
    for sent, kinds in zip(messages, SEQUENCES, strict=True):
        by_set.setdefault(frozenset(kinds), set()).add(found[sent.id])
    assert all(len(outcomes) == 1 for outcomes in by_set.values())


OWN = {
    "queued": ("queued", None, None),
    "sending": ("sending", None, None),
    "unknown": ("unknown", None, None),
    "accepted": ("sending", NOW, None),
    "failed": ("sending", None, "curbe"),
}


@pytest.mark.parametrize("start", OWN)
@pytest.mark.parametrize("kind", REPORTED, ids=lambda kind: kind.value)
async def test_a_providers_word_outranks_whatever_we_thought(
    owner: Owner, apply: Pool, number: Number, start: str, kind: MessageStatus
) -> None:
    phase, accepted_at, failed_by = OWN[start]
    sent = await insert_sent(owner, number, phase=phase, accepted_at=accepted_at)
    if failed_by:
        await owner.execute(
            "UPDATE messages SET failed_at = $1, failed_by = 'curbe', failure_kind = 'transient'", NOW
        )

    async with apply.transaction() as tx:
        await statuses.apply(tx, [report(sent, kind)])

    assert (await facts(owner))[sent.id][0] == kind.value


@pytest.mark.parametrize("kind", REPORTED, ids=lambda kind: kind.value)
@pytest.mark.parametrize("verdict", Verdict, ids=lambda verdict: verdict.value)
async def test_our_own_verdict_never_takes_a_providers_word_back(
    owner: Owner, apply: Pool, worker: Pool, number: Number, kind: MessageStatus, verdict: Verdict
) -> None:
    """The status webhook can overtake the answer to the send, and the sender then settles with what it believes."""
    sent = await insert_sent(owner, number)
    accepted = verdict is Verdict.ACCEPTED
    settlement = Settlement(
        id=sent.id,
        attempt=1,
        verdict=verdict,
        at=NOW + SECOND,
        provider_message_id="wamid.told" if accepted else None,
        failure_kind="transient" if verdict is Verdict.FAILED else None,
    )

    async with apply.transaction() as tx:
        await statuses.apply(tx, [report(sent, kind)])
    async with worker.transaction(number.tenant_id) as tx:
        await outbound_messages.settle(tx, tenant_id=number.tenant_id, settlements=[settlement])

    assert (await facts(owner))[sent.id][0] == kind.value


async def test_the_earliest_failure_explains_itself_whichever_comes_first(owner: Owner, apply: Pool) -> None:
    number = await insert_number(owner)
    first, second = await many(owner, number, 2)
    why = {131026: NOW, 131047: NOW + SECOND}

    for sent, codes in ((first, (131026, 131047)), (second, (131047, 131026))):
        for code in codes:
            failed = Report(
                tenant_id=number.tenant_id,
                connection_id=number.connection_id,
                provider_message_id=sent.provider_message_id or "",
                message_id=None,
                status=MessageStatus.FAILED,
                at=why[code],
                failure_kind=f"kind of {code}",
                error_code=code,
            )
            async with apply.transaction() as tx:
                await statuses.apply(tx, [failed])

    rows = await owner.fetch("SELECT failed_at, failure_kind, error_code FROM messages")
    assert [tuple(row) for row in rows] == [(NOW, "kind of 131026", 131026)] * 2


@pytest.mark.parametrize("first", [0, 1], ids=["the earlier", "the later"])
@pytest.mark.parametrize("kind", REPORTED, ids=lambda kind: kind.value)
async def test_two_appliers_at_once_keep_the_earliest_of_each_fact(
    owner: Owner, apply: Pool, number: Number, kind: MessageStatus, first: int
) -> None:
    """Both have looked before either has written: what the second writes must not undo the first."""
    sent = await insert_sent(owner, number, provider_message_id="wamid.1", accepted_at=NOW)
    told = [report(sent, kind, at=NOW), report(sent, kind, at=NOW + SECOND)]
    codes = [131026, 131047]
    if kind is MessageStatus.FAILED:
        told = [msgspec.structs.replace(one, error_code=code) for one, code in zip(told, codes, strict=True)]

    async def second() -> None:
        async with apply.transaction() as tx:
            await statuses.apply(tx, [told[1 - first]])

    async with asyncio.TaskGroup() as tasks, apply.transaction() as tx:
        await statuses.apply(tx, [told[first]])
        tasks.create_task(second())
        await waiting_for_a_lock(owner)

    row = await owner.fetchrow(f"SELECT {kind.value}_at AS at, error_code FROM messages")
    assert row is not None
    assert row["at"] == NOW
    assert row["error_code"] in (None, codes[0])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    told=st.lists(
        st.lists(st.tuples(st.sampled_from(REPORTED), st.integers(-3, 3)), min_size=1, max_size=4),
        min_size=1,
        max_size=4,
    )
)
async def test_the_sql_and_the_rule_agree(
    owner: Owner, apply: Pool, told: list[list[tuple[MessageStatus, int]]]
) -> None:
    """Any batches of reports with any moments: the row holds the highest status, and each fact at its earliest."""
    sent = await insert_sent(
        owner, await insert_number(owner), provider_message_id="wamid.1", accepted_at=NOW
    )

    for batch in told:
        async with apply.transaction() as tx:
            await statuses.apply(tx, [report(sent, kind, at=NOW + n * SECOND) for kind, n in batch])

    row = await owner.fetchrow("SELECT * FROM messages WHERE id = $1", sent.id)
    assert row is not None
    every = [item for batch in told for item in batch]
    assert row["status"] == expected(tuple(kind for kind, _ in every), MessageStatus.ACCEPTED).value
    for kind in REPORTED:
        earliest = min((n for told_kind, n in every if told_kind is kind), default=None)
        assert row[f"{kind.value}_at"] == (None if earliest is None else NOW + earliest * SECOND)


FORGETTING = [
    "accepted_at = NULL",
    "sent_at = NULL",
    "delivered_at = NULL",
    "read_at = NULL",
    "played_at = NULL",
    "failed_at = NULL, failed_by = NULL",
    "failed_by = 'curbe'",
    "provider_message_id = NULL",
    "provider_message_id = 'wamid.other'",
]


@pytest.mark.parametrize("forgetting", FORGETTING)
async def test_even_by_hand_a_message_cannot_be_made_to_forget(
    owner: Owner, apply: Pool, number: Number, forgetting: str
) -> None:
    sent = await insert_sent(owner, number, provider_message_id="wamid.1", accepted_at=NOW)
    async with apply.transaction() as tx:
        await statuses.apply(tx, [report(sent, kind) for kind in REPORTED])

    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute(f"UPDATE messages SET {forgetting}")


async def test_nobody_writes_the_status_itself(owner: Owner, number: Number) -> None:
    await insert_sent(owner, number)

    with pytest.raises(asyncpg.GeneratedAlwaysError):
        await owner.execute("UPDATE messages SET status = 'read'")


def test_ranks_and_reported_statuses_cover_every_status() -> None:
    ours = {MessageStatus.QUEUED, MessageStatus.SENDING, MessageStatus.UNKNOWN, MessageStatus.ACCEPTED}

    assert set(RANK) == set(MessageStatus) == ours | set(REPORTED)


async def test_two_numbers_may_call_their_messages_by_one_name_and_a_status_is_of_its_own(
    owner: Owner, apply: Pool, number: Number
) -> None:
    """Of one tenant, so that no row-level security stands between them."""
    other = await insert_number(owner, number.tenant_id)
    sent, beside = [
        await insert_sent(owner, one, provider_message_id="wamid.same", accepted_at=NOW)
        for one in (number, other)
    ]
    told = msgspec.structs.replace(report(sent, MessageStatus.READ), message_id=None)
    async with apply.transaction() as tx:
        await statuses.apply(tx, [told])

    known = await facts(owner)
    assert (known[sent.id][0], known[beside.id][0]) == ("read", "accepted")


async def test_a_message_whose_name_another_has_is_still_settled_by_our_own_mark(
    owner: Owner, apply: Pool, number: Number
) -> None:
    """The provider has called two messages by one name: the second became unknown, as its name was taken."""
    first = await insert_sent(owner, number, provider_message_id="wamid.same", accepted_at=NOW)
    second, third = [await insert_sent(owner, number, phase="unknown") for _ in range(2)]
    told = [
        msgspec.structs.replace(report(one, MessageStatus.READ), provider_message_id="wamid.same")
        for one in (second, third)
    ]
    for one in told:
        async with apply.transaction() as tx:
            await statuses.apply(tx, [one])

    known = await facts(owner)
    assert [known[one.id][0] for one in (first, second, third)] == ["accepted", "read", "read"]
    assert await owner.fetchval("SELECT provider_message_id FROM messages WHERE id = $1", second.id) is None
