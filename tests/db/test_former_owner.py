"""A number that changed hands: what is of its former owner's time stays out of the present owner's inbox, also what carries no date."""

from collections.abc import Callable
from datetime import timedelta

import asyncpg
import pytest

from bed.appliers import drain
from bed.notices import about, chunk, echo, past
from bed.rows import APP, NOW, Number, insert_number
from bed.tables import counted
from bed.webhooks import deliver, text
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
HOUR = timedelta(hours=1)
BEFORE = str(int((NOW - HOUR).timestamp()))
PERSON = "34600000001"


def written_in_the_app(number: Number) -> bytes:
    return about(number, "smb_message_echoes", at=None, message_echoes=[echo("wamid.1", at=NOW - HOUR)])


def changed_in_the_app(number: Number) -> bytes:
    revoke = {"type": "revoke", "revoke": {"original_message_id": "wamid.0"}}
    return about(
        number, "smb_message_echoes", at=None, message_echoes=[echo("wamid.2", at=NOW - HOUR, **revoke)]
    )


def in_the_address_book(number: Number) -> bytes:
    one = {"type": "contact", "contact": {"full_name": "Ana", "phone_number": PERSON}, "action": "add"}
    return about(
        number, "smb_app_state_sync", at=None, state_sync=[{**one, "metadata": {"timestamp": BEFORE}}]
    )


def set_in_whatsapp(number: Number) -> bytes:
    said = {"wa_id": PERSON, "category": "marketing_messages", "value": "stop", "timestamp": BEFORE}
    return about(number, "user_preferences", at=None, user_preferences=[said])


def called(number: Number) -> bytes:
    call = {"id": "wacid.1", "from": PERSON, "event": "connect", "direction": "USER_INITIATED"}
    return about(number, "calls", at=None, calls=[{**call, "timestamp": BEFORE}])


def answered_by_meta(number: Number) -> bytes:
    return about(number, "standby", at=None, standby={"message_echoes": [echo("wamid.3", at=NOW - HOUR)]})


def written_on_standby(number: Number) -> bytes:
    return about(number, "standby", at=None, standby={"messages": [text("wamid.4", at=NOW - HOUR)]})


def in_history(number: Number) -> bytes:
    return about(number, "history", at=None, history=[chunk(past("wamid.5", ours=False, at=NOW - HOUR))])


DATED_INSIDE = [
    written_in_the_app,
    changed_in_the_app,
    in_the_address_book,
    set_in_whatsapp,
    called,
    answered_by_meta,
    written_on_standby,
]


async def nothing_is_known(owner: Owner) -> bool:
    kept = (
        "notices",
        "messages",
        "contacts",
        "message_revisions",
        "contact_activity",
        "marketing_preferences",
    )
    return not any([await owner.fetchval(f"SELECT count(*) FROM {table}") for table in kept])


async def reasons(owner: Owner) -> set[str]:
    return {row["reason"] for row in await owner.fetch("SELECT reason FROM quarantine")}


@pytest.mark.parametrize("told", DATED_INSIDE)
async def test_what_happened_before_a_number_changed_hands_is_set_aside_though_it_comes_undated_and_late(
    owner: Owner, apply: Pool, told: Callable[[Number], bytes]
) -> None:
    number = await insert_number(owner, attached_at=NOW)
    await deliver(owner, told(number))
    await drain(apply)

    assert await nothing_is_known(owner)
    assert await reasons(owner) == {"former_owner"}


@pytest.mark.parametrize("told", [*DATED_INSIDE, in_history])
async def test_an_undated_webhook_of_a_former_owners_time_that_is_replayed_is_set_aside(
    owner: Owner, apply: Pool, told: Callable[[Number], bytes]
) -> None:
    number = await insert_number(owner, attached_at=utc_now() - HOUR)
    await owner.execute(
        "INSERT INTO webhook_events (meta_app_id, body, received_at) VALUES ($1, $2, $3)",
        APP,
        told(number),
        utc_now() - 2 * HOUR,
    )
    await drain(apply)

    assert await nothing_is_known(owner)
    assert await reasons(owner) == {"former_owner"}


async def test_the_history_of_a_number_that_came_here_is_its_present_owners_however_old(
    owner: Owner, apply: Pool
) -> None:
    number = await insert_number(owner, attached_at=NOW)
    await deliver(owner, in_history(number))
    await drain(apply)

    assert await owner.fetchval("SELECT count(*) FROM messages") == 1
    assert await reasons(owner) == set()


@pytest.mark.parametrize("field", ["calls", "standby", "user_preferences"])
async def test_a_notice_without_anything_in_it_is_the_present_owners(
    owner: Owner, apply: Pool, field: str
) -> None:
    number = await insert_number(owner, attached_at=NOW)
    await deliver(owner, about(number, field, at=None))
    await drain(apply)

    assert await owner.fetchval("SELECT count(*) FROM notices") == 1


async def test_of_a_webhook_with_both_times_the_present_owner_gets_what_is_of_theirs(
    owner: Owner, apply: Pool
) -> None:
    number = await insert_number(owner, attached_at=NOW)
    both = [echo("wamid.old", at=NOW - HOUR), echo("wamid.new", at=NOW + HOUR)]
    await deliver(owner, about(number, "smb_message_echoes", at=None, message_echoes=both))
    await drain(apply)

    kept = await owner.fetch("SELECT provider_message_id FROM messages")
    assert [row["provider_message_id"] for row in kept] == ["wamid.new"]
    assert (await counted(owner))["unrouted", "former_owner"] == 1
