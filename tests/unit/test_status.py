"""A message's status is the highest ever seen: order and repetition of webhooks change nothing."""

from functools import reduce
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curbe.domain.status import RANK, MessageStatus, advance

STATUSES = st.sampled_from(MessageStatus)


def test_the_ranks_are_the_ones_the_product_promises() -> None:
    assert sorted(MessageStatus, key=RANK.__getitem__) == [
        MessageStatus.QUEUED,
        MessageStatus.SENDING,
        MessageStatus.UNKNOWN,
        MessageStatus.ACCEPTED,
        MessageStatus.SENT,
        MessageStatus.FAILED,
        MessageStatus.DELIVERED,
        MessageStatus.READ,
        MessageStatus.PLAYED,
    ]


@pytest.mark.parametrize(
    ("current", "seen", "kept"),
    [
        ("read", "delivered", "read"),
        ("sent", "failed", "failed"),
        ("failed", "sent", "failed"),
        ("failed", "delivered", "delivered"),
        ("unknown", "accepted", "accepted"),
        ("sent", "read", "read"),
    ],
)
def test_a_late_or_skipped_webhook_never_takes_anything_back(current: str, seen: str, kept: str) -> None:
    assert advance(MessageStatus(current), MessageStatus(seen)) == MessageStatus(kept)


@given(seen=st.lists(STATUSES, min_size=1, max_size=4))
def test_any_order_ends_at_the_same_status(seen: list[MessageStatus]) -> None:
    ends = {reduce(advance, order, MessageStatus.QUEUED) for order in permutations(seen)}

    assert len(ends) == 1


@given(current=STATUSES, seen=STATUSES)
def test_the_same_webhook_twice_is_the_same_as_once(current: MessageStatus, seen: MessageStatus) -> None:
    once = advance(current, seen)

    assert advance(once, seen) == once
    assert RANK[once] >= RANK[current]
