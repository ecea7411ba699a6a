"""Conversations and messages as the API, the events and the UI show them.

The page docs/reference/events.md describes both.
"""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

import msgspec

from curbe.channels.cloudapi.phrases import Words, words_for
from curbe.channels.cloudapi.shown import shown
from curbe.channels.cloudapi.shown_shapes import ContentShown, ContextShown, ReferralShown, Shown
from curbe.domain.failures import FailureKind
from curbe.domain.status import MessageStatus
from curbe.domain.window import closing_time
from curbe.inbox.rules import PRIORITIES, ConversationState, Direction, Priority, failure_counts, told_status


class MessageError(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a message failed.

    ``kind`` is Curbe's word and stable, ``code`` and ``detail`` are the provider's where it spoke; ``words`` say to an agent what happened
    and what to do, in each language.
    """

    kind: str
    words: Words
    code: int | None = None
    detail: str | None = None


class MessageMedia(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The file of a message.

    ``state`` is pending until Curbe has it, then stored, or failed with ``error``; the rest is known when it is stored, the type and the
    name before if the sender told them. ``url`` and ``thumbnail_url`` are paths of this API. ``peaks`` is loudness over the duration, one
    byte a bar, in base64.
    """

    state: Literal["pending", "stored", "failed"]
    id: UUID | None = None
    mime_type: str | None = None
    filename: str | None = None
    size: int | None = None
    url: str | None = None
    thumbnail_url: str | None = None
    width: int | None = None
    height: int | None = None
    duration_ms: int | None = None
    peaks: str | None = None
    voice: bool = False
    error: str | None = None


class ReactionShown(msgspec.Struct, frozen=True):
    """A reaction as it stands. ``who`` is ``contact``, ``us`` or, in a group, the member's id."""

    who: str
    emoji: str
    at: datetime


class Pricing(msgspec.Struct, frozen=True, omit_defaults=True):
    """What Meta says a message costs by; free types begin with ``free_``."""

    type: str | None = None
    category: str | None = None
    model: str | None = msgspec.field(default=None, name="pricing_model")
    billable: bool | None = None


class Quoted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What another message quotes: enough to show it in a line, and the ``id`` to go to it."""

    id: UUID
    direction: Direction
    type: str
    text: str | None
    created_at: datetime
    sender: str | None = None
    revoked_at: datetime | None = None


class Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message.

    A time is absent until the fact is known; the ``status`` of an inbound message is ``received``. What was read was delivered by then,
    whether Meta said so or not. ``content`` is an inbound message as it shows now, typed by what it is.
    ``payload`` is the provider's own object of the message; events about a status leave it out.
    ``quoted``: in a list of messages, the one that ``reply_to`` names, where it is here.
    ``sender``: of an outbound one, who asked for it: ``user:`` or ``key:`` and the id, or what else sends from the number.
    ``retry_of`` and ``retried_by``: the message that this one repeats, and the one that repeats it.
    ``client_id``: in the event that it was queued, the Idempotency-Key it was asked for with.
    ``conversation``: in events of what moves its conversation, that as it stands.
    """

    id: UUID
    conversation_id: UUID
    connection_id: UUID
    direction: Direction
    status: str
    type: str
    text: str | None
    provider_message_id: str | None
    created_at: datetime
    reply_to: str | None = None
    quoted: Quoted | None = None
    error: MessageError | None = None
    accepted_at: datetime | None = None
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    read_at: datetime | None = None
    played_at: datetime | None = None
    failed_at: datetime | None = None
    media: MessageMedia | None = None
    standby: bool = False
    provider_status: str | None = None
    pricing: Pricing | None = None
    edited_at: datetime | None = None
    revoked_at: datetime | None = None
    reactions: list[ReactionShown] = []
    content: ContentShown | None = None
    context: ContextShown | None = None
    referral: ReferralShown | None = None
    group_id: str | None = None
    sender: str | None = None
    retry_of: UUID | None = None
    retried_by: UUID | None = None
    client_id: str | None = None
    payload: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    conversation: "Conversation | msgspec.UnsetType" = msgspec.UNSET


class ContactSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The person of a conversation.

    ``phone`` is E.164; it is null where somebody writes without showing a number. ``marketing`` is their
    latest word on marketing messages (stop or resume), by whatever way it came; null where they said none.
    """

    id: UUID
    name: str | None
    phone: str | None
    wa_id: str | None
    username: str | None
    marketing: str | None


class LastMessage(msgspec.Struct, frozen=True, kw_only=True):
    """What a list shows of the latest message."""

    id: UUID
    direction: Direction
    type: str
    text: str | None
    status: str
    created_at: datetime


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation: a person and one of the tenant's numbers.

    ``window_closes_at`` is when the customer service window closes or closed; null where the person never
    wrote. ``assignee_id`` is the user who has it, null where nobody does. ``snoozed_until`` is when a snoozed one
    opens again by itself; null: when the person writes. ``version`` grows with each change: of two snapshots the
    higher is the newer.
    """

    id: UUID
    contact: ContactSummary
    connection_id: UUID
    state: ConversationState
    snoozed_until: datetime | None
    assignee_id: UUID | None
    team_id: UUID | None
    label_ids: list[UUID]
    priority: Priority
    unread_count: int
    last_message: LastMessage | None
    last_message_at: datetime | None
    window_closes_at: datetime | None
    created_at: datetime
    version: int


_REACTIONS: Final = msgspec.json.Decoder(list[ReactionShown])
_PRICING: Final = msgspec.json.Decoder(Pricing)


class MessageRow(msgspec.Struct, frozen=True, gc=False):
    """A message as the query ``messages_by_key`` returns it."""

    tenant_id: UUID
    id: UUID
    conversation_id: UUID
    connection_id: UUID
    direction: Direction
    status: MessageStatus | None
    type: str
    text: str | None
    payload: str
    provider_message_id: str | None
    reply_to: str | None
    failure_kind: str | None
    error_code: int | None
    error: str | None
    created_at: datetime
    accepted_at: datetime | None
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None
    played_at: datetime | None
    failed_at: datetime | None
    media: str | None = None  # a MessageMedia in JSON
    standby: bool = False
    provider_status: str | None = None
    pricing: str | None = None  # Meta's object
    edited_at: datetime | None = None
    revoked_at: datetime | None = None
    reactions: str | None = None  # ReactionShown in JSON
    sender: str | None = None
    retry_of: UUID | None = None
    retried_by: UUID | None = None


class ConversationRow(msgspec.Struct, frozen=True, gc=False):
    """A conversation as the query ``conversations_by_key`` returns it.

    ``last_*`` are null where nothing was said yet.
    """

    tenant_id: UUID
    id: UUID
    connection_id: UUID
    contact_id: UUID
    name: str | None
    phone: str | None
    wa_id: str | None
    username: str | None
    marketing: str | None
    state: ConversationState
    snoozed_until: datetime | None
    assignee_id: UUID | None
    team_id: UUID | None
    label_ids: list[UUID]
    priority: int
    unread_count: int
    last_inbound_at: datetime | None
    last_message_at: datetime | None
    created_at: datetime
    version: int
    last_id: UUID | None
    last_direction: Direction | None
    last_type: str | None
    last_text: str | None
    last_status: MessageStatus | None
    last_created_at: datetime | None


class LiveConversation(msgspec.Struct, frozen=True):
    """Which conversation an id means by now: itself, or the one it became part of."""

    asked_id: UUID
    id: UUID


def message_of(
    row: MessageRow,
    *,
    with_content: bool = True,
    client_id: str | None = None,
    conversation: "Conversation | None" = None,
) -> Message:
    """Return the message of ``row``.

    Args:
        row: as it is stored.
        with_content: False for who saw it arrive, as of a status: its payload and what is in it are left out.
        client_id: see `Message`.
        conversation: see `Message`.
    """
    seen = _shown(row)
    content = seen if with_content else None
    return Message(
        id=row.id,
        conversation_id=row.conversation_id,
        connection_id=row.connection_id,
        direction=row.direction,
        status=told_status(row.direction, row.status),
        type=row.type,
        text=row.text,
        provider_message_id=row.provider_message_id,
        created_at=row.created_at,
        reply_to=row.reply_to,
        error=_error_of(row),
        accepted_at=row.accepted_at,
        sent_at=row.sent_at,
        delivered_at=row.delivered_at or row.read_at or row.played_at,
        read_at=row.read_at,
        played_at=row.played_at,
        failed_at=row.failed_at,
        standby=row.standby,
        provider_status=row.provider_status,
        pricing=_pricing(row.pricing),
        edited_at=row.edited_at,
        revoked_at=row.revoked_at,
        reactions=[] if row.reactions is None else _REACTIONS.decode(row.reactions),
        content=None if content is None else content.content,
        context=None if content is None else content.context,
        referral=None if content is None else content.referral,
        group_id=None if seen is None else seen.group_id,
        sender=row.sender,
        retry_of=row.retry_of,
        retried_by=row.retried_by,
        media=None if row.media is None else msgspec.json.decode(row.media, type=MessageMedia),
        client_id=client_id,
        payload=msgspec.Raw(row.payload.encode()) if with_content else msgspec.UNSET,
        conversation=msgspec.UNSET if conversation is None else conversation,
    )


def _shown(row: MessageRow) -> Shown | None:
    if row.direction is not Direction.INBOUND or row.revoked_at is not None or not row.payload:
        return None
    return shown(row.type, row.payload)


def _pricing(told: str | None) -> Pricing | None:
    try:
        return None if told is None else _PRICING.decode(told)
    except msgspec.ValidationError:  # of a shape that Meta does not document: the status itself counted
        return None


def conversation_of(row: ConversationRow) -> Conversation:
    """Return the conversation of ``row``."""
    return Conversation(
        id=row.id,
        contact=ContactSummary(
            id=row.contact_id,
            name=row.name,
            phone=row.phone,
            wa_id=row.wa_id,
            username=row.username,
            marketing=row.marketing,
        ),
        connection_id=row.connection_id,
        state=row.state,
        snoozed_until=row.snoozed_until,
        assignee_id=row.assignee_id,
        team_id=row.team_id,
        label_ids=row.label_ids,
        priority=PRIORITIES[row.priority],
        unread_count=row.unread_count,
        last_message=_last_message_of(row),
        last_message_at=row.last_message_at,
        window_closes_at=closing_time(row.last_inbound_at),
        created_at=row.created_at,
        version=row.version,
    )


def _error_of(row: MessageRow) -> MessageError | None:
    if row.failure_kind is None or not failure_counts(row.status):
        return None
    words = words_for(FailureKind(row.failure_kind), row.error_code)
    return MessageError(kind=row.failure_kind, words=words, code=row.error_code, detail=row.error)


def _last_message_of(row: ConversationRow) -> LastMessage | None:
    # Its columns are NOT NULL in the table, so they are here together or not at all; the type checker wants
    # it said.
    if (
        row.last_id is None
        or row.last_direction is None
        or row.last_type is None
        or row.last_created_at is None
    ):
        return None
    return LastMessage(
        id=row.last_id,
        direction=row.last_direction,
        type=row.last_type,
        text=row.last_text,
        status=told_status(row.last_direction, row.last_status),
        created_at=row.last_created_at,
    )
