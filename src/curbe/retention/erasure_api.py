"""What a person may ask a tenant for, over HTTP: all there is of them, and that it goes."""

from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from curbe.domain.access import Principal, Scope
from curbe.domain.errors import Conflict, NotFound
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.infra.web import refusals
from curbe.retention import erasures, exporting
from curbe.retention.erasures import Erasure


class ErasureController(Controller):
    """``/api/tenants/{tenant_id}/contacts/{contact_id}/erasure``."""

    path = "/api/tenants/{tenant_id:uuid}/contacts/{contact_id:uuid}/erasure"
    tags = ("contacts",)

    @post(
        status_code=202,
        opt={"scope": Scope.CONTACTS_ERASE},
        summary="Erase a person: all they said and all that names them",
        operation_id="eraseContact",
        responses=refusals(Conflict, NotFound),
    )
    async def erase(
        self,
        tenant_id: FromPath[UUID],
        contact_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> Erasure:
        """Let nobody find or write to the person from now on, and delete the rest in the background. It cannot be undone.

        Asked again, it is the same erasure. Somebody who writes from the same number afterwards is a new contact; a no to
        being written to is kept, and counts for whoever has the number.
        """
        async with web_pool.transaction(tenant_id) as tx:
            return await erasures.request(
                tx, tenant_id=tenant_id, contact_id=contact_id, actor=principal.actor, now=utc_now()
            )

    @get(
        opt={"scope": Scope.CONTACTS_ERASE},
        summary="Tell how far a person's erasure is",
        operation_id="readErasure",
        responses=refusals(NotFound),
    )
    async def erasure(
        self, tenant_id: FromPath[UUID], contact_id: FromPath[UUID], web_pool: NamedDependency[Pool]
    ) -> Erasure:
        """Return the erasure of a contact."""
        async with web_pool.transaction(tenant_id) as tx:
            return await erasures.read(tx, tenant_id=tenant_id, contact_id=contact_id)


class ExportController(Controller):
    """``/api/tenants/{tenant_id}/contacts/{contact_id}/export``."""

    path = "/api/tenants/{tenant_id:uuid}/contacts/{contact_id:uuid}/export"
    tags = ("contacts",)

    @get(
        opt={"scope": Scope.CONTACTS_EXPORT},
        summary="Download all there is of a person",
        operation_id="exportContact",
        media_type="application/json",
        responses=refusals(NotFound),
    )
    async def export(
        self,
        tenant_id: FromPath[UUID],
        contact_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> Stream:
        """Return one JSON document, written as it is read: profile, names, consents, campaigns, conversations with all that was said."""
        await exporting.gather(web_pool, tenant_id=tenant_id, contact_id=contact_id)
        async with web_pool.transaction(tenant_id) as tx:
            known = await exporting.begin(
                tx, tenant_id=tenant_id, contact_id=contact_id, actor=principal.actor, now=utc_now()
            )
        document = exporting.document(web_pool, known, tenant_id=tenant_id)
        headers = {
            "Content-Disposition": f'attachment; filename="contact-{contact_id}.json"',
            "X-Content-Type-Options": "nosniff",
        }
        return Stream(document, media_type="application/json", headers=headers)
