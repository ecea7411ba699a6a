"""Reads and writes ``tenants``; no other package writes it."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.infra.db import LockTaken, Query, Transaction
from curbe.tenants.rules import Settled, Tenant

_PACKAGE: Final = "curbe.tenants"
_INSERT_TENANT: Final = Query(_PACKAGE, "insert_tenant", Tenant)
_TENANT_OF_ID: Final = Query(_PACKAGE, "tenant_of_id", Tenant)
_TENANT_TO_CHANGE: Final = Query(_PACKAGE, "tenant_to_change", Tenant)
_TENANTS_PAGE: Final = Query(_PACKAGE, "tenants_page", Tenant)
_UPDATE_TENANT: Final = Query(_PACKAGE, "update_tenant", Tenant)
_CLAIM_BESIDE: Final = Query(_PACKAGE, "claim_beside", LockTaken)
_CLAIM_ALONE: Final = Query(_PACKAGE, "claim_alone", LockTaken)
_SET_SUSPENDED: Final = Query(_PACKAGE, "set_suspended", Tenant)
_MARK_PURGED: Final = Query(_PACKAGE, "mark_purged")
_TENANTS_TO_PURGE: Final = Query(_PACKAGE, "tenants_to_purge", Tenant)


async def insert_tenant(
    tx: Transaction, *, tenant_id: UUID, name: str, default_country: str | None, now: datetime
) -> Tenant:
    """Store a tenant; ``tx`` must be a transaction of that tenant."""
    stored = await _INSERT_TENANT.one(tx, id=tenant_id, name=name, default_country=default_country, now=now)
    if stored is None:
        raise RuntimeError("an INSERT ... RETURNING returned no row")
    return stored


async def tenant_of_id(tx: Transaction, tenant_id: UUID) -> Tenant | None:
    """Return a tenant that ``tx`` may see."""
    return await _TENANT_OF_ID.one(tx, id=tenant_id)


async def tenant_to_change(tx: Transaction, tenant_id: UUID) -> Tenant | None:
    """Return a tenant that ``tx`` may see, and let nobody else change it until ``tx`` ends."""
    return await _TENANT_TO_CHANGE.one(tx, id=tenant_id)


async def tenants_page(tx: Transaction, *, after: UUID, limit: int) -> list[Tenant]:
    """Return the next tenants after the id ``after``, of those ``tx`` may see."""
    return await _TENANTS_PAGE.all(tx, after=after, limit=limit)


async def update_tenant(
    tx: Transaction, settled: Settled, *, tenant_id: UUID, now: datetime
) -> Tenant | None:
    """Write what a tenant settled for itself; None where ``tx`` sees no such tenant."""
    return await _UPDATE_TENANT.one(tx, id=tenant_id, now=now, **msgspec.structs.asdict(settled))


async def claim_beside(tx: Transaction, tenant_id: UUID) -> None:
    """Let nobody suspend a tenant until ``tx`` ends; whether somebody has, a later statement sees."""
    await _CLAIM_BESIDE.one(tx, id=tenant_id)


async def set_suspended(
    tx: Transaction, *, tenant_id: UUID, at: datetime | None, now: datetime
) -> Tenant | None:
    """Suspend a tenant at that moment, or (None) resume it; None where it is so already, or ``tx`` sees no such tenant.

    Claims of its outbox that are under way are waited for.
    """
    await _CLAIM_ALONE.one(tx, id=tenant_id)
    return await _SET_SUSPENDED.one(tx, id=tenant_id, at=at, now=now)


async def mark_purged(tx: Transaction, *, tenant_id: UUID, now: datetime) -> None:
    """Write down that what was too old is deleted."""
    await _MARK_PURGED.run(tx, id=tenant_id, now=now)


async def tenants_to_purge(tx: Transaction, *, since: datetime, limit: int) -> list[Tenant]:
    """Return tenants that were last purged before ``since``."""
    return await _TENANTS_TO_PURGE.all(tx, since=since, limit=limit)
