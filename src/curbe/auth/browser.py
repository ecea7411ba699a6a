"""What a browser's request says beside its body: over what it came, from which page, and with which token. No I/O.

A browser sends its cookie along whoever made it ask. So a session's cookie alone changes nothing: an unsafe
request also names the page it comes from (``Origin``, which no page can forge) and carries the session's own
token in a header (which no other site can read).
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from enum import StrEnum
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from curbe.domain.errors import CsrfFailed, ForeignOrigin

_OF_THIS_HOST: Final = (
    "__Host-"  # a browser takes a name of that beginning over https alone, and from no other host
)
PLAIN_COOKIE: Final = "curbe"
SECURE_COOKIE: Final = _OF_THIS_HOST + PLAIN_COOKIE
CSRF_HEADER: Final = "X-CSRF-Token"
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_SPACE: Final = " \t"  # what a browser does not take for one is part of a name, or another site's cookie would pass for ours


class Transport(StrEnum):
    """How a browser reaches us."""

    SECURE = "secure"  # https, here or at the proxy before us
    LOCAL = "local"  # plain http on this machine, where nobody can listen
    PLAIN = "plain"  # plain http over a network, as the operator wants it
    OPEN = "open"  # plain http over a network, which nobody asked for: no sessions

    @property
    def cookie(self) -> str:
        """The name of the session's cookie."""
        return self.called(PLAIN_COOKIE)

    def called(self, name: str) -> str:
        """Return what a cookie of ours is called here."""
        return _OF_THIS_HOST + name if self is Transport.SECURE else name


def transport_of(*, scheme: str, host: str, public_base_url: str, allow_http: bool) -> Transport:
    """Return over what a request came.

    Args:
        scheme: the request's, as the server or a trusted proxy tells it.
        host: its Host header.
        public_base_url: where the world reaches us.
        allow_http: whether the operator allows sessions over plain http.
    """
    public = urlsplit(public_base_url)
    if scheme in {"https", "wss"} or (public.scheme == "https" and host == public.netloc):
        return Transport.SECURE
    if _is_loopback(host):
        return Transport.LOCAL
    return Transport.PLAIN if allow_http else Transport.OPEN


def check_origin(headers: Mapping[str, str], *, scheme: str, public_base_url: str, required: bool) -> None:
    """Return where the page that asks is ours.

    Args:
        headers: the request's, by names in any case as ASGI frameworks give them.
        scheme: over what it came, http or https.
        public_base_url: where our pages are; on this machine, where the request itself went.
        required: whether a request without Origin is refused: every browser sends it where it matters.

    Raises:
        ForeignOrigin: it is another site's, or not told.
    """
    origin = headers.get("origin")
    if origin is None and not required:
        return
    ours = {origin_of(public_base_url)}
    host = headers.get("host", "")
    if _is_loopback(host):
        ours.add(f"{scheme}://{host}")
    if origin not in ours:
        raise ForeignOrigin(
            "The request comes from a page of another site." if origin else "The request names no Origin.",
            fix="Use Curbe at the address in CURBE_PUBLIC_BASE_URL, or send an API key instead of a cookie.",
        )


def cookie_of(header: str | None, name: str) -> str | None:
    """Return the last cookie of this name in a ``Cookie`` header; None where there is none.

    Ours hold nothing that is escaped, so nothing is undone: Python's parser takes a time that grows with the square of what is sent, and
    anybody may send it.
    """
    found = None
    for each in (header or "").split(";"):
        called, _, value = each.partition("=")
        if called.strip(_SPACE) == name:
            found = value.strip(_SPACE).strip('"')
    return found


def csrf_token(session_token: str) -> str:
    """Return what an unsafe request of this session has to carry in ``X-CSRF-Token``."""
    digest = hmac.digest(session_token.encode(), b"curbe csrf v1", hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def check_csrf(sent: str | None, *, session_token: str) -> None:
    """Return where ``sent`` is the token of the session.

    Raises:
        CsrfFailed: it is not, or there is none.
    """
    if not hmac.compare_digest((sent or "").encode(), csrf_token(session_token).encode()):
        raise CsrfFailed(
            f"The header {CSRF_HEADER} is not this session's token.",
            fix="Send csrf_token of GET /api/auth/session in it.",
        )


def origin_of(url: str) -> str:
    """Return the origin of an address as a browser tells it: without the port that goes without saying."""
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    port = "" if parts.port in (None, default) else f":{parts.port}"
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}{port}"


def _is_loopback(host: str) -> bool:
    """Tell whether a Host header names this machine, so that it cannot be another's name that leads here."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
