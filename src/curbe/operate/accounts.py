"""Tenants and keys from the operator's side: whoever reaches the database may do all of it, and the audit log says ``cli``."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final
from uuid import UUID

from uuid_utils.compat import uuid7

from curbe.auth import rules as key_rules
from curbe.auth import service as auth
from curbe.auth.rules import StoredKey
from curbe.auth.service import MadeKey
from curbe.domain.access import PLATFORM, PrincipalKind, Scope
from curbe.domain.errors import NotFound
from curbe.domain.ids import FIRST_ID
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool, Role, Transaction
from curbe.operate.migrating import require_ready
from curbe.tenants import service
from curbe.tenants.rules import Tenant

_CLI: Final = "cli"
_PAGE: Final = 500


@asynccontextmanager
async def pool(dsn: str, role: Role = Role.WEB) -> AsyncIterator[Pool]:
    """Open a few connections as ``role`` to a database that this build knows.

    Raises:
        SchemaMismatch: it does not know it.
    """
    await require_ready(dsn)
    opened = await Pool.open(dsn, role, size=2, statement_timeout_ms=600_000)
    try:
        yield opened
    finally:
        await opened.close()


async def create_tenant(dsn: str, *, name: str, default_country: str | None) -> Tenant:
    """Create a tenant and return it.

    Raises:
        InvalidRequest: the name or the country cannot be used.
    """
    tenant_id = uuid7()
    async with pool(dsn) as web, web.transaction(tenant_id) as tx:
        return await service.create(
            tx, tenant_id=tenant_id, name=name, actor=_CLI, now=utc_now(), default_country=default_country
        )


async def suspend_tenant(dsn: str, *, tenant_id: UUID) -> Tenant:
    """Suspend a tenant and return it.

    Raises:
        NotFound: there is no such tenant.
    """
    async with pool(dsn) as web, web.transaction(tenant_id) as tx:
        await known_tenant(tx, tenant_id)
        return await service.suspend(tx, tenant_id=tenant_id, actor=_CLI, now=utc_now())


async def resume_tenant(dsn: str, *, tenant_id: UUID) -> Tenant:
    """Resume a suspended tenant and return it.

    Raises:
        NotFound: there is no such tenant.
    """
    async with pool(dsn) as web, web.transaction(tenant_id) as tx:
        await known_tenant(tx, tenant_id)
        return await service.resume(tx, tenant_id=tenant_id, actor=_CLI, now=utc_now())


async def tenants(dsn: str) -> list[Tenant]:
    """Return every tenant, oldest first."""
    found: list[Tenant] = []
    async with pool(dsn) as web, web.transaction(context=service.SEES_ALL) as tx:
        while page := await service.page(tx, after=found[-1].id if found else FIRST_ID, limit=_PAGE):
            found += page
    return found


async def create_key(
    dsn: str, *, tenant_id: UUID | None, name: str, scopes: frozenset[Scope] | None, lasts: timedelta | None
) -> MadeKey:
    """Make a key and return it.

    Args:
        dsn: the database.
        tenant_id: whose; None for one of the operator.
        name: what people call it.
        scopes: what it may do; None for all that a key of its kind may.
        lasts: how long it is valid; None for ever.

    Raises:
        NotFound: there is no such tenant.
        InvalidRequest: a value cannot be used.
        Forbidden: a tenant's key may not have such a scope.
    """
    kind = PrincipalKind.PLATFORM if tenant_id is None else PrincipalKind.TENANT
    granted = (
        frozenset(Scope) - key_rules.beyond(Scope, creator=None, kind=kind) if scopes is None else scopes
    )
    now = utc_now()
    async with pool(dsn) as web, web.transaction(tenant_id or PLATFORM) as tx:
        await known_tenant(tx, tenant_id)
        return await auth.make_key(
            tx,
            tenant_id=tenant_id,
            name=name,
            scopes=granted,
            creator=None,
            now=now,
            expires_at=None if lasts is None else now + lasts,
        )


async def keys(dsn: str, *, tenant_id: UUID | None) -> list[StoredKey]:
    """Return every key of a tenant, or of the operator, oldest first.

    Raises:
        NotFound: there is no such tenant.
    """
    found: list[StoredKey] = []
    async with pool(dsn) as web, web.transaction(tenant_id or PLATFORM) as tx:
        await known_tenant(tx, tenant_id)
        while page := await auth.keys(
            tx, tenant_id=tenant_id, after=found[-1].id if found else FIRST_ID, limit=_PAGE
        ):
            found += page
    return found


async def revoke_key(dsn: str, *, tenant_id: UUID | None, key_id: UUID) -> StoredKey:
    """Revoke a key and return it; once revoked it stays as it was.

    Raises:
        NotFound: there is no such key.
    """
    async with pool(dsn) as web, web.transaction(tenant_id or PLATFORM) as tx:
        await known_tenant(tx, tenant_id)
        return await auth.revoke(tx, tenant_id=tenant_id, key_id=key_id, actor=_CLI, now=utc_now())


async def known_tenant(tx: Transaction, tenant_id: UUID | None) -> None:
    """Return where there is that tenant; None is the operator, who is always there.

    Raises:
        NotFound: there is none; the words are for the command line.
    """
    if tenant_id is None:
        return
    try:
        await service.read(tx, tenant_id=tenant_id)
    except NotFound:
        raise NotFound(
            "There is no tenant with that id.", fix="`curbe tenant list` shows them all."
        ) from None
