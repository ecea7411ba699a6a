"""Our mark on what we send: Meta returns `biz_opaque_callback_data` in every status of the message.

It names the message and proves that we wrote it: any app subscribed to the same WABA sees it and may send its
own. It holds nothing else, no person and no tenant.
"""

import base64
import hashlib
import hmac
from typing import Final
from uuid import UUID

PURPOSE: Final = "callback data"  # what the installation's key is derived for
_VERSION: Final = "v1"
_MAC_BYTES: Final = (
    9  # 72 bits, 12 characters: whoever guesses gets one try a webhook, and webhooks are signed
)


def callback_data(message_id: UUID, key: bytes) -> str:
    """Return ``v1.<message id>.<mac>``: 52 characters of Meta's 512 [Meta: send messages, Sep 2026].

    Args:
        message_id: our own id of the message.
        key: at least 16 secret bytes, the same for as long as statuses are awaited.
    """
    return f"{_VERSION}.{message_id}.{_mac(message_id, key)}"


def message_id_from(callback: str, key: bytes) -> UUID | None:
    """Return the id of the message that ``callback`` was made for with ``key``, None where it was not."""
    version, _, rest = callback.partition(".")
    written, _, mac = rest.partition(".")
    try:
        message_id = UUID(written)
    except ValueError:
        return None
    whole = version == _VERSION and str(message_id) == written
    genuine = hmac.compare_digest(mac.encode("utf-8", "replace"), _mac(message_id, key).encode())
    return message_id if whole and genuine else None


def _mac(message_id: UUID, key: bytes) -> str:
    if len(key) < 16:  # noqa: PLR2004 - as the docstring says
        raise ValueError("the key of callback data has at least 16 bytes")
    digest = hmac.digest(key, b"callback." + message_id.bytes, hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:_MAC_BYTES]).decode()
