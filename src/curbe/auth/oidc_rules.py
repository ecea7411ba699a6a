"""Signing in at the installation's own identity provider: what is asked of it, and what of its answer is believed. No I/O."""

import base64
import hashlib
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from curbe.domain.errors import OidcFailed

SCOPES: Final = "openid email profile"
ATTEMPT_LIVES: Final = timedelta(minutes=10)


class Discovered(msgspec.Struct, frozen=True):
    """What the provider says of itself at ``/.well-known/openid-configuration``."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One try to sign in, kept by the browser in a sealed cookie until it comes back."""

    state: str
    nonce: str
    verifier: str
    next: str
    expires_at: float  # seconds since 1970


class Published(msgspec.Struct, frozen=True):
    """The keys that the provider publishes, each as it is: of some kinds we know nothing."""

    keys: list[Any] | None = None


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Who somebody is to the provider; ``email`` is one it has verified, in small letters."""

    issuer: str
    subject: str
    email: str
    name: str


class Claims(msgspec.Struct, frozen=True, kw_only=True):
    """The claims of an ID token that are read; Azure and others tell a verified address as text."""

    sub: str
    email: str | None = None
    email_verified: bool | str = False
    name: str | None = None


def authorization_url(found: Discovered, *, client_id: str, redirect_uri: str, attempt: Attempt) -> str:
    """Return where to send the browser."""
    asked = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "scope": SCOPES,
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": challenge_of(attempt.verifier),
        "code_challenge_method": "S256",
    }
    joint = "&" if "?" in found.authorization_endpoint else "?"
    return f"{found.authorization_endpoint}{joint}{urlencode(asked)}"


def challenge_of(verifier: str) -> str:
    """Return the code challenge of a verifier [RFC 7636, 4.2]."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def own_page(path: str | None) -> str:
    """Return the page to go on to: one of ours, whatever was asked."""
    asked = path or "/"
    # A browser takes a backslash for a slash, and leaves out what cannot be printed.
    ours = asked.startswith("/") and not asked.startswith("//") and "\\" not in asked and asked.isprintable()
    return asked if ours else "/"


def identity_of(claims: Claims, *, issuer: str) -> Identity:
    """Return whom the claims name.

    Raises:
        OidcFailed: the provider does not vouch for an e-mail address.
    """
    verified = claims.email_verified is True or str(claims.email_verified).lower() == "true"
    if not claims.email or not verified:
        raise OidcFailed(
            "Your identity provider does not vouch for an e-mail address of yours.",
            fix="Ask its administrator to verify the address and to send the claims email and email_verified.",
            extra={"reason": "unverified"},
        )
    return Identity(
        issuer=issuer, subject=claims.sub, email=claims.email.strip().lower(), name=claims.name or ""
    )
