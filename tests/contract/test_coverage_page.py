"""The page of what is covered is the code's own account of itself."""

from pathlib import Path

from curbe.channels.cloudapi import shown
from curbe.channels.cloudapi.coverage import INBOUND, STATUSES, coverage_page
from curbe.channels.cloudapi.fields import FIELDS, TO_SUBSCRIBE
from curbe.connections import signup
from curbe.domain.status import REPORTED

PAGE = Path(__file__).parents[2] / "docs/reference/coverage.md"
README = Path(__file__).parents[2] / "README.md"
BESIDE_MESSAGES = {"reaction", "edit", "revoke"}  # they change a message and are none


def test_the_page_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == coverage_page(), (
        "run: python -m curbe.channels.cloudapi.coverage > docs/reference/coverage.md"
    )


def test_the_fields_to_subscribe_to_are_those_that_change_something_and_that_meta_offers() -> None:
    changing = {field for field, effect in FIELDS.items() if not effect.effect.startswith("none")}

    assert TO_SUBSCRIBE[0] == "messages"
    assert len(set(TO_SUBSCRIBE)) == len(TO_SUBSCRIBE)
    assert changing - set(TO_SUBSCRIBE) == {"business_username_updates", "phone_number_username_update"}
    assert set(TO_SUBSCRIBE) <= changing


def test_who_sets_up_the_app_is_told_every_field_to_subscribe_to() -> None:
    steps = signup.steps_by_hand(app_id="1", webhook_url="https://curbe.example/webhooks/meta/whatsapp")

    for told in (README.read_text(encoding="utf-8"), coverage_page(), steps[0]):
        assert ", ".join(TO_SUBSCRIBE) in " ".join(told.replace("`", "").split())


def test_every_type_that_is_shown_is_on_the_page_and_no_other() -> None:
    readable = set(shown._READERS) | set(shown._FILES) | BESIDE_MESSAGES

    assert set(INBOUND) == readable


def test_every_status_that_is_stored_is_on_the_page() -> None:
    assert set(STATUSES) == {status.value for status in REPORTED}
