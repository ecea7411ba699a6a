"""Whether whoever asks may use paths of a tenant. That an operator entered one as a person is written into that tenant's audit log."""

from collections import OrderedDict
from typing import Final
from uuid import UUID

from curbe.audit.service import AuditEntry, record
from curbe.auth import session_store
from curbe.domain.access import Principal
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.tenants import service as tenants

_REMEMBERED: Final = 10_000


class Entrance:
    """Lets principals into tenants. One for a process."""

    def __init__(self, pool: Pool) -> None:
        self._pool: Final = pool
        # (session, tenant) of operators whose entry is in the audit log already, as far as this process remembers.
        self._known: Final[OrderedDict[tuple[UUID, UUID], None]] = OrderedDict()

    async def enter(self, principal: Principal, tenant_id: UUID) -> None:
        """Let a principal into a tenant; an operator's session leaves a line in that tenant's audit log, once.

        Raises:
            NotFound: the tenant is not the principal's, or does not exist.
        """
        if not principal.may_enter(tenant_id):
            raise tenants.no_such_tenant()
        if not principal.is_platform:
            return
        session_id = principal.session_id
        if session_id is not None and (session_id, tenant_id) in self._known:
            return
        async with self._pool.transaction(tenant_id) as tx:
            await tenants.read(tx, tenant_id=tenant_id)
            if session_id is not None and await session_store.note_operator_entry(
                tx, tenant_id=tenant_id, session_id=session_id, now=utc_now()
            ):
                entry = AuditEntry(
                    tenant_id=tenant_id,
                    actor=principal.actor,
                    action="operator.entered",
                    subject=str(tenant_id),
                    detail={"session": str(session_id)},
                )
                await record(tx, [entry])
        if session_id is not None:
            self._remember((session_id, tenant_id))

    def _remember(self, entry: tuple[UUID, UUID]) -> None:
        self._known[entry] = None
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
