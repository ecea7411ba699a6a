"""Every refusal of the API has one shape, every answer an id; what cannot be stored is refused."""

import asyncio
import contextlib
import io
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

import msgspec
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar, Response, get, post
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody, QueryParameter
from litestar.testing import TestClient

from curbe.domain.errors import (
    AppError,
    Forbidden,
    InvalidRequest,
    NotFound,
    TooManyRequests,
    Unauthorized,
    WindowClosed,
    every_refusal,
)
from curbe.infra import log, pages, problems, web
from curbe.infra.crypto import Secret
from curbe.infra.edge import Edge, security_headers
from curbe.infra.metrics import Metrics

ROOT = Path(__file__).parents[2]


class DatabaseAway(Exception):
    """Stands for a fault that passes."""


class NewTenant(msgspec.Struct, forbid_unknown_fields=True):
    name: Annotated[str, msgspec.Meta(min_length=1)]
    access_token: Secret | None = None
    numbers: list[int] = []
    country: str | None = None


class Shown(msgspec.Struct):
    id: UUID


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Circle(msgspec.Struct, tag_field="shape", tag="circle"):
    colours: list[Colour] = []


class Square(msgspec.Struct, tag_field="shape", tag="square"):
    inner: Circle | None = None
    line: Literal["thin", "thick"] = "thin"


@post("/paint")
async def paint(
    data: JSONBody[Circle | Square],
    colour: FromQuery[Colour | None] = None,
    key: Annotated[str | None, HeaderParameter(name="Idempotency-Key", max_length=5)] = None,
) -> None: ...


@post("/tenants/{tenant_id:uuid}", responses=web.refusals(NotFound, WindowClosed, Unauthorized))
async def create(tenant_id: FromPath[UUID], data: JSONBody[NewTenant]) -> dict[str, str]:
    return {
        "tenant": str(tenant_id),
        "name": data.name,
        "last4": data.access_token.last4() if data.access_token else "",
    }


Limit = Annotated[int, QueryParameter(ge=1, le=200)]


@get("/list")
async def list_(
    limit: Limit = 50, q: FromQuery[str] = "", t: FromQuery[list[str] | None] = None
) -> pages.Page[Shown]:
    return pages.Page(items=[], next_cursor=f"{limit}{q}{''.join(t or ())}")


@get("/chosen")
async def chosen(wanted: Annotated[Colour | None, QueryParameter(name="state")] = None) -> None: ...


@get("/closed")
async def closed() -> None:
    raise WindowClosed(
        "The person last wrote on 1 May.",
        fix="Use a template.",
        extra={"window_closed_at": "2026-05-02", "code": "x"},
    )


@get("/slow-down")
async def slow_down() -> None:
    raise TooManyRequests("Ten a second.", retry_after=timedelta(seconds=7.4))


@get("/who")
async def who() -> None:
    raise Unauthorized("No key.")


@get("/bug")
async def bug() -> None:
    raise RuntimeError("canary: the secret of the bug")


@get("/away")
async def away() -> None:
    raise DatabaseAway("canary: connection refused by 10.0.0.1")


@get("/page", media_type="text/html")
async def page() -> Response[str]:
    return Response("<p>", headers={"Content-Security-Policy": "default-src 'self'"})


METRICS = Metrics()
APP = Litestar(
    [create, list_, paint, chosen, closed, slow_down, who, bug, away, page],
    plugins=[web.Kit(passing_faults=(DatabaseAway,))],
    request_max_body_size=web.LARGEST_BODY,
)


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient[Any]]:
    edge = Edge(APP, metrics=METRICS, headers=security_headers("https://curbe.example.org"))
    with TestClient(edge, raise_server_exceptions=False) as client:
        yield client


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    told = answer.json()
    assert (answer.status_code, told["status"], told["code"]) == (status, status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert told["type"] == f"urn:curbe:problem:{code}"
    assert told["title"]
    assert told["detail"]
    assert told["request_id"] == answer.headers["x-request-id"]
    return told


def test_a_refusal_says_what_was_wrong_what_to_do_and_more(client: TestClient) -> None:
    told = problem(client.get("/closed"), 409, "window_closed")

    assert told["detail"] == "The person last wrote on 1 May."
    assert told["fix"] == "Use a template."
    assert told["window_closed_at"] == "2026-05-02"
    assert "field" not in told


def test_a_refusal_for_now_says_when_to_come_back(client: TestClient) -> None:
    answer = client.get("/slow-down")

    problem(answer, 429, "too_many_requests")
    assert answer.headers["retry-after"] == "8", "never too early"


def test_who_brings_no_key_is_told_how_to_bring_one(client: TestClient) -> None:
    answer = client.get("/who")

    problem(answer, 401, "unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("body", "field", "says"),
    [
        (b'{"name": 5}', "name", "name: expected text, got a whole number."),
        (b'{"name": ""}', "name", "name: expected text with a length of at least 1."),
        (b'{"name": "a", "country": 5}', "country", "country: expected text or null, got a whole number."),
        (b"{}", "name", "name is missing."),
        (b'{"name": "a", "surname": "b"}', "surname", "surname is not known here."),
        (
            b'{"name": "a", "numbers": [1, "b"]}',
            "numbers[1]",
            "numbers[1]: expected a whole number, got text.",
        ),
        (b'{"name": "a", "access_token": 5}', "access_token", "access_token: expected text."),
        (b'{"name": "a", "access_token": ""}', "access_token", "must not be empty"),
        (b"[]", None, "The body: expected an object, got a list."),
        (b"", None, "The request needs a JSON body."),
        (b"{bad", None, "The body is not JSON: object keys must be strings (byte 1)."),
        (b'{"name": ', None, "The body is not JSON: it ends too early."),
        (b'{"name": "\xff"}', None, "not UTF-8 at byte 10"),
        (b'{"name": "\\ud800"}', None, ""),
        (b'{"name": "a\\u0000b"}', None, "U+0000"),
        (b'{"name": "a\\\\\\u0000b"}', None, "U+0000"),
        (b'{"name": "a\0b"}', None, "U+0000"),
    ],
)
def test_a_wrong_body_is_refused_with_its_place_and_a_sentence(
    client: TestClient, body: bytes, field: str | None, says: str
) -> None:
    answer = client.post(f"/tenants/{uuid4()}", content=body, headers={"content-type": "application/json"})

    told = problem(answer, 422, "invalid_request")
    assert told.get("field") == field
    assert says in told["detail"]


@pytest.mark.parametrize(
    ("query", "body", "field", "words"),
    [
        ("", {"shape": "star"}, "shape", "circle, square"),
        ("", {"shape": "circle", "colours": ["red", "green"]}, "colours[1]", "red, blue"),
        (
            "",
            {"shape": "square", "inner": {"shape": "circle", "colours": ["green"]}},
            "inner.colours[0]",
            "red, blue",
        ),
        ("", {"shape": "square", "line": "dotted"}, "line", "thick, thin"),
        ("?colour=green", {"shape": "circle"}, "colour", "red, blue"),
    ],
)
def test_who_sends_none_of_the_words_that_a_place_takes_is_told_which_those_are(
    client: TestClient, query: str, body: dict[str, Any], field: str, words: str
) -> None:
    told = problem(client.post(f"/paint{query}", json=body), 422, "invalid_request")

    assert (told["field"], told["fix"]) == (field, f"Send one of {words}.")


def test_a_wrong_header_is_refused_by_the_name_it_was_sent_under(client: TestClient) -> None:
    answer = client.post("/paint", json={"shape": "circle"}, headers={"Idempotency-Key": "longer"})

    assert problem(answer, 422, "invalid_request")["field"] == "Idempotency-Key"


def test_a_text_that_only_spells_the_escape_is_taken(client: TestClient) -> None:
    answer = client.post(f"/tenants/{uuid4()}", json={"name": "a\\u0000b"})

    assert answer.json()["name"] == "a\\u0000b"


@pytest.mark.parametrize(
    ("path", "field"), [("/list?limit=0", "limit"), ("/list?limit=201", "limit"), ("/list?limit=x", "limit")]
)
def test_a_wrong_parameter_is_refused_by_its_name(client: TestClient, path: str, field: str) -> None:
    assert problem(client.get(path), 422, "invalid_request")["field"] == field


def test_a_wrong_parameter_is_refused_by_the_name_it_was_sent_under_and_not_by_ours(
    client: TestClient,
) -> None:
    told = problem(client.get("/chosen", params={"state": "green"}), 422, "invalid_request")

    assert (told["field"], told["fix"]) == ("state", "Send one of red, blue.")
    assert "wanted" not in told["detail"]


def test_a_parameter_that_an_address_does_not_take_is_refused_with_those_it_takes(client: TestClient) -> None:
    told = problem(client.get("/list?limitt=5&q=a&Q=b&Q=c"), 422, "invalid_request")
    of_none = problem(client.get("/who?limit=5"), 422, "invalid_request")

    assert (told["field"], told["detail"]) == ("limitt", "limitt is no parameter of this address.")
    assert told["fix"] == "Send only what it takes: limit, q, t."
    assert [error["field"] for error in told["errors"]] == ["limitt", "Q"]
    assert (of_none["field"], of_none["fix"]) == ("limit", "Leave it out: it takes none.")
    assert "errors" not in of_none


def test_a_parameter_that_is_no_list_is_there_once_or_refused_by_its_name(client: TestClient) -> None:
    told = problem(client.get("/list?q=a&limit=5&limit=6&t=a&t=b"), 422, "invalid_request")
    of_both = problem(client.get("/list?q=a&limit=5&q=a&limit=5"), 422, "invalid_request")

    assert (told["field"], told["detail"]) == ("limit", "limit is there more than once, and is no list.")
    assert [error["field"] for error in of_both["errors"]] == ["q", "limit"]
    assert client.get("/list?limit=5&q=a&t=a&t=b").status_code == 200


@pytest.mark.parametrize("path", ["/list?q=a%00b", "/list%00", "/list?q=a&%00=b"])
def test_an_address_with_nul_is_refused(client: TestClient, path: str) -> None:
    assert client.get(path).status_code in {404, 422}


@pytest.mark.parametrize("query", ["&".join("t" * 501), "q=" + "a" * 32_767], ids=["many", "long"])
def test_an_address_of_more_parameters_than_any_list_has_is_refused(client: TestClient, query: str) -> None:
    problem(client.get(f"/list?{query}"), 422, "invalid_request")
    assert client.get(f"/list?{query[:-2]}").status_code == 200, "one less"


def test_a_secret_is_read_from_the_body(client: TestClient) -> None:
    answer = client.post(f"/tenants/{uuid4()}", json={"name": "a", "access_token": "EAAtoken0123456789abcd"})

    assert answer.json()["last4"] == "abcd"


def test_what_is_not_there_and_what_is_not_an_id_look_alike(client: TestClient) -> None:
    same = {"x-request-id": "same"}

    nowhere = client.get("/nowhere", headers=same)
    no_id = client.post("/tenants/5", json={"name": "a"}, headers=same)

    problem(nowhere, 404, "not_found")
    assert nowhere.content == no_id.content


def test_a_method_that_is_not_taken_is_refused_in_the_same_shape(client: TestClient) -> None:
    refused = client.delete("/closed")

    problem(refused, 405, "method_not_allowed")
    assert set(refused.headers["allow"].split(", ")) == {"GET", "OPTIONS"}


def test_an_address_tells_every_method_that_it_takes(client: TestClient) -> None:
    allowed = client.options("/closed")

    assert (allowed.status_code, allowed.content) == (204, b"")
    assert set(allowed.headers["allow"].split(", ")) == {"GET", "OPTIONS"}
    assert client.options("/nowhere").status_code == 404


def test_a_body_over_the_limit_is_refused_whether_it_says_its_size_or_not(client: TestClient) -> None:
    body = b'{"name": "' + b"a" * web.LARGEST_BODY + b'"}'

    for content in (body, iter([body])):
        problem(client.post(f"/tenants/{uuid4()}", content=content), 413, "too_large")


def test_an_app_that_forgets_the_limit_is_not_made() -> None:
    with pytest.raises(ValueError, match="request_max_body_size"):
        Litestar([], plugins=[web.Kit()])


def test_a_bug_answers_a_constant_text(client: TestClient) -> None:
    told = problem(client.get("/bug"), 500, "internal_error")

    assert "canary" not in str(told)
    assert "request_id" in told["fix"]


def test_a_fault_that_passes_answers_come_back(client: TestClient) -> None:
    answer = client.get("/away")

    assert "canary" not in str(problem(answer, 503, "unavailable"))
    assert answer.headers["retry-after"] == "2"


def test_a_sane_request_id_is_kept_and_another_replaced(client: TestClient) -> None:
    assert client.get("/list", headers={"x-request-id": "abc-1"}).headers["x-request-id"] == "abc-1"
    for bad in ("", "a b", "a" * 65, "<script>", "é".encode("latin-1"), "-a"):
        given = client.get("/list", headers={"x-request-id": bad}).headers["x-request-id"]
        assert UUID(given).version == 7


def test_of_two_request_ids_none_is_kept() -> None:
    sent: list[Any] = []

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 204})

    async def send(message: Any) -> None:
        sent.append(message)

    edge = Edge(app, metrics=Metrics(), headers=())
    asked = [(b"x-request-id", b"one"), (b"x-request-id", b"two")]
    asyncio.run(edge({"type": "http", "method": "GET", "headers": asked}, send, send))

    ((name, given),) = sent[0]["headers"]
    assert name == b"x-request-id"
    assert UUID(given.decode()).version == 7


def test_every_answer_carries_the_security_headers_unless_its_route_has_its_own(client: TestClient) -> None:
    for path in ("/list", "/closed", "/bug", "/nowhere"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["strict-transport-security"] == "max-age=31536000"
    assert client.get("/page").headers["content-security-policy"] == "default-src 'self'"


def test_without_https_nobody_is_told_to_insist_on_it() -> None:
    assert "strict-transport-security" not in {
        name.decode() for name, _ in security_headers("http://127.0.0.1")
    }


def test_requests_are_counted_by_route_and_never_by_path(client: TestClient) -> None:
    client.post(f"/tenants/{uuid4()}", json={"name": "a"})
    client.get("/nowhere/at/all")
    client.request("BREW", "/list")

    body = METRICS.render()[0].decode()
    assert 'curbe_http_requests_total{method="POST",route="/tenants/{tenant_id}",status="201"}' in body
    assert 'curbe_http_requests_total{method="GET",route="unrouted",status="404"}' in body
    assert 'method="other"' in body
    assert "nowhere" not in body


def test_no_query_string_and_no_body_reaches_the_log(client: TestClient) -> None:
    stream = io.StringIO()
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    log.configure("debug", format="json", stream=stream)
    logging.getLogger("httpx").disabled = True  # the test's own client
    try:
        client.get("/list?q=canary&limit=x")
        client.post("/tenants/canary", json={"name": "canary"})
        client.post(f"/tenants/{uuid4()}", json={"name": 5, "access_token": "canary"})
        client.get("/bug", headers={"authorization": "Bearer canary2"})
    finally:
        logging.captureWarnings(capture=False)
        logging.getLogger("httpx").disabled = False
        structlog.reset_defaults()
        root.handlers[:] = before
        root.setLevel(level)

    written = stream.getvalue().replace("canary: the secret of the bug", "")
    assert "canary" not in written
    assert written.count('"event": "request"') == 4
    assert "RuntimeError" in written


def test_the_openapi_document_knows_the_refusals_and_never_returns_a_secret() -> None:
    document = APP.openapi_schema.to_schema()

    operation = document["paths"]["/tenants/{tenant_id}"]["post"]
    assert {"401", "404", "409"} <= set(operation["responses"])
    assert set(operation["responses"]["409"]["content"]) == {"application/problem+json"}
    assert "window_closed" in operation["responses"]["409"]["description"]
    assert document["components"]["schemas"]["Problem"]["properties"]["errors"]["type"] == "array"
    token = document["components"]["schemas"]["NewTenant"]["properties"]["access_token"]
    assert any(one.get("writeOnly") for one in token["oneOf"])


def test_the_reference_page_lists_every_refusal() -> None:
    listed = (ROOT / "docs/reference/errors.md").read_text()

    assert problems.problems_table() in listed, "regenerate it from curbe.infra.problems: problems_table()"


def test_refusals_are_defined_where_the_reference_page_finds_them() -> None:
    homes = ("domain/errors/", "infra/problems.py")
    names = "|".join(kind.__name__ for kind in (AppError, *every_refusal()))
    defining = re.compile(rf"^class \w+\((?:{names})\)", re.MULTILINE)

    source = ROOT / "src/curbe"
    elsewhere = [
        str(file.relative_to(source))
        for file in source.rglob("*.py")
        if not str(file.relative_to(source)).startswith(homes) and defining.search(file.read_text())
    ]
    assert elsewhere == []


def test_every_code_has_one_status_and_one_title() -> None:
    rows = problems.problems_table().splitlines()[2:]

    codes = [row.split("|")[1] for row in rows]
    assert len(codes) == len(set(codes))
    assert Forbidden.code in problems.problems_table()


Position = tuple[pages.Moment, UUID]


@given(st.datetimes(timezones=st.just(UTC)), st.uuids())
def test_a_cursor_gives_the_position_back(at: datetime, id_: UUID) -> None:
    cursor = pages.encode_cursor((at, id_))

    assert pages.decode_cursor(cursor, type=Position) == (at, id_)
    assert cursor.isascii()
    assert not set(cursor) & set("+/=&?# ")


NONSENSE = [
    "", "nonsense", "!!!", "ñ", "a" * 10_000,
    pages.encode_cursor(("not a time", 5)),
    pages.encode_cursor((datetime(2026, 1, 1), UUID(int=7))),  # noqa: DTZ001 - a time without its zone is the point
    pages.encode_cursor((datetime(2026, 1, 1, tzinfo=UTC),)),
    pages.encode_cursor({"a": 1}),
]  # fmt: skip


@pytest.mark.parametrize("cursor", NONSENSE)
def test_a_cursor_nobody_gave_out_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        pages.decode_cursor(cursor, type=Position)

    assert refused.value.field == "cursor"


def test_a_cursor_cannot_smuggle_nul() -> None:
    with pytest.raises(InvalidRequest):
        pages.decode_cursor(pages.encode_cursor(("a\0",)), type=tuple[str])


def test_a_cursor_cannot_smuggle_a_number_that_no_column_holds() -> None:
    assert pages.decode_cursor(pages.encode_cursor((10**18 - 1,)), type=tuple[int]) == (10**18 - 1,)
    with pytest.raises(InvalidRequest):
        pages.decode_cursor(pages.encode_cursor((2**63,)), type=tuple[int])


@given(st.text(max_size=600))
def test_no_text_breaks_the_reader_of_cursors(text: str) -> None:
    with contextlib.suppress(InvalidRequest):
        pages.decode_cursor(text, type=Position)


@pytest.mark.parametrize("total", [0, 1, 2, 3, 4, 5, 6, 7])
def test_pages_show_every_item_once(total: int) -> None:
    rows = list(range(total))
    seen: list[str] = []
    asked = 0
    after = -1
    while True:
        found = [row for row in rows if row > after][:4]
        page = pages.page_of(found, limit=3, item=str, position=lambda row: (row,))
        seen += page.items
        asked += 1
        if page.next_cursor is None:
            break
        (after,) = pages.decode_cursor(page.next_cursor, type=tuple[int])

    assert seen == [str(row) for row in rows]
    assert asked == max(1, -(-total // 3))  # no empty page at the end
