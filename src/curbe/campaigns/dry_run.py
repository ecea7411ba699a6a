"""Looking a campaign over before it starts: who would get it, who would not and why, what stands in its way, what it costs."""

from collections import Counter
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.campaigns import audience, feed, gate_answers, rules, service, store
from curbe.campaigns.audience_shapes import FaultCount
from curbe.campaigns.filling import variables_of
from curbe.campaigns.gate_answers import Person
from curbe.campaigns.rules import CampaignState, Deed, Latest, Stop
from curbe.campaigns.store import CampaignRow
from curbe.domain.errors import Conflict, InvalidRequest
from curbe.infra.db import Query, Transaction
from curbe.outbound.governor import people_limit
from curbe.pricing import rates
from curbe.pricing.rates import Estimate
from curbe.templates import sending

_PACKAGE: Final = "curbe.campaigns"
_PAGE: Final = 5_000
_STAYS: Final = frozenset({CampaignState.SCHEDULED, CampaignState.PAUSED})  # whatever is found
_NOTHING: Final = Latest(settled=0, failed=0, unknown=0, template_codes=0)


class Limit(msgspec.Struct, frozen=True):
    """How many people outside their windows the portfolio may write to in 24 hours (null: none is known), and to how many more now."""

    tier: str | None
    people: int | None
    room: int | None


class DryRun(msgspec.Struct, frozen=True, kw_only=True):
    """What would become of a campaign if it started now.

    ``rows``: what the audiences had, ``rows = recipients + invalid + duplicate``. ``recipients = eligible + refused``, the refused by
    reason in ``refused_by`` (opted_out, no_consent, contact_blocked, ...). ``over_limit``: of the eligible, those whom the portfolio may
    not write to today; they wait for room. ``stops``: what keeps the whole campaign from starting; `restricted` alone does not, it
    would only pause at once. ``seconds``: how long sending takes at the number's pace.
    """

    rows: int
    invalid: int
    duplicate: int
    faults: list[FaultCount]
    recipients: int
    eligible: int
    refused: int
    refused_by: dict[str, int]
    outside_window: int
    over_limit: int
    limit: Limit
    stops: list[Stop]
    category: str | None
    cost: Estimate
    seconds: float
    state: CampaignState


class _Row(msgspec.Struct, frozen=True):
    n: int
    phone: str
    country: str | None


class _Lacking(msgspec.Struct, frozen=True):
    name: str
    count: int


class _Portfolio(msgspec.Struct, frozen=True):
    messaging_limit: str | None
    messages_per_second: int
    people_count: int
    ours_count: int


class _Found(msgspec.Struct):
    eligible: int = 0
    outside: int = 0
    refused_by: Counter[str] = msgspec.field(default_factory=Counter)
    countries: Counter[str | None] = msgspec.field(default_factory=Counter)
    stop: Stop | None = None


_LACKING: Final = Query(_PACKAGE, "lacking_values", _Lacking)
_WAITING: Final = Query(_PACKAGE, "waiting_page", _Row)
_PORTFOLIO: Final = Query(_PACKAGE, "portfolio_of_campaign", _Portfolio)


async def look_over(
    tx: Transaction, *, tenant_id: UUID, campaign_id: UUID, actor: str, now: datetime
) -> DryRun:
    """Return what would become of a campaign; it is ready where nothing stands in its way and somebody would get it.

    Looking takes seconds where there are a hundred thousand. Nothing is locked or written meanwhile: an open transaction that writes
    holds back everybody's webhooks and events.

    Raises:
        NotFound: the tenant has no such campaign.
        Conflict: it has begun, or somebody changed it while it was looked over.
        InvalidRequest: its parameters do not fit the template, or recipients lack values for them; the field says which.
    """
    row = await store.read(tx, tenant_id=tenant_id, campaign_id=campaign_id)
    rules.after(row.state, Deed.LOOK_OVER)
    await _require_fit(tx, row, tenant_id=tenant_id)
    audiences = await audience.every(tx, tenant_id=tenant_id, campaign_id=campaign_id)
    content = row.content()
    known = await store.template(tx, tenant_id=tenant_id, connection_id=row.connection_id, content=content)
    category = known.category if known else None
    found = await _found(tx, row, category, tenant_id=tenant_id, now=now)
    locked = await store.lock(tx, tenant_id=tenant_id, campaign_id=campaign_id)
    still = await audience.every(tx, tenant_id=tenant_id, campaign_id=campaign_id)
    if _sent(locked) != _sent(row) or still != audiences:
        raise Conflict("Somebody changed the campaign meanwhile.", fix="Look it over again.")
    stops = await _stops(tx, row, found, tenant_id=tenant_id)
    await store.note_looked_over(tx, tenant_id=tenant_id, campaign_id=campaign_id, category=category)
    may_start = found.eligible > 0 and all(stop.reason == rules.RESTRICTED for stop in stops)
    deed = Deed.LOOK_OVER if may_start or row.state in _STAYS else Deed.CHANGE
    shown = await service.treat(tx, deed, tenant_id=tenant_id, campaign_id=campaign_id, actor=actor, now=now)
    portfolio = await _PORTFOLIO.one(tx, tenant_id=tenant_id, campaign_id=campaign_id)
    if portfolio is None:
        raise LookupError("the number of the campaign is not there")
    limit = people_limit(portfolio.messaging_limit)
    room = None if limit is None else max(0, limit - portfolio.people_count)
    refused = sum(found.refused_by.values())
    return DryRun(
        rows=sum(one.row_count for one in audiences),
        invalid=sum(one.invalid_count for one in audiences),
        duplicate=sum(one.duplicate_count for one in audiences),
        faults=await audience.reasons(tx, tenant_id=tenant_id, campaign_id=campaign_id),
        recipients=found.eligible + refused,
        eligible=found.eligible,
        refused=refused,
        refused_by=dict(sorted(found.refused_by.items())),
        outside_window=found.outside,
        over_limit=0 if room is None else max(0, found.outside - portfolio.ours_count - room),
        limit=Limit(portfolio.messaging_limit, limit, room),
        stops=stops,
        category=category,
        cost=rates.estimate({(country, category or ""): n for country, n in found.countries.items()}),
        seconds=found.eligible / portfolio.messages_per_second,
        state=shown.state,
    )


def _sent(row: CampaignRow) -> tuple[str, UUID]:
    """Return what is looked over: what is sent, and from which number."""
    return row.template, row.connection_id


async def _require_fit(tx: Transaction, row: CampaignRow, *, tenant_id: UUID) -> None:
    """Refuse parameters that do not fit the template, and recipients who were added before it named one of its variables."""
    await sending.compared(tx, row.content(), tenant_id=tenant_id, connection_id=row.connection_id)
    names = [name for name, required in variables_of(row.content()).items() if required]
    lacking = await _LACKING.all(tx, tenant_id=tenant_id, campaign_id=row.id, names=names)
    if lacking:
        told = ", ".join(f"{one.name} ({one.count})" for one in lacking)
        raise InvalidRequest(
            f"Recipients have no value for {told}.",
            fix="Map the file again, or say what stands where it is missing: {{name|words}}.",
            field=f"variables.{lacking[0].name}",
            extra={"lacking": {one.name: one.count for one in lacking}},
        )


async def _found(
    tx: Transaction, row: CampaignRow, category: str | None, *, tenant_id: UUID, now: datetime
) -> _Found:
    """Ask the gate for every recipient, a page at a time. Where Meta files the template anew meanwhile, that stops the campaign."""
    found, after, content = _Found(), 0, row.content()
    while page := await _WAITING.all(tx, tenant_id=tenant_id, campaign_id=row.id, after=after, most=_PAGE):
        after = page[-1].n
        verdict = await gate_answers.judged(
            tx,
            [Person(one.n, one.phone) for one in page],
            tenant_id=tenant_id,
            connection_id=row.connection_id,
            content=content,
            looked_over_as=category,
            now=now,
        )
        if verdict.stop is not None:
            found.stop = verdict.stop
        for one in page:
            if one.n in verdict.skips:
                found.refused_by[verdict.skips[one.n].reason] += 1
            else:
                found.eligible += 1
                found.countries[one.country] += 1
        found.outside += verdict.outside
    return found


async def _stops(tx: Transaction, row: CampaignRow, found: _Found, *, tenant_id: UUID) -> list[Stop]:
    """Return what would pause the campaign at once, and what the gate says of all."""
    conditions = await feed.conditions(tx, tenant_id=tenant_id, campaign_id=row.id)
    afresh = msgspec.structs.replace(conditions, latest=_NOTHING, looked_over_as=None)
    lasting = msgspec.structs.replace(afresh, restricted_until=None)  # what a restriction would hide
    told = [rules.stop_of(one, pause_at_failures=None) for one in (afresh, lasting)]
    stops = {one.reason: one for one in (*told, found.stop) if one is not None}
    return list(stops.values())
