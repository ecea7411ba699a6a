"""The names of things, each a type of its own, so that one in another's place is an error before it runs.

Ours are UUIDs that sort by time; what Meta names is opaque text, never parsed.
"""

from datetime import datetime
from typing import NewType
from uuid import UUID

TenantId = NewType("TenantId", UUID)
ConnectionId = NewType("ConnectionId", UUID)
ContactId = NewType("ContactId", UUID)
ConversationId = NewType("ConversationId", UUID)
MessageId = NewType("MessageId", UUID)
ApiKeyId = NewType("ApiKeyId", UUID)

WabaId = NewType("WabaId", str)
PhoneNumberId = NewType("PhoneNumberId", str)
MetaAppId = NewType("MetaAppId", str)
ProviderMessageId = NewType("ProviderMessageId", str)
WaId = NewType("WaId", str)
Bsuid = NewType("Bsuid", str)


def first_id(moment: datetime) -> UUID:
    """Return the least UUIDv7 of a moment: its first 48 bits are milliseconds since 1970, before which there is no id."""
    return UUID(int=max(0, int(moment.timestamp() * 1000)) << 80)
