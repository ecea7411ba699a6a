"""Every notice the sandbox can send, written there from Meta's documents alone, is understood here."""

import json
from datetime import UTC, datetime
from typing import Final

import pytest

from curbe.channels.cloudapi.notices import FIELDS, READERS, read_effects
from curbe.channels.cloudapi.webhook import read_body
from curbe.domain.messages import NoticeReceived
from curbe_sandbox.notices.about import About
from curbe_sandbox.notices.account import OF_THE_PORTFOLIO
from curbe_sandbox.notices.table import NOTICES
from curbe_sandbox.state import PORTFOLIO_ID, Person, PhoneNumber, Template, Waba

NOW: Final = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ABOUT: Final = About(
    number=PhoneNumber("110220330440550", "220110440330660", "+34 900 000 001", "Sol"),
    waba=Waba("220110440330660", "Sol"),
    template=Template("800000000000001", "220110440330660", "cita", "es", "UTILITY", []),
    person=Person("34600000001", name="Ana", bsuid="ES.1"),
    now=NOW,
)
ALL: Final = [(field, event) for field, events in NOTICES.items() for event in events]


@pytest.mark.parametrize(("field", "event"), ALL)
def test_it_means_something_here_and_reaches_its_account(field: str, event: str) -> None:
    entry = {
        "id": PORTFOLIO_ID if event in OF_THE_PORTFOLIO else ABOUT.waba.id,
        "time": int(NOW.timestamp()),
        "changes": [{"field": field, "value": NOTICES[field][event](ABOUT)}],
    }
    body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()

    (notice,) = read_body(body)

    assert isinstance(notice, NoticeReceived)
    reading = read_effects(notice, at=NOW)
    expected = "notice" if field in READERS else "no_effect" if field in FIELDS else "unknown_field"
    assert reading.reason == expected
    assert reading.unreadable == 0
    if field in READERS:
        assert notice.waba_id == ABOUT.waba.id
