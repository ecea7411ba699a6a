"""How much is measured: to show that it runs, by default, and at length."""

from typing import Final

import msgspec

from bench import ways, world
from bench.intake import Extent
from bench.number import Load
from bench.reads.ask import Plan as Asking
from bench.sockets import Crowd
from bench.ways import Way


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """One profile. ``bodies``: different ones that servers are sent; ``people``: whom the tenants know whose webhooks are applied.

    ``pace``: messages of the governor's backlog; ``campaign`` and ``replies``: of its fairness.
    """

    name: str
    rounds: int
    bodies: int
    intake: Extent
    peers: float  # seconds of each
    people: int
    events: int
    ways: tuple[Way, ...]  # in the first round
    ways_again: tuple[Way, ...]  # in the others
    backlog: int
    send_rates: tuple[int, ...]
    sending: Extent
    pace: int
    campaign: int
    replies: int
    numbers: tuple[Load, ...]
    crowds: tuple[Crowd, ...]
    growth: tuple[float, ...]  # shares of a million conversations and ten million messages
    growth_events: int
    reads: float  # the share of those that is asked, too
    asking: Asking


_CROWDS: Final = (
    Crowd(tenants=20, sockets=100, rate=40, seconds=12),
    Crowd(tenants=1, sockets=2000, rate=2, seconds=12),
)

USUAL: Final = Plan(
    name="usual",
    rounds=2,
    bodies=20_000,
    intake=Extent(seconds=3, warmup=1),
    peers=5,
    people=world.PEOPLE,
    events=20_000,
    ways=ways.ALL,
    ways_again=ways.CORE,
    backlog=5_000,
    send_rates=(100,),
    sending=Extent(seconds=6, warmup=1),
    pace=10_000,
    campaign=20_000,
    replies=40,
    numbers=(Load(numbers=1, seconds=180), Load(numbers=2, seconds=30)),
    crowds=_CROWDS,
    growth=(0.001, 0.01, 0.1),
    growth_events=60_000,
    reads=0.1,
    asking=Asking(alone=40, together=1500, rate=100, clients=16),
)
LONG: Final = msgspec.structs.replace(
    USUAL,
    name="long",
    rounds=3,
    send_rates=(100, 300),
    campaign=100_000,
    numbers=(Load(numbers=1, seconds=600), Load(numbers=2, seconds=60)),
    growth=(0.001, 0.01, 0.1, 1.0),
    growth_events=60_000,
)
SMOKE: Final = Plan(
    name="smoke",
    rounds=1,
    bodies=8_000,
    intake=Extent(seconds=0.3, warmup=0.1),
    peers=1,
    people=1_000,
    events=1_000,
    ways=ways.FEW,
    ways_again=(),
    backlog=300,
    send_rates=(100,),
    sending=Extent(seconds=1, warmup=0.5),
    pace=300,
    campaign=300,
    replies=3,
    numbers=tuple(Load(numbers=numbers, seconds=0.4, warmup=0.1, people=2_000) for numbers in (1, 2)),
    crowds=(Crowd(tenants=4, sockets=50, rate=20, seconds=2),),
    growth=(0.0005, 0.001),
    growth_events=1_000,
    reads=0.001,
    asking=Asking(alone=3, together=60, rate=100, clients=16),
)
