"""Search: what is found, in which order, page by page without end, and never in another tenant."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from uuid_utils.compat import uuid7

from bed.inbox import Inbox
from bed.rows import NOW, insert_number
from curbe import migrations
from curbe.desk.search import Found, Part, Place, search
from curbe.infra.db import Pool

pytestmark = pytest.mark.anyio

ALL: tuple[Part, ...] = ("contacts", "messages")


async def found(
    web: Pool, inbox: Inbox, typed: str, *, parts: Sequence[Part] = ALL, limit: int = 25
) -> list[Found]:
    """Everything that is found, page by page."""
    items: list[Found] = []
    after: Place | None = None
    while True:
        async with web.transaction(inbox.tenant_id) as tx:
            page = await search(tx, typed, tenant_id=inbox.tenant_id, parts=parts, after=after, limit=limit)
        items += page.items
        assert len(page.items) == limit or page.following is None
        after = page.following
        if after is None:
            return items


async def messages(web: Pool, inbox: Inbox, typed: str, **more: Any) -> list[UUID]:
    return [one.message.id for one in await found(web, inbox, typed, **more) if one.message is not None]


async def people(web: Pool, inbox: Inbox, typed: str, **more: Any) -> list[UUID]:
    return [one.conversation.id for one in await found(web, inbox, typed, **more) if one.kind == "contact"]


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("Hola José, ¿qué tal?", "jose"),
        ("Hola José, ¿qué tal?", "JOSÉ"),
        ("Hola José, ¿qué tal?", "que jos"),
        ("¡Ñandú!", "nandu"),
        ("mi correo es ana.garcia@example.com", "garcia example"),
        ("https://example.com/pedidos/4711?x=1", "4711"),
        ("pedido N-4711/B", "4711 b"),
        ("(urgente)", "urg"),
        ("Привет, мир", "привет"),
        ("ПРИВЕТ", "привет"),
        ("你好", "你好"),
        ("coração São Paulo", "coracao sao"),
        ("Straße", "strase"),
        ("a_b under_score", "score"),
        ("12.50 €", "12"),
        ("línea\nnueva", "nueva"),
    ],
)
async def test_words_are_found_by_their_beginnings_in_any_case_and_accent(
    web: Pool, inbox: Inbox, text: str, typed: str
) -> None:
    message = await inbox.message(await inbox.conversation(name=None, username=None), text=text)

    assert await messages(web, inbox, typed) == [message]


@pytest.mark.parametrize(
    "typed", ["ose", "jose maria", "adios", "  ,.-  ", "'", "\\", "a' | 'b", "!hola", ":*"]
)
async def test_nothing_else_is_found_and_nothing_that_is_typed_is_a_command(
    web: Pool, inbox: Inbox, typed: str
) -> None:
    await inbox.message(await inbox.conversation(name=None, username=None), text="Hola José")

    assert await messages(web, inbox, typed) == (
        [] if typed != "!hola" else await messages(web, inbox, "hola")
    )


@pytest.mark.parametrize(
    "typed",
    ["jose", "Garc", "gar jos", "pepe", "@pepe", "600000001", "+34 600 000 001", "0001", "34600", "jose 600"],
)
async def test_people_are_found_by_name_user_name_and_any_part_of_their_phone(
    web: Pool, inbox: Inbox, typed: str
) -> None:
    conversation = await inbox.conversation(name="José García", username="@pepe.g", phone="+34600000001")
    await inbox.conversation(name="Berta", username=None, phone="+4915112345678")

    assert await people(web, inbox, typed) == [conversation]


async def test_people_come_first_then_messages_each_the_latest_first_page_by_page(
    web: Pool, inbox: Inbox
) -> None:
    conversations = [
        await inbox.conversation(name=f"Factura {n}", last_at=NOW - timedelta(minutes=n)) for n in range(7)
    ]
    sent = [await inbox.message(conversations[n % 7], text=f"la factura {n}") for n in range(9)]

    for limit in (1, 2, 5, 7, 8, 16, 100):
        items = await found(web, inbox, "factura", limit=limit)
        assert [one.kind for one in items] == ["contact"] * 7 + ["message"] * 9
        assert [one.conversation.id for one in items[:7]] == conversations
        assert [one.message.id for one in items[7:] if one.message] == sent[::-1]
    assert await people(web, inbox, "factura", parts=("messages",)) == []
    assert await messages(web, inbox, "factura", parts=("contacts",)) == []


async def test_a_message_comes_with_its_conversation_and_the_piece_that_shows_why(
    web: Pool, inbox: Inbox
) -> None:
    conversation = await inbox.conversation(name=None, username=None)
    await inbox.message(conversation, text="La factura nº 7")

    [one] = await found(web, inbox, "fact")

    assert one.conversation.id == conversation
    assert one.snippet is not None
    assert (one.snippet.text, one.snippet.ranges) == ("La factura nº 7", [(3, 7)])


async def test_a_person_with_two_numbers_of_ours_has_two_conversations_and_one_who_was_merged_has_none(
    web: Pool, inbox: Inbox
) -> None:
    conversation = await inbox.conversation(name="Zoe", last_at=NOW)
    elsewhere = (await insert_number(inbox.owner, inbox.tenant_id)).connection_id
    other = await inbox.conversation(name="Zoe", last_at=NOW - timedelta(1), connection_id=elsewhere)
    merged = await inbox.conversation(name="Zoe")
    rows = dict(
        await inbox.owner.fetch(
            "SELECT id, contact_id FROM conversations WHERE tenant_id = $1", inbox.tenant_id
        )
    )
    await inbox.owner.execute(
        "UPDATE contacts SET merged_into = $2 WHERE id = $1", rows[merged], rows[conversation]
    )
    await inbox.owner.execute(
        "UPDATE conversations SET contact_id = $2 WHERE id = $1", other, rows[conversation]
    )

    assert await people(web, inbox, "zoe") == [conversation, other]


async def test_no_tenant_finds_what_another_has_not_even_with_the_same_mark(
    web: Pool, owner: asyncpg.Connection
) -> None:
    mine = await Inbox.of_a_new_tenant(owner)
    twin = UUID(f"{uuid7().hex[:-6]}{mine.tenant_id.hex[-6:]}")
    await owner.execute("INSERT INTO tenants (id, name) VALUES ($1, 'Twin')", twin)
    theirs = Inbox(owner, await insert_number(owner, twin))
    for inbox in (mine, theirs):
        await inbox.message(await inbox.conversation(name="Secreto"), text="secreto")

    for inbox in (mine, theirs):
        items = await found(web, inbox, "secreto", limit=1)
        assert len(items) == 2
        assert {one.conversation.connection_id for one in items} == {inbox.connection_id}


async def test_the_function_answers_nobody_about_another_tenant_or_without_one(
    web: Pool, owner: asyncpg.Connection
) -> None:
    mine, theirs = await Inbox.of_a_new_tenant(owner), await Inbox.of_a_new_tenant(owner)
    await theirs.message(await theirs.conversation(), text="secreto")
    ask = "SELECT * FROM search_inbox($1, 'messages', 'secreto', now(), $2, 10)"

    for context in (mine.tenant_id, None):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with web.transaction(context) as tx:
                await tx.connection.fetch(ask, theirs.tenant_id, UUID(int=2**128 - 1))
    async with web.transaction(theirs.tenant_id) as tx:
        assert len(await tx.connection.fetch(ask, theirs.tenant_id, UUID(int=2**128 - 1))) == 1
        assert await tx.connection.fetchval("SELECT current_setting('enable_seqscan')") == "on"


MANY = """
INSERT INTO messages (tenant_id, id, channel_connection_id, conversation_id, direction, provider_message_id, type, text, payload,
                      created_at)
SELECT $1, (lpad(to_hex(1700000000000 + n), 12, '0') || '7000' || '8000' || lpad(to_hex(n), 12, '0'))::uuid, $2, $3, 'inbound', 'w' || n,
       'text', CASE WHEN n <= 2500 THEN 'antigua ' ELSE '' END || CASE WHEN n % 3 = 0 THEN 'hola ' ELSE '' END || 'palabra' || n, '{}',
       '2026-01-01Z'::timestamptz + n * interval '1 second'
  FROM generate_series(1, $4::integer) AS n
"""


async def test_frequent_words_are_found_from_the_latest_on_and_old_ones_to_the_last(
    web: Pool, inbox: Inbox
) -> None:
    conversation = await inbox.conversation(name=None, username=None)
    await inbox.owner.execute(MANY, inbox.tenant_id, inbox.connection_id, conversation, 9000)
    await inbox.owner.execute("ANALYZE messages")
    ids = [row[0] for row in await inbox.owner.fetch("SELECT id FROM messages ORDER BY id DESC")]

    frequent = await messages(web, inbox, "hola", limit=100)
    old = await messages(web, inbox, "antigua", limit=100)
    rare = await messages(web, inbox, "palabra8999")

    assert frequent == [known for n, known in zip(range(9000, 0, -1), ids, strict=True) if n % 3 == 0]
    assert old == ids[-2500:]
    assert rare == [ids[1]]


MANY_PEOPLE = """
WITH people AS (
    INSERT INTO contacts (tenant_id, id, wa_id, name)
    SELECT $1, gen_random_uuid(), CASE WHEN n <= 2500 THEN '52' ELSE '34' END || (600000000 + n), 'Ana ' || n
      FROM generate_series(1, 9000) AS n
    RETURNING tenant_id, id, wa_id)
INSERT INTO conversations (tenant_id, id, channel_connection_id, contact_id, external_thread_id, contact_wa_id, state, last_message_at)
SELECT p.tenant_id, gen_random_uuid(), $2, p.id, 'thread', p.wa_id,
       (ARRAY['open', 'waiting', 'resolved'])[1 + right(p.wa_id, 9)::integer % 3]::conversation_state,
       '2026-01-01Z'::timestamptz + right(p.wa_id, 9)::integer * interval '1 second'
  FROM people p
"""


async def test_the_first_digits_of_a_phone_find_whom_one_spoke_to_of_late_and_old_ones_to_the_last(
    web: Pool, inbox: Inbox
) -> None:
    await inbox.owner.execute(MANY_PEOPLE, inbox.tenant_id, inbox.connection_id)
    await inbox.owner.execute("ANALYZE contacts, conversations")
    latest = "SELECT id, contact_wa_id FROM conversations ORDER BY last_message_at DESC"
    ids = {row[1]: row[0] for row in await inbox.owner.fetch(latest)}

    frequent = await people(web, inbox, "+34600", limit=100)
    old = await people(web, inbox, "52600", limit=100)
    rare = await people(web, inbox, "ana 8999")

    assert frequent == [known for phone, known in ids.items() if phone.startswith("34")]
    assert old == [known for phone, known in ids.items() if phone.startswith("52")]
    assert rare == [ids["34600008999"]]


async def test_a_search_reads_the_indexes_of_words_and_no_table_whole(inbox: Inbox) -> None:
    conversation = await inbox.conversation(name="Zoe")
    await inbox.owner.execute(MANY, inbox.tenant_id, inbox.connection_id, conversation, 5000)
    await inbox.owner.execute("ANALYZE messages, contacts")
    before = await reads(inbox.owner)

    # On the connection that is asked what it read: others tell it later.
    await inbox.owner.execute("SELECT set_config('app.tenant_id', $1, false)", str(inbox.tenant_id))
    ask = "SELECT * FROM search_inbox($1, $2, $3, '9999-01-01Z', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 10)"
    for part, typed in (("messages", "palabra4711"), ("contacts", "zoe")):
        assert len(await inbox.owner.fetch(ask, inbox.tenant_id, part, typed)) == 1

    after = await reads(inbox.owner)
    assert after["messages_by_words"] > before["messages_by_words"]
    assert after["contacts_by_words"] > before["contacts_by_words"]
    assert after["messages"] == before["messages"]


async def reads(owner: asyncpg.Connection) -> dict[str, int]:
    """How often each index of words was asked, and how many messages were read without an index."""
    await owner.execute("SELECT pg_stat_force_next_flush()")
    return dict(
        await owner.fetch(
            """SELECT indexrelname, idx_scan FROM pg_stat_user_indexes WHERE indexrelname LIKE '%by_words'
               UNION ALL SELECT relname, seq_tup_read FROM pg_stat_user_tables WHERE relname = 'messages'"""
        )
    )


# What texts are made of: letters of any case, accents (also as marks of their own), other scripts, and all that glues or parts words.
PIECES = (
    *"abcEIZ019 \t\n.,;:!?/-@_+&<>~'\"()[]{}|\\#%$*=^`áÉñÑçüßØŁıİǅ¡¿«»“”\u2013—·•…",
    *(
        "e\u0301",
        "\u0327",
        "你好",
        "мир",
        "ΣΑΣ",
        "👍🏽",
        "\u00a0",
        "\u200b",
        "مرحبا",
        "a.b@c.de",
        "https://x.y/z?q=1",
    ),
)


async def test_the_words_of_a_text_are_those_under_which_older_versions_stored_it(
    owner: asyncpg.Connection,
) -> None:
    first = Path(migrations.__file__).with_name("0016_search.sql").read_text()
    earlier = first[first.index("DO $$") : first.index("END $$;")] + "END $$;"
    pairs = [f"ab {one}{other}c" for one, other in product(PIECES, PIECES)]
    stretches = ["".join(PIECES[n : n + long]) for long in range(10) for n in range(len(PIECES))]

    await owner.execute(earlier.replace("search_words", "search_words_earlier"))
    other = await owner.fetch(
        "SELECT t FROM unnest($2::text[]) AS t WHERE search_words($1, t) IS DISTINCT FROM search_words_earlier($1, t)",
        uuid7(),
        [*pairs, *stretches],
    )

    assert [row["t"] for row in other] == []
