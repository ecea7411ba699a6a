"""How far a campaign is: counted over its recipients and their messages in one statement, so that the parts are the whole at any moment."""

from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

from curbe.campaigns.store import CampaignRow
from curbe.domain.status import MessageStatus
from curbe.infra.db import Query, Transaction
from curbe.outbound.store import PutOff


class RecipientOutcome(StrEnum):
    """What may be asked for: where a recipient stands."""

    WAITING = "waiting"
    PUT_OFF = "put_off"
    SKIPPED = "skipped"
    QUEUED = "queued"
    SENDING = "sending"
    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"
    FORGOTTEN = "forgotten"


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign's figures; each recipient is in exactly one of the parts, and ``recipients`` is their sum.

    ``waiting``: no message was made yet, or their quiet hours have begun since. ``put_off``: the portfolio may write to nobody new for
    now; they go when it may, and who waits goes after them. ``queued``: made, not begun to send. ``sending``: the provider is being asked.
    ``accepted``, ``sent``, ``delivered`` and ``read``: by the furthest fact known. ``failed``: refused. ``unknown``: nobody
    knows whether the provider took it. ``cancelled``: the campaign was cancelled before it was sent. ``skipped``: not
    written to, by reason in ``skipped_by``. ``forgotten``: the message is too old to be kept, and went before it was
    written down what had become of it. ``held``, of the accepted: those that Meta holds back until it knows how people
    take the first ones.
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
    held: int = 0
    skipped_by: dict[str, int] = {}


class _Part(msgspec.Struct, frozen=True):
    state: str
    skip_reason: str | None
    status: MessageStatus | None
    cancelled: bool
    put_off: PutOff | None
    count: int
    held: int


_PARTS: Final = Query("curbe.campaigns", "progress", _Part)
_PUT_OFF: Final = {PutOff.ROOM: RecipientOutcome.PUT_OFF, PutOff.QUIET: RecipientOutcome.WAITING}


async def of(tx: Transaction, *, campaign: CampaignRow, tenant_id: UUID) -> Progress:
    """Return a campaign's figures as they are in the eyes of ``tx``."""
    if campaign.kept is not None:
        return msgspec.json.decode(campaign.kept, type=Progress)
    return added_up(await _PARTS.all(tx, tenant_id=tenant_id, campaign_id=campaign.id))


def added_up(parts: list[_Part]) -> Progress:
    """Return the figures that the counted parts make."""
    figures = {outcome.value: 0 for outcome in RecipientOutcome}
    skipped_by: dict[str, int] = {}
    for part in parts:
        outcome = outcome_of(part.state, part.status, cancelled=part.cancelled, put_off=part.put_off)
        figures[outcome] += part.count
        if part.skip_reason is not None:
            skipped_by[part.skip_reason] = skipped_by.get(part.skip_reason, 0) + part.count
    held = sum(part.held for part in parts)
    return Progress(**figures, recipients=sum(figures.values()), held=held, skipped_by=skipped_by)


def outcome_of(
    state: str, status: MessageStatus | None, *, cancelled: bool, put_off: PutOff | None
) -> RecipientOutcome:
    """Return where a recipient stands; ``recipients_page`` chooses by the same rule.

    Args:
        state: of the recipient itself (waiting, taken, skipped).
        status: of its message; None where there is none, or none any more.
        cancelled: whether the message failed as the campaign was cancelled.
        put_off: what the message waits for, beside its turn.
    """
    if state != "taken":
        return RecipientOutcome(state)
    if status is None:
        return RecipientOutcome.FORGOTTEN
    if status is MessageStatus.FAILED and cancelled:
        return RecipientOutcome.CANCELLED
    if put_off is not None:
        return _PUT_OFF[put_off]
    return RecipientOutcome.READ if status is MessageStatus.PLAYED else RecipientOutcome(status.value)
