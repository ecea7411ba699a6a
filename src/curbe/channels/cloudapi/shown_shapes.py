"""The shapes in which the API shows what somebody said, each known by its ``kind``; `shown` reads them out of payloads. Pure."""

from typing import Any, TypeAlias

from msgspec import Struct


class TextShown(Struct, frozen=True, tag="text", tag_field="kind"):
    """Words."""

    body: str


class MediaShown(Struct, frozen=True, tag="media", tag_field="kind", omit_defaults=True):
    """A file: image, video, audio, document or sticker as the message's ``type`` says; the file itself is the message's ``media``."""

    caption: str | None = None
    filename: str | None = None
    mime_type: str | None = None
    voice: bool = False
    animated: bool = False


class LocationShown(Struct, frozen=True, tag="location", tag_field="kind", omit_defaults=True):
    """A place."""

    latitude: float
    longitude: float
    name: str | None = None
    address: str | None = None
    url: str | None = None


class PhoneShown(Struct, frozen=True, omit_defaults=True):
    """A phone on a contact card; ``wa_id`` where it is on WhatsApp."""

    phone: str | None = None
    type: str | None = None
    wa_id: str | None = None


class AddressShown(Struct, frozen=True, omit_defaults=True):
    """A postal address on a contact card."""

    street: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None
    country: str | None = None
    country_code: str | None = None
    type: str | None = None


class CardShown(Struct, frozen=True, omit_defaults=True):
    """A contact card. ``origin`` is ``contact_request`` where we had asked for the number."""

    name: str | None = None
    phones: list[PhoneShown] = []
    emails: list[str] = []
    urls: list[str] = []
    addresses: list[AddressShown] = []
    organization: str | None = None
    department: str | None = None
    title: str | None = None
    birthday: str | None = None
    origin: str | None = None


class ContactsShown(Struct, frozen=True, tag="contacts", tag_field="kind"):
    """Contact cards."""

    cards: list[CardShown]


class ReplyShown(Struct, frozen=True, tag="reply", tag_field="kind", omit_defaults=True):
    """What somebody chose: a button or a row of a list, by the ``id`` that was sent with it."""

    of: str  # button_reply or list_reply
    title: str
    id: str | None = None
    description: str | None = None


class FlowReplyShown(Struct, frozen=True, tag="flow_reply", tag_field="kind", omit_defaults=True):
    """The answers of a flow: ``answers`` is the object the flow sent, ``raw`` its text where that is no object.

    So is a ``payment_method`` or an ``address`` that a person gave, under that ``name``.
    """

    name: str | None = None
    body: str | None = None
    answers: dict[str, Any] | None = None
    raw: str | None = None


class PermissionShown(Struct, frozen=True, tag="call_permission", tag_field="kind", omit_defaults=True):
    """Whether we may call."""

    response: str
    permanent: bool = False
    expires_at: int | None = None  # Unix seconds, as Meta writes it


class ButtonShown(Struct, frozen=True, tag="button", tag_field="kind", omit_defaults=True):
    """A quick reply of a template was pressed."""

    text: str
    payload: str | None = None


class OrderLine(Struct, frozen=True, omit_defaults=True):
    """One product of a cart."""

    product_retailer_id: str
    quantity: float | None = None
    item_price: float | None = None
    currency: str | None = None


class OrderShown(Struct, frozen=True, tag="order", tag_field="kind", omit_defaults=True):
    """A cart."""

    lines: list[OrderLine]
    catalog_id: str | None = None
    text: str | None = None


class SystemShown(Struct, frozen=True, tag="system", tag_field="kind", omit_defaults=True):
    """Meta's word about the person: ``user_changed_number``, ``user_changed_user_id`` and others."""

    event: str | None = None
    body: str | None = None
    wa_id: str | None = None
    bsuid: str | None = None
    previous_bsuid: str | None = None


class UnsupportedShown(Struct, frozen=True, tag="unsupported", tag_field="kind", omit_defaults=True):
    """Something that Meta does not pass on: what it was, and why not; of a type that Curbe knows, in Curbe's words for the code."""

    what: str | None = None
    code: int | None = None
    reason: str | None = None


class WelcomeShown(Struct, frozen=True, tag="request_welcome", tag_field="kind"):
    """Somebody opened the chat for the first time and waits for a greeting."""


class OtherShown(Struct, frozen=True, tag="other", tag_field="kind"):
    """A type that Curbe cannot show yet."""

    type: str


class ContextShown(Struct, frozen=True, omit_defaults=True):
    """What a message refers to: the quoted message's author, a product, that it was passed on."""

    author: str | None = None
    forwarded: bool = False
    frequently_forwarded: bool = False
    catalog_id: str | None = None
    product_retailer_id: str | None = None


class ReferralShown(Struct, frozen=True, omit_defaults=True):
    """The ad or post that brought somebody here."""

    source_type: str | None = None
    source_id: str | None = None
    source_url: str | None = None
    headline: str | None = None
    body: str | None = None
    media_type: str | None = None
    image_url: str | None = None
    video_url: str | None = None
    thumbnail_url: str | None = None
    ctwa_clid: str | None = None
    welcome: str | None = None


ContentShown: TypeAlias = (
    TextShown
    | MediaShown
    | LocationShown
    | ContactsShown
    | ReplyShown
    | FlowReplyShown
    | PermissionShown
    | ButtonShown
    | OrderShown
    | SystemShown
    | UnsupportedShown
    | WelcomeShown
    | OtherShown
)


class Shown(Struct, frozen=True):
    """One message as it is shown."""

    content: ContentShown
    context: ContextShown | None = None
    referral: ReferralShown | None = None
    group_id: str | None = None
