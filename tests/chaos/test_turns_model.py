"""Whoever waits for a turn gets it in every order of events, and each rule left out is seen to leave somebody waiting for ever."""

import pytest

from .turns_model import OURS, Rules, search


def test_nobody_waits_for_ever_in_any_order_of_events():
    states, stuck = search(OURS)
    assert stuck is None
    assert states > 500, "the search must have had something to search"


@pytest.mark.parametrize(
    "rules",
    [Rules(leaving_frees=False), Rules(aside_frees=False), Rules(back_frees_earlier=False)],
    ids=[
        "who leaves lets nobody go",
        "who holds nobody up lets nobody go",
        "who goes back lets nobody before it go",
    ],
)
def test_a_rule_left_out_is_seen(rules: Rules):
    assert search(rules)[1] is not None


def test_the_shortest_way_is_a_reply_that_comes_while_a_campaigns_message_is_under_way():
    _, stuck = search(Rules(back_frees_earlier=False))
    assert stuck == ["1 comes", "claim", "0 comes", "claim", "1 goes back", "1 wakes", "claim"]
