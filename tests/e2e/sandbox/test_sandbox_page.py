"""The web page on which one plays a customer, in a real browser."""

import base64
import hashlib
import re
from collections.abc import Iterator
from typing import Any

import pytest

from .browser import CHROMIUM, Page, browser
from .harness import LUCIA, MEXICO, NUMBER, Callback, Sandbox

BUTTONS = {
    "type": "button",
    "body": {"text": "¿Confirmas?"},
    "action": {"buttons": [{"type": "reply", "reply": {"id": "yes", "title": "Sí, confirmo"}}]},
}
ROWS = [{"id": "a", "title": "Primera visita", "description": "45 min"}, {"id": "b", "title": "Revisión"}]
LIST = {
    "type": "list",
    "body": {"text": "Elige"},
    "action": {"button": "Ver servicios", "sections": [{"title": "Consulta", "rows": ROWS}]},
}


def test_the_page_is_one_file_that_asks_for_nothing_from_elsewhere(sandbox: Sandbox) -> None:
    answer = sandbox.call("GET", "/sandbox/")
    page = answer.body.decode()
    policy = answer.headers["content-security-policy"]

    assert "default-src 'none'" in policy
    for tag in ("script", "style"):
        (inside,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    loaded = re.findall(r"(?:src|href)=\"([^\"]+)\"|url\(([^)]+)\)|@import", page)
    assert [one for one in loaded if not one[0].startswith("data:")] == []


def test_a_file_that_a_browser_could_run_comes_as_a_download(sandbox: Sandbox) -> None:
    data = base64.b64encode(b"<script>alert(1)</script>").decode()
    document = {"data": data, "mime_type": "text/html", "filename": "a.html"}
    sandbox.control("POST", f"people/{LUCIA}/messages", {"type": "document", "document": document})
    media_id = sandbox.control("GET", f"people/{LUCIA}/messages")[-1]["message"]["document"]["id"]

    answer = sandbox.call("GET", f"/sandbox/media/{media_id}")

    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == "attachment"
    assert answer.headers["content-security-policy"] == "sandbox"


@pytest.fixture
def page(sandbox: Sandbox, callback: Callback) -> Iterator[Page]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    assert callback.url
    with browser(f"{sandbox.origin}/sandbox/#{LUCIA}/{NUMBER}") as page:
        page.size(390, 800)
        page.wait("document.getElementById('person-name').textContent === 'Lucía Romero'")
        yield page
        assert page.complaints == []


def _types(page: Page, words: str) -> None:
    page.run(f"document.getElementById('text').value = {words!r}")
    page.press("Send")


def _newest(sandbox: Sandbox, callback: Callback) -> dict[str, Any]:
    sandbox.settle()
    return callback.messages()[-1]


def _business_sends(sandbox: Sandbox, interactive: dict[str, Any]) -> str:
    answer = sandbox.message({"type": "interactive", "interactive": interactive})
    assert answer.status == 200, answer.body
    return answer.json["messages"][0]["id"]


def test_what_is_typed_is_sent_and_what_the_business_answers_is_shown(
    page: Page, sandbox: Sandbox, callback: Callback
) -> None:
    _types(page, "Hola <b>&amp;")
    page.wait("document.querySelector('.mine .text')?.textContent === 'Hola <b>&amp;'")
    assert _newest(sandbox, callback)["text"]["body"] == "Hola <b>&amp;"

    sandbox.send(f"+{LUCIA}", "Buenas <img src=x onerror=alert(1)> *tardes*")
    page.wait("document.querySelector('.theirs .text b')?.textContent === 'tardes'")
    assert page.run("document.querySelectorAll('.bubble img').length") == 0


def test_buttons_and_rows_that_are_pressed_come_back_as_replies(
    page: Page, sandbox: Sandbox, callback: Callback
) -> None:
    sandbox.writes()
    asked = _business_sends(sandbox, BUTTONS)
    page.press("Sí, confirmo", within="#thread")
    page.wait("document.querySelectorAll('.mine').length === 2")
    reply = _newest(sandbox, callback)
    assert (reply["interactive"]["button_reply"]["id"], reply["context"]["id"]) == ("yes", asked)

    listed = _business_sends(sandbox, LIST)
    page.press("Ver servicios", within="#thread")
    page.press("Primera visita", within="dialog")
    page.wait("document.querySelectorAll('.mine').length === 3")
    reply = _newest(sandbox, callback)
    assert (reply["interactive"]["list_reply"], reply["context"]["id"]) == (ROWS[0], listed)


def test_messages_are_reacted_to_edited_and_deleted(page: Page, sandbox: Sandbox, callback: Callback) -> None:
    first = sandbox.writes()["wamid"]
    sent = sandbox.send(f"+{LUCIA}").json["messages"][0]["id"]
    page.wait("document.querySelectorAll('.bubble').length === 2")

    page.press("What to do with this message", within=".theirs")
    page.press("React 👍", within="dialog")
    page.wait("document.querySelector('.theirs .hearts')?.textContent === '👍'")
    assert _newest(sandbox, callback)["reaction"] == {"message_id": sent, "emoji": "👍"}

    page.press("What to do with this message", within=".mine")
    page.press("Edit", within="dialog")
    page.run("document.getElementById('field-words').value = 'Buenas'")
    page.press("Save", within="dialog")
    page.wait("document.querySelector('.mine .text').textContent === 'Buenas'")
    edit = _newest(sandbox, callback)["edit"]
    assert (edit["original_message_id"], edit["message"]["text"]["body"]) == (first, "Buenas")

    page.press("What to do with this message", within=".mine")
    page.press("Delete for everybody", within="dialog")
    page.wait("document.querySelector('.mine .muted')?.textContent === 'This message was deleted'")
    assert _newest(sandbox, callback)["revoke"]["original_message_id"] == first


def test_a_person_blocks_opts_out_and_changes_number_and_username(
    page: Page, sandbox: Sandbox, callback: Callback
) -> None:
    page.press("This person")
    page.press("Block this business", within="dialog")
    page.wait("document.getElementById('banner').textContent.includes('blocked')")
    page.press("This person")
    page.press("Stop marketing messages", within="dialog")
    page.wait("state.phone.person.stopped_marketing")
    page.press("This person")
    page.press("Change the phone number", within="dialog")
    page.run("document.getElementById('field-new_wa_id').value = '+34 622 000 009'")
    page.press("Change", within="dialog")
    page.wait("state.phone.person.wa_id === '34622000009'")
    page.press("This person")
    page.press("Change the username or the name", within="dialog")
    page.run("document.getElementById('field-username').value = 'lucia.nueva'")
    page.press("Change", within="dialog")
    page.wait("state.phone.person.username === 'lucia.nueva'")
    sandbox.settle()

    assert sandbox.control("GET", "people/34622000009")["blocked_numbers"] == [NUMBER]
    assert callback.values("user_preferences")[0]["user_preferences"][0]["value"] == "stop"
    assert callback.messages()[-1]["system"]["wa_id"] == "34622000009"


def test_one_writes_to_the_business_number_that_is_chosen(
    page: Page, sandbox: Sandbox, callback: Callback
) -> None:
    page.run(
        f"{{ const one = document.getElementById('number'); one.value = '{MEXICO}';"
        " one.dispatchEvent(new Event('change')); }"
    )
    page.wait(f"state.phone.number.id === '{MEXICO}'")
    _types(page, "hola")
    page.wait("document.querySelectorAll('.mine').length === 1")
    sandbox.settle()

    assert callback.values()[-1]["metadata"]["phone_number_id"] == MEXICO
