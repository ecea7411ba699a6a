"""What we send to the body of ``POST /{phone_number_id}/messages`` [Meta: send messages, Sep 2026]. Pure.

Content is kept in Meta's own shape (`domain.content`), so a body is the content, whom it goes to and our mark.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from curbe.domain.content import FILES, Content
from curbe.domain.messages import Recipient


def message_body(
    content: Content,
    *,
    to: Recipient,
    callback: str | None = None,
    reply_to: str | None = None,
    uploads: Mapping[str, str] | None = None,
) -> bytes:
    """Return the JSON body that sends ``content``.

    Args:
        content: what to send; its type keeps Meta's limits.
        to: a phone wins over a BSUID where both are known, as it does at Meta's end [Meta: BSUID, 2026].
        callback: our mark, see `callback`.
        reply_to: the wamid to quote.
        uploads: our own media ids and the provider's ids of their uploads.

    Raises:
        ValueError: the recipient has neither phone nor BSUID.
    """
    # TODO: groups as recipients ("recipient_type": "group"); out of scope so far, see docs/whatsapp.md.
    body: dict[str, Any] = {"messaging_product": "whatsapp", "recipient_type": "individual"}
    body.update(_address(to))
    body.update(msgspec.to_builtins(content))
    for component in body.get("template", {}).get("components", ()):
        # Meta's examples have both; text is what its reference asks for.
        if "index" in component:
            component["index"] = str(component["index"])
    if uploads:
        _exchange(body, uploads)
    if reply_to is not None:
        body["context"] = {"message_id": reply_to}
    if callback is not None:
        body["biz_opaque_callback_data"] = callback
    return msgspec.json.encode(body)


def media_ids(content: Content) -> list[str]:
    """Return the media ids that ``content`` refers to, ours and the provider's alike."""
    found: list[str] = []
    _walk(msgspec.to_builtins(content), found)
    return found


def _walk(value: Any, found: list[str]) -> None:
    if isinstance(value, list):
        for each in value:
            _walk(each, found)
    elif isinstance(value, dict):
        for name, each in value.items():
            if name in FILES and isinstance(each, dict) and isinstance(each.get("id"), str):
                found.append(each["id"])
            else:
                _walk(each, found)


def _exchange(value: Any, uploads: Mapping[str, str]) -> None:
    if isinstance(value, list):
        for each in value:
            _exchange(each, uploads)
    elif isinstance(value, dict):
        for name, each in value.items():
            if name in FILES and isinstance(each, dict) and each.get("id") in uploads:
                each["id"] = uploads[each["id"]]
            else:
                _exchange(each, uploads)


def _address(to: Recipient) -> dict[str, Any]:
    # With its "+": Meta puts the business number's country code before a number that lacks it.
    if to.e164 is not None:
        return {"to": to.e164}
    if to.bsuid is not None:
        return {"recipient": to.bsuid}
    raise ValueError("a recipient has a phone or a BSUID")
