"""The page of what is covered is the code's own account of itself."""

from pathlib import Path

from curbe.channels.cloudapi import shown
from curbe.channels.cloudapi.coverage import INBOUND, STATUSES, coverage_page
from curbe.domain.status import REPORTED

PAGE = Path(__file__).parents[2] / "docs/reference/coverage.md"
BESIDE_MESSAGES = {"reaction", "edit", "revoke"}  # they change a message and are none


def test_the_page_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == coverage_page(), (
        "run: python -m curbe.channels.cloudapi.coverage > docs/reference/coverage.md"
    )


def test_every_type_that_is_shown_is_on_the_page_and_no_other() -> None:
    readable = set(shown._READERS) | set(shown._FILES) | BESIDE_MESSAGES

    assert set(INBOUND) == readable


def test_every_status_that_is_stored_is_on_the_page() -> None:
    assert set(STATUSES) == {status.value for status in REPORTED}
