"""Nothing anybody must not read comes out of the log, whichever way it went in."""

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from uuid import UUID

import msgspec
import pytest
import structlog

from curbe.infra import log
from curbe.infra.crypto import Secret, random_token

TOKEN = "EAAGcanaryTOKEN0123456789abcdefXYZ"
CANARY = "canary"
PHONE = "+34612345495"


class Message(msgspec.Struct):
    text: str


@pytest.fixture(params=["json", "console"])
def out(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    log.configure("debug", format=request.param, stream=stream)
    yield stream
    logging.captureWarnings(capture=False)
    logging.getLogger("uvicorn.access").disabled = False
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    root.handlers[:] = before
    root.setLevel(level)


FIELDS = {
    "access_token": TOKEN,
    "authorization": f"Basic {CANARY}",
    "Set-Cookie": f"session={CANARY}",
    "X-Hub-Signature-256": f"sha256={CANARY}",
    "body": f"hello {CANARY}",
    "text": f"hello {CANARY}",
    "message_text": f"hello {CANARY}",
    "payload": {"entry": CANARY},
    "meta_app_secret": CANARY,
    "anything": Secret(CANARY),
    "nested": {"deep": [{"token": CANARY}, Secret(CANARY), Message(text=CANARY)]},
    "struct": Message(text=CANARY),
    "raw_bytes": CANARY.encode(),
    "failure": ValueError(f"first line\nDETAIL:  Failing row contains ({CANARY})."),
    "url": f"https://graph.facebook.com/me?access_token={CANARY}&a=b",
    "dsn": f"postgresql://curbe:{CANARY}@db/curbe",
    "header": f"Bearer {CANARY}",
}


@pytest.mark.parametrize("name", FIELDS)
def test_no_field_shows_a_secret_or_a_message(out: io.StringIO, name: str) -> None:
    structlog.get_logger("t").info("it_happened", **{name: FIELDS[name]})

    assert "it_happened" in out.getvalue()
    assert CANARY not in out.getvalue()


SENTENCES = [
    f"asked with Authorization: Bearer {CANARY}.{CANARY}",
    f"asked with bearer {CANARY}",
    f"the token {TOKEN} was refused",
    f"GET /webhooks?hub.verify_token={CANARY}&hub.challenge=1",
    f"connecting to postgresql://curbe:{CANARY}@db/curbe",
    f'sent {{"access_token": "{CANARY}"}}',
]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_no_sentence_of_ours_or_of_a_library_shows_a_secret(out: io.StringIO, sentence: str) -> None:
    structlog.get_logger("t").warning(sentence)
    logging.getLogger("asyncpg").warning("it says: %s", sentence)
    logging.getLogger("uvicorn.error").error(sentence)

    assert len(out.getvalue().splitlines()) == 3
    assert CANARY not in out.getvalue()


def fail(sentence: str) -> None:
    raise ValueError(sentence)


def fail_with_several(sentence: str) -> None:
    try:
        fail(sentence)
    except ValueError as inner:
        raise ExceptionGroup("two", [RuntimeError(sentence), OSError(sentence)]) from inner


@pytest.mark.parametrize("sentence", SENTENCES)
def test_no_traceback_shows_a_secret(out: io.StringIO, sentence: str) -> None:
    try:
        fail_with_several(sentence)
    except ExceptionGroup:
        structlog.get_logger("t").exception("it_failed")
        logging.getLogger("asyncio").exception("it failed")

    assert CANARY not in out.getvalue()
    for name in ("ValueError: ", "RuntimeError: ", "OSError: ", "test_log.py"):
        assert out.getvalue().count(name) >= 2


def test_a_refused_row_stays_out_of_the_traceback(out: io.StringIO) -> None:
    try:
        fail(f"violates constraint\nDETAIL:  Failing row contains (1, {CANARY}).")
    except ValueError:
        structlog.get_logger("t").exception("it_failed")

    assert "violates constraint" in out.getvalue()
    assert CANARY not in out.getvalue()


def test_our_own_api_keys_are_recognised(out: io.StringIO) -> None:
    key = random_token("curbe_").reveal()

    structlog.get_logger("t").info(f"key {key} was used", by=key)

    assert key[6:20] not in out.getvalue()


@pytest.mark.parametrize("name", ["to", "phone", "wa_id", "e164"])
def test_a_phone_number_shows_only_its_ends(out: io.StringIO, name: str) -> None:
    structlog.get_logger("t").info(f"wrote to {PHONE}", **{name: PHONE})
    structlog.get_logger("t").info("again", **{name: PHONE[1:]})

    assert "+34...495" in out.getvalue()
    assert "...495" in out.getvalue().splitlines()[1]
    assert "612345" not in out.getvalue()


def test_a_line_carries_who_and_what_and_no_longer_than_meant(out: io.StringIO) -> None:
    tenant = UUID("018f0000-0000-7000-8000-000000000001")

    with log.bound(request_id="r-1", tenant_id=tenant):
        log.bind(phone_number_id="106540352242922")
        structlog.get_logger("t").info("inside")
        logging.getLogger("library").info("inside")
    structlog.contextvars.clear_contextvars()
    structlog.get_logger("t").info("outside")

    first, second, third = out.getvalue().splitlines()
    for line in (first, second):
        assert "r-1" in line
        assert str(tenant) in line
        assert "106540352242922" in line
    assert "r-1" not in third


def test_a_value_with_a_line_break_does_not_make_a_second_line(out: io.StringIO) -> None:
    structlog.get_logger("t").info("named\nlevel=critical forged", contact="a\nb\x1b[31m")

    assert len(out.getvalue().splitlines()) == 1
    assert "\x1b[31m" not in out.getvalue()


def test_the_servers_own_access_lines_are_off(out: io.StringIO) -> None:
    logging.getLogger("uvicorn.access").info("GET /webhooks?hub.verify_token=%s", CANARY)

    assert out.getvalue() == ""


def test_a_line_that_cannot_be_written_is_told_without_its_arguments() -> None:
    program = f"""
import logging
from curbe.infra import log
log.configure("info", format="json")
logging.getLogger("library").warning("%d pieces", "{CANARY}")
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert run.stderr == "a log line of library could not be written: TypeError\n"


def test_a_process_logs_json_to_stderr_from_the_level_on() -> None:
    program = """
import logging, warnings, structlog
from curbe.infra import log
logger = structlog.get_logger("early")
log.configure("info", format="json")
logger.debug("not_shown")
logger.info("shown", count=3)
logging.getLogger("library").debug("not shown")
logging.getLogger("library").error("shown too")
warnings.warn("a warning")
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    lines = [json.loads(line) for line in run.stderr.splitlines()]
    assert run.stdout == ""
    assert [line["level"] for line in lines] == ["info", "error", "warning"]
    assert lines[0]["event"] == "shown"
    assert lines[0]["count"] == 3
    assert lines[0]["logger"] == "early"
    assert lines[0]["timestamp"].endswith("Z")
