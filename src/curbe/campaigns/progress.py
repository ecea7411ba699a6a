"""How far a campaign is: counted over its recipients and their messages in one statement, so that the parts are the whole at any moment."""

from typing import Final
from uuid import UUID

import msgspec

from curbe.campaigns.store import CampaignRow
from curbe.domain.status import MessageStatus
from curbe.infra.db import Query, Transaction
from curbe.outbound.store import PutOff


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign's figures; each recipient is in exactly one of the parts, and ``recipients`` is their sum.

    ``waiting``: no message was made yet, or their quiet hours have begun since. ``put_off``: the portfolio may write to nobody new for
    now; they go when it may, and who waits goes after them. ``queued``: made, not begun to send. ``sending``: the provider is being asked.
    ``accepted``, ``sent``, ``delivered`` and ``read``: by the furthest fact known. ``failed``: refused. ``unknown``: nobody
    knows whether the provider took it. ``cancelled``: the campaign was cancelled before it was sent. ``skipped``: not
    written to, by reason in ``skipped_by``. ``forgotten``: the message is too old to be kept.
    """

    recipients: int = 0
    waiting: int = 0
    put_off: int = 0
    queued: int = 0
    sending: int = 0
    accepted: int = 0
    sent: int = 0
    delivered: int = 0
    read: int = 0
    failed: int = 0
    unknown: int = 0
    cancelled: int = 0
    skipped: int = 0
    forgotten: int = 0
    skipped_by: dict[str, int] = {}


class _Part(msgspec.Struct, frozen=True):
    state: str
    skip_reason: str | None
    status: MessageStatus | None
    cancelled: bool
    put_off: PutOff | None
    count: int


_PARTS: Final = Query("curbe.campaigns", "progress", _Part)
_CALLED: Final = {MessageStatus.PLAYED: "read"}
PUT_OFF: Final = {PutOff.ROOM: "put_off", PutOff.QUIET: "waiting"}


async def of(tx: Transaction, *, campaign: CampaignRow, tenant_id: UUID) -> Progress:
    """Return a campaign's figures as they are in the eyes of ``tx``."""
    if campaign.kept is not None:
        return msgspec.json.decode(campaign.kept, type=Progress)
    return added_up(await _PARTS.all(tx, tenant_id=tenant_id, campaign_id=campaign.id))


def added_up(parts: list[_Part]) -> Progress:
    """Return the figures that the counted parts make."""
    figures = dict.fromkeys((name for name in Progress.__struct_fields__ if name != "skipped_by"), 0)
    skipped_by: dict[str, int] = {}
    for part in parts:
        figures["recipients"] += part.count
        figures[_name(part)] += part.count
        if part.skip_reason is not None:
            skipped_by[part.skip_reason] = skipped_by.get(part.skip_reason, 0) + part.count
    return Progress(**figures, skipped_by=skipped_by)


def _name(part: _Part) -> str:
    if part.state != "taken":
        return part.state
    if part.status is None:
        return "forgotten"
    if part.cancelled:
        return "cancelled"
    if part.put_off is not None:
        return PUT_OFF[part.put_off]
    return _CALLED.get(part.status, part.status.value)
