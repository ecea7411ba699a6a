"""Reads and writes ``channel_connections``; no other package writes that table."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.connections.rules import AppPart, Asked, Connection
from curbe.infra.db import LockTaken, Query, Transaction

_PACKAGE: Final = "curbe.connections"


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is written when a number is connected. ``scopes`` and ``metadata`` are JSON text."""

    waba_id: str
    phone_number_e164: str | None
    display_name: str | None
    country_id: str | None
    meta_app_id: str
    access_token_enc: str
    token_last4: str
    token_fingerprint: str
    token_expires_at: datetime | None
    scopes: str
    quality_rating: str | None
    throughput_level: str | None
    messages_per_second: int
    metadata: str


class Numbers(msgspec.Struct, frozen=True):
    """How many connected numbers may send, and how many are paused."""

    active: int
    paused: int


class _SealedToken(msgspec.Struct, frozen=True):
    access_token_enc: str


class _SealedPin(msgspec.Struct, frozen=True):
    pin_enc: str | None


class _Paused(msgspec.Struct, frozen=True):
    id: UUID


class _Queued(msgspec.Struct, frozen=True):
    queued: int


_LOCK_NUMBER: Final = Query(_PACKAGE, "lock_number", LockTaken)
_CONNECTIONS_OF_TENANT: Final = Query(_PACKAGE, "connections_of_tenant", Connection)
_INSERT_CONNECTION: Final = Query(_PACKAGE, "insert_connection")
_RECONNECT: Final = Query(_PACKAGE, "reconnect")
_DISCONNECT: Final = Query(_PACKAGE, "disconnect")
_PAUSE: Final = Query(_PACKAGE, "pause", _Paused)
_RESUME: Final = Query(_PACKAGE, "resume")
_SET_COUNTRY: Final = Query("curbe.connections", "set_country")
_SEALED_TOKEN: Final = Query(_PACKAGE, "sealed_token", _SealedToken)
_RESEAL_TOKEN: Final = Query(_PACKAGE, "reseal_token")
_RENEW_TOKEN: Final = Query(_PACKAGE, "renew_token")
_NOTE_APP_DATA: Final = Query(_PACKAGE, "note_app_data")
_LOCK_PIN: Final = Query(_PACKAGE, "lock_pin", _SealedPin)
_KEEP_PIN: Final = Query(_PACKAGE, "keep_pin")
_NOTE_REGISTERED: Final = Query(_PACKAGE, "note_registered")
_NOTE_UNREGISTERED: Final = Query(_PACKAGE, "note_unregistered")
_RESEAL_PIN: Final = Query(_PACKAGE, "reseal_pin")
_FORGET_PIN: Final = Query(_PACKAGE, "forget_pin")
_COUNT_BY_STATE: Final = Query(_PACKAGE, "count_by_state", Numbers)
_COUNT_QUEUED: Final = Query(_PACKAGE, "count_queued", _Queued)


async def lock_number(tx: Transaction, phone_number_id: str) -> None:
    """Wait until no other transaction connects this number; held until ``tx`` ends."""
    await _LOCK_NUMBER.one(tx, phone_number_id=phone_number_id)


async def connections_of(tx: Transaction, *, tenant_id: UUID) -> list[Connection]:
    """Return a tenant's connections, oldest first, those given up included."""
    return await _CONNECTIONS_OF_TENANT.all(tx, tenant_id=tenant_id)


async def insert_connection(
    tx: Transaction,
    facts: Facts,
    *,
    tenant_id: UUID,
    connection_id: UUID,
    phone_number_id: str,
    now: datetime,
) -> None:
    """Store a live connection.

    Raises:
        UniqueViolation: the number has a live owner.
    """
    await _INSERT_CONNECTION.run(
        tx,
        tenant_id=tenant_id,
        id=connection_id,
        phone_number_id=phone_number_id,
        now=now,
        **msgspec.structs.asdict(facts),
    )


async def reconnect(
    tx: Transaction, facts: Facts, *, tenant_id: UUID, connection_id: UUID, now: datetime
) -> None:
    """Make a connection live again, or give a live one a new token.

    Raises:
        UniqueViolation: the number has another live owner.
    """
    await _RECONNECT.run(tx, tenant_id=tenant_id, id=connection_id, now=now, **msgspec.structs.asdict(facts))


async def disconnect(tx: Transaction, *, tenant_id: UUID, connection_id: UUID, now: datetime) -> bool:
    """Give a connection up and wipe its token; False where it was given up before."""
    return bool(await _DISCONNECT.run(tx, tenant_id=tenant_id, id=connection_id, now=now))


async def pause(
    tx: Transaction,
    *,
    tenant_id: UUID,
    reason: str,
    connection_id: UUID | None = None,
    fingerprint: str | None = None,
    refused_token: str | None = None,
    told_at: datetime | None = None,
    whole_waba: bool = False,
) -> list[UUID]:
    """Pause an active connection, with ``whole_waba`` also the others on its WABA; or all with the token of ``fingerprint``. Return which.

    Not paused: a connection that has another token than ``refused_token`` by now, and any that was connected or resumed after ``told_at``.
    """
    paused = await _PAUSE.all(
        tx,
        tenant_id=tenant_id,
        id=connection_id,
        fingerprint=fingerprint,
        reason=reason,
        refused_token=refused_token,
        told_at=told_at,
        whole_waba=whole_waba,
    )
    return [row.id for row in paused]


async def resume(tx: Transaction, *, tenant_id: UUID, connection_id: UUID) -> bool:
    """End a pause; False where there was none."""
    return bool(await _RESUME.run(tx, tenant_id=tenant_id, id=connection_id))


async def set_country(
    tx: Transaction, *, tenant_id: UUID, connection_id: UUID, country_id: str | None
) -> None:
    """Store which country a connection is for; None: not decided."""
    await _SET_COUNTRY.run(tx, tenant_id=tenant_id, id=connection_id, country_id=country_id)


async def sealed_token(tx: Transaction, *, tenant_id: UUID, connection_id: UUID) -> str | None:
    """Return a connection's token as it is stored; None where it has none."""
    row = await _SEALED_TOKEN.one(tx, tenant_id=tenant_id, id=connection_id)
    return row.access_token_enc if row else None


async def reseal_token(
    tx: Transaction, *, tenant_id: UUID, connection_id: UUID, was: str, sealed: str
) -> bool:
    """Store a connection's token as ``sealed``, if it is still stored as ``was``; tell whether it was."""
    return bool(await _RESEAL_TOKEN.run(tx, tenant_id=tenant_id, id=connection_id, was=was, sealed=sealed))


async def renew_token(
    tx: Transaction,
    *,
    tenant_id: UUID,
    connection_id: UUID,
    was: str,
    sealed: str,
    last4: str,
    fingerprint: str,
    expires_at: datetime | None,
    scopes: str,
) -> bool:
    """Replace the token stored as ``was`` by another, stored as ``sealed``; tell whether it was still there. ``scopes`` is JSON text."""
    return bool(
        await _RENEW_TOKEN.run(
            tx,
            tenant_id=tenant_id,
            id=connection_id,
            was=was,
            sealed=sealed,
            last4=last4,
            fingerprint=fingerprint,
            expires_at=expires_at,
            scopes=scopes,
        )
    )


async def note_app_data(
    tx: Transaction, *, tenant_id: UUID, connection_id: UUID, asked: Mapping[AppPart, Asked]
) -> None:
    """Store the results of requesting these parts of the WhatsApp Business app's data."""
    await _NOTE_APP_DATA.run(
        tx, tenant_id=tenant_id, id=connection_id, asked=msgspec.json.encode(asked).decode()
    )


async def lock_pin(tx: Transaction, *, tenant_id: UUID, connection_id: UUID) -> str | None:
    """Return a number's PIN as it is stored, or None, and keep others from choosing one until ``tx`` ends."""
    row = await _LOCK_PIN.one(tx, tenant_id=tenant_id, id=connection_id)
    return row.pin_enc if row else None


async def keep_pin(tx: Transaction, *, tenant_id: UUID, connection_id: UUID, sealed: str) -> None:
    """Store a PIN, replacing any other."""
    await _KEEP_PIN.run(tx, tenant_id=tenant_id, id=connection_id, sealed=sealed)


async def note_registered(tx: Transaction, *, tenant_id: UUID, connection_id: UUID, pin: str | None) -> None:
    """Store that Meta has the number as registered; ``pin``: the PIN, sealed, or None if it is not known."""
    await _NOTE_REGISTERED.run(tx, tenant_id=tenant_id, id=connection_id, pin=pin)


async def note_unregistered(
    tx: Transaction, *, tenant_id: UUID, connection_id: UUID, problem: str, wrong_pin: str | None
) -> None:
    """Store that registering a number failed, with the refusal's code. ``wrong_pin``, sealed: not the number's PIN, so it is deleted."""
    await _NOTE_UNREGISTERED.run(
        tx, tenant_id=tenant_id, id=connection_id, problem=problem, wrong_pin=wrong_pin
    )


async def reseal_pin(tx: Transaction, *, tenant_id: UUID, connection_id: UUID, was: str, sealed: str) -> bool:
    """Store a number's PIN as ``sealed``, if it is still stored as ``was``; tell whether it was."""
    return bool(await _RESEAL_PIN.run(tx, tenant_id=tenant_id, id=connection_id, was=was, sealed=sealed))


async def forget_pin(tx: Transaction, *, tenant_id: UUID, connection_id: UUID, was: str) -> bool:
    """Delete a number's PIN, if it is still stored as ``was``; tell whether it was."""
    return bool(await _FORGET_PIN.run(tx, tenant_id=tenant_id, id=connection_id, was=was))


async def count_queued(tx: Transaction, *, tenant_id: UUID, connection_id: UUID) -> int:
    """Return how many messages wait to be sent from a connection."""
    row = await _COUNT_QUEUED.one(tx, tenant_id=tenant_id, id=connection_id)
    return row.queued if row else 0


async def count_by_state(tx: Transaction) -> Numbers:
    """Count the connected numbers of all tenants; ``tx`` is the batch role's."""
    return await _COUNT_BY_STATE.one(tx) or Numbers(0, 0)
