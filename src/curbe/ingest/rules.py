"""Routing: which tenant gets each item of a webhook, or why no tenant gets it and it is quarantined. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from curbe.channels.cloudapi.notices import latest_moment
from curbe.domain.messages import (
    ChannelEvent,
    ItemIgnored,
    ItemRefused,
    MessageAmended,
    MessageReceived,
    NoticeReceived,
    Reacted,
    StatusReported,
)


class Item(msgspec.Struct, frozen=True, gc=False):
    """One item of a stored webhook; ``number`` is its place in the webhook, in the order of reading."""

    event_id: int
    received_at: datetime
    meta_app_id: str
    number: int
    what: ChannelEvent


class Connection(msgspec.Struct, frozen=True):
    """The connection that owns a number now, with what routing needs to know of it."""

    tenant_id: UUID
    id: UUID
    phone_number_id: str
    waba_id: str
    meta_app_id: str
    attached_at: datetime | None  # when it got the number; whatever Meta dates earlier was for a former owner
    has_tombstones: bool = (
        False  # its tenant erased somebody lately, of whom Meta may deliver a webhook again
    )

    def not_yet_attached_at(self, at: datetime) -> bool:
        """Tell whether the number still belonged to a former owner, or to nobody, at that moment."""
        return self.attached_at is not None and at < self.attached_at


Heard = dict[tuple[UUID, UUID], datetime]  # (tenant, connection): when


class SetAside(msgspec.Struct, frozen=True):
    """An item that no tenant gets, at least for now: a row of the table ``quarantine``, with the reason and the item's bytes."""

    item: Item
    kind: str  # unrouted (nobody has the number), foreign (another Meta app signed it) or poison (it cannot be applied)
    reason: str
    detail: str
    payload: bytes
    phone_number_id: str | None = None
    waba_id: str | None = None


class Routed(msgspec.Struct, frozen=True):
    """The items of a batch with their owners, sorted by how they are applied."""

    messages: list[tuple[Item, MessageReceived, Connection]]
    amendments: list[tuple[Item, MessageAmended, Connection]]
    reactions: list[tuple[Item, Reacted, Connection]]
    statuses: list[tuple[Item, StatusReported, Connection]]
    notices: list[tuple[Item, NoticeReceived, list[Connection]]]
    ignored: list[tuple[Item, ItemIgnored]]
    set_aside: list[SetAside]


def named_in(items: Iterable[Item]) -> tuple[list[str], list[str]]:
    """Return the phone_number_ids and the WABA ids that the items of a batch name."""
    numbers: set[str] = set()
    wabas: set[str] = set()
    for item in items:
        match item.what:
            case (
                MessageReceived(phone_number_id=number)
                | MessageAmended(phone_number_id=number)
                | Reacted(phone_number_id=number)
                | StatusReported(phone_number_id=number)
            ):
                numbers.add(number)
            case NoticeReceived(phone_number_id=str(number)):
                numbers.add(number)
            case NoticeReceived(waba_id=str(waba)):
                wabas.add(waba)
            case _:
                pass
    return sorted(numbers), sorted(wabas)


def route(items: Sequence[Item], connections: Sequence[Connection]) -> Routed:
    """Give each item of a batch to the tenant that owns its number, or set it aside.

    An item counts for the owner only if it was signed by the Meta app through which the number was connected.
    """
    by_number = {connection.phone_number_id: connection for connection in connections}
    by_waba: dict[str, list[Connection]] = {}
    for connection in connections:
        by_waba.setdefault(connection.waba_id, []).append(connection)
    routed = Routed(
        messages=[], amendments=[], reactions=[], statuses=[], notices=[], ignored=[], set_aside=[]
    )
    for item in items:
        what = item.what
        match what:
            case MessageReceived() | MessageAmended() | Reacted() | StatusReported():
                owner = _owner(item, what.phone_number_id, what.at, by_number)
                if isinstance(owner, SetAside):
                    routed.set_aside.append(owner)
                else:
                    _give(item, what, owner, routed)
            case NoticeReceived():
                _route_notice(item, what, by_number, by_waba, routed)
            case ItemIgnored():
                routed.ignored.append((item, what))
            case ItemRefused(reason=reason, detail=detail, payload=payload, phone_number_id=number):
                routed.set_aside.append(SetAside(item, "poison", reason, detail, payload, number))
    return routed


def heard_in(routed: Routed) -> Heard:
    """Return the connections that a batch has items for, each with when the latest of their webhooks was received."""
    heard: Heard = {}
    for item, owner in owners_in(routed):
        who = (owner.tenant_id, owner.id)
        last = heard.get(who)
        if last is None or item.received_at > last:
            heard[who] = item.received_at
    return heard


def owners_in(routed: Routed) -> Iterator[tuple[Item, Connection]]:
    """Yield each item that was routed, with its owner; a notice about a WABA once for each of its owners."""
    for told in (routed.messages, routed.amendments, routed.reactions, routed.statuses):
        for item, _, owner in told:
            yield item, owner
    for item, _, owners in routed.notices:
        for owner in owners:
            yield item, owner


def _give(
    item: Item,
    what: MessageReceived | MessageAmended | Reacted | StatusReported,
    owner: Connection,
    routed: Routed,
) -> None:
    match what:
        case MessageReceived():
            routed.messages.append((item, what, owner))
        case MessageAmended():
            routed.amendments.append((item, what, owner))
        case Reacted():
            routed.reactions.append((item, what, owner))
        case StatusReported():
            routed.statuses.append((item, what, owner))


def _route_notice(
    item: Item,
    notice: NoticeReceived,
    by_number: dict[str, Connection],
    by_waba: dict[str, list[Connection]],
    routed: Routed,
) -> None:
    """A notice about a number goes to its owner; one about a WABA to each tenant that has a number on it."""
    if notice.phone_number_id is not None:
        # A notice without a date counts as of when it was received: replayed later, it is still the former owner's.
        owner = _owner(item, notice.phone_number_id, notice.at or item.received_at, by_number)
        if isinstance(owner, Connection) and owner.attached_at is not None:
            inside = latest_moment(notice)
            owner = owner if inside is None else _owner(item, notice.phone_number_id, inside, by_number)
        if isinstance(owner, SetAside):
            routed.set_aside.append(owner)
        else:
            routed.notices.append((item, notice, [owner]))
        return
    named = by_waba.get(notice.waba_id or "", ())
    owners = {owner.tenant_id: owner for owner in named if owner.meta_app_id == item.meta_app_id}
    if owners:
        routed.notices.append((item, notice, list(owners.values())))
    else:
        detail = f"nobody here owns a number on WABA {notice.waba_id}"
        routed.set_aside.append(
            SetAside(
                item, "unrouted", "unknown_waba", detail, notice.payload.encode(), waba_id=notice.waba_id
            )
        )


def _owner(item: Item, number: str, at: datetime, by_number: dict[str, Connection]) -> Connection | SetAside:
    connection = by_number.get(number)
    if connection is None:
        return _aside(
            item, "unrouted", "unknown_number", f"nobody here owns phone_number_id {number}", number
        )
    if connection.meta_app_id != item.meta_app_id:
        detail = (
            f"signed by app {item.meta_app_id}, but phone_number_id {number} was connected through another"
        )
        return _aside(item, "foreign", "foreign_number", detail, number)
    if connection.not_yet_attached_at(at):
        return _aside(
            item, "unrouted", "former_owner", "dated before this number came to its present owner", number
        )
    return connection


def _aside(item: Item, kind: str, reason: str, detail: str, number: str) -> SetAside:
    return SetAside(item, kind, reason, detail, _payload(item.what), number)


def _payload(what: ChannelEvent) -> bytes:
    match what:
        case (
            MessageReceived(payload=payload)
            | MessageAmended(payload=payload)
            | Reacted(payload=payload)
            | NoticeReceived(payload=payload)
        ):
            return payload.encode()
        case StatusReported():
            return msgspec.json.encode(what)
        case ItemRefused(payload=payload):
            return payload
        case ItemIgnored():
            return b""
