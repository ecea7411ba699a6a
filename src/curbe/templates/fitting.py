"""Fills a template with values: returns what to send, or which values are missing, superfluous or unfit. Pure.

This is the only way a template is filled. The API, the earlier gateway's routes, notifications and campaigns all bring their values into
the shape of `values.Given` and come here.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import structs

from curbe.domain.content import own_file
from curbe.domain.interactive_parts import MediaRef
from curbe.domain.template import (
    Component,
    DocumentParameter,
    HeaderComponent,
    ImageParameter,
    VideoParameter,
)
from curbe.templates.building import build
from curbe.templates.faults import Code, Fault, fault, judged
from curbe.templates.parts import Part
from curbe.templates.slots import Slot, slots
from curbe.templates.values import BodyValue, ButtonValue, Given, Plain, words

_DIGITS: Final = re.compile(r"[0-9]{1,15}")  # milliseconds: until the year 33658
_LINK: Final = re.compile(r"https?://\S{1,1990}")
_FILES: Final = {"image": ImageParameter, "video": VideoParameter, "document": DocumentParameter}
# The members of a button's value that each kind of button uses.
_MEMBERS: Final = {
    "url": {"text"},
    "payload": {"payload"},
    "coupon_code": {"coupon_code"},
    "flow": {"flow_token", "flow_action_data"},
    "catalog": {"thumbnail_product_retailer_id"},
    "mpm": {"thumbnail_product_retailer_id", "sections"},
}
# Names in a simple map that mean a certain slot: their values go there or nowhere, even if the template has no such slot.
_SAYS_WHERE: Final = re.compile(r"\d+|header|offer|button_\d+|card_\d+_.*")


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """A template with values: ``components`` are Meta's, whole, or none at all where there are ``faults``.

    ``values`` are by path; ``unused`` are names of ``template_data`` that the template does not have, which does no harm.
    """

    components: list[Component]
    values: Mapping[str, Any]
    faults: list[Fault]
    unused: list[str]

    @property
    def whole(self) -> bool:
        """Tell whether nothing keeps it from being sent."""
        return not self.faults

    @property
    def missing(self) -> list[str]:
        """Return the paths of slots that no value was given for."""
        return [one.path for one in self.faults if one.code is Code.MISSING]

    @property
    def extra(self) -> list[str]:
        """Return the paths of values that the template has no slot for."""
        return [one.path for one in self.faults if one.code is Code.EXTRA]

    @property
    def unfit(self) -> list[str]:
        """Return the paths of values that Meta would not accept there."""
        return [one.path for one in self.faults if one.code not in {Code.MISSING, Code.EXTRA}]


def fill(components: Sequence[Part], given: Given, *, cover: MediaRef | None) -> Filled:
    """Return the template filled with the given values.

    Args:
        components: the template's, as Meta lists them.
        given: the values.
        cover: the tenant's own image: stands in the header where that is an image and none is given.
    """
    filling = _Filling(slots(components))
    filling.take(given)
    unused = filling.take_map(given.template_data or {})
    filling.take_cover(cover)
    filling.repeat()
    faults = list(filling.faults())
    built = [] if faults else build(components, filling.values)
    if built and given.tap_target is not None:
        built.append(given.tap_target)
    return Filled(components=built, values=filling.values, faults=faults, unused=unused)


def covered(
    components: Sequence[Part], sent: Sequence[Component], *, cover: MediaRef | None
) -> list[Component]:
    """Return components that somebody wrote in Meta's shape, with the cover where they leave out the image of the header."""
    headed = any(isinstance(one, HeaderComponent) for one in sent)
    if cover is None or headed or not any(_takes_cover(place) for place in slots(components)):
        return list(sent)
    return [HeaderComponent(parameters=[ImageParameter(image=cover)]), *sent]


def places_to_fill(components: Sequence[Part], *, cover: MediaRef | None) -> tuple[list[Slot], list[Slot]]:
    """Return the slots that must get a value, and those that may get one."""
    own = [place for place in slots(components) if place.repeats is None]
    must = [place for place in own if place.required and not (cover and _takes_cover(place))]
    return must, [place for place in own if place not in must]


class _Filling:
    """The values taken so far for one template, by path, and those that have no slot."""

    def __init__(self, places: Sequence[Slot]) -> None:
        self.places: Final = places
        self.by_path: Final = {place.path: place for place in places}
        self.values: Final[dict[str, Any]] = {}
        self.extra: Final[list[str]] = []

    def take(self, given: Given) -> None:
        """Take the values that name their slot."""
        self._take_part("", given.parameters, given.header, given.buttons)
        self._take("offer", given.offer_expires_at)
        for n, card in enumerate(given.cards):
            self._take_part(f"cards[{n}].", card.parameters, card.header, card.buttons)

    def take_map(self, data: Mapping[str, Plain]) -> list[str]:
        """Put the values of a simple map into the slots that their names mean, and return the names that mean none.

        If the template numbers its variables and no name is a number, the values go in order. A single value that is left over goes into
        the single slot that is left open. A named variable takes only the value of that name.
        """
        own = [place for place in self.places if place.repeats is None]
        known = {place.key for place in self.places} | {place.also for place in own}
        for place in own:
            for name in (place.key, place.also):
                if name in data and place.path not in self.values:
                    self._take(place.path, data[name])
        left = [name for name in data if name not in known]
        loose = [name for name in left if not _is_empty(data[name]) and not _SAYS_WHERE.fullmatch(name)]
        if not any(name.isdecimal() for name in data):
            counted = [place for place in self._open() if place.kind == "text"]
            for place, name in zip(counted, list(loose), strict=False):
                self._take(place.path, data[name])
                loose.remove(name)
                left.remove(name)
        wanting = self._open()
        if len(wanting) == len(loose) == 1:
            self._take(wanting[0].path, data[loose[0]])
            left.remove(loose[0])
        return left

    def take_cover(self, cover: MediaRef | None) -> None:
        """Use the cover if the header needs an image and none was given."""
        for place in self.places:
            if cover is not None and _takes_cover(place):
                self.values.setdefault(place.path, ImageParameter(image=cover))

    def repeat(self) -> None:
        """Give each slot that repeats another one that one's value; a value given for it would have no effect."""
        for place in self.places:
            if place.repeats is None:
                continue
            own, repeated = self.values.get(place.path), self.values.get(place.repeats)
            if own is not None and words(own) != words(repeated):
                self.extra.append(place.path)
            elif repeated is not None:
                self.values[place.path] = repeated

    def faults(self) -> Iterator[Fault]:
        """Yield what keeps the template from being sent."""
        for place in self.places:
            if place.required and place.path not in self.values:
                yield fault(Code.MISSING, place.path, place.key)
        for path in self.extra:
            yield fault(Code.EXTRA, path, path)
        for place in self.places:
            if (code := judged(place, self.values.get(place.path))) is not None:
                yield fault(code, place.path, place.key)

    def _open(self) -> list[Slot]:
        """Return the slots that need a text, have none, and have no name by which it could be given."""
        return [
            place
            for place in self.places
            if place.required
            and place.repeats is None
            and place.variable.isdecimal()
            and place.path not in self.values
        ]

    def _take(self, path: str, value: object) -> None:
        if value is None:
            return
        if path not in self.by_path:
            self.extra.append(path)
        elif not _is_empty(value):
            self.values[path] = _shaped(self.by_path[path], value)

    def _take_part(
        self,
        prefix: str,
        parameters: list[BodyValue] | dict[str, Plain] | None,
        header: object,
        buttons: Sequence[ButtonValue],
    ) -> None:
        own = [place for place in self.places if place.path.startswith(f"{prefix}body.")]
        for n, (name, value) in enumerate(_named(parameters)):
            in_order = own[n].variable if n < len(own) else str(n + 1)
            self._take(f"{prefix}body.{in_order if name is None else name}", value)
        self._take(f"{prefix}header", header)
        for button in buttons:
            self._take_button(f"{prefix}buttons[{button.index}]", button)

    def _take_button(self, path: str, button: ButtonValue) -> None:
        place = self.by_path.get(path)
        if place is None:
            self.extra.append(path)
            return
        given = {name for name, value in structs.asdict(button).items() if value is not None} - {"index"}
        takes = _MEMBERS[place.kind]
        self.extra.extend(f"{path}.{name}" for name in sorted(given - takes))
        if given & takes:
            self._take(path, getattr(button, next(iter(takes))) if len(takes) == 1 else button)


def _named(parameters: list[BodyValue] | dict[str, Plain] | None) -> Iterator[tuple[str | None, object]]:
    """Yield the values for a body, each with its name if it has one."""
    if isinstance(parameters, dict):
        yield from parameters.items()
    else:
        for value in parameters or []:
            yield getattr(value, "parameter_name", None), value


def _takes_cover(place: Slot) -> bool:
    return place.path == "header" and place.kind == "image"


def _is_empty(value: object) -> bool:
    said = words(value)
    return value is None or (said is not None and not said.strip())


def _shaped(place: Slot, value: object) -> object:
    """Return a value in the form that its slot needs: a plain text that names a file, a code or a moment becomes that."""
    if isinstance(value, datetime):
        return round(value.timestamp() * 1000)
    if not isinstance(value, str | int | float):
        return value
    said = str(value)
    match place.kind:
        case "image" | "video" | "document":
            shaped: object = _file(place.kind, said)
        case "flow":
            shaped = ButtonValue(index=0, flow_token=said)
        case "catalog":
            shaped = ButtonValue(index=0, thumbnail_product_retailer_id=said)
        case "expires_at":
            shaped = _moment(said)
        case _:
            shaped = said
    return shaped


def _file(kind: str, said: str) -> object:
    """Return the file that a link or an id of the tenant's files means; the text itself if it is neither."""
    if _LINK.fullmatch(said):
        return _FILES[kind](**{kind: MediaRef(link=said)})
    return said if own_file(said) is None else _FILES[kind](**{kind: MediaRef(id=said)})


def _moment(said: str) -> object:
    """Return the milliseconds of a moment that is written in ISO 8601 with its offset, or as Meta does; otherwise the text itself."""
    if _DIGITS.fullmatch(said):
        return int(said)
    try:
        told = datetime.fromisoformat(said)
    except ValueError:
        return said
    return said if told.tzinfo is None else round(told.timestamp() * 1000)
