"""The customer service window is open for 24 hours from a person's last message, and not a moment longer."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curbe.domain.window import LENGTH, OpenWindow, closing_time, customer_service_window

WROTE = datetime(2026, 10, 24, 18, 30, tzinfo=UTC)
MOMENTS = st.datetimes(timezones=st.just(UTC), min_value=datetime(2020, 1, 1), max_value=datetime(2040, 1, 1))  # noqa: DTZ001 - hypothesis adds the zone


def test_somebody_who_never_wrote_has_no_window() -> None:
    assert customer_service_window(None, now=WROTE) is None
    assert closing_time(None) is None


@pytest.mark.parametrize(
    "later", [timedelta(0), timedelta(hours=23, minutes=59, seconds=59, microseconds=999_999)]
)
def test_within_a_day_the_window_is_open_and_says_until_when(later: timedelta) -> None:
    assert customer_service_window(WROTE, now=WROTE + later) == OpenWindow(
        closes_at=WROTE + timedelta(days=1)
    )


@pytest.mark.parametrize("later", [timedelta(days=1), timedelta(days=1, microseconds=1), timedelta(days=400)])
def test_after_a_day_it_is_closed_from_the_first_moment(later: timedelta) -> None:
    assert customer_service_window(WROTE, now=WROTE + later) is None


def test_a_clock_behind_metas_leaves_the_window_open() -> None:
    assert customer_service_window(WROTE, now=WROTE - timedelta(minutes=3)) is not None


@given(wrote=MOMENTS, now=MOMENTS)
def test_it_is_open_exactly_until_its_closing_time(wrote: datetime, now: datetime) -> None:
    window = customer_service_window(wrote, now=now)

    assert (window is not None) == (now < wrote + LENGTH)
    assert window is None or window.closes_at == closing_time(wrote)
