"""Messages said otherwise, taken back and reacted to: shown as they stand, kept as they were, whatever comes first."""

import json
from datetime import timedelta
from itertools import permutations
from uuid import UUID

import asyncpg
import pytest

from bed.appliers import drain
from bed.rows import NOW, Number, insert_sent
from bed.webhooks import Json, body, change, deliver, text
from curbe.inbox import amendments, service
from curbe.inbox.amendments import Amendment, RevisionKind
from curbe.inbox.shapes import Message
from curbe.infra.db import Pool
from curbe.ingest.parked import Parked

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
MINUTE = timedelta(minutes=1)


def said(words: str = "Hello") -> Json:
    return text("wamid.1", body=words, at=NOW) | {"context": {"forwarded": True}}


def edited(wamid: str, words: str, *, at: int, target: str = "wamid.1") -> Json:
    inner = {"type": "text", "text": {"body": words}}
    content = {"original_message_id": target, "message": inner}
    return text(wamid, at=NOW + at * MINUTE) | {"type": "edit", "edit": content}


def revoked(wamid: str, *, at: int) -> Json:
    return text(wamid, at=NOW + at * MINUTE) | {
        "type": "revoke",
        "revoke": {"original_message_id": "wamid.1"},
    }


def reacted(wamid: str, emoji: str | None, *, at: int, target: str = "wamid.1", **more: object) -> Json:
    content = {"message_id": target, **({"emoji": emoji} if emoji is not None else {})}
    return text(wamid, at=NOW + at * MINUTE) | {"type": "reaction", "reaction": content, **more}


async def told(owner: Owner, apply: Pool, number: Number, *messages: Json) -> None:
    for message in messages:
        await deliver(owner, body(change(number, messages=[message])))
        await drain(apply)


async def shown(owner: Owner, web: Pool, number: Number, wamid: str = "wamid.1") -> Message:
    """The message as the API shows it."""
    message_id = await owner.fetchval("SELECT id FROM messages WHERE provider_message_id = $1", wamid)
    async with web.transaction(number.tenant_id) as tx:
        [message] = await service.messages_by_id(tx, tenant_id=number.tenant_id, ids=[message_id])
    return message


async def kept(owner: Owner) -> list[tuple[str, str | None]]:
    """All that was said, from first to last."""
    rows = await owner.fetch(
        "SELECT r.kind::text AS k, r.text FROM message_revisions r ORDER BY r.kind, r.at"
    )
    return [tuple(row) for row in rows]


async def test_an_edited_message_shows_what_it_says_now_and_keeps_what_it_said(
    owner: Owner, apply: Pool, web: Pool, number: Number
) -> None:
    await told(owner, apply, number, said(), edited("wamid.2", "Good morning", at=1))

    message = await shown(owner, web, number)
    assert (message.text, message.edited_at, message.revoked_at) == ("Good morning", NOW + MINUTE, None)
    assert message.content is not None
    assert message.content.body == "Good morning"  # type: ignore[union-attr]
    assert message.context is not None
    assert message.context.forwarded, "what the edit does not say stays as it was"
    assert await kept(owner) == [("original", "Hello"), ("edit", "Good morning")]
    events = await owner.fetch("SELECT type, data->>'text' AS text FROM events ORDER BY id")
    assert [tuple(row) for row in events] == [
        ("message_received", "Hello"),
        ("message_edited", "Good morning"),
    ]


async def test_a_message_taken_back_shows_no_words_and_keeps_them(
    owner: Owner, apply: Pool, web: Pool, number: Number
) -> None:
    await told(owner, apply, number, said("My number is 1234"), revoked("wamid.2", at=1))

    message = await shown(owner, web, number)
    assert (message.text, message.content, message.revoked_at) == (None, None, NOW + MINUTE)
    assert "1234" not in bytes(message.payload).decode()  # type: ignore[arg-type]
    assert await kept(owner) == [("original", "My number is 1234"), ("revoke", None)]
    thread = await owner.fetchrow("SELECT unread_count, last_inbound_at FROM conversations")
    assert tuple(thread) == (1, NOW), "taking back is not writing"


@pytest.mark.parametrize("together", [True, False])
async def test_whatever_comes_first_a_revoke_beats_every_edit_and_the_latest_edit_the_others(
    owner: Owner, apply: Pool, number: Number, *, together: bool
) -> None:
    """Every order of five webhooks, one of them twice; each order on a message of its own."""
    for n, order in enumerate(permutations(range(4))):
        target = f"wamid.{n}."
        steps = [
            said() | {"id": target},
            edited(f"{target}e1", "second", at=1, target=target),
            edited(f"{target}e2", "third", at=2, target=target),
            revoked(f"{target}r", at=1) | {"revoke": {"original_message_id": target}},
        ]
        messages = [steps[index] for index in (*order, order[0])]
        if together:
            await deliver(owner, body(change(number, messages=messages)))
        else:
            await deliver(owner, *[body(change(number, messages=[message])) for message in messages])
    await drain(apply, most=500 if together else 1)

    rows = await owner.fetch("SELECT text, edited_at, revoked_at, payload->>'type' AS type FROM messages")
    assert {tuple(row) for row in rows} == {(None, None, NOW + MINUTE, "revoke")}
    assert len(rows) == 24
    assert await owner.fetchval("SELECT count(*) FROM message_revisions") == 24 * 4
    assert await owner.fetchval("SELECT count(*) FROM message_revisions WHERE waits") == 0


async def test_of_two_edits_the_later_by_metas_clock_is_shown(
    owner: Owner, apply: Pool, web: Pool, number: Number
) -> None:
    await told(
        owner, apply, number, edited("wamid.3", "third", at=2), edited("wamid.2", "second", at=1), said()
    )

    assert (await shown(owner, web, number)).text == "third"


async def test_a_new_caption_leaves_the_picture_where_it_is(
    owner: Owner, apply: Pool, web: Pool, number: Number
) -> None:
    picture = {"id": "77", "mime_type": "image/jpeg", "caption": "A cat"}
    edit = {"original_message_id": "wamid.1", "message": {"type": "image", "image": {"caption": "Two cats"}}}
    await told(
        owner,
        apply,
        number,
        text("wamid.1", at=NOW) | {"type": "image", "image": picture},
        text("wamid.2", at=NOW + MINUTE) | {"type": "edit", "edit": edit},
    )

    message = await shown(owner, web, number)
    assert message.text == "Two cats"
    assert json.loads(bytes(message.payload))["image"] == picture | {"caption": "Two cats"}  # type: ignore[arg-type]


async def test_an_amendment_that_missed_its_message_on_another_lane_is_applied_soon(
    owner: Owner, apply: Pool, web: Pool, number: Number
) -> None:
    await told(owner, apply, number, said())
    late = Amendment(
        tenant_id=number.tenant_id,
        connection_id=number.connection_id,
        target="wamid.1",
        provider_message_id="wamid.2",
        kind=RevisionKind.EDIT,
        type="text",
        text="Good morning",
        payload='{"type": "text", "text": {"body": "Good morning"}}',
        at=NOW + MINUTE,
    )
    async with apply.transaction() as tx:
        await amendments._insert(tx, [late])  # as another lane would, which cannot see the message yet

    await Parked(apply).apply()

    assert (await shown(owner, web, number)).text == "Good morning"
    assert await owner.fetchval("SELECT count(*) FROM events WHERE type = 'message_edited'") == 1


async def test_a_reaction_is_shown_at_its_message_opens_the_window_and_counts_as_no_message(
    owner: Owner, apply: Pool, web: Pool, number: Number
) -> None:
    await told(owner, apply, number, said(), reacted("wamid.2", "👍", at=5), reacted("wamid.2", "👍", at=5))

    message = await shown(owner, web, number)
    assert [(one.who, one.emoji, one.at) for one in message.reactions] == [
        ("contact", "👍", NOW + 5 * MINUTE)
    ]
    thread = await owner.fetchrow("SELECT unread_count, last_inbound_at FROM conversations")
    assert tuple(thread) == (1, NOW + 5 * MINUTE)
    assert await owner.fetchval("SELECT count(*) FROM messages") == 1
    assert await owner.fetchval("SELECT count(*) FROM events WHERE type = 'message_reacted'") == 1


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_the_latest_reaction_counts_and_one_taken_back_is_gone(
    owner: Owner, apply: Pool, web: Pool, number: Number, order: tuple[int, ...]
) -> None:
    steps = [reacted("wamid.2", "👍", at=1), reacted("wamid.3", "❤", at=2), reacted("wamid.4", None, at=3)]
    await told(owner, apply, number, said(), *(steps[index] for index in order))

    assert (await shown(owner, web, number)).reactions == []


async def test_a_reaction_waits_for_its_message(owner: Owner, apply: Pool, web: Pool, number: Number) -> None:
    sent = await insert_sent(owner, number)
    await told(owner, apply, number, reacted("wamid.2", "❤", at=1, target="wamid.ours"))
    await owner.execute(
        "UPDATE messages SET provider_message_id = 'wamid.ours', accepted_at = $2 WHERE id = $1", sent.id, NOW
    )

    message = await shown(owner, web, number, "wamid.ours")
    assert [one.emoji for one in message.reactions] == ["❤"]


async def test_in_a_group_each_member_has_a_reaction(
    owner: Owner, apply: Pool, web: Pool, number: Number
) -> None:
    await told(
        owner,
        apply,
        number,
        said() | {"group_id": "120"},
        reacted("wamid.2", "👍", at=1, group_id="120"),
        reacted("wamid.3", "❤", at=2, group_id="120") | {"from": "34600000002"},
    )

    message = await shown(owner, web, number)
    assert message.group_id == "120"
    assert {(one.who, one.emoji) for one in message.reactions} == {
        ("34600000001", "👍"),
        ("34600000002", "❤"),
    }


async def test_what_was_said_can_be_read_from_first_to_last(
    owner: Owner, apply: Pool, web: Pool, number: Number
) -> None:
    await told(owner, apply, number, said(), revoked("wamid.3", at=2), edited("wamid.2", "Hi", at=1))
    message = await shown(owner, web, number)

    async with web.transaction(number.tenant_id) as tx:
        found = await amendments.revisions(
            tx, tenant_id=number.tenant_id, conversation_id=message.conversation_id, message_id=message.id
        )
        nobodys = await amendments.revisions(
            tx, tenant_id=number.tenant_id, conversation_id=UUID(int=1), message_id=message.id
        )

    assert [(one.kind.value, one.text) for one in found] == [
        ("original", "Hello"),
        ("edit", "Hi"),
        ("revoke", None),
    ]
    assert nobodys == []
