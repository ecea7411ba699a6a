"""Templates over HTTP: the list to choose from and bringing it up to Meta's; judging, creating, editing, deleting."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Controller, delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from curbe.auth.principal import Principal, Scope
from curbe.channels.cloudapi.client import CloudApi
from curbe.connections import service as connections
from curbe.domain.errors import (
    Conflict,
    GraphRefused,
    GraphUnreachable,
    InvalidRequest,
    MissingPermission,
    NoConnection,
    NotFound,
    TemplateInvalid,
    TemplateLocked,
    TokenRefused,
    TooManyRequests,
)
from curbe.domain.template import HeaderParameter
from curbe.infra.crypto import Keyring
from curbe.infra.db import Pool
from curbe.infra.pages import Page, decode_cursor, page_of
from curbe.infra.web import Cursor, Limit, refusals
from curbe.templates import covers, listing, submit
from curbe.templates.covers import Cover
from curbe.templates.fitting import fill
from curbe.templates.lint import Draft, lint, refused
from curbe.templates.lint_parts import Finding
from curbe.templates.listing import Place, Wanted
from curbe.templates.looks import Preview, preview
from curbe.templates.shapes import Synced, Template, TemplateAccount
from curbe.templates.submit import Changes, Means
from curbe.templates.sync import sync
from curbe.templates.values import BodyValues, ButtonValues, CardValues, Moment, Plain, taken_from

Word = Annotated[str | None, QueryParameter(max_length=100)]


_FROM_META = (
    NoConnection,
    TokenRefused,
    MissingPermission,
    GraphRefused,
    GraphUnreachable,
    TooManyRequests,
    InvalidRequest,
)


class TemplateDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A template to create: ``components`` in the shape of Meta's API.

    ``waba_id`` says where, for who has several. ``parameter_format`` is read from the variables; given, it must be what they are.
    """

    name: str
    language: str
    category: str
    components: list[dict[str, Any]]
    parameter_format: str | None = None
    message_send_ttl_seconds: int | None = None
    waba_id: str | None = None

    def draft(self) -> Draft:
        """Return what is judged and sent."""
        told = msgspec.structs.asdict(self)
        del told["waba_id"]
        return Draft(**told)


class TemplateChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be changed; what is absent stays. ``components`` replaces all of them."""

    components: list[dict[str, Any]] | None = None
    category: str | None = None
    message_send_ttl_seconds: int | None = None


class TemplateValues(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What fills a template, as `templates/send` takes it."""

    parameters: BodyValues | None = None
    template_data: dict[str, Plain] | None = None
    header: Plain | HeaderParameter | None = None
    buttons: ButtonValues = []
    offer_expires_at: Moment | None = None
    cards: CardValues = []


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """Whether Meta would take the template for review, and what it would say."""

    accepted: bool
    findings: list[Finding]


class TemplateController(Controller):
    """A tenant's message templates."""

    path = "/api/tenants/{tenant_id:uuid}/templates"
    tags = ("templates",)

    @get(
        "/",
        opt={"scope": Scope.TEMPLATES_READ},
        summary="List message templates",
        responses=refusals(InvalidRequest, NoConnection),
    )
    async def list_templates(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        *,
        connection: Annotated[
            UUID | None, QueryParameter(description="Only those that this connection can send.")
        ] = None,
        with_status: Annotated[
            str | None,
            QueryParameter(name="status", max_length=100, description="Meta's word, such as APPROVED."),
        ] = None,
        category: Word = None,
        language: Word = None,
        q: Annotated[
            str | None, QueryParameter(max_length=100, description="Words of the name or the text.")
        ] = None,
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> Page[Template]:
        """Return templates by name, as webhooks and the last look at Meta's list tell of them; deleted ones are left out."""
        after = None if cursor is None else decode_cursor(cursor, type=Place)
        async with web_pool.transaction(tenant_id) as tx:
            waba_id = None
            if connection is not None:
                number = await connections.read(tx, tenant_id=tenant_id, connection_id=connection)
                waba_id = number.waba_id or ""
            wanted = Wanted(
                waba_id=waba_id, status=with_status, category=category, language=language, words=q or None
            )
            rows = await listing.page(tx, tenant_id=tenant_id, wanted=wanted, after=after, limit=limit + 1)
        return page_of(rows, limit=limit, item=lambda one: one, position=listing.place_of)

    @get(
        "/{template_id:uuid}",
        opt={"scope": Scope.TEMPLATES_READ},
        summary="Read a message template",
        operation_id="readTemplate",
        responses=refusals(NotFound),
    )
    async def one(
        self, tenant_id: FromPath[UUID], template_id: FromPath[UUID], web_pool: NamedDependency[Pool]
    ) -> Template:
        """Return one template as it stands."""
        async with web_pool.transaction(tenant_id) as tx:
            return await listing.read(tx, tenant_id=tenant_id, template_id=template_id)

    @get(
        "/accounts",
        opt={"scope": Scope.TEMPLATES_READ},
        summary="List the WABAs and when their templates were read",
        operation_id="listTemplateAccounts",
    )
    async def accounts(
        self, tenant_id: FromPath[UUID], web_pool: NamedDependency[Pool]
    ) -> list[TemplateAccount]:
        """Return each WABA of the tenant's live numbers. Each is read once a day by itself."""
        async with web_pool.transaction(tenant_id) as tx:
            return await listing.accounts(tx, tenant_id=tenant_id)

    @post(
        "/{template_id:uuid}/preview",
        status_code=200,
        opt={"scope": Scope.TEMPLATES_READ},
        summary="See how a template reads with values",
        responses=refusals(NotFound, InvalidRequest),
    )
    async def preview_template(
        self,
        tenant_id: FromPath[UUID],
        template_id: FromPath[UUID],
        data: JSONBody[TemplateValues],
        web_pool: NamedDependency[Pool],
    ) -> Preview:
        """Fill it in as `templates/send` would, and return how it reads and what it still wants. Nothing is sent."""
        async with web_pool.transaction(tenant_id) as tx:
            template = await listing.read(tx, tenant_id=tenant_id, template_id=template_id)
            cover = await covers.read(tx, tenant_id=tenant_id)
        parts = [] if template.components is None else msgspec.json.decode(template.components)
        return preview(parts, fill(parts, taken_from(data), cover=cover.image()))

    @get(
        "/cover",
        opt={"scope": Scope.TEMPLATES_READ},
        summary="Read the cover",
        operation_id="readCover",
    )
    async def cover(self, tenant_id: FromPath[UUID], web_pool: NamedDependency[Pool]) -> Cover:
        """Return the image that stands in a header where none is given."""
        async with web_pool.transaction(tenant_id) as tx:
            return await covers.read(tx, tenant_id=tenant_id)

    @put(
        "/cover",
        opt={"scope": Scope.TEMPLATES_WRITE},
        summary="Choose the cover",
        operation_id="changeCover",
        responses=refusals(NotFound, InvalidRequest),
    )
    async def set_cover(
        self,
        tenant_id: FromPath[UUID],
        data: JSONBody[Cover],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> Cover:
        """Make a stored image, or one at an https address, the tenant's cover; neither: it has none."""
        async with web_pool.transaction(tenant_id) as tx:
            return await covers.settle(tx, data, tenant_id=tenant_id, actor=principal.actor)

    @post(
        "/sync",
        status_code=200,
        opt={"scope": Scope.TEMPLATES_READ},
        summary="Read the templates from Meta",
        responses=refusals(*_FROM_META),
    )
    async def sync_templates(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        cloud_api: NamedDependency[CloudApi],
        keyring: NamedDependency[Keyring],
    ) -> Synced:
        """Bring the list up to Meta's own. Each change is told as `template_updated`."""
        return await sync(web_pool, tenant_id=tenant_id, cloud_api=cloud_api, keyring=keyring)

    @post(
        "/lint",
        status_code=200,
        opt={"scope": Scope.TEMPLATES_READ},
        summary="Judge a draft by Meta's rules",
        responses=refusals(InvalidRequest),
    )
    async def judge_template(
        self,
        tenant_id: FromPath[UUID],  # noqa: ARG002 - whose path it is; the judgement is the same for all
        data: JSONBody[TemplateDraft],
    ) -> Judgement:
        """Return each rule of Meta's that the draft breaks. Nothing is stored, and Meta is not asked."""
        findings = lint(data.draft())
        return Judgement(accepted=not refused(findings), findings=findings)

    @post(
        "/",
        opt={"scope": Scope.TEMPLATES_WRITE},
        summary="Create a message template at Meta",
        responses=refusals(*_FROM_META, TemplateInvalid, Conflict),
    )
    async def create_template(
        self,
        tenant_id: FromPath[UUID],
        data: JSONBody[TemplateDraft],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
        cloud_api: NamedDependency[CloudApi],
        keyring: NamedDependency[Keyring],
    ) -> Template:
        """Hand it in for Meta's review. Its status comes by webhook: `template_updated`."""
        means = _means(tenant_id, principal, web_pool, cloud_api, keyring)
        return await submit.create(means, data.draft(), waba_id=data.waba_id)

    @patch(
        "/{template_id:uuid}",
        opt={"scope": Scope.TEMPLATES_WRITE},
        summary="Edit a message template at Meta",
        operation_id="changeTemplate",
        responses=refusals(*_FROM_META, NotFound, TemplateInvalid, TemplateLocked),
    )
    async def edit_template(
        self,
        tenant_id: FromPath[UUID],
        template_id: FromPath[UUID],
        data: JSONBody[TemplateChange],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
        cloud_api: NamedDependency[CloudApi],
        keyring: NamedDependency[Keyring],
    ) -> Template:
        """Change it; Meta reviews it anew. Approved ones are edited once a day and ten times a month at most."""
        means = _means(tenant_id, principal, web_pool, cloud_api, keyring)
        changes = Changes(**msgspec.structs.asdict(data))
        return await submit.edit(means, changes, template_id=template_id)

    @post(
        "/{template_id:uuid}/unpause",
        status_code=200,
        opt={"scope": Scope.TEMPLATES_WRITE},
        summary="Unpause a message template at Meta",
        responses=refusals(*_FROM_META, NotFound, TemplateLocked),
    )
    async def unpause_template(
        self,
        tenant_id: FromPath[UUID],
        template_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
        cloud_api: NamedDependency[CloudApi],
        keyring: NamedDependency[Keyring],
    ) -> Template:
        """Let it be sent again. Meta ends a pause for low quality by itself, and one of its pacing only when asked."""
        means = _means(tenant_id, principal, web_pool, cloud_api, keyring)
        return await submit.unpause(means, template_id=template_id)

    @delete(
        "/{template_id:uuid}",
        opt={"scope": Scope.TEMPLATES_WRITE},
        summary="Delete a message template at Meta",
        responses=refusals(*_FROM_META, NotFound, TemplateLocked),
    )
    async def delete_template(
        self,
        tenant_id: FromPath[UUID],
        template_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
        cloud_api: NamedDependency[CloudApi],
        keyring: NamedDependency[Keyring],
        *,
        all_languages: Annotated[
            bool, QueryParameter(description="Every language of its name, not this one alone.")
        ] = False,
    ) -> None:
        """Delete it. The name of one that was approved cannot be used again for 30 days."""
        means = _means(tenant_id, principal, web_pool, cloud_api, keyring)
        await submit.delete(means, template_id=template_id, all_languages=all_languages)


def _means(tenant_id: UUID, principal: Principal, pool: Pool, cloud_api: CloudApi, keyring: Keyring) -> Means:
    return Means(
        pool=pool,
        cloud_api=cloud_api,
        keyring=keyring,
        tenant_id=tenant_id,
        actor=principal.actor,
    )
