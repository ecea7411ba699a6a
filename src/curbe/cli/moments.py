"""How a moment is written on the command line."""

from datetime import UTC, datetime
from typing import Final

import click

from curbe.infra.clock import utc_now
from curbe.infra.setting_values import Malformed, duration

SPAN: Final = "a time with its zone, as 2026-11-22T10:00:00Z, or how long ago, as 2h or 7d"


class Moment(click.ParamType):
    """A moment: a time with its zone, or how long ago."""

    name = "TIME"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            return utc_now() - duration(value)
        except Malformed:
            pass  # then it is a time
        except OverflowError:
            self.fail(f"{value!r} is too long ago.", param, ctx)
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not {SPAN}.", param, ctx)
        if moment.tzinfo is None:
            self.fail(f"{value!r} does not say its time zone: add Z for UTC.", param, ctx)
        try:
            return moment.astimezone(UTC)
        except OverflowError:
            self.fail(f"{value!r} is beyond the calendar.", param, ctx)
