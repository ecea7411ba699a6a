"""People from the operator's side: whoever reaches the database may make and stop accounts, and the audit log says ``cli``."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from curbe.audit.service import AuditEntry, record
from curbe.auth import factor_store, identities, links, operator_accounts, session_store, sessions
from curbe.auth.passwords import Passwords, check_password
from curbe.domain.access import PLATFORM, Role
from curbe.domain.errors import Conflict, NotFound
from curbe.infra.clock import utc_now
from curbe.infra.crypto import Secret
from curbe.infra.db import Pool, Transaction
from curbe.operate.accounts import known_tenant, pool
from curbe.realtime.announce import people_changed
from curbe.tenants import people, service
from curbe.tenants.person_rules import User, checked_email, checked_person_name

_CLI: Final = "cli"
_PAGE: Final = 500
_LINK_LASTS: Final = timedelta(days=1)  # it is passed on by hand


class Place(msgspec.Struct, frozen=True):
    """Where somebody is to work, and as what."""

    tenant_id: UUID
    role: Role


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A link to choose a password with, shown this once."""

    user: User
    link: Secret
    expires_at: datetime


async def create_user(
    dsn: str, *, email: str, name: str, password: Secret | None, place: Place | None
) -> tuple[User, bool]:
    """Make an account, or give the one that is there a further place, and return it, and whether it is new.

    Args:
        dsn: the database.
        email: whose.
        name: what people call them.
        password: theirs; None: they have none yet. An account that is there keeps its own.
        place: a tenant and a role; None makes them an operator.

    Raises:
        InvalidRequest: a value cannot be used.
        PasswordCommon: the password is one of the most common.
        NotFound: there is no such tenant.
        Conflict: they are that already.
    """
    address, called, now = checked_email(email), checked_person_name(name), utc_now()
    user_id = people.new_user_id()
    if password is not None:
        check_password(password, email=address)
    hashed = None if password is None else await Passwords().hashed(password)
    settings = {**people.as_named(address), **people.as_user(user_id)}
    async with (
        pool(dsn) as web,
        web.transaction(place.tenant_id if place else PLATFORM, context=settings) as tx,
    ):
        await known_tenant(tx, place.tenant_id if place else None)
        made = await people.insert_user(
            tx,
            user_id=user_id,
            email=address,
            name=called,
            language=None,
            is_operator=place is None,
            now=now,
        )
        if made is not None and hashed is not None:
            await session_store.put_password(tx, user_id=made.id, hash=hashed, now=now)
        user = made or await people.user_of_email(tx, address)
        if user is None:
            raise RuntimeError("an address that is taken belongs to nobody")
        await (_place(tx, user, place) if place else _promote(tx, user, is_new=made is not None))
    return user, made is not None


async def users(dsn: str) -> list[User]:
    """Return every user, oldest first."""
    found: list[User] = []
    async with pool(dsn) as web, web.transaction(context=service.SEES_ALL) as tx:
        while page := await people.users_page(
            tx, after=people.place_of(found[-1]) if found else people.FIRST, limit=_PAGE
        ):
            found += page
    return found


async def reset_link(dsn: str, *, email: str, base_url: str) -> Link:
    """Make a link with which who has this address chooses another password, and return it. It lasts a day.

    Raises:
        NotFound: nobody has it.
    """
    now = utc_now()
    async with pool(dsn) as web:
        user = await _known(web, email)
        async with web.transaction(PLATFORM, context=people.as_user(user.id)) as tx:
            token = await links.new_reset(tx, user_id=user.id, now=now, lasts=_LINK_LASTS)
            await _record(tx, PLATFORM, "password.link_made", user.id)
    return Link(
        user=user,
        link=Secret(links.reset_link(base_url, token)),
        expires_at=now + _LINK_LASTS,
    )


async def reset_factors(dsn: str, *, email: str) -> User:
    """Let who has this address in by password alone: for who lost their phone and their recovery codes. Their sessions end.

    Raises:
        NotFound: nobody has it.
        Conflict: they have no second factor.
    """
    async with pool(dsn) as web:
        user = await _known(web, email)
        async with web.transaction(PLATFORM, context=people.as_user(user.id)) as tx:
            has = await factor_store.factors_of_user(tx, user.id)
            if not (has.totp or has.passkeys or has.recovery_codes):
                raise Conflict(
                    "This account has no second factor.",
                    fix="The password alone opens it; `curbe user reset-link EMAIL` makes a link to choose another.",
                )
            await factor_store.drop_all(tx, user.id)
            await _record(tx, PLATFORM, "factor.all_removed", user.id)
            await sessions.end_all(tx, user_id=user.id, actor=_CLI, why="factors_reset")
    return user


async def untie(dsn: str, *, email: str) -> User:
    """Forget who this address's account is to the identity provider: whoever comes with it next gets the account. Its sessions end.

    Raises:
        NotFound: nobody has it.
        Conflict: the account is tied to no identity.
    """
    async with pool(dsn) as web:
        user = await _known(web, email)
        async with web.transaction(PLATFORM, context=people.as_user(user.id)) as tx:
            if not await identities.untie(tx, user_id=user.id, actor=_CLI):
                raise Conflict(
                    "This account has not come from an identity provider.",
                    fix="Whoever comes with its address next gets it as it is.",
                )
    return user


async def stop_user(dsn: str, *, email: str, disabled: bool) -> User:
    """Let nobody sign in with this address, and end its sessions; or let them again.

    Raises:
        NotFound: nobody has it.
    """
    async with pool(dsn) as web:
        user = await _known(web, email)
        context = {**service.SEES_ALL, **people.as_user(user.id)}
        async with web.transaction(PLATFORM, context=context) as tx:
            return await operator_accounts.change_account(
                tx, user_id=user.id, is_operator=None, disabled=disabled, actor=_CLI, now=utc_now()
            )


async def _known(web: Pool, email: str) -> User:
    async with web.transaction(context=people.as_named(email)) as tx:
        user = await people.user_of_email(tx, email)
    if user is None:
        raise NotFound("Nobody has an account with that address.", fix="`curbe user list` shows them all.")
    return user


async def _place(tx: Transaction, user: User, place: Place) -> None:
    now = utc_now()
    member = await people.put_membership(
        tx,
        tenant_id=place.tenant_id,
        user_id=user.id,
        role=place.role,
        invited_name="",
        invited_by=_CLI,
        joined_at=now,
        now=now,
    )
    if member is None:
        raise Conflict(
            "This person is in that tenant already.", fix="Change their role there, as one of its owners."
        )
    await _record(tx, place.tenant_id, "person.joined", user.id, role=place.role.value)
    await people_changed(tx, place.tenant_id, user.id)


async def _promote(tx: Transaction, user: User, *, is_new: bool) -> None:
    if not is_new:
        if user.is_operator:
            raise Conflict("This person is an operator already.", fix="`curbe user list` shows who is one.")
        await people.set_operator(tx, user_id=user.id, is_operator=True, now=utc_now())
    await _record(tx, PLATFORM, "operator.made", user.id)


async def _record(tx: Transaction, tenant_id: UUID, action: str, user_id: UUID, **detail: str) -> None:
    entry = AuditEntry(
        tenant_id=tenant_id, actor=_CLI, action=action, subject=str(user_id), detail=dict(detail)
    )
    await record(tx, [entry])
