"""What people do with conversations: done once, told to all, written down, and never another tenant's business."""

import asyncio
import json
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

from bed.appliers import drain
from bed.inbox import Inbox
from bed.locks import waiting_for_a_lock
from bed.rows import NOW, insert_conversation, insert_sent
from bed.webhooks import body, deliver, envelope, status, text
from bed.webhooks import change as change_of
from curbe.domain.errors import InvalidRequest
from curbe.inbox import changes, contacts
from curbe.inbox.deeds import ConversationChange
from curbe.inbox.rules import WAKE, ConversationState, Priority
from curbe.inbox.shapes import Conversation
from curbe.inbox.snooze import Alarm
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.infra.jobs import Runner

pytestmark = pytest.mark.anyio

ACTOR = "user:00000000-0000-0000-0000-000000000001"


@pytest.fixture
async def bea(inbox: Inbox) -> UUID:
    """A colleague."""
    return await inbox.colleague("Bea")


async def change(web: Pool, inbox: Inbox, conversation: UUID, **what: object) -> Conversation:
    async with web.transaction(inbox.tenant_id) as tx:
        return await changes.change(
            tx,
            tenant_id=inbox.tenant_id,
            conversation_id=conversation,
            change=ConversationChange(**what),  # type: ignore[arg-type]
            actor=ACTOR,
            now=utc_now(),
        )


async def told(inbox: Inbox) -> list[tuple[str, dict]]:
    rows = await inbox.owner.fetch(
        "SELECT type, data::text FROM events WHERE tenant_id = $1 ORDER BY xid, id", inbox.tenant_id
    )
    return [(row[0], json.loads(row[1])) for row in rows]


async def test_everything_at_once_is_one_update_with_a_line_for_each_thing(
    web: Pool, inbox: Inbox, bea: UUID
) -> None:
    conversation, team, vip = await inbox.conversation(), await inbox.team(), await inbox.label()

    shown = await change(
        web,
        inbox,
        conversation,
        assignee_id=bea,
        team_id=team,
        label_ids=[vip],
        state=ConversationState.RESOLVED,
        unread=True,
        priority=Priority.URGENT,
    )

    assert (shown.assignee_id, shown.team_id, shown.label_ids, shown.state, shown.unread_count) == (
        bea,
        team,
        [vip],
        ConversationState.RESOLVED,
        1,
    )
    assert shown.priority is Priority.URGENT
    (updated, data), *lines = await told(inbox)
    assert (updated, data) == ("conversation_updated", json.loads(msgspec.json.encode(shown)))
    assert [(kind, line["activity"]["type"], line["author"]) for kind, line in lines] == [
        ("annotation_added", kind, ACTOR) for kind in ("state", "assigned", "team", "labels", "priority")
    ]
    assert lines[2][1]["activity"]["team"] == {"id": str(team), "name": "Sales"}
    assert await inbox.owner.fetchval("SELECT count(*) FROM annotations") == 5
    audited = await inbox.owner.fetch("SELECT action FROM audit_log ORDER BY id")
    assert [row[0].removeprefix("conversation.") for row in audited] == [
        "state_changed",
        "assigned",
        "team_changed",
        "labels_changed",
        "priority_changed",
    ]


async def test_what_is_so_already_tells_nobody_anything(web: Pool, inbox: Inbox, bea: UUID) -> None:
    conversation = await inbox.conversation(assignee_id=bea)

    await change(web, inbox, conversation, assignee_id=bea, state=ConversationState.OPEN, label_ids=[])

    assert await told(inbox) == []


async def test_of_two_snapshots_the_higher_version_is_the_newer_whatever_changed_it(
    web: Pool, inbox: Inbox, bea: UUID
) -> None:
    conversation, vip = await inbox.conversation(unread=1), await inbox.label()
    versions = [
        (await change(web, inbox, conversation, **what)).version
        for what in (
            {"assignee_id": bea},
            {"label_ids": [vip]},
            {"label_ids": []},
            {"unread": False},
            {"unread": False},
        )
    ]

    assert versions == sorted(versions)
    assert len(set(versions)) == 4, "what changes nothing is no newer"


async def test_of_many_each_is_changed_that_can_be_and_the_others_say_why(web: Pool, inbox: Inbox) -> None:
    other = await Inbox.of_a_new_tenant(inbox.owner)
    first, second = [await inbox.conversation(unread=2) for _ in range(2)]
    blocked, foreign, unknown = await inbox.conversation(state="blocked"), await other.conversation(), uuid4()

    async with web.transaction(inbox.tenant_id) as tx:
        outcome = await changes.change_many(
            tx,
            tenant_id=inbox.tenant_id,
            conversation_ids=[first, blocked, foreign, second, unknown, first],
            change=ConversationChange(state=ConversationState.ARCHIVED, unread=False),
            actor="key:1",
            now=NOW,
        )

    assert [(one.id, one.state, one.unread_count) for one in outcome.changed] == [
        (first, ConversationState.ARCHIVED, 0),
        (second, ConversationState.ARCHIVED, 0),
    ]
    assert [(one.id, one.code) for one in outcome.refused] == [
        (blocked, "conflict"),
        (foreign, "not_found"),
        (unknown, "not_found"),
    ]
    assert [kind for kind, _ in await told(inbox)] == ["conversation_updated"] * 2 + ["annotation_added"] * 2


@pytest.mark.parametrize("field", ["team_id", "label_ids", "add_label_ids", "remove_label_ids"])
async def test_a_team_or_label_of_another_tenant_is_as_good_as_none(
    web: Pool, inbox: Inbox, field: str
) -> None:
    other = await Inbox.of_a_new_tenant(inbox.owner)
    conversation = await inbox.conversation()
    theirs = await other.team() if field == "team_id" else await other.label()
    refusals = set()
    for known in (theirs, uuid4()):
        with pytest.raises(InvalidRequest) as refused:
            await change(web, inbox, conversation, **{field: known if field == "team_id" else [known]})
        refusals.add((refused.value.detail, refused.value.field))

    assert [blamed for _, blamed in refusals] == [field]


async def test_only_colleagues_of_the_tenant_who_are_not_disabled_are_given_conversations(
    web: Pool, inbox: Inbox, bea: UUID
) -> None:
    conversation = await inbox.conversation()
    theirs = await (await Inbox.of_a_new_tenant(inbox.owner)).colleague()
    await inbox.owner.execute("UPDATE memberships SET disabled_at = now() WHERE user_id = $1", bea)
    refusals = set()
    for user in (theirs, bea, uuid4()):
        with pytest.raises(InvalidRequest) as refused:
            await change(web, inbox, conversation, assignee_id=user)
        refusals.add((refused.value.detail, refused.value.field))

    assert [blamed for _, blamed in refusals] == ["assignee_id"]


async def test_who_leaves_the_tenant_has_none_of_its_conversations(
    web: Pool, inbox: Inbox, bea: UUID
) -> None:
    conversation = await inbox.conversation(assignee_id=bea)
    async with web.transaction(inbox.tenant_id) as tx:
        await tx.connection.execute("DELETE FROM memberships WHERE tenant_id = $1", inbox.tenant_id)

    shown = await change(web, inbox, conversation, unread=True)

    assert shown.assignee_id is None


async def test_what_a_colleague_was_just_given_is_not_taken_with_who_had_it_and_leaves(
    web: Pool, inbox: Inbox, bea: UUID
) -> None:
    carl, conversation = await inbox.colleague("Carl"), await inbox.conversation(assignee_id=bea)

    async def let_go() -> None:
        async with web.transaction(inbox.tenant_id) as tx:
            await changes.let_go_of_colleague(tx, inbox.tenant_id, bea, "key:1")

    async with asyncio.TaskGroup() as tasks, web.transaction(inbox.tenant_id) as tx:
        await changes.change(
            tx,
            tenant_id=inbox.tenant_id,
            conversation_id=conversation,
            change=ConversationChange(assignee_id=carl),
            actor=ACTOR,
            now=NOW,
        )
        tasks.create_task(let_go())
        await waiting_for_a_lock(inbox.owner)

    assert await inbox.owner.fetchval("SELECT assignee_id FROM conversations") == carl
    assigned = [data["activity"] for kind, data in await told(inbox) if kind == "annotation_added"]
    assert [line["assignee_id"] for line in assigned] == [str(carl)]


async def test_a_deleted_team_or_label_is_no_longer_on_any_conversation(web: Pool, inbox: Inbox) -> None:
    team, vip = await inbox.team(), await inbox.label()
    conversation = await inbox.conversation(team_id=team, label_ids=[vip])
    async with web.transaction(inbox.tenant_id) as tx:
        await tx.connection.execute("DELETE FROM teams WHERE tenant_id = $1", inbox.tenant_id)
        await tx.connection.execute("DELETE FROM labels WHERE tenant_id = $1", inbox.tenant_id)

    shown = await change(web, inbox, conversation, unread=True)

    assert (shown.team_id, shown.label_ids) == (None, [])


async def test_a_merged_conversation_stands_for_the_one_it_is_part_of(
    web: Pool, inbox: Inbox, bea: UUID
) -> None:
    live, merged = await inbox.conversation(), await inbox.conversation(last_at=None)
    await inbox.owner.execute("UPDATE conversations SET merged_into = $2 WHERE id = $1", merged, live)

    shown = await change(web, inbox, merged, assignee_id=bea)

    assert (shown.id, shown.assignee_id) == (live, bea)


@pytest.mark.parametrize("order", [1, -1])
async def test_a_change_of_what_becomes_part_of_another_meanwhile_is_a_change_of_that(
    web: Pool, inbox: Inbox, dsn: str, order: int
) -> None:
    live, merged = [await inbox.conversation() for _ in range(2)][::order]
    merging = await asyncpg.connect(dsn)

    async with merging.transaction():
        await merging.execute("UPDATE conversations SET merged_into = $2 WHERE id = $1", merged, live)
        changing = asyncio.ensure_future(change(web, inbox, merged, unread=True))
        await waiting_for_a_lock(inbox.owner)
    shown = await changing
    await merging.close()

    assert (shown.id, shown.unread_count) == (live, 1)


async def test_a_label_is_taken_off_no_more_conversations_than_asked_for_whatever_the_plan(
    web: Pool, inbox: Inbox
) -> None:
    label = await inbox.label()
    for _ in range(5):
        await inbox.conversation(label_ids=[label])

    async with web.transaction(inbox.tenant_id) as tx:
        # As a table is joined that had none of a label's rows when statistics were taken: for each of them, what is chosen is read anew.
        for way in ("hashjoin", "mergejoin", "material", "indexscan", "bitmapscan"):
            await tx.connection.execute(f"SET LOCAL enable_{way} = off")
        taken_off = await changes.take_label_off(tx, tenant_id=inbox.tenant_id, label_id=label, most=2)

    assert taken_off == 2
    assert await inbox.owner.fetchval("SELECT count(*) FROM conversation_labels") == 3


async def test_two_who_label_the_same_conversations_at_the_same_time_lose_nothing(
    web: Pool, inbox: Inbox
) -> None:
    many = [await inbox.conversation() for _ in range(20)]
    labels = [await inbox.label(f"label {n}") for n in range(6)]

    async def add(label: UUID, order: list[UUID]) -> None:
        async with web.transaction(inbox.tenant_id) as tx:
            await changes.change_many(
                tx,
                tenant_id=inbox.tenant_id,
                conversation_ids=order,
                change=ConversationChange(add_label_ids=[label]),
                actor="key:1",
                now=NOW,
            )

    async with asyncio.TaskGroup() as tasks:
        for n, label in enumerate(labels):
            tasks.create_task(add(label, many if n % 2 else many[::-1]))

    counts = await inbox.owner.fetch("SELECT count(*) FROM conversation_labels GROUP BY conversation_id")
    assert [row[0] for row in counts] == [6] * 20


# --- snoozed


async def run_due(pools_apply: Pool, worker: Pool) -> int:
    runner = Runner(
        everybody=pools_apply,
        pool=worker,
        handlers={WAKE: Alarm(worker, now=utc_now)},
        at_once=4,
        lease=timedelta(minutes=1),
    )
    return await runner.run_due()


async def make_due(inbox: Inbox) -> None:
    """Let the snooze be over, and its job be due."""
    await inbox.owner.execute(
        "UPDATE conversations SET snoozed_until = now() - interval '1 second' WHERE snoozed_until IS NOT NULL"
    )
    await inbox.owner.execute("UPDATE jobs SET available_at = now()")


async def test_a_snooze_ends_at_its_time_as_unread_and_is_told(
    web: Pool, worker: Pool, apply: Pool, inbox: Inbox, bea: UUID
) -> None:
    conversation = await inbox.conversation(assignee_id=bea)
    until = utc_now() + timedelta(hours=1)
    shown = await change(web, inbox, conversation, snoozed_until=until)
    assert (shown.state, shown.snoozed_until) == (ConversationState.SNOOZED, until)
    assert await inbox.owner.fetchval("SELECT available_at FROM jobs") == until
    assert await run_due(apply, worker) == 0

    await make_due(inbox)
    assert await run_due(apply, worker) == 1

    row = await inbox.owner.fetchrow(
        "SELECT state::text, snoozed_until, assignee_id, unread_count FROM conversations"
    )
    assert row is not None
    assert tuple(row) == ("open", None, bea, 1)
    assert await inbox.owner.fetchval("SELECT count(*) FROM jobs") == 0
    *_, (updated, data), (added, line) = await told(inbox)
    assert (updated, data["state"], data["unread_count"]) == ("conversation_updated", "open", 1)
    assert (added, line["author"]) == ("annotation_added", "system:snooze")


async def test_a_snooze_set_to_another_time_ends_then_and_not_before(
    web: Pool, worker: Pool, apply: Pool, inbox: Inbox
) -> None:
    conversation = await inbox.conversation()
    await change(web, inbox, conversation, snoozed_until=utc_now() + timedelta(hours=1))
    later = utc_now() + timedelta(hours=5)
    await change(web, inbox, conversation, snoozed_until=later)
    assert await inbox.owner.fetchval("SELECT available_at FROM jobs") == later
    # A worker that had taken the job for its old time finds the new one.
    await inbox.owner.execute("UPDATE jobs SET available_at = now()")

    await run_due(apply, worker)

    assert await inbox.owner.fetchval("SELECT state::text FROM conversations") == "snoozed"
    due = await inbox.owner.fetchval("SELECT available_at FROM jobs")
    assert abs(due - later) < timedelta(seconds=5)


async def test_who_opened_it_before_its_time_is_not_disturbed(
    web: Pool, worker: Pool, apply: Pool, inbox: Inbox
) -> None:
    conversation = await inbox.conversation()
    await change(web, inbox, conversation, snoozed_until=utc_now() + timedelta(hours=1))
    await change(web, inbox, conversation, state=ConversationState.RESOLVED)
    before = len(await told(inbox))
    await make_due(inbox)

    await run_due(apply, worker)

    assert await inbox.owner.fetchval("SELECT state::text FROM conversations") == "resolved"
    assert len(await told(inbox)) == before
    assert await inbox.owner.fetchval("SELECT count(*) FROM jobs") == 0


@pytest.mark.parametrize("kept_state", ["resolved", "waiting", "snoozed for longer"])
async def test_a_snooze_ends_at_its_time_also_where_its_conversation_became_part_of_another(
    web: Pool, worker: Pool, apply: Pool, inbox: Inbox, kept_state: str
) -> None:
    state = "open" if kept_state == "snoozed for longer" else kept_state
    kept, gone = await inbox.conversation(state=state), await inbox.conversation()
    until = utc_now() + timedelta(hours=1)
    await change(web, inbox, gone, snoozed_until=until)
    if kept_state == "snoozed for longer":
        await change(web, inbox, kept, snoozed_until=until + timedelta(days=30))
    people = dict(await inbox.owner.fetch("SELECT id, contact_id FROM conversations"))
    async with web.transaction(inbox.tenant_id) as tx:
        await contacts.merge(
            tx,
            tenant_id=inbox.tenant_id,
            contact_id=people[kept],
            other_id=people[gone],
            actor="key:1",
        )
    row = await inbox.owner.fetchrow(
        "SELECT state::text, snoozed_until FROM conversations WHERE id = $1", kept
    )
    assert row is not None
    assert tuple(row) == ("snoozed", until)

    await make_due(inbox)
    await run_due(apply, worker)

    assert await inbox.owner.fetchval("SELECT state::text FROM conversations WHERE id = $1", kept) == "open"


async def test_a_message_of_the_person_ends_a_snooze_and_no_block(
    web: Pool, apply: Pool, inbox: Inbox
) -> None:
    snoozed = await insert_conversation(inbox.owner, inbox.number, wa_id="34600000001")
    blocked = await insert_conversation(inbox.owner, inbox.number, wa_id="34600000002")
    await change(web, inbox, snoozed, snoozed_until=utc_now() + timedelta(hours=1))
    await change(web, inbox, blocked, state=ConversationState.BLOCKED)
    messages = [text("wamid.1", sender="34600000001"), text("wamid.2", sender="34600000002")]
    await deliver(inbox.owner, body(change_of(inbox.number, messages=messages)))

    await drain(apply)

    rows = await inbox.owner.fetch("SELECT id, state::text, snoozed_until FROM conversations")
    assert {row["id"]: (row["state"], row["snoozed_until"]) for row in rows} == {
        snoozed: ("open", None),
        blocked: ("blocked", None),
    }


# --- events that carry what they move


async def test_in_a_batch_of_several_tenants_each_message_tells_its_own_conversation_as_it_is_after_the_batch(
    apply: Pool, owner: asyncpg.Connection, inbox: Inbox
) -> None:
    other = await Inbox.of_a_new_tenant(owner)
    changes = [
        change_of(inbox.number, messages=[text("wamid.1", body="uno"), text("wamid.2", body="dos")]),
        change_of(other.number, messages=[text("wamid.3", body="tres")]),
    ]
    await deliver(owner, envelope([{"id": "1", "changes": changes}]))

    await drain(apply)

    for tenant, texts in ((inbox, ["uno", "dos"]), (other, ["tres"])):
        received = [data for kind, data in await told(tenant) if kind == "message_received"]
        assert sorted(data["text"] for data in received) == sorted(texts)
        for data in received:
            moved = data["conversation"]
            assert moved["id"] == data["conversation_id"]
            assert (moved["connection_id"], moved["unread_count"]) == (str(tenant.connection_id), len(texts))
            assert moved["last_message"]["text"] in texts


async def test_a_status_carries_no_conversation_and_a_failure_does(
    apply: Pool, owner: asyncpg.Connection, inbox: Inbox
) -> None:
    sent = await insert_sent(owner, inbox.number, provider_message_id="wamid.1")
    failed = await insert_sent(owner, inbox.number, provider_message_id="wamid.2")
    statuses = [
        status("wamid.1", "delivered"),
        status("wamid.2", "failed"),
    ]
    await deliver(owner, body(change_of(inbox.number, statuses=statuses)))

    await drain(apply)

    events = dict(await told(inbox))
    assert "conversation" not in events["message_delivered"]
    assert events["message_failed"]["conversation"]["id"] == str(failed.conversation_id)
    assert sent.conversation_id != failed.conversation_id


# --- what the database refuses


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE conversations SET snoozed_until = now()",
        "UPDATE conversations SET assignee_id = '00000000-0000-0000-0000-000000000000'",
        "UPDATE conversations SET team_id = gen_random_uuid()",
        "INSERT INTO labels (tenant_id, id, name, color) SELECT tenant_id, gen_random_uuid(), 'vip', '#aa00ff' FROM labels",
        "INSERT INTO labels (tenant_id, id, name, color) SELECT tenant_id, gen_random_uuid(), 'red', 'red' FROM labels",
        "INSERT INTO labels (tenant_id, id, name, color) SELECT tenant_id, gen_random_uuid(), ' red', '#aa00ff' FROM labels",
        "INSERT INTO teams (tenant_id, id, name) SELECT tenant_id, gen_random_uuid(), 'SALES' FROM teams",
        """INSERT INTO annotations (tenant_id, id, conversation_id, kind, author)
           SELECT tenant_id, gen_random_uuid(), id, 'note', 'user:1' FROM conversations""",
        """INSERT INTO annotations (tenant_id, id, conversation_id, kind, author, body, activity)
           SELECT tenant_id, gen_random_uuid(), id, 'activity', 'user:1', 'words', '{}' FROM conversations""",
        """INSERT INTO annotations (tenant_id, id, conversation_id, kind, author, activity, deleted_at)
           SELECT tenant_id, gen_random_uuid(), id, 'activity', 'user:1', '{}', now() FROM conversations""",
        """INSERT INTO annotations (tenant_id, id, conversation_id, kind, author, body)
           SELECT tenant_id, gen_random_uuid(), id, 'note', 'somebody', 'words' FROM conversations""",
    ],
)
async def test_the_database_refuses_what_must_not_be(inbox: Inbox, sql: str) -> None:
    await inbox.conversation()
    await inbox.team()
    await inbox.label()

    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await inbox.owner.execute(sql)
