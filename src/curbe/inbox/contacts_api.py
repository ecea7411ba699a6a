"""Contacts over HTTP: who they are, by which names, what the team calls them, and two that are one."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from curbe.auth.principal import Principal, Scope
from curbe.domain.errors import Conflict, InvalidRequest, NotFound
from curbe.inbox import contact_names, contacts
from curbe.inbox.contacts import Contact, ContactDetail, Wanted
from curbe.infra.db import Pool
from curbe.infra.pages import Page, decode_cursor, page_of
from curbe.infra.web import Cursor, Limit, refusals


class ContactChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to call a person; null or nothing: as WhatsApp does."""

    name: str | None


class MergeRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The contact that becomes part of the one in the address."""

    contact_id: UUID


class _Cursor(msgspec.Struct, frozen=True, array_like=True):
    before: UUID


class ContactsController(Controller):
    """A tenant's contacts."""

    path = "/api/tenants/{tenant_id:uuid}/contacts"
    tags = ("contacts",)

    @get("/", opt={"scope": Scope.INBOX_READ}, summary="List contacts", responses=refusals(InvalidRequest))
    async def list_contacts(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        phone: Annotated[
            str | None,
            QueryParameter(
                description="Exactly this number, however it is written; without a country code it is read by the tenant's country."
            ),
        ] = None,
        bsuid: Annotated[str | None, QueryParameter(description="Exactly this user id of Meta's.")] = None,
        username: Annotated[
            str | None, QueryParameter(description="Exactly this name, with @ or without.")
        ] = None,
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> Page[Contact]:
        """Return contacts, the newest first; those that were merged into others are not listed."""
        before = None if cursor is None else decode_cursor(cursor, type=_Cursor).before
        wanted = Wanted(phone=phone and _with_its_plus(phone), bsuid=bsuid, username=username)
        async with web_pool.transaction(tenant_id) as tx:
            found = await contacts.page(
                tx, tenant_id=tenant_id, wanted=wanted, before=before, limit=limit + 1
            )
        return page_of(found, limit=limit, item=lambda one: one, position=lambda one: _Cursor(one.id))

    @get(
        "/{contact_id:uuid}",
        opt={"scope": Scope.INBOX_READ},
        summary="Read a contact",
        operation_id="readContact",
        responses=refusals(NotFound),
    )
    async def get_contact(
        self, tenant_id: FromPath[UUID], contact_id: FromPath[UUID], web_pool: NamedDependency[Pool]
    ) -> ContactDetail:
        """Return one contact with every name it is known by, its merges and its conversations."""
        async with web_pool.transaction(tenant_id) as tx:
            return await contacts.contact(tx, tenant_id=tenant_id, contact_id=contact_id)

    @patch(
        "/{contact_id:uuid}",
        opt={"scope": Scope.INBOX_WRITE},
        summary="Name a contact",
        responses=refusals(Conflict, InvalidRequest, NotFound),
    )
    async def name_contact(
        self,
        tenant_id: FromPath[UUID],
        contact_id: FromPath[UUID],
        data: JSONBody[ContactChange],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> ContactDetail:
        """Call the person so wherever they are shown, whatever WhatsApp tells of them, and return them."""
        async with web_pool.transaction(tenant_id) as tx:
            return await contact_names.rename(
                tx, tenant_id=tenant_id, contact_id=contact_id, name=data.name, actor=principal.actor
            )

    @post(
        "/{contact_id:uuid}/merges",
        status_code=200,
        opt={"scope": Scope.INBOX_WRITE},
        summary="Say that two contacts are one person",
        operation_id="mergeContacts",
        responses=refusals(Conflict, InvalidRequest, NotFound),
    )
    async def merge(
        self,
        tenant_id: FromPath[UUID],
        contact_id: FromPath[UUID],
        data: JSONBody[MergeRequest],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> ContactDetail:
        """Make the contact in the body part of the one in the address, and return that.

        Conversations with the same number become one. It can be undone.
        """
        async with web_pool.transaction(tenant_id) as tx:
            return await contacts.merge(
                tx,
                tenant_id=tenant_id,
                contact_id=contact_id,
                other_id=data.contact_id,
                actor=principal.actor,
            )

    @post(
        "/{contact_id:uuid}/merges/{merge_id:uuid}/undo",
        status_code=200,
        opt={"scope": Scope.INBOX_WRITE},
        summary="Take a merge back",
        responses=refusals(Conflict, NotFound),
    )
    async def undo_merge(
        self,
        tenant_id: FromPath[UUID],
        contact_id: FromPath[UUID],
        merge_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> ContactDetail:
        """Return the contact that is there again. No webhook makes the two one again; somebody may."""
        async with web_pool.transaction(tenant_id) as tx:
            return await contacts.undo_merge(
                tx,
                tenant_id=tenant_id,
                contact_id=contact_id,
                merge_id=merge_id,
                actor=principal.actor,
            )


def _with_its_plus(phone: str) -> str:
    """Return a number from a query as it was meant: there a `+` that is not encoded stands for a space."""
    return f"+{phone[1:]}" if phone.startswith(" ") else phone
