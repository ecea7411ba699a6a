"""A workbook is XML in a zip: its entities name no file of ours and multiply nothing, and it unpacks to what it may."""

import io
import zipfile

import pytest
from openpyxl import Workbook

from curbe.campaigns import sheets
from curbe.domain.errors import InvalidRequest

SHEET = "xl/worksheets/sheet1.xml"
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
            if name in {SHEET, "xl/sharedStrings.xml"}:
                head, mark, rest = text.partition("?>")
                text = (head + mark + doctype + rest if mark else doctype + text).replace(cell, entity)
            after.writestr(name, text)
    return again.getvalue()


def test_a_workbook_is_read() -> None:
    """The control."""
    assert [row.cells[0] for row in sheets.read(workbook()).rows] == ["+34600000001"]


@pytest.mark.parametrize("change", DOCTYPES.values(), ids=DOCTYPES.keys())
@pytest.mark.timeout(20)
def test_no_entity_of_a_workbook_reaches_a_file_an_address_or_the_memory(change: tuple[str, str]) -> None:
    try:
        rows = sheets.read(workbook(change=change)).rows
    except InvalidRequest:
        return
    assert all(len(cell) < 100 and "root:" not in cell for row in rows for cell in row.cells)


def test_a_workbook_that_unpacks_to_more_than_it_may_is_refused_before_it_is_unpacked() -> None:
    bomb = io.BytesIO(workbook())
    with (
        zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("xl/worksheets/sheet2.xml", "w", force_zip64=True) as huge,
    ):
        for _ in range(600):
            huge.write(bytes(2**20))

    with pytest.raises(InvalidRequest):
        sheets.read(bomb.getvalue())


@pytest.mark.timeout(20)
def test_a_row_that_says_it_is_the_billionth_is_refused_and_not_counted_up_to() -> None:
    again = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook())) as before,
        zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for name in before.namelist():
            text = before.read(name).replace(b'<row r="2"', b'<row r="1000000000"')
            after.writestr(name, text.replace(b'<dimension ref="A1:A2" />', b""))  # which says where it ends

    with pytest.raises(InvalidRequest, match="beyond"):
        sheets.read(again.getvalue())
