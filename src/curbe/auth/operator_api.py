"""Everybody who has an account, for the operator: list, make operators, stop an account."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from litestar import Controller, get, patch
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from curbe.auth import operator_accounts
from curbe.auth.principal import PLATFORM, Principal, Scope
from curbe.auth.roles import OPERATOR
from curbe.domain.errors import Conflict, Forbidden, InvalidRequest, NotFound, ProofRequired, Unauthorized
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.infra.pages import Moment, Page, decode_cursor, page_of
from curbe.infra.web import Cursor, Limit, refusals
from curbe.tenants import people
from curbe.tenants.person_rules import User
from curbe.tenants.service import SEES_ALL

_USUAL: Final = 50


class UserShown(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody with an account on this installation."""

    id: UUID
    email: str
    name: str
    is_operator: bool
    disabled: bool
    created_at: datetime


class UserChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is absent stays as it is."""

    is_operator: bool | None = None
    disabled: bool | None = None


class OperatorController(Controller):
    """``/api/operator/users``."""

    path = "/api/operator/users"
    tags = ("operator",)

    @get(
        opt={"scope": Scope.OPERATIONS_READ, "platform": True},
        summary="List everybody who has an account (operator)",
        operation_id="listUsers",
        responses=refusals(Unauthorized, Forbidden, InvalidRequest),
    )
    async def every(
        self,
        web_pool: NamedDependency[Pool],
        cursor: Cursor = None,
        limit: Limit = _USUAL,
    ) -> Page[UserShown]:
        """Return a page of users, oldest first."""
        after = people.FIRST if cursor is None else decode_cursor(cursor, type=tuple[Moment, UUID])
        async with web_pool.transaction(context=SEES_ALL) as tx:
            rows = await people.users_page(tx, after=after, limit=limit + 1)
        return page_of(rows, limit=limit, item=_shown, position=people.place_of)

    @patch(
        "/{user_id:uuid}",
        opt={"scope": Scope.OPERATIONS_WRITE, "platform": True, "proof": True},
        summary="Make somebody an operator or no longer one, stop their account or let it go on (operator)",
        operation_id="changeUser",
        responses=refusals(Unauthorized, Forbidden, ProofRequired, NotFound, Conflict, InvalidRequest),
    )
    async def change(
        self,
        user_id: FromPath[UUID],
        data: JSONBody[UserChange],
        web_pool: NamedDependency[Pool],
        principal: NamedDependency[Principal],
    ) -> UserShown:
        """Change an account; what its person has open ends within a second. To make operators a key has to have every scope."""
        if principal.user_id == user_id:
            raise Conflict("This is your own account.", fix="Ask another operator, or use the command line.")
        if data.is_operator is not None:
            _check_making(principal)
        context = {**SEES_ALL, **people.as_user(user_id)}
        async with web_pool.transaction(PLATFORM, context=context) as tx:
            user = await operator_accounts.change_account(
                tx,
                user_id=user_id,
                is_operator=data.is_operator,
                disabled=data.disabled,
                actor=principal.actor,
                now=utc_now(),
            )
        return _shown(user)


def _check_making(giver: Principal) -> None:
    """Refuse a key that may not do everything: it would give all that it lacks."""
    if missing := OPERATOR - giver.scopes:
        raise Forbidden(
            f"An operator may do everything, and this key lacks: {', '.join(sorted(missing))}.",
            fix="Use a key that has every scope, ask an operator, or use the command line.",
            field="is_operator",
        )


def _shown(user: User) -> UserShown:
    return UserShown(
        id=user.id,
        email=user.email,
        name=user.name,
        is_operator=user.is_operator,
        disabled=user.disabled_at is not None,
        created_at=user.created_at,
    )
