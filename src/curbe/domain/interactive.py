"""Interactive messages: what a person can press, in Meta's shape, its limits in the types.

Source: Meta's pages on interactive messages, Dec 2025 to Sep 2026.
"""

from collections.abc import Iterable, Sequence
from typing import Annotated, Final, Literal, TypeAlias

from msgspec import Meta, Struct, field

MOST_ROWS: Final = 10  # of a list, over all its sections
MOST_PRODUCTS: Final = 30  # of a product list, over all its sections

Title20 = Annotated[str, Meta(min_length=1, max_length=20)]
Title24 = Annotated[str, Meta(min_length=1, max_length=24)]
Footer60 = Annotated[str, Meta(min_length=1, max_length=60)]
Body1024 = Annotated[str, Meta(min_length=1, max_length=1024)]
Body4096 = Annotated[str, Meta(min_length=1, max_length=4096)]
Link = Annotated[str, Meta(min_length=9, max_length=2000, pattern=r"^https?://[^\s]+$")]
Identifier = Annotated[str, Meta(min_length=1, max_length=200)]


class MediaRef(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file in a header: ``id`` or ``link``, exactly one."""

    id: Identifier | None = None
    link: Link | None = None
    filename: str | None = None  # of a document

    def __post_init__(self) -> None:
        if (self.id is None) == (self.link is None):
            raise ValueError("give exactly one of `id` and `link`")


class TextHeader(Struct, frozen=True, kw_only=True, tag_field="type", tag="text"):
    """A line above the body."""

    text: Footer60


class ImageHeader(Struct, frozen=True, kw_only=True, tag_field="type", tag="image"):
    """An image above the body."""

    image: MediaRef


class VideoHeader(Struct, frozen=True, kw_only=True, tag_field="type", tag="video"):
    """A video above the body."""

    video: MediaRef


class DocumentHeader(Struct, frozen=True, kw_only=True, tag_field="type", tag="document"):
    """A document above the body."""

    document: MediaRef


Header: TypeAlias = TextHeader | ImageHeader | VideoHeader | DocumentHeader


class Footer(Struct, frozen=True, kw_only=True):
    """A small line below the body."""

    text: Footer60


class ShortBody(Struct, frozen=True, kw_only=True):
    """The body, at most 1,024 characters."""

    text: Body1024


class LongBody(Struct, frozen=True, kw_only=True):
    """The body, at most 4,096 characters."""

    text: Body4096


class CardBody(Struct, frozen=True, kw_only=True):
    """The body of a card, at most 160 characters."""

    text: Annotated[str, Meta(min_length=1, max_length=160)]


class Reply(Struct, frozen=True, kw_only=True):
    """What a button says, and the id that comes back when it is pressed."""

    id: Annotated[str, Meta(min_length=1, max_length=256)]
    title: Title20


class ReplyButton(Struct, frozen=True, kw_only=True):
    """A button."""

    reply: Reply
    type: Literal["reply"] = "reply"


class ButtonAction(Struct, frozen=True, kw_only=True):
    """One to three buttons, all different."""

    buttons: Annotated[list[ReplyButton], Meta(min_length=1, max_length=3)]

    def __post_init__(self) -> None:
        _all_different("button ids", (button.reply.id for button in self.buttons))
        _all_different("button titles", (button.reply.title for button in self.buttons))


class Buttons(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="button"):
    """A message with up to three reply buttons."""

    body: ShortBody
    action: ButtonAction
    header: Header | None = None
    footer: Footer | None = None


class Row(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A choice in a list."""

    id: Annotated[str, Meta(min_length=1, max_length=200)]
    title: Title24
    description: Annotated[str, Meta(min_length=1, max_length=72)] | None = None


class Section(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Choices under one title."""

    rows: Annotated[list[Row], Meta(min_length=1, max_length=MOST_ROWS)]
    title: Title24 | None = None


class ListAction(Struct, frozen=True, kw_only=True):
    """The button that opens the list, and its sections: ten rows in all; each section has a title where there are several."""

    button: Title20
    sections: Annotated[list[Section], Meta(min_length=1, max_length=10)]

    def __post_init__(self) -> None:
        rows = [row for section in self.sections for row in section.rows]
        if len(rows) > MOST_ROWS:
            raise ValueError(
                f"a list has at most {MOST_ROWS} rows in all its sections, this one has {len(rows)}"
            )
        _all_different("row ids", (row.id for row in rows))
        _titled(self.sections)


class ListMenu(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="list"):
    """A message with a list to choose from."""

    body: LongBody
    action: ListAction
    header: TextHeader | None = None
    footer: Footer | None = None


class LinkParameters(Struct, frozen=True, kw_only=True):
    """What the button says and where it leads."""

    display_text: Title20
    url: Link


class LinkAction(Struct, frozen=True, kw_only=True):
    """A button with a link."""

    parameters: LinkParameters
    name: Literal["cta_url"] = "cta_url"


class LinkButton(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="cta_url"):
    """A message with one button that opens a link."""

    body: ShortBody
    action: LinkAction
    header: Header | None = None
    footer: Footer | None = None


class LocationAction(Struct, frozen=True, kw_only=True):
    """Ask for the place."""

    name: Literal["send_location"] = "send_location"


class LocationRequest(Struct, frozen=True, kw_only=True, tag_field="type", tag="location_request_message"):
    """Asks the person to share where they are."""

    body: ShortBody
    action: LocationAction = field(default_factory=LocationAction)


class ContactAction(Struct, frozen=True, kw_only=True):
    """Ask for the phone number."""

    name: Literal["request_contact_info"] = "request_contact_info"


class ContactRequest(Struct, frozen=True, kw_only=True, tag_field="type", tag="request_contact_info"):
    """Asks a person who hides the number to share it [Meta: BSUID, mid 2026]."""

    body: ShortBody
    action: ContactAction = field(default_factory=ContactAction)


class FlowScreen(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a flow begins, and with what."""

    screen: Identifier
    data: dict[str, object] | None = None


class FlowParameters(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which flow (``flow_id`` or ``flow_name``), and what its button says."""

    flow_cta: Title20
    # Meta wants it always; a factory's value is not left out as a default would be.
    flow_message_version: Literal["3"] = field(default_factory=lambda: "3")
    flow_id: Identifier | None = None
    flow_name: Identifier | None = None
    flow_token: Identifier | None = None
    mode: Literal["draft", "published"] | None = None
    flow_action: Literal["navigate", "data_exchange"] | None = None
    flow_action_payload: FlowScreen | None = None

    def __post_init__(self) -> None:
        if (self.flow_id is None) == (self.flow_name is None):
            raise ValueError("give exactly one of `flow_id` and `flow_name`")


class FlowAction(Struct, frozen=True, kw_only=True):
    """Opens a flow."""

    parameters: FlowParameters
    name: Literal["flow"] = "flow"


class FlowButton(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="flow"):
    """A message with a button that opens a flow."""

    body: ShortBody
    action: FlowAction
    header: Header | None = None
    footer: Footer | None = None


class ProductAction(Struct, frozen=True, kw_only=True):
    """One product of a catalogue."""

    catalog_id: Identifier
    product_retailer_id: Identifier


class Product(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="product"):
    """A single product."""

    action: ProductAction
    body: ShortBody | None = None
    footer: Footer | None = None


class ProductItem(Struct, frozen=True, kw_only=True):
    """A product in a list."""

    product_retailer_id: Identifier


class ProductSection(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Products under one title."""

    product_items: Annotated[list[ProductItem], Meta(min_length=1, max_length=MOST_PRODUCTS)]
    title: Title24 | None = None


class ProductListAction(Struct, frozen=True, kw_only=True):
    """Products of a catalogue: at most thirty, in at most ten sections."""

    catalog_id: Identifier
    sections: Annotated[list[ProductSection], Meta(min_length=1, max_length=10)]

    def __post_init__(self) -> None:
        count = sum(len(section.product_items) for section in self.sections)
        if count > MOST_PRODUCTS:
            raise ValueError(
                f"a product list has at most {MOST_PRODUCTS} products in all its sections, this one has {count}"
            )
        _titled(self.sections)


class ProductList(
    Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="product_list"
):
    """Several products; Meta wants a text header."""

    header: TextHeader
    body: ShortBody
    action: ProductListAction
    footer: Footer | None = None


class CatalogParameters(Struct, frozen=True, kw_only=True):
    """The product whose picture stands for the catalogue."""

    thumbnail_product_retailer_id: Identifier


class CatalogAction(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Opens the catalogue."""

    name: Literal["catalog_message"] = field(default_factory=lambda: "catalog_message")
    parameters: CatalogParameters | None = None


class Catalog(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="catalog_message"):
    """A message that opens the whole catalogue."""

    body: ShortBody
    action: CatalogAction = field(default_factory=CatalogAction)
    footer: Footer | None = None


class LinkCard(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="cta_url"):
    """A card with an image or a video and a link."""

    card_index: Annotated[int, Meta(ge=0, le=9)]
    header: ImageHeader | VideoHeader
    action: LinkAction
    body: CardBody | None = None


class ProductCard(Struct, frozen=True, kw_only=True, tag_field="type", tag="product"):
    """A card with a product."""

    card_index: Annotated[int, Meta(ge=0, le=9)]
    action: ProductAction


class CarouselAction(Struct, frozen=True, kw_only=True):
    """Two to ten cards of one kind, numbered from 0."""

    cards: Annotated[list[LinkCard | ProductCard], Meta(min_length=2, max_length=10)]

    def __post_init__(self) -> None:
        if [card.card_index for card in self.cards] != list(range(len(self.cards))):
            raise ValueError("card_index counts the cards from 0")
        if len({type(card) for card in self.cards}) > 1:
            raise ValueError("the cards of a carousel are all of one type")


class Carousel(Struct, frozen=True, kw_only=True, tag_field="type", tag="carousel"):
    """Cards to swipe through; neither header nor footer."""

    body: ShortBody
    action: CarouselAction


Interactive: TypeAlias = (
    Buttons
    | ListMenu
    | LinkButton
    | LocationRequest
    | ContactRequest
    | FlowButton
    | Product
    | ProductList
    | Catalog
    | Carousel
)


def words_in_interactive(interactive: Interactive) -> str | None:
    """Return what a person would read or search for: header, body, buttons, rows and footer, a line each."""
    words: list[str | None] = []
    header = getattr(interactive, "header", None)
    words.append(header.text if isinstance(header, TextHeader) else None)
    body = getattr(interactive, "body", None)
    words.append(body.text if body is not None else None)
    match interactive:
        case Buttons(action=ButtonAction(buttons=buttons)):
            words += [button.reply.title for button in buttons]
        case ListMenu(action=ListAction(sections=sections)):
            words += [row.title for section in sections for row in section.rows]
        case LinkButton(action=LinkAction(parameters=parameters)):
            words.append(parameters.display_text)
        case FlowButton(action=FlowAction(parameters=parameters)):
            words.append(parameters.flow_cta)
        case Carousel(action=CarouselAction(cards=cards)):
            words += [
                card.body.text for card in cards if isinstance(card, LinkCard) and card.body is not None
            ]
        case _:
            pass
    footer = getattr(interactive, "footer", None)
    words.append(footer.text if footer is not None else None)
    return "\n".join(word for word in words if word) or None


def _all_different(what: str, values: Iterable[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise ValueError(f"{what} must all be different; {value!r} stands twice")
        seen.add(value)


def _titled(sections: Sequence[Section] | Sequence[ProductSection]) -> None:
    if len(sections) > 1 and not all(section.title for section in sections):
        raise ValueError("where there are several sections each needs a title")
