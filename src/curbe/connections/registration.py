"""Registers a number with Meta under the PIN of its two-step verification. A number cannot send before it is registered.

Safe to repeat: a registered number is left alone, and a PIN that is made here is stored before Meta gets it, so that a lost answer never
loses the PIN.
"""

import re
import secrets
from typing import Final
from uuid import UUID

import msgspec
import structlog

from curbe.audit.service import AuditEntry, record
from curbe.channels.cloudapi import onboarding
from curbe.channels.cloudapi.client import CloudApi
from curbe.connections import rules, sealed, service, store
from curbe.connections.rules import Connection
from curbe.connections.sealed import Column
from curbe.connections.service import Change
from curbe.domain.errors import AppError, Conflict, InvalidRequest, NoConnection, NotFound, WrongPin
from curbe.infra.crypto import CannotOpen, Keyring, Secret
from curbe.infra.db import Pool, Transaction

log: Final = structlog.get_logger(__name__)

_PIN: Final = re.compile(r"[0-9]{6}")
_PINS: Final = 10**6


class _Chosen(msgspec.Struct, frozen=True):
    """The PIN to register with, in clear and sealed."""

    pin: Secret
    sealed: str


def require_pin(pin: Secret | None) -> None:
    """Return quietly if ``pin`` is six digits or None.

    Raises:
        InvalidRequest: it is anything else.
    """
    if pin is not None and not _PIN.fullmatch(pin.reveal()):
        raise InvalidRequest("A PIN has six digits.", fix="Send six digits, as a text.", field="pin")


async def register(
    pool: Pool,
    *,
    tenant_id: UUID,
    connection_id: UUID,
    cloud_api: CloudApi,
    keyring: Keyring,
    pin: Secret | None,
    actor: str,
) -> Connection:
    """Register a connected number unless Meta has it as registered, end a pause that was due to that, and return the connection.

    Args:
        pool: connections with the web role; no transaction is open while Meta is asked.
        tenant_id: the tenant.
        connection_id: its connection.
        cloud_api: Meta's API.
        keyring: opens the token and seals the PIN.
        pin: the PIN of the number's two-step verification; None: the stored one, or else a new one.
        actor: who asks, for the audit log.

    Raises:
        InvalidRequest: ``pin`` is not six digits.
        NotFound: the tenant has no such connection.
        NoConnection: the connection was given up.
        Conflict: no key of this process opens the stored PIN.
        AppError: Meta refuses; `WrongPin`: the number has another PIN. The connection stays as it is.
    """
    require_pin(pin)
    async with pool.transaction(tenant_id) as tx:
        connection = await _named(tx, tenant_id=tenant_id, connection_id=connection_id)
        if not connection.is_live or connection.phone_number_id is None:
            raise NoConnection("This number is not connected.", fix="Connect it again, then register it.")
        token = await service.credentials(
            tx, tenant_id=tenant_id, connection_id=connection_id, keyring=keyring
        )
    number = await cloud_api.read_number(connection.phone_number_id, token)
    if not number.is_unregistered:
        return await _done(pool, connection, registered_under=None, actor=actor)
    if pin is None and not connection.pin_kept and connection.registration_problem == WrongPin.code:
        raise WrongPin(
            "This number has a PIN of its own, which is not known here.",  # guessing would cost one of the ten tries
            fix="Send it as `pin`. The WhatsApp Manager sets another, under Two-step verification.",
        )
    chosen = await _choose(pool, connection, keyring=keyring, given=pin)
    try:
        await onboarding.register(cloud_api, connection.phone_number_id, token, pin=chosen.pin)
    except AppError as refusal:
        await _failed(pool, connection, refusal, chosen, actor=actor)
        raise
    return await _done(pool, connection, registered_under=chosen, actor=actor)


async def attempt(
    pool: Pool,
    connection: Connection,
    *,
    cloud_api: CloudApi,
    keyring: Keyring,
    pin: Secret | None,
    actor: str,
) -> Connection:
    """Register a number that has just been connected, unless it is registered; return the connection also if Meta refuses."""
    if not rules.needs_registration(connection):
        return connection
    tenant_id, connection_id = connection.tenant_id, connection.id
    try:
        return await register(
            pool,
            tenant_id=tenant_id,
            connection_id=connection_id,
            cloud_api=cloud_api,
            keyring=keyring,
            pin=pin,
            actor=actor,
        )
    except AppError as refusal:
        log.warning("number_not_registered", connection_id=str(connection_id), reason=refusal.code)
    async with pool.transaction(tenant_id) as tx:
        return await service.read(tx, tenant_id=tenant_id, connection_id=connection_id)


async def reveal_pin(
    tx: Transaction, *, tenant_id: UUID, connection_id: UUID, keyring: Keyring, actor: str
) -> Secret:
    """Return the stored PIN of a number, connected or given up, and record in the audit log that it was shown.

    Raises:
        NotFound: the tenant has no such connection, or no PIN is stored.
        Conflict: no key of this process opens it.
    """
    await _named(tx, tenant_id=tenant_id, connection_id=connection_id)
    kept = await store.lock_pin(tx, tenant_id=tenant_id, connection_id=connection_id)
    if kept is None:
        raise NotFound(
            "No PIN of this number is kept here.",
            fix="The WhatsApp Manager sets another, under Two-step verification.",
        )
    pin = _opened(keyring, kept, tenant_id=tenant_id, connection_id=connection_id)
    await _record(
        tx, "connection.pin_revealed", tenant_id=tenant_id, connection_id=connection_id, actor=actor
    )
    return pin


async def forget_pin(tx: Transaction, kept: str, *, tenant_id: UUID, connection_id: UUID, actor: str) -> bool:
    """Delete a number's PIN that no key opens, stored as ``kept``, and record that. False if another PIN has been stored since."""
    which = {"tenant_id": tenant_id, "connection_id": connection_id}
    if not await store.forget_pin(tx, **which, was=kept):
        return False
    await _record(tx, "connection.pin_forgotten", **which, actor=actor)
    return True


async def _named(tx: Transaction, *, tenant_id: UUID, connection_id: UUID) -> Connection:
    try:
        return await service.read(tx, tenant_id=tenant_id, connection_id=connection_id)
    except NoConnection as absent:
        raise NotFound(absent.detail, fix=absent.fix) from absent


async def _choose(pool: Pool, connection: Connection, *, keyring: Keyring, given: Secret | None) -> _Chosen:
    """Return the PIN to register with. A stored PIN is replaced only once Meta has accepted another."""
    which = {"tenant_id": connection.tenant_id, "connection_id": connection.id}
    async with pool.transaction(connection.tenant_id) as tx:
        kept = await store.lock_pin(tx, **which)
        if given is None and kept is not None:
            return _Chosen(_opened(keyring, kept, **which), kept)
        pin = given or Secret(f"{secrets.randbelow(_PINS):06}")
        stored = sealed.seal(keyring, Column.PIN, pin, **which)
        if kept is None:
            await store.keep_pin(tx, **which, sealed=stored)
    return _Chosen(pin, stored)


async def _done(
    pool: Pool, connection: Connection, *, registered_under: _Chosen | None, actor: str
) -> Connection:
    """Store that a number is registered; ``registered_under``: the PIN, if we registered it just now, else None."""
    which = {"tenant_id": connection.tenant_id, "connection_id": connection.id}
    async with pool.transaction(connection.tenant_id) as tx:
        before = await service.read(tx, **which)
        pin = registered_under.sealed if registered_under is not None else None
        if registered_under is not None or rules.needs_registration(before):
            await store.note_registered(tx, **which, pin=pin)
            action = "connection.registered" if registered_under is not None else None
            change = Change(**which, status=before.status, action=action, actor=actor)
            await service.tell(tx, [change])
        if rules.is_for_want_of_registration(before.pause_cause, before.pause_reason):
            await service.resume(tx, **which, actor=actor)
        return await service.read(tx, **which)


async def _failed(
    pool: Pool, connection: Connection, refusal: AppError, chosen: _Chosen, *, actor: str
) -> None:
    which = {"tenant_id": connection.tenant_id, "connection_id": connection.id}
    wrong = chosen.sealed if isinstance(refusal, WrongPin) else None
    async with pool.transaction(connection.tenant_id) as tx:
        await store.note_unregistered(tx, **which, problem=refusal.code, wrong_pin=wrong)
        status = (await service.read(tx, **which)).status
        change = Change(**which, status=status, action="connection.not_registered", actor=actor)
        await service.tell(tx, [change])


async def _record(tx: Transaction, action: str, *, tenant_id: UUID, connection_id: UUID, actor: str) -> None:
    entry = AuditEntry(tenant_id=tenant_id, actor=actor, action=action, subject=str(connection_id))
    await record(tx, [entry])


def _opened(keyring: Keyring, kept: str, *, tenant_id: UUID, connection_id: UUID) -> Secret:
    try:
        return sealed.opened(keyring, Column.PIN, kept, tenant_id=tenant_id, connection_id=connection_id)
    except CannotOpen as failure:
        raise Conflict(str(failure), fix="Send the number's own PIN as `pin`.") from failure
