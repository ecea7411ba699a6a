"""What we send to the body of ``POST /{phone_number_id}/messages`` [Meta: send messages, Sep 2026]. Pure.

One function for each type of content and one row in `_PARTS`: a new type is both, and nothing else.
"""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

import msgspec

from curbe.domain.errors import JsonValue
from curbe.domain.messages import Recipient, Text

Content: TypeAlias = Text
Part: TypeAlias = Mapping[str, JsonValue]


def message_body(
    content: Content, *, to: Recipient, callback: str | None = None, reply_to: str | None = None
) -> bytes:
    """Return the JSON body that sends ``content``.

    Args:
        content: what to send, its limits checked before.
        to: a phone wins over a BSUID where both are known, as it does at Meta's end [Meta: BSUID, 2026].
        callback: our mark, see `callback`.
        reply_to: the wamid to quote.

    Raises:
        ValueError: the recipient has neither phone nor BSUID.
    """
    kind, part = _PARTS[type(content)]
    body: dict[str, JsonValue] = {"messaging_product": "whatsapp", "recipient_type": "individual"}
    body.update(_address(to))
    body["type"] = kind
    body[kind] = part(content)
    if reply_to is not None:
        body["context"] = {"message_id": reply_to}
    if callback is not None:
        body["biz_opaque_callback_data"] = callback
    return msgspec.json.encode(body)


def _address(to: Recipient) -> Part:
    # With its "+": Meta puts the business number's country code before a number that lacks it.
    if to.e164 is not None:
        return {"to": to.e164}
    if to.bsuid is not None:
        return {"recipient": to.bsuid}
    raise ValueError("a recipient has a phone or a BSUID")


def _text(content: Text) -> Part:
    return {"preview_url": content.preview_url, "body": content.body}


_PARTS: Final[Mapping[type[Content], tuple[str, Callable[[Content], Part]]]] = {Text: ("text", _text)}
