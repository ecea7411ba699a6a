"""A template with its values in: what is sent, what is missing, and how it reads. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final, TypeAlias

import msgspec
from msgspec import structs

from curbe.domain.interactive_parts import MediaRef
from curbe.domain.template import (
    ActionParameter,
    ActionSection,
    BodyComponent,
    ButtonActionData,
    ButtonComponent,
    ButtonParameter,
    Card,
    CarouselComponent,
    Component,
    CouponParameter,
    CurrencyParameter,
    DateTimeParameter,
    HeaderComponent,
    HeaderParameter,
    ImageParameter,
    OfferComponent,
    OfferEnd,
    OfferParameter,
    PayloadParameter,
    TextParameter,
    UrlParameter,
)
from curbe.templates.slots import Slot, cards_of, slots

# Meta refuses a parameter with a line break, a tab or more than four spaces in a row: 132018.
_UNFIT: Final = re.compile(r"[\n\t]| {5,}")
_LONGEST: Final = {"text": 1024, "url": 2000, "payload": 256, "coupon_code": 20}
_SUB_TYPES: Final = {
    "url": "url",
    "payload": "quick_reply",
    "coupon_code": "copy_code",
    "flow": "flow",
    "catalog": "catalog",
    "mpm": "mpm",
}
_BUTTON_PATH: Final = re.compile(r"buttons\[(\d)\]")
_UNUSED: Final = "unused"  # what a flow's token is where nobody needs one [Meta: sending a flow]

Plain: TypeAlias = str | int | float
Moment: TypeAlias = Annotated[datetime, msgspec.Meta(tz=True)]
BodyValue: TypeAlias = Plain | TextParameter | CurrencyParameter | DateTimeParameter
Values: TypeAlias = dict[str, Any]


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


class CardValue(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one card of a carousel takes, in the order of the cards."""

    header: HeaderParameter | None = None
    parameters: list[BodyValue] | dict[str, Plain] | None = None
    buttons: list[ButtonValue] = []


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What fills a template.

    ``parameters`` are the body's: a list in order, or a map by name or number. ``template_data`` is a simple map for everything: the
    names of the
    variables, ``header``, ``button_0`` ...; what is too much there is left aside. ``header`` is a text, or a parameter in Meta's shape.
    """

    parameters: list[BodyValue] | dict[str, Plain] | None = None
    template_data: dict[str, Plain] | None = None
    header: Plain | HeaderParameter | None = None
    buttons: list[ButtonValue] = []
    offer_expires_at: Moment | None = None
    cards: list[CardValue] = []


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """A template with values: ``components`` can be sent where nothing is ``missing``, ``unfit`` or too much (``extra``).

    ``values`` are by path; ``unused`` are names of ``template_data`` that the template does not have, which does no harm.
    """

    components: list[Component]
    values: Values
    missing: list[str]
    extra: list[str]
    unfit: list[str]
    unused: list[str]

    @property
    def whole(self) -> bool:
        """Tell whether it can be sent."""
        return not (self.missing or self.extra or self.unfit)


def fill(components: Sequence[Mapping[str, Any]], given: Given, *, cover: MediaRef | None) -> Filled:
    """Return the template with what was given in its places.

    Args:
        components: the template's, as Meta lists them.
        given: the values.
        cover: the tenant's own image: stands in the header where that is an image and none is given.
    """
    places = slots(components)
    values, extra = _explicit(places, given)
    unused = _from_map(places, values, given.template_data or {})
    for place in places:
        if place.path == "header" and place.kind == "image" and cover is not None:
            values.setdefault(place.path, ImageParameter(image=cover))
        if place.repeats in values:
            values[place.path] = values[place.repeats]
    wanted = [place for place in places if place.required]
    missing = [place.path for place in wanted if place.path not in values]
    unfit = [place.path for place in places if not _fits(place, values.get(place.path))]
    return Filled(
        components=_built(components, values) if not missing + unfit + extra else [],
        values=values,
        missing=missing,
        extra=extra,
        unfit=unfit,
        unused=unused,
    )


def _explicit(places: Sequence[Slot], given: Given) -> tuple[Values, list[str]]:
    """Return the values that say where they go, by path, and what goes nowhere."""
    values: Values = {}
    extra: list[str] = []
    by_path = {place.path: place for place in places}
    _take_body(places, "", given.parameters, values, extra)
    _take(by_path, "header", given.header, values, extra)
    _take_buttons(by_path, "", given.buttons, values, extra)
    _take(by_path, "offer", given.offer_expires_at, values, extra)
    for n, card in enumerate(given.cards):
        prefix = f"cards[{n}]."
        _take_body(places, prefix, card.parameters, values, extra)
        _take(by_path, f"{prefix}header", card.header, values, extra)
        _take_buttons(by_path, prefix, card.buttons, values, extra)
    return values, extra


def _take(by_path: Mapping[str, Slot], path: str, value: object, values: Values, extra: list[str]) -> None:
    if value is None:
        return
    if path not in by_path:
        extra.append(path)
    elif not _is_empty(value):
        values[path] = value


def _take_body(
    places: Sequence[Slot],
    prefix: str,
    parameters: list[BodyValue] | dict[str, Plain] | None,
    values: Values,
    extra: list[str],
) -> None:
    own = [place for place in places if place.path.startswith(f"{prefix}body.")]
    by_path = {place.path: place for place in own}
    if isinstance(parameters, dict):
        for name, value in parameters.items():
            _take(by_path, f"{prefix}body.{name}", value, values, extra)
        return
    for n, value in enumerate(parameters or []):
        name = getattr(value, "parameter_name", None)
        if name is None:
            name = own[n].variable if n < len(own) else str(n + 1)
        _take(by_path, f"{prefix}body.{name}", value, values, extra)


def _take_buttons(
    by_path: Mapping[str, Slot], prefix: str, buttons: Sequence[ButtonValue], values: Values, extra: list[str]
) -> None:
    for button in buttons:
        path = f"{prefix}buttons[{button.index}]"
        place = by_path.get(path)
        _take(by_path, path, button if place is None else _of_button(place, button), values, extra)


def _of_button(place: Slot, button: ButtonValue) -> object:
    match place.kind:
        case "url":
            return button.text
        case "payload":
            return button.payload
        case "coupon_code":
            return button.coupon_code
        case _:
            return button


def _from_map(places: Sequence[Slot], values: Values, data: Mapping[str, Plain]) -> list[str]:
    """Put the values of a simple map where their names say, and return the names that say nothing.

    One that is left over goes into the one place that is left open; where no name says anything, they go in their order.
    """
    said = {place.key for place in places}
    for place in places:
        if place.path not in values and not _is_empty(data.get(place.key)) and place.repeats is None:
            values[place.path] = data[place.key]
    left = [name for name in data if name not in said]
    open_places = [
        place
        for place in places
        if place.required
        and place.repeats is None
        and place.kind in {"text", "url"}
        and place.path not in values
    ]
    guessable = len(left) == len(open_places) and (len(left) == 1 or len(left) == len(data))
    if not guessable:
        return left
    for place, name in zip(open_places, left, strict=True):
        if not _is_empty(data[name]):
            values[place.path] = data[name]
    return []


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _fits(place: Slot, value: object) -> bool:
    """Tell whether Meta takes this value in this place; nothing at all is missing, not unfit."""
    if value is None:
        return True
    match place.kind:
        case "text" | "url":
            text = words(value)
            return text is not None and not _UNFIT.search(text) and len(text) <= _LONGEST[place.kind]
        case "payload" | "coupon_code":
            return isinstance(value, str) and len(value) <= _LONGEST[place.kind]
        case "mpm":
            return isinstance(value, ButtonValue) and bool(value.sections)
        case "image" | "video" | "document" | "location" | "product":
            return getattr(getattr(value, "__struct_config__", None), "tag", None) == place.kind
        case _:
            return True


def words(value: object) -> str | None:
    """Return a value as it will read; None where it is no text, amount or date."""
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


def _built(components: Sequence[Mapping[str, Any]], values: Values, prefix: str = "") -> list[Any]:
    """Return Meta's components of a send; ``values`` are whole and fit."""
    built: list[Any] = []
    own = slots(components, prefix=prefix)
    header = [place for place in own if place.path == f"{prefix}header" and place.path in values]
    body = [place for place in own if place.path.startswith(f"{prefix}body.")]
    if header:
        built.append(HeaderComponent(parameters=[_header(header[0], values[header[0].path])]))
    if body:
        built.append(BodyComponent(parameters=[_text(place, values[place.path]) for place in body]))
    if f"{prefix}offer" in values:
        ends = OfferEnd(expiration_time_ms=round(values[f"{prefix}offer"].timestamp() * 1000))
        built.append(OfferComponent(parameters=[OfferParameter(limited_time_offer=ends)]))
    cards = cards_of(components)
    if cards:
        parts = [_built(card, values, f"{prefix}cards[{n}].") for n, card in enumerate(cards)]
        built.append(
            CarouselComponent(cards=[Card(card_index=n, components=one) for n, one in enumerate(parts)])
        )
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
            return None if value is None else PayloadParameter(payload=str(value))
        case "coupon_code":
            return CouponParameter(coupon_code=str(value))
        case "flow":
            given = value if isinstance(value, ButtonValue) else ButtonValue(index=0)
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
