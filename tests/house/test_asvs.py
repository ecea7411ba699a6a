"""The ledger of OWASP's ASVS 5.0 answers every item of its levels 1 and 2, and what it names is there."""

import csv
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LEDGER = ROOT / "docs/asvs.csv"
ITEMS = {"1": 70, "2": 183}  # as ASVS 5.0.0 has them
ANSWERS = {"met", "open", "not applicable"}
AUTOMATED = 0.8  # of the items that apply, so many are shown by a test
PATH = re.compile(r"\b(?:src|docs|deploy|web|tests)/[\w./-]*\w")

with LEDGER.open(newline="") as opened:
    ROWS = list(csv.DictReader(opened))


def test_every_item_of_the_first_two_levels_is_answered_once() -> None:
    ids = [row["item"] for row in ROWS]

    assert len(ids) == len(set(ids))
    assert {level: sum(row["level"] == level for row in ROWS) for level in ITEMS} == ITEMS
    assert {row["answer"] for row in ROWS} <= ANSWERS
    assert [row["item"] for row in ROWS if not row["about"] or not row["how"]] == []


@pytest.mark.parametrize("row", ROWS, ids=[row["item"] for row in ROWS])
def test_what_an_answer_names_is_there(row: dict[str, str]) -> None:
    gone = [path for path in PATH.findall(row["how"]) if not (ROOT / path).exists()]
    absent = [named for named in row["tests"].split() if not is_there(named)]

    assert gone == []
    assert absent == []


def is_there(named: str) -> bool:
    path, _, test = named.partition("::")
    file = ROOT / path
    if not file.is_file():
        return False
    wanted = r"def test_\w+" if test == "*" else rf"def {re.escape(test)}\b"
    return re.search(wanted, file.read_text()) is not None


def test_most_of_what_applies_is_shown_by_a_test() -> None:
    applying = [row for row in ROWS if row["answer"] != "not applicable"]
    shown = [row for row in applying if row["tests"]]

    assert len(shown) >= AUTOMATED * len(applying)
