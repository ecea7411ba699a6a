"""The values for a template, as senders give them: for its slots, as a simple map, or as Meta's own components. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, TypeAlias

import msgspec

from curbe.domain.template import (
    MOST_BUTTONS,
    ActionParameter,
    ActionSection,
    BodyComponent,
    ButtonComponent,
    ButtonParameter,
    CarouselComponent,
    Component,
    CouponParameter,
    CurrencyParameter,
    DateTimeParameter,
    HeaderComponent,
    HeaderParameter,
    OfferComponent,
    PayloadParameter,
    TapTargetComponent,
    TextParameter,
    UrlParameter,
)

MOST_CARDS: Final = 10
_MOST_PARAMETERS: Final = 500  # more than the 1,024 characters of a body can name

Plain: TypeAlias = str | int | float
Moment: TypeAlias = Annotated[datetime, msgspec.Meta(tz=True)]
Milliseconds: TypeAlias = int  # since 1970: how Meta writes a moment
BodyValue: TypeAlias = Plain | TextParameter | CurrencyParameter | DateTimeParameter
# No longer than any template's: each value of a request is held against each place, and what has none is told one by one.
BodyValues: TypeAlias = (
    Annotated[list[BodyValue], msgspec.Meta(max_length=_MOST_PARAMETERS)]
    | Annotated[dict[str, Plain], msgspec.Meta(max_length=_MOST_PARAMETERS)]
)


class ButtonValue(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one button takes; ``index`` counts the template's buttons from 0.

    ``text`` is the variable end of a link, ``payload`` what comes back from a quick reply, ``coupon_code`` the code to copy; the others
    are of
    flows and catalogues.
    """

    index: Annotated[int, msgspec.Meta(ge=0, le=9)]
    text: Plain | None = None
    payload: str | None = None
    coupon_code: str | None = None
    flow_token: str | None = None
    flow_action_data: dict[str, object] | None = None
    thumbnail_product_retailer_id: str | None = None
    sections: list[ActionSection] | None = None


ButtonValues: TypeAlias = Annotated[list[ButtonValue], msgspec.Meta(max_length=MOST_BUTTONS)]


class CardValue(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one card of a carousel takes, in the order of the cards."""

    header: HeaderParameter | None = None
    parameters: BodyValues | None = None
    buttons: ButtonValues = []


CardValues: TypeAlias = Annotated[list[CardValue], msgspec.Meta(max_length=MOST_CARDS)]


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What fills a template.

    ``parameters`` are the body's: a list in order, or a map by name or number. ``template_data`` is a simple map for everything: the
    names of the variables, ``header``, ``button_0`` ...; what is too much there is left aside. ``header`` is a text, the link of a file,
    or a parameter in Meta's shape. ``tap_target`` belongs to no place: it goes along.
    """

    parameters: BodyValues | None = None
    template_data: dict[str, Plain] | None = None
    header: Plain | HeaderParameter | None = None
    buttons: ButtonValues = []
    offer_expires_at: Moment | Milliseconds | None = None
    cards: CardValues = []
    tap_target: TapTargetComponent | None = None


def written(components: Sequence[Component]) -> Given:
    """Return the values in components of Meta's shape, so that they can be compared with a template."""
    given: dict[str, Any] = _of_part(components)
    for one in components:
        match one:
            case OfferComponent(parameters=[parameter]):
                given["offer_expires_at"] = parameter.limited_time_offer.expiration_time_ms
            case CarouselComponent(cards=cards):
                given["cards"] = [CardValue(**_of_part(card.components)) for card in cards]
            case TapTargetComponent():
                given["tap_target"] = one
            case _:
                pass
    return Given(**given)


def taken_from(body: object) -> Given:
    """Return the values among the members of a request's body."""
    return Given(**{name: getattr(body, name) for name in Given.__struct_fields__ if hasattr(body, name)})


def words(value: object) -> str | None:
    """Return a value as it will be displayed; None if it is no text, amount or date."""
    match value:
        case str() | int() | float() if not isinstance(value, bool):
            return str(value)
        case TextParameter():
            return value.text
        case CurrencyParameter():
            return value.currency.fallback_value
        case DateTimeParameter():
            return value.date_time.fallback_value
        case _:
            return None


def _of_part(components: Sequence[Component]) -> dict[str, Any]:
    """Return the values of the header, body and buttons of a template or of one card."""
    given: dict[str, Any] = {"buttons": []}
    for one in components:
        match one:
            case HeaderComponent(parameters=[parameter]):
                given["header"] = parameter
            case BodyComponent(parameters=parameters):
                given["parameters"] = parameters
            case ButtonComponent(index=index, parameters=[parameter]):
                given["buttons"].append(_button(int(index), parameter))
            case _:
                pass
    return given


def _button(index: int, parameter: ButtonParameter) -> ButtonValue:
    match parameter:
        case UrlParameter(text=text):
            return ButtonValue(index=index, text=text)
        case PayloadParameter(payload=payload):
            return ButtonValue(index=index, payload=payload)
        case CouponParameter(coupon_code=code):
            return ButtonValue(index=index, coupon_code=code)
        case ActionParameter(action=action):
            return ButtonValue(index=index, **msgspec.structs.asdict(action))
