"""Everything that one run measured."""

import msgspec

from bench.apply import Applied
from bench.growth import Grown
from bench.intake import Round
from bench.machine import Machine
from bench.number import Carried
from bench.peers import Commits, Peer
from bench.reads.report import Results as Reads
from bench.scenario_governor import Reached, Replies
from bench.sends import Backlog, Steady
from bench.sockets import Fanned


class Results(msgspec.Struct, frozen=True, kw_only=True):
    """A list for the rounds each, where there are several."""

    date: str
    profile: str
    seconds: float  # that the run took
    load: float  # of the machine when it began
    machine: Machine
    intake: list[Round]
    peers: list[Peer]
    commits: list[Commits]
    apply: list[Applied]
    backlog: list[Backlog]
    steady: list[Steady]
    pace: list[Reached]
    replies: list[Replies]
    numbers: list[Carried]
    sockets: list[Fanned]
    growth: list[Grown]
    reads: Reads
    others: dict[str, list[float]]  # cores that other work took, by scenario
