"""What is sealed at rest, and with which of our keys: tokens and PINs of numbers, secrets of authenticator apps and outgoing webhooks.

All of it can be sealed anew.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from enum import StrEnum
from functools import partial
from typing import Final
from uuid import UUID

import msgspec

from curbe.auth import factor_store, factors
from curbe.auth.factor_store import StoredTotp
from curbe.connections import registration, sealed
from curbe.connections.sealed import Column
from curbe.domain.errors import NotFound
from curbe.infra.crypto import CannotOpen, Keyring, Secret
from curbe.infra.db import Pool, Query, Role, Transaction
from curbe.infra.settings import Settings
from curbe.operate.accounts import pool
from curbe.operate.findings import PinFacts, SealedFacts
from curbe.operate.findings_of_numbers import ConnectionFacts
from curbe.outgoing_webhooks import sealed as sealed_webhooks
from curbe.outgoing_webhooks import service as webhooks
from curbe.outgoing_webhooks.service import KeptSecrets
from curbe.tenants import people, service

_CONNECTIONS: Final = Query("curbe.operate", "connection_facts", ConnectionFacts)
_PINS: Final = Query("curbe.operate", "pin_facts", PinFacts)
_PAGE: Final = 500
_CLI: Final = "cli"


class _Outcome(StrEnum):
    RESEALED = "resealed"
    CURRENT = "current"
    CLOSED = "closed"


class Counted(msgspec.Struct, frozen=True):
    """What became of each: sealed anew, sealed with the current key before, opened by none of our keys."""

    resealed: int = 0
    current: int = 0
    closed: int = 0


class Resealed(msgspec.Struct, frozen=True, kw_only=True):
    """What became of all that is sealed.

    ``pins_forgotten``: those that no key opened, as was asked for. ``apps_closed``: the addresses of those whose app no key opens.
    """

    tokens: Counted
    pins: Counted
    pins_forgotten: int
    apps: Counted
    apps_closed: tuple[str, ...]
    webhooks: Counted


class _App(msgspec.Struct, frozen=True):
    """Somebody's authenticator app; ``email`` is their address."""

    email: str
    kept: StoredTotp


async def reseal(settings: Settings, dsn: str, *, forget_pins: bool = False) -> Resealed:
    """Seal everything with the current key and return what became of it.

    What no key opens is left as it is; with ``forget_pins`` the PINs among that are forgotten.
    """
    keyring = Keyring.of(settings)
    tokens, pins, apps, signing = (Counter[_Outcome]() for _ in range(4))
    forgotten = 0
    closed: list[str] = []
    async with pool(dsn, Role.APPLY) as apply, pool(dsn) as web:
        async with apply.transaction() as tx:
            rows = await connection_facts(tx)
            kept = await pin_facts(tx)
            signed = await webhooks.every_secret(tx)
        for row in rows:
            if row.access_token_enc is not None:
                tokens[await _reseal(web, row, Column.TOKEN, row.access_token_enc, keyring)] += 1
        for pin in kept:
            outcome = await _reseal(web, pin, Column.PIN, pin.pin_enc, keyring)
            if outcome is _Outcome.CLOSED and forget_pins and await _forget_pin(web, pin):
                forgotten += 1
            else:
                pins[outcome] += 1
        async for app in _apps(web):
            outcome = await _reseal_app(web, app.kept, keyring)
            apps[outcome] += 1
            if outcome is _Outcome.CLOSED:
                closed.append(app.email)
        for one in signed:
            signing[await _reseal_webhook(web, one, keyring)] += 1
    return Resealed(
        tokens=Counted(**tokens),
        pins=Counted(**pins),
        pins_forgotten=forgotten,
        apps=Counted(**apps),
        apps_closed=tuple(closed),
        webhooks=Counted(**signing),
    )


async def connection_facts(tx: Transaction) -> list[ConnectionFacts]:
    """Return every connected number; ``tx`` is the batch role's."""
    return await _CONNECTIONS.all(tx)


async def pin_facts(tx: Transaction) -> list[PinFacts]:
    """Return every PIN that is kept, of numbers that were given up too; ``tx`` is the batch role's."""
    return await _PINS.all(tx)


async def sealed_facts(
    web: Pool,
    rows: list[ConnectionFacts],
    pins: list[PinFacts],
    signing: list[KeptSecrets],
    keyring: Keyring,
) -> SealedFacts:
    """Count what is under which key.

    The tokens of ``rows`` that open, the ``pins``, the secrets of outgoing webhooks, and every authenticator app.
    """
    tokens = [
        keyring.is_current(row.access_token_enc)
        for row in rows
        if row.access_token_enc is not None and opens(row, row.access_token_enc, keyring)
    ]
    apps = [(app, _opens(partial(factors.open_totp, keyring, app.kept))) async for app in _apps(web)]
    opened = [keyring.is_current(app.kept.secret_enc) for app, is_open in apps if is_open]
    known = [
        keyring.is_current(pin.pin_enc)
        for pin in pins
        if _opens(partial(sealed.opened, keyring, Column.PIN, pin.pin_enc, **_place(pin)))
    ]
    signs = partial(sealed_webhooks.opened, keyring, sealed_webhooks.Column.NOW)
    sign = [
        keyring.is_current(one.secret_enc)
        for one in signing
        if _opens(partial(signs, one.secret_enc, tenant_id=one.tenant_id, webhook_id=one.id))
    ]
    return SealedFacts(
        tokens=len(tokens),
        tokens_retired=tokens.count(False),
        pins_retired=known.count(False),
        pins_closed=len(pins) - len(known),
        apps=len(opened),
        apps_retired=opened.count(False),
        apps_closed=tuple(app.email for app, is_open in apps if not is_open),
        webhooks_retired=sign.count(False),
        webhooks_closed=len(signing) - len(sign),
    )


def opens(row: ConnectionFacts, token: str, keyring: Keyring) -> bool:
    """Tell whether one of our keys opens a connection's token."""
    return _opens(partial(sealed.opened, keyring, Column.TOKEN, token, **_place(row)))


def _place(row: ConnectionFacts | PinFacts) -> dict[str, UUID]:
    return {"tenant_id": row.tenant_id, "connection_id": row.id}


def _opens(opening: Callable[[], Secret]) -> bool:
    try:
        opening()
    except CannotOpen:
        return False
    return True


async def _apps(web: Pool) -> AsyncIterator[_App]:
    """Yield every authenticator app that is asked for: each is seen by its own user alone.

    One that was begun and never confirmed guards nothing, and whoever begins again gets another secret.
    """
    after = people.FIRST
    while True:
        async with web.transaction(context=service.SEES_ALL) as tx:
            users = await people.users_page(tx, after=after, limit=_PAGE)
        for user in users:
            async with web.transaction(context=people.as_user(user.id)) as tx:
                kept = await factor_store.totp_of_user(tx, user.id)
            if kept is not None and kept.confirmed_at is not None:
                yield _App(user.email, kept)
        if not users:
            return
        after = people.place_of(users[-1])


async def _reseal(
    web: Pool, row: ConnectionFacts | PinFacts, column: Column, stored: str, keyring: Keyring
) -> _Outcome:
    try:
        async with web.transaction(row.tenant_id) as tx:
            done = await sealed.reseal(tx, column, stored, keyring=keyring, **_place(row))
    except CannotOpen:
        return _Outcome.CLOSED
    return _Outcome.RESEALED if done else _Outcome.CURRENT


async def _forget_pin(web: Pool, row: PinFacts) -> bool:
    async with web.transaction(row.tenant_id) as tx:
        return await registration.forget_pin(
            tx, row.pin_enc, tenant_id=row.tenant_id, connection_id=row.id, actor=_CLI
        )


async def _reseal_app(web: Pool, app: StoredTotp, keyring: Keyring) -> _Outcome:
    try:
        async with web.transaction(context=people.as_user(app.user_id)) as tx:
            done = await factors.reseal_totp(tx, app, keyring)
    except CannotOpen:
        return _Outcome.CLOSED
    return _Outcome.RESEALED if done else _Outcome.CURRENT


async def _reseal_webhook(web: Pool, webhook: KeptSecrets, keyring: Keyring) -> _Outcome:
    try:
        async with web.transaction(webhook.tenant_id) as tx:
            done = await webhooks.reseal(
                tx, tenant_id=webhook.tenant_id, webhook_id=webhook.id, keyring=keyring
            )
    except NotFound:
        return _Outcome.CURRENT  # deleted meanwhile
    except CannotOpen:
        return _Outcome.CLOSED
    return _Outcome.RESEALED if done else _Outcome.CURRENT
