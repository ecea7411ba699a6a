"""What a person may ask for beyond their messages and what was noted of them, a page at a time."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.infra.db import Query, Transaction

_PACKAGE: Final = "curbe.inbox"


class Preference(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody set in WhatsApp about being sent marketing."""

    category: str
    value: str
    detail: str | None
    at: datetime


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A call of theirs."""

    provider_id: str
    at: datetime


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """What a message that was edited or taken back said at some time."""

    message_id: UUID
    target_id: str
    provider_message_id: str
    kind: str
    type: str
    text: str | None
    payload: str
    at: datetime


_PREFERENCES: Final = Query(_PACKAGE, "preferences_of", Preference)
_CALLS: Final = Query(_PACKAGE, "calls_in", Call)
_VERSIONS: Final = Query(_PACKAGE, "revisions_in", Version)


async def preferences(tx: Transaction, *, tenant_id: UUID, contact_id: UUID) -> list[Preference]:
    """Return what somebody, and whoever turned out to be them, set in WhatsApp about marketing, oldest first."""
    return await _PREFERENCES.all(tx, tenant_id=tenant_id, contact_id=contact_id)


async def calls(
    tx: Transaction, *, tenant_id: UUID, conversation_id: UUID, after: Call | None, most: int
) -> list[Call]:
    """Return up to ``most`` calls of a conversation after one, in the order of their ids."""
    start = after.provider_id if after else ""
    return await _CALLS.all(tx, tenant_id=tenant_id, conversation_id=conversation_id, after=start, most=most)


async def versions(
    tx: Transaction, *, tenant_id: UUID, conversation_id: UUID, after: Version | None, most: int
) -> list[Version]:
    """Return up to ``most`` versions of a conversation's messages after one, those of a message together."""
    target, last = (after.target_id, after.provider_message_id) if after else ("", "")
    return await _VERSIONS.all(
        tx,
        tenant_id=tenant_id,
        conversation_id=conversation_id,
        after_target=target,
        after_id=last,
        most=most,
    )
