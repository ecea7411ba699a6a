"""A database in the middle of its life: tenants, people, conversations, sent messages, and webhooks that wait to be applied."""

import asyncio
import random
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec
from uuid_utils.compat import uuid7

from bench import world
from bench.world import Number, SentMessage, Somebody
from curbe.channels.cloudapi.callback import PURPOSE, callback_data
from curbe.domain.content import TextBody, TextMessage, encoded
from curbe.inbox.people import canonical_phone
from curbe.infra.crypto import Keyring, Secret

_SOME_TIME_AGO: Final = timedelta(minutes=5)
_CONTENT: Final = TextMessage(text=TextBody(body="Su pedido va en camino."))


def callback_key() -> bytes:
    """Return the key that marks sent messages as the product's own."""
    return Keyring.from_base64(Secret(world.ENCRYPTION_KEY)).derive(PURPOSE)


class Log(msgspec.Struct, frozen=True, kw_only=True):
    """What waits to be applied: ``updates`` of them in each webhook, inbound ones texts alone or ``of_any_kind``."""

    tenants: int = world.TENANTS
    of_any_kind: bool = False
    updates: int = 1


def fill(dsn: str, log: Log, *, people: int, events: int, seed: int) -> None:
    """Fill a fresh database with tenants in use, whom they know, and ``events`` updates to apply; with several in a webhook a few fewer."""
    asyncio.run(_fill(dsn, log, people=people, events=events, seed=seed))


async def _fill(dsn: str, log: Log, *, people: int, events: int, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - reproducible on purpose
    now = datetime.now(UTC)
    owners = world.numbers(tenants=log.tenants)
    everybody = world.people(owners, each=max(1, people // log.tenants))
    sent = sent_messages(everybody, events // 4, chance=chance)
    connection = await asyncpg.connect(dsn)
    try:
        await insert_tenants(connection, owners, token_of={})
        await insert_people(connection, everybody, now=now)
        await insert_sent(connection, sent, now=now)
        bodies = world.mixed(everybody, sent, at=int(time.time()), chance=chance, of_any_kind=log.of_any_kind)
        if log.updates > 1:
            bodies = world.together(bodies, updates=log.updates)
        await insert_webhooks(connection, bodies)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


async def insert_tenants(
    connection: asyncpg.Connection, owners: Sequence[Number], *, token_of: dict[UUID, str]
) -> None:
    """Store tenants and their connections; ``token_of`` holds sealed tokens by connection where they are needed."""
    await _copy(
        connection, "tenants", "id name", [(owner.tenant_id, f"Business {owner.display}") for owner in owners]
    )
    await _copy(
        connection,
        "channel_connections",
        "tenant_id id status waba_id phone_number_id phone_number_e164 meta_app_id access_token_enc messages_per_second",
        [
            (
                owner.tenant_id,
                owner.connection_id,
                "active",
                owner.waba_id,
                owner.phone_number_id,
                f"+{owner.display}",
                world.APP_ID,
                token_of.get(owner.connection_id, "not needed here"),
                1000,
            )
            for owner in owners
        ],
    )


async def insert_people(
    connection: asyncpg.Connection, everybody: Sequence[Somebody], *, now: datetime
) -> None:
    """Store contacts, their names and conversations; each wrote five minutes ago."""
    before = now - _SOME_TIME_AGO
    await _copy(
        connection,
        "contacts",
        "tenant_id id name name_at wa_id wa_id_at bsuid bsuid_at",
        [
            (
                one.number.tenant_id,
                one.contact_id,
                one.name,
                before,
                one.wa_id,
                before,
                one.user_id,
                before,
            )
            for one in everybody
        ],
    )
    await _copy(
        connection,
        "contact_aliases",
        "tenant_id kind value contact_id",
        [(one.number.tenant_id, "phone", canonical_phone(one.wa_id), one.contact_id) for one in everybody],
    )
    await insert_user_ids(connection, everybody)
    await _copy(
        connection,
        "conversations",
        "tenant_id id channel_connection_id contact_id external_thread_id contact_e164 contact_wa_id contact_bsuid last_inbound_at "
        "last_message_at",
        [
            (
                one.number.tenant_id,
                one.conversation_id,
                one.number.connection_id,
                one.contact_id,
                one.wa_id,
                f"+{one.wa_id}",
                one.wa_id,
                one.user_id,
                before,
                before,
            )
            for one in everybody
        ],
    )


async def insert_user_ids(connection: asyncpg.Connection, everybody: Sequence[Somebody]) -> None:
    """Store the ids that Meta sends beside phones, of contacts that are there."""
    await _copy(
        connection,
        "contact_aliases",
        "tenant_id kind value contact_id",
        [(one.number.tenant_id, "bsuid", one.user_id, one.contact_id) for one in everybody],
    )


async def insert_webhooks(connection: asyncpg.Connection, bodies: Iterable[bytes]) -> None:
    """Store webhooks that wait to be applied."""
    await _copy(connection, "webhook_events", "meta_app_id body", [(world.APP_ID, body) for body in bodies])


def sent_messages(everybody: Sequence[Somebody], count: int, *, chance: random.Random) -> list[SentMessage]:
    """Return ``count`` messages to anybody, as the product marks those it sends."""
    key = callback_key()
    ids = [uuid7() for _ in range(count)]
    return [
        SentMessage(
            id=message_id,
            to=chance.choice(everybody),
            wamid=world.wamid(chance),
            callback=callback_data(message_id, key),
        )
        for message_id in ids
    ]


async def insert_sent(connection: asyncpg.Connection, sent: Sequence[SentMessage], *, now: datetime) -> None:
    """Store messages that Meta accepted just now, and whose statuses are still to come."""
    await _copy(
        connection,
        "messages",
        "tenant_id id channel_connection_id conversation_id direction provider_message_id type text payload phase attempt "
        "accepted_at created_at",
        [_message_row(message, now=now) for message in sent],
    )


def _message_row(message: SentMessage, *, now: datetime) -> tuple[object, ...]:
    number = message.to.number
    return (
        number.tenant_id,
        message.id,
        number.connection_id,
        message.to.conversation_id,
        "outbound",
        message.wamid,
        "text",
        _CONTENT.text.body,
        encoded(_CONTENT),
        "sending",
        1,
        now,
        now,
    )


async def _copy(
    connection: asyncpg.Connection, table: str, columns: str, rows: Sequence[tuple[Any, ...]]
) -> None:
    await connection.copy_records_to_table(table, columns=columns.split(), records=rows)
