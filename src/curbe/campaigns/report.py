"""What became of a campaign: of each recipient, and in sums. Attribution and cost are read off the messages, not counted along."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import msgspec

from curbe.campaigns import progress, service, store
from curbe.campaigns.progress import Progress, RecipientOutcome, outcome_of
from curbe.campaigns.rules import Deed
from curbe.campaigns.shapes import Campaign
from curbe.channels.cloudapi.codes import TEMPLATE_PAUSED
from curbe.domain.errors import Conflict
from curbe.domain.failures import FailureKind
from curbe.domain.status import MessageStatus
from curbe.infra.db import Query, Transaction
from curbe.outbound.store import PutOff
from curbe.pricing import rates
from curbe.pricing.rates import Estimate

_PACKAGE: Final = "curbe.campaigns"
ANSWERED_WITHIN: Final = timedelta(days=7)  # whoever writes later was not moved by it
# Meta charges for what was delivered; what it tells as it takes a message is what that is going to cost [Meta: pricing, Sep 2026].
_CHARGED: Final = frozenset({MessageStatus.DELIVERED, MessageStatus.READ, MessageStatus.PLAYED})
_RETRYABLE: Final = (
    FailureKind.THROTTLED,
    FailureKind.TRANSIENT,
    FailureKind.UNREACHABLE,
    FailureKind.STORAGE,
    FailureKind.UNLISTED,
)


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """One recipient and what became of them.

    ``outcome``: as in the campaign's figures. ``reason`` and ``detail``: why they were skipped, or why it failed. ``replied_at``: when
    they wrote next, within a week. ``clicked``: the quick reply they pressed; Meta does not tell of links. ``cost``: by the rate card,
    in ``currency``, once it was delivered and Meta has told its price; null until then.
    """

    n: int
    line: int
    phone: str
    country: str | None
    name: str | None
    variables: dict[str, str]
    outcome: RecipientOutcome
    reason: str | None
    detail: str | None
    error_code: int | None
    contact_id: UUID | None
    conversation_id: UUID | None
    message_id: UUID | None
    queued_at: datetime | None
    accepted_at: datetime | None
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None
    failed_at: datetime | None
    replied_at: datetime | None
    clicked_at: datetime | None
    clicked: str | None
    cost: Decimal | None
    currency: str


class Failures(msgspec.Struct, frozen=True):
    """How many failed for one reason; ``error`` is the sentence of one of them."""

    kind: str
    code: int | None
    error: str | None
    count: int


class Clicks(msgspec.Struct, frozen=True):
    """How many pressed a button."""

    button: str
    count: int


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign in sums. ``free``: delivered and not charged. ``unpriced`` of the cost: not told yet, or of no known category."""

    progress: Progress
    replied: int
    clicks: list[Clicks]
    failures: list[Failures]
    free: int
    cost: Estimate


class _Kept(msgspec.Struct, frozen=True):
    """What is kept of a campaign whose recipients are too old; those kept before reports were have none."""

    report: Report | None = None


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    n: int
    line: int
    phone: str
    country: str | None
    state: str
    skip_reason: str | None
    skip_detail: str | None
    contact_id: UUID | None
    name: str | None
    variables: str
    message_id: UUID | None
    conversation_id: UUID | None
    status: MessageStatus | None
    created_at: datetime | None
    accepted_at: datetime | None
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None
    failed_at: datetime | None
    failure_kind: str | None
    error_code: int | None
    error: str | None
    pricing: str | None
    replied_at: datetime | None
    clicked_at: datetime | None
    clicked: str | None
    put_off: PutOff | None


class _Replied(msgspec.Struct, frozen=True):
    replied: int


class _Price(msgspec.Struct, frozen=True):
    country: str | None
    category: str | None
    type: str
    count: int


_PAGE: Final = Query(_PACKAGE, "recipients_page", _Row)
_REPLIED: Final = Query(_PACKAGE, "totals_of_answers", _Replied)
_CLICKS: Final = Query(_PACKAGE, "totals_of_clicks", Clicks)
_FAILURES: Final = Query(_PACKAGE, "totals_of_failures", Failures)
_PRICES: Final = Query(_PACKAGE, "totals_of_prices", _Price)
_TRY_AGAIN: Final = Query(_PACKAGE, "try_again")


async def page(
    tx: Transaction,
    *,
    tenant_id: UUID,
    campaign_id: UUID,
    outcome: RecipientOutcome | None,
    after: int,
    limit: int,
) -> list[Recipient]:
    """Return at most ``limit`` recipients after one, in their order."""
    rows = await _PAGE.all(
        tx,
        tenant_id=tenant_id,
        campaign_id=campaign_id,
        wanted=outcome and outcome.value,
        after=after,
        most=limit,
        answered_within=ANSWERED_WITHIN,
    )
    return [_shown(row) for row in rows]


async def sums(tx: Transaction, *, tenant_id: UUID, campaign_id: UUID) -> Report:
    """Return a campaign in sums; of one whose recipients are too old to be kept, as they were then.

    Raises:
        NotFound: the tenant has no such campaign.
    """
    row = await store.read(tx, tenant_id=tenant_id, campaign_id=campaign_id)
    if row.kept is not None and (kept := msgspec.json.decode(row.kept, type=_Kept).report) is not None:
        return kept
    where: dict[str, Any] = {"tenant_id": tenant_id, "campaign_id": campaign_id}
    replied = await _REPLIED.one(tx, **where, answered_within=ANSWERED_WITHIN)
    prices = await _PRICES.all(tx, **where)
    charged: dict[tuple[str | None, str], int] = {}
    for price in prices:
        if not rates.is_free(price.type):
            key = (price.country, price.category or "")
            charged[key] = charged.get(key, 0) + price.count
    return Report(
        progress=await progress.of(tx, campaign=row, tenant_id=tenant_id),
        replied=replied.replied if replied else 0,
        clicks=await _CLICKS.all(tx, **where),
        failures=await _FAILURES.all(tx, **where),
        free=sum(price.count for price in prices if rates.is_free(price.type)),
        cost=rates.estimate(charged),
    )


async def try_again(
    tx: Transaction, *, tenant_id: UUID, campaign_id: UUID, actor: str, now: datetime
) -> Campaign:
    """Write once more to those who were put off too long, or met a paused template; return the campaign, which runs again.

    Who was refused for good, and who may have got it, is left alone.

    Raises:
        NotFound: the tenant has no such campaign.
        Conflict: it has not finished, or there is nobody to try again.
    """
    shown = await service.treat(
        tx, Deed.RETRY, tenant_id=tenant_id, campaign_id=campaign_id, actor=actor, now=now
    )
    kinds = [kind.value for kind in _RETRYABLE]
    if not await _TRY_AGAIN.run(
        tx, tenant_id=tenant_id, campaign_id=campaign_id, kinds=kinds, template_paused=TEMPLATE_PAUSED
    ):
        raise Conflict(
            "Nobody is left whom it would help to try again.",
            fix="The others failed for good, or may have got the message: the report says why.",
        )
    return shown


def _shown(row: _Row) -> Recipient:
    same = {name: getattr(row, name) for name in Recipient.__struct_fields__ if name in row.__struct_fields__}
    return Recipient(
        **{
            **same,
            "phone": f"+{row.phone}",
            "variables": msgspec.json.decode(row.variables, type=dict[str, str]),
            "outcome": outcome_of(
                row.state, row.status, cancelled=row.failure_kind == "cancelled", put_off=row.put_off
            ),
            "reason": row.skip_reason or row.failure_kind,
            "detail": row.skip_detail or row.error,
            "queued_at": row.created_at,
            "cost": _cost(row),
            "currency": rates.card().currency,
        }
    )


def _cost(row: _Row) -> Decimal | None:
    if row.pricing is None or row.status not in _CHARGED:
        return None
    told = msgspec.json.decode(row.pricing, type=dict[str, Any])
    if rates.is_free(str(told.get("type"))):
        return Decimal(0)
    return rates.card().rate(category=str(told.get("category") or ""), country=row.country)
