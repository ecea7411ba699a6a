"""ID tokens and the keys that sign them, read by joserfc. It takes long to load, and most have no identity provider: `oidc` loads it."""

from datetime import timedelta
from typing import Final

import msgspec
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet

from curbe.auth.oidc_rules import Claims, Published

# What signs an ID token: never "none", and no shared secret.
_ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
_LEEWAY: Final = timedelta(seconds=60)  # that two clocks may differ


class OtherKey(Exception):
    """A token is signed with a key that is not among those it was compared with."""


class Unverified(Exception):
    """A token is not to be believed."""


def keys_of(published: Published) -> KeySet | None:
    """Return the keys that we can read; one of a kind that we do not know spoils no other [RFC 7517, 5]. None: there is none."""
    read = [key for one in published.keys or () if (key := _key(one)) is not None]
    return KeySet(read) if read else None


def claims_of(token: str, keys: KeySet, *, issuer: str, client_id: str, nonce: str) -> Claims:
    """Return what a token claims that ``issuer`` signed for us and for this attempt.

    Raises:
        OtherKey: none of ``keys`` signed it.
        Unverified: it is another's, for somebody else, for another attempt, over, or no such token.
    """
    registry = jwt.JWTClaimsRegistry(
        leeway=int(_LEEWAY.total_seconds()),
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": client_id},
        exp={"essential": True},
        sub={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    try:
        decoded = jwt.decode(token, keys, algorithms=list(_ALGORITHMS))
        registry.validate(decoded.claims)
        return msgspec.convert(decoded.claims, Claims)
    except (InvalidKeyIdError, BadSignatureError) as error:
        raise OtherKey from error
    except (JoseError, ValueError, msgspec.ValidationError) as error:
        raise Unverified from error


def _key(published: object) -> Key | None:
    try:
        return JWKRegistry.import_key(published) if isinstance(published, dict) else None
    except (JoseError, LookupError, TypeError, ValueError):
        return None
