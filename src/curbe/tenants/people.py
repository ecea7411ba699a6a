"""Reads and writes ``users`` and ``memberships``; no other package writes them.

Which rows a transaction sees depends on its settings: ``as_named``, ``as_user``, its tenant, or the operator's.
"""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid4

import msgspec

from curbe.domain.access import Role
from curbe.infra.db import Query, Transaction
from curbe.tenants.person_rules import Membership, Person, User, email_digest
from curbe.tenants.rules import Language

_PACKAGE: Final = "curbe.tenants"
# Before every user.
CHANNEL: Final = "curbe_people"  # somebody's sessions or memberships changed: their user's id
FIRST: Final = (datetime(1970, 1, 1, tzinfo=UTC), UUID(int=0))


class OpenMembership(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant that a user may enter, and as what."""

    tenant_id: UUID
    tenant_name: str
    language: Language | None
    role: Role
    suspended: bool


class _Locked(msgspec.Struct, frozen=True):
    user_id: UUID
    owns: bool


_INSERT_USER: Final = Query(_PACKAGE, "insert_user", User)
_USER_OF_EMAIL: Final = Query(_PACKAGE, "user_of_email", User)
_USER_OF_ID: Final = Query(_PACKAGE, "user_of_id", User)
_USERS_PAGE: Final = Query(_PACKAGE, "users_page", User)
_SET_OPERATOR: Final = Query(_PACKAGE, "set_operator", User)
_CHANGE_USER: Final = Query(_PACKAGE, "change_user", User)
_SET_USER_DISABLED: Final = Query(_PACKAGE, "set_user_disabled", User)
_PEOPLE_PAGE: Final = Query(_PACKAGE, "people_page", Person)
_PERSON: Final = Query(_PACKAGE, "person", Person)
_LOCK_MEMBER: Final = Query(_PACKAGE, "lock_member", _Locked)
_CHANGE_MEMBERSHIP: Final = Query(_PACKAGE, "change_membership")
_INVITE_AGAIN: Final = Query(_PACKAGE, "invite_again")
_JOIN_TENANT: Final = Query(_PACKAGE, "join_tenant")
_REMOVE_MEMBERSHIP: Final = Query(_PACKAGE, "remove_membership")
_PUT_MEMBERSHIP: Final = Query(_PACKAGE, "put_membership", Membership)
_MEMBERSHIP: Final = Query(_PACKAGE, "membership", Membership)
_NOTE_SEEN: Final = Query(_PACKAGE, "note_seen")
_OPEN_MEMBERSHIPS: Final = Query(_PACKAGE, "open_memberships", OpenMembership)


def as_named(email: str) -> dict[str, str]:
    """Return the settings of a transaction that may see, and make, the user with this address and no other."""
    return {"app.email": email_digest(email).hex}


def as_user(user_id: UUID) -> dict[str, str]:
    """Return the settings of a transaction of a user who proved who they are: it sees what is theirs."""
    return {"app.user_id": str(user_id)}


def new_user_id() -> UUID:
    """Return an id for a new user, without a time in it: it must not tell somebody who invites an address how old its account is."""
    return uuid4()


def place_of(user: User) -> tuple[datetime, UUID]:
    """Return where a user stands in the order of ``users_page``."""
    return user.created_at, user.id


async def insert_user(
    tx: Transaction,
    *,
    user_id: UUID,
    email: str,
    name: str,
    language: Language | None,
    is_operator: bool,
    now: datetime,
) -> User | None:
    """Store a user; None where the address is somebody's already. ``tx`` is ``as_named(email)``."""
    return await _INSERT_USER.one(
        tx, id=user_id, email=email, name=name, language=language, is_operator=is_operator, now=now
    )


async def user_of_email(tx: Transaction, email: str) -> User | None:
    """Return the user with this address; ``tx`` is ``as_named(email)``."""
    return await user_of_digest(tx, email_digest(email))


async def user_of_digest(tx: Transaction, digest: UUID) -> User | None:
    """Return the user whose address has this digest; ``tx`` carries it as ``app.email``."""
    return await _USER_OF_EMAIL.one(tx, digest=digest)


async def user_of_id(tx: Transaction, user_id: UUID) -> User | None:
    """Return a user that ``tx`` may see."""
    return await _USER_OF_ID.one(tx, id=user_id)


async def users_page(tx: Transaction, *, after: tuple[datetime, UUID], limit: int) -> list[User]:
    """Return the next users after the place ``after``, oldest first, of those ``tx`` may see: the operator's sees all."""
    created_at, user_id = after
    return await _USERS_PAGE.all(tx, created_at=created_at, id=user_id, limit=limit)


async def set_operator(tx: Transaction, *, user_id: UUID, is_operator: bool, now: datetime) -> User | None:
    """Make a user an operator, or no longer one; None where ``tx`` sees no such user."""
    return await _SET_OPERATOR.one(tx, id=user_id, is_operator=is_operator, now=now)


async def change_user(
    tx: Transaction, *, user_id: UUID, name: str, language: Language | None, now: datetime
) -> User | None:
    """Write a user's name and language; None where ``tx`` sees no such user."""
    return await _CHANGE_USER.one(tx, id=user_id, name=name, language=language, now=now)


async def set_user_disabled(
    tx: Transaction, *, user_id: UUID, disabled_at: datetime | None, now: datetime
) -> User | None:
    """Let a user sign in no more, or (None) again; None where ``tx`` sees no such user."""
    return await _SET_USER_DISABLED.one(tx, id=user_id, disabled_at=disabled_at, now=now)


async def people_page(tx: Transaction, *, tenant_id: UUID, after: UUID, limit: int) -> list[Person]:
    """Return the next people of a tenant after the id ``after``, invited and disabled ones too."""
    return await _PEOPLE_PAGE.all(tx, tenant_id=tenant_id, after=after, limit=limit)


async def person(tx: Transaction, *, tenant_id: UUID, user_id: UUID) -> Person | None:
    """Return one person of a tenant, as ``people_page`` does."""
    return await _PERSON.one(tx, tenant_id=tenant_id, user_id=user_id)


async def lock_member(tx: Transaction, *, tenant_id: UUID, user_id: UUID) -> set[UUID]:
    """Lock a member, if there is one, and the tenant's active owners until ``tx`` ends; return these owners."""
    held = await _LOCK_MEMBER.all(tx, tenant_id=tenant_id, user_id=user_id)
    return {row.user_id for row in held if row.owns}


async def change_membership(
    tx: Transaction,
    *,
    tenant_id: UUID,
    user_id: UUID,
    role: Role,
    disabled_at: datetime | None,
    now: datetime,
) -> None:
    """Store a member's role, and since when they are disabled (None: they are not)."""
    await _CHANGE_MEMBERSHIP.run(
        tx, tenant_id=tenant_id, user_id=user_id, role=role, disabled_at=disabled_at, now=now
    )


async def invite_again(
    tx: Transaction,
    *,
    tenant_id: UUID,
    user_id: UUID,
    role: Role,
    invited_name: str,
    invited_by: str,
    now: datetime,
) -> None:
    """Renew an invitation that was not accepted yet."""
    await _INVITE_AGAIN.run(
        tx,
        tenant_id=tenant_id,
        user_id=user_id,
        role=role,
        invited_name=invited_name,
        invited_by=invited_by,
        now=now,
    )


async def join_tenant(tx: Transaction, *, tenant_id: UUID, user_id: UUID, now: datetime) -> bool:
    """Let an invited user join; False if they are not invited, have joined already, or are disabled."""
    return bool(await _JOIN_TENANT.run(tx, tenant_id=tenant_id, user_id=user_id, now=now))


async def remove_membership(tx: Transaction, *, tenant_id: UUID, user_id: UUID) -> None:
    """Remove somebody from a tenant, with their open invitations."""
    await _REMOVE_MEMBERSHIP.run(tx, tenant_id=tenant_id, user_id=user_id)


async def put_membership(
    tx: Transaction,
    *,
    tenant_id: UUID,
    user_id: UUID,
    role: Role,
    invited_name: str,
    invited_by: str | None,
    joined_at: datetime | None,
    now: datetime,
) -> Membership | None:
    """Make a user a member; None where they are one already, which stays as it is."""
    return await _PUT_MEMBERSHIP.one(
        tx,
        tenant_id=tenant_id,
        user_id=user_id,
        role=role,
        invited_name=invited_name,
        invited_by=invited_by,
        joined_at=joined_at,
        now=now,
    )


async def membership(tx: Transaction, *, tenant_id: UUID, user_id: UUID) -> Membership | None:
    """Return what a user is in a tenant, invited and disabled ones too."""
    return await _MEMBERSHIP.one(tx, tenant_id=tenant_id, user_id=user_id)


async def note_seen(tx: Transaction, *, tenant_id: UUID, user_id: UUID, now: datetime) -> None:
    """Write down that a member was here."""
    await _NOTE_SEEN.run(tx, tenant_id=tenant_id, user_id=user_id, now=now)


async def open_memberships(tx: Transaction, user_id: UUID) -> list[OpenMembership]:
    """Return the tenants a user may enter; ``tx`` is ``as_user(user_id)``."""
    return await _OPEN_MEMBERSHIPS.all(tx, user_id=user_id)


def tell_people_changed(tx: Transaction, user_id: UUID) -> None:
    """Notify the processes that hold open connections of a user, when the transaction commits."""
    tx.notify(CHANNEL, str(user_id))
