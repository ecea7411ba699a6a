"""The outbox protocol as a specification that a machine can search: every interleaving of one message.

Two senders, a sweeper of expired leases, Meta, and up to three faults (a kill, or a pause that outlives a lease) meet in every
possible order. `OURS` is what ``curbe.outbound`` does; the other protocols are mistakes that others made or that we nearly did, and
each of them must be seen to break a promise, or the search itself proves nothing.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

MOST_ATTEMPTS: Final = 3
MOST_FAULTS: Final = 3
SENDERS: Final = 2


class Promise(StrEnum):
    """What must hold for every message, whatever happens."""

    ONCE = "Meta took the message more than once"
    SETTLED = "the message is waiting or being sent for ever"
    HONEST = "we say the opposite of what Meta did"


@dataclass(frozen=True, slots=True)
class Protocol:
    """The rules to search. The defaults are ours."""

    intent_before_post: bool = True  # "sending" is committed before the socket opens
    looks_again: bool = False  # the sender reads its attempt once more just before it writes to the socket
    requeues_expired: bool = False  # an expired lease is queued again
    requeues_lost: bool = False  # a lost answer is queued again
    resends_unknown: bool = False  # an unknown message is queued again after a while
    waits_for_webhooks: bool = False  # ... but not while one of its webhooks is under way
    sweeps_by_attempt: bool = True  # the sweeper touches only the attempt whose lease it saw expire


OURS: Final = Protocol()


class Phase(StrEnum):
    """The message's own column."""

    QUEUED = "queued"
    SENDING = "sending"
    UNKNOWN = "unknown"


class Ticket(StrEnum):
    """The message's row in the outbox."""

    WAITING = "waiting"
    LEASED = "leased"
    EXPIRED = "expired"
    GONE = "gone"


class Answer(StrEnum):
    """How a POST ends for the one who made it."""

    ACCEPTED = "accepted"
    REFUSED = "refused for good"
    LATER = "not taken, may be asked again"  # no connection, or throttled: certainly not accepted
    LOST = "no answer"


# What the sender sees, and whether Meta took the message.
_ENDINGS: Final = (
    (Answer.ACCEPTED, True),
    (Answer.REFUSED, False),
    (Answer.LATER, False),
    (Answer.LOST, True),
    (Answer.LOST, False),
)


@dataclass(frozen=True, slots=True)
class Sender:
    """A process at work on one attempt: about to look, about to post, or holding an answer."""

    attempt: int
    armed: bool = False
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class State:
    """The two rows, who is at work on them, and what really happened at Meta."""

    phase: Phase = Phase.QUEUED
    ticket: Ticket = Ticket.WAITING
    attempt: int = 0
    accepted: bool = False  # evidence: an answer with a wamid, or a status webhook
    failed: bool = False  # our own verdict; it yields to evidence
    senders: tuple[Sender, ...] = ()
    swept: int | None = None  # the attempt whose expired lease the sweeper has read and not yet acted upon
    taken: int = 0  # how often Meta accepted the message
    webhooks: int = 0  # under way
    faults: int = 0

    @property
    def status(self) -> str:
        """What we tell of the message."""
        if self.accepted:
            return "accepted"
        return "failed" if self.failed else self.phase.value

    @property
    def answered(self) -> bool:
        """Whether anything is known that forbids to send it."""
        return self.accepted or self.failed


Step = tuple[str, State]


@dataclass(frozen=True, slots=True)
class Search:
    """The result: how many states there are, and the shortest way to each broken promise."""

    states: int
    broken: dict[Promise, list[str]]


def search(protocol: Protocol) -> Search:
    """Visit every state that ``protocol`` can reach, nearest first."""
    start = State()
    came_from: dict[State, Step | None] = {start: None}
    broken: dict[Promise, State] = {}
    todo = deque([start])
    while todo:
        state = todo.popleft()
        following = list(_steps(state, protocol))
        for promise in _broken_in(state, final=not following):
            broken.setdefault(promise, state)
        for name, after in following:
            if after not in came_from:
                came_from[after] = (name, state)
                todo.append(after)
    return Search(len(came_from), {promise: _way_to(state, came_from) for promise, state in broken.items()})


def _broken_in(state: State, *, final: bool) -> Iterator[Promise]:
    if state.taken > 1:
        yield Promise.ONCE
    if final and state.status in ("queued", "sending"):
        yield Promise.SETTLED
    if final and (
        (state.status == "failed" and state.taken) or (state.status == "accepted" and not state.taken)
    ):
        yield Promise.HONEST


def _way_to(state: State, came_from: dict[State, Step | None]) -> list[str]:
    names: list[str] = []
    while (step := came_from[state]) is not None:
        names.append(step[0])
        state = step[1]
    return names[::-1]


def _steps(state: State, protocol: Protocol) -> Iterator[Step]:
    yield from _claiming(state, protocol)
    for index in range(len(state.senders)):
        yield from _sending(state, index, protocol)
    yield from _time(state, protocol)
    if state.webhooks:
        yield "status webhook", replace(state, accepted=True, webhooks=state.webhooks - 1)


def _claiming(state: State, protocol: Protocol) -> Iterator[Step]:
    if state.ticket is not Ticket.WAITING or len(state.senders) == SENDERS:
        return
    if state.phase is not Phase.QUEUED or state.answered:
        yield "claim finds it answered", replace(state, ticket=Ticket.GONE)
        return
    if state.attempt == MOST_ATTEMPTS:
        return
    attempt = state.attempt + 1
    claimed = replace(
        state, attempt=attempt, senders=(*state.senders, Sender(attempt, armed=not protocol.looks_again))
    )
    if protocol.intent_before_post:
        claimed = replace(claimed, phase=Phase.SENDING, ticket=Ticket.LEASED)
    yield "claim", claimed


def _sending(state: State, index: int, protocol: Protocol) -> Iterator[Step]:
    sender = state.senders[index]
    without = replace(state, senders=state.senders[:index] + state.senders[index + 1 :])

    def become(other: Sender) -> State:
        return replace(state, senders=(*state.senders[:index], other, *state.senders[index + 1 :]))

    if state.faults < MOST_FAULTS:
        yield "kill the sender", replace(without, faults=state.faults + 1)
    if sender.answer is not None:
        yield f"settle: {sender.answer}", _settled(without, sender, protocol)
    elif sender.armed:
        for answer, taken in _ENDINGS:
            after = become(replace(sender, answer=answer))
            yield (
                f"post: {answer}{', but taken' if taken and answer is Answer.LOST else ''}",
                replace(after, taken=state.taken + taken, webhooks=state.webhooks + taken),
            )
    elif state.phase is Phase.SENDING and state.attempt == sender.attempt:
        yield "look again: still mine", become(replace(sender, armed=True))
    else:
        yield "look again: no longer mine", without


def _settled(state: State, sender: Sender, protocol: Protocol) -> State:
    """Write a verdict. Acceptance is evidence and always counts; the rest only for the attempt it belongs to."""
    if sender.answer is Answer.ACCEPTED:
        return replace(state, accepted=True, ticket=Ticket.GONE)
    if protocol.intent_before_post and not (state.phase is Phase.SENDING and state.attempt == sender.attempt):
        return state
    again = sender.attempt < MOST_ATTEMPTS
    if again and (sender.answer is Answer.LATER or (sender.answer is Answer.LOST and protocol.requeues_lost)):
        ticket = Ticket.GONE if state.ticket is Ticket.GONE else Ticket.WAITING
        return replace(state, phase=Phase.QUEUED, ticket=ticket)
    if sender.answer is Answer.LOST:
        return replace(state, phase=Phase.UNKNOWN, ticket=Ticket.GONE)
    return replace(state, failed=True, ticket=Ticket.GONE)


def _time(state: State, protocol: Protocol) -> Iterator[Step]:
    """What waits expires or is taken back; leases run out, the sweeper looks and then acts, unknown messages grow old."""
    if state.ticket is Ticket.WAITING:
        withdrawn = state.failed or (state.phase is Phase.QUEUED and not state.answered)
        yield "withdraw", replace(state, failed=withdrawn, ticket=Ticket.GONE)
    if state.ticket is Ticket.LEASED:
        held = any(sender.attempt == state.attempt for sender in state.senders)
        if not held:
            yield "lease expires", replace(state, ticket=Ticket.EXPIRED)
        elif state.faults < MOST_FAULTS:
            yield "pause: lease expires", replace(state, ticket=Ticket.EXPIRED, faults=state.faults + 1)
    if state.ticket is Ticket.EXPIRED and state.swept is None:
        yield "sweeper sees the lease", replace(state, swept=state.attempt)
    if state.swept is not None:
        yield "sweeper acts", _swept(state, state.swept, protocol)
    may_resend = protocol.resends_unknown and state.attempt < MOST_ATTEMPTS
    if may_resend and state.status == "unknown" and not (protocol.waits_for_webhooks and state.webhooks):
        yield "resend", replace(state, phase=Phase.QUEUED, ticket=Ticket.WAITING)


def _swept(state: State, attempt: int, protocol: Protocol) -> State:
    state = replace(state, swept=None)
    if protocol.sweeps_by_attempt and (state.ticket is not Ticket.EXPIRED or state.attempt != attempt):
        return state
    if protocol.requeues_expired and state.attempt < MOST_ATTEMPTS:
        return replace(state, phase=Phase.QUEUED, ticket=Ticket.WAITING)
    phase = Phase.UNKNOWN if state.phase is Phase.SENDING else state.phase
    return replace(state, phase=phase, ticket=Ticket.GONE)
