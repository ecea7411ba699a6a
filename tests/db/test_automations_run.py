"""Automations act on what people write: each once on one occasion, in turn, and never on what they wrote themselves."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from bed.appliers import drain
from bed.inbox import Inbox
from bed.rows import Number
from bed.users import insert_member
from bed.webhooks import body, change, deliver, text
from bed.working import work_off
from curbe.automations import service
from curbe.automations.hours import Hours
from curbe.automations.rules import Assign, Away, KeywordReply, Prioritise, Rule, Welcome
from curbe.automations.running import Automating
from curbe.automations.service import Draft
from curbe.inbox.purge import delete_messages
from curbe.inbox.rules import Priority
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.infra.jobs import Runner
from curbe.ingest.defer_automations import RUN

pytestmark = pytest.mark.anyio
Owner = asyncpg.Connection
Work = Callable[[], Awaitable[int]]
NEVER_OPEN = Away(time_zone="Europe/Madrid", hours=[], message="Cerrado")


@pytest.fixture
def work(apply: Pool, worker: Pool) -> Work:
    async def run() -> int:
        runner = Runner(
            everybody=apply,
            pool=worker,
            handlers={RUN: Automating(worker, now=utc_now)},
            at_once=4,
            lease=timedelta(minutes=1),
        )
        return await work_off(runner)

    return run


async def keep(web: Pool, number: Number, *rules: Rule, enabled: bool = True) -> list[UUID]:
    async with web.transaction(number.tenant_id) as tx:
        kept = [
            await service.save(
                tx,
                Draft(rule=rule, enabled=enabled),
                tenant_id=number.tenant_id,
                automation_id=None,
                actor="user:1",
            )
            for rule in rules
        ]
    return [one.id for one in kept]


async def write(owner: Owner, apply: Pool, number: Number, *texts: str, sender: str = "34600000001") -> None:
    count = await owner.fetchval("SELECT count(*) FROM messages")
    messages = [
        text(f"wamid.{sender}.{count + n}", body=said, sender=sender, at=utc_now())
        for n, said in enumerate(texts)
    ]
    await deliver(owner, body(change(number, messages=messages)))
    await drain(apply)


async def answers(owner: Owner) -> list[str]:
    rows = await owner.fetch(
        "SELECT text FROM messages WHERE direction = 'outbound' AND sender = 'system:automations' ORDER BY id"
    )
    return [row["text"] for row in rows]


async def test_a_keyword_is_answered_and_the_answer_triggers_nothing(
    owner: Owner, apply: Pool, web: Pool, number: Number, work: Work
) -> None:
    await keep(web, number, KeywordReply(words=["precio"], answer="precio"))

    await write(owner, apply, number, "Precio?", "hola")
    assert await work() == 2
    assert await work() == 0

    assert await answers(owner) == ["precio"]
    assert await owner.fetchval("SELECT priority FROM outbox") == 10


async def test_a_webhook_that_comes_again_is_answered_once(
    owner: Owner, apply: Pool, web: Pool, number: Number, work: Work
) -> None:
    await keep(web, number, KeywordReply(words=["precio"], answer="10 €"))
    webhook = body(change(number, messages=[text("wamid.1", body="precio", at=utc_now())]))

    await deliver(owner, webhook, webhook)
    await drain(apply, most=1)
    await work()

    assert await answers(owner) == ["10 €"]


async def test_a_conversation_gets_one_away_message_for_a_closed_period_however_fast_one_writes(
    owner: Owner, apply: Pool, web: Pool, number: Number, work: Work
) -> None:
    await keep(web, number, NEVER_OPEN)

    await write(owner, apply, number, *[f"hola {n}" for n in range(8)])
    await write(owner, apply, number, "otra persona", sender="34600000002")
    await asyncio.gather(work(), work())

    assert await answers(owner) == ["Cerrado", "Cerrado"]


async def test_who_was_answered_by_itself_alone_is_still_to_be_answered(
    owner: Owner, apply: Pool, web: Pool, number: Number, work: Work
) -> None:
    await keep(web, number, NEVER_OPEN)

    await write(owner, apply, number, "¿Hay sitio mañana?")
    await work()

    assert await answers(owner) == ["Cerrado"]
    assert await owner.fetchval("SELECT state::text FROM conversations") == "open"


async def test_however_fast_somebody_writes_they_get_five_texts_an_hour(
    owner: Owner, apply: Pool, web: Pool, number: Number, work: Work
) -> None:
    await keep(web, number, KeywordReply(words=["precio"], answer="10 €"))

    await write(owner, apply, number, *["precio"] * 16)
    await asyncio.gather(work(), work())

    assert await answers(owner) == ["10 €"] * 5


async def test_who_wrote_before_is_greeted_as_new_no_more_though_it_was_deleted(
    owner: Owner, apply: Pool, web: Pool, worker: Pool, number: Number, work: Work
) -> None:
    await write(owner, apply, number, "hola")
    [said] = await owner.fetch(
        "UPDATE messages SET created_at = created_at - interval '31 days' RETURNING id"
    )
    async with worker.transaction(number.tenant_id) as tx:
        await delete_messages(tx, tenant_id=number.tenant_id, message_ids=[said["id"]])
    await keep(web, number, Welcome(message="¡Bienvenida!"))

    await write(owner, apply, number, "hola otra vez")
    await work()
    assert await answers(owner) == []

    await keep(web, number, Welcome(message="¡Cuánto tiempo!", again_after_days=30))
    await write(owner, apply, number, "¿hay alguien?")
    await work()
    assert await answers(owner) == []  # they wrote a moment ago

    await owner.execute("DELETE FROM messages")
    await write(owner, apply, number, "y ahora")
    await work()
    assert await answers(owner) == ["¡Cuánto tiempo!"]


async def test_two_machines_do_not_go_on_answering_each_other(
    owner: Owner, apply: Pool, web: Pool, number: Number, work: Work
) -> None:
    await keep(web, number, KeywordReply(words=["auto"], answer="auto"))

    for _ in range(9):
        await write(owner, apply, number, "auto")
        await work()

    assert len(await answers(owner)) == 5


async def test_who_says_stop_gets_no_other_answer(
    owner: Owner, apply: Pool, web: Pool, number: Number, work: Work
) -> None:
    await keep(web, number, NEVER_OPEN, Welcome(message="Hola"), KeywordReply(words=["stop"], answer="?"))

    await write(owner, apply, number, "STOP")
    await work()
    await write(owner, apply, number, "hola")
    await work()

    assert await answers(owner) == []  # and nothing that nobody wrote for them afterwards


async def test_conversations_are_given_in_turn_to_who_is_here(
    owner: Owner, apply: Pool, web: Pool, number: Number, work: Work
) -> None:
    ana, ben, eve = [(await insert_member(owner, number.tenant_id)).id for _ in range(3)]
    await owner.execute("UPDATE memberships SET last_seen_at = now() WHERE user_id = ANY($1)", [ana, ben])
    await owner.execute(
        "UPDATE memberships SET last_seen_at = now() - interval '1 hour' WHERE user_id = $1", eve
    )
    await keep(web, number, Assign(user_ids=[ana, ben, eve]))

    for n in range(4):
        await write(owner, apply, number, "hola", sender=f"3460000000{n}")
    await asyncio.gather(work(), work())

    given = await owner.fetch("SELECT assignee_id, count(*) AS n FROM conversations GROUP BY 1")
    assert {row["assignee_id"]: row["n"] for row in given} == {ana: 2, ben: 2}
    authors = await owner.fetch("SELECT DISTINCT author FROM annotations")
    assert [row["author"] for row in authors] == ["system:automations"]


async def test_people_are_given_conversations_though_the_team_beside_them_is_gone(
    owner: Owner, apply: Pool, web: Pool, number: Number, work: Work
) -> None:
    ana = (await insert_member(owner, number.tenant_id)).id
    gone = await Inbox(owner, number).team()
    await keep(
        web,
        number,
        Assign(team_id=gone, only_present=False),
        Assign(user_ids=[ana], team_id=gone, only_present=False),
    )
    await owner.execute("DELETE FROM teams WHERE id = $1", gone)

    await write(owner, apply, number, "hola")
    await work()

    assert await owner.fetchval("SELECT assignee_id FROM conversations") == ana


async def test_what_somebody_has_stays_theirs(
    owner: Owner, apply: Pool, web: Pool, number: Number, work: Work
) -> None:
    ana, ben = [(await insert_member(owner, number.tenant_id)).id for _ in range(2)]
    await write(owner, apply, number, "hola")
    await owner.execute("UPDATE conversations SET assignee_id = $1", ana)
    await keep(web, number, Assign(user_ids=[ben], only_present=False))

    await write(owner, apply, number, "otra vez")
    await work()

    assert await owner.fetchval("SELECT assignee_id FROM conversations") == ana


async def test_nothing_is_asked_for_where_a_tenant_has_no_automation_that_acts(
    owner: Owner, apply: Pool, web: Pool, number: Number
) -> None:
    await keep(web, number, Welcome(message="Hola"), enabled=False)

    await write(owner, apply, number, "hola")

    assert await owner.fetchval("SELECT count(*) FROM jobs WHERE kind = $1", RUN) == 0


async def test_an_opening_hour_is_no_occasion(
    owner: Owner, apply: Pool, web: Pool, number: Number, work: Work
) -> None:
    always = [Hours(day=day, opens="00:00", closes="24:00") for day in range(7)]
    await keep(web, number, Away(time_zone="UTC", hours=always, message="Cerrado"))

    await write(owner, apply, number, "hola")
    await work()

    assert await answers(owner) == []


async def test_a_word_makes_a_conversation_pressing_and_what_people_make_of_it_since_stays(
    owner: Owner, apply: Pool, web: Pool, number: Number, work: Work
) -> None:
    always = Prioritise(priority=Priority.LOW)
    await keep(web, number, Prioritise(priority=Priority.URGENT, words=["urgente"]), always)

    async def priority_after(said: str) -> int:
        await write(owner, apply, number, said)
        await work()
        return await owner.fetchval("SELECT priority FROM conversations")

    assert await priority_after("hola") == 1
    assert await priority_after("¡Urgente!") == 4
    await owner.execute("UPDATE conversations SET priority = 0")
    assert await priority_after("gracias") == 0
    assert await priority_after("urgente") == 4
    lines = await owner.fetch("SELECT author, activity ->> 'priority' FROM annotations ORDER BY id")
    assert [tuple(line) for line in lines] == [
        ("system:automations", given) for given in ("low", "urgent", "urgent")
    ]


async def test_what_is_done_once_in_a_conversation_is_remembered_whatever_is_done_there_since_and_however_old_it_is(
    owner: Owner, apply: Pool, web: Pool, worker: Pool, number: Number, work: Work
) -> None:
    always, often = await keep(
        web, number, Prioritise(priority=Priority.LOW), KeywordReply(words=["a"], answer="b")
    )
    await write(owner, apply, number, "hola")
    await work()
    await owner.execute("UPDATE conversations SET priority = 0")
    await owner.execute("UPDATE automation_deeds SET at = now() - interval '8 days'")
    await owner.execute(
        """INSERT INTO automation_deeds (tenant_id, automation_id, conversation_id, mark, at)
           SELECT tenant_id, $1, conversation_id, 'message:' || n, now() - interval '2 hours'
             FROM automation_deeds, generate_series(1, 600) AS n WHERE automation_id = $2""",
        often,
        always,
    )

    async with worker.transaction(number.tenant_id) as tx:
        week = utc_now() - timedelta(days=7)
        await service.delete_deeds(tx, tenant_id=number.tenant_id, before=week, most=10)
    await write(owner, apply, number, "gracias")
    await work()

    assert await owner.fetchval("SELECT priority FROM conversations") == 0
