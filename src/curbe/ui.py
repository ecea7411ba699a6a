"""Serves the web UI as a bare ASGI app: precompressed built files from memory, and the page that loads them for any other address.

The page forbids what it does not use (Content-Security-Policy and similar headers), and is the same for everybody.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from curbe.infra.edge import Receive, Scope, Send

FOLDER: Final = Path(__file__).parent / "ui_dist"
EMBEDDED: Final = "/embed"  # the one page that other sites may frame, where the operator lists them

Headers = list[tuple[bytes, bytes]]

_TYPES: Final = {
    ".css": "text/css; charset=utf-8", ".html": "text/html; charset=utf-8", ".ico": "image/x-icon", ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8", ".json": "application/json", ".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".png": "image/png",
    ".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8", ".wasm": "application/wasm", ".wav": "audio/wav", ".webp": "image/webp",
    ".webmanifest": "application/manifest+json", ".woff2": "font/woff2",
}  # fmt: skip
_ENCODINGS: Final = (("br", ".br"), ("gzip", ".gz"))  # the better first
_NONCE_PLACE: Final = b'<meta name="csp-nonce" content="'
_FOR_EVER: Final = b"public, max-age=31536000, immutable"  # the name changes with the content
_AN_HOUR: Final = b"public, max-age=3600"
_ANEW: Final = b"no-cache"
# The service worker outlives the page that installed it, so it must not be cached for long. At the root, as it may open any page.
_WORKER: Final = "notifications-worker.js"
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}; "
    "require-trusted-types-for 'script'; trusted-types default"
)
# A worker obeys the policy in its own response, not that of its page.
_SCRIPT_POLICY: Final = b"default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self'"
_PERMISSIONS: Final = (
    b"microphone=(self), clipboard-write=(self), autoplay=(self), fullscreen=(self), publickey-credentials-get=(self), "
    b"publickey-credentials-create=(self), camera=(), geolocation=(), display-capture=(), payment=(), usb=(), serial=(), "
    b"hid=(), midi=()"
)
_NOT_BUILT: Final = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Curbe</title>
<h1>The web UI is not built</h1>
<p>This Curbe runs from a checkout without it. In the checkout:</p>
<pre>make web</pre>
<p>then start Curbe again. An installed package has it built in. The API is here already: <a href="/schema">/schema</a>.</p>
"""


class _File(msgspec.Struct, frozen=True):
    """A built file: its bytes, and the compressed bytes by the name of the encoding."""

    kind: bytes
    cached: bytes
    etag: bytes
    plain: bytes
    encoded: dict[bytes, bytes]


class Ui:
    """Serves the built UI. Files are read once, at the start: a rebuilt UI is served after the next start."""

    def __init__(self, folder: Path = FOLDER, *, embed_origins: Sequence[str] = ()) -> None:
        """Read the built UI.

        Args:
            folder: where `vite build` wrote it; without an ``index.html`` every page says how to build it.
            embed_origins: the origins whose pages may frame ``/embed``.

        Raises:
            ValueError: the page has no place for the nonce of its styles.
        """
        page = folder / "index.html"
        self._page: Final = page.read_bytes() if page.is_file() else None
        if self._page is not None and _NONCE_PLACE not in self._page:
            raise ValueError(f"{page} has no {_NONCE_PLACE.decode()}")
        self._files: Final = {} if self._page is None else _read(folder)
        self._embedders: Final = " ".join(embed_origins) or "'none'"

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer one GET or HEAD."""
        path: str = scope["path"]
        scope["path_template"] = "ui"  # what access lines and metrics call it
        file = self._files.get(path)
        if file is not None:
            status, headers, body = _answer(file, _asked(scope))
        elif _names_a_file(path):
            status, headers, body = 404, [(b"content-type", b"text/plain")], b"There is no such file.\n"
        else:
            status, headers, body = self._document(path)
        headers.append((b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    def _document(self, path: str) -> tuple[int, Headers, bytes]:
        """Return the page: the same for every address, except for its nonce and for who may frame it."""
        framed = path == EMBEDDED or path.startswith(EMBEDDED + "/")
        nonce = secrets.token_urlsafe(16)
        policy = _POLICY.format(nonce=nonce, ancestors=self._embedders if framed else "'none'")
        headers = [
            (b"content-type", _TYPES[".html"].encode()),
            (b"cache-control", _ANEW),
            (b"content-security-policy", policy.encode()),
            # Popups stay reachable: Meta's Embedded Signup tells its opener what was connected.
            (b"cross-origin-opener-policy", b"same-origin-allow-popups"),
            (b"permissions-policy", _PERMISSIONS),
        ]
        if not framed:
            headers.append((b"x-frame-options", b"DENY"))
        if self._page is None:
            return 503, headers, _NOT_BUILT
        return 200, headers, self._page.replace(_NONCE_PLACE, _NONCE_PLACE + nonce.encode(), 1)


def _read(folder: Path) -> dict[str, _File]:
    """Return the files to serve by their paths; hidden ones and the page itself are not among them."""
    found = {}
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder)
        if not file.is_file() or name.parts[0].startswith(".") or str(name) == "index.html":
            continue
        if file.suffix in {suffix for _, suffix in _ENCODINGS}:
            continue
        plain = file.read_bytes()
        encoded = {
            encoding.encode(): compressed.read_bytes()
            for encoding, suffix in _ENCODINGS
            if (compressed := file.with_name(file.name + suffix)).is_file()
        }
        found[f"/{name.as_posix()}"] = _File(
            kind=_TYPES.get(file.suffix, "application/octet-stream").encode(),
            cached=_cached(name),
            etag=f'"{hashlib.sha256(plain).hexdigest()[:20]}"'.encode(),
            plain=plain,
            encoded=encoded,
        )
    return found


def _cached(name: Path) -> bytes:
    if name.parts[0] == "assets":
        return _FOR_EVER
    return _ANEW if str(name) == _WORKER else _AN_HOUR


def _answer(file: _File, asked: Mapping[bytes, bytes]) -> tuple[int, Headers, bytes]:
    headers = [(b"cache-control", file.cached), (b"etag", file.etag), (b"vary", b"accept-encoding")]
    if file.etag in asked.get(b"if-none-match", b""):
        return 304, headers, b""
    headers.append((b"content-type", file.kind))
    if file.kind.startswith(b"text/javascript"):
        headers.append((b"content-security-policy", _SCRIPT_POLICY))
    taken = _accepted(asked.get(b"accept-encoding", b""))
    for encoding, compressed in file.encoded.items():
        if encoding in taken:
            return 200, [*headers, (b"content-encoding", encoding)], compressed
    return 200, headers, file.plain


def _accepted(header: bytes) -> set[bytes]:
    """Return the encodings an Accept-Encoding names; one with q=0 is one that is not wanted."""
    names = set()
    for part in header.lower().split(b","):
        name, _, weight = part.strip().partition(b";")
        if weight.replace(b" ", b"") not in {b"q=0", b"q=0.0", b"q=0.00", b"q=0.000"}:
            names.add(name.strip())
    return names


def _asked(scope: Scope) -> dict[bytes, bytes]:
    return {name.lower(): value for name, value in scope["headers"]}


def _names_a_file(path: str) -> bool:
    """Tell whether ``path`` can only mean a file: pages have no dots in their last part."""
    return path.startswith("/assets/") or "." in path.rpartition("/")[2]
