"""Campaigns at rest."""

from datetime import datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from curbe.campaigns.filling import variables_of
from curbe.campaigns.rules import CampaignState, RampUp
from curbe.campaigns.shapes import Campaign, CampaignVariable, QuietHours, Ramp
from curbe.domain.errors import NotFound
from curbe.domain.quiet import Quiet
from curbe.domain.template import TemplateContent
from curbe.infra.db import Query, Transaction

_PACKAGE: Final = "curbe.campaigns"


class CampaignRow(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign as it is kept. ``template`` and ``kept`` are JSON."""

    id: UUID
    name: str
    connection_id: UUID
    template: str
    category: str | None
    state: CampaignState
    reason: str | None
    reason_detail: str | None
    scheduled_at: datetime | None
    time_zone: str | None
    quiet_from: time | None
    quiet_until: time | None
    ramp_first_hour: int | None
    ramp_factor: float | None
    pause_at_failures: int | None
    created_by: str
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    resumed_at: datetime | None
    ran_before: timedelta
    ended_at: datetime | None
    kept: str | None

    def content(self) -> TemplateContent:
        """Return the template with its variables."""
        return msgspec.json.decode(self.template, type=TemplateContent)

    def zone(self) -> str:
        """Return the clock of people whose number does not tell theirs."""
        return self.time_zone or "UTC"

    def quiet(self) -> Quiet | None:
        """Return when nobody is written to."""
        return (
            None
            if self.quiet_from is None or self.quiet_until is None
            else Quiet(self.quiet_from, self.quiet_until)
        )

    def ramp(self) -> RampUp | None:
        """Return how it begins."""
        if self.ramp_first_hour is None or self.ramp_factor is None:
            return None
        return RampUp(self.ramp_first_hour, self.ramp_factor)

    def ran_for(self, *, now: datetime) -> timedelta:
        """Return how long it has run by ``now``; pauses, and suspensions of its tenant that are over, left out."""
        return self.ran_before + (now - self.resumed_at if self.resumed_at else timedelta())

    def shown(self) -> Campaign:
        """Return it as the API shows it."""
        template = self.content()
        quiet, ramp = self.quiet(), self.ramp()
        same = {
            name: getattr(self, name) for name in Campaign.__struct_fields__ if name in self.__struct_fields__
        }
        return Campaign(
            **{
                **same,
                "template": template,
                "variables": [
                    CampaignVariable(name, required) for name, required in variables_of(template).items()
                ],
                "time_zone": self.zone(),
                "quiet_hours": quiet and QuietHours(start=f"{quiet.start:%H:%M}", end=f"{quiet.end:%H:%M}"),
                "ramp_up": ramp and Ramp(first_hour=ramp.first_hour, factor=ramp.factor),
            }
        )


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where a campaign stands in the list."""

    created_at: datetime
    id: UUID


class Begun(msgspec.Struct, frozen=True):
    """A campaign that writes to people, or would at once."""

    id: UUID
    state: CampaignState


class KnownTemplate(msgspec.Struct, frozen=True):
    """What Curbe knows of the template that a campaign sends. ``components`` is JSON."""

    status: str | None
    category: str | None
    quality: str | None
    components: str | None


_INSERT: Final = Query(_PACKAGE, "insert_campaign")
_INSERT_FEED: Final = Query(_PACKAGE, "insert_feed")
_CHANGE: Final = Query(_PACKAGE, "change_campaign")
_REFIT: Final = Query(_PACKAGE, "refit_campaign")
_THROW_AWAY: Final = Query(_PACKAGE, "throw_away")
_PAGE: Final = Query(_PACKAGE, "campaign_page", CampaignRow)
_ONE: Final = Query(_PACKAGE, "campaign_by_id", CampaignRow)
_LOCK: Final = Query(_PACKAGE, "lock_campaign", CampaignRow)
_BEGUN: Final = Query(_PACKAGE, "begun_by_now", Begun)
_MOVE: Final = Query(_PACKAGE, "move_campaign")
_LOOKED_OVER: Final = Query(_PACKAGE, "note_looked_over")
_ZONES: Final = Query(_PACKAGE, "note_zones")
_FOLLOW: Final = Query(_PACKAGE, "follow_clock")
_LET_GO: Final = Query(_PACKAGE, "let_go_of_files")
_TEMPLATE: Final = Query(_PACKAGE, "template_of_number", KnownTemplate)


async def insert(
    tx: Transaction, *, tenant_id: UUID, campaign_id: UUID, actor: str, columns: dict[str, Any]
) -> None:
    """Make a campaign, and the row of its feeding."""
    await _INSERT.run(tx, tenant_id=tenant_id, id=campaign_id, actor=actor, **columns)
    await _INSERT_FEED.run(tx, tenant_id=tenant_id, campaign_id=campaign_id)


async def change(tx: Transaction, *, tenant_id: UUID, campaign_id: UUID, columns: dict[str, Any]) -> None:
    """Write what a campaign says anew; it is a draft then."""
    await _CHANGE.run(tx, tenant_id=tenant_id, campaign_id=campaign_id, **columns)


async def follow_clock(tx: Transaction, *, tenant_id: UUID, campaign_id: UUID, zone: str) -> None:
    """Have the people whose number does not tell their clock go by the campaign's, which is in another zone now."""
    await _FOLLOW.run(tx, tenant_id=tenant_id, campaign_id=campaign_id, zone=zone)


async def refit(tx: Transaction, *, tenant_id: UUID, campaign_id: UUID, template: TemplateContent) -> None:
    """Write what a campaign sends from now on; its state stays."""
    await _REFIT.run(
        tx, tenant_id=tenant_id, campaign_id=campaign_id, template=msgspec.json.encode(template).decode()
    )


async def throw_away(tx: Transaction, *, tenant_id: UUID, campaign_id: UUID) -> bool:
    """Let nobody see a campaign any more that was never scheduled or started, until it is deleted (`ageing`); False where it was."""
    return await _THROW_AWAY.run(tx, tenant_id=tenant_id, campaign_id=campaign_id) == 1


async def page(
    tx: Transaction, *, tenant_id: UUID, state: CampaignState | None, before: Place, limit: int
) -> list[CampaignRow]:
    """Return at most ``limit`` campaigns that were made before that one, latest first."""
    return await _PAGE.all(
        tx,
        tenant_id=tenant_id,
        state=state and state.value,
        before_at=before.created_at,
        before_id=before.id,
        most=limit,
    )


async def read(tx: Transaction, *, tenant_id: UUID, campaign_id: UUID) -> CampaignRow:
    """Return a campaign.

    Raises:
        NotFound: the tenant has no such campaign.
    """
    return _found(await _ONE.one(tx, tenant_id=tenant_id, campaign_id=campaign_id))


async def lock(tx: Transaction, *, tenant_id: UUID, campaign_id: UUID) -> CampaignRow:
    """Return a campaign that nobody else changes until ``tx`` ends.

    Raises:
        NotFound: the tenant has no such campaign.
    """
    return _found(await _LOCK.one(tx, tenant_id=tenant_id, campaign_id=campaign_id))


async def begun_by_now(tx: Transaction, *, tenant_id: UUID) -> list[Begun]:
    """Return the campaigns that write to people, or would at once as their time has come, locked."""
    return await _BEGUN.all(tx, tenant_id=tenant_id)


async def move(
    tx: Transaction,
    *,
    tenant_id: UUID,
    campaign_id: UUID,
    state: CampaignState,
    now: datetime,
    scheduled_at: datetime | None = None,
    reason: str | None = None,
    reason_detail: str | None = None,
) -> None:
    """Write a campaign's next state; the rules have allowed it."""
    await _MOVE.run(
        tx,
        tenant_id=tenant_id,
        campaign_id=campaign_id,
        state=state.value,
        now=now,
        scheduled_at=scheduled_at,
        reason=reason,
        reason_detail=reason_detail,
    )


async def note_looked_over(
    tx: Transaction, *, tenant_id: UUID, campaign_id: UUID, category: str | None
) -> None:
    """Write down the category under which Meta files its template; where that is not known, the one before stays."""
    await _LOOKED_OVER.run(tx, tenant_id=tenant_id, campaign_id=campaign_id, category=category)


async def note_zones(tx: Transaction, *, tenant_id: UUID, campaign_id: UUID) -> None:
    """Write down the clocks of its recipients."""
    await _ZONES.run(tx, tenant_id=tenant_id, campaign_id=campaign_id)


async def let_go_of_files(tx: Transaction, *, tenant_id: UUID, campaign_id: UUID) -> None:
    """Delete the bytes of its files, which are read only as long as its audience may change."""
    await _LET_GO.run(tx, tenant_id=tenant_id, campaign_id=campaign_id)


async def template(
    tx: Transaction, *, tenant_id: UUID, connection_id: UUID, content: TemplateContent
) -> KnownTemplate | None:
    """Return what Curbe knows of a template on a number's WABA; None where it was never told of it."""
    return await _TEMPLATE.one(
        tx,
        tenant_id=tenant_id,
        connection_id=connection_id,
        name=content.name,
        language=content.language.code,
    )


def _found(row: CampaignRow | None) -> CampaignRow:
    if row is None:
        raise NotFound(
            "This tenant has no such campaign.", fix="List its campaigns and take an id from there."
        )
    return row
