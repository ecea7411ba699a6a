"""What the doctor makes of browsers that are told while no page is open. No I/O."""

from collections.abc import Sequence
from typing import Final

import msgspec

from curbe.operate.findings import Finding, State

_NAME: Final = "pushes"


class ServiceFacts(msgspec.Struct, frozen=True):
    """A push service of browsers: how many it has, and to how many of them nothing has come through for an hour or more."""

    service: str
    browsers: int
    failing: int


def pushes(services: Sequence[ServiceFacts]) -> list[Finding]:
    """Judge whether what is pushed is taken; nothing is said where nobody is told."""
    found = [
        Finding(
            _NAME,
            State.WARN,
            f"{one.service} has taken nothing for {one.failing} of {one.browsers} browsers, for an hour or more",
            "see that this machine reaches it on port 443, and read the log of `curbe work` (push_refused)",
        )
        for one in services
        if one.failing
    ]
    told = sum(one.browsers for one in services)
    return found or ([Finding(_NAME, State.OK, f"what {told} are told is taken")] if told else [])
