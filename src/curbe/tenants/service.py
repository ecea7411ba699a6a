"""Tenants: create, read, rename. Whoever calls has decided that the asker may."""

from datetime import datetime
from typing import Final
from uuid import UUID

from curbe.audit.service import AuditEntry, record
from curbe.domain.errors import NotFound
from curbe.infra.db import Transaction
from curbe.tenants import store
from curbe.tenants.rules import Tenant, checked_country, checked_name

FIRST: Final = UUID(int=0)
# The setting a transaction needs to see every tenant; only for who holds a platform key.
SEES_ALL: Final = {"app.platform": "on"}


async def create(
    tx: Transaction,
    *,
    tenant_id: UUID,
    name: str,
    actor: str,
    now: datetime,
    default_country: str | None = None,
) -> Tenant:
    """Create a tenant and return it.

    Args:
        tx: a transaction of the new tenant: ``pool.transaction(tenant_id)``.
        tenant_id: a fresh UUIDv7.
        name: what people call it.
        actor: who asked, for the audit log.
        now: the moment, aware.
        default_country: ISO 3166, for numbers typed without a prefix.

    Raises:
        InvalidRequest: the name or the country cannot be used.
    """
    tenant = await store.insert_tenant(
        tx,
        tenant_id=tenant_id,
        name=checked_name(name),
        default_country=checked_country(default_country),
        now=now,
    )
    await record(
        tx, [AuditEntry(tenant_id=tenant.id, actor=actor, action="tenant.created", subject=str(tenant.id))]
    )
    return tenant


async def read(tx: Transaction, *, tenant_id: UUID) -> Tenant:
    """Return a tenant.

    Raises:
        NotFound: ``tx`` sees no such tenant.
    """
    tenant = await store.tenant_of_id(tx, tenant_id)
    if tenant is None:
        raise no_such_tenant()
    return tenant


async def page(tx: Transaction, *, after: UUID = FIRST, limit: int) -> list[Tenant]:
    """Return up to ``limit`` tenants after the id ``after``, oldest first; all of them under ``SEES_ALL``."""
    return await store.tenants_page(tx, after=after, limit=limit)


async def change(
    tx: Transaction, *, tenant_id: UUID, name: str, default_country: str | None, actor: str, now: datetime
) -> Tenant:
    """Give a tenant this name and country, and return it as it is now.

    Raises:
        NotFound: ``tx`` sees no such tenant.
        InvalidRequest: the name or the country cannot be used.
    """
    tenant = await store.update_tenant(
        tx,
        tenant_id=tenant_id,
        name=checked_name(name),
        default_country=checked_country(default_country),
        now=now,
    )
    if tenant is None:
        raise no_such_tenant()
    await record(
        tx, [AuditEntry(tenant_id=tenant.id, actor=actor, action="tenant.changed", subject=str(tenant.id))]
    )
    return tenant


def no_such_tenant() -> NotFound:
    """Return the one answer for a tenant that is not there and for one that is not the asker's."""
    return NotFound(
        "This key opens no tenant with that id.", fix="Check the id in the path and the key that is sent."
    )
