"""Media: upload, look-up, deletion, and the file itself."""

import hashlib
import hmac
from datetime import timedelta
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from typing import Final

from curbe_sandbox.errors import bad_parameter, missing_object
from curbe_sandbox.graph.ask import Ask, need_messaging, token_of
from curbe_sandbox.media_rules import LIMITS
from curbe_sandbox.sandbox import Sandbox, link_hash
from curbe_sandbox.state import Media
from curbe_sandbox.wire import Answer, Call, json_answer, success

_UPLOADED_LIVES: Final = timedelta(days=30)  # ids from the API expire in 30 days [media, Sep 2026]


def upload(box: Sandbox, ask: Ask) -> Answer:
    """Answer ``POST /{phone_number_id}/media`` (multipart): keep the file and return its id."""
    need_messaging(ask)
    fields = _multipart(ask.call)
    if _text(fields.get("messaging_product")) != "whatsapp":
        raise bad_parameter("The parameter messaging_product is required.")
    part = fields.get("file")
    if part is None:
        raise bad_parameter("The parameter file is required.")
    content = part.get_payload(decode=True)
    mime_type = part.get_content_type() if part["content-type"] else _text(fields.get("type"))
    if not isinstance(content, bytes) or not content:
        raise bad_parameter("Param file must not be empty.")
    _check_file(mime_type, len(content))
    media = Media(
        id=box.world.new_media_id(),
        phone_number_id=ask.node,
        mime_type=part["content-type"] or mime_type,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        expires_at=ask.call.now + _UPLOADED_LIVES,
        filename=part.get_filename() or "",
    )
    box.world.media[media.id] = media
    box.record.add(
        "media", at=ask.call.now, phone_number_id=ask.node, app_id=ask.token.app_id, type=mime_type
    )
    return json_answer({"id": media.id})


def read(box: Sandbox, ask: Ask) -> Answer:
    """Answer ``GET /{media_id}`` with a link that is valid for five minutes."""
    media = _live(box, ask)
    return json_answer(
        {
            "messaging_product": "whatsapp",
            "url": box.media_url(media, origin=ask.call.origin, now=ask.call.now),
            "mime_type": media.mime_type,
            "sha256": media.sha256,
            "file_size": len(media.content),
            "id": media.id,
        }
    )


def delete(box: Sandbox, ask: Ask) -> Answer:
    """Answer ``DELETE /{media_id}``."""
    need_messaging(ask)
    del box.world.media[_live(box, ask).id]
    return success()


def download(box: Sandbox, call: Call) -> Answer:
    """Answer a media link: the file with a valid token and a link in time, else 404.

    Raises:
        GraphRefusal: the token is missing or not valid.
    """
    token_of(box.world, call, of_graph=False)
    query = call.query
    media = box.world.media.get(query.get("mid", ""))
    ext = query.get("ext", "")
    if (
        media is None
        or not ext.isdigit()
        or not hmac.compare_digest(query.get("hash", ""), link_hash(media.id, int(ext)))
    ):
        return Answer(status=404, body=b"", content_type="text/plain")
    if int(ext) < call.now.timestamp():
        return Answer(status=404, body=b"", content_type="text/plain")
    return Answer(body=media.content, content_type=media.mime_type)


def _live(box: Sandbox, ask: Ask) -> Media:
    media = box.world.media[ask.node]
    wanted = ask.call.query.get("phone_number_id", media.phone_number_id)
    if media.expires_at <= ask.call.now or wanted != media.phone_number_id:
        raise missing_object(ask.call.method, ask.node)
    return media


def _check_file(mime_type: str, size: int) -> None:
    for kind in ("image", "audio", "video", "sticker", "document"):
        limit, beginnings = LIMITS[kind]
        if mime_type.startswith(beginnings) and (
            kind != "document" or mime_type.startswith(("application/", "text/"))
        ):
            if size > limit:
                raise bad_parameter(
                    f"Param file is too large: {size} bytes; at most {limit} are allowed for {kind}."
                )
            return
    raise bad_parameter(f"Param file must be a file of a supported type - got {mime_type:.60}.")


def _multipart(call: Call) -> dict[str, Message]:
    if not call.content_type.lower().startswith("multipart/form-data"):
        raise bad_parameter("The body must be multipart/form-data.")
    head = f"Content-Type: {call.content_type}\r\n\r\n".encode()
    whole = BytesParser(policy=compat32).parsebytes(head + call.body)
    parts = whole.get_payload() if whole.is_multipart() else []
    return {
        str(part.get_param("name", header="content-disposition")): part
        for part in parts
        if isinstance(part, Message)
    }


def _text(part: Message | None) -> str:
    content = part.get_payload(decode=True) if part is not None else b""
    return content.decode(errors="replace").strip() if isinstance(content, bytes) else ""
