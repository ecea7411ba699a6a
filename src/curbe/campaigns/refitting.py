"""A paused campaign that fills its template in another way from now on, as Meta has edited it since.

What of it lies in the outbox and was not begun is written anew. A paused campaign's messages are
not claimed, and whoever resumes it waits for this.
"""

from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID

import msgspec
import structlog

from curbe.campaigns import store
from curbe.campaigns.filling import Filler, check_refit, values_of
from curbe.campaigns.store import CampaignRow
from curbe.domain.content import encoded, words_in
from curbe.domain.ids import FIRST_ID
from curbe.domain.template import TemplateContent
from curbe.inbox import outbound_messages
from curbe.inbox.outbound_messages import Rewritten
from curbe.infra.db import Query, Transaction
from curbe.templates import sending

log: Final = structlog.get_logger(__name__)

_AT_ONCE: Final = 1000


class _Unsent(msgspec.Struct, frozen=True):
    """A message that nobody has begun to send, and what its recipient's row says. ``variables`` is JSON."""

    id: UUID
    variables: str


_UNSENT: Final = Query("curbe.campaigns", "unsent_of_campaign", _Unsent)


async def refit(tx: Transaction, row: CampaignRow, template: TemplateContent, *, tenant_id: UUID) -> None:
    """Let a paused campaign, locked in ``tx``, send ``template`` to those it has not written to.

    Raises:
        InvalidRequest: it is another template, does not fit the one at Meta, or names what its recipients have no value for.
    """
    check_refit(row.content(), template)
    content = await sending.compared(tx, template, tenant_id=tenant_id, connection_id=row.connection_id)
    await store.refit(tx, tenant_id=tenant_id, campaign_id=row.id, template=template)
    filler = Filler(content)
    after = FIRST_ID
    while rows := await _UNSENT.all(tx, tenant_id=tenant_id, campaign_id=row.id, after=after, most=_AT_ONCE):
        anew = list(_rewritten(filler, rows))
        await outbound_messages.rewrite(tx, anew, tenant_id=tenant_id)
        if left := len(rows) - len(anew):
            log.warning(
                "messages_not_refitted",
                campaign_id=str(row.id),
                count=left,
                reason="a value does not fit its new place",
            )
        after = rows[-1].id


def _rewritten(filler: Filler, rows: Sequence[_Unsent]) -> Iterator[Rewritten]:
    for row in rows:
        try:
            message = filler.message(values_of(row.variables))
        except (
            msgspec.ValidationError
        ):  # too long for its new place: Meta refuses it, and its recipient has failed
            continue
        yield Rewritten(row.id, text=words_in(message), payload=encoded(message))
