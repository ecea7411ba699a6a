"""The audit logs from the operator's side: is each chain what was written?"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from curbe.audit import service
from curbe.audit.rules import Head
from curbe.audit.service import Report
from curbe.domain.access import PLATFORM
from curbe.domain.errors import NotFound
from curbe.infra.db import Query, Role
from curbe.operate.accounts import pool


class _Chain(msgspec.Struct, frozen=True):
    tenant_id: UUID


_CHAINS: Final = Query("curbe.operate", "audit_chains", _Chain)


async def verify(dsn: str, *, tenant_id: UUID | None, known: Head | None = None) -> Sequence[Report]:
    """Return what was found in the log of one tenant (``PLATFORM``: the operator's), or of all.

    Args:
        dsn: the database.
        tenant_id: whose; None for everybody who has a log, also tenants that are no longer there.
        known: the head of that one log as an earlier report gave it.

    Raises:
        NotFound: nothing was ever written for that tenant, as far as is known; a log that is not there must not look whole.
    """
    async with pool(dsn, Role.APPLY) as apply:
        async with apply.transaction() as tx:
            found = [row.tenant_id for row in await _CHAINS.all(tx)]
        if known is None and tenant_id is not None and tenant_id not in {*found, PLATFORM}:
            raise NotFound(
                "No tenant with that id has an audit log.", fix="`curbe tenant list` shows them all."
            )
        reports: list[Report] = []
        for chain in found if tenant_id is None else [tenant_id]:
            async with apply.transaction() as tx:
                reports.append(await service.verify(tx, tenant_id=chain, known=known))
        return reports
