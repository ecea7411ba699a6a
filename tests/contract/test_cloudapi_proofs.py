"""That a token is used by its own app is proven to Meta, and what Meta makes of a proof harms nobody's message."""

import asyncio
import hashlib
import hmac
import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from bed.answering import graph_answering
from curbe.channels.cloudapi import samples, templates
from curbe.channels.cloudapi.media import upload_form
from curbe.channels.cloudapi.proofs import Proofs
from curbe.channels.port import Accepted
from curbe.domain.errors import GraphRefused
from curbe.domain.failures import FailureKind, SendFailure
from curbe.infra.crypto import Secret
from curbe.infra.egress_errors import NotSent
from curbe.infra.http import Response, Timeouts

pytestmark = pytest.mark.anyio

TOKEN, APP_SECRET = Secret("a-token-that-nobody-may-see"), Secret("a-secret-of-the-app")
PROOF = hmac.new(b"a-secret-of-the-app", b"a-token-that-nobody-may-see", hashlib.sha256).hexdigest()
NUMBER, WABA, TEMPLATE = "110220330440550", "220110440330660", "330440550660770"
NOW = datetime(2026, 11, 20, tzinfo=UTC)
TAKEN = (200, {"messages": [{"id": "wamid.A"}]})
DONE = (200, {"success": True})


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def refusal(message: str) -> tuple[int, object]:
    return 400, {"error": {"code": 100, "type": "GraphMethodException", "message": message}}


INVALID = refusal("Invalid appsecret_proof provided in the API argument")
LACKING = refusal("API calls from the server require an appsecret_proof argument")


async def test_every_call_with_a_customers_token_carries_the_proof_of_our_app() -> None:
    async def once() -> "object":
        yield b"x"

    page = (200, {"data": []})
    answers = [TAKEN, (200, {"id": "9"}), (200, {"id": NUMBER}), page, page, DONE, (200, {"id": "8"}), DONE]
    uploads = [(200, {"id": "upload:MTphd?sig=ARZq"}), (200, {"h": "4::aW"})]
    async with graph_answering(*answers, *uploads, app_secret=APP_SECRET) as (api, graph):
        await api.send_message(NUMBER, TOKEN, b"{}")
        form, kind = upload_form(mime_type="image/png", filename="a.png", size=1, chunks=once)
        await api.upload_media(NUMBER, TOKEN, body=form, content_type=kind)
        await api.read_number(NUMBER, TOKEN)
        await api.numbers_of(WABA, TOKEN)
        await api.templates_of(WABA, TOKEN, at=NOW)
        await api.subscribe_app(WABA, TOKEN)
        await templates.create(api, WABA, TOKEN, template={})
        await templates.delete(api, WABA, TOKEN, name="hello", template_id=TEMPLATE)
        await samples.upload(
            api, "77", TOKEN, size=1, chunks=lambda _: once(), filename="a.png", mime_type="image/png"
        )

    assert len(graph.lines()) == 10
    for line in graph.lines():
        assert line.endswith((f"?appsecret_proof={PROOF}", f"&appsecret_proof={PROOF}")), line


async def test_the_app_asks_about_a_token_with_its_own_and_needs_no_proof() -> None:
    asked = (200, {"data": {"is_valid": True, "app_id": "77"}})
    async with graph_answering(asked, app_secret=APP_SECRET) as (api, graph):
        await api.debug_token(TOKEN, "77", APP_SECRET)

    assert "appsecret_proof" not in graph.lines()[0]


async def test_a_token_that_our_secret_does_not_prove_sends_without_as_it_always_did() -> None:
    async with graph_answering(INVALID, TAKEN, TAKEN, app_secret=APP_SECRET) as (api, graph):
        first = await api.send_message(NUMBER, TOKEN, b"{}")
        second = await api.send_message(NUMBER, TOKEN, b"{}")

    assert (first, second) == (Accepted("wamid.A"), Accepted("wamid.A"))
    assert ["appsecret_proof" in line for line in graph.lines()] == [True, False, False]


async def test_a_message_that_meta_refuses_for_want_of_the_right_secret_is_not_failed_for_good() -> None:
    async with graph_answering(INVALID, LACKING, LACKING, app_secret=APP_SECRET) as (api, _):
        failure = await api.send_message(NUMBER, TOKEN, b"{}")
        with pytest.raises(GraphRefused) as read:
            await api.read_number(NUMBER, TOKEN)

    assert isinstance(failure, SendFailure)
    assert failure.kind is FailureKind.CREDENTIALS
    assert "META_APP_SECRET" in failure.words
    assert "META_APP_SECRET" in read.value.fix


async def test_any_other_refusal_of_a_message_is_final_at_once() -> None:
    async with graph_answering(refusal("Invalid parameter"), app_secret=APP_SECRET) as (api, graph):
        failure = await api.send_message(NUMBER, TOKEN, b"{}")

    assert isinstance(failure, SendFailure)
    assert failure.kind is FailureKind.INVALID_REQUEST
    assert len(graph.lines()) == 1


@pytest.mark.parametrize(("total", "asked"), [(0.3, 1), (60, 2)])
async def test_asking_once_more_without_the_proof_has_only_the_time_that_is_left(
    total: float, asked: int
) -> None:
    patience = Timeouts(connect=timedelta(seconds=0.2), total=timedelta(seconds=total))
    given: list[timedelta] = []

    async def slowly(_: str, within: Timeouts) -> Response:
        given.append(within.total)
        await asyncio.sleep(0.15)
        status, answer = INVALID
        return Response(status, {}, json.dumps(answer).encode())

    with suppress(NotSent):
        await Proofs(APP_SECRET).ask("POST", "https://meta.example/", TOKEN, send=slowly, timeouts=patience)

    assert len(given) == asked
    assert all(one <= patience.total - timedelta(seconds=0.15) for one in given[1:])
