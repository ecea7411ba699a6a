"""Renders a template with its values as the phone shows it. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from curbe.domain.interactive_parts import MediaRef
from curbe.domain.template import DocumentParameter, ImageParameter, VideoParameter
from curbe.templates.fitting import Filled
from curbe.templates.parts import Part, buttons_of, cards_of, kind_of
from curbe.templates.values import words
from curbe.templates.variables import filled


class HeaderLook(msgspec.Struct, frozen=True, kw_only=True):
    """A header: its format, and its text or the file that was given."""

    format: str
    text: str | None = None
    media: MediaRef | None = None


class ButtonLook(msgspec.Struct, frozen=True, kw_only=True):
    """A button: Meta's type, what stands on it, and what it opens, calls or copies."""

    type: str
    text: str
    url: str | None = None
    phone_number: str | None = None
    code: str | None = None


class CardLook(msgspec.Struct, frozen=True, kw_only=True):
    """A card of a carousel."""

    header: HeaderLook | None
    body: str | None
    buttons: list[ButtonLook]


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """A template as it will read; a variable without a value stands as it is written.

    ``missing`` are the places that still want something, ``extra`` what was given and belongs nowhere, ``unfit`` what Meta would not take
    there,
    ``unused`` the names of ``template_data`` that the template does not have.
    """

    header: HeaderLook | None
    body: str | None
    footer: str | None
    offer: str | None
    buttons: list[ButtonLook]
    cards: list[CardLook]
    missing: list[str]
    extra: list[str]
    unfit: list[str]
    unused: list[str]


def preview(components: Sequence[Part], filling: Filled) -> Preview:
    """Return how the template reads with what was filled in."""
    parts = {kind_of(part): part for part in components}
    values = filling.values
    offer = parts.get("LIMITED_TIME_OFFER", {}).get("limited_time_offer")
    return Preview(
        header=_header(parts.get("HEADER"), values, ""),
        body=_body(parts.get("BODY"), values, ""),
        footer=_string(parts.get("FOOTER", {}).get("text")),
        offer=_string(offer.get("text")) if isinstance(offer, dict) else None,
        buttons=_buttons(components, values, ""),
        cards=[_card(card, values, f"cards[{n}].") for n, card in enumerate(cards_of(components))],
        missing=filling.missing,
        extra=filling.extra,
        unfit=filling.unfit,
        unused=filling.unused,
    )


def _card(components: Sequence[Part], values: Mapping[str, Any], prefix: str) -> CardLook:
    parts = {kind_of(part): part for part in components}
    return CardLook(
        header=_header(parts.get("HEADER"), values, prefix),
        body=_body(parts.get("BODY"), values, prefix),
        buttons=_buttons(components, values, prefix),
    )


def _header(part: Part | None, values: Mapping[str, Any], prefix: str) -> HeaderLook | None:
    if part is None:
        return None
    given = values.get(f"{prefix}header")
    text, said = _string(part.get("text")), words(given)
    if text is not None and said is not None:
        text = filled(text, _Always(said))
    media = None
    match given:
        case ImageParameter(image=file) | VideoParameter(video=file) | DocumentParameter(document=file):
            media = file
        case _:
            pass
    return HeaderLook(format=str(part.get("format", "TEXT")).upper(), text=text, media=media)


def _body(part: Part | None, values: Mapping[str, Any], prefix: str) -> str | None:
    text = None if part is None else _string(part.get("text"))
    if text is None:
        return None
    start = f"{prefix}body."
    said = {
        path.removeprefix(start): words(value) for path, value in values.items() if path.startswith(start)
    }
    return filled(text, {name: one for name, one in said.items() if one is not None})


def _buttons(components: Sequence[Part], values: Mapping[str, Any], prefix: str) -> list[ButtonLook]:
    return [
        _button(button, values.get(f"{prefix}buttons[{n}]"))
        for n, button in enumerate(buttons_of(components))
    ]


def _button(button: Part, given: object) -> ButtonLook:
    url, said = _string(button.get("url")), words(given)
    kind = kind_of(button)
    return ButtonLook(
        type=kind,
        text=_string(button.get("text")) or "",
        url=filled(url, _Always(said)) if url is not None and said is not None else url,
        phone_number=_string(button.get("phone_number")),
        code=said if kind == "COPY_CODE" else None,
    )


class _Always(dict[str, str]):
    """A map that returns one value for every name, for headers and links, which have a single variable."""

    def __init__(self, value: str) -> None:
        super().__init__()
        self._value = value

    def get(self, _key: str, _default: Any = None) -> Any:
        """Return the value."""
        return self._value


def _string(value: object) -> str | None:
    return value if isinstance(value, str) else None
