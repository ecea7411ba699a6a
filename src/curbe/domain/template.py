"""A template with its parameters, in Meta's shape, its limits in the types [Meta: template messages, Dec 2025 to Sep 2026]."""

import re
from typing import Annotated, Final, Literal, TypeAlias

from msgspec import Meta, Struct, field, structs

from curbe.domain.interactive_parts import MediaRef
from curbe.domain.products import ProductItem

LONGEST_CODE: Final = 20  # of a coupon, since 2025-12-03
LONGEST_PASSCODE: Final = 15  # of an authentication template
MOST_BUTTONS: Final = 10
_NAME: Final = re.compile(r"^[a-z0-9_]{1,512}$")
_LANGUAGE: Final = re.compile(r"^[a-z]{2,3}(_[A-Z]{2,3})?$")

Words = Annotated[str, Meta(min_length=1, max_length=32_768)]
ParameterName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
CardIndex = Annotated[int, Meta(ge=0, le=9)]

# {{name}} stands for a variable of a campaign's recipients, {{name|friend}} for one that may be missing, with what is said then.
VARIABLE: Final = re.compile(r"\{\{\s*([a-z_][a-z0-9_]{0,63})\s*(?:\|([^{}]*))?\}\}")


def shortest(text: str) -> str:
    """Return what is surely said of a text: its variables by what is said where they are missing, not by their names."""
    return VARIABLE.sub(lambda match: match[2] or "", text) if "{{" in text else text


def is_recategorised(looked_over_as: str | None, category: str | None) -> bool:
    """Tell whether Meta files a template under another category by now: whom it may go to and what it costs are others then.

    What was or is not known is no other category.
    """
    return (
        looked_over_as is not None
        and category is not None
        and looked_over_as.casefold() != category.casefold()
    )


class TextParameter(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="type",
    tag="text",
):
    """Text; ``parameter_name`` where the template names its variables, else they go in order."""

    text: Words
    parameter_name: ParameterName | None = None


class Currency(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An amount; ``amount_1000`` is the amount times a thousand."""

    fallback_value: Words
    code: Annotated[str, Meta(pattern=r"^[A-Z]{3}$")]
    amount_1000: int


class CurrencyParameter(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="type",
    tag="currency",
):
    """An amount of money."""

    currency: Currency
    parameter_name: ParameterName | None = None


class DateTime(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A date as it is to be read; Meta shows ``fallback_value``, and takes the parts of the date beside it [Meta: templates, Dec 2025]."""

    fallback_value: Words
    calendar: Literal["GREGORIAN", "SOLAR_HIJRI"] | None = None
    year: int | None = None
    month: Annotated[int, Meta(ge=1, le=12)] | None = None
    day_of_month: Annotated[int, Meta(ge=1, le=31)] | None = None
    day_of_week: Annotated[int, Meta(ge=1, le=7)] | None = None
    hour: Annotated[int, Meta(ge=0, le=23)] | None = None
    minute: Annotated[int, Meta(ge=0, le=59)] | None = None
    timestamp: int | None = None


class DateTimeParameter(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="type",
    tag="date_time",
):
    """A date."""

    date_time: DateTime
    parameter_name: ParameterName | None = None


class ImageParameter(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="image"
):
    """The header's image."""

    image: MediaRef


class VideoParameter(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="video"
):
    """The header's video."""

    video: MediaRef


class DocumentParameter(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="document"
):
    """The header's document."""

    document: MediaRef


class Place(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The header's place."""

    latitude: float
    longitude: float
    name: Words
    address: Words


class LocationParameter(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="location"
):
    """The header's place."""

    location: Place


class ProductRef(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A product of a catalogue."""

    product_retailer_id: Words
    catalog_id: Words


class ProductParameter(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="product"
):
    """The header's product."""

    product: ProductRef


HeaderParameter: TypeAlias = (
    TextParameter | ImageParameter | VideoParameter | DocumentParameter | LocationParameter | ProductParameter
)


class HeaderComponent(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="header"
):
    """The header's one parameter."""

    parameters: Annotated[list[HeaderParameter], Meta(min_length=1, max_length=1)]


class BodyComponent(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="body"
):
    """The body's parameters: all named, or all in order."""

    parameters: list[TextParameter | CurrencyParameter | DateTimeParameter]

    def __post_init__(self) -> None:
        names = [parameter.parameter_name for parameter in self.parameters]
        if any(names) and not all(names):
            raise ValueError("either every parameter has a parameter_name, or none has")
        if len({name for name in names if name}) < len([name for name in names if name]):
            raise ValueError("each parameter_name is given once")


class PayloadParameter(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="payload"
):
    """What comes back when a quick reply is pressed."""

    payload: Annotated[str, Meta(min_length=1, max_length=256)]


class UrlParameter(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="text"
):
    """The variable end of a button's link, or an authentication code."""

    text: Annotated[str, Meta(min_length=1, max_length=2000)]


class CouponParameter(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="coupon_code"
):
    """The code to copy, of 1 to 20 characters; a campaign's variable counts as what is said where it is missing."""

    coupon_code: Annotated[str, Meta(min_length=1)]

    def __post_init__(self) -> None:
        if len(shortest(self.coupon_code)) > LONGEST_CODE:
            raise ValueError(f"a coupon's code has at most {LONGEST_CODE} characters")


class ActionSection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Products under one title."""

    product_items: Annotated[list[ProductItem], Meta(min_length=1, max_length=30)]
    title: Annotated[str, Meta(min_length=1, max_length=24)] | None = None


class ButtonActionData(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a flow or a catalogue button opens."""

    flow_token: str | None = None
    flow_action_data: dict[str, object] | None = None
    thumbnail_product_retailer_id: str | None = None
    sections: Annotated[list[ActionSection], Meta(max_length=10)] | None = None


class ActionParameter(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="action"
):
    """Parameters of a flow or catalogue button."""

    action: ButtonActionData


ButtonParameter: TypeAlias = PayloadParameter | UrlParameter | CouponParameter | ActionParameter
SubType: TypeAlias = Literal["quick_reply", "url", "copy_code", "flow", "catalog", "mpm"]
# Meta's own examples write it in capitals too: taken, and sent in small letters [Meta: template messages, Dec 2025].
InCapitals: TypeAlias = Literal["QUICK_REPLY", "URL", "COPY_CODE", "FLOW", "CATALOG", "MPM"]
_TAKES: Final[dict[str, type[Struct]]] = {
    "quick_reply": PayloadParameter,
    "url": UrlParameter,
    "copy_code": CouponParameter,
    "flow": ActionParameter,
    "catalog": ActionParameter,
    "mpm": ActionParameter,
}


class ButtonComponent(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="button"
):
    """One button's parameters; ``index`` counts the template's buttons from 0 and is sent as text, as Meta does."""

    sub_type: SubType | InCapitals
    index: Annotated[str, Meta(pattern=r"^[0-9]$")] | Annotated[int, Meta(ge=0, le=MOST_BUTTONS - 1)]
    parameters: Annotated[list[ButtonParameter], Meta(min_length=1, max_length=1)]

    def __post_init__(self) -> None:
        structs.force_setattr(self, "sub_type", self.sub_type.lower())
        takes = _TAKES[self.sub_type]
        if not isinstance(self.parameters[0], takes):
            raise ValueError(  # noqa: TRY004 - the value is of a good type, the combination is wrong
                f"a {self.sub_type} button takes a parameter of type {takes.__struct_config__.tag}"
            )


class OfferEnd(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When the offer ends, in milliseconds since 1970."""

    expiration_time_ms: Annotated[int, Meta(gt=0)]


class OfferParameter(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="limited_time_offer"
):
    """When the offer ends."""

    limited_time_offer: OfferEnd


class OfferComponent(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="limited_time_offer"
):
    """A limited-time offer's end."""

    parameters: Annotated[list[OfferParameter], Meta(min_length=1, max_length=1)]


class Card(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A card's own header, body and buttons."""

    card_index: CardIndex
    components: list[HeaderComponent | BodyComponent | ButtonComponent]


class CarouselComponent(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="carousel"
):
    """The cards of a carousel template, counted from 0."""

    cards: Annotated[list[Card], Meta(min_length=1, max_length=10)]

    def __post_init__(self) -> None:
        if [card.card_index for card in self.cards] != list(range(len(self.cards))):
            raise ValueError("card_index counts the cards from 0")


class TapTarget(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a tappable image leads, and under which title."""

    url: Annotated[str, Meta(pattern=r"^https?://[^\s]+$", max_length=2000)]
    title: Words


class TapTargetParameter(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="tap_target_configuration",
):
    """Where a tappable image leads."""

    tap_target_configuration: list[TapTarget]


class TapTargetComponent(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="tap_target_configuration",
):
    """Overrides the title of a tappable image's link."""

    parameters: Annotated[list[TapTargetParameter], Meta(min_length=1, max_length=1)]


Component: TypeAlias = (
    HeaderComponent
    | BodyComponent
    | ButtonComponent
    | OfferComponent
    | CarouselComponent
    | TapTargetComponent
)


class Language(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The language the template was approved in, as ``es_ES`` or ``pt``."""

    code: Annotated[str, Meta(pattern=_LANGUAGE.pattern)]
    policy: Literal["deterministic"] = field(default_factory=lambda: "deterministic")


class TemplateContent(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A template by name and language, and the parameters it needs."""

    name: Annotated[str, Meta(pattern=_NAME.pattern)]
    language: Language
    components: list[Component] = []

    def __post_init__(self) -> None:
        once = [c for c in self.components if not isinstance(c, ButtonComponent)]
        if len({type(component) for component in once}) < len(once):
            raise ValueError("each component is given once; only buttons repeat, each with its own index")
        buttons = [str(c.index) for c in self.components if isinstance(c, ButtonComponent)]
        if len(set(buttons)) < len(buttons):
            raise ValueError("each button's index is given once")
