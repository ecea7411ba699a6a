"""The bodies of ``messages/send``: one for each ``type``, the content in Meta's shape beside whom it goes to."""

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

import msgspec

from curbe.domain import content as kinds
from curbe.domain.content import Body, ContactCard, Content, TextBody
from curbe.domain.errors import InvalidRequest
from curbe.domain.interactive import Interactive
from curbe.domain.template import TemplateContent

TtlSeconds = Annotated[int, msgspec.Meta(ge=1, le=30 * 24 * 3600)]
Wamid = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]


class Addressed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom, and from which of your numbers.

    ``to``: the phone number, with + and country code (one without is read by the country that the number that sends was connected for,
    and refused where nobody said that).
    ``conversation_id``: instead of ``to``, or beside it. ``connection_id`` or ``country_id``: which of your numbers sends, where you have
    several; a number's country is the one it was connected for, else that of its own digits, and a conversation of one that is known to be
    of another is refused.
    ``reply_to``: the provider_message_id to quote. ``seen_message_id``: the last message of the conversation that you know; where
    somebody else has written to the person after it, nothing is sent and 409 ``answered_meanwhile`` says what. ``ttl_seconds``: for how
    long the message is good while it waits to be sent, up to 30 days; after that it fails as ``expired``. Without one: 10 minutes for a
    code of an authentication template, 24 hours for anything else.
    """

    to: str | None = None
    conversation_id: UUID | None = None
    conversationId: UUID | None = None  # noqa: N815 - the spelling of the product's first specification
    connection_id: UUID | None = None
    country_id: str | None = None
    reply_to: Wamid | None = None
    seen_message_id: UUID | None = None
    ttl_seconds: TtlSeconds | None = None

    def ttl(self) -> timedelta | None:
        """Return for how long the message is good, where that is said."""
        return None if self.ttl_seconds is None else timedelta(seconds=self.ttl_seconds)

    def conversation(self) -> UUID | None:
        """Return the conversation, by whichever spelling.

        Raises:
            InvalidRequest: the two spellings differ.
        """
        if self.conversation_id and self.conversationId and self.conversation_id != self.conversationId:
            raise InvalidRequest(
                "conversation_id and conversationId are two spellings of one thing and differ",
                fix="Give one of them.",
                field="conversationId",
            )
        return self.conversation_id or self.conversationId


class SendText(Addressed, frozen=True, kw_only=True, tag_field="type", tag="text"):
    """Text; ``type`` may be left out, and ``text`` be the words alone."""

    text: Body | TextBody
    preview_url: bool = False


class SendImage(Addressed, frozen=True, kw_only=True, tag_field="type", tag="image"):
    """An image."""

    image: kinds.Image


class SendVideo(Addressed, frozen=True, kw_only=True, tag_field="type", tag="video"):
    """A video."""

    video: kinds.Video


class SendAudio(Addressed, frozen=True, kw_only=True, tag_field="type", tag="audio"):
    """Audio or a voice note."""

    audio: kinds.Audio


class SendDocument(Addressed, frozen=True, kw_only=True, tag_field="type", tag="document"):
    """A file."""

    document: kinds.Document


class SendSticker(Addressed, frozen=True, kw_only=True, tag_field="type", tag="sticker"):
    """A sticker."""

    sticker: kinds.Sticker


class SendLocation(Addressed, frozen=True, kw_only=True, tag_field="type", tag="location"):
    """A place."""

    location: kinds.Location


class SendContacts(Addressed, frozen=True, kw_only=True, tag_field="type", tag="contacts"):
    """Contact cards."""

    contacts: Annotated[list[ContactCard], msgspec.Meta(min_length=1, max_length=kinds.MOST_CONTACTS)]


class SendReaction(Addressed, frozen=True, kw_only=True, tag_field="type", tag="reaction"):
    """A reaction, or with an empty emoji its removal."""

    reaction: kinds.Reaction


class SendInteractive(Addressed, frozen=True, kw_only=True, tag_field="type", tag="interactive"):
    """Buttons, a list, a link, a flow, products, cards."""

    interactive: Interactive


class SendTemplate(Addressed, frozen=True, kw_only=True, tag_field="type", tag="template"):
    """An approved template: the one content that needs no open window."""

    template: TemplateContent


SendRequest: TypeAlias = (
    SendText
    | SendImage
    | SendVideo
    | SendAudio
    | SendDocument
    | SendSticker
    | SendLocation
    | SendContacts
    | SendReaction
    | SendInteractive
    | SendTemplate
)

_CONTENT: Final[dict[type[Any], Callable[[Any], Content]]] = {
    SendImage: lambda data: kinds.ImageMessage(image=data.image),
    SendVideo: lambda data: kinds.VideoMessage(video=data.video),
    SendAudio: lambda data: kinds.AudioMessage(audio=data.audio),
    SendDocument: lambda data: kinds.DocumentMessage(document=data.document),
    SendSticker: lambda data: kinds.StickerMessage(sticker=data.sticker),
    SendLocation: lambda data: kinds.LocationMessage(location=data.location),
    SendContacts: lambda data: kinds.ContactsMessage(contacts=data.contacts),
    SendReaction: lambda data: kinds.ReactionMessage(reaction=data.reaction),
    SendInteractive: lambda data: kinds.InteractiveMessage(interactive=data.interactive),
    SendTemplate: lambda data: kinds.TemplateMessage(template=data.template),
}


def content_of(data: SendRequest) -> Content:
    """Return what is to be sent.

    Raises:
        InvalidRequest: a text of nothing but spaces, or a reaction that is also a reply.
    """
    if isinstance(data, SendText):
        return _text(data)
    if isinstance(data, SendReaction) and data.reply_to is not None:
        raise InvalidRequest(
            "a reaction cannot quote a message",
            fix="Leave reply_to out: message_id names the message.",
            field="reply_to",
        )
    return _CONTENT[type(data)](data)


def typed(body: bytes) -> bytes:
    """Return the body with ``"type": "text"`` where it names no type: what every client sent before there were others."""
    try:
        members = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return body  # its own refusal follows when it is read
    if "type" in members:
        return body
    return msgspec.json.encode({"type": "text", **members})


def _text(data: SendText) -> Content:
    if isinstance(data.text, TextBody):
        return kinds.TextMessage(text=data.text)
    try:
        return kinds.TextMessage(text=TextBody(body=data.text, preview_url=data.preview_url))
    except ValueError as empty:
        raise InvalidRequest(str(empty), fix="Write something.", field="text") from None
