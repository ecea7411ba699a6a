"""Webhook bodies the way Meta writes them, and the signatures over their bytes."""

import hmac
import json
from typing import Any, Final

import msgspec

# Python's ASCII form and PHP's agree in everything (lowercase \u00e9, surrogate pairs, \n) except the slash.
_ENCODE: Final = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
_ENCODE_QUICKLY: Final = msgspec.json.Encoder().encode


def php_json(value: Any) -> bytes:
    r"""Return ``value`` as PHP's json_encode writes it: ASCII, lowercase ``\u00e9``, ``\/`` for a slash.

    A receiver that parses the body and serialises it again gets other bytes, hence another signature. U+0000
    and lone surrogates are written as escapes.
    """
    try:
        quick = _ENCODE_QUICKLY(value)
    except UnicodeEncodeError:  # a lone surrogate, which only the slow way can write
        quick = b"\xff"
    written = quick if quick.isascii() else _ENCODE(value).encode("ascii")
    return written.replace(b"/", b"\\/")


def signature_headers(body: bytes, app_secret: str) -> dict[str, str]:
    """Return ``X-Hub-Signature-256`` and the older ``X-Hub-Signature`` over the raw ``body``."""
    key = app_secret.encode()
    return {
        "X-Hub-Signature": "sha1=" + hmac.digest(key, body, "sha1").hex(),
        "X-Hub-Signature-256": "sha256=" + hmac.digest(key, body, "sha256").hex(),
    }


def appsecret_proof(access_token: str, app_secret: str) -> str:
    """Return the ``appsecret_proof`` that belongs to a token: hex HMAC-SHA256 keyed with the app's secret."""
    return hmac.digest(app_secret.encode(), access_token.encode(), "sha256").hex()
