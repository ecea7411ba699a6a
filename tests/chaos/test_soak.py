"""What stays flat is called flat, whatever it wavers by; what grows is called by its name."""

import pytest

from .soak import _ROOM, Sample, growing

STEADY = dict.fromkeys(_ROOM, 100.0)


def samples(*, name: str = "", slope: float = 0.0) -> list[Sample]:
    wavering = [5, -3, 0, 4, -5, 2]
    return [
        Sample(n, STEADY | ({name: 100 + slope * n + wavering[n % 6]} if name else {})) for n in range(80)
    ]


def test_a_process_that_stays_the_same_is_not_called_growing():
    assert growing(samples()) == []


@pytest.mark.parametrize("name", _ROOM)
def test_what_wavers_is_flat_and_what_grows_is_named(name: str):
    assert growing(samples(name=name)) == []
    assert [grown.partition(":")[0] for grown in growing(samples(name=name, slope=20))] == [name]


def test_a_few_looks_prove_nothing():
    assert growing(samples()[:5]) != []
