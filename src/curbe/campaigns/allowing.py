"""Who of a campaign's recipients may be written to: the product's one gate, asked for a batch."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from curbe.domain.template import TemplateContent
from curbe.infra.db import Transaction


class Person(msgspec.Struct, frozen=True):
    """A recipient. ``phone``: canonical digits."""

    n: int
    phone: str


class Skip(msgspec.Struct, frozen=True):
    """Why no message is made for a recipient."""

    reason: str
    detail: str


async def refused(
    tx: Transaction,  # noqa: ARG001 - the gate will read what it judges by
    persons: Sequence[Person],  # noqa: ARG001
    *,
    tenant_id: UUID,  # noqa: ARG001
    connection_id: UUID,  # noqa: ARG001
    content: TemplateContent,  # noqa: ARG001
    now: datetime,  # noqa: ARG001
) -> dict[int, Skip]:
    """Return those of ``persons`` to whom it may not be written now, and why."""
    return {}
