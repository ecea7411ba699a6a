"""A template filled from plain values: ``{"first_name": "Ana"}`` put where the approved template has its variables. Pure.

Named variables take the value of their name. Counted ones take ``"1"``, ``"2"`` ..., or, where no value is called by a number, the
values in their order. ``header`` is the text of a header's variable, or the link of its file; ``button_0`` the end of the first button's
link, or its coupon. A link whose value is not named takes the one value that nothing else takes.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from curbe.domain.template import TemplateContent

_VARIABLE: Final = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_FILES: Final = {"IMAGE": "image", "VIDEO": "video", "DOCUMENT": "document"}
HEADER: Final = "header"

Json = dict[str, Any]


class Button(msgspec.Struct, frozen=True):
    """A button that needs a value: ``kind`` is url, copy_code or otp (which repeats the code of the body)."""

    index: int
    kind: str

    @property
    def key(self) -> str:
        """Return the name of its value."""
        return f"button_{self.index}"


class Needs(msgspec.Struct, frozen=True):
    """What an approved template needs: of its header the variable or the kind of file, of its body the variables in their order."""

    header_text: str | None = None
    header_file: str | None = None
    body: tuple[str, ...] = ()
    buttons: tuple[Button, ...] = ()
    named: bool = False

    @property
    def slots(self) -> tuple[str, ...]:
        """Return the names of the values without which it cannot be sent."""
        header = (HEADER,) if self.header_text is not None else ()
        asked = tuple(one.key for one in self.buttons if one.kind != "otp")
        return (*header, *self.body, *asked)


class Filled(msgspec.Struct, frozen=True):
    """A template with its values in; ``unused`` are the values that it has no place for."""

    template: TemplateContent
    unused: tuple[str, ...]


class Missing(msgspec.Struct, frozen=True):
    """The names of values that the template needs and that are not there, or are empty."""

    keys: tuple[str, ...]


def needs_of(components: Sequence[Json]) -> Needs:
    """Return what a template needs; ``components`` are those of Meta's API."""
    parts = {str(one.get("type", "")).upper(): one for one in components}
    header, body = parts.get("HEADER", {}), parts.get("BODY", {})
    format_ = str(header.get("format", "TEXT")).upper() if header else ""
    texts = _VARIABLE.findall(str(header.get("text", ""))) if format_ == "TEXT" else []
    names = tuple(dict.fromkeys(_VARIABLE.findall(str(body.get("text", "")))))
    if not names and "add_security_recommendation" in body:
        names = ("1",)  # Meta's own words around the code [Meta: authentication templates]
    listed = parts.get("BUTTONS", {}).get("buttons", ())
    buttons = tuple(
        Button(index, kind) for index, one in enumerate(listed) if (kind := _kind(one)) is not None
    )
    return Needs(
        header_text=texts[0] if texts else None,
        header_file=_FILES.get(format_),
        body=names,
        buttons=buttons,
        named=any(not name.isdecimal() for name in (*names, *texts)),
    )


def fill(name: str, language: str, needs: Needs, values: Mapping[str, str]) -> Filled | Missing:
    """Return the template with ``values`` in, or what is missing.

    Raises:
        msgspec.ValidationError: a value is longer than Meta takes.
    """
    known = {key: value for key, value in values.items() if value.strip()}
    taken = _taken(needs, list(known))
    missing = tuple(slot for slot in needs.slots if slot not in taken)
    if missing:
        return Missing(missing)
    filled = {slot: known[key] for slot, key in taken.items()}
    template = {
        "name": name,
        "language": {"code": language},
        "components": [*_header(needs, filled), *_body(needs, filled), *_buttons(needs, filled)],
    }
    unused = tuple(key for key in known if key not in taken.values())
    return Filled(msgspec.convert(template, TemplateContent), unused)


def _taken(needs: Needs, keys: Sequence[str]) -> dict[str, str]:
    """Return which value each place takes, by the names of both."""
    places = (HEADER, *needs.body, *(one.key for one in needs.buttons))
    taken = {place: place for place in places if place in keys}
    if needs.header_text is None and needs.header_file is None:
        taken.pop(HEADER, None)
    elif HEADER not in taken and needs.named and needs.header_text in keys:
        taken[HEADER] = str(needs.header_text)
    if not needs.named and not any(key.isdecimal() for key in keys):
        taken |= dict(zip(needs.body, (key for key in keys if key not in places), strict=False))
    wanting = [one.key for one in needs.buttons if one.kind == "url" and one.key not in taken]
    loose = [key for key in keys if key not in taken.values() and not key.isdecimal() and key not in places]
    if len(wanting) == len(loose) == 1:
        taken[wanting[0]] = loose[0]
    return taken


def _kind(button: Json) -> str | None:
    match str(button.get("type", "")).upper():
        case "URL" if _VARIABLE.search(str(button.get("url", ""))):
            return "url"
        case "COPY_CODE":
            return "copy_code"
        case "OTP":
            return "otp"
        case _:
            return None


def _header(needs: Needs, known: Mapping[str, str]) -> list[Json]:
    """A file that is not given is left out: a tenant may have one that stands in for it."""
    if needs.header_text is not None:
        return [{"type": "header", "parameters": [_text(needs, needs.header_text, known[HEADER])]}]
    if needs.header_file is not None and HEADER in known:
        kind = needs.header_file
        return [{"type": "header", "parameters": [{"type": kind, kind: {"link": known[HEADER]}}]}]
    return []


def _body(needs: Needs, known: Mapping[str, str]) -> list[Json]:
    if not needs.body:
        return []
    return [{"type": "body", "parameters": [_text(needs, name, known[name]) for name in needs.body]}]


def _text(needs: Needs, name: str, value: str) -> Json:
    named = {"parameter_name": name} if needs.named else {}
    return {"type": "text", "text": value, **named}


def _buttons(needs: Needs, known: Mapping[str, str]) -> list[Json]:
    filled: list[Json] = []
    for one in needs.buttons:
        value = known[needs.body[0]] if one.kind == "otp" else known[one.key]
        parameter = (
            {"type": "coupon_code", "coupon_code": value}
            if one.kind == "copy_code"
            else {"type": "text", "text": value}
        )
        kind = "copy_code" if one.kind == "copy_code" else "url"
        filled.append(
            {"type": "button", "sub_type": kind, "index": str(one.index), "parameters": [parameter]}
        )
    return filled
