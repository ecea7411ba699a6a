"""What can be sent: one type for each kind of message, in Meta's own shape, its limits in the types [Meta: send messages, Sep 2026].

A value of one of these types keeps every limit that Meta documents for it; making one that does not is a refusal that names the field and
the limit. They are also the API's bodies, so the limits stand in the OpenAPI document.
"""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from curbe.domain.interactive import Interactive, words_in_interactive
from curbe.domain.interactive_parts import Link
from curbe.domain.template import TemplateContent
from curbe.domain.template_words import words_in_template

_UUID_LENGTH: Final = 36
LONGEST_TEXT: Final = 4096
LONGEST_CAPTION: Final = 1024
MOST_CONTACTS: Final = 257

Body = Annotated[str, Meta(min_length=1, max_length=LONGEST_TEXT)]
Caption = Annotated[str, Meta(min_length=1, max_length=LONGEST_CAPTION)]
Line = Annotated[str, Meta(min_length=1, max_length=LONGEST_CAPTION)]
MediaId = Annotated[
    str, Meta(min_length=1, max_length=200, description="A media id of Meta's, or of your own uploads.")
]


class TextBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``body`` as people read it; ``preview_url`` shows a preview of its first link."""

    body: Body
    preview_url: bool = False

    def __post_init__(self) -> None:
        if not self.body.strip():
            raise ValueError("a text needs at least one character that is not a space")


class _Source(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where a file comes from: ``id`` of an upload, or a ``link`` that Meta fetches. Exactly one of them."""

    id: MediaId | None = None
    link: Link | None = None

    def __post_init__(self) -> None:
        if (self.id is None) == (self.link is None):
            raise ValueError("give exactly one of `id` and `link`")


class Image(_Source, frozen=True, kw_only=True, omit_defaults=True):
    """JPEG or PNG, at most 5 MB."""

    caption: Caption | None = None


class Video(_Source, frozen=True, kw_only=True, omit_defaults=True):
    """MP4 or 3GP with H.264 and AAC, at most 16 MB."""

    caption: Caption | None = None


class Audio(_Source, frozen=True, kw_only=True, omit_defaults=True):
    """At most 16 MB. ``voice``: a voice note, which must be Ogg with Opus, mono."""

    voice: bool = False


class Document(_Source, frozen=True, kw_only=True, omit_defaults=True):
    """Any file, at most 100 MB; ``filename`` is what the person sees."""

    caption: Caption | None = None
    filename: Annotated[str, Meta(min_length=1, max_length=240)] | None = None


class Sticker(_Source, frozen=True, kw_only=True, omit_defaults=True):
    """WebP; at most 100 KB, animated at most 500 KB."""


class Location(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A place on the map."""

    latitude: Annotated[float, Meta(ge=-90, le=90)]
    longitude: Annotated[float, Meta(ge=-180, le=180)]
    name: Line | None = None
    address: Line | None = None


class ContactName(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """``formatted_name`` is shown; Meta wants at least one of the others beside it."""

    formatted_name: Line
    first_name: str | None = None
    last_name: str | None = None
    middle_name: str | None = None
    suffix: str | None = None
    prefix: str | None = None

    def __post_init__(self) -> None:
        if not any((self.first_name, self.last_name, self.middle_name, self.suffix, self.prefix)):
            raise ValueError(
                "beside formatted_name give at least one of first_name, last_name, middle_name, suffix, prefix"
            )


class ContactPhone(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A phone of a shared contact; with ``wa_id`` the person can be written to."""

    phone: Line | None = None
    type: str | None = None
    wa_id: str | None = None


class ContactEmail(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """An e-mail address of a shared contact."""

    email: Line
    type: str | None = None


class ContactUrl(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A web address of a shared contact."""

    url: Line
    type: str | None = None


class ContactAddress(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A postal address of a shared contact."""

    street: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None
    country: str | None = None
    country_code: str | None = None
    type: str | None = None


class ContactOrg(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where a shared contact works."""

    company: str | None = None
    department: str | None = None
    title: str | None = None


class ContactCard(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One shared contact."""

    name: ContactName
    phones: list[ContactPhone] = []
    emails: list[ContactEmail] = []
    urls: list[ContactUrl] = []
    addresses: list[ContactAddress] = []
    org: ContactOrg | None = None
    birthday: Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None


class Reaction(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``emoji`` on the message ``message_id`` (a wamid); an empty ``emoji`` takes the reaction back."""

    message_id: Annotated[str, Meta(min_length=1, max_length=300)]
    emoji: Annotated[str, Meta(max_length=40)]


class TextMessage(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="text"
):
    """Text."""

    text: TextBody


class ImageMessage(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="image"
):
    """An image, perhaps with a caption."""

    image: Image


class VideoMessage(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="video"
):
    """A video, perhaps with a caption."""

    video: Video


class AudioMessage(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="audio"
):
    """Audio, or a voice note."""

    audio: Audio


class DocumentMessage(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="document"
):
    """A file."""

    document: Document


class StickerMessage(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="sticker"
):
    """A sticker."""

    sticker: Sticker


class LocationMessage(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="location"
):
    """A place."""

    location: Location


class ContactsMessage(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="contacts"
):
    """Contact cards."""

    contacts: Annotated[list[ContactCard], Meta(min_length=1, max_length=MOST_CONTACTS)]


class ReactionMessage(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="reaction"
):
    """A reaction to a message, or its removal."""

    reaction: Reaction


class InteractiveMessage(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="interactive"
):
    """Something the person can press."""

    interactive: Interactive


class TemplateMessage(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="template"
):
    """An approved template with its parameters: the only content that needs no open window."""

    template: TemplateContent


Content: TypeAlias = (
    TextMessage
    | ImageMessage
    | VideoMessage
    | AudioMessage
    | DocumentMessage
    | StickerMessage
    | LocationMessage
    | ContactsMessage
    | ReactionMessage
    | InteractiveMessage
    | TemplateMessage
)

KINDS: Final[dict[type[Content], str]] = {
    TextMessage: "text",
    ImageMessage: "image",
    VideoMessage: "video",
    AudioMessage: "audio",
    DocumentMessage: "document",
    StickerMessage: "sticker",
    LocationMessage: "location",
    ContactsMessage: "contacts",
    ReactionMessage: "reaction",
    InteractiveMessage: "interactive",
    TemplateMessage: "template",
}

# Kinds, and the names of their members.
FILES: Final = frozenset({"image", "video", "audio", "document", "sticker"})
_DECODER: Final = msgspec.json.Decoder(Content)


def encoded(content: Content) -> str:
    """Return ``content`` as the JSON object that is stored: Meta's own shape, ``type`` first."""
    return msgspec.json.encode(content).decode()


def decoded(payload: str) -> Content:
    """Return the content that :func:`encoded` made ``payload`` of."""
    return _DECODER.decode(payload)


def words_in(content: Content) -> str | None:  # noqa: PLR0911 - one for each kind
    """Return what a person would read or search for in ``content``; None where there is nothing to read."""
    match content:
        case TextMessage(text=text):
            return text.body
        case ImageMessage(image=Image(caption=caption)) | VideoMessage(video=Video(caption=caption)):
            return caption
        case DocumentMessage(document=document):
            return _joined([document.caption, document.filename])
        case LocationMessage(location=location):
            return _joined([location.name, location.address]) or f"{location.latitude}, {location.longitude}"
        case ContactsMessage(contacts=cards):
            return _joined([card.name.formatted_name for card in cards])
        case ReactionMessage(reaction=reaction):
            return reaction.emoji or None
        case InteractiveMessage(interactive=interactive):
            return words_in_interactive(interactive)
        case TemplateMessage(template=template):
            return words_in_template(template)
        case AudioMessage() | StickerMessage():
            return None


def file_of(content: Content) -> tuple[str, Image | Video | Audio | Document | Sticker] | None:
    """Return the kind and the file of a message that is a file; None for every other. A voice note is of the kind ``voice``."""
    match content:
        case ImageMessage(image=file) | VideoMessage(video=file) | DocumentMessage(document=file):
            return KINDS[type(content)], file
        case StickerMessage(sticker=file):
            return "sticker", file
        case AudioMessage(audio=file):
            return "voice" if file.voice else "audio", file
        case _:
            return None


class OwnFile(Struct, frozen=True):
    """One of our own files in a content: as what it is sent (a kind of file, or ``voice``), and the field that names it."""

    id: UUID
    kind: str
    field: str


def own_files(content: Content) -> list[OwnFile]:
    """Return our own files in ``content``, wherever they stand: as the message itself, in a header, on a card."""
    return [found for part in _placed(msgspec.to_builtins(content), "") if (found := _own(*part)) is not None]


def _placed(value: Any, place: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield every object that stands under the name of a kind of file, with its name and its place."""
    if isinstance(value, list):
        for n, each in enumerate(value):
            yield from _placed(each, f"{place}[{n}]")
    elif isinstance(value, dict):
        for name, each in value.items():
            below = f"{place}.{name}" if place else name
            if name in FILES and isinstance(each, dict):
                yield name, below, each
            else:
                yield from _placed(each, below)


def _own(name: str, place: str, file: dict[str, Any]) -> OwnFile | None:
    ours = own_file(file.get("id") or "")
    kind = "voice" if name == "audio" and file.get("voice") else name
    return None if ours is None else OwnFile(ours, kind, f"{place}.id")


def own_file(media_id: str) -> UUID | None:
    """Return the id of one of our own files: a UUID. The provider's ids are digits."""
    try:
        return UUID(media_id) if len(media_id) == _UUID_LENGTH else None
    except ValueError:
        return None


def _joined(words: Sequence[str | None]) -> str | None:
    return "\n".join(word for word in words if word) or None
