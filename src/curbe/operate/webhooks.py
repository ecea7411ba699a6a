"""The webhook log from the operator's side: replay from it, see what is set aside."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.audit import service as audit
from curbe.channels.cloudapi.callback import PURPOSE as CALLBACK_PURPOSE
from curbe.infra.clock import utc_now
from curbe.infra.crypto import Keyring
from curbe.infra.db import Role
from curbe.infra.settings import Settings
from curbe.ingest import replay as replaying
from curbe.ingest.replay import Replayed, Selection, SetAsideItem, replayed_entry
from curbe.operate.accounts import known_tenant, pool

_CLI: Final = "cli"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What the operator named: webhooks by id, or by what they are about and when they came."""

    ids: tuple[int, ...] = ()
    phone_number_ids: frozenset[str] = frozenset()
    tenant_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


async def replay(
    settings: Settings, dsn: str, *, wanted: Wanted, rehearsal: bool, told: Callable[[int], None]
) -> Replayed:
    """Apply stored webhooks again and return what became of their items; as a rehearsal, leave all as it is.

    Raises:
        NotFound: there is no such tenant.
    """
    keys = Keyring.of(settings).derive_each(CALLBACK_PURPOSE)
    async with pool(dsn, Role.APPLY) as apply:
        names: frozenset[str] | None = wanted.phone_number_ids or None
        if wanted.tenant_id is not None:
            async with apply.transaction() as tx:
                await known_tenant(tx, wanted.tenant_id)
            names = (names or frozenset()) | await replaying.names_of_tenant(apply, wanted.tenant_id)
        selection = Selection(
            ids=wanted.ids or None, names=names, since=wanted.since, until=wanted.until or utc_now()
        )
        if rehearsal:
            return await replaying.rehearse(apply, selection, callback_keys=keys, told=told)
        done = await replaying.replay(apply, selection, callback_keys=keys, told=told)
        async with apply.transaction() as tx:
            await audit.record(
                tx,
                [
                    replayed_entry(
                        done,
                        selection,
                        tenant_id=wanted.tenant_id,
                        numbers=wanted.phone_number_ids,
                        actor=_CLI,
                    )
                ],
            )
        return done


async def set_aside(
    dsn: str, *, kind: str | None, phone_number_id: str | None, limit: int
) -> Sequence[SetAsideItem]:
    """Return what is set aside now, oldest first."""
    async with pool(dsn, Role.APPLY) as apply:
        return await replaying.set_aside(apply, kind=kind, phone_number_id=phone_number_id, limit=limit)
