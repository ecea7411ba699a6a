"""What a person's e-mail address, name and language may be. No I/O."""

import hashlib
import re
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.domain.access import Role
from curbe.domain.errors import InvalidRequest
from curbe.tenants.rules import Language

_LONGEST_ADDRESS: Final = 254  # RFC 5321, 4.5.3.1.3, less the angle brackets
_LONGEST_NAME: Final = 200
# ASCII alone, though mail could carry more: two addresses that look alike must not be two users.
_ADDRESS: Final = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+")


class User(msgspec.Struct, frozen=True, kw_only=True):
    """A person with an account on this installation."""

    id: UUID
    email: str
    name: str
    language: Language | None
    is_operator: bool
    disabled_at: datetime | None
    created_at: datetime


class Membership(msgspec.Struct, frozen=True, kw_only=True):
    """What a user is in a tenant. ``joined_at`` None: invited; ``disabled_at``: opens nothing at the moment."""

    tenant_id: UUID
    user_id: UUID
    role: Role
    invited_name: str
    invited_by: str | None
    joined_at: datetime | None
    disabled_at: datetime | None
    last_seen_at: datetime | None
    created_at: datetime


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A person as their tenant sees them.

    ``invited``: has not joined yet; ``disabled``: cannot come in; ``teams``: the ids of those they are in.
    """

    user_id: UUID
    email: str
    name: str
    role: Role
    disabled: bool
    invited: bool
    last_seen_at: datetime | None
    teams: list[UUID]


def checked_email(email: str) -> str:
    """Return an e-mail address as it is kept: in small letters, without space around it.

    Raises:
        InvalidRequest: it is no address, or one with letters beyond ASCII.
    """
    address = email.strip().lower()
    if len(address) > _LONGEST_ADDRESS or _ADDRESS.fullmatch(address) is None:
        raise InvalidRequest(
            "That is not an e-mail address.",
            fix="Send one such as ana@example.com, without letters beyond ASCII.",
            field="email",
        )
    return address


def email_digest(email: str) -> UUID:
    """Return what a user is looked up by: half of the SHA-256 of the address, as ``users.email_digest``.

    Any text has one; what is no address is nobody's.
    """
    return UUID(bytes=hashlib.sha256(email.strip().lower().encode()).digest()[:16])


def checked_person_name(name: str) -> str:
    """Return a person's name without space around it; it may be empty.

    Raises:
        InvalidRequest: it is too long, or holds control characters.
    """
    trimmed = name.strip()
    if len(trimmed) > _LONGEST_NAME or (trimmed and not trimmed.isprintable()):
        raise InvalidRequest(
            f"A person's name has at most {_LONGEST_NAME} printable characters.",
            fix="Send another name.",
            field="name",
        )
    return trimmed
