"""The people of a tenant over HTTP: list, invite, give roles, shut out, remove."""

from typing import Final
from uuid import UUID

import msgspec
from litestar import Controller, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from curbe.auth import links
from curbe.auth.members import Members
from curbe.auth.principal import Principal, Role, Scope
from curbe.domain.errors import (
    Conflict,
    Forbidden,
    InvalidRequest,
    LastOwner,
    NotFound,
    ProofRequired,
    RoleBeyond,
    TooManyRequests,
    Unauthorized,
)
from curbe.domain.ids import FIRST_ID
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.infra.pages import Page, decode_cursor, page_of
from curbe.infra.settings import Settings
from curbe.infra.web import Cursor, Limit, refusals
from curbe.tenants import people
from curbe.tenants.person_rules import Person

_USUAL: Final = 50
# Whoever found a browser open would let themselves in by it, and stay.
_LETS_IN: Final = {"scope": Scope.PEOPLE_WRITE, "proof": True}


class NewInvite(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to invite, and as what. ``name`` is what they are called here until they join."""

    email: str
    role: Role
    name: str = ""


class InviteMade(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody was invited. ``link`` is shown this once, and only where Curbe cannot send it by mail itself."""

    user_id: UUID
    link: str | None


class PersonChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is absent stays as it is."""

    role: Role | None = None
    disabled: bool | None = None


class PeopleController(Controller):
    """``/api/tenants/{tenant_id}/people``."""

    path = "/api/tenants/{tenant_id:uuid}/people"
    tags = ("people",)

    @get(
        opt={"scope": Scope.PEOPLE_READ},
        summary="List who works in a tenant, invited people too",
        operation_id="listPeople",
        responses=refusals(Unauthorized, Forbidden, NotFound, InvalidRequest),
    )
    async def every(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        cursor: Cursor = None,
        limit: Limit = _USUAL,
    ) -> Page[Person]:
        """Return a page of people, in an order that stays."""
        after = FIRST_ID if cursor is None else decode_cursor(cursor, type=UUID)
        async with web_pool.transaction(tenant_id) as tx:
            rows = await people.people_page(tx, tenant_id=tenant_id, after=after, limit=limit + 1)
        return page_of(rows, limit=limit, item=lambda one: one, position=lambda one: one.user_id)

    @post(
        "/invites",
        opt=_LETS_IN,
        summary="Invite somebody, or invite them again",
        operation_id="invitePerson",
        responses=refusals(
            Unauthorized,
            Forbidden,
            ProofRequired,
            RoleBeyond,
            NotFound,
            Conflict,
            InvalidRequest,
            TooManyRequests,
        ),
    )
    async def invite(
        self,
        tenant_id: FromPath[UUID],
        data: JSONBody[NewInvite],
        settings: NamedDependency[Settings],
        web_pool: NamedDependency[Pool],
        principal: NamedDependency[Principal],
        members: NamedDependency[Members],
    ) -> InviteMade:
        """Invite somebody by their e-mail address."""
        async with web_pool.transaction(tenant_id, context=people.as_named(data.email)) as tx:
            invited = await members.invite(
                tx,
                tenant_id=tenant_id,
                email=data.email,
                name=data.name,
                role=data.role,
                by_mail=settings.smtp_url is not None,
                giver=principal,
                now=utc_now(),
            )
        link = links.invite_link(settings.public_base_url, invited.token) if invited.token else None
        return InviteMade(user_id=invited.user_id, link=link)

    @patch(
        "/{user_id:uuid}",
        opt=_LETS_IN,
        summary="Give a person another role, shut them out or let them in again",
        operation_id="changePerson",
        responses=refusals(
            Unauthorized, Forbidden, ProofRequired, RoleBeyond, NotFound, LastOwner, InvalidRequest
        ),
    )
    async def change(
        self,
        tenant_id: FromPath[UUID],
        user_id: FromPath[UUID],
        data: JSONBody[PersonChange],
        web_pool: NamedDependency[Pool],
        principal: NamedDependency[Principal],
        members: NamedDependency[Members],
    ) -> Person:
        """Change what a person is here; what they have open ends within a second, and opens again as what they are now."""
        async with web_pool.transaction(tenant_id) as tx:
            return await members.change(
                tx,
                tenant_id=tenant_id,
                user_id=user_id,
                role=data.role,
                disabled=data.disabled,
                giver=principal,
                now=utc_now(),
            )

    @delete(
        "/{user_id:uuid}",
        opt={"scope": Scope.PEOPLE_WRITE},
        summary="Take a person out of a tenant, or an invitation back",
        operation_id="removePerson",
        responses=refusals(Unauthorized, Forbidden, RoleBeyond, NotFound, LastOwner),
    )
    async def remove(
        self,
        tenant_id: FromPath[UUID],
        user_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        principal: NamedDependency[Principal],
        members: NamedDependency[Members],
    ) -> None:
        """Remove a person from this tenant; their account, and what they did, stay."""
        await members.remove(web_pool, tenant_id=tenant_id, user_id=user_id, giver=principal)
