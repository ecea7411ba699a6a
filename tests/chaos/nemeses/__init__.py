"""What can go wrong, one file a family: each deed small and named, and numbered as in docs/explanation/reliability.md."""

from collections.abc import Sequence
from typing import Final

from . import clocks, database, disks, errors, kills, meta, pauses, versions, webhooks, wire
from .deed import Appointment, Counts, Deed, Hand, Stream

__all__ = ["DEEDS", "Appointment", "Counts", "Deed", "Hand", "Stream", "named"]

_FAMILIES: Final[Sequence[Sequence[Deed]]] = (
    kills.DEEDS,
    pauses.DEEDS,
    disks.DEEDS,
    errors.DEEDS,
    database.DEEDS,
    meta.DEEDS,
    webhooks.DEEDS,
    clocks.DEEDS,
    versions.DEEDS,
    wire.DEEDS,
)
DEEDS: Final[dict[str, Deed]] = {deed.name: deed for family in _FAMILIES for deed in family}


def named(*, counts: Counts) -> list[str]:
    """Return the names of the deeds that count as this."""
    return [deed.name for deed in DEEDS.values() if deed.counts is counts]
