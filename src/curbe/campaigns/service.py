"""Making, changing and moving campaigns: each deed in one transaction, told and written down."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from curbe.audit import service as audit
from curbe.audit.service import AuditEntry
from curbe.campaigns import refitting, rules, store
from curbe.campaigns.filling import variables_of
from curbe.campaigns.rules import CampaignState, Deed
from curbe.campaigns.shapes import Campaign, CampaignChange, NewCampaign, Schedule
from curbe.campaigns.store import CampaignRow
from curbe.connections import service as connections
from curbe.connections.rules import to_send_from
from curbe.domain import zones
from curbe.domain.errors import Conflict, InvalidRequest
from curbe.domain.template import TemplateContent
from curbe.infra.db import Transaction
from curbe.realtime import service as realtime
from curbe.realtime.rules import EventType
from curbe.realtime.service import Event

_ENCODER: Final = msgspec.json.Encoder()


async def create(tx: Transaction, new: NewCampaign, *, tenant_id: UUID, actor: str) -> Campaign:
    """Make a campaign and return it.

    Raises:
        InvalidRequest: a part of it will not do.
        NoConnection: no number is meant.
        SeveralConnections: more than one could be.
    """
    every = await connections.every(tx, tenant_id=tenant_id)
    line = to_send_from(every, connection_id=new.connection_id, country_id=new.country_id)
    campaign_id = uuid7()
    columns = _columns({name: getattr(new, name) for name in new.__struct_fields__}, connection_id=line.id)
    await store.insert(tx, tenant_id=tenant_id, campaign_id=campaign_id, actor=actor, columns=columns)
    return await _told(tx, tenant_id=tenant_id, campaign_id=campaign_id, actor=actor, deed="created")


async def change(
    tx: Transaction, changes: CampaignChange, *, tenant_id: UUID, campaign_id: UUID, actor: str
) -> Campaign:
    """Change a campaign that has not begun and return it: a draft, to be looked over again. Of one that is paused, what fills its template.

    Raises:
        NotFound: the tenant has no such campaign.
        Conflict: it is scheduled, or has begun.
        InvalidRequest: a part of it will not do.
        NoConnection: the number it is to send from is none of the tenant's.
    """
    row = await store.lock(tx, tenant_id=tenant_id, campaign_id=campaign_id)
    template = _template_alone(changes)
    if row.state is CampaignState.PAUSED and template is not None:
        await refitting.refit(tx, row, template, tenant_id=tenant_id)
        return await _told(tx, tenant_id=tenant_id, campaign_id=campaign_id, actor=actor, deed="changed")
    rules.after(row.state, Deed.CHANGE)
    shown = row.shown()
    parts = {
        name: getattr(shown, name) if (told := getattr(changes, name)) is msgspec.UNSET else told
        for name in changes.__struct_fields__
    }
    every = await connections.every(tx, tenant_id=tenant_id)
    line = to_send_from(every, connection_id=parts["connection_id"], country_id=None)
    await store.change(
        tx, tenant_id=tenant_id, campaign_id=campaign_id, columns=_columns(parts, connection_id=line.id)
    )
    if (zone := parts["time_zone"]) != shown.time_zone:
        await store.follow_clock(tx, tenant_id=tenant_id, campaign_id=campaign_id, zone=zone)
    return await _told(tx, tenant_id=tenant_id, campaign_id=campaign_id, actor=actor, deed="changed")


def _template_alone(changes: CampaignChange) -> TemplateContent | None:
    told = [name for name in changes.__struct_fields__ if getattr(changes, name) is not msgspec.UNSET]
    return changes.template if told == ["template"] and changes.template is not msgspec.UNSET else None


async def delete(tx: Transaction, *, tenant_id: UUID, campaign_id: UUID, actor: str) -> None:
    """Delete a campaign that was never scheduled or started: it is gone from sight, its files are gone, whom it was for goes in pieces.

    Raises:
        NotFound: the tenant has no such campaign.
        Conflict: it has a history, which is kept.
    """
    row = await store.lock(tx, tenant_id=tenant_id, campaign_id=campaign_id)
    if not await store.throw_away(tx, tenant_id=tenant_id, campaign_id=campaign_id):
        raise Conflict(f"The campaign is {row.state.value}.", fix="Cancel it: what it did is kept.")
    await store.let_go_of_files(tx, tenant_id=tenant_id, campaign_id=campaign_id)
    data = _ENCODER.encode({"id": campaign_id, "name": row.name}).decode()
    await realtime.append(tx, [Event(tenant_id=tenant_id, type=EventType.CAMPAIGN_DELETED, data=data)])
    entry = AuditEntry(
        tenant_id=tenant_id,
        actor=actor,
        action="campaign.deleted",
        subject=str(campaign_id),
        detail={"name": row.name},
    )
    await audit.record(tx, [entry])


async def changeable(tx: Transaction, *, tenant_id: UUID, campaign_id: UUID) -> CampaignRow:
    """Return a campaign whose audience may be changed, as it stands; nothing of it is changed yet, and nobody waits for it.

    Raises:
        NotFound: the tenant has no such campaign.
        Conflict: it is scheduled, or has begun.
    """
    row = await store.read(tx, tenant_id=tenant_id, campaign_id=campaign_id)
    rules.after(row.state, Deed.CHANGE)
    return row


async def touch(tx: Transaction, *, tenant_id: UUID, campaign_id: UUID) -> CampaignRow:
    """Return a campaign whose audience is about to change, locked: a draft from then on, and whoever has it open is told.

    Raises:
        NotFound: the tenant has no such campaign.
        Conflict: it is scheduled, or has begun.
    """
    row = await store.lock(tx, tenant_id=tenant_id, campaign_id=campaign_id)
    state = rules.after(row.state, Deed.CHANGE)
    if state is not row.state:
        await store.move(tx, tenant_id=tenant_id, campaign_id=campaign_id, state=state, now=row.updated_at)
        now = await store.read(tx, tenant_id=tenant_id, campaign_id=campaign_id)
        await realtime.append(tx, [updated(tenant_id, now.shown())])
    return row


async def treat(
    tx: Transaction,
    deed: Deed,
    *,
    tenant_id: UUID,
    campaign_id: UUID,
    actor: str,
    now: datetime,
    scheduled_at: datetime | None = None,
    reason: str | None = None,
    reason_detail: str | None = None,
) -> Campaign:
    """Do something to a campaign and return it; done already, nothing happens. Once committed, nothing is claimed against it.

    Raises:
        NotFound: the tenant has no such campaign.
        Conflict: its state does not allow it, or its recipients are to be tried again and not kept any more.
    """
    row = await store.lock(tx, tenant_id=tenant_id, campaign_id=campaign_id)
    state = rules.after(row.state, deed)
    if deed is Deed.RETRY and row.kept is not None:
        raise Conflict(
            "The campaign's recipients were too old to be kept, and are deleted.",
            fix="Make another campaign.",
        )
    if state is row.state and deed is not Deed.SCHEDULE:
        return row.shown()
    if deed is Deed.START:
        await store.note_zones(tx, tenant_id=tenant_id, campaign_id=campaign_id)
    if row.state in rules.TO_COME and state not in rules.TO_COME:
        await store.let_go_of_files(tx, tenant_id=tenant_id, campaign_id=campaign_id)
    await store.move(
        tx,
        tenant_id=tenant_id,
        campaign_id=campaign_id,
        state=state,
        now=now,
        scheduled_at=scheduled_at,
        reason=reason,
        reason_detail=reason_detail,
    )
    return await _told(tx, tenant_id=tenant_id, campaign_id=campaign_id, actor=actor, deed=deed.value)


async def stop(tx: Transaction, *, tenant_id: UUID, actor: str) -> int:
    """Stop what writes to people, as a backup was restored, until somebody lets it go on; return how many campaigns that is.

    What would begin at once, as its time has come meanwhile, is scheduled no longer.
    """
    now = await tx.now()
    begun = await store.begun_by_now(tx, tenant_id=tenant_id)
    for one in begun:
        await treat(
            tx,
            Deed.PAUSE if one.state is CampaignState.RUNNING else Deed.UNSCHEDULE,
            tenant_id=tenant_id,
            campaign_id=one.id,
            actor=actor,
            now=now,
            reason=rules.RESTORED.reason,
            reason_detail=rules.RESTORED.detail,
        )
    return len(begun)


def moment_of(schedule: Schedule, *, campaign: CampaignRow, now: datetime) -> datetime:
    """Return the moment that is meant.

    Raises:
        InvalidRequest: it is no time, one that the clock skips, or past.
    """
    name = schedule.time_zone or campaign.zone()
    zone = zones.zone(name)
    if zone is None:
        raise _no_zone()
    try:
        told = datetime.fromisoformat(schedule.at)
        at = (told if told.tzinfo else told.replace(tzinfo=zone)).astimezone(UTC)
        back = at.astimezone(zone)
    except (ValueError, OverflowError):  # the first and the last day of the calendar are none elsewhere
        raise InvalidRequest(
            f"{schedule.at!r} is no time", fix="Write it as 2026-12-24T10:00.", field="at"
        ) from None
    if told.tzinfo is None and back.replace(tzinfo=None) != told:
        raise InvalidRequest(
            f"there is no {told:%H:%M} on that day in {name}: the clock is put forward",
            fix="Take another time.",
            field="at",
        )
    if at <= now:
        raise InvalidRequest(
            "that time is past", fix="Take a later one, or start the campaign now.", field="at"
        )
    return at


def updated(tenant_id: UUID, campaign: Campaign, *, progress: object = None) -> Event:
    """Return the event that shows a campaign as it stands, and its figures where they are known."""
    data = {
        "id": campaign.id,
        "name": campaign.name,
        "state": campaign.state,
        "reason": campaign.reason,
        "reason_detail": campaign.reason_detail,
        "scheduled_at": campaign.scheduled_at,
        "progress": progress,
    }
    return Event(tenant_id=tenant_id, type=EventType.CAMPAIGN_UPDATED, data=_ENCODER.encode(data).decode())


async def _told(tx: Transaction, *, tenant_id: UUID, campaign_id: UUID, actor: str, deed: str) -> Campaign:
    shown = (await store.read(tx, tenant_id=tenant_id, campaign_id=campaign_id)).shown()
    await realtime.append(tx, [updated(tenant_id, shown)])
    entry = AuditEntry(
        tenant_id=tenant_id,
        actor=actor,
        action=f"campaign.{deed}",
        subject=str(campaign_id),
        detail={
            "name": shown.name,
            "state": shown.state.value,
            **({"reason": shown.reason} if shown.reason else {}),
        },
    )
    await audit.record(tx, [entry])
    return shown


def _columns(parts: dict[str, Any], *, connection_id: UUID) -> dict[str, Any]:
    """Return a campaign's columns, its parts checked.

    Raises:
        InvalidRequest: see there.
    """
    variables_of(parts["template"])
    if zones.zone(parts["time_zone"]) is None:
        raise _no_zone()
    name = parts["name"].strip()
    if not name or "\0" in name:
        raise InvalidRequest("a campaign needs a name", fix="Write one.", field="name")
    quiet = parts["quiet_hours"] and parts["quiet_hours"].quiet()
    ramp = parts["ramp_up"]
    return {
        "name": name,
        "connection_id": connection_id,
        "template": _ENCODER.encode(parts["template"]).decode(),
        "time_zone": parts["time_zone"],
        "quiet_from": quiet and quiet.start,
        "quiet_until": quiet and quiet.end,
        "ramp_first_hour": ramp and ramp.first_hour,
        "ramp_factor": ramp and ramp.factor,
        "pause_at_failures": parts["pause_at_failures"],
    }


def _no_zone() -> InvalidRequest:
    return InvalidRequest(
        "there is no such time zone",
        fix="Take a name of the IANA list, such as Europe/Madrid.",
        field="time_zone",
    )
