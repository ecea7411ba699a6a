"""Applies notices in batches: stores them as they came, tells their tenants by events, and passes on what each says."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
import structlog

from curbe.channels.cloudapi.notices import Reading, read_effects
from curbe.connections import health
from curbe.connections.health import HealthNews
from curbe.domain.messages import MessageAmended, NoticeReceived, Reacted
from curbe.domain.notices import (
    ContactNamed,
    Effect,
    HealthReported,
    MessageEchoed,
    PastFile,
    PastMessage,
    PreferenceStated,
    TemplateReported,
)
from curbe.inbox import amendments, coexistence, placeholders, preferences
from curbe.inbox.amendments import OURS, Amendment, Reaction
from curbe.inbox.coexistence import Echo, Named, Past, Stored
from curbe.inbox.placeholders import FileTold
from curbe.inbox.preferences import Kept, Stated
from curbe.inbox.service import MessageNews, conversation_events, message_events
from curbe.infra.db import Transaction
from curbe.ingest import erased_people, store
from curbe.ingest.amending import amendment_of, events_of, reaction_of
from curbe.ingest.rules import Connection, Item
from curbe.ingest.store import Counts
from curbe.media import service as media
from curbe.realtime.rules import EventType
from curbe.realtime.service import Event
from curbe.templates import service as templates
from curbe.templates import sync
from curbe.templates.rules import as_of_its_coming
from curbe.templates.service import TemplateNews

log: Final = structlog.get_logger(__name__)

RoutedNotice = tuple[Item, NoticeReceived, list[Connection]]
# Effects with a moment of their own. Messages of an app's history are not among them: they are older than the connection by their nature.
_DATED: Final = (ContactNamed, MessageAmended, MessageEchoed, PreferenceStated, Reacted)


class _Effects(msgspec.Struct):
    """What a batch of notices says, sorted by the package that applies it."""

    health: list[HealthNews] = []
    templates: list[TemplateNews] = []
    stated: list[Stated] = []
    named: list[Named] = []
    echoes: list[Echo] = []
    past: list[Past] = []
    files: list[FileTold] = []
    amendments: list[Amendment] = []
    reactions: list[Reaction] = []


async def apply(
    tx: Transaction,
    routed: Sequence[RoutedNotice],
    counts: Counts,
    *,
    now: datetime,
    stated: list[Kept],
) -> list[Event]:
    """Apply a batch, count its items, and return the events that tell of it.

    What a notice says is applied each time it comes, which changes nothing the second time; so a replay makes good what an earlier version
    did not understand. Only where neither the notice nor what it says has a time is it applied once, as the time when it came would be
    another each time. What people newly said about marketing is added to ``stated``.
    """
    if not routed:
        return []
    new = await store.insert_notices(
        tx, [(item, notice, owner) for item, notice, owners in routed for owner in owners]
    )
    fresh = {id(notice) for notice, _, _ in new}
    readings = {
        id(notice): read_effects(notice, at=notice.at or item.received_at) for item, notice, _ in routed
    }
    told = [
        (effect, item, notice, owner)
        for item, notice, owners in routed
        if notice.at is not None or id(notice) in fresh or _dates_itself(readings[id(notice)])
        for owner in owners
        for effect in readings[id(notice)].effects
    ]
    gone = await erased_people.gone_in(tx, ((effect, owner) for effect, _, _, owner in told))
    effects = _Effects()
    for effect, item, notice, owner in told:
        if isinstance(effect, _DATED) and owner.not_yet_attached_at(effect.at):
            counts[item.meta_app_id, "unrouted", "former_owner"] += 1
        elif erased_people.is_gone(effect, owner, gone):
            counts[item.meta_app_id, "ignored", erased_people.REASON] += 1
        else:
            _sort(effects, effect, item, notice, owner)
    _count(routed, readings, fresh, counts)
    return [*await _take_effect(tx, effects, now=now, stated=stated), *(_received(*one) for one in new)]


async def _take_effect(
    tx: Transaction, effects: _Effects, *, now: datetime, stated: list[Kept]
) -> list[Event]:
    strangers = await health.apply(tx, effects.health, now=now)
    if strangers:
        log.info("health_of_nobody", count=strangers, reason="no connected number is the one it is about")
    await templates.apply(tx, effects.templates)
    await sync.look_again(tx, effects.templates)
    stated += await preferences.record(tx, effects.stated)
    await coexistence.name_contacts(tx, effects.named)
    past = await coexistence.store_past(tx, effects.past)
    past += await placeholders.fill(tx, effects.files, past=past)
    echoes = await coexistence.store_echoes(tx, effects.echoes)
    await media.expect_beside(tx, [*past, *echoes])
    # One event for each conversation of the history, and none for its messages: no program should answer months of old messages.
    told = await conversation_events(tx, {(one.tenant_id, one.conversation_id) for one in past})
    changed = await _change_messages(tx, effects, [*past, *echoes])
    return [*told, *await message_events(tx, [_echoed(one) for one in echoes]), *changed]


async def _change_messages(tx: Transaction, effects: _Effects, new: Sequence[Stored]) -> list[Event]:
    """Apply edits, revokes and reactions made in the business's own app, and those that waited for messages that are new here."""
    outcome = await amendments.amend(tx, effects.amendments)
    waited = await amendments.catch_up(
        tx, [(one.tenant_id, one.connection_id, one.provider_message_id) for one in new]
    )
    changed = [*outcome.changed, *(change for _, change in waited)]
    return await events_of(tx, [*changed, *await amendments.react(tx, effects.reactions)])


def _sort(effects: _Effects, effect: Effect, item: Item, notice: NoticeReceived, owner: Connection) -> None:
    tenant_id, waba_id = owner.tenant_id, notice.waba_id or owner.waba_id
    match effect:
        case HealthReported():
            # A notice about a number is about the number as its owner has it, whatever WABA the webhook's entry names.
            on = owner.waba_id if notice.phone_number_id is not None else waba_id
            effects.health.append(HealthNews(tenant_id, on, item.meta_app_id, effect))
        case TemplateReported():
            told = as_of_its_coming(effect, received_at=item.received_at)
            effects.templates.append(TemplateNews(tenant_id, waba_id, told))
        case PreferenceStated():
            effects.stated.append(Stated(tenant_id, owner.id, effect))
        case ContactNamed():
            effects.named.append(Named(tenant_id, owner.id, effect))
        case MessageEchoed():
            effects.echoes.append(Echo(tenant_id, owner.id, effect, item.received_at))
        case MessageAmended():
            effects.amendments.append(amendment_of(effect, owner))
        case Reacted():
            effects.reactions.append(msgspec.structs.replace(reaction_of(effect, owner), who=OURS))
        case PastMessage():
            effects.past.append(Past(tenant_id, owner.id, effect, item.received_at))
        case PastFile():
            effects.files.append(FileTold(tenant_id, owner.id, effect, item.received_at))


def _dates_itself(reading: Reading) -> bool:
    """Tell whether everything in it has a time of its own, as messages and people's preferences do, and needs none from the notice."""
    return not any(isinstance(effect, HealthReported | TemplateReported) for effect in reading.effects)


def _count(
    routed: Sequence[RoutedNotice], readings: dict[int, Reading], fresh: set[int], counts: Counts
) -> None:
    unreadable: Counter[str] = Counter()
    for item, notice, _ in routed:
        reading = readings[id(notice)]
        if id(notice) in fresh:
            counts[item.meta_app_id, "applied", reading.reason] += 1
            unreadable[notice.field] += reading.unreadable
        else:
            counts[item.meta_app_id, "duplicate", "notice"] += 1
    for field, count in sorted((+unreadable).items()):
        log.warning("notice_partly_unreadable", field=field, count=count, reason="kept whole in its notice")


def _echoed(stored: Stored) -> MessageNews:
    return MessageNews(stored.tenant_id, stored.id, EventType.MESSAGE_ECHOED)


def _received(notice: NoticeReceived, owner: Connection, notice_id: UUID) -> Event:
    data = {
        "id": notice_id,
        "field": notice.field,
        "waba_id": notice.waba_id,
        "phone_number_id": notice.phone_number_id,
    }
    return Event(
        tenant_id=owner.tenant_id,
        type=EventType.NOTICE_RECEIVED,
        data=msgspec.json.encode(data).decode(),
    )
