"""Our mark on what we send: Meta returns `biz_opaque_callback_data` in every status of the message.

It names the message and proves that we wrote it: any app subscribed to the same WABA sees it and may send its
own. It holds nothing else, no person and no tenant.
"""

import base64
import hashlib
import hmac
import re
from functools import lru_cache
from typing import Final
from uuid import UUID

import msgspec

PURPOSE: Final = "callback data"  # what the installation's key is derived for
_VERSION: Final = "v1"
_MAC_BYTES: Final = (
    9  # 72 bits, 12 characters: whoever guesses gets one try a webhook, and webhooks are signed
)
_WRITTEN: Final = re.compile(
    _VERSION + r"\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([A-Za-z0-9_-]{12})"
)
_REMEMBERED: Final = 10_000  # ten seconds of a full number; half a kilobyte each


def callback_data(message_id: UUID, key: bytes) -> str:
    """Return ``v1.<message id>.<mac>``: 52 characters of Meta's 512 [Meta: send messages, Sep 2026].

    Args:
        message_id: our own id of the message.
        key: at least 16 secret bytes, the same for as long as statuses are awaited.
    """
    return f"{_VERSION}.{message_id}.{_mac(message_id, key)}"


@lru_cache(maxsize=_REMEMBERED)  # a message has three statuses, as a rule, and most of them come soon
def message_id_from(callback: str, key: bytes) -> UUID | None:
    """Return the id of the message that ``callback`` was made for with ``key``, None where it was not."""
    found = _WRITTEN.fullmatch(callback)
    if found is None:
        return None
    message_id = msgspec.convert(found[1], UUID)
    return message_id if hmac.compare_digest(found[2], _mac(message_id, key)) else None


def _mac(message_id: UUID, key: bytes) -> str:
    if len(key) < 16:  # noqa: PLR2004 - as the docstring says
        raise ValueError("the key of callback data has at least 16 bytes")
    digest = hmac.digest(key, b"callback." + message_id.bytes, hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:_MAC_BYTES]).decode()
