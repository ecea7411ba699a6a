"""Taking a message to be sent: admitted, queued, told and audited in one transaction, once for each idempotency key."""

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from curbe.audit import service as audit
from curbe.audit.service import AuditEntry
from curbe.connections.rules import Line, country_served, is_for_another, to_send_from
from curbe.consent import facts
from curbe.consent.facts import Recipient
from curbe.consent.gate import Purpose, Refusal, TemplateName, Wanted
from curbe.domain.content import (
    KINDS,
    Content,
    TemplateMessage,
    encoded,
    words_in,
)
from curbe.domain.errors import IdempotencyMismatch, InvalidRequest, NotFound
from curbe.domain.messages import Person
from curbe.domain.phone import to_e164
from curbe.inbox import outbound_messages, people
from curbe.inbox.outbound_messages import Departure
from curbe.inbox.people import Sighting
from curbe.inbox.service import MessageNews, events_of_rows, message_events
from curbe.infra.db import Transaction
from curbe.infra.log import bind
from curbe.outbound import files, idempotency, store
from curbe.outbound.answered_since import require_unanswered
from curbe.outbound.passcodes import carries_code
from curbe.outbound.reacting import require_young
from curbe.outbound.refusing import refused
from curbe.outbound.rules import PRIORITIES, lifetime
from curbe.outbound.store import Destination
from curbe.realtime import service as realtime
from curbe.realtime.rules import EventType
from curbe.templates import sending
from curbe.templates.sending import ByName


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody asks to send ``content``: to a phone as they typed it, or into a conversation. A template may come by its name."""

    tenant_id: UUID
    content: Content | ByName
    to: str | None = None
    conversation_id: UUID | None = None
    connection_id: UUID | None = None
    country_id: str | None = None
    reply_to: str | None = None
    sender: str


class _Filled(Request, frozen=True, kw_only=True):
    """A request whose content is what the provider is asked to send; ``unused`` are names of values that its template has no place for."""

    content: Content
    unused: tuple[str, ...] = ()


class Key(msgspec.Struct, frozen=True):
    """The idempotency key a request came with, for one route; ``given`` is the request as it came, where part of it is found out here.

    ``ttl``: for how long it asked its message to be good.
    """

    route: str
    key: str
    given: bytes | None = None
    ttl: timedelta | None = None


class Taken(msgspec.Struct, frozen=True):
    """A message that was taken to be sent.

    ``repeated``: an earlier request with the same key had it taken. ``unused``: names of values that its template has no place for.
    """

    id: UUID
    conversation_id: UUID
    repeated: bool = False
    unused: tuple[str, ...] = ()


class AnsweredMeanwhile(Exception):
    """Another request with the same idempotency key committed first: roll back, and ask for its answer."""


def gone() -> NotFound:
    """Return what to tell whoever asks once more for what was taken before and is deleted by now: it is not sent again."""
    return NotFound(
        "This request was taken before, and its message was deleted since.",
        fix="Nothing was sent again. Use another idempotency key where it is a new message.",
    )


async def take(
    tx: Transaction,
    request: Request,
    *,
    key: Key | None,
    now: datetime,
    seen_message_id: UUID | None = None,
    retry_of: UUID | None = None,
    purpose: Purpose = Purpose.REPLY,
    ttl: timedelta | None = None,
) -> Taken:
    """Queue a message and return it; commit, and a sender takes it from there.

    Args:
        tx: the request's.
        request: what to send to whom.
        key: what tells the request from others, and a repetition as one.
        now: the moment of asking.
        seen_message_id: the last message that the sender knew; where somebody else has answered after it, nothing is sent.
        retry_of: the message that this one sends once more.
        purpose: who wants it sent, which the gate asks and the outbox orders by.
        ttl: for how long it is good while it waits; None: for as long as is usual for its purpose.

    Raises:
        AppError: it may not be sent; the refusal explains itself.
        IdempotencyMismatch: the key was used for another request.
        AnsweredMeanwhile: see there.
    """
    fingerprint = _fingerprint(request, key)
    if key is not None and (earlier := await _answered(tx, request.tenant_id, key, fingerprint)) is not None:
        return earlier
    line, destination = await _destination(tx, request, now=now)
    bind(phone_number_id=line.phone_number_id)
    if seen_message_id is not None:
        await require_unanswered(
            tx,
            tenant_id=request.tenant_id,
            conversation_id=destination.id,
            seen_message_id=seen_message_id,
            sender=request.sender,
        )
    filled = await _filled(tx, request, line)
    await _pass_gate(tx, filled, line, destination, purpose=purpose, now=now)
    taken = Taken(id=uuid7(), conversation_id=destination.id, unused=filled.unused)
    await files.check(tx, filled.content, tenant_id=filled.tenant_id)
    await require_young(tx, filled.content, tenant_id=filled.tenant_id, connection_id=line.id, now=now)
    is_code = await carries_code(tx, filled.content, tenant_id=filled.tenant_id, connection_id=line.id)
    await _queue(
        tx,
        filled,
        destination,
        taken,
        client_id=key and key.key,
        now=now,
        retry_of=retry_of,
        priority=PRIORITIES[purpose],
        good_for=lifetime(purpose, is_code=is_code, wanted=ttl),
    )
    if key is not None:
        await _keep(tx, request.tenant_id, key, fingerprint, taken)
    return taken


async def _filled(tx: Transaction, request: Request, line: Line) -> _Filled:
    """Return the request with its template as that number sends it: filled where it came by its name, with the tenant's cover anyhow."""
    content, unused = request.content, ()
    match content:
        case ByName():
            made = await sending.ready(tx, content, tenant_id=request.tenant_id, connection_id=line.id)
            content, unused = TemplateMessage(template=made.content), made.unused
        case TemplateMessage():
            template = await sending.with_cover(
                tx, content.template, tenant_id=request.tenant_id, connection_id=line.id
            )
            content = TemplateMessage(template=template)
        case _:
            pass
    return _Filled(**{**msgspec.structs.asdict(request), "content": content, "unused": unused})


async def _queue(
    tx: Transaction,
    request: _Filled,
    destination: Destination,
    taken: Taken,
    *,
    client_id: str | None,
    now: datetime,
    retry_of: UUID | None,
    priority: int,
    good_for: timedelta | None,
) -> None:
    departure = Departure(
        tenant_id=request.tenant_id,
        id=taken.id,
        connection_id=destination.connection_id,
        conversation_id=destination.id,
        type=KINDS[type(request.content)],
        text=words_in(request.content),
        payload=encoded(request.content),
        reply_to=request.reply_to,
        sender=request.sender,
        created_at=now,
        retry_of=retry_of,
    )
    await outbound_messages.queue(tx, [departure])
    row = (taken.id, destination.connection_id, destination.id)
    await store.enqueue(tx, tenant_id=request.tenant_id, rows=[row], priority=priority, lifetime=good_for)
    if await files.attach(
        tx,
        request.content,
        tenant_id=request.tenant_id,
        message_id=taken.id,
        connection_id=destination.connection_id,
    ):
        news = MessageNews(request.tenant_id, taken.id, EventType.MESSAGE_QUEUED, client_id=client_id)
        await realtime.append(tx, await message_events(tx, [news]))
    else:  # nothing is known of it that was not just written
        names = {} if client_id is None else {taken.id: client_id}
        queued = [(outbound_messages.row_of(departure), EventType.MESSAGE_QUEUED)]
        await realtime.append(tx, await events_of_rows(tx, queued, client_ids=names))
    await audit.record(tx, [_entry(request, destination, taken, retry_of=retry_of)])


def _entry(request: _Filled, destination: Destination, taken: Taken, *, retry_of: UUID | None) -> AuditEntry:
    template = request.content.template.name if isinstance(request.content, TemplateMessage) else None
    return AuditEntry(
        tenant_id=request.tenant_id,
        actor=request.sender,
        action="message.send",
        subject=str(taken.id),
        detail={
            "conversation_id": str(destination.id),
            "connection_id": str(destination.connection_id),
            "type": KINDS[type(request.content)],
            **({} if retry_of is None else {"retry_of": str(retry_of)}),
            **({} if template is None else {"template": template}),
        },
    )


async def _pass_gate(
    tx: Transaction,
    request: _Filled,
    line: Line,
    destination: Destination,
    *,
    purpose: Purpose,
    now: datetime,
) -> None:
    """Ask the one gate whether this may be sent now (docs/adr/0017)."""
    template = None
    if isinstance(request.content, TemplateMessage):
        asked = request.content.template
        template = TemplateName(asked.name, asked.language.code)
    (answer,) = await facts.ask(
        tx,
        [Recipient(conversation_id=destination.id)],
        tenant_id=request.tenant_id,
        connection_id=line.id,
        wanted=[Wanted(purpose, template)],
        now=now,
        line=line,
    )
    if isinstance(answer, Refusal):
        raise refused(answer, line)


async def _destination(tx: Transaction, request: Request, *, now: datetime) -> tuple[Line, Destination]:
    if request.conversation_id is not None:
        return await _existing(tx, request)
    if request.to is None:
        raise InvalidRequest(
            "Neither `to` nor `conversation_id` says whom to send to.",
            fix="Give `to` as a phone number with + and country code, or `conversation_id`.",
            field="to",
        )
    # With its country code a number means the same from wherever it is sent, so one look is enough.
    digits = _digits(request.to, country=None) if request.to.lstrip().startswith("+") else None
    lines = await store.lines_to(
        tx, tenant_id=request.tenant_id, phone=None if digits is None else people.canonical_phone(digits)
    )
    line = to_send_from(
        [each for each, _ in lines], connection_id=request.connection_id, country_id=request.country_id
    )
    if digits is None:
        digits = _digits(request.to, country=line.country_id)  # own digits would make strangers of wa_ids
        known = await store.destination_of_phone(
            tx,
            tenant_id=request.tenant_id,
            connection_id=line.id,
            phone=people.canonical_phone(digits),
        )
    else:
        known = next(there for each, there in lines if each.id == line.id)
    if known is not None:
        return line, known
    sighting = Sighting(request.tenant_id, line.id, Person(wa_id=digits), now)
    (place,) = await people.place(tx, [sighting])
    found = await store.destination(tx, tenant_id=request.tenant_id, conversation_id=place.conversation_id)
    if found is None:
        raise LookupError("the conversation just made is not there")
    return found


def _digits(to: str, *, country: str | None) -> str:
    return to_e164(to, default_country=country, field="to").removeprefix("+")


async def _existing(tx: Transaction, request: Request) -> tuple[Line, Destination]:
    assert request.conversation_id is not None  # noqa: S101 - for the type checker; the caller has looked
    there = await store.destination(tx, tenant_id=request.tenant_id, conversation_id=request.conversation_id)
    if there is None:
        raise NotFound(
            "This tenant has no such conversation.",
            fix="List the tenant's conversations and take an id from there.",
            field="conversation_id",
        )
    line, found = there
    if request.connection_id not in (None, found.connection_id):
        raise InvalidRequest(
            "the conversation belongs to another of your numbers than the one named",
            fix="Leave the number out: a conversation is answered from its own.",
            field="connection_id",
        )
    if request.country_id is not None and is_for_another(line, request.country_id):
        raise InvalidRequest(
            f"the conversation belongs to a number of another country ({country_served(line)}) than the one named",
            fix="Leave the country out: a conversation is answered from its own number.",
            field="country_id",
        )
    if request.to is not None and found.wa_id is not None:
        digits = _digits(request.to, country=None)
        if people.canonical_phone(digits) != people.canonical_phone(found.wa_id):
            raise InvalidRequest(
                "`to` is not the person of `conversationId`",
                fix="Give one of the two, or a pair that belongs together.",
                field="to",
            )
    return line, found


async def _answered(tx: Transaction, tenant_id: UUID, key: Key, fingerprint: bytes) -> Taken | None:
    """Return the message that an earlier request with this key had taken; None where there was none.

    Raises:
        IdempotencyMismatch: that was another request.
    """
    earlier = await idempotency.find(tx, tenant_id=tenant_id, route=key.route, key=key.key)
    if earlier is None:
        return None
    if earlier.request_hash != fingerprint:
        raise IdempotencyMismatch(
            "this Idempotency-Key was used for a request with another content",
            fix="Use a new key for a new message; repeat a request unchanged to get its answer again.",
        )
    return msgspec.structs.replace(msgspec.json.decode(earlier.response, type=Taken), repeated=True)


async def _keep(tx: Transaction, tenant_id: UUID, key: Key, fingerprint: bytes, taken: Taken) -> None:
    kept = await idempotency.keep(
        tx,
        tenant_id=tenant_id,
        route=key.route,
        key=key.key,
        request_hash=fingerprint,
        response=msgspec.json.encode(taken).decode(),
    )
    if not kept:
        raise AnsweredMeanwhile


async def answered_before(tx: Transaction, *, tenant_id: UUID, key: Key) -> Taken | None:
    """Return what an earlier request with this key, which has what was ``given``, had taken; raises as :func:`take` does."""
    return await _answered(tx, tenant_id, key, hashlib.sha256(key.given or b"").digest())


def _fingerprint(request: Request, key: Key | None) -> bytes:
    """Return what makes two requests the same: what was given, or everything but who sent them."""
    same = key.given if key else None
    if same:
        return hashlib.sha256(same).digest()
    asked = msgspec.json.encode(msgspec.structs.replace(request, sender=""))
    if key is not None and key.ttl is not None:  # without one it is what was kept before there was any
        asked += msgspec.json.encode(key.ttl)
    return hashlib.sha256(asked).digest()
