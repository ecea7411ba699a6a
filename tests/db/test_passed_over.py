"""What old migrations passed over where the database's owner is no superuser is done by a later one, and nothing else is touched by it."""

from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
from uuid_utils.compat import uuid7

from bed.owners import migrate_as_a_plain_owner
from bed.rows import NOW, Number, insert_conversation, insert_number

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
_TABLES = (
    "contacts",
    "contact_aliases",
    "conversations",
    "marketing_preferences",
    "consents",
    "channel_connections",
)


async def make_up(owner: Owner) -> None:
    await migrate_as_a_plain_owner(owner, "0128_what_was_passed_over", *_TABLES)


async def met(owner: Owner, number: Number, wa_id: str, *, bsuid: str | None = None) -> UUID:
    """Somebody who was met before there were columns for how they are known; return the contact."""
    conversation_id = await insert_conversation(owner, number, wa_id=wa_id)
    contact_id = await owner.fetchval("SELECT contact_id FROM conversations WHERE id = $1", conversation_id)
    if bsuid is not None:
        await owner.execute(
            "INSERT INTO contact_aliases (tenant_id, kind, value, contact_id) VALUES ($1, 'bsuid', $2, $3)",
            number.tenant_id,
            bsuid,
            contact_id,
        )
    return UUID(str(contact_id))


async def stated(owner: Owner, number: Number, contact_id: UUID, value: str, *, days: int = 0) -> UUID:
    preference_id = uuid7()
    await owner.execute(
        """INSERT INTO marketing_preferences (tenant_id, id, contact_id, category, value, at, source)
           VALUES ($1, $2, $3, 'marketing_messages', $4, $5, 'user_preferences')""",
        number.tenant_id,
        preference_id,
        contact_id,
        value,
        NOW + timedelta(days=days),
    )
    return preference_id


async def known(owner: Owner, contact_id: UUID) -> tuple[object, ...]:
    row = await owner.fetchrow(
        """SELECT c.wa_id, c.bsuid, v.contact_bsuid, c.username_at FROM contacts c
             LEFT JOIN conversations v ON v.contact_id = c.id WHERE c.id = $1""",
        contact_id,
    )
    return tuple(row or ())


async def test_who_was_met_before_is_known_by_number_and_user_id(owner: Owner, number: Number) -> None:
    contact_id = await met(owner, number, "34600000001", bsuid="ES.1")
    await owner.execute("UPDATE contacts SET username = 'ana', name_at = $1", NOW)

    for _ in range(2):
        await make_up(owner)
        assert await known(owner, contact_id) == ("34600000001", "ES.1", "ES.1", NOW)


async def test_what_was_given_up_learned_since_or_erased_stays_as_it_is(owner: Owner, number: Number) -> None:
    gone, moved, passed_on, erased = [await met(owner, number, f"3460000000{n}") for n in range(4)]
    await owner.execute("UPDATE contacts SET wa_id_at = $2 WHERE id = $1", gone, NOW)
    await owner.execute("UPDATE contacts SET wa_id = '34711111111', wa_id_at = $2 WHERE id = $1", moved, NOW)
    await owner.execute("UPDATE contact_aliases SET retired_at = $2 WHERE contact_id = $1", passed_on, NOW)
    await owner.execute("UPDATE contacts SET erased_at = $2 WHERE id = $1", erased, NOW)

    await make_up(owner)

    assert [(await known(owner, one))[0] for one in (gone, moved, passed_on, erased)] == [
        None,
        "34711111111",
        None,
        None,
    ]


async def test_what_people_told_whatsapp_before_there_was_a_ledger_is_in_it_once(
    owner: Owner, number: Number
) -> None:
    contact_id = await met(owner, number, "34600000001")
    stop = await stated(owner, number, contact_id, "stop", days=1)
    resumed = await stated(owner, number, contact_id, "resume")
    heard = uuid7()
    await owner.execute(
        """INSERT INTO consents (tenant_id, id, contact_id, category, state, source, actor, at)
           VALUES ($1, $2, $3, 'marketing', 'in', 'whatsapp', 'contact', $4)""",
        number.tenant_id,
        heard,
        contact_id,
        NOW,
    )

    for _ in range(2):
        await make_up(owner)
        rows = await owner.fetch("SELECT id, state, at FROM consents ORDER BY at")
        assert [tuple(row) for row in rows] == [
            (heard, "in", NOW),
            (stop, "out", NOW + timedelta(days=1)),
        ], f"the word that was heard meanwhile is not doubled by {resumed}"


async def test_a_number_that_meta_said_must_be_registered_says_so_unless_it_was_asked_since(
    owner: Owner, number: Number
) -> None:
    asked, in_the_app, connected = [await insert_number(owner) for _ in range(3)]
    for one, metadata in (
        (number, '{"number_status": "PENDING"}'),
        (asked, '{"number_status": "PENDING", "unregistered": false}'),
        (in_the_app, '{"number_status": "DISCONNECTED", "coexistence": true}'),
        (connected, '{"number_status": "CONNECTED"}'),
    ):
        await owner.execute(
            "UPDATE channel_connections SET metadata = $2 WHERE id = $1", one.connection_id, metadata
        )

    await make_up(owner)

    rows = await owner.fetch("SELECT id FROM channel_connections WHERE metadata ->> 'unregistered' = 'true'")
    assert [row["id"] for row in rows] == [number.connection_id]
