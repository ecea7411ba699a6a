"""One number, used by Curbe and by the WhatsApp Business app: what was written elsewhere stands here too, once and in its place."""

import json
import random  # noqa: TID251 - seeded: the orders repeat
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from bed.appliers import drain
from bed.notices import SHOWN, about, chunk, echo, notice, past
from bed.rows import NOW, Number, insert_conversation, insert_number
from bed.tables import counted, natural
from bed.users import insert_member
from bed.webhooks import Json, body, change, deliver, status, text
from curbe.domain.notices import PastFile
from curbe.inbox import contact_names, placeholders
from curbe.inbox.placeholders import FileTold
from curbe.infra.db import Pool
from curbe.ingest.parked import Parked
from curbe.outbound import store as outbox

pytestmark = pytest.mark.anyio
Owner = asyncpg.Connection

MINUTE = timedelta(minutes=1)
LONG_AGO = NOW - timedelta(days=40)


async def messages(owner: Owner) -> list[asyncpg.Record]:
    return await owner.fetch("SELECT * FROM messages ORDER BY created_at, provider_message_id")


async def conversation(owner: Owner) -> asyncpg.Record:
    """The only conversation there is."""
    (row,) = await owner.fetch("SELECT * FROM conversations")
    return row


async def told(owner: Owner, number: Number) -> list[tuple[str, Any]]:
    rows = await owner.fetch(
        "SELECT type, data FROM events WHERE tenant_id = $1 ORDER BY xid, id", number.tenant_id
    )
    return [(row["type"], json.loads(row["data"])) for row in rows]


async def names(owner: Owner) -> list[str | None]:
    return [row["name"] for row in await owner.fetch("SELECT name FROM contacts ORDER BY name")]


def echoes(number: Number, *said: Json) -> bytes:
    return about(number, "smb_message_echoes", at=None, message_echoes=list(said))


def history(number: Number, *chunks: Json) -> bytes:
    return about(number, "history", history=list(chunks))


# --- echoes


async def test_what_a_colleague_writes_in_the_app_stands_in_the_conversation_as_sent_and_is_told(
    owner: Owner, apply: Pool, number: Number
) -> None:
    await deliver(owner, body(change(number, messages=[text("wamid.1")])))
    await deliver(owner, echoes(number, echo("wamid.2", at=NOW + MINUTE)))
    await drain(apply)

    row = (await messages(owner))[1]
    assert (row["direction"], row["sender"], row["status"]) == ("outbound", "app", "sent")
    assert (row["text"], row["sent_at"]) == ("Buenas", NOW + MINUTE)
    there = await conversation(owner)
    assert (there["last_outbound_at"], there["last_message_at"]) == (NOW + MINUTE, NOW + MINUTE)
    ((_, event),) = [one for one in await told(owner, number) if one[0] == "message_echoed"]
    assert (event["text"], event["payload"]["id"]) == ("Buenas", "wamid.2")


async def test_an_echo_is_never_ours_to_send(owner: Owner, apply: Pool, number: Number) -> None:
    await deliver(owner, echoes(number, echo("wamid.1")))
    await drain(apply)

    async with apply.transaction() as tx:
        assert (await outbox.depth(tx)).waiting == 0
    assert (await messages(owner))[0]["phase"] == "elsewhere"


async def test_an_echo_that_comes_again_is_there_once(owner: Owner, apply: Pool, number: Number) -> None:
    await deliver(owner, echoes(number, echo("wamid.1"), echo("wamid.1")))
    await deliver(owner, echoes(number, echo("wamid.1"), echo("wamid.2")), echoes(number, echo("wamid.1")))
    await drain(apply, most=1)

    assert [row["provider_message_id"] for row in await messages(owner)] == ["wamid.1", "wamid.2"]
    assert [kind for kind, _ in await told(owner, number)].count("message_echoed") == 2


async def test_a_status_that_comes_before_its_echo_finds_it(
    owner: Owner, apply: Pool, number: Number
) -> None:
    await deliver(owner, body(change(number, statuses=[status("wamid.1", "read", at=NOW + MINUTE)])))
    await deliver(owner, echoes(number, echo("wamid.1")))
    await drain(apply, most=1)

    await Parked(apply).apply()

    (row,) = await messages(owner)
    assert (row["status"], row["read_at"]) == ("read", NOW + MINUTE)


@pytest.mark.parametrize("edit_first", [False, True])
async def test_an_edit_and_a_revoke_in_the_app_change_what_is_shown_and_keep_what_was_said(
    owner: Owner, apply: Pool, number: Number, *, edit_first: bool
) -> None:
    edit = {"original_message_id": "wamid.1", "message": {"type": "text", "text": {"body": "Buenos días"}}}
    said = echoes(number, echo("wamid.1"))
    edited = echoes(number, echo("wamid.2", at=NOW + MINUTE, type="edit", edit=edit))
    await deliver(owner, *([edited, said] if edit_first else [said, edited]))
    await drain(apply, most=1)
    (shown,) = await messages(owner)

    revoke = {"original_message_id": "wamid.1"}
    await deliver(owner, echoes(number, echo("wamid.3", at=NOW + 2 * MINUTE, type="revoke", revoke=revoke)))
    await drain(apply)

    (gone,) = await messages(owner)
    assert (shown["text"], shown["edited_at"]) == ("Buenos días", NOW + MINUTE)
    assert (gone["text"], gone["revoked_at"]) == (None, NOW + 2 * MINUTE)
    kept = await owner.fetch("SELECT kind::text, text FROM message_revisions r ORDER BY r.kind")
    assert [tuple(row) for row in kept][:2] == [("original", "Buenas"), ("edit", "Buenos días")]


async def test_a_reaction_made_in_the_app_is_ours(owner: Owner, apply: Pool, number: Number) -> None:
    await deliver(owner, body(change(number, messages=[text("wamid.1")])))
    reaction = {"message_id": "wamid.1", "emoji": "👍"}
    await deliver(owner, echoes(number, echo("wamid.2", type="reaction", reaction=reaction)))
    await drain(apply)

    assert [row["provider_message_id"] for row in await messages(owner)] == ["wamid.1"]
    (row,) = await owner.fetch("SELECT who, emoji FROM message_reactions")
    assert tuple(row) == ("us", "👍")
    assert await owner.fetchval("SELECT count(*) FROM contacts") == 1


async def test_an_echo_does_not_mark_as_read_or_open_the_window(
    owner: Owner, apply: Pool, number: Number
) -> None:
    await deliver(owner, body(change(number, messages=[text("wamid.1")])))
    await drain(apply)
    before = await conversation(owner)
    await deliver(owner, echoes(number, echo("wamid.2", at=NOW + MINUTE)))
    await drain(apply)

    after = await conversation(owner)
    for column in ("unread_count", "last_inbound_at", "state"):
        assert after[column] == before[column], column


# --- history


async def test_past_messages_stand_in_their_conversation_and_nobody_has_them_to_read(
    owner: Owner, apply: Pool, number: Number
) -> None:
    theirs = past("wamid.1", ours=False, at=LONG_AGO)
    mine = past("wamid.2", ours=True, at=LONG_AGO + MINUTE, status="DELIVERED")
    await deliver(owner, history(number, chunk(theirs, mine)))
    await drain(apply)

    first, second = await messages(owner)
    assert (first["direction"], second["direction"]) == ("inbound", "outbound")
    assert (second["status"], second["sender"]) == ("delivered", "app")
    there = await conversation(owner)
    assert (there["unread_count"], there["last_inbound_at"]) == (0, LONG_AGO)
    assert there["last_message_at"] == LONG_AGO + MINUTE
    kinds = [kind for kind, _ in await told(owner, number)]
    assert sorted(kinds) == ["connection_updated", "conversation_updated", "notice_received"]


@pytest.mark.parametrize("beside", ["history", "echo"])
async def test_a_conversation_that_is_known_from_elsewhere_alone_is_nobodys_work_until_the_person_writes(
    owner: Owner, apply: Pool, number: Number, beside: str
) -> None:
    told_of = {
        "history": history(number, chunk(past("wamid.1", ours=False, at=LONG_AGO))),
        "echo": echoes(number, echo("wamid.1", at=LONG_AGO)),
    }
    await deliver(owner, told_of[beside])
    await drain(apply)
    before = (await conversation(owner))["state"]
    kinds = ("conversation_updated", "message_echoed")
    events = [event for kind, event in await told(owner, number) if kind in kinds]
    await deliver(owner, body(change(number, messages=[text("wamid.2")])))
    await drain(apply)

    assert (before, (await conversation(owner))["state"]) == ("resolved", "open")
    assert {one.get("conversation", one)["state"] for one in events} == {"resolved"}


@pytest.mark.parametrize("state", ["open", "blocked", "snoozed"])
async def test_history_ends_nothing_that_somebody_has_or_has_decided(
    owner: Owner, apply: Pool, number: Number, state: str
) -> None:
    colleague = await insert_member(owner, number.tenant_id)
    conversation_id = await insert_conversation(owner, number, wa_id="34600000001")
    await owner.execute(
        """UPDATE conversations SET state = $2::text::conversation_state, assignee_id = $3, last_message_at = NULL
            WHERE id = $1""",
        conversation_id,
        state,
        colleague.id,
    )
    await deliver(owner, history(number, chunk(past("wamid.1", ours=False, at=LONG_AGO))))
    await drain(apply)

    assert (await conversation(owner))["state"] == state


@pytest.mark.parametrize(
    ("word", "known"),
    [
        ("PENDING", "accepted"),
        ("SENT", "sent"),
        ("DELIVERED", "delivered"),
        ("READ", "read"),
        ("PLAYED", "played"),
        ("ERROR", "failed"),
        ("SOMETHING_NEW", "accepted"),
    ],
)
async def test_a_past_message_of_ours_has_come_as_far_as_history_says(
    owner: Owner, apply: Pool, number: Number, word: str, known: str
) -> None:
    await deliver(owner, history(number, chunk(past("wamid.1", ours=True, at=LONG_AGO, status=word))))
    await drain(apply)

    (row,) = await messages(owner)
    assert (row["status"], row["phase"]) == (known, "elsewhere")


@pytest.mark.parametrize("ours", [False, True])
@pytest.mark.parametrize("file_first", [False, True])
async def test_a_placeholder_gives_way_to_its_file_whichever_comes_first(
    owner: Owner, apply: Pool, number: Number, *, file_first: bool, ours: bool
) -> None:
    placeholder = past("wamid.1", ours=ours, at=LONG_AGO, type="media_placeholder")
    file = {
        **past("wamid.1", ours=ours, at=LONG_AGO, status="", type="image"),
        "image": {"id": "9", "caption": "La sala"},
    }
    both = [
        history(number, chunk(placeholder)),
        about(number, "history", messages=[file], contacts=[{"wa_id": "34600000001"}]),
    ]
    await deliver(owner, *(both[::-1] if file_first else both))
    await drain(apply, most=1)

    (row,) = await messages(owner)
    assert (row["type"], row["text"]) == ("image", "La sala")


@pytest.mark.parametrize("sender", [SHOWN, "34600000001"])
@pytest.mark.parametrize("file_first", [False, True])
async def test_a_file_belongs_where_its_place_was_kept_whomever_it_names_as_its_sender(
    owner: Owner, apply: Pool, number: Number, *, file_first: bool, sender: str
) -> None:
    placeholder = past("wamid.1", ours=True, at=LONG_AGO, type="media_placeholder")
    file = past("wamid.1", ours=True, at=LONG_AGO, type="image", image={"id": "9", "caption": "La sala"})
    both = [
        history(number, chunk(placeholder)),
        about(number, "history", messages=[{**file, "from": sender}]),
    ]
    await deliver(owner, *(both[::-1] if file_first else both))
    await drain(apply, most=1)

    (row,) = await messages(owner)
    assert (row["direction"], row["type"], row["text"]) == ("outbound", "image", "La sala")
    assert await owner.fetchval("SELECT count(*) FROM message_media") == 1
    assert (await conversation(owner))["last_inbound_at"] is None
    assert await owner.fetchval("SELECT count(*) FROM parked_files") == 0


async def test_a_file_and_its_place_that_missed_each_other_are_brought_together(
    owner: Owner, apply: Pool, number: Number
) -> None:
    await deliver(
        owner, history(number, chunk(past("wamid.1", ours=True, at=LONG_AGO, type="media_placeholder")))
    )
    await drain(apply)
    file = PastFile(
        provider_message_id="wamid.1",
        type="image",
        text="La sala",
        payload='{"type": "image", "image": {"id": "9"}}',
        message=None,
    )
    async with apply.transaction() as tx:  # as another lane would, which cannot see the place yet
        await placeholders._park(tx, [FileTold(number.tenant_id, number.connection_id, file, NOW)])

    await Parked(apply).apply()

    (row,) = await messages(owner)
    assert (row["type"], row["text"]) == ("image", "La sala")
    assert await owner.fetchval("SELECT count(*) FROM message_media") == 1
    assert [kind for kind, _ in await told(owner, number)].count("conversation_updated") == 2


async def test_a_file_whose_place_does_not_come_within_a_day_stands_alone_if_it_says_whose_it_is(
    owner: Owner, apply: Pool, number: Number
) -> None:
    files = [
        past(f"wamid.{ours}", ours=ours, at=LONG_AGO, type="image", image={"id": "9"})
        for ours in (True, False)
    ]
    await deliver(owner, about(number, "history", messages=files))
    await drain(apply)
    seen = []
    for age in (timedelta(hours=23), timedelta(hours=25)):
        await owner.execute("UPDATE parked_files SET parked_at = now() - $1::interval", age)
        await Parked(apply).apply()
        seen.append([row["provider_message_id"] for row in await messages(owner)])

    assert seen == [[], ["wamid.False"]]
    assert await owner.fetchval("SELECT count(*) FROM parked_files") == 0


async def test_the_file_of_a_message_that_was_taken_back_does_not_bring_it_again(
    owner: Owner, apply: Pool, number: Number
) -> None:
    revoke = {"type": "revoke", "revoke": {"original_message_id": "wamid.1"}}
    file = past("wamid.1", ours=True, at=LONG_AGO, type="image", image={"id": "9", "caption": "La sala"})
    await deliver(
        owner,
        history(number, chunk(past("wamid.1", ours=True, at=LONG_AGO, type="media_placeholder"))),
        echoes(number, echo("wamid.2", **revoke)),
        about(number, "history", messages=[file]),
    )
    await drain(apply, most=1)

    (row,) = await messages(owner)
    assert (row["type"], row["text"]) == ("image", None)
    assert await owner.fetchval("SELECT count(*) FROM message_media") == 0


async def test_history_leaves_alone_what_is_known_of_a_conversation_that_goes_on(
    owner: Owner, apply: Pool, number: Number
) -> None:
    await deliver(owner, body(change(number, messages=[text("wamid.9")], names={"34600000001": "Ana"})))
    await drain(apply)
    before = await conversation(owner)
    await deliver(owner, history(number, chunk(past("wamid.1", ours=False, at=LONG_AGO))))
    await drain(apply)

    after = await conversation(owner)
    for column in ("id", "unread_count", "last_inbound_at", "last_message_at", "state"):
        assert after[column] == before[column], column
    assert await names(owner) == ["Ana"]


async def test_a_business_that_shares_no_history_says_so_on_its_number(
    owner: Owner, apply: Pool, number: Number
) -> None:
    declined = {"errors": [{"code": 2593109, "title": "History sharing declined"}]}
    await deliver(owner, history(number, declined))
    await drain(apply)

    told_of = json.loads(await owner.fetchval("SELECT health FROM channel_connections"))["history"]
    assert (told_of["value"], told_of["detail"]) == ("DECLINED", "2593109: History sharing declined")


async def test_of_chunks_of_one_moment_the_furthest_tells_how_far_sharing_has_come(
    owner: Owner, apply: Pool, number: Number
) -> None:
    chunks = [history(number, chunk(order=n, progress=n * 30)) for n in (2, 3, 1)]
    await deliver(owner, *chunks)
    await drain(apply, most=1)

    told_of = json.loads(await owner.fetchval("SELECT health FROM channel_connections"))["history"]
    assert told_of["detail"] == "phase 0, 90 %"


# --- the address book


def synced(
    number: Number, name: str, *, at: Any = NOW, action: str = "add", phone: str = "34600000001"
) -> bytes:
    contact = {"full_name": name, "first_name": name.split(maxsplit=1)[0], "phone_number": phone}
    one = {"type": "contact", "contact": contact, "action": action}
    return about(
        number,
        "smb_app_state_sync",
        at=None,
        state_sync=[{**one, "metadata": {"timestamp": str(int(at.timestamp()))}}],
    )


async def test_the_address_book_names_whom_nobody_named_and_never_over_their_own_name(
    owner: Owner, apply: Pool, number: Number
) -> None:
    named = body(change(number, messages=[text("wamid.1")], names={"34600000001": "Ana R."}))
    seen = []

    for order in (
        [named, synced(number, "Ana de la farmacia")],
        [synced(number, "Ana de la farmacia"), named],
    ):
        await owner.execute("TRUNCATE contacts CASCADE")
        await deliver(owner, *order)
        await drain(apply, most=1)
        seen.append(await names(owner))
    await deliver(owner, synced(number, "Luis", phone="34600000002"))
    await drain(apply)

    assert seen == [["Ana R."], ["Ana R."]]
    assert await names(owner) == ["Ana R.", "Luis"]


async def test_the_latest_name_in_the_address_book_counts_and_taking_it_out_takes_nothing_away(
    owner: Owner, apply: Pool, number: Number
) -> None:
    await deliver(
        owner,
        synced(number, "Ana Nueva", at=NOW + MINUTE),
        synced(number, "Ana Vieja", at=NOW),
        synced(number, "Ana Nueva", at=NOW + 2 * MINUTE, action="remove"),
    )
    await drain(apply, most=1)

    assert await names(owner) == ["Ana Nueva"]
    assert await owner.fetchval("SELECT count(*) FROM messages") == 0


async def test_no_name_that_is_told_takes_away_what_the_team_calls_somebody_and_the_latest_comes_back(
    owner: Owner, apply: Pool, web: Pool, number: Number
) -> None:
    async def call(name: str | None) -> None:
        async with web.transaction(number.tenant_id) as tx:
            contact_id = await owner.fetchval("SELECT id FROM contacts")
            await contact_names.rename(
                tx, tenant_id=number.tenant_id, contact_id=contact_id, name=name, actor="key:1"
            )

    def said(wamid: str, name: str, minutes: int) -> bytes:
        message = text(wamid, at=NOW + minutes * MINUTE)
        return body(change(number, messages=[message], names={"34600000001": name}))

    seen = []
    for told in (
        [synced(number, "Ana Nueva", at=NOW + MINUTE), synced(number, "Ana Vieja", at=NOW)],
        [said("wamid.2", "Mamá", 2), said("wamid.1", "Mami", 1), synced(number, "Ana", at=NOW + 5 * MINUTE)],
    ):
        if not seen:
            await deliver(owner, synced(number, "Ana de la farmacia", at=NOW - MINUTE))
            await drain(apply)
        await call("Ana Ruiz")
        await deliver(owner, *told)
        await drain(apply, most=1)
        seen += await names(owner)
        await call(None)
        seen += await names(owner)

    assert seen == ["Ana Ruiz", "Ana Nueva", "Ana Ruiz", "Mamá"]


# --- standby


def on_standby(number: Number, **inside: Any) -> bytes:
    return about(number, "standby", standby=inside)


async def test_a_message_on_standby_arrives_like_any_other_and_is_marked(
    owner: Owner, apply: Pool, number: Number
) -> None:
    await deliver(owner, on_standby(number, messages=[text("wamid.1")]))
    await drain(apply)

    (row,) = await messages(owner)
    assert (row["direction"], row["standby"], row["text"]) == ("inbound", True, "Hola")
    assert (await conversation(owner))["last_inbound_at"] == NOW
    ((_, event),) = [one for one in await told(owner, number) if one[0] == "message_received"]
    assert event["standby"] is True
    assert await counted(owner) == {("applied", "notice"): 1, ("applied", "message"): 1}


@pytest.mark.parametrize("standby_first", [False, True])
async def test_a_message_told_on_standby_and_as_a_message_is_one_and_marked_in_either_order(
    owner: Owner, apply: Pool, number: Number, *, standby_first: bool
) -> None:
    both = [body(change(number, messages=[text("wamid.1")])), on_standby(number, messages=[text("wamid.1")])]
    await deliver(owner, *(both[::-1] if standby_first else both))
    await drain(apply, most=1)

    (row,) = await messages(owner)
    assert row["standby"]
    assert (await conversation(owner))["unread_count"] == 1


async def test_statuses_and_answers_on_standby_are_applied_too(
    owner: Owner, apply: Pool, number: Number
) -> None:
    await deliver(owner, on_standby(number, message_echoes=[echo("wamid.1")]))
    await deliver(owner, on_standby(number, statuses=[status("wamid.1", "delivered", at=NOW + MINUTE)]))
    await drain(apply, most=1)

    (row,) = await messages(owner)
    assert (row["sender"], row["status"]) == ("meta_agent", "delivered")


async def test_a_broken_message_on_standby_is_set_aside_alone(
    owner: Owner, apply: Pool, number: Number
) -> None:
    await deliver(owner, on_standby(number, messages=[{"id": "wamid.broken"}, text("wamid.1")]))
    await drain(apply)

    assert [row["provider_message_id"] for row in await messages(owner)] == ["wamid.1"]
    assert (await counted(owner))["quarantined", "no_sender"] == 1


# --- together


def everything(number: Number) -> list[bytes]:
    """Something of everything, all of it about one person and one number."""
    later = [NOW + n * MINUTE for n in range(10)]
    edit = {"original_message_id": "wamid.e1", "message": {"type": "text", "text": {"body": "Mejor a las 6"}}}
    file = {**past("wamid.h3", ours=False, at=LONG_AGO, type="audio"), "audio": {"id": "9"}}
    return [
        history(number, chunk(past("wamid.h1", ours=False, at=LONG_AGO), order=1, progress=30)),
        history(
            number,
            chunk(past("wamid.h2", ours=True, at=LONG_AGO + MINUTE, status="SENT"), order=2, progress=60),
        ),
        history(
            number,
            chunk(past("wamid.h2", ours=True, at=LONG_AGO + MINUTE, status="READ"), order=3, progress=90),
        ),
        history(number, chunk(past("wamid.h3", ours=False, at=LONG_AGO, type="media_placeholder"), order=4)),
        about(number, "history", messages=[file]),
        echoes(number, echo("wamid.e1", at=later[1])),
        echoes(number, echo("wamid.e2", at=later[2]), echo("wamid.e1", at=later[1])),
        echoes(number, echo("wamid.e3", at=later[3], type="edit", edit=edit)),
        synced(number, "Ana Vieja", at=later[1]),
        synced(number, "Ana Nueva", at=later[2]),
        on_standby(number, messages=[text("wamid.s1", at=later[4])]),
        on_standby(number, message_echoes=[echo("wamid.s2", at=later[5])]),
        notice(
            number, "account_update", {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}}
        ),
        notice(
            number,
            "account_update",
            {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}},
            at=later[6],
        ),
        about(
            number,
            "user_preferences",
            at=None,
            user_preferences=[
                {
                    "wa_id": "34600000001",
                    "category": "marketing_messages",
                    "value": "stop",
                    "timestamp": 1789000000,
                }
            ],
        ),
        body(change(number, messages=[text("wamid.m1", at=later[7])])),
        body(change(number, statuses=[status("wamid.e1", "delivered", at=later[8])])),
    ]


@pytest.mark.parametrize("most", [1, 4, 100])
async def test_in_any_order_twice_and_in_any_batches_everything_beside_messages_is_the_same(
    owner: Owner, apply: Pool, most: int
) -> None:
    seen = []
    for seed in range(6):
        number = await insert_number(owner, phone_number_id="300000000000077", waba_id="200000000000077")
        bodies = everything(number)
        if seed:
            bodies = bodies * 2
            random.Random(seed).shuffle(bodies)  # noqa: S311 - an order, not a secret
        await deliver(owner, *bodies)
        await drain(apply, most=most)
        await Parked(apply).apply()
        seen.append(
            {table: [strip(row, number) for row in rows] for table, rows in (await natural(owner)).items()}
        )
        await owner.execute("TRUNCATE contacts, notices, channel_connections, events CASCADE")

    for table, rows in seen[0].items():
        assert rows or table not in {"messages", "health", "standby", "address_book"}, table
        for other in seen[1:]:
            assert other[table] == rows, table


def strip(row: tuple[Any, ...], number: Number) -> tuple[Any, ...]:
    """Without the tenant, who is another each time."""
    return tuple(None if value == number.tenant_id else value for value in row)
