"""Turning recipients into messages, a batch at a time, just ahead of the sender.

A batch is one transaction: the messages, their places in the outbox and what the recipients' rows say exist together or not at all, so that
a crash at any moment neither loses nor doubles anybody.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from curbe.campaigns import gate_answers, rules
from curbe.campaigns.filling import Filler, values_of
from curbe.campaigns.gate_answers import Person, Skip
from curbe.campaigns.rules import Conditions, Latest, Stop
from curbe.campaigns.store import CampaignRow
from curbe.channels.cloudapi.codes import TEMPLATE_DISABLED, TEMPLATE_PAUSED
from curbe.domain.content import words_in
from curbe.domain.errors import InvalidRequest
from curbe.domain.messages import Person as Named
from curbe.domain.template import TemplateContent
from curbe.inbox import outbound_messages, people
from curbe.inbox.outbound_messages import Departure
from curbe.inbox.people import Sighting
from curbe.infra.db import Query, Transaction
from curbe.outbound import campaign_outbox
from curbe.outbound import store as outbox
from curbe.outbound.governor import CAMPAIGN
from curbe.templates import sending

_PACKAGE: Final = "curbe.campaigns"
_BATCH: Final = 500
_AHEAD: Final = 2  # seconds of sending that lie in the outbox
_LEAST_AHEAD: Final = 50
MOST_AHEAD: Final = 4_000


class FedCampaign(CampaignRow, frozen=True, kw_only=True):
    """A running campaign, the clocks of its recipients and its number's pace."""

    zones: list[str]
    messages_per_second: int


class Fed(msgspec.Struct, frozen=True):
    """What one call of :func:`feed` did: for how many recipients it made messages, and how many it skipped.

    ``over``: no recipient waits any more, and no message of the campaign is left in the outbox. ``full``: the batch was full, so call again
    at once. ``stop``: why the whole campaign has to stop, where the reason is not about one recipient.
    """

    taken: int = 0
    skipped: int = 0
    over: bool = False
    full: bool = False
    stop: Stop | None = None


class _Feed(msgspec.Struct, frozen=True):
    taken_count: int


class _Next(msgspec.Struct, frozen=True):
    n: int
    phone: str
    known_as: UUID | None
    variables: str
    retry_of: UUID | None
    contact_id: UUID | None
    wa_id: str | None
    name: str | None
    conversation_id: UUID | None
    last_inbound_at: datetime | None


class _Contact(msgspec.Struct, frozen=True):
    contact_id: UUID


class _Message(msgspec.Struct, frozen=True):
    id: UUID


class _Waits(msgspec.Struct, frozen=True):
    waits: bool


class _Conditions(msgspec.Struct, frozen=True):
    template_status: str | None
    template_quality: str | None
    template_category: str | None
    looked_over_as: str | None
    number_active: bool
    number_reason: str | None
    number_quality: str | None
    held: bool
    restricted_until: datetime | None
    settled: int
    failed: int
    unknown: int
    template_codes: int


class _Chosen(msgspec.Struct, frozen=True):
    """A recipient, and where they are written to."""

    row: _Next
    contact_id: UUID
    conversation_id: UUID


_LOCK: Final = Query(_PACKAGE, "lock_feed", _Feed)
_CAMPAIGN: Final = Query(_PACKAGE, "fed_campaign", FedCampaign)
_NEXT: Final = Query(_PACKAGE, "next_recipients", _Next)
_HELD: Final = Query(_PACKAGE, "held_by_others", _Contact)
_LET_GO: Final = Query(_PACKAGE, "let_go_of_contacts")
_LOCK_TRIED: Final = Query(_PACKAGE, "lock_tried_again", _Message)
_SENT_AGAIN: Final = Query(_PACKAGE, "sent_again_already", _Message)
_TAKE: Final = Query(_PACKAGE, "take_recipients")
_SKIP: Final = Query(_PACKAGE, "skip_recipients")
_NOTE: Final = Query(_PACKAGE, "note_fed")
_WAITS: Final = Query(_PACKAGE, "somebody_waits", _Waits)
_CONDITIONS: Final = Query(_PACKAGE, "conditions_of_campaign", _Conditions)


async def conditions(tx: Transaction, *, tenant_id: UUID, campaign_id: UUID) -> Conditions:
    """Return what a campaign depends on, as it is now."""
    row = await _CONDITIONS.one(
        tx,
        tenant_id=tenant_id,
        campaign_id=campaign_id,
        priority=CAMPAIGN,
        most=rules.LOOKED_BACK + MOST_AHEAD,
        template_codes=[TEMPLATE_PAUSED, TEMPLATE_DISABLED],
    )
    if row is None:
        raise LookupError("the campaign whose conditions are asked for is not there")
    told = msgspec.structs.asdict(row)
    latest = Latest(**{name: told.pop(name) for name in Latest.__struct_fields__})
    return Conditions(**told, latest=latest)


async def feed(tx: Transaction, *, tenant_id: UUID, campaign_id: UUID, now: datetime) -> Fed | None:
    """Make the next batch of a campaign's messages; None where another worker is making them, or the campaign does not run."""
    fed = await _LOCK.one(tx, tenant_id=tenant_id, campaign_id=campaign_id)
    if fed is None:
        return None
    campaign = await _CAMPAIGN.one(tx, tenant_id=tenant_id, campaign_id=campaign_id)
    if campaign is None:
        return None
    depth = await campaign_outbox.depth(tx, tenant_id=tenant_id, campaign_id=campaign_id)
    if depth.aside:
        await campaign_outbox.bring_back(
            tx, tenant_id=tenant_id, connection_id=campaign.connection_id, campaign_id=campaign_id
        )
    ahead = min(max(campaign.messages_per_second * _AHEAD, _LEAST_AHEAD), MOST_AHEAD)
    allowed = rules.may_have_taken(campaign.ramp(), ran_for=campaign.ran_for(now=now))
    # Messages that wait for the morning of their recipients take no room from those that can go now, in other time zones.
    ready = depth.waiting - depth.asleep
    room = min(_BATCH, ahead - ready, _BATCH if allowed is None else allowed - fed.taken_count)
    zones = rules.awake(campaign.zones, quiet=campaign.quiet(), now=now)
    if room <= 0 or not zones:
        return Fed(over=await _is_over(tx, tenant_id, campaign_id, waiting=depth.waiting))
    rows = await _NEXT.all(
        tx,
        tenant_id=tenant_id,
        campaign_id=campaign_id,
        connection_id=campaign.connection_id,
        zones=zones,
        most=room,
    )
    if not rows:
        return Fed(over=await _is_over(tx, tenant_id, campaign_id, waiting=depth.waiting))
    persons = [Person(row.n, row.phone) for row in rows]
    verdict = await gate_answers.judged(
        tx,
        persons,
        tenant_id=tenant_id,
        connection_id=campaign.connection_id,
        content=campaign.content(),
        looked_over_as=campaign.category,
        now=now,
    )
    content = verdict.stop or await _content(tx, campaign, tenant_id=tenant_id)
    if isinstance(content, Stop):
        return Fed(stop=content)
    taken, skipped = await _make(tx, campaign, content, rows, verdict.skips, tenant_id=tenant_id, now=now)
    return Fed(taken=taken, skipped=skipped, full=len(rows) == _BATCH)


async def _content(tx: Transaction, campaign: FedCampaign, *, tenant_id: UUID) -> TemplateContent | Stop:
    """Return the template to send, with the tenant's cover image in it; or the reason to stop where its parameters no longer fit it."""
    try:
        return await sending.compared(
            tx, campaign.content(), tenant_id=tenant_id, connection_id=campaign.connection_id
        )
    except InvalidRequest as changed:
        return Stop("template_changed", changed.detail)


async def _is_over(tx: Transaction, tenant_id: UUID, campaign_id: UUID, *, waiting: int) -> bool:
    if waiting:
        return False
    row = await _WAITS.one(tx, tenant_id=tenant_id, campaign_id=campaign_id)
    return row is not None and not row.waits


async def _make(
    tx: Transaction,
    campaign: FedCampaign,
    content: TemplateContent,
    rows: Sequence[_Next],
    refused: Mapping[int, Skip],
    *,
    tenant_id: UUID,
    now: datetime,
) -> tuple[int, int]:
    """Queue a message for each of ``rows`` that is not ``refused``; return how many were queued, and how many recipients were skipped."""
    rows, again = await _tries(tx, rows, tenant_id=tenant_id)
    skips = again | dict(refused)
    wanted = [row for row in rows if row.n not in skips]
    chosen = await _places(tx, wanted, tenant_id=tenant_id, connection_id=campaign.connection_id, now=now)
    skips |= await _doubles(tx, chosen, tenant_id=tenant_id, campaign_id=campaign.id)
    await _let_go(tx, chosen, skips, tenant_id=tenant_id, campaign_id=campaign.id)
    filler = Filler(content)
    made: list[tuple[_Chosen, Departure]] = []
    for one in chosen:
        if one.row.n in skips:
            continue
        try:
            made.append((one, _departure(campaign, one, filler, tenant_id=tenant_id, now=now)))
        except msgspec.ValidationError as unfit:
            skips[one.row.n] = Skip("variable_unfit", str(unfit)[:200])
    await _write(tx, campaign, made, tenant_id=tenant_id, now=now)
    if skips:
        ns = sorted(skips)
        await _SKIP.run(
            tx,
            tenant_id=tenant_id,
            campaign_id=campaign.id,
            ns=ns,
            reasons=[skips[n].reason for n in ns],
            details=[skips[n].detail for n in ns],
        )
    return len(made), len(skips)


async def _tries(
    tx: Transaction, rows: Sequence[_Next], *, tenant_id: UUID
) -> tuple[Sequence[_Next], dict[int, Skip]]:
    """Return ``rows`` without each ``retry_of`` whose message is deleted, and a skip for whoever was sent theirs again by hand."""
    tried = [row.retry_of for row in rows if row.retry_of is not None]
    if not tried:
        return rows, {}
    kept = {one.id for one in await _LOCK_TRIED.all(tx, tenant_id=tenant_id, message_ids=tried)}
    # Looked for only once the messages are locked: then also a message that was sent again a moment ago is seen.
    sent = {one.id for one in await _SENT_AGAIN.all(tx, tenant_id=tenant_id, message_ids=tried)}
    skip = Skip("sent_again", "somebody sent what had failed once more by hand")
    again = {row.n: skip for row in rows if row.retry_of in sent}
    return [
        msgspec.structs.replace(row, retry_of=row.retry_of if row.retry_of in kept else None) for row in rows
    ], again


async def _places(
    tx: Transaction, rows: Sequence[_Next], *, tenant_id: UUID, connection_id: UUID, now: datetime
) -> list[_Chosen]:
    """Return the contact and conversation of each recipient; those that do not exist yet are made."""
    strangers = [row for row in rows if row.conversation_id is None]
    # By the wa_id that Meta told, where it has told one: the canonical form of a number is only our own.
    sightings = [
        Sighting(tenant_id, connection_id, Named(wa_id=row.wa_id or row.phone), now) for row in strangers
    ]
    async with tx.by_key():
        places = await people.place(tx, sightings)
    found = dict(zip((row.n for row in strangers), places, strict=True))
    return [
        _Chosen(row, row.contact_id, row.conversation_id)
        if row.contact_id is not None and row.conversation_id is not None
        else _Chosen(row, found[row.n].contact_id, found[row.n].conversation_id)
        for row in rows
    ]


async def _doubles(
    tx: Transaction, chosen: Sequence[_Chosen], *, tenant_id: UUID, campaign_id: UUID
) -> dict[int, Skip]:
    """Return the skips for recipients who turn out to be a person that the campaign already writes to, under another number."""
    held = await _HELD.all(
        tx,
        tenant_id=tenant_id,
        campaign_id=campaign_id,
        contact_ids=sorted({one.contact_id for one in chosen}),
        ns=[one.row.n for one in chosen],
    )
    seen = {row.contact_id for row in held}
    doubles: dict[int, Skip] = {}
    for one in chosen:
        if one.contact_id in seen:
            doubles[one.row.n] = Skip("duplicate", "this person is in the campaign under another number")
        seen.add(one.contact_id)
    return doubles


async def _let_go(
    tx: Transaction,
    chosen: Sequence[_Chosen],
    skips: Mapping[int, Skip],
    *,
    tenant_id: UUID,
    campaign_id: UUID,
) -> None:
    """Clear the contact noted with recipients that are skipped, or whose number is another contact's by now.

    A contact is noted with one recipient of a campaign at most, and another row of this batch may be about to get it.
    """
    ns = [
        one.row.n
        for one in chosen
        if one.row.known_as is not None and (one.row.n in skips or one.row.known_as != one.contact_id)
    ]
    if ns:
        await _LET_GO.run(tx, tenant_id=tenant_id, campaign_id=campaign_id, ns=ns)


def _departure(
    campaign: FedCampaign, one: _Chosen, filler: Filler, *, tenant_id: UUID, now: datetime
) -> Departure:
    values = values_of(one.row.variables)
    message = filler.message(values)
    return Departure(
        tenant_id=tenant_id,
        id=uuid7(),
        connection_id=campaign.connection_id,
        conversation_id=one.conversation_id,
        type="template",
        text=words_in(message),
        payload=filler.payload(values),
        reply_to=None,
        sender=f"campaign:{campaign.id}",
        created_at=now,
        retry_of=one.row.retry_of,
    )


async def _write(
    tx: Transaction,
    campaign: FedCampaign,
    made: Sequence[tuple[_Chosen, Departure]],
    *,
    tenant_id: UUID,
    now: datetime,
) -> None:
    if not made:
        return
    async with tx.by_key():
        await outbound_messages.queue(tx, [departure for _, departure in made])
        taken = await _TAKE.run(
            tx,
            tenant_id=tenant_id,
            campaign_id=campaign.id,
            ns=[one.row.n for one, _ in made],
            message_ids=[departure.id for _, departure in made],
            contact_ids=[one.contact_id for one, _ in made],
            now=now,
        )
        if taken != len(made):
            raise LookupError(
                "recipients that were waiting a moment ago are not, though nobody else may feed them"
            )
        await outbox.enqueue(
            tx,
            tenant_id=tenant_id,
            rows=[
                (departure.id, departure.connection_id, departure.conversation_id) for _, departure in made
            ],
            priority=CAMPAIGN,
            campaign_id=campaign.id,
        )
    await _NOTE.run(tx, tenant_id=tenant_id, campaign_id=campaign.id, count=len(made))
