"""What others send to Meta, and what Meta answers them, is read and written without loss.

The requests: those of the sample corpus, and the examples in Meta's own OpenAPI file. Each is read as our API reads it and built again.
The answers and errors: each is given to the client, or stands here with why Curbe never meets it.
"""

import json
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bed.answering import graph_answering
from bed.specification import SPECIFICATION, specified
from curbe.channels.cloudapi.answers import MediaNode
from curbe.channels.cloudapi.build import message_body
from curbe.channels.cloudapi.media import upload_form
from curbe.channels.port import Accepted
from curbe.domain.content import decoded
from curbe.domain.errors import AppError
from curbe.domain.failures import FailureKind, SendFailure
from curbe.domain.messages import Recipient
from curbe.infra.crypto import Secret

pytestmark = pytest.mark.anyio

SHARED = Path(__file__).parents[3] / "shared/corpus"
API = SHARED / "api"
if not API.exists():
    pytest.skip("the samples lie beside the checkout, and are not there", allow_module_level=True)

Json = dict[str, Any]
TOKEN = Secret("a-token-that-nobody-may-see")
NUMBER = "110220330440550"
ANA = Recipient(e164="+16505550142")
REQUESTS = {
    path.stem: path
    for path in sorted((API / "requests_messages").glob("*/*.json"))
    if path.parent.name != "mark_read"
}
ANSWERS = sorted(
    str(path.relative_to(API))
    for folder in ("responses", "errors")
    for path in (API / folder).rglob("*.json")
)
# What Curbe does not ask Meta for, so that it never meets these answers.
NEVER_ASKED = {
    "responses/list_about_messaging_product/netflie__WhatsAppCloudApiTest.php_002.json": "the business profile",
    "responses/list_id_is_cart_enabled_is_catalog_visible/bindambc__commerceSettings.json": "the settings of the shop",
    "responses/short/bindambc__expectedMessage18.json": "a request, for the number's PIN; registering is the customer's",
    "responses/short/bindambc__template.json": "a template made or changed: managing them comes later",
}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def examples() -> Iterator[tuple[str, Json]]:
    """The requests in Meta's OpenAPI file."""
    if SPECIFICATION.exists():
        posted = specified("paths", "/{Version}/{Phone-Number-ID}/messages")["post"]["requestBody"]
        for name, example in posted["content"]["application/json"]["examples"].items():
            yield name, example["value"]


EXAMPLES = dict(examples())
# Why these are no messages of ours.
NOT_OURS = {
    "Send Order Details Message": "payments are out of scope",
    "Send Order Status Message": "payments are out of scope",
    "Send typing indicator and read receipt": "no message: see below",
    "Send Sample Issue Resolution Template": "an old shape: a quick reply takes a payload, and true is no text",
}
# What the examples hold in the place of a value -> a value.
FILLED_IN = {
    re.compile(r"^<?http\(s\)://.*"): "https://files.example/x",
    re.compile(r"^language-and-locale-code$"): "en_US",
    re.compile(r"^(<TEMPLATE_NAME>|template-name)$"): "template_name",
    re.compile(r"^<HEADER_TYPE>$"): "text",
    re.compile(r"^(Not shown in draft mode|<SECTION_\d_ROW_\d_DESC>|<.{25,}>)$"): "Some words",
}


def filled_in(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: filled_in(each) for name, each in value.items()}
    if isinstance(value, list):
        return [filled_in(each) for each in value]
    return next(
        (word for mark, word in FILLED_IN.items() if isinstance(value, str) and mark.search(value)), value
    )


def content_in(body: Json) -> Json:
    kind = body.get("type") or next(name for name in ("interactive", "text") if name in body)
    return {"type": kind, kind: body[kind]}


def plain(value: Any, name: str = "") -> Any:
    """One of the ways in which the same is written: what the samples differ in, and what we add."""
    if isinstance(value, dict):
        return {key: plain(each, key) for key, each in value.items() if key != "policy" and each != []}
    if isinstance(value, list):
        return [plain(each) for each in value]
    if name in ("latitude", "longitude"):
        return float(value)
    if name in ("index", "flow_message_version"):
        return str(value)
    if name == "sub_type" or (name == "type" and value in ("BUTTON", "LIST")):
        return value.lower()
    return value


def built_again(content: Json) -> Json:
    body = json.loads(message_body(decoded(json.dumps(content)), to=ANA))
    assert {name: body.pop(name) for name in ("messaging_product", "recipient_type", "to")} == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+16505550142",
    }
    return body


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_of_the_corpus_is_read_and_built_again_without_loss(name: str) -> None:
    sample = json.loads(REQUESTS[name].read_text())
    content = content_in(sample)
    if content["type"] == "interactive":
        content["interactive"]["type"] = content["interactive"]["type"].lower()  # Meta's page says lower case
    if content["type"] == "location":
        content = plain(content)  # and numbers

    assert plain(built_again(content)) == plain(content)


@pytest.mark.parametrize("name", sorted(EXAMPLES.keys() - NOT_OURS.keys()))
def test_an_example_of_metas_own_is_read_and_built_again_without_loss(name: str) -> None:
    content = filled_in(content_in(EXAMPLES[name]))

    assert plain(built_again(content)) == plain(content)


async def test_reading_is_told_as_the_sample_tells_it() -> None:
    [sample] = [json.loads(path.read_text()) for path in (API / "requests_messages/mark_read").glob("*.json")]
    async with graph_answering((200, {"success": True})) as (api, graph):
        await api.mark_read(NUMBER, TOKEN, provider_message_id=sample["message_id"], typing=False)

    assert json.loads(graph.requests[0][1]) == sample


@pytest.mark.skipif(not EXAMPLES, reason="Meta's OpenAPI file lies beside the checkout, and is not there")
async def test_writing_is_told_as_metas_example_tells_it() -> None:
    example = EXAMPLES["Send typing indicator and read receipt"]
    async with graph_answering((200, {"success": True})) as (api, graph):
        await api.mark_read(NUMBER, TOKEN, provider_message_id=example["message_id"], typing=True)

    assert json.loads(graph.requests[0][1]) == example


@pytest.mark.parametrize("name", ANSWERS)
async def test_every_answer_of_the_corpus_is_read_or_never_met(name: str) -> None:
    sample = json.loads((API / name).read_text())
    reader = next((each for folder, each in READERS.items() if name.startswith(folder)), None)

    assert (reader is None) == (name in NEVER_ASKED)
    if reader is not None:
        await reader(sample)


async def _taken(sample: Json) -> None:
    async with graph_answering((200, sample)) as (api, _):
        answer = await api.send_message(NUMBER, TOKEN, b"{}")
    assert answer == Accepted(sample["messages"][0]["id"], wa_id=sample["contacts"][0]["wa_id"].strip())


async def _numbers(sample: Json) -> None:
    async with graph_answering((200, sample)) as (api, _):
        found = await api.numbers_of("1", TOKEN)
    for number, told in zip(found, sample["data"], strict=True):
        assert {name: getattr(number, name) for name in told} == told


async def _number(sample: Json) -> None:
    async with graph_answering((200, sample)) as (api, _):
        number = await api.read_number(sample["id"], TOKEN)
    told = {**sample, "throughput_level": sample.pop("throughput", {}).get("level")}
    told.pop("throughput", None)
    assert {name: getattr(number, name) for name in told} == told


async def _media(sample: Json) -> None:
    async with graph_answering((200, sample)) as (api, _):
        found = await api.read_media(sample["id"], TOKEN, phone_number_id=NUMBER)
    assert found == MediaNode(
        **{name: value for name, value in sample.items() if name != "messaging_product"}
    )


async def _templates(sample: Json) -> None:
    pages = [(200, sample), (200, {"data": []})]
    async with graph_answering(*pages) as (api, _):
        found = await api.templates_of("1", TOKEN, at=datetime(2026, 11, 20, tzinfo=UTC))
    for template, told in zip(found, sample["data"], strict=True):
        assert (template.template_id, template.name, template.language) == (
            told["id"],
            told["name"],
            told["language"],
        )
        assert template.status is not None
        assert (template.status.status, template.category) == (told["status"], told["category"])
        assert json.loads(template.components or "") == told["components"]


async def _uploaded(sample: Json) -> None:
    form, kind = upload_form(mime_type="image/png", filename="a.png", size=1, chunks=_one_byte)
    async with graph_answering((200, sample)) as (api, _):
        assert await api.upload_media(NUMBER, TOKEN, body=form, content_type=kind) == sample["id"]


async def _one_byte() -> AsyncIterator[bytes]:
    yield b"x"


async def _refused(sample: Json) -> None:
    told = sample["error"]
    async with graph_answering((400, sample), (400, sample)) as (api, _):
        sending = await api.send_message(NUMBER, TOKEN, b"{}")
        with pytest.raises(AppError) as reading:
            await api.read_number(NUMBER, TOKEN)
    assert isinstance(sending, SendFailure)
    assert (sending.code, sending.kind) == (told["code"], REFUSED_AS[told["code"]])
    assert told["message"] in sending.sentence
    assert told.get("error_user_msg", "") in sending.sentence
    assert reading.value.code in {"graph_refused", "token_refused", "number_not_readable"}
    assert told["message"] in reading.value.detail


REFUSED_AS = {
    100: FailureKind.CREDENTIALS,  # with its subcode 33: the number is gone, or out of reach
    190: FailureKind.CREDENTIALS,
    136024: FailureKind.INVALID_REQUEST,
    136025: FailureKind.INVALID_REQUEST,
}
READERS = {
    "responses/messages": _taken,
    "responses/list_code_verification": _numbers,
    "responses/misc/bindambc__phone": _number,
    "responses/misc/bindambc__media": _media,
    "responses/list_category": _templates,
    "responses/short/bindambc__uploadResponse": _uploaded,
    "errors": _refused,
}
