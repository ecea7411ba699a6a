"""The browser's side of Web Push: what it subscribes with, and what it reads of what its push service was handed.

Written from RFC 8188, 8291 and 8292, and not with what encrypts.
"""

import base64
import json
import secrets
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bed.receiver import Heard, Receiver

_CURVE: Final = ec.SECP256R1()


def spelled(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def read(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser that may show notifications, and its push service."""

    service: Receiver
    path: str = "/push/one"
    _key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(_CURVE))
    _auth: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    @property
    def _point(self) -> bytes:
        return self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def subscription(self, public_key: str, **wanted: Any) -> dict[str, Any]:
        """Return what a page of ours sends once this browser has subscribed with that key."""
        return {
            "endpoint": self.service.origin + self.path,
            "p256dh": spelled(self._point),
            "auth": spelled(self._auth),
            "signer": public_key,
            **wanted,
        }

    async def subscribe(self, at: httpx.AsyncClient, tenant_path: str, **wanted: Any) -> dict[str, Any]:
        """Do what a page does where a person wants to be told; return what it is answered."""
        where = f"{tenant_path}/push-subscriptions"
        public_key = (await at.get(where)).json()["public_key"]
        answer = await at.put(where, json=self.subscription(public_key, **wanted))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def told(self) -> list[dict[str, Any]]:
        """Return what it was told, in the order it came."""
        return [json.loads(self.opened(heard.body)) for heard in self.service.at(self.path)]

    def opened(self, body: bytes) -> bytes:
        """Return what the push service cannot read [RFC 8291: 3.4]."""
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        theirs, box = body[21 : 21 + length], body[21 + length :]
        assert (len(body) <= 4096, len(box) <= size) == (True, True)
        shared = self._key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, theirs))
        keying = _derive(self._auth, shared, b"WebPush: info\0" + self._point + theirs, 32)
        key = _derive(salt, keying, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _derive(salt, keying, b"Content-Encoding: nonce\0", 12)
        plain = AESGCM(key).decrypt(nonce, box, None)
        return plain.rstrip(b"\0")[:-1]  # the last record ends with a 2


def claims_of(heard: Heard, *, public_key: str) -> dict[str, Any]:
    """Return who a push says it is from, once its signature is found to be of the key that was subscribed with [RFC 8292: 3]."""
    scheme, _, rest = heard.headers["authorization"].partition(" ")
    given = dict(part.strip().split("=", 1) for part in rest.split(","))
    assert (scheme, given["k"]) == ("vapid", public_key)
    signed, _, signature = given["t"].rpartition(".")
    raw = read(signature)
    mac = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    ours = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, read(public_key))
    ours.verify(mac, signed.encode(), ec.ECDSA(SHA256()))
    head, claims = (json.loads(read(part)) for part in signed.split("."))
    assert head == {"typ": "JWT", "alg": "ES256"}
    return claims


def _derive(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)
