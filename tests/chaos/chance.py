"""Chance from a seed: everything a run leaves to it comes from here, so a run can be repeated from the seed it printed."""

from random import Random  # noqa: TID251 - this is where randomness is injected from

__all__ = ["Random", "chance"]


def chance(seed: int, purpose: str) -> Random:
    """Return the randomness of one part of a run; parts do not disturb each other's."""
    return Random(f"{seed}:{purpose}")  # noqa: S311 - repeatable on purpose, guards nothing
