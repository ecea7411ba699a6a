"""Compares the outside ledger with Curbe's books. Pure: what happened in, every broken promise out."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from .books import Books, StoredMessage
from .findings import Finding, Wrong, found
from .ledger import Acked, Asked, Entry, Item, Offered, Saw, Taken
from .world import Number


class MetaTook(msgspec.Struct, frozen=True):
    """One acceptance by the sandbox: its name for the message, and ours, as we gave it along."""

    wamid: str
    phone_number_id: str
    message_id: str
    to: str
    misnamed: bool = False  # its answer gave it another message's name


class Case(msgspec.Struct, frozen=True):
    """All there is to judge by."""

    numbers: Sequence[Number]
    ledger: Sequence[Entry]
    took: Sequence[MetaTook]
    books: Books


_RANK: Final = ("queued", "sending", "unknown", "accepted", "sent", "failed", "delivered", "read", "played")


def judge(case: Case) -> list[Finding]:
    """Return every broken promise."""
    return [
        *_webhooks(case),
        *_inbox(case),
        *_counters(case),
        *_sends(case),
        *_statuses(case),
        *_events(case),
    ]


def acked_items(case: Case) -> list[Item]:
    """Return the items of every webhook that was acked, once each."""
    acked = {entry.delivery for entry in case.ledger if isinstance(entry, Acked)}
    return [
        item
        for entry in case.ledger
        if isinstance(entry, Offered) and entry.delivery in acked
        for item in entry.items
    ]


def _webhooks(case: Case) -> Iterable[Finding]:
    acked = {entry.delivery for entry in case.ledger if isinstance(entry, Acked)}
    offered = {entry.digest: entry.delivery for entry in case.ledger if isinstance(entry, Offered)}
    stored = case.books.bodies
    lost = [
        f"delivery {delivery}" for key, delivery in offered.items() if delivery in acked and key not in stored
    ]
    yield from found(Wrong.LOST_WEBHOOK, lost)
    yield from found(Wrong.FORGED_WEBHOOK, [key[:12] for key in stored if key not in offered])


def _inbox(case: Case) -> Iterable[Finding]:
    tenants = {number.phone_number_id: number.tenant_id for number in case.numbers}
    marks = {number.tenant_id: number.mark for number in case.numbers}
    offered = {
        item.wamid: item
        for entry in case.ledger
        if isinstance(entry, Offered)
        for item in entry.items
        if item.kind == "text"
    }
    inbound = [message for message in case.books.messages if message.inbound]
    held = Counter((message.tenant_id, message.wamid) for message in inbound)
    lost, unrouted_lost = [], []
    set_aside = b"\n".join(case.books.unrouted)
    for item in acked_items(case):
        if item.kind != "text":
            continue
        if item.phone_number_id in tenants:
            if (tenants[item.phone_number_id], item.wamid) not in held:
                lost.append(item.wamid)
        elif item.wamid.encode() not in set_aside:
            unrouted_lost.append(item.wamid)
    yield from found(Wrong.LOST_MESSAGE, lost)
    yield from found(Wrong.LOST_STRANGER, unrouted_lost)
    yield from found(Wrong.LOST_POISON, _poison_lost(case))
    yield from found(Wrong.DOUBLED_MESSAGE, [str(wamid) for (_, wamid), count in held.items() if count > 1])
    yield from found(Wrong.PHANTOM_MESSAGE, [str(one.wamid) for one in inbound if one.wamid not in offered])
    yield from found(
        Wrong.FOREIGN_ROW,
        [one.id for one in case.books.messages if _is_foreign(one, tenants, marks, offered)],
    )


def _poison_lost(case: Case) -> list[str]:
    acked = {entry.delivery for entry in case.ledger if isinstance(entry, Acked)}
    aside = b"\n".join(case.books.set_aside_otherwise)
    offered = [entry for entry in case.ledger if isinstance(entry, Offered) and entry.delivery in acked]
    return [mark for entry in offered for mark in entry.poison if mark.encode() not in aside]


def _is_foreign(
    message: StoredMessage, tenants: dict[str, str], marks: dict[str, str], offered: dict[str, Item]
) -> bool:
    """Tell whether the number, the text or the person of a message is not its tenant's."""
    if tenants.get(message.phone_number_id) != message.tenant_id:
        return True
    if not (message.text or "").startswith(f"{marks[message.tenant_id]}-"):
        return True
    written = offered.get(message.wamid or "") if message.inbound else None
    return written is not None and (written.phone_number_id, written.person) != (
        message.phone_number_id,
        message.person,
    )


def _counters(case: Case) -> Iterable[Finding]:
    arrived = Counter(
        (one.tenant_id, one.phone_number_id, one.person) for one in case.books.messages if one.inbound
    )
    wrong = [
        f"{one.person}: {one.unread} instead of {arrived[one.tenant_id, one.phone_number_id, one.person]}"
        for one in case.books.conversations
        if one.unread != arrived[one.tenant_id, one.phone_number_id, one.person]
    ]
    yield from found(Wrong.MISCOUNTED_UNREAD, wrong)
    marks = {mark for entry in case.ledger if isinstance(entry, Offered) for mark in entry.poison}
    unexpected = sum(
        not any(mark.encode() in row for mark in marks) for row in case.books.set_aside_otherwise
    )
    if case.books.items != case.books.counted or unexpected:
        odd = f"{case.books.items} items, {case.books.counted} counted, {unexpected} set aside that could be read"
        yield from found(Wrong.MISCOUNTED_ITEMS, [odd])


def _sends(case: Case) -> Iterable[Finding]:
    outbound = {message.id: message for message in case.books.messages if not message.inbound}
    asked = {entry.key for entry in case.ledger if isinstance(entry, Asked)}
    taken = [entry for entry in case.ledger if isinstance(entry, Taken)]
    answers: dict[str, set[str]] = {}
    for entry in taken:
        answers.setdefault(entry.key, set()).add(entry.message_id)
    by_key = Counter(str(message.text) for message in outbound.values())
    doubled = [key for key, count in by_key.items() if count > 1]
    doubled += [key for key, ids in answers.items() if len(ids) > 1]
    waiting = [one.id for one in outbound.values() if one.status in ("queued", "sending") or one.in_outbox]
    yield from found(Wrong.LOST_SEND, [entry.key for entry in taken if entry.message_id not in outbound])
    yield from found(Wrong.DOUBLED_SEND, doubled)
    yield from found(Wrong.PHANTOM_SEND, [key for key in by_key if key not in asked or key not in answers])
    yield from found(Wrong.STUCK, waiting)
    meant = {entry.key: entry.to for entry in case.ledger if isinstance(entry, Asked)}
    went = [(message.id, str(message.text), message.person) for message in outbound.values()]
    went += [
        (t.message_id, str(outbound[t.message_id].text), t.to) for t in case.took if t.message_id in outbound
    ]
    yield from found(Wrong.MISDIRECTED, [name for name, key, to in went if meant.get(key, to) != to])
    yield from _against_meta(case, list(outbound.values()))


def _against_meta(case: Case, outbound: list[StoredMessage]) -> Iterable[Finding]:
    """Compare what we say of our messages with what Meta took."""
    wamids = {took.message_id: took.wamid for took in case.took}
    misnamed = {took.message_id for took in case.took if took.misnamed}
    times = Counter(took.message_id for took in case.took)
    false_failed = [
        one.id for one in outbound if one.status == "failed" and one.failed_by == "curbe" and one.id in wamids
    ]
    false_accepted = [
        one.id
        for one in outbound
        if one.wamid is not None and one.wamid != wamids.get(one.id) and one.id not in misnamed
    ]
    false_accepted += [
        one.id
        for one in outbound
        if _rank(one.status) >= _rank("accepted") and one.failed_by != "curbe" and one.id not in wamids
    ]
    yield from found(Wrong.SENT_TWICE, [name for name, count in times.items() if count > 1])
    yield from found(Wrong.FALSE_FAILED, false_failed)
    yield from found(Wrong.FALSE_ACCEPTED, false_accepted)


def _statuses(case: Case) -> Iterable[Finding]:
    # What is reported of a message in another number's name is no fact. Our own mark tells messages apart that Meta calls by one name.
    ours = {(took.phone_number_id, took.wamid): took.message_id for took in case.took if not took.misnamed}
    ours |= {(took.phone_number_id, took.message_id): took.message_id for took in case.took if took.misnamed}
    facts: dict[str, set[str]] = {}
    for item in acked_items(case):
        if item.kind != "status":
            continue
        names = [item.wamid, *(item.callback or "").split(".")[1:2]]
        for message_id in {
            ours[item.phone_number_id, name] for name in names if (item.phone_number_id, name) in ours
        }:
            facts.setdefault(message_id, set()).add(item.status)
    outbound = {message.id: message for message in case.books.messages if not message.inbound}
    regressed, overstated, unsettled = [], [], []
    for message_id, reported in facts.items():
        message = outbound.get(message_id)
        if message is None:
            continue  # a lost send, found above
        highest = max(reported, key=_rank)
        if message.status == "unknown":
            unsettled.append(message_id)
        elif _rank(message.status) < _rank(highest):
            regressed.append(f"{message_id} is {message.status}, was {highest}")
    for message in outbound.values():
        known = facts.get(message.id, set()) | {"accepted"}
        if _rank(message.status) > max(map(_rank, known)) and message.failed_by != "curbe":
            overstated.append(f"{message.id} is {message.status}")
    yield from found(Wrong.REGRESSED, regressed)
    yield from found(Wrong.OVERSTATED, overstated)
    yield from found(Wrong.UNSETTLED, unsettled)


def _events(case: Case) -> Iterable[Finding]:
    """The reader followed the log through every kill: what it saw is what happened, each once."""
    tenants = {number.mark: number.tenant_id for number in case.numbers}
    seen = Counter(
        (tenants[entry.mark], entry.event, entry.message_id)
        for entry in case.ledger
        if isinstance(entry, Saw)
    )
    places = Counter((entry.mark, entry.cursor) for entry in case.ledger if isinstance(entry, Saw))
    must = Counter(
        (one.tenant_id, "message_received" if one.inbound else "message_queued", one.id)
        for one in case.books.messages
    )
    logged = Counter(case.books.events)
    missed = [f"{kind} {name}" for (tenant, kind, name) in must | logged if not seen[tenant, kind, name]]
    yield from found(Wrong.MISSED_EVENT, missed)
    repeated = [cursor for (_, cursor), count in places.items() if count > 1]
    repeated += [
        f"{kind} {name}" for (tenant, kind, name), count in must.items() if seen[tenant, kind, name] > count
    ]
    yield from found(Wrong.REPEATED_EVENT, repeated)
    owners = {one.id: one.tenant_id for one in case.books.messages}
    foreign = [
        str(name) for tenant, _, name in seen if name is not None and owners.get(name, tenant) != tenant
    ]
    yield from found(Wrong.FOREIGN_ROW, foreign)


def _rank(status: str | None) -> int:
    return _RANK.index(status or "queued")
