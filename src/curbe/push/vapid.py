"""The keys by which push services know this installation (RFC 8292): derived from the encryption keys, and kept nowhere.

A browser's subscription belongs to one key. Under a new encryption key the next page that is opened subscribes anew, and what was
subscribed before is told under the retired one for as long as that is in the settings.
"""

import base64
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from curbe.infra.crypto import Keyring

_PURPOSES: Final = ("web push, first half", "web push, second half")
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256


def public_key(keyring: Keyring) -> bytes:
    """Return the public key that browsers subscribe with now: an uncompressed point, 65 bytes."""
    return _point(_private(*(keyring.derive(purpose) for purpose in _PURPOSES)))


def private_keys(keyring: Keyring) -> dict[bytes, ec.EllipticCurvePrivateKey]:
    """Return the private keys there are, by their public ones."""
    halves = zip(*(keyring.derive_each(purpose) for purpose in _PURPOSES), strict=True)
    return {_point(key): key for key in (_private(*each) for each in halves)}


def spelled(key: bytes) -> str:
    """Return a key in base64url, as browsers and push services read it."""
    return base64.urlsafe_b64encode(key).rstrip(b"=").decode()


def _private(first: bytes, second: bytes) -> ec.EllipticCurvePrivateKey:
    # So many more bits than the order has that no key is likelier than another [FIPS 186-5: A.2.1].
    scalar = int.from_bytes(first + second, "big") % (_ORDER - 1) + 1
    return ec.derive_private_key(scalar, ec.SECP256R1())


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
