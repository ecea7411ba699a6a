"""Tables that people download and open in a spreadsheet."""

import csv
import io

import pytest

from curbe.infra.tables import lines

FORMULAS = [
    "=1+1",
    "+1-305-555-0100",
    "@SUM(A1)",
    "-2+3",
    "\t=1",
    "+1+cmd|' /C calc'!A0",
    " =1",
    "\uff1d1",
    "\n=1",
    "|x",
]


@pytest.mark.parametrize("cell", FORMULAS)
def test_no_cell_that_is_written_is_a_formula_to_a_spreadsheet(cell: str) -> None:
    (row,) = csv.reader(io.StringIO(lines([[cell]], marked=False).decode(), newline=""))

    assert row == ["'" + cell]


@pytest.mark.parametrize(
    "cell", ["-12.5", "+34600111222", "+34 600 111 222", "+1 (305) 555 0100", "Ana = Eva"]
)
def test_numbers_phones_and_words_are_written_as_they_are(cell: str) -> None:
    (row,) = csv.reader(io.StringIO(lines([[cell]], marked=False).decode()))

    assert row == [cell]
