"""Creates, reads and changes tenants. The caller has checked that the asker may."""

from datetime import datetime
from typing import Final
from uuid import UUID

from curbe.audit.service import AuditEntry, record
from curbe.domain.errors import NotFound
from curbe.domain.ids import FIRST_ID
from curbe.infra.db import Transaction
from curbe.tenants import store
from curbe.tenants.rules import Settled, Tenant, changed, checked, checked_country, checked_name

# The setting a transaction needs to see every tenant; only for who holds a platform key.
# Who keeps connections open looks again whether they may: rare enough to ask everybody.
_HELD_OPEN: Final = ("curbe_keys", "curbe_people")
_EVERYBODY: Final = "*"
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


async def read_to_change(tx: Transaction, *, tenant_id: UUID) -> Tenant:
    """Return a tenant that is about to be changed, and lock it: other changes wait, and then see this one.

    Raises:
        NotFound: ``tx`` sees no such tenant.
    """
    tenant = await store.tenant_to_change(tx, tenant_id)
    if tenant is None:
        raise no_such_tenant()
    return tenant


async def page(tx: Transaction, *, after: UUID = FIRST_ID, limit: int) -> list[Tenant]:
    """Return up to ``limit`` tenants after the id ``after``, oldest first; all of them under ``SEES_ALL``."""
    return await store.tenants_page(tx, after=after, limit=limit)


async def change(tx: Transaction, settled: Settled, *, tenant_id: UUID, actor: str, now: datetime) -> Tenant:
    """Give a tenant these settings, and return it as it is now. What differs is named in the audit log.

    Raises:
        NotFound: ``tx`` sees no such tenant.
        InvalidRequest: the name, the country or the days cannot be used.
    """
    before = await read(tx, tenant_id=tenant_id)
    stored = checked(settled)
    tenant = await store.update_tenant(tx, stored, tenant_id=tenant_id, now=now)
    if tenant is None:
        raise no_such_tenant()
    detail: dict[str, str | int | bool | list[str] | None] = {"changed": changed(before, stored)}
    if before.retention_days != stored.retention_days:
        detail |= {"retention_days": stored.retention_days, "retention_days_before": before.retention_days}
    await record(
        tx,
        [
            AuditEntry(
                tenant_id=tenant.id,
                actor=actor,
                action="tenant.changed",
                subject=str(tenant.id),
                detail=detail,
            )
        ],
    )
    return tenant


async def hold_off_suspension(tx: Transaction, *, tenant_id: UUID) -> None:
    """Let nobody suspend a tenant until ``tx`` ends; whether somebody has, a later statement sees. Who waits to do so goes first."""
    await store.claim_beside(tx, tenant_id)


async def suspend(tx: Transaction, *, tenant_id: UUID, actor: str, now: datetime) -> Tenant:
    """Suspend a tenant when ``tx`` commits, and return it: its people and keys are refused, and nothing is sent.

    Incoming webhooks are still stored and applied. Suspending it again changes nothing.

    Raises:
        NotFound: ``tx`` sees no such tenant.
    """
    return await _set_suspended(tx, tenant_id=tenant_id, suspended=True, actor=actor, now=now)


async def resume(tx: Transaction, *, tenant_id: UUID, actor: str, now: datetime) -> Tenant:
    """Resume a suspended tenant and return it; everything goes on where it stopped.

    Raises:
        NotFound: ``tx`` sees no such tenant.
    """
    return await _set_suspended(tx, tenant_id=tenant_id, suspended=False, actor=actor, now=now)


async def _set_suspended(
    tx: Transaction, *, tenant_id: UUID, suspended: bool, actor: str, now: datetime
) -> Tenant:
    tenant = await store.set_suspended(tx, tenant_id=tenant_id, at=now if suspended else None, now=now)
    if tenant is None:
        return await read(tx, tenant_id=tenant_id)
    action = "tenant.suspended" if suspended else "tenant.resumed"
    await record(tx, [AuditEntry(tenant_id=tenant_id, actor=actor, action=action, subject=str(tenant_id))])
    for channel in _HELD_OPEN:
        tx.notify(channel, _EVERYBODY)
    return tenant


async def to_purge(tx: Transaction, *, since: datetime, limit: int) -> list[Tenant]:
    """Return tenants that were last purged before ``since``; ``tx`` is the batch role's."""
    return await store.tenants_to_purge(tx, since=since, limit=limit)


async def mark_purged(tx: Transaction, *, tenant_id: UUID, now: datetime) -> None:
    """Store when a tenant's expired data was last deleted."""
    await store.mark_purged(tx, tenant_id=tenant_id, now=now)


def no_such_tenant() -> NotFound:
    """Return the error for an unknown tenant; the same for one that is not the asker's."""
    return NotFound(
        "This key opens no tenant with that id.", fix="Check the id in the path and the key that is sent."
    )
