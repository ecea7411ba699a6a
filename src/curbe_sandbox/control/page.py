"""The web page on which one plays a customer, and the files it shows.

One page, put together at the start from the parts beside this package: it asks for nothing from elsewhere, and
its Content-Security-Policy lets nothing in.
"""

import base64
import hashlib
from importlib.resources import files
from typing import Any, Final

from litestar import Response, get

from curbe_sandbox.control.refusals import not_found
from curbe_sandbox.sandbox import Sandbox

_PARTS: Final = files("curbe_sandbox") / "page"
_SHOWN_IN_PAGES: Final = ("image/", "audio/", "video/", "application/pdf")


def _part(name: str) -> str:
    return (_PARTS / name).read_text(encoding="utf-8")


def _source(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


_STYLE: Final = _part("phone.css")
_SCRIPT: Final = "".join(
    _part(name) for name in ("dom.js", "content.js", "thread.js", "sheets.js", "phone.js")
)
_PAGE: Final = _part("phone.html").replace("/*STYLE*/", _STYLE).replace("/*SCRIPT*/", _SCRIPT)
_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        f"script-src {_source(_SCRIPT)}",
        f"style-src {_source(_STYLE)}",
        "connect-src 'self'",
        "img-src 'self' data:",
        "media-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_GUARDS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@get("/sandbox", include_in_schema=False)
async def customer_page() -> Response[str]:
    """Serve the page."""
    return Response(_PAGE, media_type="text/html", headers={"Content-Security-Policy": _POLICY, **_GUARDS})


@get("/sandbox/media/{media_id:str}", include_in_schema=False)
async def media_file(box: Sandbox, media_id: str) -> Response[bytes]:
    """Serve a file to the page without a token; what a browser could run comes as a download."""
    media = box.world.media.get(media_id)
    if media is None:
        raise not_found("media", media_id)
    shown = media.mime_type.startswith(_SHOWN_IN_PAGES) and "svg" not in media.mime_type
    headers: dict[str, Any] = {"Content-Security-Policy": "sandbox", **_GUARDS}
    if not shown:
        headers["Content-Disposition"] = "attachment"
    return Response(
        media.content, media_type=media.mime_type if shown else "application/octet-stream", headers=headers
    )


HANDLERS: Final = [customer_page, media_file]
