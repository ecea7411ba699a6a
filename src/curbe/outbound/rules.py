"""How urgent a message is, and what becomes of an attempt. Pure: data and `now` in, decision out."""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from curbe.consent.gate import Purpose
from curbe.domain.failures import FailureKind, SendFailure
from curbe.inbox.outbound_messages import Verdict
from curbe.outbound.breaker import Heard
from curbe.outbound.governor import CAMPAIGN, NOTIFICATION, REPLY

PRIORITIES: Final = {
    Purpose.REPLY: REPLY,
    Purpose.NOTIFICATION: NOTIFICATION,
    Purpose.CAMPAIGN: CAMPAIGN,
}

_LIFETIMES: Final = {Purpose.REPLY: timedelta(hours=24), Purpose.NOTIFICATION: timedelta(hours=24)}
_OF_A_CODE: Final = timedelta(minutes=10)  # as long as Meta tries to deliver one [Meta: time-to-live]
_PATIENCE: Final = timedelta(hours=24)  # how long a message is tried where a provider says "later"
_TRIES: Final = 5  # for a transient no
_LONGEST_PAUSE: Final = timedelta(hours=1)
_LONGEST_UNREACHED: Final = timedelta(minutes=1)  # between two tries of which nothing leaves here
_KEEPS_QUEUE: Final = (FailureKind.CREDENTIALS, FailureKind.ACCOUNT)
_SILENCES: Final = (FailureKind.AMBIGUOUS, FailureKind.UNREACHABLE)
_NEVER_LEFT: Final = (FailureKind.UNREACHABLE, FailureKind.STORAGE)
_LATER: Final = (FailureKind.THROTTLED, FailureKind.TRANSIENT, FailureKind.UNLISTED)
PAIR_RATE: Final = 131056  # one person at a time too fast: retry after 4^n seconds [Meta: error codes]
MAINTENANCE: Final = 131057  # the number is being upgraded; at most a minute [Meta: throughput]
FLOW_THROTTLED: Final = 132069  # one form too often; other messages are not meant [Meta: error codes]
SPAM_RATE: Final = 131048  # people block or report this number [Meta: error codes]
WRONG_CATEGORY: Final = 131064  # the WABA's templates are filed under the wrong category [Meta: error codes]
EXPERIMENT: Final = 130472  # the person is kept from marketing, as an experiment [Meta: error codes]
ENOUGH_MARKETING: Final = (
    131049  # the person gets too much marketing; not before 24 hours [Meta: per-user limits]
)
# What Meta keeps a person from, for now or for good.
KEPT_FROM: Final = frozenset({EXPERIMENT, ENOUGH_MARKETING})
_DIGESTED: Final = timedelta(hours=24)
_NOT_THE_NUMBER: Final = (PAIR_RATE, FLOW_THROTTLED)
# Meta's codes for what is wrong with a message [Meta: error codes].
_OF_SENDING: Final = range(130_000, 140_000)
_LONGEST_REST: Final = timedelta(hours=1)
_COMPLAINTS: Final = timedelta(hours=24)  # Meta names no time; its ratings are of days [Meta: quality rating]


class Hold(msgspec.Struct, frozen=True):
    """Nothing of ``from_priority`` or less urgent goes out for ``pause``: from this number, or from all of its WABA."""

    from_priority: int
    pause: timedelta
    whole_waba: bool = False


_HOLDS: Final = {
    SPAM_RATE: Hold(from_priority=NOTIFICATION, pause=_COMPLAINTS),
    WRONG_CATEGORY: Hold(from_priority=NOTIFICATION, pause=_COMPLAINTS, whole_waba=True),
}


class Next(msgspec.Struct, frozen=True):
    """What follows an attempt that was not accepted."""

    verdict: Verdict
    pause: timedelta = timedelta()  # with QUEUED: how long to wait
    counted: bool = True  # with QUEUED: whether it uses up a try
    pauses_connection: bool = False
    slows_number: bool = False
    rests: timedelta = timedelta()  # how long the whole number sends nothing
    pauses_person: bool = False  # with QUEUED: the provider wants nothing more for this person meanwhile
    holds: bool = False  # with QUEUED: what is behind it in its conversation waits with it, however long
    hold: Hold | None = None


def lifetime(purpose: Purpose, *, is_code: bool, wanted: timedelta | None) -> timedelta | None:
    """Return for how long a message is good while it waits; None where something else ends its waiting, as a campaign's state does."""
    if wanted is not None:
        return wanted
    return _OF_A_CODE if is_code else _LIFETIMES.get(purpose)


def heard(failure: SendFailure | None) -> Heard:
    """Return what an attempt heard of the provider; ``failure`` is None where it accepted."""
    if failure is None:
        return Heard.CLEAR
    if failure.kind in _SILENCES:
        return Heard.SILENCE
    answered = failure.code is not None or failure.kind is FailureKind.THROTTLED
    return Heard.CLEAR if answered else Heard.NOT_ASKED


def without_quotes(failure: SendFailure | None) -> str | None:
    """Return why the provider was not heard, for a log: what it said itself, beside its code, is left out."""
    if failure is None:
        return None
    return (
        failure.title
        if failure.code is not None or not failure.detail
        else f"{failure.title}: {failure.detail}"
    )


def after(
    failure: SendFailure, *, refusals: int, attempts: int, trying_since: datetime, now: datetime
) -> Next:
    """Return what follows a provider's no, or no answer at all.

    Only what was certainly not accepted is ever queued again; what is ambiguous is never sent again by itself.

    Args:
        failure: what the provider said, as `channels` read it.
        refusals: how many times it was refused, and put back, already.
        attempts: how many there were, this one among them; those that reached nobody are no refusals.
        trying_since: when it was first tried; however long it waited for that.
        now: the moment of deciding.
    """
    # TODO: a file behind a link that Meta could not fetch (131053) is not tried once more by itself, see docs/whatsapp.md.
    if failure.kind is FailureKind.AMBIGUOUS:
        return Next(verdict=Verdict.UNKNOWN)
    if failure.kind in _KEEPS_QUEUE:
        return Next(verdict=Verdict.QUEUED, counted=False, pauses_connection=True)
    if failure.code in _HOLDS:
        # Tried again, it would only add to the complaints; what else goes to many waits until people have calmed down.
        return Next(verdict=Verdict.FAILED, hold=_HOLDS[failure.code])
    patient = now - trying_since < _PATIENCE
    if failure.kind in _NEVER_LEFT and patient:
        pause = min(timedelta(seconds=2 ** min(attempts - refusals - 1, 6)), _LONGEST_UNREACHED)
        # Where nobody is reached, whoever is behind it reaches nobody either; where only its file is missing, they may go.
        holds = failure.kind is FailureKind.UNREACHABLE
        return Next(verdict=Verdict.QUEUED, pause=pause, counted=False, holds=holds)
    too_often = failure.kind is not FailureKind.THROTTLED and refusals + 1 >= _TRIES
    if failure.kind not in _LATER or _is_final(failure) or too_often or not patient:
        return Next(verdict=Verdict.FAILED)
    slows_number = failure.kind is FailureKind.THROTTLED and failure.code not in _NOT_THE_NUMBER
    wanted = failure.retry_after or timedelta()
    return Next(
        verdict=Verdict.QUEUED,
        pause=max(wanted, _pause(failure.code, refusals)),
        slows_number=slows_number,
        rests=min(wanted, _LONGEST_REST) if slows_number else timedelta(),
        pauses_person=failure.code == PAIR_RATE,
        holds=failure.code == PAIR_RATE,
    )


def may_retry_at(code: int | None, *, failed_at: datetime) -> datetime | None:
    """Return from when on a message that failed by ``code`` may be sent to the same person once more; None: never."""
    if code == EXPERIMENT:
        return None
    return failed_at + _DIGESTED if code == ENOUGH_MARKETING else failed_at


def _is_final(failure: SendFailure) -> bool:
    """Tell whether a clear no with a code that nobody wrote down is for good.

    Meta's codes of sending name a message, or a person, that will not do [Meta: error codes]; asked again it says the same. Where it
    says how long to wait, it means later.
    """
    unlisted = failure.kind is FailureKind.UNLISTED and failure.code in _OF_SENDING
    return unlisted and failure.retry_after is None


def after_taken(failure: SendFailure, *, at: datetime, now: datetime) -> Next:
    """Return what follows for the number where the provider had taken a message, and told at ``at`` that it failed."""
    if failure.kind in _KEEPS_QUEUE:
        return Next(verdict=Verdict.FAILED, pauses_connection=True)
    hold = _HOLDS.get(failure.code or 0)
    left = at + hold.pause - now if hold is not None else timedelta()
    if hold is None or left <= timedelta():
        return Next(verdict=Verdict.FAILED)
    return Next(verdict=Verdict.FAILED, hold=msgspec.structs.replace(hold, pause=min(left, hold.pause)))


def _pause(code: int | None, refusals: int) -> timedelta:
    """Return how long to wait after the ``refusals + 1``-th no: 4^n seconds for a pair [Meta], else 1, 2, 4 ... seconds."""
    if code == MAINTENANCE:
        return timedelta(seconds=60)
    base = 4 if code == PAIR_RATE else 2
    return min(timedelta(seconds=base ** min(refusals, 12)), _LONGEST_PAUSE)
