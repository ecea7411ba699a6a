"""Decides what a rule makes of an event: whether its conditions hold, who gets which values, and when. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec

from curbe.domain.errors import InvalidRequest
from curbe.notifications.paths import steps, value_at
from curbe.templates.slots import Slot

LONGEST_DELAY: Final = timedelta(days=90)
LONGEST_LIFE: Final = timedelta(days=30)
# Meta takes none of these in a parameter [Meta: error 132018].
_GAPS: Final = re.compile(r"\s*[\n\r\t]\s*|\s{5,}")
EventName = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=r"^[\w.:-]+$")]
Path = Annotated[str, msgspec.Meta(min_length=1, max_length=500, description="Such as $.candidate.phone")]
Json = Any


class Test(StrEnum):
    """How a value of the event is looked at."""

    EQUALS = "equals"
    DIFFERS = "differs"
    IN = "in"
    EXISTS = "exists"
    MISSING = "missing"
    GREATER = "greater"
    LESS = "less"
    CONTAINS = "contains"


class Condition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that must hold; ``value`` is compared with, of ``in`` a list, and not looked at by exists and missing."""

    path: Path
    test: Test
    value: str | int | float | bool | list[str | int | float | bool] | None = None


class RuleVariable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a value of the template comes from: a ``path`` into the event, or a ``value`` that is always the same.

    ``default`` is said where the path leads to nothing; without it nothing is sent then.
    """

    path: Path | None = None
    value: Annotated[str, msgspec.Meta(max_length=1024)] | None = None
    default: Annotated[str, msgspec.Meta(max_length=1024)] | None = None


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule. ``variables`` has the template's values by their names (counted ones are ``1``, ``2`` ...; ``header``, ``button_0``).

    ``recipient`` leads to the phone number. All ``conditions`` must hold. ``connection_id`` may be left out by who has one number.
    ``ttl_seconds``: for how long after its time the message is good; 10 minutes for a code, 24 hours otherwise, where it does not say.
    """

    event: EventName
    template: Annotated[str, msgspec.Meta(min_length=1, max_length=512)]
    language: Annotated[str, msgspec.Meta(min_length=2, max_length=10)]
    recipient: Path
    variables: Annotated[dict[str, RuleVariable], msgspec.Meta(max_length=60)] = {}
    conditions: Annotated[list[Condition], msgspec.Meta(max_length=20)] = []
    delay_seconds: Annotated[int, msgspec.Meta(ge=0, le=int(LONGEST_DELAY.total_seconds()))] = 0
    ttl_seconds: Annotated[int, msgspec.Meta(ge=1, le=int(LONGEST_LIFE.total_seconds()))] | None = None
    connection_id: UUID | None = None
    enabled: bool = True
    name: Annotated[str, msgspec.Meta(max_length=200)] | None = None


class Missing(msgspec.Struct, frozen=True):
    """Why no message can be made from an event's data: a stable code, and a sentence."""

    reason: str
    detail: str


class Notice(msgspec.Struct, frozen=True):
    """A message to send: the recipient's number as the event has it, and the values for the template."""

    phone: str
    values: Mapping[str, str]


def check(rule: Rule, *, must: Sequence[Slot], may: Sequence[Slot]) -> None:
    """Return quietly if a rule is valid: its paths can be read, and its variables fit the slots that the template requires or allows.

    Raises:
        InvalidRequest: what is wrong, and at which member.
    """
    steps(rule.recipient, field="recipient")
    for n, condition in enumerate(rule.conditions):
        _check_condition(condition, f"conditions[{n}]")
    for name, variable in rule.variables.items():
        field = f"variables.{name}"
        if (variable.path is None) == (variable.value is None):
            raise InvalidRequest(
                "A variable has either a path or a value.", fix="Give one of them.", field=field
            )
        if variable.path is not None:
            steps(variable.path, field=f"{field}.path")
        elif not (_one_line(variable.value) or _one_line(variable.default)):
            raise InvalidRequest(
                "A variable without a path needs a `value` that is not empty.",
                fix="Write it, or give a path.",
                field=field,
            )
    unsayable = [place.path for place in must if not place.takes_words]
    if unsayable:
        raise InvalidRequest(
            f"The template {rule.template} wants {', '.join(unsayable)}, which no text of an event can be.",
            fix="Choose another template.",
            field="template",
        )
    missing = [
        place.key for place in must if place.key not in rule.variables and place.also not in rule.variables
    ]
    if missing:
        raise InvalidRequest(
            f"The template {rule.template} also needs {', '.join(missing)}.",
            fix="Say where each of its values comes from.",
            field=f"variables.{missing[0]}",
            extra={"missing": missing},
        )
    allowed = {place.key for place in (*must, *may)}
    extra = sorted(rule.variables.keys() - allowed - {place.also for place in (*must, *may)})
    if extra:
        raise InvalidRequest(
            f"The template {rule.template} has no place for {', '.join(extra)}; it has {', '.join(sorted(allowed)) or 'none'}.",
            fix="Leave them out.",
            field=f"variables.{extra[0]}",
        )


def holds(rule: Rule, data: Json) -> Condition | None:
    """Return the first condition that an event does not meet; None where it meets all."""
    return next((one for one in rule.conditions if not _holds(one, value_at(data, one.path))), None)


def due_at(rule: Rule, *, now: datetime) -> datetime:
    """Return when the notification is due."""
    return now + timedelta(seconds=rule.delay_seconds)


def life_left(rule: Rule, *, due_at: datetime, patience: timedelta, now: datetime) -> timedelta | None:
    """Return for how much longer a notification may be sent; None: it is on time, and the rule sets no limit, so the usual one holds.

    Args:
        rule: its rule.
        due_at: when it was due.
        patience: how late it may be if the rule sets no limit, for example because no worker ran.
        now: the present moment.
    """
    if rule.ttl_seconds is None:
        return None if now - due_at < patience else timedelta()
    return max(due_at + timedelta(seconds=rule.ttl_seconds) - now, timedelta())


def notice(rule: Rule, data: Json) -> Notice | Missing:
    """Return who is to be notified of an event and with which values, or why no message can be made."""
    phone = _text(value_at(data, rule.recipient))
    if not phone:
        return Missing("no_recipient", f"The event has no phone number at {rule.recipient}.")
    values: dict[str, str] = {}
    for name, variable in rule.variables.items():
        text = variable.value if variable.path is None else _text(value_at(data, variable.path))
        if text is None and variable.path is not None:
            return Missing("variable_unfit", f"At {variable.path} stands no text or number.")
        said = _one_line(text) or _one_line(variable.default)
        if not said:
            return Missing("variable_missing", f"The event has nothing at {variable.path} for {name}.")
        values[name] = said
    return Notice(phone, values)


def _one_line(text: str | None) -> str:
    return _GAPS.sub(" ", text or "").strip()


def _text(value: Json) -> str | None:
    """Return a value as text for a message: '' if it is missing, None if it cannot be written as text."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str() | int() | float():
            return str(value)
        case _:
            return None


def _check_condition(condition: Condition, field: str) -> None:
    steps(condition.path, field=f"{field}.path")
    listed = isinstance(condition.value, Sequence) and not isinstance(condition.value, str)
    wrong = {
        Test.IN: not listed,
        Test.EXISTS: condition.value is not None,
        Test.MISSING: condition.value is not None,
        Test.GREATER: not _is_number(condition.value),
        Test.LESS: not _is_number(condition.value),
        Test.CONTAINS: not isinstance(condition.value, str),
    }
    if wrong.get(condition.test, listed or condition.value is None):
        raise InvalidRequest(
            f"The value does not suit the test {condition.test}.",
            fix="in takes a list, greater and less a number, contains a text, exists and missing none, the others one value.",
            field=f"{field}.value",
        )


def _holds(condition: Condition, value: Json) -> bool:  # noqa: PLR0911 - one for each test
    wanted: Json = condition.value
    match condition.test:
        case Test.EXISTS:
            return value is not None
        case Test.MISSING:
            return value is None
        case Test.EQUALS:
            return _same(value, wanted)
        case Test.DIFFERS:
            return not _same(value, wanted)
        case Test.IN:
            return any(_same(value, one) for one in wanted)
        case Test.GREATER:
            return _is_number(value) and value > wanted
        case Test.LESS:
            return _is_number(value) and value < wanted
        case Test.CONTAINS:
            inside = isinstance(value, str) and wanted.casefold() in value.casefold()
            return inside or (isinstance(value, list) and wanted in value)


def _same(value: Json, wanted: Json) -> bool:
    """Tell whether two JSON values are equal; unlike in Python, 1 and true are not."""
    return isinstance(value, bool) is isinstance(wanted, bool) and value == wanted


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
