"""Turns in one conversation as a specification that a machine can search: who waits for whom, in every order of events.

The messages go in the order of their numbers, and come in any: a reply that is queued last goes first. `OURS` is what
``curbe.outbound.store`` does; each of the other rules must be seen to leave somebody waiting for ever.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MESSAGES: Final = 4


class Place(StrEnum):
    """Where a message is."""

    ABSENT = "not asked for yet"
    FREE = "may go"
    LEASED = "under way"
    TURN = "waits for its turn"
    HOLDING = "waits for its time, and those behind it with it"
    ASIDE = "waits for its time alone"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Rules:
    """Whom an event lets go. The defaults are ours."""

    leaving_frees: bool = True  # who leaves lets the next one go
    aside_frees: bool = True  # so does who goes back and holds nobody up
    back_frees_earlier: bool = (
        True  # who goes back, and holds those behind it, lets go who is to go before it
    )


OURS: Final = Rules()
State = tuple[Place, ...]


def search(rules: Rules) -> tuple[int, list[str] | None]:
    """Return how many states there are, and the shortest way to one in which somebody waits for ever, if there is any."""
    start: State = (Place.ABSENT,) * MESSAGES
    ways: dict[State, list[str]] = {start: []}
    todo = deque([start])
    stuck: list[str] | None = None
    while todo:
        state = todo.popleft()
        if stuck is None and _stuck(state):
            stuck = ways[state]
        for name, after in _steps(state, rules):
            if after not in ways:
                ways[after] = [*ways[state], name]
                todo.append(after)
    return len(ways), stuck


def _stuck(state: State) -> bool:
    """Tell whether somebody waits for a turn and there is nobody to give it."""
    return {place for place in state if place not in (Place.ABSENT, Place.GONE)} == {Place.TURN}


def _steps(state: State, rules: Rules) -> Iterator[tuple[str, State]]:
    if Place.FREE in state:
        yield "claim", _claimed(state)
    for one, place in enumerate(state):
        if place is Place.ABSENT:
            yield f"{one} comes", _put(state, one, Place.FREE)
        elif place in (Place.HOLDING, Place.ASIDE):
            yield f"{one} wakes", _put(state, one, Place.FREE)
        elif place is Place.LEASED:
            left = _put(state, one, Place.GONE)
            yield f"{one} leaves", _freed(left) if rules.leaving_frees else left
            aside = _put(state, one, Place.ASIDE)
            yield f"{one} goes back, alone", _freed(aside) if rules.aside_frees else aside
            back = _put(state, one, Place.HOLDING)
            yield f"{one} goes back", _freed(back, before=one) if rules.back_frees_earlier else back


def _claimed(state: State) -> State:
    """Lease the first that may go, and tell the others that may go but are behind somebody to wait for their turn."""
    after = list(state)
    for one, place in enumerate(state):
        if place is Place.FREE:
            ahead = {Place.FREE, Place.HOLDING, Place.TURN} & set(state[:one])
            after[one] = Place.TURN if ahead or Place.LEASED in state else Place.LEASED
    return tuple(after)


def _freed(state: State, *, before: int = MESSAGES) -> State:
    """Let the first that waits for its turn go, where it is to go ``before`` somebody."""
    first = next((one for one, place in enumerate(state[:before]) if place is Place.TURN), None)
    return state if first is None else _put(state, first, Place.FREE)


def _put(state: State, one: int, place: Place) -> State:
    return (*state[:one], place, *state[one + 1 :])
