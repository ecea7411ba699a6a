"""What a channel reads from a provider (events) and what it is asked to send: values that cross from channels to features."""

from datetime import datetime

import msgspec

from curbe.domain.status import MessageStatus


class Person(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Somebody on WhatsApp, by whatever the provider named them. At least one of ``wa_id`` and ``bsuid`` is set.

    ``wa_id`` is digits as Meta writes them, ``bsuid`` and ``parent_bsuid`` are opaque; ``name`` is the profile name.
    """

    wa_id: str | None = None
    bsuid: str | None = None
    parent_bsuid: str | None = None
    username: str | None = None
    name: str | None = None


class IdentityChange(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """The provider's word that a person is now named otherwise. The person beside it is named as before.

    ``gave_up`` is the number the person no longer has, ``took`` the one they have now, both digits as Meta writes them.
    """

    gave_up: str | None = None
    took: str | None = None
    bsuid: str | None = None
    parent_bsuid: str | None = None


class MessageReceived(msgspec.Struct, frozen=True, gc=False):
    """One inbound message: who wrote what to which number.

    ``type`` is Meta's word (text, image, ..., unsupported); ``text`` is what a person would read or search in it, None where there is
    nothing to read; ``payload`` is Meta's own JSON object of the message, storable as jsonb (no U+0000, no lone surrogate);
    ``at`` is Meta's clock; ``group`` is the group it was written in, None outside of one.
    """

    phone_number_id: str
    provider_message_id: str
    person: Person
    type: str
    text: str | None
    at: datetime
    payload: str
    reply_to: str | None = None  # the wamid this message quotes
    standby: bool = False  # another application was answering when it came
    change: IdentityChange | None = None  # of `system` messages
    group: str | None = None


class MessageAmended(msgspec.Struct, frozen=True, gc=False):
    """A message said otherwise (edit) or taken back (revoke).

    ``type``, ``text`` and ``payload`` are those of the new content; of a revoke, its own.
    """

    phone_number_id: str
    provider_message_id: str  # of the amendment
    target: str  # the wamid of the message it amends
    revoked: bool
    type: str
    text: str | None
    at: datetime
    payload: str


class Reacted(msgspec.Struct, frozen=True, gc=False):
    """A person's reaction to a message, or its removal: ``emoji`` is None. ``group`` is the group it happened in, None outside of one."""

    phone_number_id: str
    provider_message_id: str
    target: str
    person: Person
    emoji: str | None
    at: datetime
    payload: str
    group: str | None = None


class Called(msgspec.Struct, frozen=True, gc=False):
    """A person called the business number, answered or not."""

    provider_id: str
    person: Person
    at: datetime


class StatusReported(msgspec.Struct, frozen=True, gc=False):
    """One status webhook for one outbound message.

    ``callback`` is our own ``biz_opaque_callback_data`` come back. ``error`` is Meta's words, ``pricing`` Meta's JSON object.
    ``person`` is whom it reached, where the provider names them by phone and by id at once; else it tells nothing that we did not know.
    """

    phone_number_id: str
    provider_message_id: str
    status: MessageStatus  # SENT, FAILED, DELIVERED, READ or PLAYED
    at: datetime
    callback: str | None = None
    error_code: int | None = None
    error: str | None = None
    pricing: str | None = None
    person: Person | None = None


class NoticeReceived(msgspec.Struct, frozen=True, gc=False):
    """A change beyond messages and statuses (account, template, quality, unknown fields, `errors`), kept as Meta sent it.

    Routed by ``phone_number_id`` where the change names one, else by ``waba_id``.
    """

    field: str
    waba_id: str | None
    phone_number_id: str | None
    at: datetime | None
    payload: str


class ItemIgnored(msgspec.Struct, frozen=True, gc=False):
    """An item understood, and without effect by design: counted under its reason."""

    reason: str  # snake_case, one of a small set: it becomes a metric label
    phone_number_id: str | None = None


class ItemRefused(msgspec.Struct, frozen=True, gc=False):
    """An item that cannot be understood: it goes to quarantine with its bytes, its neighbours go on."""

    reason: str  # snake_case, one of a small set
    detail: str  # for people: which part, and why
    payload: bytes
    phone_number_id: str | None = None


ChannelEvent = (
    MessageReceived | MessageAmended | Reacted | StatusReported | NoticeReceived | ItemIgnored | ItemRefused
)


class Recipient(msgspec.Struct, frozen=True):
    """Whom to address: ``e164`` with its ``+``, or a ``bsuid`` where there is no phone. One of the two is set."""

    e164: str | None = None
    bsuid: str | None = None


class Attachment(msgspec.Struct, frozen=True, gc=False):
    """The file of an inbound message as the provider announced it; everything but ``provider_media_id`` may be absent.

    ``url`` ends soon after the webhook came, ``sha256`` is 32 bytes.
    """

    provider_media_id: str
    url: str | None = None
    mime_type: str | None = None
    sha256: bytes | None = None
    filename: str | None = None
    voice: bool = False
