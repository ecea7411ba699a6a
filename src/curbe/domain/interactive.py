"""Interactive messages: what a person can press, in Meta's shape, its limits in the types.

Source: Meta's pages on interactive messages, Dec 2025 to Sep 2026.
"""

from typing import Annotated, Final, Literal, TypeAlias

from msgspec import Meta, Struct, field, structs

from curbe.domain.interactive_parts import (
    CardBody,
    Footer,
    Header,
    Identifier,
    ImageHeader,
    Link,
    LongBody,
    ShortBody,
    TextHeader,
    Title20,
    Title24,
    VideoHeader,
    all_different,
    titled,
)
from curbe.domain.products import Catalog, Product, ProductAction, ProductList

MOST_ROWS: Final = 10  # of a list, over all its sections


class ButtonReply(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a button says, and the id that comes back when it is pressed."""

    id: Annotated[str, Meta(min_length=1, max_length=256)]
    title: Title20


class ReplyButton(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A button."""

    reply: ButtonReply
    type: Literal["reply"] = "reply"


class ButtonAction(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One to three buttons, all different."""

    buttons: Annotated[list[ReplyButton], Meta(min_length=1, max_length=3)]

    def __post_init__(self) -> None:
        all_different("button ids", (button.reply.id for button in self.buttons))
        all_different("button titles", (button.reply.title for button in self.buttons))


class Buttons(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="type",
    tag="button",
):
    """A message with up to three reply buttons."""

    body: ShortBody
    action: ButtonAction
    header: Header | None = None
    footer: Footer | None = None


class Row(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A choice in a list."""

    id: Annotated[str, Meta(min_length=1, max_length=200)]
    title: Title24
    description: Annotated[str, Meta(min_length=1, max_length=72)] | None = None


class Section(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Choices under one title."""

    rows: Annotated[list[Row], Meta(min_length=1, max_length=MOST_ROWS)]
    title: Title24 | None = None


class ListAction(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The button that opens the list, and its sections: ten rows in all; each section has a title where there are several."""

    button: Title20
    sections: Annotated[list[Section], Meta(min_length=1, max_length=10)]

    def __post_init__(self) -> None:
        rows = [row for section in self.sections for row in section.rows]
        if len(rows) > MOST_ROWS:
            raise ValueError(
                f"a list has at most {MOST_ROWS} rows in all its sections, this one has {len(rows)}"
            )
        all_different("row ids", (row.id for row in rows))
        titled([section.title for section in self.sections])


class ListMenu(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="type",
    tag="list",
):
    """A message with a list to choose from."""

    body: LongBody
    action: ListAction
    header: TextHeader | None = None
    footer: Footer | None = None


class LinkParameters(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the button says and where it leads."""

    display_text: Title20
    url: Link


class LinkAction(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A button with a link."""

    parameters: LinkParameters
    name: Literal["cta_url"] = "cta_url"


class LinkButton(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="type",
    tag="cta_url",
):
    """A message with one button that opens a link."""

    body: ShortBody
    action: LinkAction
    header: Header | None = None
    footer: Footer | None = None


class LocationAction(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask for the place."""

    name: Literal["send_location"] = "send_location"


class LocationRequest(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="location_request_message",
):
    """Asks the person to share where they are."""

    body: ShortBody
    action: LocationAction = field(default_factory=LocationAction)


class ContactAction(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask for the phone number."""

    name: Literal["request_contact_info"] = "request_contact_info"


class ContactRequest(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="request_contact_info",
):
    """Asks a person who hides the number to share it [Meta: BSUID, mid 2026]."""

    body: ShortBody
    action: ContactAction = field(default_factory=ContactAction)


class FlowScreen(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where a flow begins, and with what."""

    screen: Identifier
    data: dict[str, object] | None = None


class FlowParameters(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
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


class FlowAction(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Opens a flow."""

    parameters: FlowParameters
    name: Literal["flow"] = "flow"


class FlowButton(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="type",
    tag="flow",
):
    """A message with a button that opens a flow."""

    body: ShortBody
    action: FlowAction
    header: Header | None = None
    footer: Footer | None = None


class QuickReplyButton(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A button on a card."""

    quick_reply: ButtonReply
    type: Literal["quick_reply"] = "quick_reply"


class CardAction(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One link (``name`` and ``parameters``), or reply ``buttons``."""

    name: Literal["cta_url"] | None = None
    parameters: LinkParameters | None = None
    buttons: Annotated[list[QuickReplyButton], Meta(min_length=1, max_length=3)] | None = None

    def __post_init__(self) -> None:
        if (self.parameters is None) == (self.buttons is None) or (
            self.name is not None and self.buttons is not None
        ):
            raise ValueError("give either one link, as `name` and `parameters`, or `buttons`")
        if self.parameters is not None:
            structs.force_setattr(self, "name", "cta_url")


class LinkCard(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="type",
    tag="cta_url",
):
    """A card with an image or a video, and a link or reply buttons: Meta calls both ``cta_url`` [Meta: media carousel, May 2026; M]."""

    card_index: Annotated[int, Meta(ge=0, le=9)]
    header: ImageHeader | VideoHeader
    action: CardAction
    body: CardBody | None = None


class ProductCard(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="product"
):
    """A card with a product."""

    card_index: Annotated[int, Meta(ge=0, le=9)]
    action: ProductAction


class CarouselAction(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Two to ten cards of one kind, numbered from 0 [Meta: media carousel, Oct 2025 and May 2026; product carousel]."""

    cards: Annotated[list[LinkCard | ProductCard], Meta(min_length=2, max_length=10)]

    def __post_init__(self) -> None:
        if [card.card_index for card in self.cards] != list(range(len(self.cards))):
            raise ValueError("card_index counts the cards from 0")
        if len({type(card) for card in self.cards}) > 1:
            raise ValueError("the cards of a carousel are all of one type")
        headers = {type(card.header) for card in self.cards if isinstance(card, LinkCard)}
        if len(headers) > 1:
            raise ValueError("the headers of a carousel's cards are all an image, or all a video")
        if len({card.action.catalog_id for card in self.cards if isinstance(card, ProductCard)}) > 1:
            raise ValueError("the products of a carousel are all of one catalogue")
        buttons = [card.action.buttons or [] for card in self.cards if isinstance(card, LinkCard)]
        if len({len(some) for some in buttons}) > 1:
            raise ValueError("the cards of a carousel have all a link, or all the same number of buttons")
        all_different("button ids", (button.quick_reply.id for some in buttons for button in some))


class Carousel(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="carousel"
):
    """Cards to swipe through; neither header nor footer."""

    body: ShortBody
    action: CarouselAction


# TODO: order_details, voice_call, call_permission_request, address_message; out of scope so far, see docs/whatsapp.md.
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
            words += [word for card in cards if isinstance(card, LinkCard) for word in _words_on(card)]
        case _:
            pass
    footer = getattr(interactive, "footer", None)
    words.append(footer.text if footer is not None else None)
    return "\n".join(word for word in words if word) or None


def _words_on(card: LinkCard) -> list[str]:
    words = [card.body.text] if card.body is not None else []
    if card.action.parameters is not None:
        return [*words, card.action.parameters.display_text]
    return [*words, *(button.quick_reply.title for button in card.action.buttons or ())]
