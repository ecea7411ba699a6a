"""Lists the slots that a template needs filled: each with its path, its kind, and the name it has in a simple map. Pure."""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from curbe.templates.parts import Part, buttons_of, cards_of, kind_of
from curbe.templates.variables import variables

_FILES: Final = {"IMAGE": "image", "VIDEO": "video", "GIF": "video", "DOCUMENT": "document"}
_PLACES: Final = {"LOCATION": "location", "PRODUCT": "product"}
# Buttons that take a value: its kind, and whether Meta refuses a message without it.
_BUTTONS: Final = {
    "QUICK_REPLY": ("payload", False),
    "COPY_CODE": ("coupon_code", True),
    "FLOW": ("flow", False),
    "CATALOG": ("catalog", False),
    "MPM": ("mpm", True),
}


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """One place to fill.

    ``path`` is ``header``, ``body.1`` (or the variable's name), ``buttons[0]``, ``offer``, or any of those after ``cards[2].``. ``kind``
    is text, url, image, video, document, location, product, payload, coupon_code, flow, catalog, mpm or expires_at. ``key`` is its name
    in a simple map, ``also`` another one for what has a variable's name. ``repeats`` is the path of the place whose value it takes: an
    authentication template's code is given once.
    """

    path: str
    kind: str
    key: str
    also: str = ""
    variable: str = ""
    required: bool = True
    repeats: str | None = None

    @property
    def takes_words(self) -> bool:
        """Tell whether a plain text can fill it: as text, or as the link of a file, a code, or a moment."""
        return self.kind not in {"location", "product", "mpm"}


def slots(components: Sequence[Part], *, prefix: str = "") -> list[Slot]:
    """Return the slots of these components, in the order of reading."""
    found: list[Slot] = []
    buttons = buttons_of(components)
    code = is_authentication(buttons)
    for part in components:
        match kind_of(part):
            case "HEADER":
                found += _header(part, prefix)
            case "BODY":
                found += _body(part, prefix, code=code)
            case "LIMITED_TIME_OFFER" if _offer(part).get("has_expiration"):
                found.append(Slot(path=f"{prefix}offer", kind="expires_at", key="offer"))
            case "CAROUSEL":
                for n, card in enumerate(cards_of(components)):
                    found += slots(card, prefix=f"{prefix}cards[{n}].")
            case _:
                pass
    repeated = next((place.path for place in found if place.path.startswith(f"{prefix}body.")), None)
    return found + list(_buttons(buttons, prefix, code=repeated if code else None))


def is_authentication(buttons: Sequence[Part]) -> bool:
    """Tell whether these are an authentication template's buttons; Meta lists them as links that say so."""
    return any(kind_of(one) == "OTP" or "otp_type=" in str(one.get("url", "")) for one in buttons)


def _header(part: Part, prefix: str) -> list[Slot]:
    form, path = str(part.get("format", "TEXT")).upper(), f"{prefix}header"
    if form in _FILES or form in _PLACES:
        return [Slot(path=path, kind=(_FILES | _PLACES)[form], key=f"{_plain(prefix)}header")]
    also = f"{_plain(prefix)}header"
    return [
        Slot(path=path, kind="text", key=_key(name, also), also=also, variable=name)
        for name in variables(str(part.get("text", "")))[:1]
    ]


def _body(part: Part, prefix: str, *, code: bool) -> list[Slot]:
    names = variables(str(part.get("text", ""))) or (["1"] if code else [])
    if all(name.isdecimal() for name in names):
        names.sort(key=int)  # values given as a list follow the numbers, not the order in the sentence
    return [
        Slot(path=f"{prefix}body.{name}", kind="text", key=f"{_plain(prefix)}{name}", variable=name)
        for name in names
    ]


def _buttons(buttons: Sequence[Part], prefix: str, *, code: str | None) -> Iterator[Slot]:
    """Yield the slots of buttons; ``code``: the path of the code, which the buttons of an authentication template repeat."""
    for n, button in enumerate(buttons):
        kind, path = kind_of(button), f"{prefix}buttons[{n}]"
        key = f"{_plain(prefix)}button_{n}"
        names = variables(str(button.get("url", "")))
        if code and (kind == "OTP" or "otp_type=" in str(button.get("url", ""))):
            yield Slot(path=path, kind="url", key=key, repeats=code)
        elif kind == "URL" and names:
            yield Slot(path=path, kind="url", key=_key(names[0], key), also=key, variable=names[0])
        elif kind in _BUTTONS:
            takes, required = _BUTTONS[kind]
            yield Slot(path=path, kind=takes, key=key, required=required)


def _key(name: str, otherwise: str) -> str:
    """Return a variable's own name; ``otherwise`` if it is a number, which means nothing outside the body."""
    return otherwise if name.isdecimal() else name


def _plain(prefix: str) -> str:
    return prefix.replace("cards[", "card_").replace("].", "_")


def _offer(part: Part) -> Part:
    offer = part.get("limited_time_offer")
    return offer if isinstance(offer, dict) else {}
