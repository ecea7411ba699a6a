"""A template whose texts name variables, filled in for one recipient. Pure.

``{{name}}`` stands for a variable, ``{{name|friend}}`` for one that may be missing, with what is said then.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from curbe.domain.content import TemplateMessage, encoded
from curbe.domain.errors import InvalidRequest
from curbe.domain.template import VARIABLE, TemplateContent
from curbe.templates.faults import Code, sentence, unfit

_BRACES: Final = re.compile(r"\{\{|\}\}")
_UNFIT: Final = {Code.NOT_ONE_LINE: "variable_not_one_line", Code.TOO_LONG: "variable_too_long"}
_VALUES: Final = msgspec.json.Decoder(dict[str, str])


class Refused(msgspec.Struct, frozen=True):
    """Why a recipient's values do not make a message, and which variable is to blame."""

    reason: str
    detail: str
    variable: str


def variables_of(template: TemplateContent) -> dict[str, bool]:
    """Return the variables that a template names, and of each whether a recipient must have it.

    Raises:
        InvalidRequest: braces that name no variable.
    """
    found: dict[str, bool] = {}
    for text in _texts(msgspec.to_builtins(template)):
        rest = VARIABLE.sub("", text)
        if _BRACES.search(rest):
            raise InvalidRequest(
                f"{text[:60]!r} has braces that name no variable",
                fix="Write {{name}} with small letters, digits and _; or {{name|what to say where it is missing}}.",
                field="template",
            )
        for match in VARIABLE.finditer(text):
            found[match[1]] = found.get(match[1], False) or match[2] is None
    return found


def check(needed: Mapping[str, bool], values: Mapping[str, str]) -> Refused | None:
    """Return what keeps ``values`` from filling the variables; None where they do."""
    for name, required in needed.items():
        value = values.get(name, "").strip()
        if not value and required:
            return Refused("variable_missing", f"it has no value for {name}", name)
        if (code := unfit("text", value)) is not None:
            return Refused(_UNFIT[code], sentence(code, name), name)
    return None


def values_of(stored: str) -> dict[str, str]:
    """Return a recipient's values as they are stored: a JSON object."""
    return _VALUES.decode(stored)


def check_refit(before: TemplateContent, now: TemplateContent) -> None:
    """Refuse what a campaign that has begun cannot send instead of what it sent before: its recipients' rows are as they are.

    Raises:
        InvalidRequest: it is another template, or names a variable that the rows were not asked for.
    """
    if (now.name, now.language.code) != (before.name, before.language.code):
        raise InvalidRequest(
            "a campaign that has begun keeps its template",
            fix="Change only what stands in its gaps, or cancel the campaign and make another one.",
            field="template.name",
        )
    had = variables_of(before)
    lacking = [name for name, required in variables_of(now).items() if required and not had.get(name)]
    if lacking:
        raise InvalidRequest(
            f"its recipients were taken without a value for {', '.join(lacking)}",
            fix=f"Write {{{{{lacking[0]}|what to say instead}}}}, or name only: {', '.join(sorted(had)) or 'nothing'}.",
            field="template",
        )


class Filler:
    """Fills one template for many people."""

    def __init__(self, template: TemplateContent) -> None:
        self._template: Final[Any] = msgspec.to_builtins(template)
        self._fixed: Final = (
            None
            if any(VARIABLE.search(text) for text in _texts(self._template))
            else TemplateMessage(template=template)
        )

    def message(self, values: Mapping[str, str]) -> TemplateMessage:
        """Return the message for somebody with these values.

        Raises:
            msgspec.ValidationError: the filled text is not one that Meta takes.
        """
        if self._fixed is not None:
            return self._fixed
        filled = msgspec.convert(_filled(self._template, values), TemplateContent)
        return TemplateMessage(template=filled)

    def payload(self, values: Mapping[str, str]) -> str:
        """Return the same as it is stored."""
        return encoded(self.message(values))


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for value in part.values():
            yield from _texts(value)
    elif isinstance(part, list):
        for value in part:
            yield from _texts(value)


def _filled(part: Any, values: Mapping[str, str]) -> Any:
    if isinstance(part, str):
        return (
            VARIABLE.sub(lambda match: values.get(match[1], "").strip() or match[2] or "", part)
            if "{{" in part
            else part
        )
    if isinstance(part, dict):
        return {name: _filled(value, values) for name, value in part.items()}
    if isinstance(part, list):
        return [_filled(value, values) for value in part]
    return part
