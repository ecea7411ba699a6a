"""Webhook bodies in Meta's own words, one struct a shape [Meta: webhooks, Sep 2026].

Everything is optional and every enum open: Meta adds fields without notice and leaves out what it cannot say.
What must be there for Curbe to act is decided in `items`, item by item. Unknown fields are skipped here and
kept in the payload. `msgspec.Raw` marks what is read later, or only stored; an empty one: the key was absent.
"""

from typing import Final, TypeAlias

import msgspec

# Meta writes Unix seconds as a string in messages and as a number in entries; older bodies mix both.
Seconds: TypeAlias = str | int | float | None
ABSENT: Final = msgspec.Raw()


class Profile(msgspec.Struct, gc=False):
    """`contacts[].profile`; absent in messages from Meta's own verification account."""

    name: str | None = None
    username: str | None = None


class Contact(msgspec.Struct, gc=False):
    """`contacts[]`: whom the messages or statuses beside it are about; no `wa_id` for who hides it."""

    profile: Profile | None = None
    wa_id: str | None = None
    user_id: str | None = None
    parent_user_id: str | None = None


class Metadata(msgspec.Struct, gc=False):
    """`value.metadata`: the business number the change is about."""

    phone_number_id: str | None = None


class Value(msgspec.Struct, gc=False):
    """`changes[].value` of field `messages`; one change may hold messages, statuses and errors at once."""

    metadata: Metadata | None = None
    contacts: list[Contact] | None = None
    messages: list[msgspec.Raw] | None = None
    statuses: list[msgspec.Raw] | None = None
    errors: list[msgspec.Raw] | None = None


class Change(msgspec.Struct, gc=False):
    """`entry[].changes[]`."""

    field: str | None = None
    value: msgspec.Raw = ABSENT


class Entry(msgspec.Struct, gc=False):
    """`entry[]`: ``id`` is the WABA, but for some account events the business portfolio."""

    id: str | None = None
    time: Seconds = None
    changes: list[Change] | None = None


class Envelope(msgspec.Struct, gc=False):
    """The whole body."""

    object: str | None = None
    entry: list[Entry] | None = None


class Context(msgspec.Struct, gc=False):
    """`messages[].context`: what is quoted; without an id when the message was only forwarded."""

    id: str | None = None


class TextBody(msgspec.Struct, gc=False):
    """`text`."""

    body: str | None = None


class Media(msgspec.Struct, gc=False):
    """`image`, `video`, `audio`, `voice`, `sticker`, `document`: the words in them, no more."""

    caption: str | None = None
    filename: str | None = None


class Location(msgspec.Struct, gc=False):
    """`location`."""

    name: str | None = None
    address: str | None = None


class CardName(msgspec.Struct, gc=False):
    """`contacts[].name` of a shared contact card."""

    formatted_name: str | None = None
    first_name: str | None = None


class Card(msgspec.Struct, gc=False):
    """One shared contact card; ``origin`` is ``contact_request`` where a person shared their own number on our asking."""

    name: CardName | None = None
    origin: str | None = None
    phones: msgspec.Raw = ABSENT


class CardPhone(msgspec.Struct, gc=False):
    """One phone of a shared contact card."""

    wa_id: str | None = None


class Reaction(msgspec.Struct, gc=False):
    """`reaction`; the emoji is absent or empty when the reaction was taken back."""

    message_id: str | None = None
    emoji: str | None = None


class Reply(msgspec.Struct, gc=False):
    """One of the replies inside `interactive`: a title, or the body of a flow's answer, or a yes or no."""

    title: str | None = None
    body: str | None = None
    response: str | None = None


class Interactive(msgspec.Struct, gc=False):
    """`interactive`: what a person chose, or filled in."""

    button_reply: Reply | None = None
    list_reply: Reply | None = None
    nfm_reply: Reply | None = None
    call_permission_reply: Reply | None = None
    payment_method: msgspec.Raw = ABSENT
    address: msgspec.Raw = ABSENT


class Button(msgspec.Struct, gc=False):
    """`button`: the quick reply of a template."""

    text: str | None = None


class OrderItem(msgspec.Struct, gc=False):
    """One line of an order."""

    product_retailer_id: str | None = None
    quantity: str | int | float | None = None


class Order(msgspec.Struct, gc=False):
    """`order`: a cart, with what the person wrote beside it."""

    text: str | None = None
    product_items: list[OrderItem] | None = None


class System(msgspec.Struct, gc=False):
    """`system`: a person changed number or user id; no `contacts` beside it, sometimes no `from` either."""

    body: str | None = None
    type: str | None = None
    user_id: str | None = None
    previous_user_id: str | None = None
    parent_user_id: str | None = None
    previous_parent_user_id: str | None = None
    wa_id: str | None = None
    new_wa_id: str | None = None  # as older payloads name `wa_id`


class Edit(msgspec.Struct, gc=False):
    """`edit`: the new content of an earlier message."""

    original_message_id: str | None = None
    message: msgspec.Raw = ABSENT


class Revoke(msgspec.Struct, gc=False):
    """`revoke`: an earlier message was deleted for everybody."""

    original_message_id: str | None = None


class Message(msgspec.Struct, gc=False):
    """`messages[]` with all content that has words in it."""

    id: str | None = None
    timestamp: Seconds = None
    type: str | None = None
    from_: str | None = msgspec.field(default=None, name="from")
    from_user_id: str | None = None
    from_parent_user_id: str | None = None
    context: Context | None = None
    text: TextBody | None = None
    image: Media | None = None
    video: Media | None = None
    audio: Media | None = None
    voice: Media | None = None
    sticker: Media | None = None
    document: Media | None = None
    location: Location | None = None
    contacts: list[Card] | None = None
    reaction: Reaction | None = None
    interactive: Interactive | None = None
    button: Button | None = None
    order: Order | None = None
    system: System | None = None
    edit: Edit | None = None
    revoke: Revoke | None = None
    group_id: str | None = None


class BareMessage(msgspec.Struct, gc=False):
    """`messages[]` whose content has an unknown shape: what must be right for it to be a message at all.

    Identifiers are taken as numbers too.
    """

    id: str | int | None = None
    timestamp: Seconds = None
    type: str | None = None
    from_: str | int | None = msgspec.field(default=None, name="from")
    from_user_id: str | int | None = None


class Error(msgspec.Struct, gc=False):
    """`errors[]` of a status."""

    code: int | None = None
    title: str | None = None
    message: str | None = None
    error_data: "ErrorData | None" = None


class ErrorData(msgspec.Struct, gc=False):
    """`errors[].error_data`."""

    details: str | None = None


class Status(msgspec.Struct, gc=False):
    """`statuses[]`; ``type`` is set only where the status is not of a message (`call`), ``recipient_type`` where it is of a group's."""

    id: str | None = None
    status: str | None = None
    timestamp: Seconds = None
    type: str | None = None
    recipient_id: str | int | None = None
    recipient_user_id: str | None = None
    recipient_parent_user_id: str | None = None
    recipient_type: str | None = None
    biz_opaque_callback_data: str | None = None
    pricing: msgspec.Raw = ABSENT
    errors: list[Error] | None = None


class BareStatus(msgspec.Struct, gc=False):
    """`statuses[]` whose particulars have an unknown shape: what must be right for it to be a status."""

    id: str | int | None = None
    status: str | None = None
    timestamp: Seconds = None
    type: str | None = None
    biz_opaque_callback_data: msgspec.Raw = ABSENT


class Call(msgspec.Struct, gc=False):
    """`calls[]` of field `calls`."""

    id: str | None = None
    from_: str | None = msgspec.field(default=None, name="from")
    from_user_id: str | None = None
    from_parent_user_id: str | None = None
    event: str | None = None
    direction: str | None = None
    timestamp: Seconds = None


class CallsValue(msgspec.Struct, gc=False):
    """`value` of field `calls`."""

    contacts: list[Contact] | None = None
    calls: list[Call] | None = None


class WabaInfo(msgspec.Struct, gc=False):
    """`value.waba_info` of account events, where `entry.id` is the business portfolio."""

    waba_id: str | None = None


class NumberSettings(msgspec.Struct, gc=False):
    """`value.phone_number_settings`."""

    phone_number_id: str | None = None


class NoticeValue(msgspec.Struct, gc=False):
    """What routes a change that is neither message nor status."""

    metadata: Metadata | None = None
    phone_number_settings: NumberSettings | None = None
    recipient: msgspec.Raw = ABSENT  # of a handover, the number; elsewhere anything
    waba_info: WabaInfo | None = None
    timestamp: Seconds = None
