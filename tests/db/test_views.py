"""Lists of conversations: each filter chooses what it says, alone and with others, in either order, page by page; and so do the counts."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from itertools import chain, combinations
from uuid import UUID, uuid4

import asyncpg
import pytest

from bed.inbox import Inbox
from bed.rows import NOW, insert_number
from curbe.inbox import unread, views
from curbe.inbox.deeds import NOBODY
from curbe.inbox.rules import ACTIVE, STATE_CODES, ConversationState, Priority
from curbe.inbox.service import Place
from curbe.inbox.views import ConversationFilter, PriorityPlace, Sort
from curbe.infra.db import Pool, Transaction

pytestmark = pytest.mark.anyio

PRESSING = frozenset({Priority.URGENT, Priority.HIGH})


async def listed(
    web: Pool, inbox: Inbox, wanted: ConversationFilter, *, limit: int = 50, sort: Sort = "latest"
) -> list[UUID]:
    """Every conversation, page by page."""
    found: list[UUID] = []
    after: Place | None = None
    while True:
        async with web.transaction(inbox.tenant_id) as tx:
            page = await views.conversations(
                tx, tenant_id=inbox.tenant_id, wanted=wanted, after=after, limit=limit, sort=sort
            )
        found += [item.id for item in page.items]
        after = page.following
        if after is None:
            return found


async def pressing_first(
    web: Pool, inbox: Inbox, wanted: ConversationFilter, *, limit: int = 50
) -> list[UUID]:
    """Every conversation in the order of priorities, page by page."""
    found: list[UUID] = []
    after: PriorityPlace | None = None
    while True:
        async with web.transaction(inbox.tenant_id) as tx:
            page = await views.by_priority(
                tx, tenant_id=inbox.tenant_id, wanted=wanted, after=after, limit=limit
            )
        assert len(page.items) == limit or page.following is None
        found += [item.id for item in page.items]
        after = page.following
        if after is None:
            return found


async def some_of_each(inbox: Inbox) -> tuple[list[tuple[UUID, dict]], dict[str, tuple]]:
    """Make conversations of every kind. Return each with its facts, and by what they can be filtered, with what meets it."""
    bea, carl = await inbox.colleague("Bea"), await inbox.colleague("Carl")
    team, vip, late = await inbox.team(), await inbox.label("VIP"), await inbox.label("Late")
    elsewhere = (await insert_number(inbox.owner, inbox.tenant_id)).connection_id
    made = []
    for minute in range(48):
        facts = {
            "state": list(ConversationState)[minute % 6].value,
            "assignee_id": (None, bea, carl)[minute % 3],
            "team_id": (None, team)[minute // 2 % 2],
            "label_ids": ((), (vip,), (vip, late), (late,))[minute // 3 % 4],
            "connection_id": (inbox.connection_id, elsewhere)[minute // 5 % 2],
            "unread": minute // 7 % 2,
            "priority": list(Priority)[minute // 4 % 5],
        }
        made.append((await inbox.conversation(last_at=NOW - timedelta(minutes=minute), **facts), facts))  # type: ignore[arg-type]
    conditions = {
        "states": (ACTIVE, lambda facts: facts["state"] in ACTIVE),
        "holder_id": (bea, lambda facts: facts["assignee_id"] == bea),
        "team_id": (team, lambda facts: facts["team_id"] == team),
        "label_ids": ((vip, late), lambda facts: {vip, late} <= set(facts["label_ids"])),
        "connection_id": (elsewhere, lambda facts: facts["connection_id"] == elsewhere),
        "unread_only": (True, lambda facts: facts["unread"] > 0),
        "priorities": (PRESSING, lambda facts: facts["priority"] in PRESSING),
    }
    return made, conditions


async def test_every_combination_of_filters_chooses_exactly_what_meets_all_of_them(
    web: Pool, inbox: Inbox
) -> None:
    made, conditions = await some_of_each(inbox)

    for names in some(conditions):
        wanted = ConversationFilter(**{name: conditions[name][0] for name in names})
        expected = [known for known, facts in made if all(conditions[name][1](facts) for name in names)]
        assert await listed(web, inbox, wanted, limit=5) == expected, names
        assert await listed(web, inbox, wanted, limit=5, sort="oldest") == expected[::-1], names


async def test_the_most_pressing_come_first_and_of_those_the_latest_whatever_is_filtered_by(
    web: Pool, inbox: Inbox
) -> None:
    made, conditions = await some_of_each(inbox)
    ranks = list(Priority)

    for names in some(conditions):
        wanted = ConversationFilter(**{name: conditions[name][0] for name in names})
        meets = [(known, facts) for known, facts in made if all(conditions[name][1](facts) for name in names)]
        meets.sort(key=lambda one: -ranks.index(one[1]["priority"]))  # made in the order of their messages
        expected = [known for known, _ in meets]
        assert await pressing_first(web, inbox, wanted, limit=5) == expected, names


class Meanwhile(Transaction):
    """A transaction in which something happens after the first look."""

    def __init__(self, tx: Transaction, deed: Callable[[], Awaitable[object]]) -> None:
        super().__init__(self, tx.tenant_id)  # type: ignore[arg-type]  # of a connection it is asked for one thing
        self._tx, self._deed, self._looks = tx, deed, 0

    async def fetch(self, statement: str, *given: object) -> list[asyncpg.Record]:
        self._looks += 1
        if self._looks == 2:
            await self._deed()
        return await self._tx.connection.fetch(statement, *given)


async def test_what_becomes_less_pressing_while_a_page_is_read_stands_there_once_and_pushes_nobody_out(
    web: Pool, inbox: Inbox, owner: asyncpg.Connection
) -> None:
    moved = await inbox.conversation(priority=Priority.URGENT, last_at=NOW)
    others = [
        await inbox.conversation(priority=Priority.HIGH, last_at=NOW - timedelta(minutes=n))
        for n in (1, 2, 3)
    ]

    async def calmer() -> None:
        await owner.execute("UPDATE conversations SET priority = 3 WHERE id = $1", moved)

    wanted = ConversationFilter()
    async with web.transaction(inbox.tenant_id) as tx:
        page = await views.by_priority(
            Meanwhile(tx, calmer), tenant_id=inbox.tenant_id, wanted=wanted, after=None, limit=3
        )
        rest = await views.by_priority(
            tx, tenant_id=inbox.tenant_id, wanted=wanted, after=page.following, limit=3
        )

    assert [item.id for item in (*page.items, *rest.items)] == [moved, *others]


def some(names: Iterable[str]) -> Iterable[tuple[str, ...]]:
    """All sets of up to three of them, and all of them."""
    known = list(names)
    return [*chain.from_iterable(combinations(known, size) for size in range(4)), tuple(known)]


async def test_what_nobody_gave_a_priority_is_listed_alone_and_with_what_has_one(
    web: Pool, inbox: Inbox
) -> None:
    vip = await inbox.label()
    low, none, urgent = [
        await inbox.conversation(last_at=NOW - timedelta(minutes=minute), priority=priority, label_ids=[vip])
        for minute, priority in enumerate((Priority.LOW, Priority.NONE, Priority.URGENT))
    ]

    for labels in ((), (vip,)):
        plain = ConversationFilter(priorities=frozenset({Priority.NONE}), label_ids=labels)
        mixed = ConversationFilter(priorities=frozenset({Priority.NONE, Priority.URGENT}), label_ids=labels)
        assert await listed(web, inbox, plain) == [none]
        assert await listed(web, inbox, mixed) == [none, urgent]
        assert await listed(web, inbox, ConversationFilter(label_ids=labels)) == [low, none, urgent]


async def test_what_nobody_has_is_listed_as_nobodys(web: Pool, inbox: Inbox) -> None:
    free = await inbox.conversation(last_at=NOW)
    await inbox.conversation(last_at=NOW, assignee_id=await inbox.colleague())

    assert await listed(web, inbox, ConversationFilter(holder_id=NOBODY)) == [free]


async def test_counts_tell_mine_nobodys_and_all_of_those_that_are_open_or_waiting(
    web: Pool, inbox: Inbox
) -> None:
    bea, carl = await inbox.colleague("Bea"), await inbox.colleague("Carl")
    for state in ConversationState:
        await inbox.conversation(state=state.value, assignee_id=bea, unread=1)
        await inbox.conversation(state=state.value, assignee_id=carl)
    await inbox.conversation(unread=2)
    await inbox.conversation(last_at=None)

    async with web.transaction(inbox.tenant_id) as tx:
        hers = await views.counts(tx, tenant_id=inbox.tenant_id, user_id=bea)
        a_keys = await views.counts(tx, tenant_id=inbox.tenant_id, user_id=None)

    assert (hers.mine, hers.unassigned, hers.all) == (2, 1, 5)
    assert (hers.unread_mine, hers.unread_unassigned, hers.unread_all) == (2, 1, 3)
    assert (a_keys.mine, a_keys.unread_mine, a_keys.all) == (0, 0, 5)


async def test_a_count_ends_where_nobody_reads_on(
    web: Pool, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "COUNTED_TO", 2)
    for _ in range(5):
        await inbox.conversation()

    async with web.transaction(inbox.tenant_id) as tx:
        counted = await views.counts(tx, tenant_id=inbox.tenant_id, user_id=None)

    assert counted.all == 2


async def test_what_is_unread_is_counted_in_every_list_as_the_list_shows_it(web: Pool, inbox: Inbox) -> None:
    made, conditions = await some_of_each(inbox)
    await Inbox(inbox.owner, await insert_number(inbox.owner)).conversation(unread=1)
    await inbox.conversation(unread=1, last_at=None)
    combinations_of = {uuid4(): names for names in some(conditions)}
    lists = {
        one: ConversationFilter(**{name: conditions[name][0] for name in names})
        for one, names in combinations_of.items()
    }
    expected = {
        one: sum(
            facts["unread"] > 0 and all(conditions[name][1](facts) for name in names) for _, facts in made
        )
        for one, names in combinations_of.items()
    }

    async with web.transaction(inbox.tenant_id) as tx:
        counted = await unread.count(tx, tenant_id=inbox.tenant_id, lists=lists)

    assert {one.id: one.count for one in counted} == expected
    assert not any(one.more for one in counted)


async def test_what_is_unread_is_counted_as_far_as_anybody_reads_and_says_that_there_is_more(
    web: Pool, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unread, "COUNTED_TO", 2)
    monkeypatch.setattr(unread, "LOOKED_AT", 3)
    elsewhere = (await insert_number(inbox.owner, inbox.tenant_id)).connection_id
    vip, team = await inbox.label(), await inbox.team()
    await inbox.conversation(unread=1, label_ids=[vip], last_at=NOW)
    await inbox.conversation(unread=1, team_id=team, last_at=NOW - timedelta(days=1))
    for minute in range(3):
        await inbox.conversation(
            unread=1, connection_id=elsewhere, last_at=NOW - timedelta(minutes=minute + 1)
        )
    lists = [
        ConversationFilter(),
        ConversationFilter(label_ids=(vip,)),
        ConversationFilter(team_id=team),
    ]

    async with web.transaction(inbox.tenant_id) as tx:
        numbers = await unread.numbers(tx, tenant_id=inbox.tenant_id)
        wanted = numbers | {uuid4(): one for one in lists}
        counted = await unread.count(tx, tenant_id=inbox.tenant_id, lists=wanted)

    assert list(numbers) == [inbox.connection_id, elsewhere]
    told = [(one.count, one.more) for one in counted]
    assert told == [(2, False), (2, True), (2, True), (1, True), (0, True)]


async def test_asked_for_by_id_each_comes_once_in_order_and_a_merged_one_as_the_one_it_is_part_of(
    web: Pool, inbox: Inbox
) -> None:
    one, other, merged = [await inbox.conversation() for _ in range(3)]
    await inbox.owner.execute(
        "UPDATE conversations SET merged_into = $2, last_message_at = NULL WHERE id = $1", merged, one
    )

    async with web.transaction(inbox.tenant_id) as tx:
        found = await views.these(tx, tenant_id=inbox.tenant_id, ids=[merged, other, uuid4(), one])

    assert [item.id for item in found] == [one, other]


async def test_a_labels_list_follows_its_conversations_state_and_order(web: Pool, inbox: Inbox) -> None:
    vip = await inbox.label()
    first, second = [
        await inbox.conversation(last_at=NOW - timedelta(minutes=minute), label_ids=[vip])
        for minute in (1, 2)
    ]
    await inbox.owner.execute(
        "UPDATE conversations SET last_message_at = $2, state = 'resolved' WHERE id = $1", second, NOW
    )

    assert await listed(web, inbox, ConversationFilter(label_ids=(vip,))) == [second, first]
    assert await listed(web, inbox, ConversationFilter(label_ids=(vip,), states=ACTIVE)) == [first]


async def test_the_numbers_of_the_states_are_the_same_in_the_code_and_in_the_database(inbox: Inbox) -> None:
    for state in ConversationState:
        await inbox.conversation(state=state.value)

    rows = await inbox.owner.fetch("SELECT state::text, state_code FROM conversations")
    assert {ConversationState(row[0]): row[1] for row in rows} == STATE_CODES
