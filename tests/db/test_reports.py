"""What is kept of a day is what a count over its messages says, in whatever order they came, changed and were counted."""

import asyncio
import random  # noqa: TID251 - seeded: the histories repeat
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import msgspec
import pytest
from uuid_utils.compat import uuid7

from bed.clocks import stopped_at
from bed.rows import Number, insert_conversation, insert_number
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.infra.jobs import NewJob, Runner, defer
from curbe.media.storage import LocalStorage
from curbe.reports import keeping, rules, service
from curbe.reports.counting import first_id
from curbe.reports.keeping import COUNT, Bookkeeper
from curbe.reports.service import Ask
from curbe.reports.shapes import Figures, GroupBy, Summary
from curbe.retention.service import PURGE, Purger

pytestmark = pytest.mark.anyio

NOW = utc_now().replace(hour=12, minute=0, second=0, microsecond=0)
WEEK = timedelta(days=7)
SENDERS = [
    "user:0192a000-0000-7000-8000-000000000001",
    "key:0192a000-0000-7000-8000-000000000002",
    "campaign:0192a000-0000-7000-8000-000000000003",
    "app",
]
ANSWER = ("user:", "key:", "app")


@dataclass
class Said:
    """A message as whoever tells the history knows it."""

    id: UUID
    number: Number
    conversation_id: UUID
    inbound: bool
    at: datetime
    sender: str | None = None
    template: str | None = None
    facts: dict[str, datetime] = field(default_factory=dict)
    price: dict[str, str] | None = None
    resolved: bool = False

    @property
    def delivered(self) -> bool:
        return bool({"delivered_at", "read_at"} & self.facts.keys())


@dataclass
class History:
    """A tenant's messages, told to the database and known here."""

    owner: asyncpg.Connection
    numbers: list[Number]
    people: dict[UUID, Number]
    told: list[Said] = field(default_factory=list)

    async def say(self, said: Said) -> None:
        template = {"template": {"name": said.template, "language": {"code": "es"}}} if said.template else {}
        await self.owner.execute(
            """INSERT INTO messages (tenant_id, channel_connection_id, id, conversation_id, direction, provider_message_id, type, text,
                                     payload, sender, phase, created_at)
               VALUES ($1, $2, $3, $4, $5::text::message_direction, $6, $7, 'hola', $8, $9, $10::text::outbox_phase, $11)""",
            said.number.tenant_id, said.number.connection_id, said.id, said.conversation_id,
            "inbound" if said.inbound else "outbound", f"wamid.{said.id}", "template" if said.template else "text",
            msgspec.json.encode(template).decode(), said.sender, None if said.inbound else "sending", said.at,
        )  # fmt: skip
        self.told.append(said)

    async def become(self, said: Said, fact: str, at: datetime) -> None:
        """Let a status come, however late."""
        said.facts.setdefault(fact, at)
        extra = (
            ", failed_by = 'provider', failure_kind = 'recipient', error_code = 131026"
            if fact == "failed_at"
            else ""
        )
        await self.owner.execute(
            f"UPDATE messages SET {fact} = $3{extra} WHERE tenant_id = $1 AND id = $2",
            said.number.tenant_id, said.id, said.facts[fact],
        )  # fmt: skip

    async def charge(self, said: Said, category: str, kind: str) -> None:
        said.price = {"category": category, "type": kind}
        await self.owner.execute(
            "UPDATE messages SET pricing = $3 WHERE tenant_id = $1 AND id = $2",
            said.number.tenant_id, said.id, msgspec.json.encode(said.price).decode(),
        )  # fmt: skip


def counted(told: list[Said], day: date, zone: ZoneInfo) -> Figures:
    """Count a day the slow way."""
    of_day = [said for said in told if said.at.astimezone(zone).date() == day]
    ours = [said for said in of_day if not said.inbound]
    sent = [said for said in ours if {"accepted_at", "delivered_at", "read_at"} & said.facts.keys()]

    def replied(said: Said) -> bool:
        since = said.at.replace(microsecond=0)
        return any(
            one.inbound and one.conversation_id == said.conversation_id and since <= one.at < said.at + WEEK
            for one in told
        )

    return Figures(
        received=sum(said.inbound for said in of_day),
        made=len(ours),
        sent=len(sent),
        delivered=sum(said.delivered for said in ours),
        read=sum("read_at" in said.facts for said in ours),
        replied=sum(map(replied, sent)),
        failed=sum("failed_at" in said.facts and not said.delivered for said in ours),
    )


def waited(told: list[Said]) -> dict[datetime, float | None]:
    """Return when people began to wait, and for how many seconds; None where nobody answered within a week."""
    found: dict[datetime, float | None] = {}
    threads: defaultdict[UUID, list[Said]] = defaultdict(list)
    for said in sorted(told, key=lambda said: (said.at, said.id)):
        if said.inbound or (said.sender or "").startswith(ANSWER):
            threads[said.conversation_id].append(said)
    for thread in threads.values():
        for n, said in enumerate(thread):
            before = thread[n - 1] if n else None
            if said.inbound and (before is None or not before.inbound or before.at < said.at - WEEK):
                answer = next((one for one in thread[n:] if not one.inbound), None)
                in_time = answer is not None and answer.at < said.at + WEEK
                found[said.at] = (answer.at - said.at).total_seconds() if answer and in_time else None
    return found


async def purge(worker: Pool, apply: Pool, tenant_id: UUID, *, files: Path) -> None:
    """Delete what retention leaves no longer, to the end."""
    purger = Purger(worker, storage=LocalStorage(files), now=stopped_at(NOW))
    runner = Runner(
        everybody=apply, pool=worker, handlers={PURGE: purger}, at_once=1, lease=timedelta(minutes=5)
    )
    async with worker.transaction(tenant_id) as tx:
        await defer(tx, [NewJob(tenant_id, PURGE, tenant_id)])
    while await runner.run_due():
        pass


async def count_all(worker: Pool, tenant_id: UUID, *, now: datetime) -> int:
    """Count what is due, as the job does; return how many days that were."""
    tenant, days = await keeping.due_days(worker, tenant_id=tenant_id, now=now)
    for day in days:
        await keeping.count_day(worker, tenant=tenant, day=day, now=now)
    return len(days)


async def history(owner: asyncpg.Connection, *, zone: str, people: int = 4) -> History:
    first = await insert_number(owner)
    numbers = [first, await insert_number(owner, first.tenant_id)]
    await owner.execute("UPDATE tenants SET time_zone = $1 WHERE id = $2", zone, first.tenant_id)
    known = {
        await insert_conversation(owner, number, wa_id=wa_id): number
        for number, wa_id in zip(
            numbers * people, ["34600000001", "5215512345678", "14155550123", "5491122334455"], strict=False
        )
    }
    return History(owner, numbers, known)


def asked(tenant_id: UUID, first: date, last: date, *, number: UUID | None = None) -> Ask:
    return Ask(tenant_id=tenant_id, first=first, last=last, number=number, now=NOW)


# Around the days on which clocks are changed, and where a day does not begin on a whole hour of UTC.
PLACES = [
    ("Europe/Madrid", datetime(2026, 10, 22, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 10, 29, tzinfo=UTC)),
    ("Asia/Kathmandu", datetime(2026, 10, 10, tzinfo=UTC)),
    ("America/Santiago", datetime(2026, 9, 3, tzinfo=UTC)),
]


@pytest.mark.parametrize("seed", range(6))
async def test_every_day_is_what_a_count_over_its_messages_says(
    owner: asyncpg.Connection, worker: Pool, web: Pool, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - seeded
    name, begin = PLACES[seed % len(PLACES)]
    zone = ZoneInfo(name)
    story = await history(owner, zone=name)
    tenant_id = story.numbers[0].tenant_id

    for _ in range(220):
        match chance.choices(["say", "become", "charge", "count"], [5, 5, 2, 0.3])[0]:
            case "say":
                conversation_id = chance.choice(list(story.people))
                inbound = chance.random() < 0.5
                at = begin + timedelta(
                    seconds=chance.randrange(6 * 86_400), milliseconds=0 if inbound else 421
                )
                sender = None if inbound else chance.choice(SENDERS)
                template = (
                    "offer" if sender and (sender.startswith("campaign") or chance.random() < 0.2) else None
                )
                number = story.people[conversation_id]
                await story.say(Said(uuid7(), number, conversation_id, inbound, at, sender, template))
            case "become" if ours := [said for said in story.told if not said.inbound]:
                fact = chance.choice(["accepted_at", "delivered_at", "read_at", "failed_at"])
                said = chance.choice(ours)
                await story.become(said, fact, said.at + timedelta(days=chance.randrange(20)))
            case "charge" if ours := [said for said in story.told if not said.inbound and not said.price]:
                kind = chance.choice(["regular", "free_customer_service", "free_of_a_kind_to_come"])
                await story.charge(
                    chance.choice(ours), chance.choice(["marketing", "utility", "service"]), kind
                )
            case "count":
                await count_all(worker, tenant_id, now=NOW)
    await count_all(worker, tenant_id, now=NOW)

    days = sorted({said.at.astimezone(zone).date() for said in story.told})
    async with web.transaction(tenant_id) as tx:
        table = await service.table(
            tx, asked(tenant_id, days[0], days[-1]), by_day=True, group_by=GroupBy.NOTHING
        )
        whole = await service.summary(tx, asked(tenant_id, days[0], days[-1]))
        charged = await service.costs(tx, asked(tenant_id, days[0], days[-1]))
        parts = {
            by: await service.table(tx, asked(tenant_id, days[0], days[-1]), by_day=False, group_by=by)
            for by in (GroupBy.NUMBER, GroupBy.TYPE, GroupBy.CATEGORY)
        }

    assert table.period.pending_days == 0
    assert {line.day: line.figures for line in table.lines} == {
        day: counted(story.told, day, zone) for day in days
    }
    waits = waited(story.told)
    answered = {at: seconds for at, seconds in waits.items() if seconds is not None}
    assert whole.total.first_response is not None
    assert whole.total.first_response.count == len(answered)
    assert whole.total.unanswered == len(waits) - len(answered)
    assert whole.total.first_response.mean_seconds == pytest.approx(
        sum(answered.values()) / len(answered), rel=1e-3
    )
    per_day = Counter(at.astimezone(zone).date() for at in answered)
    assert {line.day: line.first_response and line.first_response.count for line in table.lines} == {
        day: per_day[day] for day in days
    }
    for by, part in parts.items():
        for name in Figures.__struct_fields__:
            assert sum(getattr(line.figures, name) for line in part.lines) == getattr(
                whole.total.figures, name
            ), by
    # Meta tells a price as it takes a message, and charges what arrives.
    priced = Counter(said.price["type"] for said in story.told if said.price and said.delivered)
    untold = sum(said.price is None and said.delivered for said in story.told)
    assert charged.total.charged == priced.pop("regular", 0)
    assert charged.total.free == priced.total()
    assert charged.total.untold == untold
    assert {line.country for line in charged.lines} <= {"ES", "MX", "US", "AR"}
    assert sum(line.amount or 0 for line in charged.lines) == charged.total.amount
    assert sum(failure.count for failure in whole.failures) == whole.total.figures.failed


async def test_what_changes_late_counts_on_the_day_it_is_about_and_counts_no_other_day_again(
    owner: asyncpg.Connection, worker: Pool
) -> None:
    story = await history(owner, zone="Europe/Madrid")
    conversation_id, number = next(iter(story.people.items()))
    early, later = [
        Said(uuid7(), number, conversation_id, inbound=False, at=NOW - timedelta(days=n), sender="app")
        for n in (40, 20)
    ]
    await story.say(early)
    await story.say(later)
    assert await count_all(worker, number.tenant_id, now=NOW) == 2
    assert await count_all(worker, number.tenant_id, now=NOW) == 0

    await story.become(early, "read_at", NOW)

    assert await count_all(worker, number.tenant_id, now=NOW) == 1
    read = await owner.fetch("SELECT day, sum(read) AS read FROM report_messages GROUP BY day ORDER BY day")
    assert [row["read"] for row in read] == [1, 0]
    assert await owner.fetchval("SELECT count(*) FROM report_marks") == 0


async def test_what_comes_late_in_the_moment_in_which_its_day_is_counted_counts_for_the_days_around_it_too(
    owner: asyncpg.Connection, worker: Pool
) -> None:
    """As much of a history does that is brought batch by batch."""
    story = await history(owner, zone="UTC")
    conversation_id, number = next(iter(story.people.items()))
    sent_at, answered_at = NOW - timedelta(days=23), NOW - timedelta(days=20)
    sent = Said(uuid7(), number, conversation_id, inbound=False, at=sent_at, sender="app")
    await story.say(sent)
    await story.become(sent, "accepted_at", sent_at)
    await count_all(worker, number.tenant_id, now=NOW)
    tenant, _ = await keeping.due_days(worker, tenant_id=number.tenant_id, now=NOW)

    await story.say(Said(uuid7(), number, conversation_id, inbound=True, at=answered_at))
    await keeping.count_day(worker, tenant=tenant, day=answered_at.date(), now=NOW)
    await count_all(worker, number.tenant_id, now=NOW)

    assert await owner.fetchval("SELECT sum(replied) FROM report_messages WHERE direction = 'outbound'") == 1


async def test_the_day_before_is_counted_again_while_its_messages_may_still_be_answered(
    owner: asyncpg.Connection, worker: Pool
) -> None:
    story = await history(owner, zone="UTC")
    conversation_id, number = next(iter(story.people.items()))
    yesterday = NOW - timedelta(days=1)
    sent = Said(uuid7(), number, conversation_id, inbound=False, at=yesterday, sender="app")
    await story.say(sent)
    await story.become(sent, "accepted_at", yesterday)
    assert await count_all(worker, number.tenant_id, now=NOW) == 1
    assert await owner.fetchval("SELECT sum(replied) FROM report_messages") == 0

    # At once, as nothing marks a day for what comes within an hour.
    await story.say(Said(uuid7(), number, conversation_id, inbound=True, at=utc_now()))
    await owner.execute("DELETE FROM report_marks")
    assert await count_all(worker, number.tenant_id, now=NOW + timedelta(hours=1)) == 0
    await count_all(worker, number.tenant_id, now=NOW + timedelta(hours=4))

    assert await owner.fetchval("SELECT sum(replied) FROM report_messages WHERE direction = 'outbound'") == 1


async def test_today_is_counted_as_it_is_asked_for(owner: asyncpg.Connection, web: Pool) -> None:
    story = await history(owner, zone="UTC")
    conversation_id, number = next(iter(story.people.items()))
    await story.say(Said(uuid7(), number, conversation_id, inbound=True, at=NOW))
    answer = Said(
        uuid7(), number, conversation_id, inbound=False, at=NOW + timedelta(seconds=90), sender=SENDERS[0]
    )
    await story.say(answer)

    async with web.transaction(number.tenant_id) as tx:
        told = await service.summary(tx, asked(number.tenant_id, NOW.date(), NOW.date()))

    assert (told.total.figures.received, told.total.figures.made) == (1, 1)
    assert told.total.first_response is not None
    assert told.total.first_response.mean_seconds == 90
    assert told.total.first_response.median_seconds == pytest.approx(90, rel=0.05)


async def test_a_day_that_is_counted_for_good_while_a_report_is_read_is_in_it_once(
    owner: asyncpg.Connection, web: Pool
) -> None:
    story = await history(owner, zone="UTC")
    conversation_id, number = next(iter(story.people.items()))
    await story.say(Said(uuid7(), number, conversation_id, inbound=True, at=NOW))
    today = NOW.date()

    async def read() -> Summary:
        async with web.transaction(number.tenant_id) as tx:
            return await service.summary(tx, asked(number.tenant_id, today, today))

    async with asyncio.TaskGroup() as tasks, owner.transaction():
        await owner.execute("LOCK TABLE report_messages IN ACCESS EXCLUSIVE MODE")
        reading = tasks.create_task(read())  # counts the day itself, and comes to what is kept
        waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'report_messages'::regclass AND NOT granted)"
        async with asyncio.timeout(10):
            while not await owner.fetchval(waits):  # noqa: ASYNC110 - the database has no event for it
                await asyncio.sleep(0.01)
        await owner.execute(
            "INSERT INTO report_days (tenant_id, day, time_zone, counted_at, partial) VALUES ($1, $2, 'UTC', now(), false)",
            number.tenant_id, today,
        )  # fmt: skip
        await owner.execute(
            """INSERT INTO report_messages (tenant_id, day, connection_id, direction, type, category, template, language, sender,
                                            failure_kind, error_code, messages, sent, delivered, read, failed, replied)
               VALUES ($1, $2, $3, 'inbound', 'text', '', '', '', '', '', 0, 1, 0, 0, 0, 0, 0)""",
            number.tenant_id, today, number.connection_id,
        )  # fmt: skip

    assert reading.result().total.figures.received == 1
    assert (await read()).total.figures.received == 1


async def test_a_day_is_counted_before_anything_is_written_and_kept_unless_somebody_else_counted_it_since(
    owner: asyncpg.Connection, worker: Pool
) -> None:
    story = await history(owner, zone="UTC")
    conversation_id, number = next(iter(story.people.items()))
    await story.say(Said(uuid7(), number, conversation_id, inbound=True, at=NOW - timedelta(days=3)))
    tenant, (day,) = await keeping.due_days(worker, tenant_id=number.tenant_id, now=NOW)
    waits = """SELECT a.backend_xid FROM pg_locks l JOIN pg_stat_activity a USING (pid)
                WHERE l.relation = 'annotations'::regclass AND NOT l.granted"""

    async with asyncio.TaskGroup() as tasks, owner.transaction():
        await owner.execute("LOCK TABLE annotations")
        counting = tasks.create_task(keeping.count_day(worker, tenant=tenant, day=day, now=NOW))
        async with asyncio.timeout(10):
            while not (busy := await owner.fetch(waits)):  # noqa: ASYNC110 - the database has no event for it
                await asyncio.sleep(0.01)
        await owner.execute(
            "INSERT INTO report_days (tenant_id, day, time_zone, counted_at, partial) VALUES ($1, $2, 'UTC', now(), false)",
            tenant.id, day,
        )  # fmt: skip

    assert [row["backend_xid"] for row in busy] == [
        None
    ]  # for whoever has one, every reader of the log waits
    assert counting.result() is False
    assert await owner.fetchval("SELECT count(*) FROM report_messages") == 0
    assert await owner.fetchval("SELECT count(*) FROM report_marks") > 0
    assert await keeping.count_day(worker, tenant=tenant, day=day, now=NOW)
    assert await owner.fetchval("SELECT sum(messages) FROM report_messages") == 1
    assert (
        await owner.fetchval(
            "SELECT count(*) FROM report_marks m WHERE (m.quarter AT TIME ZONE 'UTC')::date = $1", day
        )
        == 0
    )


async def test_a_resolution_takes_from_the_first_message_since_the_last_one(
    owner: asyncpg.Connection, web: Pool
) -> None:
    story = await history(owner, zone="UTC")
    conversation_id, number = next(iter(story.people.items()))
    noon = utc_now() - timedelta(hours=10)
    for hours in (0, 1, 4):
        at = noon + timedelta(hours=hours)
        await story.say(Said(uuid7(), number, conversation_id, inbound=True, at=at))
    for hours in (2, 3, 7):  # after two messages; after none; after one more
        await owner.execute(
            """INSERT INTO annotations (tenant_id, id, conversation_id, kind, author, activity, created_at)
               VALUES ($1, $2, $3, 'activity', $4, '{"type": "state", "state": "resolved", "from_state": "open"}', $5)""",
            number.tenant_id,
            first_id(noon + timedelta(hours=hours)),
            conversation_id,
            SENDERS[0],
            noon + timedelta(hours=hours),
        )

    async with web.transaction(number.tenant_id) as tx:
        told = await service.table(
            tx,
            msgspec.structs.replace(asked(number.tenant_id, noon.date(), utc_now().date()), now=utc_now()),
            by_day=False,
            group_by=GroupBy.AGENT,
        )

    (agent,) = told.lines
    assert agent.key == SENDERS[0]
    assert agent.resolution is not None
    assert (agent.resolution.count, agent.resolution.mean_seconds) == (2, (2 + 3) * 3600 / 2)


async def test_what_retention_deletes_stays_counted_and_nothing_that_comes_later_changes_it(
    owner: asyncpg.Connection, worker: Pool, apply: Pool, web: Pool, tmp_path: Path
) -> None:
    story = await history(owner, zone="UTC")
    conversation_id, number = next(iter(story.people.items()))
    old = [
        Said(
            uuid7(),
            number,
            conversation_id,
            n % 2 == 0,
            NOW - timedelta(days=31, hours=n),
            [None, "app"][n % 2],
        )
        for n in range(6)
    ]
    for said in old:
        await story.say(said)
    await owner.execute("UPDATE tenants SET retention_days = 30")  # and nothing was ever counted

    await purge(worker, apply, number.tenant_id, files=tmp_path)
    assert await owner.fetchval("SELECT count(*) FROM messages") == 0
    await story.say(Said(uuid7(), number, conversation_id, inbound=True, at=old[0].at))
    assert await count_all(worker, number.tenant_id, now=NOW) == 0

    async with web.transaction(number.tenant_id) as tx:
        told = await service.summary(tx, asked(number.tenant_id, NOW.date() - timedelta(days=40), NOW.date()))
    assert (told.total.figures.received, told.total.figures.made) == (3, 3)
    assert (told.period.partial_days, told.period.pending_days) == (0, 0)


async def test_a_resolution_stays_counted_with_its_time_when_retention_has_deleted_how_it_began(
    owner: asyncpg.Connection, worker: Pool, apply: Pool, tmp_path: Path
) -> None:
    story = await history(owner, zone="UTC")
    conversation_id, number = next(iter(story.people.items()))
    # Wrote, was resolved; wrote twice, the second time lately, and was resolved; and once more without a word.
    for days in (40, 36, 35, 9):
        at = NOW - timedelta(days=days)
        await story.say(Said(uuid7(), number, conversation_id, inbound=True, at=at))
    for days in (38, 5, 4):
        await owner.execute(
            """INSERT INTO annotations (tenant_id, id, conversation_id, kind, author, activity, created_at)
               VALUES ($1, $2, $3, 'activity', $4, '{"type": "state", "state": "resolved", "from_state": "open"}', $5)""",
            number.tenant_id,
            first_id(NOW - timedelta(days=days)),
            conversation_id,
            SENDERS[0],
            NOW - timedelta(days=days),
        )
    await owner.execute("UPDATE tenants SET retention_days = 30")
    lately = (
        "SELECT count, seconds FROM report_times WHERE kind = 'resolution' AND day > $1::date ORDER BY day"
    )
    since, took = NOW.date() - timedelta(days=30), [(1, 31 * 86_400)]
    await count_all(worker, number.tenant_id, now=NOW)
    assert [tuple(row) for row in await owner.fetch(lately, since)] == took

    await purge(worker, apply, number.tenant_id, files=tmp_path)
    left = "SELECT (SELECT count(*) FROM messages), (SELECT count(*) FROM annotations)"
    assert tuple(await owner.fetchrow(left)) == (1, 2)

    assert await count_all(worker, number.tenant_id, now=NOW + timedelta(hours=4)) > 1
    assert [tuple(row) for row in await owner.fetch(lately, since)] == took

    # What waited until a resolution that is deleted in its turn, waits no more.
    await owner.execute(
        "UPDATE annotations SET id = $1 WHERE created_at < $2",
        first_id(NOW - timedelta(days=31)),
        NOW - timedelta(days=4, hours=1),
    )
    await purge(worker, apply, number.tenant_id, files=tmp_path)
    assert (
        await owner.fetchval("SELECT purged_waiting_since FROM conversations WHERE id = $1", conversation_id)
        is None
    )


async def test_a_day_first_counted_after_some_of_it_was_deleted_says_so(
    owner: asyncpg.Connection, worker: Pool, web: Pool
) -> None:
    story = await history(owner, zone="UTC")
    conversation_id, number = next(iter(story.people.items()))
    await owner.execute("UPDATE tenants SET retention_days = 30, purged_at = $1", NOW)
    await story.say(Said(uuid7(), number, conversation_id, inbound=True, at=NOW - timedelta(days=30)))
    await count_all(worker, number.tenant_id, now=NOW)

    async with web.transaction(number.tenant_id) as tx:
        told = await service.summary(tx, asked(number.tenant_id, NOW.date() - timedelta(days=40), NOW.date()))
    assert told.period.partial_days == 1


async def test_another_time_zone_counts_every_day_again(owner: asyncpg.Connection, worker: Pool) -> None:
    story = await history(owner, zone="Asia/Tokyo")
    conversation_id, number = next(iter(story.people.items()))
    late = datetime(2026, 11, 3, 23, 0, tzinfo=UTC)
    await story.say(Said(uuid7(), number, conversation_id, inbound=True, at=late))
    await count_all(worker, number.tenant_id, now=NOW)
    assert await owner.fetchval("SELECT day FROM report_messages") == date(2026, 11, 4)

    await owner.execute("UPDATE tenants SET time_zone = 'America/Bogota'")
    await count_all(worker, number.tenant_id, now=NOW)

    assert [row["day"] for row in await owner.fetch("SELECT day FROM report_messages")] == [date(2026, 11, 3)]

    await owner.execute("UPDATE tenants SET time_zone = 'Asia/Tokyo'")
    await count_all(worker, number.tenant_id, now=NOW)

    assert [row["day"] for row in await owner.fetch("SELECT day FROM report_messages")] == [date(2026, 11, 4)]


async def test_today_is_told_by_the_tenants_clock_though_another_one_had_it_over(
    owner: asyncpg.Connection, worker: Pool, web: Pool
) -> None:
    story = await history(owner, zone="Pacific/Kiritimati")
    conversation_id, number = next(iter(story.people.items()))
    await story.say(Said(uuid7(), number, conversation_id, inbound=True, at=NOW - timedelta(hours=3)))
    await count_all(worker, number.tenant_id, now=NOW)
    await story.say(Said(uuid7(), number, conversation_id, inbound=True, at=NOW - timedelta(hours=1)))

    await owner.execute("UPDATE tenants SET time_zone = 'UTC'")
    async with web.transaction(number.tenant_id) as tx:
        told = await service.summary(tx, asked(number.tenant_id, NOW.date(), NOW.date()))

    assert (told.total.figures.received, told.period.other_clock_days) == (2, 0)


async def test_nobody_sees_what_others_messages_came_to(
    owner: asyncpg.Connection, worker: Pool, web: Pool
) -> None:
    mine, theirs = [await history(owner, zone="UTC", people=1) for _ in range(1)], await insert_number(owner)
    story = mine[0]
    conversation_id, number = next(iter(story.people.items()))
    for days in (0, 5):
        await story.say(Said(uuid7(), number, conversation_id, inbound=True, at=NOW - timedelta(days=days)))
    await count_all(worker, number.tenant_id, now=NOW)
    assert await count_all(worker, theirs.tenant_id, now=NOW) == 0

    async with web.transaction(theirs.tenant_id) as tx:
        told = await service.summary(tx, asked(theirs.tenant_id, NOW.date() - timedelta(days=9), NOW.date()))
    assert told.total.figures == Figures()


async def test_the_worker_looks_through_each_tenants_days_and_again_ten_minutes_later(
    owner: asyncpg.Connection, worker: Pool, apply: Pool
) -> None:
    story = await history(owner, zone="UTC")
    conversation_id, number = next(iter(story.people.items()))
    await story.say(Said(uuid7(), number, conversation_id, inbound=True, at=NOW - timedelta(days=3)))
    keeper = Bookkeeper(worker, now=lambda: NOW)
    runner = Runner(
        everybody=apply, pool=worker, handlers={COUNT: keeper}, at_once=1, lease=timedelta(minutes=5)
    )

    assert await keeping.defer_due(apply, now=NOW) == 1
    assert await runner.run_due() == 1

    assert await owner.fetchval("SELECT sum(messages) FROM report_messages") == 1
    assert await keeping.defer_due(apply, now=NOW + timedelta(minutes=9)) == 0
    assert await keeping.defer_due(apply, now=NOW + timedelta(minutes=11)) == 1


def test_a_median_is_told_within_a_twentieth() -> None:
    chance = random.Random(7)  # noqa: S311 - seeded
    for _ in range(50):
        waits = sorted(chance.lognormvariate(6, 2) + 1 for _ in range(chance.randrange(1, 200)))
        steps = Counter(_step(seconds) for seconds in waits)
        told = rules.spread(steps, seconds=round(sum(waits)))
        assert told.median_seconds == pytest.approx(waits[(len(waits) + 1) // 2 - 1], rel=0.05)
        assert told.p90_seconds == pytest.approx(waits[-(-len(waits) * 9 // 10) - 1], rel=0.05)


def _step(seconds: float) -> int:
    return next(n for n in range(400) if 1.1**n <= seconds < 1.1 ** (n + 1))


@pytest.mark.parametrize("name", ["Europe/Madrid", "America/Santiago", "Asia/Kathmandu", "Africa/Cairo"])
def test_days_follow_each_other_without_a_gap_through_the_year(name: str) -> None:
    zone = ZoneInfo(name)
    days = list(rules.days_between(date(2026, 1, 1), date(2026, 12, 31)))
    for one, other in pairwise(days):
        assert rules.bounds(one, zone)[1] == rules.bounds(other, zone)[0]
        assert rules.day_of(rules.bounds(one, zone)[0], zone) == one
