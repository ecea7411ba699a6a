"""What may become of a conversation, what is told of a message, and what a person may be called. Pure."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final, Literal
from uuid import UUID

from curbe.domain.errors import InvalidRequest
from curbe.domain.status import RANK, MessageStatus

RECEIVED: Final = "received"
WAKE: Final = "snooze.end"  # the job that ends a snooze; its subject is the conversation
ProviderKey = tuple[UUID, UUID, str]  # tenant, connection, and the provider's id of what came there


_LONGEST_NAME: Final = 100  # of a person
# Within letters of Persian, and emoji: nothing that shows by itself.
_JOINERS: Final = dict.fromkeys(map(ord, "\u200c\u200d"))


class ConversationState(StrEnum):
    """Where a conversation stands for the people who work in the inbox. Declared as the PostgreSQL enum."""

    OPEN = "open"  # somebody of ours should look
    WAITING = "waiting"  # we answered; the person has the word
    RESOLVED = "resolved"  # done
    SNOOZED = "snoozed"  # put off
    ARCHIVED = "archived"  # done, and out of sight
    BLOCKED = "blocked"  # nothing this person writes brings it back


class Priority(StrEnum):
    """How soon people want a conversation looked at, the least first."""

    NONE = "none"  # nobody said
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    URGENT = "urgent"


class Direction(StrEnum):
    """Who wrote a message: a person to us, or we to a person. Declared as the PostgreSQL enum."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


# By which number an index finds a state (migration 0013); a test compares the two.
STATE_CODES: Final = {
    ConversationState.OPEN: 1,
    ConversationState.WAITING: 2,
    ConversationState.RESOLVED: 3,
    ConversationState.SNOOZED: 4,
    ConversationState.ARCHIVED: 5,
    ConversationState.BLOCKED: 6,
}
ListOrder = Literal["latest", "oldest", "priority"]  # what a list has first, as people ask for it
PRIORITIES: Final = tuple(Priority)  # each at the number that the database keeps (migration 0122)
ACTIVE: Final = frozenset({ConversationState.OPEN, ConversationState.WAITING, ConversationState.SNOOZED})
AWAKE: Final = ACTIVE - {
    ConversationState.SNOOZED
}  # what lists show unasked: who puts something off wants it out of sight
_ENDED: Final = frozenset(
    {ConversationState.RESOLVED, ConversationState.ARCHIVED, ConversationState.BLOCKED},
)
# What a person may do with a conversation. What ended is opened before anything else is done with it, so that nobody waits for, or is
# reminded of, a conversation that counts as done; a block is lifted only on purpose.
NEXT_STATES: Final = {
    ConversationState.OPEN: ACTIVE | _ENDED,
    ConversationState.WAITING: ACTIVE | _ENDED,
    ConversationState.SNOOZED: ACTIVE | _ENDED,
    ConversationState.RESOLVED: frozenset({ConversationState.OPEN}) | _ENDED,
    ConversationState.ARCHIVED: frozenset({ConversationState.OPEN, ConversationState.BLOCKED}),
    ConversationState.BLOCKED: frozenset({ConversationState.OPEN}),
}


def may_become(current: ConversationState, wanted: ConversationState) -> bool:
    """Tell whether a person may set a conversation at ``current`` to ``wanted``.

    To what it is already, always.
    """
    return wanted is current or wanted in NEXT_STATES[current]


def codes_of(states: Iterable[ConversationState]) -> list[int]:
    """Return the numbers by which an index finds ``states``; of no states, those of all."""
    return sorted(STATE_CODES[state] for state in set(states) or STATE_CODES)


def priority_codes(priorities: Iterable[Priority]) -> list[int] | None:
    """Return the numbers that the database keeps for ``priorities``; None for none of them, which means any."""
    return sorted(PRIORITIES.index(priority) for priority in set(priorities)) or None


def is_written(kind: str) -> bool:
    """Tell whether a person wrote an inbound message of this type: then it opens the window and waits to be read.

    A `system` message is Meta's, about the person.
    """
    return kind != "system"


def told_status(direction: Direction, status: MessageStatus | None) -> str:
    """Return a message's status as the API tells it: what a person wrote to us is ``received``."""
    return RECEIVED if direction is Direction.INBOUND or status is None else status.value


def failure_counts(status: MessageStatus | None) -> bool:
    """Tell whether a failure kept with a message explains it: not once the provider is known to have it.

    A provider may report a failure and, later, the delivery; the delivery is what happened.
    """
    return status is MessageStatus.FAILED or (
        status is not None and RANK[status] < RANK[MessageStatus.ACCEPTED]
    )


def checked_contact_name(name: str | None) -> str | None:
    """Return what a team calls somebody, without space around it; None where nothing is left of it.

    Raises:
        InvalidRequest: it is too long, or holds control characters.
    """
    trimmed = (name or "").strip()
    shown = trimmed.translate(_JOINERS)
    if len(trimmed) > _LONGEST_NAME or not shown.isprintable() or bool(shown) != bool(trimmed):
        raise InvalidRequest(
            f"A person's name has at most {_LONGEST_NAME} printable characters.",
            fix="Send another name, or null for the one that WhatsApp tells.",
            field="name",
        )
    return trimmed or None
