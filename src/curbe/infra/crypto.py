"""Secrets in memory and at rest.

A type that never shows itself, AES-256-GCM bound to the row it lies in, keys for a purpose, hashed API keys.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Final, NoReturn, Protocol, final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = (
    12  # the size AES-GCM is defined for; random ones are safe for 2^32 values under one key
)
_VERSION: Final = "v1"
_MASK: Final = "***"
_SHORTEST_TO_SHOW_FOUR_OF: Final = 16  # four characters of a shorter secret would give too much of it away


class BadKey(ValueError):
    """A text is no encryption key: the message says why, and never contains it."""


class CannotOpen(Exception):
    """A sealed secret cannot be read here: the message says why and what an operator can do."""


class NotSealed(CannotOpen):
    """The text was not written by ``Keyring.seal``."""


class UnknownKey(CannotOpen):
    """The secret was sealed with a key this process was not given."""


class WrongBinding(CannotOpen):
    """The secret belongs to another row, tenant or column, or was altered."""


@final
class Secret:
    """A text that must not be shown: repr, str, format, logs and serialisers see ``***`` or refuse.

    Raises:
        ValueError: on an empty text (an empty key would sign for anybody) and on a lone surrogate.
    """

    __slots__ = ("_text",)
    _text: str

    def __init__(self, text: str) -> None:
        if not text:
            raise ValueError("a secret must not be empty")
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise ValueError("a secret must not contain lone surrogates")
        object.__setattr__(self, "_text", text)

    def reveal(self) -> str:
        """Return the text itself. Call it where it is used, never where it is passed on."""
        return self._text

    def last4(self) -> str:
        """Return the last four characters, to recognise it by; empty where the secret has fewer than 16."""
        return self._text[-4:] if len(self._text) >= _SHORTEST_TO_SHOW_FOUR_OF else ""

    def fingerprint(self) -> str:
        """Return 16 hex digits that name it: the start of its SHA-256, as ``sha256sum`` prints it."""
        return hashlib.sha256(self._text.encode()).hexdigest()[:16]

    def __repr__(self) -> str:
        return _MASK

    def __format__(self, spec: str, /) -> str:
        return _MASK

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._text))

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a Secret does not change")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("a Secret does not change")

    def __copy__(self) -> "Secret":
        return self

    def __deepcopy__(self, memo: object) -> "Secret":
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a Secret is not pickled: seal it with a Keyring")


class HasKeys(Protocol):
    """The part of the settings a keyring is made of: the current key and the retired ones, in base64."""

    @property
    def token_encryption_key(self) -> Secret: ...
    @property
    def token_encryption_keys_retired(self) -> Sequence[Secret]: ...


@final
class _Key:
    """One 32-byte key: its id and its cipher. The key itself only ever feeds HKDF."""

    __slots__ = ("_bytes", "cipher", "id")

    def __init__(self, key: bytes) -> None:
        self._bytes: Final = key
        self.id: Final = self.derive(b"curbe key id v1", length=6).hex()
        self.cipher: Final = AESGCM(self.derive(b"curbe seal v1", length=KEY_BYTES))

    def derive(self, info: bytes, *, length: int) -> bytes:
        return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(self._bytes)


@final
class Keyring:
    """The current encryption key and the retired ones: seals with the first, opens with any."""

    __slots__ = ("_current", "_keys")

    def __init__(self, current: bytes, *, retired: Sequence[bytes] = ()) -> None:
        self._current: Final = _Key(current)
        self._keys: Final = {self._current.id: self._current}
        for key in map(_Key, retired):
            self._keys.setdefault(key.id, key)

    @classmethod
    def from_base64(cls, current: Secret, *, retired: Sequence[Secret] = ()) -> "Keyring":
        """Return the keyring of these keys, each 32 random bytes in base64.

        Raises:
            BadKey: if one of them is not.
        """
        return cls(key_from_base64(current), retired=[key_from_base64(key) for key in retired])

    @classmethod
    def of(cls, settings: HasKeys) -> "Keyring":
        """Return the keyring of the settings' keys.

        Raises:
            BadKey: if one of them is none; settings that were loaded are checked already.
        """
        return cls.from_base64(settings.token_encryption_key, retired=settings.token_encryption_keys_retired)

    @property
    def current_key_id(self) -> str:
        """Name the key that seals: 12 hex digits that say nothing about it."""
        return self._current.id

    def seal(self, secret: Secret, *, bound_to: str) -> str:
        """Return ``secret`` encrypted: ``v1.<key id>.<base64url of nonce and ciphertext>``.

        Args:
            secret: what to encrypt.
            bound_to: where it will lie, from ``binding``: it opens in no other row, tenant or column.
        """
        nonce = secrets.token_bytes(_NONCE_BYTES)
        box = self._current.cipher.encrypt(nonce, secret.reveal().encode(), _aad(bound_to))
        return f"{_VERSION}.{self._current.id}.{base64.urlsafe_b64encode(nonce + box).decode()}"

    def open(self, sealed: str, *, bound_to: str) -> Secret:
        """Return the secret that ``seal`` was given with the same ``bound_to``.

        Raises:
            NotSealed: the text is not of ``seal``'s form.
            UnknownKey: its key is neither the current one nor a retired one of this keyring.
            WrongBinding: it was sealed for another place, or altered.
        """
        key_id, box = _parts(sealed)
        key = self._keys.get(key_id)
        if key is None:
            raise UnknownKey(
                f"The secret is sealed with the key {key_id}, which is neither TOKEN_ENCRYPTION_KEY nor in "
                "TOKEN_ENCRYPTION_KEYS_RETIRED. Add the key it was sealed with to the retired ones, or "
                "enter the secret again."
            )
        try:
            text = key.cipher.decrypt(box[:_NONCE_BYTES], box[_NONCE_BYTES:], _aad(bound_to))
        except InvalidTag:
            raise WrongBinding(
                "The secret was sealed for another row, tenant or column, or was altered since. Restore the "
                "row from a backup, or enter the secret again."
            ) from None
        return Secret(text.decode())

    def is_current(self, sealed: str) -> bool:
        """Tell whether ``sealed`` is under the current key; where it is not, open it and seal it again.

        Raises:
            NotSealed: the text is not of ``seal``'s form.
        """
        return _parts(sealed)[0] == self._current.id

    def reseal(self, sealed: str, *, bound_to: str) -> str | None:
        """Return what ``sealed`` holds, sealed with the current key; None where it is already.

        Raises:
            CannotOpen: as ``open``, which looks at it in either case.
        """
        secret = self.open(sealed, bound_to=bound_to)
        return None if self.is_current(sealed) else self.seal(secret, bound_to=bound_to)

    def derive(self, purpose: str) -> bytes:
        """Return the 32-byte key for ``purpose`` (signing cursors, callback data) under the current key."""
        return self._current.derive(_info(purpose), length=KEY_BYTES)

    def derive_each(self, purpose: str) -> tuple[bytes, ...]:
        """Return that key under every key held, the current first: for what was signed before a rotation."""
        return tuple(key.derive(_info(purpose), length=KEY_BYTES) for key in self._keys.values())

    def __repr__(self) -> str:
        return f"Keyring({', '.join(self._keys)})"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a Keyring is not pickled: give each process its settings")


def binding(*parts: object) -> str:
    """Return the name of a place for ``seal``: table, tenant, row and column, joined by ``|``.

    Raises:
        ValueError: if a part is empty or contains ``|``, as two places could then share a name.
    """
    names = [str(part) for part in parts]
    if not names or any(not name or "|" in name for name in names):
        raise ValueError("each part of a binding needs a name without |")
    return "|".join(names)


def key_from_base64(text: Secret) -> bytes:
    """Return the 32 bytes that ``text`` spells in base64 (either alphabet).

    Raises:
        BadKey: it is no base64, has another length, or is all zeros.
    """
    try:
        key = base64.b64decode(text.reveal().translate(str.maketrans("-_", "+/")), validate=True)
    except (binascii.Error, ValueError):
        raise BadKey("it is not base64") from None
    if len(key) != KEY_BYTES:
        raise BadKey(f"it holds {len(key)} bytes, not {KEY_BYTES}")
    if not any(key):
        raise BadKey("it is all zeros")
    return key


def fresh_key() -> Secret:
    """Return a new encryption key: 32 random bytes in base64."""
    return Secret(base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode())


def random_token(prefix: str) -> Secret:
    """Return a new token: ``prefix`` and 256 random bits in base64url (43 characters)."""
    return Secret(prefix + secrets.token_urlsafe(KEY_BYTES))


def key_hash(key: Secret | str | bytes) -> bytes:
    """Return the 32 bytes to store and look up instead of ``key``.

    A plain SHA-256 is right for ``random_token``'s 256 bits, which nobody can guess; never for a password.
    """
    text = key.reveal() if isinstance(key, Secret) else key
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).digest()


def _parts(sealed: str) -> tuple[str, bytes]:
    version, _, rest = sealed.partition(".")
    key_id, _, box = rest.partition(".")
    try:
        raw = base64.b64decode(box.translate(str.maketrans("-_", "+/")), validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if version != _VERSION or not key_id or len(raw) <= _NONCE_BYTES:
        raise NotSealed(
            "The stored text is not a sealed secret (v1.<key id>.<ciphertext>). Enter the secret again; if "
            "many are like this, the database comes from a newer Curbe or was edited by hand."
        )
    return key_id, raw


def _aad(bound_to: str) -> bytes:
    if not bound_to:
        raise ValueError("a secret is sealed for a place: bound_to must not be empty")
    return bound_to.encode()


def _info(purpose: str) -> bytes:
    if not purpose:
        raise ValueError("a derived key needs a purpose")
    return b"curbe derive v1:" + purpose.encode()
