"""The names of things, each a type of its own, so that one in another's place is an error before it runs.

Ours are UUIDs that sort by time; what Meta names is opaque text, never parsed.
"""

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
