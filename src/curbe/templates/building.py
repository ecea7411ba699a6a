"""Builds Meta's components for sending a template from complete and checked values. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import structs

from curbe.domain.template import (
    ActionParameter,
    BodyComponent,
    ButtonActionData,
    ButtonComponent,
    ButtonParameter,
    Card,
    CarouselComponent,
    CouponParameter,
    CurrencyParameter,
    DateTimeParameter,
    HeaderComponent,
    HeaderParameter,
    OfferComponent,
    OfferEnd,
    OfferParameter,
    PayloadParameter,
    TextParameter,
    UrlParameter,
)
from curbe.templates.parts import Part, cards_of
from curbe.templates.slots import Slot, slots
from curbe.templates.values import ButtonValue, words

_SUB_TYPES: Final = {
    "url": "url",
    "payload": "quick_reply",
    "coupon_code": "copy_code",
    "flow": "flow",
    "catalog": "catalog",
    "mpm": "mpm",
}
_BUTTON_PATH: Final = re.compile(r"buttons\[(\d)\]")
_UNUSED: Final = "unused"  # the token of a flow that needs none [Meta: sending a flow]

Values = Mapping[str, Any]  # by the path of the slot


def build(components: Sequence[Part], values: Values, prefix: str = "") -> list[Any]:
    """Return Meta's components for sending; with ``prefix``, those of the card that it leads to."""
    built: list[Any] = []
    own = slots(components, prefix=prefix)
    built += [
        HeaderComponent(parameters=[_header(place, values[place.path])])
        for place in own
        if place.path == f"{prefix}header"
    ]
    body = [place for place in own if place.path.startswith(f"{prefix}body.")]
    if body:
        built.append(BodyComponent(parameters=[_text(place, values[place.path]) for place in body]))
    if f"{prefix}offer" in values:
        ends = OfferEnd(expiration_time_ms=values[f"{prefix}offer"])
        built.append(OfferComponent(parameters=[OfferParameter(limited_time_offer=ends)]))
    cards = cards_of(components)
    if cards:
        parts = [build(card, values, f"{prefix}cards[{n}].") for n, card in enumerate(cards)]
        built.append(
            CarouselComponent(cards=[Card(card_index=n, components=one) for n, one in enumerate(parts)])
        )
    return built + _buttons(own, values, prefix)


def _buttons(own: Sequence[Slot], values: Values, prefix: str) -> list[ButtonComponent]:
    built: list[ButtonComponent] = []
    for place in own:
        found = _BUTTON_PATH.fullmatch(place.path.removeprefix(prefix))
        parameter = None if found is None else _button(place, values.get(place.path))
        if found is not None and parameter is not None:
            built.append(
                ButtonComponent(sub_type=_SUB_TYPES[place.kind], index=found[1], parameters=[parameter])  # type: ignore[arg-type]
            )
    return built


def _header(place: Slot, value: Any) -> HeaderParameter:
    return _text(place, value) if place.kind == "text" else value


def _text(place: Slot, value: Any) -> Any:
    name = None if place.variable.isdecimal() else place.variable
    if isinstance(value, TextParameter | CurrencyParameter | DateTimeParameter):
        return structs.replace(value, parameter_name=name)
    return TextParameter(text=words(value) or "", parameter_name=name)


def _button(place: Slot, value: Any) -> ButtonParameter | None:
    match place.kind:
        case "url":
            return UrlParameter(text=words(value) or "")
        case "payload":
            return None if value is None else PayloadParameter(payload=value)
        case "coupon_code":
            return CouponParameter(coupon_code=value)
        case "flow":
            given = value or ButtonValue(index=0)
            action = ButtonActionData(
                flow_token=given.flow_token or _UNUSED, flow_action_data=given.flow_action_data
            )
            return ActionParameter(action=action)
        case _ if isinstance(value, ButtonValue):
            action = ButtonActionData(
                thumbnail_product_retailer_id=value.thumbnail_product_retailer_id, sections=value.sections
            )
            return ActionParameter(action=action)
        case _:
            return None
