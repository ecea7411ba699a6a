"""What may become of a campaign, when it may write to whom, how fast, and when it stops by itself. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from curbe.channels.cloudapi.codes import TEMPLATE_DISABLED, TEMPLATE_PAUSED
from curbe.domain.errors import Conflict
from curbe.domain.quiet import Quiet
from curbe.domain.template import is_recategorised


class CampaignState(StrEnum):
    """Where a campaign stands. Declared as the PostgreSQL enum."""

    DRAFT = "draft"  # being written
    READY = "ready"  # looked over: it may start
    SCHEDULED = "scheduled"  # it starts by itself
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"  # everybody was written to, or was not for a reason that is written down
    CANCELLED = "cancelled"
    FAILED = "failed"  # it could not start


class Deed(StrEnum):
    """What people, or the worker by itself, can do to a campaign."""

    CHANGE = "change"
    LOOK_OVER = "look_over"
    SCHEDULE = "schedule"
    UNSCHEDULE = "unschedule"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    FINISH = "finish"
    FAIL = "fail"
    RETRY = "retry"


_S = CampaignState
_NEXT: Final[Mapping[tuple[CampaignState, Deed], CampaignState]] = {
    (_S.DRAFT, Deed.CHANGE): _S.DRAFT,
    (_S.READY, Deed.CHANGE): _S.DRAFT,
    (_S.DRAFT, Deed.LOOK_OVER): _S.READY,
    (_S.READY, Deed.LOOK_OVER): _S.READY,
    (_S.SCHEDULED, Deed.LOOK_OVER): _S.SCHEDULED,
    (_S.PAUSED, Deed.LOOK_OVER): _S.PAUSED,
    (_S.READY, Deed.SCHEDULE): _S.SCHEDULED,
    (_S.SCHEDULED, Deed.SCHEDULE): _S.SCHEDULED,
    (_S.SCHEDULED, Deed.UNSCHEDULE): _S.READY,
    (_S.READY, Deed.START): _S.RUNNING,
    (_S.SCHEDULED, Deed.START): _S.RUNNING,
    (_S.SCHEDULED, Deed.FAIL): _S.FAILED,
    (_S.RUNNING, Deed.PAUSE): _S.PAUSED,
    (_S.PAUSED, Deed.RESUME): _S.RUNNING,
    (_S.RUNNING, Deed.FINISH): _S.FINISHED,
    (_S.FINISHED, Deed.RETRY): _S.RUNNING,
    **{(state, Deed.CANCEL): _S.CANCELLED for state in (_S.READY, _S.SCHEDULED, _S.RUNNING, _S.PAUSED)},
}
# Nobody was written to, and its audience may change yet.
TO_COME: Final = frozenset({_S.DRAFT, _S.READY, _S.SCHEDULED})
# What was asked for twice is done once: asked again, it is already so.
_ALREADY: Final = {
    Deed.START: _S.RUNNING,
    Deed.RESUME: _S.RUNNING,
    Deed.PAUSE: _S.PAUSED,
    Deed.CANCEL: _S.CANCELLED,
}
_ALLOWED: Final = {
    Deed.CHANGE: "Only a campaign that is not scheduled and has not begun is changed: unschedule it first, or make another one. "
    "Of a paused one `template` alone can be changed.",
    Deed.START: "Look it over first (dry run): a campaign starts from ready or scheduled.",
    Deed.SCHEDULE: "Look it over first (dry run): a campaign is scheduled once it is ready.",
    Deed.RESUME: "Only what is paused is resumed.",
    Deed.PAUSE: "Only what runs is paused.",
    Deed.RETRY: "Failed recipients are tried again once the campaign has finished.",
}


def after(state: CampaignState, deed: Deed) -> CampaignState:
    """Return the state after ``deed``; the same state where the deed was done before.

    Raises:
        Conflict: a campaign in this state cannot be treated so.
    """
    found = _NEXT.get((state, deed))
    if found is not None:
        return found
    if _ALREADY.get(deed) is state:
        return state
    raise Conflict(
        f"The campaign is {state.value}.",
        fix=_ALLOWED.get(deed, "Look at the campaign's state."),
        extra={"campaign_state": state.value},
    )


def awake(zones: Iterable[str], *, quiet: Quiet | None, now: datetime) -> list[str]:
    """Return those of ``zones`` in which people may be written to at ``now``."""
    if quiet is None:
        return sorted(set(zones))
    return sorted(name for name in set(zones) if not quiet.holds(now.astimezone(ZoneInfo(name)).time()))


class RampUp(msgspec.Struct, frozen=True):
    """At most ``first_hour`` messages in the first hour of running, and each hour ``factor`` times as many as in the one before."""

    first_hour: int
    factor: float


def may_have_taken(ramp: RampUp | None, *, ran_for: timedelta) -> int | None:
    """Return how many recipients may have been taken after running ``ran_for``; None where nothing limits it. Even within each hour."""
    if ramp is None:
        return None
    hours, rest = divmod(ran_for.total_seconds(), 3600)
    allowed, hourly = 0.0, float(ramp.first_hour)
    for _ in range(int(min(hours, 1000))):
        allowed += hourly
        hourly = min(hourly * ramp.factor, 1e9)
    return max(1, int(allowed + hourly * rest / 3600))


class Latest(msgspec.Struct, frozen=True):
    """What became of the latest recipients since the campaign last began to run."""

    settled: int
    failed: int
    unknown: int  # nobody knows whether Meta took them: its answers stayed out
    template_codes: int  # of those that failed, how many because Meta paused or disabled the template


class Conditions(msgspec.Struct, frozen=True, kw_only=True):
    """What a running campaign depends on, as it is now: its template, its number, and what became of its latest messages."""

    template_status: str | None  # Meta's word; None: there is no such template, or none any more
    template_quality: str | None
    template_category: str | None
    looked_over_as: str | None  # the template's category when the campaign was looked over
    number_active: bool
    number_reason: str | None
    number_quality: str | None
    held: bool  # this number sends nothing to many people for a while, because people complained
    restricted_until: datetime | None = (
        None  # until then Meta lets the account only answer, not begin conversations
    )
    latest: Latest


class Stop(msgspec.Struct, frozen=True):
    """Why a campaign stops by itself: a code of docs/reference/campaigns.md, and the sentence for people."""

    reason: str
    detail: str


# Meta says when it ends: a campaign may be scheduled for later than that.
RESTRICTED: Final = "restricted"
RESTORED: Final = Stop(
    "restored",
    "a backup was restored: some of those who wait here may have been written to since it was made",
)
# A campaign is for its moment: what was to go out on Friday evening is held on Monday until somebody says so. A restart or an upgrade takes
# minutes.
_BEGINS_WITHIN: Final = timedelta(hours=2)
_BAD: Final = frozenset({"RED", "LOW"})
_FEWEST_TO_JUDGE: Final = 20  # settled recipients before their ratio says anything
LOOKED_BACK: Final = 500  # recipients


def held_as_late(scheduled_at: datetime, *, now: datetime) -> Stop | None:
    """Return why a campaign that was to begin at ``scheduled_at`` does not begin by itself any more; None where it may."""
    if now - scheduled_at <= _BEGINS_WITHIN:
        return None
    hours = _BEGINS_WITHIN // timedelta(hours=1)
    return Stop(
        "too_late",
        f"it was to begin at {scheduled_at:%Y-%m-%d %H:%M} UTC, and could not within {hours} hours of that",
    )


def stop_of(conditions: Conditions, *, pause_at_failures: int | None) -> Stop | None:  # noqa: PLR0911 - one for each cause
    """Return why a running campaign should pause now; None where it may go on.

    Args:
        conditions: what it depends on.
        pause_at_failures: the percentage of failures and missing answers among the latest recipients at which it pauses; None: it never
            does for that.
    """
    status = conditions.template_status
    if conditions.latest.template_codes:  # said first: from then on the template stands as paused or disabled
        codes = f"{TEMPLATE_PAUSED} or {TEMPLATE_DISABLED}"
        return Stop("template_refused", f"Meta refused the template while it was sent ({codes})")
    if status is None:
        return Stop("template_unknown", "the number does not have the template any more")
    if status != "APPROVED":
        return Stop("template_not_approved", f"Meta says that the template is {status.lower()}")
    if (conditions.template_quality or "").upper() in _BAD:
        return Stop("template_quality", "the template's quality has dropped to red")
    if is_recategorised(conditions.looked_over_as, conditions.template_category):
        return Stop(
            "template_category",
            f"Meta files the template under {conditions.template_category} now; it was looked over as {conditions.looked_over_as}",
        )
    if not conditions.number_active:
        return Stop("number_paused", conditions.number_reason or "the number does not send at the moment")
    if (conditions.number_quality or "").upper() in _BAD:
        return Stop("number_quality", "the number's quality has dropped to red")
    if conditions.restricted_until is not None:
        ends = f"{conditions.restricted_until:%Y-%m-%d %H:%M} UTC"
        return Stop(RESTRICTED, f"Meta lets this account write to nobody first until {ends}")
    if conditions.held:
        return Stop("complaints", "Meta says that people block or report this number (131048 or 131064)")
    return _too_many_failures(conditions.latest, pause_at_failures)


def _too_many_failures(latest: Latest, percent: int | None) -> Stop | None:
    if percent is None or latest.settled < _FEWEST_TO_JUDGE:
        return None
    if (latest.failed + latest.unknown) * 100 < latest.settled * percent:
        return None
    if latest.unknown > latest.failed:
        return Stop(
            "answers_missing",
            f"Meta's answers stayed out for {latest.unknown} of the latest {latest.settled} messages; the campaign pauses at {percent} %",
        )
    return Stop(
        "failure_ratio",
        f"{latest.failed} of the latest {latest.settled} messages failed{_and_unknown(latest)}; the campaign pauses at {percent} %",
    )


def _and_unknown(latest: Latest) -> str:
    return f" and {latest.unknown} are unknown" if latest.unknown else ""
