"""What lists are asked for over HTTP: pages, and of conversations the filter that is meant."""

from typing import Annotated
from uuid import UUID

from litestar.params import QueryParameter

from curbe.domain.errors import InvalidRequest
from curbe.inbox.deeds import NOBODY
from curbe.inbox.rules import ACTIVE, ConversationState, ListOrder, Priority
from curbe.inbox.service import Place
from curbe.inbox.views import ConversationFilter, PriorityPlace
from curbe.infra.pages import decode_cursor, encode_cursor

_ACTIVE = "active"
_STATES = [*(state.value for state in ConversationState), _ACTIVE]
MOST_IDS = 200


# `state` itself is a word of Litestar's, and its refusals name the argument: hence text, and our own refusal.
StatesWanted = Annotated[
    list[str] | None,
    QueryParameter(
        name="state",
        description="Only those in this state, or in one of these; `active` is open, waiting and snoozed.",
        schema_extra={"items": {"type": "string", "enum": _STATES}},
    ),
]
Assignee = Annotated[
    str | None,
    QueryParameter(description="Only those that this user has: an id, `me`, or `none` for those nobody has."),
]
Team = Annotated[UUID | None, QueryParameter(description="Only those of this team.")]
Labels = Annotated[
    list[UUID] | None, QueryParameter(description="Only those with this label, or with all of these.")
]
Priorities = Annotated[
    list[Priority] | None, QueryParameter(description="Only those of this priority, or of one of these.")
]
Connection = Annotated[UUID | None, QueryParameter(description="Only those of this connection.")]
Unread = Annotated[bool, QueryParameter(description="Only those with unread messages.")]
Ids = Annotated[
    list[UUID] | None,
    QueryParameter(
        description=f"Exactly these, at most {MOST_IDS}, whatever else is asked for.", max_items=MOST_IDS
    ),
]
Sort = Annotated[
    ListOrder,
    QueryParameter(
        description="Which come first: those with the latest message, those whose last message is the oldest, or those of the highest"
        " priority, and of each priority the latest."
    ),
]


def wanted(
    *,
    user_id: UUID | None,
    states: list[str] | None,
    assignee: str | None,
    team_id: UUID | None,
    label_ids: list[UUID] | None,
    priorities: list[Priority] | None,
    connection_id: UUID | None,
    unread: bool,
) -> ConversationFilter:
    """Return the filter that a request means; ``user_id`` is the user who asks, None for an API key.

    Raises:
        InvalidRequest: a value is none of those possible.
    """
    return ConversationFilter(
        states=frozenset(state for word in states or () for state in _states(word)),
        holder_id=None if assignee is None else _holder(assignee, user_id),
        team_id=team_id,
        label_ids=tuple(label_ids or ()),
        priorities=frozenset(priorities or ()),
        connection_id=connection_id,
        unread_only=unread,
    )


def place_in(cursor: str | None) -> Place | None:
    """Return where a page begins; None at the beginning.

    Raises:
        InvalidRequest: no page gave out this cursor.
    """
    return None if cursor is None else decode_cursor(cursor, type=Place)


def priority_place_in(cursor: str | None) -> PriorityPlace | None:
    """Return where a page of a list by priority begins; None at the beginning.

    Raises:
        InvalidRequest: no page of such a list gave out this cursor.
    """
    return None if cursor is None else decode_cursor(cursor, type=PriorityPlace)


def cursor_of(following: Place | PriorityPlace | None) -> str | None:
    """Return the cursor of the page that begins there; None where there is none."""
    return None if following is None else encode_cursor(following)


def _states(word: str) -> frozenset[ConversationState]:
    if word == _ACTIVE:
        return ACTIVE
    try:
        return frozenset({ConversationState(word)})
    except ValueError:
        raise InvalidRequest(
            "state is not one that a conversation can have.",
            fix=f"Send one of {', '.join(_STATES)}.",
            field="state",
        ) from None


def _holder(assignee: str, user_id: UUID | None) -> UUID:
    if assignee == "none":
        return NOBODY
    if assignee == "me":
        if user_id is None:
            raise InvalidRequest(
                "An API key has no conversations of its own, so assignee cannot be me.",
                fix="Send a user's id, or none.",
                field="assignee",
            )
        return user_id
    try:
        return UUID(assignee)
    except ValueError:
        raise InvalidRequest("assignee is neither a user's id nor me nor none.", field="assignee") from None
