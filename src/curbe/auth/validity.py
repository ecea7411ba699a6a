"""Whether somebody who came in may stay, for connections that are kept open."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from curbe.auth import rules, session_rules, session_store, store
from curbe.domain.access import Principal
from curbe.domain.errors import Forbidden, Unauthorized
from curbe.infra.db import Pool
from curbe.tenants import people

# What ends is notified; this is for a row that changed in some other way.
_LOOK_AGAIN: Final = timedelta(seconds=60)


async def valid_for(
    pool: Pool, principal: Principal, *, tenant_id: UUID, idle: timedelta, now: datetime
) -> timedelta:
    """Return for how long ``principal`` may stay in ``tenant_id`` before this is to be asked again.

    Args:
        pool: connections of the role ``app_web``.
        principal: who came in, as they came in.
        tenant_id: where.
        idle: how long a session lives without being used.
        now: the moment, aware.

    Raises:
        Unauthorized: the key or the session has ended.
        Forbidden: the person is no longer what they were in this tenant.
        TenantSuspended: the tenant is suspended since.
    """
    if principal.user_id is None or principal.session_id is None:
        until = await _key_ends_at(pool, principal, now=now)
    else:
        until = await _session_ends_at(
            pool, principal, principal.session_id, tenant_id=tenant_id, idle=idle, now=now
        )
    return _LOOK_AGAIN if until is None else min(_LOOK_AGAIN, until - now)


async def _key_ends_at(pool: Pool, principal: Principal, *, now: datetime) -> datetime | None:
    if principal.key_id is None:
        raise TypeError("a principal is a key or a person")
    async with pool.transaction(principal.tenant_id) as tx:
        key = await store.key_of_id(tx, tenant_id=principal.tenant_id, key_id=principal.key_id)
    if key is None or not rules.is_live(key, now=now):
        raise Unauthorized("the API key was revoked or has expired")
    if key.suspended:
        raise rules.suspended()
    return key.expires_at


async def _session_ends_at(
    pool: Pool, principal: Principal, session_id: UUID, *, tenant_id: UUID, idle: timedelta, now: datetime
) -> datetime:
    if principal.user_id is None:
        raise TypeError("a session is a person's")
    async with pool.transaction(tenant_id, context=people.as_user(principal.user_id)) as tx:
        held = await session_store.session_of_id(
            tx, session_id=session_id, user_id=principal.user_id, tenant_id=tenant_id
        )
    if held is None or session_rules.ends_at(held, idle=idle) <= now:
        raise Unauthorized("the session has ended")
    if held.suspended and not principal.is_platform:
        raise rules.suspended()
    if session_rules.principal_of(held, tenant_id=tenant_id) != principal:
        raise Forbidden("what this person may do here has changed")
    return session_rules.ends_at(held, idle=idle)
