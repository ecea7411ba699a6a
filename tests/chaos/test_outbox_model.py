"""The outbox protocol holds its promises in every interleaving, and each known mistake is seen to break one."""

import pytest

from .outbox_model import OURS, Promise, Protocol, search

MISTAKES = {
    "expired leases and lost answers are queued again": (
        Protocol(looks_again=True, requeues_expired=True, requeues_lost=True),
        Promise.ONCE,
    ),
    "expired leases are queued again": (Protocol(looks_again=True, requeues_expired=True), Promise.ONCE),
    "expired leases are queued again, and nobody looks twice": (
        Protocol(requeues_expired=True),
        Promise.ONCE,
    ),
    "lost answers are queued again": (Protocol(requeues_lost=True), Promise.ONCE),
    "unknown messages are sent again after a while": (
        Protocol(looks_again=True, resends_unknown=True),
        Promise.ONCE,
    ),
    "unknown messages are sent again once no webhook is under way": (
        Protocol(looks_again=True, resends_unknown=True, waits_for_webhooks=True),
        Promise.ONCE,
    ),
    "the intent is committed after the POST": (Protocol(intent_before_post=False), Promise.ONCE),
    "the sweeper acts upon what it saw without looking whether it still holds": (
        Protocol(sweeps_by_attempt=False),
        Promise.SETTLED,
    ),
}


def test_ours_breaks_no_promise_in_any_interleaving():
    found = search(OURS)
    assert found.broken == {}
    assert found.states > 200, "the search must have had something to search"


def test_looking_again_before_the_socket_is_not_what_keeps_the_promises():
    assert search(Protocol(looks_again=True)).broken == {}


@pytest.mark.parametrize(("protocol", "promise"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_known_mistake_is_seen(protocol: Protocol, promise: Promise):
    way = search(protocol).broken.get(promise)
    assert way is not None, f"the search no longer sees that {promise}"
    assert 3 <= len(way) <= 12, way


def test_the_shortest_way_to_a_second_sending_is_a_dead_sender_and_a_queue_that_forgives():
    way = search(Protocol(requeues_expired=True)).broken[Promise.ONCE]
    assert way == [
        "claim",
        "post: accepted",
        "pause: lease expires",
        "sweeper sees the lease",
        "sweeper acts",
        "claim",
        "post: accepted",
    ]
