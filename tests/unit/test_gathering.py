"""How long a lane gathers before its next batch."""

import pytest

from curbe.ingest.batch_pause import gather_for
from curbe.ingest.batch_size import Reach

MOST = 2000


def test_a_lane_that_is_behind_does_not_wait() -> None:
    assert gather_for(MOST, most=MOST, took=0.01) == 0


@pytest.mark.parametrize(
    ("applied", "apart"), [(1, 0.02), (9, 0.02), (10, 0.1), (199, 0.1), (200, 0.25), (1999, 0.25)]
)
def test_batches_begin_a_moment_apart_the_longer_the_more_there_is(applied: int, apart: float) -> None:
    took = 0.005
    assert gather_for(applied, most=MOST, took=took) + took == pytest.approx(apart)


def test_what_took_longer_than_that_is_not_waited_for_again() -> None:
    assert gather_for(400, most=MOST, took=0.3) == 0


def test_of_four_thousand_a_second_each_batch_holds_hundreds_and_none_of_them_waits_long() -> None:
    """As on one full number: so much a batch and so much a webhook is what was measured."""
    now = waiting_since = 0.0
    sizes, waits = [], []
    for _ in range(200):
        applied = min(MOST, int((now - waiting_since) * 4000))
        took = 0.004 + applied * 0.0001
        sizes.append(applied)
        waits.append(now + took - waiting_since)
        waiting_since = now
        now += took + gather_for(applied, most=MOST, took=took) if applied else 0.02
    assert min(sizes[10:]) > 900
    assert max(waits) < 0.4


def test_a_lane_takes_less_after_a_batch_that_took_too_long_and_more_again_behind_it() -> None:
    reach = Reach(2000)
    sizes = []
    for _ in range(5):
        sizes.append(reach.size)
        reach.took_too_long(reach.size)
    assert (sizes, reach.alone) == ([2000, 250, 31, 3, 1], True)

    reach.passed(0)
    assert (reach.size, reach.alone) == (1, True), "another has the lane"
    reach.passed(1)
    assert (reach.size, reach.alone) == (2, False)
    reach.took_too_long(2)
    assert (reach.size, reach.alone) == (1, False)
    for _ in range(14):
        reach.passed(reach.size)
    assert reach.size == 2000
