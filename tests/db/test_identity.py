"""Who is the same person: what webhooks say of it, what people say of it, and that both can be taken back."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from bed.appliers import drain
from bed.rows import CALLBACK_KEY, NOW, Number, insert_conversation, insert_number, insert_sent
from bed.webhooks import Json, body, change, deliver, status, text
from curbe.domain.errors import Conflict, NotFound
from curbe.inbox import contacts, splitting
from curbe.inbox.contacts import ContactDetail, Wanted
from curbe.infra.db import Pool
from curbe.infra.metrics import Metrics
from curbe.ingest.applier import Applier

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
HOUR = timedelta(hours=1)
ANA, OTHER, THIRD = "34600000001", "34600000002", "34600000003"


def moved(wamid: str, *, old: str, new: str, at: object, ids: tuple[str, str] | None = None) -> Json:
    system: Json = {"type": "user_changed_number", "wa_id": new, "body": "…"}
    if ids is not None:
        system |= {"previous_user_id": ids[0], "user_id": ids[1]}
    return text(wamid, sender=old, at=at) | {"type": "system", "system": system, "text": None}  # type: ignore[arg-type]


async def told(owner: Owner, apply: Pool, number: Number, *messages: Json) -> None:
    """Deliver each message in a webhook of its own, and apply one after the other."""
    for message in messages:
        found = change(number, messages=[message])
        if "user_id" in message:
            found["value"]["contacts"] = [
                {"wa_id": message.get("from"), "user_id": message["user_id"], "profile": {"name": "Ana"}}
            ]
        await deliver(owner, body(found))
        await drain(apply)


async def threads(owner: Owner) -> list[tuple[str, ...]]:
    """The words of each person's conversation, in order."""
    rows = await owner.fetch(
        """SELECT string_agg(m.text, ' ' ORDER BY m.created_at) AS words FROM messages m
            WHERE m.type = 'text' GROUP BY m.conversation_id ORDER BY 1"""
    )
    return [row["words"] for row in rows]


async def people(web: Pool, tenant_id: UUID, **wanted: str) -> list[ContactDetail]:
    async with web.transaction(tenant_id) as tx:
        found = await contacts.page(tx, tenant_id=tenant_id, wanted=Wanted(**wanted), before=None, limit=50)
        return [await contacts.contact(tx, tenant_id=tenant_id, contact_id=one.id) for one in found]


async def test_whoever_changes_number_keeps_their_conversation(
    owner: Owner, apply: Pool, web: Pool, number: Number
) -> None:
    await told(
        owner,
        apply,
        number,
        text("wamid.1", sender=ANA, body="before", at=NOW),
        moved("wamid.2", old=ANA, new=OTHER, at=NOW + HOUR),
        text("wamid.3", sender=OTHER, body="after", at=NOW + 2 * HOUR),
    )

    assert await threads(owner) == ["before after"]
    [ana] = await people(web, number.tenant_id)
    assert ana.contact.phone == f"+{OTHER}"
    assert [(alias.value, alias.retired_at is None) for alias in ana.aliases] == [
        (f"+{ANA}", False),
        (f"+{OTHER}", True),
    ]
    thread = await owner.fetchrow("SELECT contact_e164, unread_count, last_inbound_at FROM conversations")
    assert tuple(thread) == (f"+{OTHER}", 2, NOW + 2 * HOUR)


@pytest.mark.parametrize("late", [False, True])
async def test_the_next_owner_of_a_number_inherits_nothing(
    owner: Owner, apply: Pool, web: Pool, number: Number, *, late: bool
) -> None:
    first = text("wamid.1", sender=ANA, body="mine", at=NOW)
    left = moved("wamid.2", old=ANA, new=OTHER, at=NOW + HOUR)
    stranger = text("wamid.3", sender=ANA, body="somebody else's", at=NOW + 2 * HOUR)
    await told(owner, apply, number, *((first, stranger, left) if late else (first, left, stranger)))

    assert await threads(owner) == ["mine", "somebody else's"]
    assert len(await people(web, number.tenant_id, phone=f"+{ANA}")) == 2
    unread = await owner.fetch("SELECT unread_count FROM conversations WHERE merged_into IS NULL ORDER BY 1")
    assert [row[0] for row in unread] == [1, 1]


async def test_who_had_a_number_before_it_was_taken_over_is_somebody_else(
    owner: Owner, apply: Pool, web: Pool, number: Number
) -> None:
    await told(
        owner,
        apply,
        number,
        text("wamid.1", sender=OTHER, body="long gone", at=NOW - HOUR),
        text("wamid.2", sender=ANA, body="before", at=NOW),
        moved("wamid.3", old=ANA, new=OTHER, at=NOW + HOUR),
        text("wamid.4", sender=OTHER, body="after", at=NOW + 2 * HOUR),
    )

    assert await threads(owner) == ["before after", "long gone"]
    assert len(await people(web, number.tenant_id)) == 2


async def test_whoever_changes_their_user_id_keeps_their_conversation(
    owner: Owner, apply: Pool, number: Number
) -> None:
    nameless = {"from": None, "from_user_id": "ES.1"}
    renamed = {"type": "user_changed_user_id", "previous_user_id": "ES.1", "user_id": "ES.2"}
    await told(
        owner,
        apply,
        number,
        text("wamid.1", body="before", at=NOW) | nameless,
        text("wamid.2", at=NOW + HOUR) | {"from": None, "type": "system", "system": renamed},
        text("wamid.3", body="after", at=NOW + 2 * HOUR) | {"from": None, "from_user_id": "ES.2"},
    )

    assert await threads(owner) == ["before after"]
    assert await owner.fetchval("SELECT contact_bsuid FROM conversations") == "ES.2"


async def two_met_apart(owner: Owner, apply: Pool, number: Number) -> None:
    """Somebody wrote under their phone, and under their user id, and nobody knew that they are one."""
    await told(
        owner,
        apply,
        number,
        text("wamid.1", sender=ANA, body="one", at=NOW),
        text("wamid.2", body="two", at=NOW + HOUR) | {"from": None, "from_user_id": "ES.1"},
    )


def both_named(wamid: str, words: str, *, at: object) -> Json:
    return text(wamid, sender=ANA, body=words, at=at) | {"from_user_id": "ES.1"}  # type: ignore[arg-type]


async def test_two_names_of_one_person_that_meet_become_one_contact_and_it_is_told_and_audited(
    owner: Owner, apply: Pool, web: Pool, number: Number
) -> None:
    await two_met_apart(owner, apply, number)
    await told(owner, apply, number, both_named("wamid.3", "three", at=NOW + 2 * HOUR))

    assert await threads(owner) == ["one two three"]
    [ana] = await people(web, number.tenant_id)
    assert [merge.reason for merge in ana.merges] == ["same_person"]
    assert await owner.fetchval("SELECT count(*) FROM events WHERE type = 'contact_merged'") == 1
    assert await owner.fetchval("SELECT count(*) FROM audit_log WHERE action = 'contact.merged'") == 1
    rows = await owner.fetch("SELECT unread_count FROM conversations WHERE merged_into IS NULL")
    assert [row[0] for row in rows] == [3]


async def test_a_merge_that_is_undone_gives_everything_back_and_no_webhook_repeats_it(
    owner: Owner, apply: Pool, web: Pool, number: Number
) -> None:
    await two_met_apart(owner, apply, number)
    before = await owner.fetch(
        "SELECT id, contact_id, unread_count, last_message_at FROM conversations ORDER BY id"
    )
    await told(owner, apply, number, both_named("wamid.3", "three", at=NOW + 2 * HOUR))
    [ana] = await people(web, number.tenant_id)

    async with web.transaction(number.tenant_id) as tx:
        await splitting.undo(
            tx,
            tenant_id=number.tenant_id,
            contact_id=ana.contact.id,
            merge_id=ana.merges[0].id,
            actor="key:1",
        )
    await told(owner, apply, number, both_named("wamid.4", "four", at=NOW + 3 * HOUR))

    assert await threads(owner) == ["one", "two three four"]
    after = await owner.fetch(
        "SELECT id, contact_id, unread_count, last_message_at FROM conversations ORDER BY id"
    )
    assert [(row["id"], row["contact_id"]) for row in after] == [
        (row["id"], row["contact_id"]) for row in before
    ]
    assert [row["unread_count"] for row in after] == [1, 3]
    assert len(await people(web, number.tenant_id)) == 2


async def test_two_numbers_of_one_tenant_keep_separate_conversations_through_a_merge(
    owner: Owner, apply: Pool, web: Pool, number: Number
) -> None:
    second = await insert_number(owner, number.tenant_id)
    await two_met_apart(owner, apply, number)
    await told(owner, apply, second, text("wamid.9", sender=ANA, body="elsewhere", at=NOW))

    await told(owner, apply, number, both_named("wamid.3", "three", at=NOW + 2 * HOUR))

    assert await threads(owner) == ["elsewhere", "one two three"]
    [ana] = await people(web, number.tenant_id)
    assert {one.connection_id for one in ana.conversations} == {number.connection_id, second.connection_id}


async def by_hand(web: Pool, number: Number, ids: Sequence[UUID]) -> ContactDetail:
    async with web.transaction(number.tenant_id) as tx:
        return await contacts.merge(
            tx, tenant_id=number.tenant_id, contact_id=ids[0], other_id=ids[1], actor="key:1"
        )


async def test_somebody_may_say_that_two_are_one_and_take_it_back(
    owner: Owner, apply: Pool, web: Pool, number: Number
) -> None:
    await two_met_apart(owner, apply, number)
    ids = [one.contact.id for one in await people(web, number.tenant_id)]

    merged = await by_hand(web, number, ids)
    together = await threads(owner)
    async with web.transaction(number.tenant_id) as tx:
        back = await contacts.undo_merge(
            tx,
            tenant_id=number.tenant_id,
            contact_id=ids[0],
            merge_id=merged.merges[0].id,
            actor="key:1",
        )

    assert together == ["one two"]
    assert back.contact.id == ids[1]
    assert await threads(owner) == ["one", "two"]


async def test_merges_are_taken_back_in_the_opposite_order(
    owner: Owner, apply: Pool, web: Pool, number: Number
) -> None:
    await two_met_apart(owner, apply, number)
    await told(owner, apply, number, text("wamid.5", sender=OTHER, body="five", at=NOW))
    await told(owner, apply, number, text("wamid.6", sender=THIRD, body="six", at=NOW))
    ids = [one.contact.id for one in await people(web, number.tenant_id)]
    first = await by_hand(web, number, (ids[0], ids[1]))
    second = await by_hand(web, number, (ids[2], ids[0]))
    third = await by_hand(web, number, (ids[3], ids[2]))

    async def undo(contact_id: UUID, merge_id: UUID) -> None:
        async with web.transaction(number.tenant_id) as tx:
            await contacts.undo_merge(
                tx, tenant_id=number.tenant_id, contact_id=contact_id, merge_id=merge_id, actor="key:1"
            )

    with pytest.raises(Conflict):
        await undo(ids[0], first.merges[0].id)
    with pytest.raises(NotFound):
        await undo(ids[1], first.merges[0].id)
    await undo(ids[3], third.merges[0].id)
    parts = await owner.fetch(
        "SELECT w.contact_id FROM conversations v JOIN conversations w ON w.id = v.merged_into WHERE v.contact_id = ANY($1)",
        ids[:2],
    )
    await undo(ids[2], second.merges[0].id)
    await undo(ids[0], first.merges[0].id)

    assert [row["contact_id"] for row in parts] == [ids[2], ids[2]]
    assert await threads(owner) == ["five", "one", "six", "two"]


async def taken_back(web: Pool, number: Number, contact_id: UUID, merge_id: UUID) -> None:
    async with web.transaction(number.tenant_id) as tx:
        await contacts.undo_merge(
            tx, tenant_id=number.tenant_id, contact_id=contact_id, merge_id=merge_id, actor="key:1"
        )


async def met_on_two_numbers(
    owner: Owner, apply: Pool, web: Pool, number: Number
) -> tuple[Number, list[UUID]]:
    """Ana wrote to one of a tenant's numbers, two others to another one, which is returned with who they are."""
    second = await insert_number(owner, number.tenant_id)
    await told(owner, apply, number, text("wamid.1", sender=ANA, body="one", at=NOW))
    await told(owner, apply, second, text("wamid.2", sender=OTHER, body="two", at=NOW + HOUR))
    await told(owner, apply, second, text("wamid.3", sender=THIRD, body="three", at=NOW + HOUR))
    known = [await people(web, number.tenant_id, phone=f"+{phone}") for phone in (ANA, OTHER, THIRD)]
    return second, [one.contact.id for (one,) in known]


async def test_what_was_said_under_a_name_that_stays_is_nobody_elses_once_a_merge_is_undone(
    owner: Owner, apply: Pool, web: Pool, number: Number
) -> None:
    second, ids = await met_on_two_numbers(owner, apply, web, number)
    merged = await by_hand(web, number, ids)
    await told(owner, apply, second, text("wamid.4", sender=ANA, body="four", at=NOW + 2 * HOUR))
    await told(owner, apply, second, text("wamid.5", sender=OTHER, body="five", at=NOW + 3 * HOUR))
    assert await threads(owner) == ["one", "three", "two four five"]

    await taken_back(web, number, ids[0], merged.merges[0].id)
    await told(owner, apply, second, text("wamid.6", sender=ANA, body="six", at=NOW + 4 * HOUR))

    assert await threads(owner) == ["four six", "one", "three", "two five"]
    rows = await owner.fetch("SELECT contact_id, unread_count FROM conversations ORDER BY unread_count, id")
    assert [(row["contact_id"], row["unread_count"]) for row in rows] == [
        (ids[0], 1), (ids[2], 1), (ids[1], 2), (ids[0], 2)
    ]  # fmt: skip


async def test_a_merge_is_not_taken_back_with_what_a_later_one_poured_into_it(
    owner: Owner, apply: Pool, web: Pool, number: Number
) -> None:
    _, ids = await met_on_two_numbers(owner, apply, web, number)
    first = (await by_hand(web, number, ids[:2])).merges[0].id
    later = (await by_hand(web, number, (ids[0], ids[2]))).merges[1].id

    with pytest.raises(Conflict):
        await taken_back(web, number, ids[0], first)
    await taken_back(web, number, ids[0], later)
    await taken_back(web, number, ids[0], first)

    assert await threads(owner) == ["one", "three", "two"]


async def test_what_was_put_off_comes_back_at_its_time_though_it_was_merged_meanwhile(
    owner: Owner, apply: Pool, web: Pool, number: Number
) -> None:
    await two_met_apart(owner, apply, number)
    ids = [one.contact.id for one in await people(web, number.tenant_id)]
    until = NOW + timedelta(days=300)
    await owner.execute(
        "UPDATE conversations SET state = CASE contact_id WHEN $1 THEN 'snoozed' ELSE 'resolved' END::conversation_state,"
        " snoozed_until = CASE contact_id WHEN $1 THEN $2::timestamptz END",
        ids[1], until,
    )  # fmt: skip
    merged = await by_hand(web, number, ids)

    await taken_back(web, number, ids[0], merged.merges[0].id)

    snoozed = await owner.fetch("SELECT id, snoozed_until FROM conversations ORDER BY id")
    waking = await owner.fetch(
        "SELECT subject, available_at FROM jobs WHERE kind = 'snooze.end' ORDER BY subject"
    )
    assert [tuple(row) for row in waking] == [tuple(row) for row in snoozed]
    assert [row["snoozed_until"] for row in snoozed] == [until, until]


@pytest.mark.parametrize("kept", [0, 1])
async def test_of_two_that_become_one_the_higher_priority_stays(
    owner: Owner, apply: Pool, web: Pool, number: Number, *, kept: int
) -> None:
    await two_met_apart(owner, apply, number)
    ids = [one.contact.id for one in await people(web, number.tenant_id)]
    await owner.execute(
        "UPDATE conversations SET priority = CASE contact_id WHEN $1 THEN 4 ELSE 1 END", ids[kept]
    )

    await by_hand(web, number, ids)

    live = await owner.fetch("SELECT priority FROM conversations WHERE merged_into IS NULL")
    assert [row["priority"] for row in live] == [4]


async def test_what_people_joined_by_hand_stays_joined_when_a_number_passes_on(
    owner: Owner, apply: Pool, web: Pool, number: Number
) -> None:
    await two_met_apart(owner, apply, number)
    ids = [one.contact.id for one in await people(web, number.tenant_id)]
    await by_hand(web, number, ids)

    await told(owner, apply, number, moved("wamid.7", old=ANA, new=OTHER, at=NOW + 3 * HOUR))

    assert await threads(owner) == ["one two"]
    assert len(await people(web, number.tenant_id)) == 1


async def test_a_call_opens_the_window_and_nothing_else(owner: Owner, apply: Pool, number: Number) -> None:
    await told(owner, apply, number, text("wamid.1", sender=ANA, at=NOW))
    call = {
        "id": "wacid.1",
        "from": ANA,
        "event": "connect",
        "direction": "USER_INITIATED",
        "timestamp": str(int((NOW + HOUR).timestamp())),
    }
    value = {"metadata": {"phone_number_id": number.phone_number_id}, "calls": [call]}
    await deliver(owner, *[body({"field": "calls", "value": value})] * 2)
    await drain(apply)

    thread = await owner.fetchrow("SELECT last_inbound_at, unread_count, last_message_at FROM conversations")
    assert tuple(thread)[:2] == (NOW + HOUR, 1)
    assert thread["last_message_at"] < NOW + HOUR


async def test_contacts_are_found_by_exactly_one_of_their_names(
    owner: Owner, apply: Pool, web: Pool, number: Number
) -> None:
    await told(owner, apply, number, both_named("wamid.1", "hi", at=NOW))
    await owner.execute("UPDATE contacts SET username = '@ana'")

    for wanted in (
        {"phone": "+34 600 000 001"},
        {"bsuid": "ES.1"},
        {"username": "ana"},
        {"username": "@ana"},
    ):
        assert len(await people(web, number.tenant_id, **wanted)) == 1, wanted
    for wanted in ({"phone": "+34600000009"}, {"bsuid": "ES.9"}, {"username": "an"}):
        assert await people(web, number.tenant_id, **wanted) == [], wanted


async def sent_to(owner: Owner, number: Number, phone: str, wamid: str, *, at: datetime = NOW) -> None:
    """A message of ours to a phone, as sending leaves it."""
    conversation_id = await owner.fetchval("SELECT id FROM conversations WHERE contact_wa_id = $1", phone)
    sent = await insert_sent(
        owner,
        number,
        conversation_id=conversation_id or await insert_conversation(owner, number, wa_id=phone),
        provider_message_id=wamid,
        accepted_at=at,
    )
    await owner.execute(
        "UPDATE messages SET created_at = $2, person = jsonb_build_object('wa_id', $3::text) WHERE id = $1",
        sent.id,
        at,
        phone,
    )


async def delivered(
    owner: Owner, apply: Pool, number: Number, wamid: str, *contacts: Json, at: datetime = NOW, **more: str
) -> None:
    found = change(number, statuses=[status(wamid, "delivered", at=at, **more)])
    found["value"]["contacts"] = list(contacts)
    await deliver(owner, body(found))
    await drain(apply)


async def contact_count(owner: Owner) -> int:
    return await owner.fetchval("SELECT count(*) FROM contacts WHERE merged_into IS NULL")


async def test_whom_a_status_names_by_phone_and_id_is_found_by_the_id_alone_afterwards(
    owner: Owner, apply: Pool, number: Number
) -> None:
    await sent_to(owner, number, ANA, "wamid.1")
    await delivered(owner, apply, number, "wamid.1", {"wa_id": ANA, "user_id": "ES.X"}, recipient_id=ANA)
    await told(
        owner, apply, number, text("wamid.2", body="hidden", at=NOW + HOUR, from_user_id="ES.X", sender="")
    )

    assert await contact_count(owner) == 1
    assert await owner.fetchval("SELECT count(DISTINCT conversation_id) FROM messages") == 1


async def test_who_writes_in_the_same_moment_writes_into_the_conversation_of_whom_the_status_names(
    owner: Owner, apply: Pool, number: Number
) -> None:
    await sent_to(owner, number, ANA, "wamid.1")
    hidden = text("wamid.2", body="hidden", at=NOW + HOUR, from_user_id="ES.X", sender="")
    named = status("wamid.1", "delivered") | {"recipient_id": ANA, "recipient_user_id": "ES.X"}

    await deliver(owner, body(change(number, messages=[hidden], statuses=[named])))
    await drain(apply)

    thread = await owner.fetchval(
        "SELECT conversation_id FROM messages WHERE provider_message_id = 'wamid.1'"
    )
    received = await owner.fetch("SELECT conversation_id FROM events WHERE type = 'message_received'")
    assert [row["conversation_id"] for row in received] == [thread]
    assert await owner.fetchval("SELECT count(*) FROM contact_merges") == 0


async def test_whom_a_status_itself_names_twice_is_one_person_too(
    owner: Owner, apply: Pool, number: Number
) -> None:
    await told(owner, apply, number, text("wamid.0", body="hidden", from_user_id="ES.X", sender=""))
    await sent_to(owner, number, ANA, "wamid.1")
    assert await contact_count(owner) == 2
    await delivered(owner, apply, number, "wamid.1", recipient_id=ANA, recipient_user_id="ES.X")

    assert await contact_count(owner) == 1
    assert await owner.fetchval("SELECT count(*) FROM contact_merges") == 1


async def test_whom_a_status_names_is_learnt_anew_once_they_were_erased(
    owner: Owner, apply: Pool, number: Number
) -> None:
    clock = [0.0]
    applying = Applier(apply, callback_keys=[CALLBACK_KEY], metrics=Metrics(), clock=lambda: clock[0])

    async def report(wamid: str, says: str) -> None:
        await deliver(owner, body(change(number, statuses=[status(wamid, says, **twice)])))
        async with asyncio.timeout(10):
            while not await applying.apply_once(0):  # noqa: ASYNC110 - a transaction of the server's own may be open
                await asyncio.sleep(0.005)

    twice = {"recipient_id": ANA, "recipient_user_id": "ES.X"}
    await sent_to(owner, number, ANA, "wamid.1")
    for says in ("sent", "delivered"):  # learnt by the first, and remembered by the second
        await report("wamid.1", says)
    await owner.execute("DELETE FROM contact_aliases WHERE kind = 'bsuid'")
    clock[0] += 300

    await report("wamid.1", "read")

    assert await owner.fetchval("SELECT value FROM contact_aliases WHERE kind = 'bsuid'") == "ES.X"


async def test_what_a_status_told_of_a_person_holds_when_the_number_passes_on(
    owner: Owner, apply: Pool, number: Number
) -> None:
    await sent_to(owner, number, ANA, "wamid.1")
    await delivered(owner, apply, number, "wamid.1", {"wa_id": ANA, "user_id": "ES.X"}, recipient_id=ANA)
    await told(
        owner,
        apply,
        number,
        text("wamid.2", body="hidden", at=NOW + HOUR, from_user_id="ES.X", sender=""),
        moved("wamid.3", old=ANA, new=OTHER, at=NOW + 2 * HOUR),
        text("wamid.4", sender=ANA, body="somebody else", at=NOW + 3 * HOUR),
    )

    assert await threads(owner) == ["hola hidden", "somebody else"]


@pytest.mark.parametrize(
    ("contacts", "more"),
    [
        ([{"wa_id": OTHER, "user_id": "ES.X"}], {"recipient_id": ANA}),  # of somebody else
        ([{"wa_id": ANA, "user_id": "ES.X"}], {"recipient_id": ANA, "recipient_type": "group"}),
        ([{"wa_id": ANA}], {"recipient_id": ANA}),
        ([{"wa_id": ANA, "user_id": "E" * 600}], {"recipient_id": ANA}),
    ],
)
async def test_a_status_that_does_not_name_its_person_twice_says_nothing_of_who_they_are(
    owner: Owner, apply: Pool, number: Number, contacts: list[Json], more: dict[str, str]
) -> None:
    await sent_to(owner, number, ANA, "wamid.1")
    await delivered(owner, apply, number, "wamid.1", *contacts, **more)

    assert await owner.fetchval("SELECT count(*) FROM contact_aliases") == 1
    assert await owner.fetchval("SELECT delivered_at FROM messages") == NOW


async def test_a_status_of_a_message_that_is_not_ours_makes_nobody(
    owner: Owner, apply: Pool, number: Number
) -> None:
    await delivered(owner, apply, number, "wamid.9", {"wa_id": ANA, "user_id": "ES.X"}, recipient_id=ANA)

    assert await contact_count(owner) == 0


async def test_contacts_that_somebody_took_apart_are_not_joined_by_a_status(
    owner: Owner, apply: Pool, web: Pool, number: Number
) -> None:
    await told(owner, apply, number, text("wamid.0", body="hidden", from_user_id="ES.X", sender=""))
    await sent_to(owner, number, ANA, "wamid.1")
    await delivered(owner, apply, number, "wamid.1", recipient_id=ANA, recipient_user_id="ES.X")
    merge = await owner.fetchrow("SELECT id, survivor_id FROM contact_merges")
    async with web.transaction(number.tenant_id) as tx:
        await splitting.undo(
            tx,
            tenant_id=number.tenant_id,
            contact_id=merge["survivor_id"],
            merge_id=merge["id"],
            actor="user:1",
        )
    await delivered(
        owner, apply, number, "wamid.1", recipient_id=ANA, recipient_user_id="ES.X", at=NOW - HOUR
    )

    assert await contact_count(owner) == 2


@pytest.mark.parametrize(("origin", "people_there"), [("contact_request", 1), ("other", 2)])
async def test_a_number_that_was_asked_for_is_the_senders_own(
    owner: Owner, apply: Pool, number: Number, origin: str, people_there: int
) -> None:
    await sent_to(owner, number, ANA, "wamid.1")
    card = {
        "origin": origin,
        "name": {"formatted_name": "Ana"},
        "phones": [{"phone": f"+{ANA}", "wa_id": ANA}],
    }
    shared = text("wamid.2", sender="", from_user_id="ES.X") | {"type": "contacts", "contacts": [card]}
    await told(owner, apply, number, shared)

    assert await contact_count(owner) == people_there


async def test_a_card_whose_phones_have_another_shape_is_a_message_all_the_same(
    owner: Owner, apply: Pool, number: Number
) -> None:
    card = {"origin": "contact_request", "name": {"formatted_name": "Ana"}, "phones": {"wa_id": 5}}
    shared = text("wamid.2", sender="", from_user_id="ES.X") | {"type": "contacts", "contacts": [card]}
    await told(owner, apply, number, shared)

    assert await owner.fetchval("SELECT text FROM messages") == "Ana"
