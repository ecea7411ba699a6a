"""Messages put into the outbox as the product does where there are many: a batch in a transaction, written by one statement each."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from uuid_utils.compat import uuid7

from bench.world import Somebody
from curbe.domain.content import KINDS, Content, TextBody, TextMessage, encoded, words_in
from curbe.inbox import outbound_messages
from curbe.inbox.outbound_messages import Departure
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.outbound import store as outbox

TEXT: Final = TextMessage(text=TextBody(body="Su pedido va en camino."))
TEXTS: Final[tuple[Content, ...]] = (TEXT,)
AT_ONCE: Final = 500  # as a campaign's feeder does


async def queue(
    pool: Pool, people: Sequence[Somebody], *, priority: int, contents: Sequence[Content] = TEXTS
) -> None:
    """Queue a message to each of ``people`` (all of one tenant), the ``contents`` in turn, in transactions of :data:`AT_ONCE`."""
    for first in range(0, len(people), AT_ONCE):
        rows = [
            _departure(somebody, contents[place % len(contents)])
            for place, somebody in enumerate(people[first : first + AT_ONCE], start=first)
        ]
        tenant_id = rows[0].tenant_id
        async with pool.transaction(tenant_id, by_key=True) as tx:
            await outbound_messages.queue(tx, rows)
            waiting = [(row.id, row.connection_id, row.conversation_id) for row in rows]
            await outbox.enqueue(tx, tenant_id=tenant_id, rows=waiting, priority=priority)


def _departure(somebody: Somebody, content: Content) -> Departure:
    return Departure(
        tenant_id=somebody.number.tenant_id,
        id=uuid7(),
        connection_id=somebody.number.connection_id,
        conversation_id=somebody.conversation_id,
        type=KINDS[type(content)],
        text=words_in(content),
        payload=encoded(content),
        reply_to=None,
        sender=f"key:{UUID(int=1)}",
        created_at=utc_now(),
    )
