"""Keeps the refusals of people who are erased, by phone number and user id alone, so that a STOP stays in force.

If somebody with the same phone number or user id writes later, the refusals become theirs (by a trigger on ``contact_aliases``), and they
may change their mind.
"""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from curbe.domain.phone import patterns_at_home
from curbe.infra.db import Query, Transaction


class _Locked(msgspec.Struct, frozen=True):
    locked: int


_SUPPRESS: Final = Query("curbe.consent", "suppress")
_SAY_TO_LIVING: Final = Query("curbe.consent", "say_to_living")
_LOCK_WORDS: Final = Query("curbe.consent", "lock_words", _Locked)
_DROP: Final = Query("curbe.consent", "drop_suppressions")
_WORDS: Final = Query("curbe.consent", "erase_words")
_FAILED_ROWS: Final = Query("curbe.consent", "erase_failed_rows")


async def suppress(
    tx: Transaction, *, tenant_id: UUID, contact_ids: Sequence[UUID], aliases: Sequence[tuple[str, str]]
) -> None:
    """Keep the refusals of these contacts that are in force, under each of their aliases (kind and value), and nothing else they said."""
    named = _named(tenant_id, contact_ids, aliases)
    await _DROP.run(tx, **named)
    await _SUPPRESS.run(tx, **named)


async def delete_words(
    tx: Transaction, *, tenant_id: UUID, contact_ids: Sequence[UUID], aliases: Sequence[tuple[str, str]]
) -> int:
    """Delete everything these contacts said about consent; return how many entries.

    A refusal that came after :func:`suppress`, in a late status, is kept first like the others. Call it in a transaction
    that makes no contacts.
    """
    named = _named(tenant_id, contact_ids, aliases)
    await _LOCK_WORDS.one(tx, tenant_ids=[tenant_id])
    await _SUPPRESS.run(tx, **named)
    await _SAY_TO_LIVING.run(tx, **named)
    return await _WORDS.run(tx, tenant_id=tenant_id, contact_ids=list(contact_ids))


def _named(
    tenant_id: UUID, contact_ids: Sequence[UUID], aliases: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    return {
        "tenant_id": tenant_id,
        "contact_ids": list(contact_ids),
        "kinds": [kind for kind, _ in aliases],
        "values": [value for _, value in aliases],
    }


async def delete_failed_rows(tx: Transaction, *, tenant_id: UUID, names: Sequence[str]) -> int:
    """Remove the rows that name a person from the failed rows that imports keep; return from how many imports."""
    return await _FAILED_ROWS.run(tx, tenant_id=tenant_id, names=list(names), at_home=patterns_at_home(names))
