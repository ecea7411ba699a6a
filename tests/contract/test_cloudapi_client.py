"""What Curbe asks the Graph API for, and what it makes of the answers, over real sockets."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from bed.answering import graph_answering
from curbe.channels.cloudapi.answers import GrantedScope, Number, Subscription, TokenInfo
from curbe.channels.cloudapi.build import message_body
from curbe.channels.cloudapi.client import CloudApi
from curbe.channels.cloudapi.media import upload_form
from curbe.channels.port import Accepted
from curbe.domain.content import TextBody, TextMessage
from curbe.domain.errors import (
    AppError,
    Conflict,
    GraphRefused,
    GraphUnreachable,
    InvalidRequest,
    MissingPermission,
    NumberForeign,
    TokenRefused,
    TooManyRequests,
)
from curbe.domain.failures import FailureKind, SendFailure
from curbe.domain.messages import Recipient
from curbe.infra.crypto import Secret
from curbe.infra.egress_errors import ForbiddenAddress
from curbe.infra.http import Egress

pytestmark = pytest.mark.anyio

TOKEN = Secret("a-token-that-nobody-may-see")
BODY = message_body(TextMessage(text=TextBody(body="Hello")), to=Recipient(e164="+16505550142"))
NUMBER = "110220330440550"
WABA = "220110440330660"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def error(code: int, message: str = "No", **more: object) -> dict:
    return {"error": {"code": code, "message": message, "type": "OAuthException", **more}}


async def test_a_message_that_meta_takes_is_accepted_under_metas_name() -> None:
    taken = {
        "messaging_product": "whatsapp",
        "contacts": [{"input": "+16505550142", "wa_id": "16505550142 "}],
        "messages": [{"id": "wamid.A", "message_status": "accepted"}],
    }
    async with graph_answering((200, taken)) as (api, graph):
        answer = await api.send_message(NUMBER, TOKEN, BODY)

    assert answer == Accepted("wamid.A", wa_id="16505550142", message_status="accepted")
    head, body = graph.requests[0]
    assert head.startswith(f"POST /v25.0/{NUMBER}/messages HTTP/1.1\r\n")
    assert "Authorization: Bearer a-token-that-nobody-may-see\r\n" in head
    assert "Content-Type: application/json\r\n" in head
    assert body == BODY


async def test_a_message_to_somebody_without_a_number_is_accepted_too() -> None:
    taken = {"contacts": [{"input": "US.1", "user_id": "US.1"}], "messages": [{"id": "wamid.A"}]}
    async with graph_answering((200, taken)) as (api, _):
        assert await api.send_message(NUMBER, TOKEN, BODY) == Accepted("wamid.A", bsuid="US.1")


@pytest.mark.parametrize(
    ("status", "answer", "kind"),
    [
        (400, error(131047), FailureKind.WINDOW_CLOSED),
        (401, error(190), FailureKind.CREDENTIALS),
        (503, error(2), FailureKind.AMBIGUOUS),
        (502, b"<html>", FailureKind.AMBIGUOUS),
        (200, {}, FailureKind.AMBIGUOUS),
        (200, {"messages": []}, FailureKind.AMBIGUOUS),
        (200, {"messages": [{"id": ""}]}, FailureKind.AMBIGUOUS),
        (200, b'{"messages":[{"id":"wamid', FailureKind.AMBIGUOUS),
        (200, b"[" * 100_000, FailureKind.AMBIGUOUS),
        (302, {"messages": [{"id": "wamid.A"}]}, FailureKind.AMBIGUOUS),
    ],
)
async def test_anything_but_a_named_message_is_a_failure_of_its_kind(
    status: int, answer: object, kind: FailureKind
) -> None:
    async with graph_answering((status, answer)) as (api, graph):
        failure = await api.send_message(NUMBER, TOKEN, BODY)

    assert isinstance(failure, SendFailure)
    assert failure.kind is kind
    assert len(graph.requests) == 1


async def test_a_connection_that_breaks_after_the_request_leaves_the_message_open() -> None:
    async with graph_answering() as (api, graph):
        failure = await api.send_message(NUMBER, TOKEN, BODY)

    assert isinstance(failure, SendFailure)
    assert (failure.kind, failure.code) == (FailureKind.AMBIGUOUS, None)
    assert len(graph.requests) == 1


async def test_a_server_that_is_not_there_took_nothing() -> None:
    async with graph_answering() as (_, graph):
        pass
    async with Egress(trusted=[graph.base]) as egress:
        failure = await CloudApi(egress, base_url=graph.base, version="v25.0").send_message(
            NUMBER, TOKEN, BODY
        )

    assert isinstance(failure, SendFailure)
    assert (failure.kind, failure.code) == (FailureKind.UNREACHABLE, None)


async def test_a_base_address_that_is_not_trusted_is_a_mistake_in_the_wiring() -> None:
    async with Egress(trusted=["https://graph.facebook.com"]) as egress:
        api = CloudApi(egress, base_url="http://127.0.0.1:1", version="v25.0")
        with pytest.raises(ForbiddenAddress):
            await api.send_message(NUMBER, TOKEN, BODY)
        with pytest.raises(ForbiddenAddress):
            await api.numbers_of(WABA, TOKEN)


@pytest.mark.parametrize(
    "said", ["Malformed access token a-token-that-nobody-may-see", "Bad EAAabcdefghijklmnopq"]
)
async def test_a_token_that_meta_quotes_is_not_kept(said: str) -> None:
    answer = (401, error(190, said))
    async with graph_answering(answer, answer) as (api, _):
        failure = await api.send_message(NUMBER, TOKEN, BODY)
        with pytest.raises(TokenRefused) as refusal:
            await api.numbers_of(WABA, TOKEN)

    assert isinstance(failure, SendFailure)
    for words in (failure.detail, failure.sentence, refusal.value.detail):
        assert "***" in words
        assert "nobody-may-see" not in words
        assert "EAA" not in words


async def test_a_number_is_read_with_what_its_pace_and_its_health_need() -> None:
    node = {
        "id": NUMBER,
        "display_phone_number": "+1 555-010-0100",
        "verified_name": "Harbour Lamps",
        "quality_rating": "GREEN",
        "throughput": {"level": "HIGH"},
        "status": "CONNECTED",
        "is_on_biz_app": False,
        "whatsapp_business_manager_messaging_limit": "TIER_2K",
        "something_new": {"x": 1},
    }
    async with graph_answering((200, node)) as (api, graph):
        number = await api.read_number(NUMBER, TOKEN)

    assert number == Number(
        id=NUMBER,
        display_phone_number="+1 555-010-0100",
        verified_name="Harbour Lamps",
        quality_rating="GREEN",
        throughput_level="HIGH",
        status="CONNECTED",
        is_on_biz_app=False,
        messaging_limit="TIER_2K",
    )
    asked = parse_qs(urlsplit(graph.lines()[0].split()[1]).query)["fields"][0].split(",")
    assert {"throughput", "quality_rating", "status", "is_on_biz_app"} <= set(asked)


async def test_all_numbers_of_a_waba_are_read_over_all_pages() -> None:
    pages = [
        {
            "data": [{"id": "1"}, {"id": "2"}],
            "paging": {"cursors": {"after": "c=1&x"}, "next": "https://g/n"},
        },
        {"data": [{"id": "3"}], "paging": {"cursors": {"before": "b", "after": "c2"}}},
    ]
    async with graph_answering(*((200, page) for page in pages)) as (api, graph):
        numbers = await api.numbers_of(WABA, TOKEN)

    assert [number.id for number in numbers] == ["1", "2", "3"]
    second = parse_qs(urlsplit(graph.lines()[1].split()[1]).query)
    assert second["after"] == ["c=1&x"]


async def test_a_list_of_numbers_without_an_end_is_given_up() -> None:
    page = {"data": [], "paging": {"cursors": {"after": "same"}, "next": "https://g/n"}}
    async with graph_answering(*[(200, page)] * 150) as (api, graph):
        with pytest.raises(GraphRefused, match="no end"):
            await api.numbers_of(WABA, TOKEN)

    assert len(graph.requests) == 100


async def test_a_token_is_described_by_its_app() -> None:
    data = {
        "app_id": "77",
        "type": "SYSTEM_USER",
        "is_valid": True,
        "expires_at": 1789000000,
        "data_access_expires_at": 0,
        "scopes": ["whatsapp_business_messaging"],
        "granular_scopes": [{"scope": "whatsapp_business_messaging", "target_ids": [WABA]}, {"scope": "x"}],
    }
    async with graph_answering((200, {"data": data})) as (api, graph):
        token = await api.debug_token(TOKEN, "77", Secret("app secret"))

    assert token == TokenInfo(
        is_valid=True,
        app_id="77",
        type="SYSTEM_USER",
        expires_at=datetime(2026, 9, 10, 0, 26, 40, tzinfo=UTC),
        scopes=("whatsapp_business_messaging",),
        granular_scopes=(GrantedScope("whatsapp_business_messaging", (WABA,)), GrantedScope("x")),
    )
    asked = parse_qs(urlsplit(graph.lines()[0].split()[1]).query)
    assert asked == {"input_token": [TOKEN.reveal()], "access_token": ["77|app secret"]}
    assert "authorization" not in graph.requests[0][0].lower()


async def test_a_token_that_is_not_valid_is_an_answer() -> None:
    data = {"error": {"code": 190, "message": "Invalid OAuth access token."}, "is_valid": False, "scopes": []}
    async with graph_answering((200, {"data": data})) as (api, _):
        token = await api.debug_token(TOKEN, "77", Secret("app secret"))

    assert (token.is_valid, token.app_id, token.error) == (False, None, "Invalid OAuth access token.")


async def test_wrong_credentials_of_the_app_are_not_blamed_on_the_token() -> None:
    async with graph_answering((401, error(190))) as (api, _):
        with pytest.raises(GraphRefused) as refusal:
            await api.debug_token(TOKEN, "77", Secret("wrong"))

    assert "META_APP_SECRET" in refusal.value.fix


async def test_an_app_is_subscribed_and_that_can_be_seen() -> None:
    one = {"whatsapp_business_api_data": {"id": "77", "name": "Ours"}}
    led = {"whatsapp_business_api_data": {"id": "79"}, "override_callback_uri": "https://theirs.example/hook"}
    listed = {"data": [one, led, {"odd": 1}]}
    async with graph_answering((200, {"success": True}), *[(200, listed)] * 3) as (api, graph):
        await api.subscribe_app(WABA, TOKEN)
        found = [await api.subscription_of(WABA, TOKEN, app_id=app_id) for app_id in ("77", "78", "79")]

    assert found == [Subscription(None), None, Subscription("https://theirs.example/hook")]
    assert graph.lines()[0] == f"POST /v25.0/{WABA}/subscribed_apps"


async def test_a_subscription_without_success_is_none() -> None:
    async with graph_answering((200, {"success": False})) as (api, _):
        with pytest.raises(GraphRefused):
            await api.subscribe_app(WABA, TOKEN)


@pytest.mark.parametrize(
    ("status", "answer", "refusal"),
    [
        (401, error(190), TokenRefused),
        (400, error(190), TokenRefused),
        (401, error(0), TokenRefused),
        (403, error(10), MissingPermission),
        (403, error(200), MissingPermission),
        (500, error(3), MissingPermission),
        (400, error(100, error_subcode=33), NumberForeign),
        (400, error(33), NumberForeign),
        (400, error(100, error_subcode=2388024), Conflict),
        (400, error(100, error_subcode=2388019), GraphRefused),
        (400, error(80007), TooManyRequests),
        (429, b"", TooManyRequests),
        (429, error(2), TooManyRequests),
        (503, error(2), GraphUnreachable),
        (400, error(1), GraphUnreachable),
        (500, error(424242), GraphUnreachable),
        (500, b"oops", GraphUnreachable),
        (404, b"<html>", GraphUnreachable),
        (200, b"<html>", GraphUnreachable),
        (200, {"no": "id"}, GraphUnreachable),
        (302, b"", GraphUnreachable),
        (400, error(100), GraphRefused),
        (400, error(424242), GraphRefused),
    ],
)
async def test_a_call_that_reads_raises_what_its_caller_can_act_on(
    status: int, answer: object, refusal: type[AppError]
) -> None:
    async with graph_answering((status, answer)) as (api, graph):
        with pytest.raises(AppError) as raised:
            await api.read_number(NUMBER, TOKEN)

    assert type(raised.value) is refusal
    assert raised.value.detail
    assert raised.value.fix or refusal is GraphRefused
    assert len(graph.requests) == 1


async def test_a_call_that_reads_says_when_meta_is_not_there() -> None:
    async with graph_answering() as (api, _):
        with pytest.raises(GraphUnreachable):
            await api.read_number(NUMBER, TOKEN)


@pytest.mark.parametrize(
    "identifier", ["", "..", "1/2", "1?fields=x", "1#", "%2e", "1 2", "1\r\n", "é", "1" * 65]
)
async def test_an_id_that_would_change_the_question_is_refused(identifier: str) -> None:
    async with graph_answering() as (api, graph):
        for ask in (api.read_number, api.numbers_of, api.subscribe_app):
            with pytest.raises(InvalidRequest):
                await ask(identifier, TOKEN)
        with pytest.raises(InvalidRequest):
            await api.send_message(identifier, TOKEN, BODY)

    assert graph.requests == []


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (502, b"<html>"),
        (500, error(131000)),
        (500, error(1)),
        (503, error(2)),
        (408, error(999)),
        (302, b""),
        (200, b'{"id":'),
    ],
)
async def test_a_file_that_meta_did_not_clearly_take_or_refuse_may_be_handed_over_again(
    status: int, answer: object
) -> None:
    """Nothing was sent to anybody: whoever asks for it again sends nothing twice."""
    form, kind = upload_form(mime_type="image/png", filename="a.png", size=1, chunks=one_byte)
    async with graph_answering((status, answer)) as (api, _):
        failure = await api.upload_media(NUMBER, TOKEN, body=form, content_type=kind)

    assert isinstance(failure, SendFailure)
    assert (failure.kind, failure.code) == (FailureKind.UNREACHABLE, None), "no clear answer, no try used up"
    assert "not certain" not in failure.words


async def test_a_file_that_meta_refuses_is_refused() -> None:
    form, kind = upload_form(mime_type="image/png", filename="a.png", size=1, chunks=one_byte)
    async with graph_answering((400, error(131053))) as (api, _):
        failure = await api.upload_media(NUMBER, TOKEN, body=form, content_type=kind)

    assert isinstance(failure, SendFailure)
    assert (failure.kind, failure.code) == (FailureKind.INVALID_REQUEST, 131053)


async def one_byte() -> AsyncIterator[bytes]:
    yield b"x"


async def test_templates_too_long_for_one_answer_are_read_fewer_at_a_time() -> None:
    def listed(first: int, count: int, **paging: object) -> dict[str, object]:
        rows = [{"id": str(first + n), "name": f"t{first + n}", "status": "APPROVED"} for n in range(count)]
        return {"data": rows, "paging": paging}

    more = {"cursors": {"after": "c"}, "next": "https://graph.facebook.com/next"}
    too_large = b"x" * (3 * 1024 * 1024)
    answers = [(200, too_large), (200, too_large), (200, listed(0, 25, **more)), (200, listed(25, 3))]
    async with graph_answering(*answers) as (api, graph):
        templates = await api.templates_of(WABA, TOKEN, at=datetime(2026, 11, 28, tzinfo=UTC))

    assert [one.template_id for one in templates] == [str(n) for n in range(28)]
    limits = [parse_qs(urlsplit(line.split(" ")[1]).query)["limit"] for line in graph.lines()]
    assert limits == [["100"], ["50"], ["25"], ["25"]]


async def test_a_single_template_too_long_for_an_answer_is_told_of() -> None:
    async with graph_answering(*[(200, b"x" * (3 * 1024 * 1024))] * 7) as (api, graph):
        with pytest.raises(GraphUnreachable):
            await api.templates_of(WABA, TOKEN, at=datetime(2026, 11, 28, tzinfo=UTC))

    assert "limit=1&" in graph.lines()[-1] + "&"
