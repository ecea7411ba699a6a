"""A few thousand of the fuzzer's inputs, and that it sees what it is there to see."""

import sys
import time

import pytest

from curbe.channels.cloudapi import items, webhook

from . import judge as judging
from . import mutate
from .run import LONGEST, look, run
from .seeds import seeds

SEED = 20261123
INPUTS = 5000


def test_whatever_the_bytes_are_reading_them_ends_soon_in_events_or_a_typed_refusal() -> None:
    seen = look(seed=SEED, first=0, last=INPUTS, own_alone=False)

    assert seen.findings == []
    assert seen.inputs == INPUTS
    assert seen.slowest.seconds < LONGEST


def test_the_inputs_get_past_the_door_and_into_every_room() -> None:
    seen = look(seed=SEED, first=0, last=INPUTS, own_alone=True)

    words = set(seen.words)
    assert {f"refused: {reason}" for reason in judging.REFUSED} - words <= {
        "refused: unstorable_payload",
        "refused: broken_errors",
    }
    assert {
        "not_json",
        "no_entry",
        "edit",
        "revoke",
        "reaction",
        "status failed",
        "notice: notice",
        "notice: unreadable_notice",
    } <= words
    assert {
        f"message: {kind}"
        for kind in ("text", "media", "reply", "flow_reply", "order", "system", "location", "contacts")
    } <= words
    assert seen.words["not_json"] < seen.inputs / 4


def test_an_input_is_the_same_whenever_it_is_made() -> None:
    beginning = seeds(own_alone=True)

    assert [mutate.body(beginning, seed=3, n=n) for n in range(200)] == [
        mutate.body(beginning, seed=3, n=n) for n in range(200)
    ]


def test_no_input_is_larger_than_what_is_let_in() -> None:
    beginning = seeds(own_alone=True)

    assert (
        max(
            len(
                mutate._written(mutate._blown_up(beginning, mutate.Random(n)), mutate.Random(n))[
                    : mutate.LARGEST
                ]
            )
            for n in range(15)
        )
        > 2**20
    )


def test_an_exception_that_nobody_foresaw_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyError("planted")

    monkeypatch.setattr(items, "words_of", fail)

    seen = look(seed=SEED, first=0, last=300, own_alone=True)

    assert any("KeyError: 'planted'" in what for _, what in seen.findings)


def test_an_input_that_takes_too_long_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    longest = LONGEST / 20

    def slow(body: bytes) -> bytes:
        began = time.thread_time()
        while time.thread_time() - began < longest:
            pass
        return body

    monkeypatch.setattr(webhook, "_clean", slow)
    monkeypatch.setattr(sys.modules[look.__module__], "LONGEST", longest)

    seen = look(seed=SEED, first=0, last=2, own_alone=True)

    assert any("of processor time" in what for _, what in seen.findings)


def test_several_processes_judge_each_input_once() -> None:
    seen = run(inputs=2500, seed=SEED, jobs=2, own_alone=True, told=lambda _: None)

    assert (seen.inputs, seen.findings) == (2500, [])
