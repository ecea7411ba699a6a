"""Frees messages that wait for their turn in a conversation although no message before them is left to give it to them.

That cannot happen by this version's senders; but it can by a sender of an earlier version, which may run beside new ones for some seconds
during an upgrade, or by a mistake of ours. Without this the person would get no message any more, and nobody would notice.
"""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import Final
from uuid import UUID

import msgspec
import structlog

from curbe.domain.ids import FIRST_ID
from curbe.infra.db import Pool, Query
from curbe.outbound import store

log: Final = structlog.get_logger(__name__)

_AT_ONCE: Final = 1_000  # conversations in one statement
_LOOKS: Final = 20  # in one round, so that a queue of any length costs a round no more than that


class Looked(msgspec.Struct, frozen=True):
    """The first message that waits for its turn in a conversation. ``forgotten``: nothing before it is left to give it to it."""

    tenant_id: UUID
    conversation_id: UUID
    message_id: UUID
    forgotten: bool


_Place = tuple[UUID, UUID]  # tenant, conversation
_BEGINNING: Final[_Place] = (FIRST_ID, FIRST_ID)
_FIRST_TO_WAIT: Final = Query("curbe.outbound", "first_to_wait", Looked)


class Turns:
    """Looks through a part of the outbox each round, going on from where the last round stopped.

    Args:
        everybody: as the batch role; it sees who waits, of all tenants.
        pool: as the worker role; it moves turns.
        at_once: conversations looked at in one statement.
    """

    def __init__(self, everybody: Pool, pool: Pool, *, at_once: int = _AT_ONCE) -> None:
        self._everybody: Final = everybody
        self._pool: Final = pool
        self._at_once: Final = at_once
        self._after = _BEGINNING

    async def give_what_is_owed(self) -> int:
        """Free the messages that were forgotten, and return in how many conversations there was one."""
        count = 0
        for _ in range(_LOOKS):
            rows = await self._look()
            for tenant_id, mine in groupby(rows, key=attrgetter("tenant_id")):
                count += await self._give(tenant_id, [row for row in mine if row.forgotten])
            if len(rows) < self._at_once:
                self._after = _BEGINNING
                break
            self._after = rows[-1].tenant_id, rows[-1].conversation_id
        return count

    async def _look(self) -> list[Looked]:
        tenant_id, conversation_id = self._after
        async with self._everybody.transaction() as tx:
            return await _FIRST_TO_WAIT.all(
                tx, after_tenant=tenant_id, after_conversation=conversation_id, most=self._at_once
            )

    async def _give(self, tenant_id: UUID, forgotten: Sequence[Looked]) -> int:
        """Free the next message of each conversation; one that was freed meanwhile anyhow is put in order by the next claim."""
        if not forgotten:
            return 0
        async with self._pool.transaction(tenant_id) as tx:
            await store.take_turns_of(
                tx, tenant_id=tenant_id, message_ids=[row.message_id for row in forgotten]
            )
            await store.free_next(
                tx, tenant_id=tenant_id, conversation_ids=[row.conversation_id for row in forgotten]
            )
        log.warning("turns_given_late", tenant_id=str(tenant_id), conversations=len(forgotten))
        return len(forgotten)
