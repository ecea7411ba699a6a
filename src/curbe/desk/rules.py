"""What names, colours and canned replies may be, how a canned reply becomes a message, and what saved views show. Pure."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

import msgspec

from curbe.domain.errors import InvalidRequest
from curbe.inbox.deeds import LabelIds
from curbe.inbox.rules import ConversationState, ListOrder, Priority

# Spaces are matched as part of the name; a pattern with optional spaces around it could take minutes on a long run of spaces.
_PLACE: Final = re.compile(r"\{\{([^{}]*)\}\}")
_SHORTCUT: Final = re.compile(r"[^\s/]{1,40}")
_COLOR: Final = re.compile(r"#[0-9a-f]{6}")


class Variable(StrEnum):
    """The variables that a canned reply may contain, as ``{{name}}``."""

    CONTACT_NAME = "contact_name"
    CONTACT_PHONE = "contact_phone"
    AGENT_NAME = "agent_name"
    BUSINESS_NAME = "business_name"


class ViewFilter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which conversations a saved view shows: those that meet all of it; what is left out narrows nothing.

    ``assignee``: a user's id, ``me`` for whoever looks, or ``none`` for those nobody has.
    """

    states: Annotated[list[ConversationState], msgspec.Meta(max_length=len(ConversationState))] = []
    assignee: str | None = None
    team_id: UUID | None = None
    label_ids: LabelIds = []
    priorities: Annotated[list[Priority], msgspec.Meta(max_length=len(Priority))] = []
    connection_id: UUID | None = None
    unread: bool = False
    sort: ListOrder = "latest"


def named_in(wanted: ViewFilter) -> set[tuple[str, UUID]]:
    """Return the ids that a view's filter contains, each with its member.

    Raises:
        InvalidRequest: ``assignee`` is neither an id nor one of its words.
    """
    single = {
        "team_id": wanted.team_id,
        "connection_id": wanted.connection_id,
        "assignee": _holder(wanted.assignee),
    }
    return {("label_ids", label) for label in wanted.label_ids} | {
        (member, named) for member, named in single.items() if named is not None
    }


def spelled(wanted: ViewFilter) -> ViewFilter:
    """Return a view's filter with a user's id as it is written everywhere else."""
    holder = _holder(wanted.assignee)
    return wanted if holder is None else msgspec.structs.replace(wanted, assignee=str(holder))


def moved(ids: Sequence[UUID], one: UUID, *, place: int) -> list[UUID]:
    """Return ``ids`` with ``one`` moved to index ``place``, or to the end if there are fewer."""
    others = [other for other in ids if other != one]
    return [*others[:place], one, *others[place:]]


def variables_in(body: str) -> frozenset[Variable]:
    """Return the variables in ``body``.

    Raises:
        InvalidRequest: it contains an unknown variable.
    """
    names = {match[1].strip() for match in _PLACE.finditer(body)}
    unknown = sorted(names - set(Variable))
    if unknown:
        raise InvalidRequest(
            f"{{{{{unknown[0][:60]}}}}} is not a variable.",
            fix=f"Use {', '.join('{{' + name + '}}' for name in Variable)}.",
            field="body",
        )
    return frozenset(Variable(name) for name in names)


def render(body: str, values: Mapping[Variable, str | None]) -> str:
    """Return ``body`` with its variables filled in; one without a value is removed together with the space before it.

    Values are not searched for variables again: a name that looks like one stays as the person wrote it.
    """

    def filled(match: re.Match[str]) -> str:
        value = values.get(Variable(match[2].strip())) or ""
        return match[1] + value if value else ""

    return re.sub(rf"([ \t]?){_PLACE.pattern}", filled, body)


def shortcut(text: str) -> str:
    """Return what is typed after ``/`` for a canned reply, without the ``/`` itself.

    Raises:
        InvalidRequest: it has spaces, or no or too many letters.
    """
    bare = text.strip().removeprefix("/")
    if not _SHORTCUT.fullmatch(bare):
        raise InvalidRequest(
            "A shortcut has 1 to 40 characters, and neither spaces nor slashes.", field="shortcut"
        )
    return bare


def color(text: str) -> str:
    """Return a colour as it is kept: ``#`` and six small hexadecimal digits.

    Raises:
        InvalidRequest: it is written otherwise.
    """
    small = text.strip().lower()
    if not _COLOR.fullmatch(small):
        raise InvalidRequest("A colour is # and six hexadecimal digits, as #1a73e8.", field="color")
    return small


def words(text: str, *, most: int, field: str) -> str:
    """Return a name or text without the space around it.

    Raises:
        InvalidRequest: nothing is left of it, or too much.
    """
    kept = text.strip()
    if not 1 <= len(kept) <= most:
        raise InvalidRequest(f"{field} has 1 to {most} characters.", field=field)
    return kept


def _holder(assignee: str | None) -> UUID | None:
    if assignee in (None, "me", "none"):
        return None
    try:
        return UUID(assignee)
    except ValueError:
        raise InvalidRequest(
            "assignee is neither a user's id nor me nor none.", field="filter.assignee"
        ) from None
