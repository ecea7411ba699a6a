"""Consent over HTTP: a person's ledger, lists with their proof, and a tenant's rules."""

import asyncio
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from curbe.auth.principal import Principal, Scope
from curbe.consent import facts, imports, service
from curbe.consent.gate import Consent
from curbe.consent.imports import Brought, Imported
from curbe.consent.lists import Columns, Overview, overview
from curbe.consent.rules import About, ConsentRules, Source
from curbe.consent.service import Kept, Standing, Word
from curbe.domain.errors import InvalidRequest, NotFound, TooLarge
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool, Transaction
from curbe.infra.pages import Page, decode_cursor, page_of
from curbe.infra.tables import MEDIA_TYPE, attachment, with_mark
from curbe.infra.uploads import body_of_file, file_in
from curbe.infra.web import ApiRequest, Cursor, refusals
from curbe.tenants import service as tenants

_LARGEST: Final = 10 * 2**20  # bytes of a list
_LIST: Final = body_of_file("The CSV as a form's part `file`, or as the whole body.", whole="text/csv")
Proof = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
ListProof = Annotated[
    str,
    QueryParameter(
        min_length=1, max_length=2000, description="Where and how all of them said it; kept with each."
    ),
]


class Ledger(msgspec.Struct, frozen=True, kw_only=True):
    """What counts now, and everything that was said, the latest first (the last 500 words)."""

    contact_id: UUID
    standing: Standing
    items: list[Kept]


class NewConsent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person said to somebody of the tenant.

    ``proof``: where and in which words. ``at``: when they said it; now, where it is left out.
    """

    category: About
    state: Consent
    proof: Proof
    at: datetime | None = None


class ConsentController(Controller):
    """Who wants to hear about what."""

    path = "/api/tenants/{tenant_id:uuid}"
    tags = ("consent",)

    @get(
        "/contacts/{contact_id:uuid}/consents",
        opt={"scope": Scope.INBOX_READ},
        summary="What a person said about being written to",
        responses=refusals(NotFound),
    )
    async def read_consents(
        self, tenant_id: FromPath[UUID], contact_id: FromPath[UUID], web_pool: NamedDependency[Pool]
    ) -> Ledger:
        """Return a contact's ledger, with the words of whoever turned out to be the same person."""
        async with web_pool.transaction(tenant_id) as tx:
            return await _ledger(tx, tenant_id, contact_id)

    @post(
        "/contacts/{contact_id:uuid}/consents",
        opt={"scope": Scope.CONSENT_WRITE},
        summary="Write down what a person said",
        responses=refusals(NotFound, InvalidRequest),
    )
    async def record_consent(
        self,
        tenant_id: FromPath[UUID],
        contact_id: FromPath[UUID],
        data: JSONBody[NewConsent],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> Ledger:
        """Add a word to the ledger and return it; nothing is ever taken out of it."""
        now = utc_now()
        word = Word(
            tenant_id=tenant_id,
            contact_id=contact_id,
            about=data.category,
            state=data.state,
            source=Source.RECORDED,
            actor=principal.actor,
            at=_moment(data.at, now=now),
            proof=data.proof,
        )
        async with web_pool.transaction(tenant_id) as tx:
            await service.write_by_hand(tx, word)
            return await _ledger(tx, tenant_id, contact_id)

    @post(
        "/consents/import",
        opt={"scope": Scope.CONSENT_MANAGE},
        summary="Bring a list of what people said",
        request_max_body_size=_LARGEST,
        operation_class=_LIST,
        responses=refusals(InvalidRequest, TooLarge),
    )
    async def import_consents(
        self,
        tenant_id: FromPath[UUID],
        request: ApiRequest,
        proof: ListProof,
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
        *,
        category: Annotated[
            About, QueryParameter(description="What all of them spoke of.")
        ] = About.MARKETING,
        said: Annotated[
            Consent, QueryParameter(name="state", description="What all of them said.")
        ] = Consent.IN,
        country: Annotated[
            str | None,
            QueryParameter(
                pattern="^[A-Z]{2}$",
                description="Reads numbers without a country code; the tenant's own otherwise.",
            ),
        ] = None,
        filename: Annotated[str | None, QueryParameter(max_length=240)] = None,
        phone: Annotated[
            str | None,
            QueryParameter(
                description="The column of phone numbers; the one whose name tells it, otherwise."
            ),
        ] = None,
        date: Annotated[
            str | None, QueryParameter(description="The column that dates each row, likewise.")
        ] = None,
    ) -> Imported:
        """Read a CSV with a column of phone numbers (and one of dates, if it has one), and return what became of its rows.

        A person's own no is not overridden by a row that is older, or has no date.
        """
        data, named = await file_in(request, most=_LARGEST, what="A list")
        async with web_pool.transaction(tenant_id) as tx:
            tenant = await tenants.read(tx, tenant_id=tenant_id)
        brought = Brought(
            tenant_id=tenant_id,
            data=data,
            columns=Columns(phone, date),
            filename=filename or named,
            about=category,
            state=said,
            proof=proof,
            country=country or tenant.default_country,
            actor=principal.actor,
            at=utc_now(),
        )
        return await imports.bring(web_pool, brought)

    @post(
        "/consents/import/columns",
        status_code=200,
        opt={"scope": Scope.CONSENT_MANAGE},
        summary="What a list holds, before it is brought",
        operation_id="readConsentColumns",
        request_max_body_size=_LARGEST,
        operation_class=_LIST,
        responses=refusals(InvalidRequest, TooLarge),
    )
    async def read_columns(
        self,
        tenant_id: FromPath[UUID],  # noqa: ARG002 - whose path it is; the list is read the same for all
        request: ApiRequest,
    ) -> Overview:
        """Return the columns of a list, which of them are taken for phones and dates, and its first rows; nothing is kept."""
        data, _ = await file_in(request, most=_LARGEST, what="A list")
        return await asyncio.to_thread(overview, data)

    @get(
        "/consents/imports",
        opt={"scope": Scope.CONSENT_MANAGE},
        summary="The lists that were brought",
        operation_id="listConsentImports",
        responses=refusals(InvalidRequest),
    )
    async def list_imports(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        cursor: Cursor = None,
        limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
    ) -> Page[Imported]:
        """Return lists that were brought, the latest first."""
        before = None if cursor is None else decode_cursor(cursor, type=UUID)
        async with web_pool.transaction(tenant_id) as tx:
            rows = await imports.page(tx, tenant_id=tenant_id, before=before, limit=limit + 1)
        return page_of(rows, limit=limit, item=lambda one: one, position=lambda one: one.id)

    @get(
        "/consents/imports/{import_id:uuid}/failed-rows.csv",
        opt={"scope": Scope.CONSENT_MANAGE},
        summary="The rows of a list that failed, with their reasons",
        operation_id="downloadFailedConsents",
        media_type="text/csv",
        responses=refusals(NotFound),
    )
    async def read_failed_rows(
        self, tenant_id: FromPath[UUID], import_id: FromPath[UUID], web_pool: NamedDependency[Pool]
    ) -> Response[bytes]:
        """Return them as CSV: the line in the list, the reason and its detail, and the row as it came."""
        async with web_pool.transaction(tenant_id) as tx:
            text = await imports.failed_rows(tx, tenant_id=tenant_id, import_id=import_id)
        return Response(with_mark(text), media_type=MEDIA_TYPE, headers=attachment("failed-rows.csv"))

    @get(
        "/consent-rules",
        opt={"scope": Scope.INBOX_READ},
        summary="Where marketing needs a yes, and which words say yes and no",
        operation_id="readConsentRules",
    )
    async def read_rules(self, tenant_id: FromPath[UUID], web_pool: NamedDependency[Pool]) -> ConsentRules:
        """Return the tenant's rules; those the product ships with, until somebody decides."""
        async with web_pool.transaction(tenant_id) as tx:
            return (await facts.rules_of(tx, tenant_ids=[tenant_id]))[tenant_id]

    @put(
        "/consent-rules",
        opt={"scope": Scope.CONSENT_MANAGE},
        summary="Decide them",
        operation_id="changeConsentRules",
        responses=refusals(InvalidRequest),
    )
    async def write_rules(
        self,
        tenant_id: FromPath[UUID],
        data: JSONBody[ConsentRules],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> ConsentRules:
        """Let the rules be these, from the next message on, and return them."""
        async with web_pool.transaction(tenant_id) as tx:
            await service.save_rules(tx, data, tenant_id=tenant_id, actor=principal.actor)
        return data


async def _ledger(tx: Transaction, tenant_id: UUID, contact_id: UUID) -> Ledger:
    await service.require_contact(tx, tenant_id=tenant_id, contact_id=contact_id)
    kept = await service.ledger(tx, tenant_id=tenant_id, contact_id=contact_id)
    return Ledger(contact_id=contact_id, standing=service.standing_of(kept), items=kept)


def _moment(at: datetime | None, *, now: datetime) -> datetime:
    if at is None:
        return now
    if at.tzinfo is None or at > now:
        raise InvalidRequest(
            "The moment is in the future, or has no time zone.", fix="Give it as RFC 3339.", field="at"
        )
    return at
