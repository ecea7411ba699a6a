"""To whom a campaign goes, over HTTP: files, filters and lists in; what was wrong with which row out."""

from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Final
from uuid import UUID

from litestar import Controller, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import Stream

from curbe.auth.principal import Scope
from curbe.campaigns import audience
from curbe.campaigns.audience_shapes import (
    Audience,
    FaultRow,
    FileMapping,
    Filter,
    Listed,
    Taken,
    UploadedFile,
)
from curbe.campaigns.sheets import LARGEST_FILE, Sheets
from curbe.domain.errors import Conflict, DraftsFull, InvalidRequest, NotFound, TooLarge, Unavailable
from curbe.infra.db import Pool
from curbe.infra.tables import MEDIA_TYPE, attachment, lines
from curbe.infra.uploads import FORM, body_of_file, file_in
from curbe.infra.web import ApiRequest, refusals

_PAGE: Final = 1_000
_FIRST: Final = (UUID(int=0), 0)


class AudienceController(Controller):
    """The audience of a campaign."""

    path = "/api/tenants/{tenant_id:uuid}/campaigns/{campaign_id:uuid}"
    tags = ("campaigns",)

    @get(
        "/audience",
        opt={"scope": Scope.CAMPAIGNS_READ},
        summary="List where a campaign's recipients came from",
        responses=refusals(NotFound),
    )
    async def list_audiences(
        self, tenant_id: FromPath[UUID], campaign_id: FromPath[UUID], web_pool: NamedDependency[Pool]
    ) -> list[Audience]:
        """Return its audiences with their counts, in the order of adding."""
        async with web_pool.transaction(tenant_id) as tx:
            return await audience.every(tx, tenant_id=tenant_id, campaign_id=campaign_id)

    @post(
        "/audience/upload",
        opt={"scope": Scope.CAMPAIGNS_WRITE},
        summary="Upload a file of recipients",
        request_max_body_size=LARGEST_FILE + FORM,
        operation_class=body_of_file("The CSV or XLSX file as a form's part `file`, or as the whole body."),
        responses=refusals(Conflict, DraftsFull, InvalidRequest, NotFound, TooLarge, Unavailable),
    )
    async def upload_audience(
        self,
        tenant_id: FromPath[UUID],
        campaign_id: FromPath[UUID],
        request: ApiRequest,
        web_pool: NamedDependency[Pool],
        sheets: NamedDependency[Sheets],
        filename: Annotated[
            str | None,
            QueryParameter(description="The file's name, where it is the whole body.", max_length=240),
        ] = None,
    ) -> UploadedFile:
        """Read a CSV or XLSX file and return its columns, with the mapping they suggest. Nobody is added before it is mapped."""
        content, named = await file_in(request, most=LARGEST_FILE, what="A file of recipients")
        return await audience.upload(
            web_pool,
            sheets,
            tenant_id=tenant_id,
            campaign_id=campaign_id,
            content=content,
            filename=filename or named,
        )

    @post(
        "/audience/mapping",
        status_code=200,
        opt={"scope": Scope.CAMPAIGNS_WRITE},
        summary="Say how a file's columns are read",
        responses=refusals(Conflict, InvalidRequest, NotFound, Unavailable),
    )
    async def map_audience(
        self,
        tenant_id: FromPath[UUID],
        campaign_id: FromPath[UUID],
        data: JSONBody[FileMapping],
        web_pool: NamedDependency[Pool],
        sheets: NamedDependency[Sheets],
    ) -> Taken:
        """Add the file's people; every row is a recipient or has its reason. Asked again, the file is read anew."""
        return await audience.map_file(
            web_pool,
            sheets,
            data.mapping(),
            tenant_id=tenant_id,
            campaign_id=campaign_id,
            audience_id=data.audience_id,
        )

    @post(
        "/audience/list",
        opt={"scope": Scope.CAMPAIGNS_WRITE},
        summary="Add recipients by name",
        operation_id="addListedAudience",
        responses=refusals(Conflict, InvalidRequest, NotFound),
    )
    async def add_listed(
        self,
        tenant_id: FromPath[UUID],
        campaign_id: FromPath[UUID],
        data: JSONBody[Listed],
        web_pool: NamedDependency[Pool],
    ) -> Taken:
        """Add people by their numbers; every one is a recipient or has a reason."""
        async with web_pool.transaction(tenant_id) as tx:
            return await audience.add_list(tx, data, tenant_id=tenant_id, campaign_id=campaign_id)

    @post(
        "/audience/filter",
        opt={"scope": Scope.CAMPAIGNS_WRITE},
        summary="Add people of the inbox",
        operation_id="addFilteredAudience",
        responses=refusals(Conflict, InvalidRequest, NotFound),
    )
    async def add_filtered(
        self,
        tenant_id: FromPath[UUID],
        campaign_id: FromPath[UUID],
        data: JSONBody[Filter],
        web_pool: NamedDependency[Pool],
    ) -> Taken:
        """Add those whom the campaign's number has conversations with and who are as asked for. Their variable is `name`."""
        return await audience.add_filter(web_pool, data, tenant_id=tenant_id, campaign_id=campaign_id)

    @delete(
        "/audience/{audience_id:uuid}",
        opt={"scope": Scope.CAMPAIGNS_WRITE},
        summary="Take an audience out of a campaign",
        responses=refusals(Conflict, NotFound),
    )
    async def remove_audience(
        self,
        tenant_id: FromPath[UUID],
        campaign_id: FromPath[UUID],
        audience_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
    ) -> None:
        """Take it out, and everybody who came with it."""
        async with web_pool.transaction(tenant_id) as tx:
            await audience.remove(tx, tenant_id=tenant_id, campaign_id=campaign_id, audience_id=audience_id)

    @get(
        "/failed-rows.csv",
        opt={"scope": Scope.CAMPAIGNS_READ},
        summary="Download the rows that are nobody's message",
        operation_id="downloadFailedRows",
        media_type=MEDIA_TYPE,
        responses=refusals(NotFound),
    )
    async def failed_rows(
        self, tenant_id: FromPath[UUID], campaign_id: FromPath[UUID], web_pool: NamedDependency[Pool]
    ) -> Stream:
        """Return each with its line, its reason and the cells as they came, as CSV."""
        async with web_pool.transaction(tenant_id) as tx:
            named = {
                each.id: each.filename or each.kind
                for each in await audience.every(tx, tenant_id=tenant_id, campaign_id=campaign_id)
            }
        table = _failed_rows(web_pool, tenant_id, campaign_id, named)
        return Stream(table, media_type=MEDIA_TYPE, headers=attachment("failed-rows.csv"))


async def _failed_rows(
    pool: Pool, tenant_id: UUID, campaign_id: UUID, named: Mapping[UUID, str]
) -> AsyncIterator[bytes]:
    """Yield the table a page at a time, each read by itself: all the rows of large files are never held at once."""
    yield lines([["audience", "line", "reason", "about", "detail", "cells"]])
    after, more = _FIRST, True
    while more:
        async with pool.transaction(tenant_id) as tx:
            found = await audience.faults(
                tx, tenant_id=tenant_id, campaign_id=campaign_id, after=after, limit=_PAGE
            )
        more = len(found) == _PAGE
        if found:
            after = (found[-1].audience_id, found[-1].line)
            yield lines([_cells(one, named) for one in found if one.audience_id in named], marked=False)


def _cells(one: FaultRow, named: Mapping[UUID, str]) -> list[str]:
    return [named[one.audience_id], str(one.line), one.reason, one.about, one.detail, *one.cells]
