"""What interactive messages are made of: lengths, headers, bodies, footers."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Final, TypeAlias

from msgspec import Meta, Struct

Title20 = Annotated[str, Meta(min_length=1, max_length=20)]
Title24 = Annotated[str, Meta(min_length=1, max_length=24)]
Footer60 = Annotated[str, Meta(min_length=1, max_length=60)]
Body1024 = Annotated[str, Meta(min_length=1, max_length=1024)]
Body4096 = Annotated[str, Meta(min_length=1, max_length=4096)]
Link = Annotated[str, Meta(min_length=9, max_length=2000, pattern=r"^https?://[^\s]+$")]
Identifier = Annotated[str, Meta(min_length=1, max_length=200)]
_MOST_CARD_LINES: Final = 3


class MediaRef(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A file in a header: ``id`` or ``link``, exactly one."""

    id: Identifier | None = None
    link: Link | None = None
    filename: str | None = None  # of a document

    def __post_init__(self) -> None:
        if (self.id is None) == (self.link is None):
            raise ValueError("give exactly one of `id` and `link`")


class TextHeader(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="text"):
    """A line above the body."""

    text: Footer60


class ImageHeader(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="image"
):
    """An image above the body."""

    image: MediaRef


class VideoHeader(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="video"
):
    """A video above the body."""

    video: MediaRef


class DocumentHeader(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="document"
):
    """A document above the body."""

    document: MediaRef


Header: TypeAlias = TextHeader | ImageHeader | VideoHeader | DocumentHeader


class Footer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A small line below the body."""

    text: Footer60


class ShortBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body, at most 1,024 characters."""

    text: Body1024


class LongBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body, at most 4,096 characters."""

    text: Body4096


class CardBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of a card, at most 160 characters and two line breaks."""

    text: Annotated[str, Meta(min_length=1, max_length=160)]

    def __post_init__(self) -> None:
        if len(self.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")) > _MOST_CARD_LINES:
            raise ValueError("the body of a card has at most two line breaks")


def all_different(what: str, values: Iterable[str]) -> None:
    """Refuse a value that stands twice; ``what`` names the values."""
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise ValueError(f"{what} must all be different; {value!r} stands twice")
        seen.add(value)


def titled(titles: Sequence[str | None]) -> None:
    """Refuse sections without a title where there are several."""
    if len(titles) > 1 and not all(titles):
        raise ValueError("where there are several sections each needs a title")
