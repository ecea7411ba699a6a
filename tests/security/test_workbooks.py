"""A workbook is XML in a zip: its entities name no file of ours and multiply nothing, and it unpacks to what it may.

What opens it is a process of its own, which takes nothing with it and leaves nothing behind.
"""

import asyncio
import io
import os
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from openpyxl import Workbook

from bed.apart import end_apart
from curbe.campaigns import sheets
from curbe.domain.errors import AppError, InvalidRequest
from curbe.infra.subprocesses import run_apart

pytestmark = pytest.mark.anyio

SHEET, TEXTS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
TYPES = "[Content_Types].xml"
ONE_TEXT = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>%s</t></si></sst>'
ITS_TYPE = b'<Override PartName="/xl/sharedStrings.xml" ContentType="%s.sharedStrings+xml" />' % (
    b"application/vnd.openxmlformats-officedocument.spreadsheetml"
)
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
DOCTYPES = {
    "a file": ('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', "&e;"),
    "an address": ('<!DOCTYPE x [<!ENTITY e SYSTEM "http://127.0.0.1:1/">]>', "&e;"),
    "itself many times over": (f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>', "&l9;"),
}


def workbook(*, cell: str = "+34600000001", change: tuple[str, str] | None = None) -> bytes:
    """A workbook of one column; ``change`` is put before the sheet's XML and in the place of the cell's text."""
    made, written = Workbook(), io.BytesIO()
    sheet = made.active
    assert sheet is not None
    sheet.append(["phone"])
    sheet.append([cell])
    made.save(written)
    if change is None:
        return written.getvalue()
    doctype, entity = change
    again = io.BytesIO()
    with zipfile.ZipFile(written) as before, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            text = before.read(name).decode()
            if name in {SHEET, TEXTS}:
                head, mark, rest = text.partition("?>")
                text = (head + mark + doctype + rest if mark else doctype + text).replace(cell, entity)
            after.writestr(name, text)
    return again.getvalue()


CELL, DIMENSION = b"+34600000001", b'<dimension ref="A1:A2" />'  # where the sheet ends, if it says so
with zipfile.ZipFile(io.BytesIO(workbook())) as read_once:
    PARTS = {name: read_once.read(name) for name in read_once.namelist()}


def with_parts(others: dict[str, list[bytes]]) -> bytes:
    """The workbook with other parts than its own, or more."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as after:
        for name in PARTS | others:
            with after.open(name, "w") as part:
                part.writelines(others.get(name) or [PARTS[name]])
    return made.getvalue()


async def test_a_harmless_workbook_is_read() -> None:
    """The control."""
    assert [row.cells[0] for row in (await sheets.Sheets().read(workbook())).rows] == ["+34600000001"]


@pytest.mark.parametrize("change", DOCTYPES.values(), ids=DOCTYPES.keys())
@pytest.mark.timeout(20)
async def test_no_entity_of_a_workbook_reaches_a_file_an_address_or_the_memory(
    change: tuple[str, str],
) -> None:
    try:
        rows = (await sheets.Sheets().read(workbook(change=change))).rows
    except InvalidRequest:
        return
    assert all(len(cell) < 100 and "root:" not in cell for row in rows for cell in row.cells)


async def test_a_workbook_that_unpacks_to_more_than_it_may_is_refused_before_it_is_unpacked() -> None:
    bomb = io.BytesIO(workbook())
    with (
        zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("xl/worksheets/sheet2.xml", "w", force_zip64=True) as huge,
    ):
        for _ in range(600):
            huge.write(bytes(2**20))

    with pytest.raises(InvalidRequest):
        await sheets.Sheets().read(bomb.getvalue())


async def test_all_rows_and_columns_of_a_workbook_are_read_wherever_it_says_that_it_ends() -> None:
    """Programs that write row by row say so before they know, and some say A1 whatever there is."""
    cell = b'<c t="inlineStr"><is><t>%s</t></is></c>'
    rows = b"<row>%s</row><row>%s</row>" % (
        cell % b"phone" + cell % b"name",
        cell % b"+34600000002" + cell % b"Ana",
    )
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">%s<sheetData>%s</sheetData></worksheet>'

    for said in (b'<dimension ref="A1" />', b'<dimension ref="A1:A1" />', b""):
        read = await sheets.Sheets().read(with_parts({SHEET: [sheet % (said, rows)]}))
        assert (read.columns, [row.cells for row in read.rows]) == (
            ["phone", "name"],
            [["+34600000002", "Ana"]],
        )


async def test_a_workbook_of_more_columns_than_a_table_may_have_is_refused_and_not_cut() -> None:
    cell = b'<c t="inlineStr"><is><t>x</t></is></c>'
    rows = b"<row>%s</row><row>%s</row>" % (cell * 201, cell)
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'

    with pytest.raises(InvalidRequest, match="more than 200 columns"):
        await sheets.Sheets().read(with_parts({SHEET: [sheet % rows]}))


@pytest.mark.timeout(20)
async def test_a_row_that_says_it_is_the_billionth_is_refused_and_not_counted_up_to() -> None:
    far = PARTS[SHEET].replace(DIMENSION, b"").replace(b'<row r="2"', b'<row r="1000000000"')

    with pytest.raises(InvalidRequest, match="beyond"):
        await sheets.Sheets().read(with_parts({SHEET: [far]}))


async def test_what_opens_a_workbook_is_a_process_of_its_own() -> None:
    made = workbook()
    before = os.times()
    await sheets.Sheets().read(made)
    after = os.times()

    assert after.children_user - before.children_user > after.user - before.user


@pytest.mark.timeout(60)
async def test_two_megabytes_that_take_gigabytes_to_read_are_refused_and_take_nothing_with_it() -> None:
    head, tail = PARTS[SHEET].split(CELL)
    # One letter that takes four bytes, and so does each of the others.
    made = with_parts({SHEET: [head, "\N{GRINNING FACE}".encode(), *([b"A" * 2**20] * 500), tail]})
    assert len(made) < 2**22

    with pytest.raises(InvalidRequest, match="cannot be read"):
        await sheets.Sheets().read(made)


async def test_a_good_workbook_is_not_refused_because_what_opens_it_is_stopped() -> None:
    made = workbook()
    async with asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(_read(made))
        tasks.create_task(end_apart("curbe.campaigns.workbook"))

    assert reading.result() == "unavailable"
    assert await _read(made) == "read"


async def _read(content: bytes) -> str:
    try:
        await sheets.Sheets().read(content)
    except AppError as refusal:
        return refusal.code
    return "read"


async def test_what_is_no_workbook_is_refused_by_its_name() -> None:
    with pytest.raises(InvalidRequest) as refused:
        await sheets.Sheets().read(b"PK\x03\x04 no zip", filename="people.xlsx")

    assert refused.value.detail == "people.xlsx: the workbook cannot be read (BadZipFile)."


async def test_one_long_text_in_all_cells_is_refused_before_it_fills_the_memory() -> None:
    row = b"<row>" + b'<c t="s"><v>0</v></c>' * 200 + b"</row>"
    head, tail = PARTS[SHEET].split(b"</sheetData>")
    sheet = [head.replace(DIMENSION, b""), row * 300, b"</sheetData>", tail]
    types = PARTS[TYPES].replace(b"</Types>", ITS_TYPE + b"</Types>")
    made = with_parts({SHEET: sheet, TEXTS: [ONE_TEXT % (b"a" * 5_000)], TYPES: [types]})

    with pytest.raises(InvalidRequest, match="too much text"):
        await sheets.Sheets().read(made)


async def test_who_stops_waiting_for_a_workbook_ends_what_opens_it(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    sleeps = (
        f"import os, pathlib, time; pathlib.Path({str(told)!r}).write_text(str(os.getpid())); time.sleep(600)"
    )
    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        opened = tasks.create_task(run_apart("timeit", "-n1", "-r1", sleeps, patience=600, given=b""))
        while not (told.exists() and told.read_text()):  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.02)
        opened.cancel()
        with suppress(asyncio.CancelledError):
            await opened

    with pytest.raises(ProcessLookupError):
        os.kill(int(told.read_text()), 0)
