"""Campaigns as the API takes and shows them."""

from datetime import datetime, time
from typing import Annotated, Final
from uuid import UUID

import msgspec
from msgspec import Meta

from curbe.campaigns.rules import CampaignState, RampUp
from curbe.domain.errors import InvalidRequest
from curbe.domain.quiet import Quiet
from curbe.domain.template import TemplateContent

FAILURES: Final = 25  # percent at which a campaign pauses unless it is told otherwise
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Percent = Annotated[int, Meta(ge=1, le=100)]
TimeZone = Annotated[str, Meta(min_length=1, max_length=64, description="IANA, such as Europe/Madrid")]
Clock = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="such as 21:00")]
_QUIET_UNLESS_SAID: Final = ("21:00", "09:00")


class QuietHours(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From ``start`` to ``end``, by each recipient's own clock, nobody is written to; the span may go over midnight."""

    start: Clock = _QUIET_UNLESS_SAID[0]
    end: Clock = _QUIET_UNLESS_SAID[1]

    def quiet(self) -> Quiet:
        """Return them as the rules know them.

        Raises:
            InvalidRequest: they have no end.
        """
        if self.start == self.end:
            raise InvalidRequest(
                "quiet hours that begin when they end would never end",
                fix="Leave them out.",
                field="quiet_hours",
            )
        return Quiet(time.fromisoformat(self.start), time.fromisoformat(self.end))


class Ramp(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """At most ``first_hour`` messages in the first hour, and each hour ``factor`` times as many as in the one before."""

    first_hour: Annotated[int, Meta(ge=1, le=1_000_000)]
    factor: Annotated[float, Meta(ge=1, le=100)] = 2.0

    def rules(self) -> RampUp:
        """Return it as the rules know it."""
        return RampUp(first_hour=self.first_hour, factor=self.factor)


class NewCampaign(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A campaign to make.

    ``template``: as in ``messages/send``; texts in it may name variables, ``{{name}}`` or ``{{name|what is said where it
    is missing}}``. ``connection_id`` or ``country_id``: which of your numbers sends, where you have several. ``time_zone``:
    by which it is scheduled, and the clock of people whose number does not tell theirs. ``pause_at_failures``: the
    percentage of failures and missing answers among the latest recipients at which it pauses by itself; null: never for that.
    """

    name: Name
    template: TemplateContent
    connection_id: UUID | None = None
    country_id: str | None = None
    time_zone: TimeZone = "UTC"
    quiet_hours: QuietHours | None = None
    ramp_up: Ramp | None = None
    pause_at_failures: Percent | None = FAILURES


class CampaignChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change of a campaign that has not begun; it must be looked over again afterwards.

    Of one that is paused ``template`` alone: the same template, its gaps filled in another way.
    """

    name: Name | msgspec.UnsetType = msgspec.UNSET
    template: TemplateContent | msgspec.UnsetType = msgspec.UNSET
    connection_id: UUID | msgspec.UnsetType = msgspec.UNSET
    time_zone: TimeZone | msgspec.UnsetType = msgspec.UNSET
    quiet_hours: QuietHours | msgspec.UnsetType | None = msgspec.UNSET
    ramp_up: Ramp | msgspec.UnsetType | None = msgspec.UNSET
    pause_at_failures: Percent | msgspec.UnsetType | None = msgspec.UNSET


class CampaignVariable(msgspec.Struct, frozen=True):
    """A variable of the template; ``required``: a recipient without it gets no message."""

    name: str
    required: bool


class Campaign(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign. ``reason`` says why it was paused, held or failed: a code of docs/reference/campaigns.md, ``reason_detail`` in words."""

    id: UUID
    name: str
    connection_id: UUID
    template: TemplateContent
    variables: list[CampaignVariable]
    category: str | None
    state: CampaignState
    reason: str | None
    reason_detail: str | None
    scheduled_at: datetime | None
    time_zone: str
    quiet_hours: QuietHours | None
    ramp_up: Ramp | None
    pause_at_failures: int | None
    created_by: str
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class Schedule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When to begin: a wall clock's time, such as 2026-12-24T10:00, by ``time_zone`` (the campaign's own unless said otherwise).

    A time with its offset or ``Z`` is that moment, whatever the zone.
    """

    at: Annotated[str, Meta(min_length=10, max_length=40)]
    time_zone: TimeZone | None = None
