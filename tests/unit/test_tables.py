"""Tables that people download and open in a spreadsheet."""

import csv
import io
import re

import pytest

from curbe.infra.tables import lines

FORMULAS = [
    "=1+1",
    "+1-305-555-0100",
    "@SUM(A1)",
    "-2+3",
    "+1+cmd|' /C calc'!A0",
    " =1",
    "\uff1d1",
    "|x",
]
# Where commas are for decimals, a spreadsheet begins a cell at each semicolon, and a line wherever one breaks.
FURTHER_IN = {
    "Ana;=1+1;": "Ana;'=1+1;",
    "Ana; \u00a0@SUM(A1)": "Ana; \u00a0'@SUM(A1)",
    "Ana;+34600111222;-2+3": "Ana;+34600111222;'-2+3",
    'Ana;"=1+1"': 'Ana;"\'=1+1"',
    "Ana\n=1": "Ana\n'=1",
    "Ana\r\n=1": "Ana\r\n'=1",
    "Ana\t|x": "Ana\t'|x",
    "\n=1": "'\n'=1",
    "\t=1": "'\t'=1",
}


@pytest.mark.parametrize("cell", FORMULAS)
def test_no_cell_that_is_written_is_a_formula_to_a_spreadsheet(cell: str) -> None:
    (row,) = csv.reader(io.StringIO(lines([[cell]], marked=False).decode(), newline=""))

    assert row == ["'" + cell]


@pytest.mark.parametrize(("cell", "written"), FURTHER_IN.items())
def test_nor_is_any_part_of_one_whatever_the_spreadsheet_takes_for_a_separator(
    cell: str, written: str
) -> None:
    (row,) = csv.reader(io.StringIO(lines([["1", cell]], marked=False).decode(), newline=""))

    assert row == ["1", written]
    assert not [part for part in re.split("[;\t\r\n]", written) if part.strip(' \u00a0"').startswith("=")]


@pytest.mark.parametrize(
    "cell",
    [
        "-12.5",
        "+34600111222",
        "+34 600 111 222",
        "+1 (305) 555 0100",
        "Ana = Eva",
        "Ana; Eva",
        "a;-1;+34 600 111 222",
    ],
)
def test_numbers_phones_and_words_are_written_as_they_are(cell: str) -> None:
    (row,) = csv.reader(io.StringIO(lines([[cell]], marked=False).decode()))

    assert row == [cell]
