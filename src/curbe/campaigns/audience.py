"""Whom a campaign goes to: files, filters of the inbox and lists become recipients and faults, and their counts add up."""

import asyncio
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from curbe.campaigns import service, store
from curbe.campaigns.audience_rules import (
    Candidate,
    ColumnMapping,
    Fault,
    candidate,
    check_mapping,
    guess,
    no_phone,
    sorted_out,
    too_many,
)
from curbe.campaigns.audience_shapes import (
    Audience,
    FaultCount,
    FaultRow,
    Filter,
    Listed,
    Taken,
    UploadedFile,
)
from curbe.campaigns.audience_store import let_in, take
from curbe.campaigns.draft_limit import require_room
from curbe.campaigns.filling import check, variables_of
from curbe.campaigns.sheets import MOST_ROWS, Sheet, Sheets
from curbe.campaigns.store import CampaignRow
from curbe.domain.errors import Conflict, InvalidRequest, NotFound
from curbe.domain.ids import FIRST_ID
from curbe.domain.phone import wa_id_to_e164
from curbe.domain.phone_tables import read_phone
from curbe.inbox.rules import codes_of
from curbe.infra.db import Id, Pool, Query, Transaction
from curbe.tenants import service as tenants

_PACKAGE: Final = "curbe.campaigns"
_BATCH: Final = 2_000  # rows of one statement
_SAMPLE: Final = 5  # rows
_ENCODER: Final = msgspec.json.Encoder()


class _Content(msgspec.Struct, frozen=True):
    content: bytes
    filename: str | None


class _Person(msgspec.Struct, frozen=True):
    id: UUID
    wa_id: str | None
    name: str | None


class _FaultCells(msgspec.Struct, frozen=True):
    audience_id: UUID
    line: int
    reason: str
    detail: str
    cells: str
    about: str


class _AudienceRow(msgspec.Struct, frozen=True):
    id: UUID
    kind: str
    filename: str | None
    described: str
    mapping: str | None
    row_count: int
    taken_count: int
    invalid_count: int
    duplicate_count: int
    created_at: datetime


_INSERT: Final = Query(_PACKAGE, "insert_audience")
_CONTENT: Final = Query(_PACKAGE, "audience_content", _Content)
_STILL_THERE: Final = Query(_PACKAGE, "lock_audience_content", Id)
_AUDIENCES: Final = Query(_PACKAGE, "audiences_of", _AudienceRow)
_DELETE: Final = Query(_PACKAGE, "delete_audience")
_FORGET: Final = (
    Query(_PACKAGE, "forget_recipients_of_audience"),
    Query(_PACKAGE, "forget_faults_of_audience"),
)
_FAULTS: Final = Query(_PACKAGE, "faults_page", _FaultCells)
_REASONS: Final = Query(_PACKAGE, "faults_by_reason", FaultCount)
_LABELS: Final = Query(_PACKAGE, "labels_of_tenant", Id)
_PEOPLE: Final = Query(_PACKAGE, "people_of_filter", _Person)
_STILL_KNOWN: Final = Query(_PACKAGE, "people_still_known", Id)


async def upload(
    pool: Pool, sheets: Sheets, *, tenant_id: UUID, campaign_id: UUID, content: bytes, filename: str | None
) -> UploadedFile:
    """Keep a file for a campaign and return what is in it, with the mapping that its columns suggest. Nobody is added yet.

    Raises:
        NotFound: the tenant has no such campaign.
        Conflict: it is scheduled, or has begun.
        DraftsFull: the tenant keeps as many files as it may.
        InvalidRequest: the file is no table.
    """
    async with pool.transaction(tenant_id) as tx:
        row = await service.changeable(tx, tenant_id=tenant_id, campaign_id=campaign_id)
        country = (await tenants.read(tx, tenant_id=tenant_id)).default_country
    sheet = await sheets.read(content, filename=filename)
    audience_id = uuid7()
    described = {
        "columns": sheet.columns,
        "rows": len(sheet.rows),
        "kind": sheet.kind,
        "encoding": sheet.encoding,
        "separator": sheet.separator,
    }
    async with pool.transaction(tenant_id) as tx:
        await require_room(tx, tenant_id=tenant_id, adding=len(content))
        await service.touch(tx, tenant_id=tenant_id, campaign_id=campaign_id)
        await _INSERT.run(
            tx,
            tenant_id=tenant_id,
            id=audience_id,
            campaign_id=campaign_id,
            kind="file",
            filename=filename,
            content=content,
            described=_ENCODER.encode(described).decode(),
            mapping=None,
        )
    return UploadedFile(
        audience_id=audience_id,
        filename=filename,
        kind=sheet.kind,
        encoding=sheet.encoding,
        separator=sheet.separator,
        columns=sheet.columns,
        row_count=len(sheet.rows),
        sample=[each.cells for each in sheet.rows[:_SAMPLE]],
        suggested=guess(sheet, needed=variables_of(row.content()), default_country=country),
    )


async def map_file(
    pool: Pool,
    sheets: Sheets,
    mapping: ColumnMapping,
    *,
    tenant_id: UUID,
    campaign_id: UUID,
    audience_id: UUID,
) -> Taken:
    """Read a file that was uploaded with these columns; what it had been read as before is forgotten.

    A large file takes some seconds to sort out: no transaction is open meanwhile.

    Raises:
        NotFound: the tenant has no such campaign, or that no such file.
        Conflict: it is scheduled, or has begun, or somebody changed it meanwhile.
        InvalidRequest: the mapping does not fit the file or the template.
    """
    file = {"tenant_id": tenant_id, "campaign_id": campaign_id, "audience_id": audience_id}
    async with pool.transaction(tenant_id) as tx:
        row = await service.changeable(tx, tenant_id=tenant_id, campaign_id=campaign_id)
        kept = await _CONTENT.one(tx, **file)
    if kept is None:
        raise _no_such_file()
    needed = variables_of(row.content())
    sheet = await sheets.read(kept.content, filename=kept.filename)
    check_mapping(mapping, sheet.columns, needed=needed)
    outcomes = await asyncio.to_thread(_sorted_as, sheet, mapping, needed, row.zone())
    async with pool.transaction(tenant_id) as tx:
        now = await service.touch(tx, tenant_id=tenant_id, campaign_id=campaign_id)
        if (now.template, now.time_zone) != (row.template, row.time_zone):
            raise Conflict("Somebody changed the campaign meanwhile.", fix="Map the file again.")
        for forget in _FORGET:
            await forget.run(tx, tenant_id=tenant_id, audience_id=audience_id)
        if await _STILL_THERE.one(tx, **file) is None:  # locked after its people, as an erasure does
            raise _no_such_file()
        where = {"tenant_id": tenant_id, "campaign_id": campaign_id}
        taken = await take(tx, outcomes, **where, audience_id=audience_id, mapping=mapping)
        await let_in(tx, **where)
        return taken


def _no_such_file() -> NotFound:
    return NotFound("This campaign has no such file.", fix="Upload the file again.")


def _sorted_as(
    sheet: Sheet, mapping: ColumnMapping, needed: dict[str, bool], zone: str
) -> list[Candidate | Fault]:
    """Sort out a file's rows; in a thread, as a hundred thousand take some seconds."""
    return list(sorted_out(sheet, mapping, needed=needed, fallback_zone=zone))


async def add_list(tx: Transaction, listed: Listed, *, tenant_id: UUID, campaign_id: UUID) -> Taken:
    """Add recipients that a request names, each with its variables.

    Raises:
        NotFound: the tenant has no such campaign.
        Conflict: it is scheduled, or has begun.
    """
    row = await service.touch(tx, tenant_id=tenant_id, campaign_id=campaign_id)
    outcomes = await asyncio.to_thread(_named, listed, row)
    audience_id = await _begin(tx, tenant_id, campaign_id, kind="list", described={})
    return await take(tx, outcomes, tenant_id=tenant_id, campaign_id=campaign_id, audience_id=audience_id)


def _named(listed: Listed, row: CampaignRow) -> list[Candidate | Fault]:
    """Return what becomes of each recipient of a list; in a thread, as reading thousands of numbers takes a while."""
    needed, zone = variables_of(row.content()), row.zone()
    outcomes: list[Candidate | Fault] = []
    for line, one in enumerate(listed.recipients, start=1):
        cells = [one.phone, *one.variables.values()]
        try:
            e164 = read_phone(one.phone, listed.default_country)
        except InvalidRequest as refusal:
            outcomes.append(no_phone(line, refusal, cells))
            continue
        refused = check(needed, one.variables)
        if refused is not None:
            outcomes.append(Fault(line, refused.reason, refused.detail, cells, refused.variable))
        else:
            outcomes.append(candidate(line, e164, one.variables, cells=cells, fallback_zone=zone))
    return outcomes


async def add_filter(
    pool: Pool, asked: Filter, *, tenant_id: UUID, campaign_id: UUID, most: int = MOST_ROWS
) -> Taken:
    """Add the people whom the campaign's number has conversations with and who are as asked for. Their variable is ``name``.

    They may be as many as a file's rows, and are read before anything is locked: a transaction that has written holds up every reader of
    the log until it ends.

    Raises:
        NotFound: the tenant has no such campaign, or no such label.
        Conflict: it is scheduled, or has begun, or somebody changed it meanwhile.
        InvalidRequest: more than ``most`` are as asked for.
    """
    async with pool.transaction(tenant_id) as tx:
        row = await service.changeable(tx, tenant_id=tenant_id, campaign_id=campaign_id)
        known = await _LABELS.all(tx, tenant_id=tenant_id, label_ids=asked.label_ids)
        if len(known) < len(set(asked.label_ids)):
            raise NotFound("This tenant has no such label.", fix="List its labels and take an id from there.")
        pages = await _people(tx, asked, row, tenant_id=tenant_id, most=most)
    outcomes = await asyncio.to_thread(_written_to, pages, row)
    async with pool.transaction(tenant_id) as tx:
        now = await service.touch(tx, tenant_id=tenant_id, campaign_id=campaign_id)
        same = (row.template, row.time_zone, row.connection_id)
        if (now.template, now.time_zone, now.connection_id) != same:
            raise Conflict("Somebody changed the campaign meanwhile.", fix="Add the people again.")
        # Looked at once the campaign is locked: whoever erases somebody waits for that, and takes out who came in before.
        ids = [person.id for found in pages for person in found]
        known = {row.id for row in await _STILL_KNOWN.all(tx, tenant_id=tenant_id, ids=ids)}
        outcomes = [one for one, id_ in zip(outcomes, ids, strict=True) if id_ in known]
        audience_id = await _begin(
            tx, tenant_id, campaign_id, kind="filter", described=msgspec.to_builtins(asked)
        )
        return await take(tx, outcomes, tenant_id=tenant_id, campaign_id=campaign_id, audience_id=audience_id)


async def _people(
    tx: Transaction, asked: Filter, row: CampaignRow, *, tenant_id: UUID, most: int
) -> list[list[_Person]]:
    pages, count, after = list[list[_Person]](), 0, FIRST_ID
    while found := await _PEOPLE.all(
        tx,
        tenant_id=tenant_id,
        connection_id=row.connection_id,
        after=after,
        states=codes_of(asked.states),
        after_at=asked.last_inbound_after,
        before_at=asked.last_inbound_before,
        label_ids=asked.label_ids,
        most=_BATCH,
    ):
        after, count = found[-1].id, count + len(found)
        if count > most:
            raise too_many(most)
        pages.append(found)
    return pages


def _written_to(pages: list[list[_Person]], row: CampaignRow) -> list[Candidate | Fault]:
    """Return what becomes of each; in a thread, as a hundred thousand take some seconds."""
    needed, outcomes = variables_of(row.content()), list[Candidate | Fault]()
    for found in pages:
        for line, person in enumerate(found, start=len(outcomes) + 1):
            cells = [person.wa_id or "", person.name or ""]
            values = {"name": person.name} if person.name else {}
            refused = check(needed, values)
            if person.wa_id is None:
                outcomes.append(Fault(line, "phone_missing", "the person's phone number is not known", cells))
            elif refused is not None:
                outcomes.append(Fault(line, refused.reason, refused.detail, cells, refused.variable))
            else:
                e164 = wa_id_to_e164(person.wa_id)
                outcomes.append(candidate(line, e164, values, cells=cells, fallback_zone=row.zone()))
    return outcomes


async def _begin(tx: Transaction, tenant_id: UUID, campaign_id: UUID, *, kind: str, described: Any) -> UUID:
    audience_id = uuid7()
    await _INSERT.run(
        tx,
        tenant_id=tenant_id,
        id=audience_id,
        campaign_id=campaign_id,
        kind=kind,
        filename=None,
        content=None,
        described=_ENCODER.encode(described).decode(),
        mapping=None,
    )
    return audience_id


async def every(tx: Transaction, *, tenant_id: UUID, campaign_id: UUID) -> list[Audience]:
    """Return where a campaign's recipients came from, in the order of adding.

    Raises:
        NotFound: the tenant has no such campaign.
    """
    await store.read(tx, tenant_id=tenant_id, campaign_id=campaign_id)
    rows = await _AUDIENCES.all(tx, tenant_id=tenant_id, campaign_id=campaign_id)
    return [
        Audience(
            **{
                **msgspec.structs.asdict(row),
                "described": msgspec.Raw(row.described.encode()),
                "mapping": None
                if row.mapping is None
                else msgspec.json.decode(row.mapping, type=ColumnMapping),
            }
        )
        for row in rows
    ]


async def remove(tx: Transaction, *, tenant_id: UUID, campaign_id: UUID, audience_id: UUID) -> None:
    """Take an audience out of a campaign, and everybody who came with it; who is in another one too comes with that from now on.

    Raises:
        NotFound: the tenant has no such campaign, or that no such audience.
        Conflict: it is scheduled, or has begun.
    """
    await service.touch(tx, tenant_id=tenant_id, campaign_id=campaign_id)
    if not await _DELETE.run(tx, tenant_id=tenant_id, campaign_id=campaign_id, audience_id=audience_id):
        raise NotFound(
            "This campaign has no such audience.", fix="List its audiences and take an id from there."
        )
    await let_in(tx, tenant_id=tenant_id, campaign_id=campaign_id)


async def faults(
    tx: Transaction, *, tenant_id: UUID, campaign_id: UUID, after: tuple[UUID, int], limit: int
) -> list[FaultRow]:
    """Return at most ``limit`` rows that are nobody's message, after one, in order."""
    rows = await _FAULTS.all(
        tx,
        tenant_id=tenant_id,
        campaign_id=campaign_id,
        after_audience=after[0],
        after_line=after[1],
        most=limit,
    )
    return [
        FaultRow(
            row.audience_id,
            row.line,
            row.reason,
            row.detail,
            msgspec.json.decode(row.cells, type=list[str]),
            row.about,
        )
        for row in rows
    ]


async def reasons(tx: Transaction, *, tenant_id: UUID, campaign_id: UUID) -> list[FaultCount]:
    """Return how many rows are nobody's message, by reason."""
    return await _REASONS.all(tx, tenant_id=tenant_id, campaign_id=campaign_id)
