"""The web UI over HTTP: files compressed and cached as they deserve, a page for every address that forbids what it does not use."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from curbe.app import Dispatcher
from curbe.infra.edge import Edge, security_headers
from curbe.infra.metrics import Metrics
from curbe.ui import Ui

pytestmark = pytest.mark.anyio

SCRIPT = b"console.log(1)\n" * 100


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """What `vite build` leaves, in small."""
    (tmp_path / "assets").mkdir()
    (tmp_path / ".vite").mkdir()
    (tmp_path / ".vite/manifest.json").write_text("{}")
    (tmp_path / "index.html").write_text('<head><meta name="csp-nonce" content="" /></head><div id="root">')
    (tmp_path / "favicon.svg").write_text("<svg/>")
    (tmp_path / "notifications-worker.js").write_bytes(SCRIPT)
    (tmp_path / "assets/app-Zx1.js").write_bytes(SCRIPT)
    (tmp_path / "assets/app-Zx1.js.br").write_bytes(b"as brotli")
    (tmp_path / "assets/app-Zx1.js.gz").write_bytes(b"as gzip")
    return tmp_path


async def api(_scope: object, _receive: object, send: object) -> None:
    await send({"type": "http.response.start", "status": 418, "headers": []})  # type: ignore[operator]
    await send({"type": "http.response.body", "body": b"the API"})  # type: ignore[operator]


def asking(ui: Ui) -> httpx.AsyncClient:
    metrics = Metrics()
    app = Dispatcher(
        webhooks=api,
        health=api,
        api=api,
        pages=Edge(ui, metrics=metrics, headers=security_headers("https://curbe.example")),
        taken={"api", "schema"},
    )
    headers = {"accept-encoding": "identity"}
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="https://curbe.example", headers=headers
    )


@pytest.fixture
async def client(built: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with asking(Ui(built, embed_origins=["https://shop.example"])) as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/sign-in", "/t/0190/inbox/0191", "/operator/tenants"])
async def test_every_address_of_the_ui_is_the_page_and_is_asked_for_anew(
    client: httpx.AsyncClient, path: str
) -> None:
    answer = await client.get(path)

    assert answer.status_code == 200
    assert '<div id="root">' in answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/api", "/api/nothing", "/schema", "/webhooks/meta/whatsapp", "/healthz"])
async def test_an_address_of_the_api_is_never_answered_with_the_page(
    client: httpx.AsyncClient, path: str
) -> None:
    assert (await client.get(path)).status_code == 418


async def test_only_reading_is_answered_with_the_page(client: httpx.AsyncClient) -> None:
    assert (await client.post("/sign-in")).status_code == 418
    assert (await client.head("/sign-in")).status_code == 200
    assert (await client.head("/sign-in")).content == b""


@pytest.mark.parametrize("path", ["/assets/app-old.js", "/assets/", "/.env", "/wp-login.php", "/index.html"])
async def test_a_file_that_is_not_there_is_not_found_instead_of_the_page(
    client: httpx.AsyncClient, path: str
) -> None:
    assert (await client.get(path)).status_code == 404


async def test_what_the_build_wrote_for_itself_is_not_served(client: httpx.AsyncClient) -> None:
    assert (await client.get("/.vite/manifest.json")).status_code == 404


@pytest.mark.parametrize(
    ("accepted", "encoding", "body"),
    [
        ("gzip, deflate, br", "br", b"as brotli"),
        ("gzip;q=1.0, br;q=0", "gzip", b"as gzip"),
        ("identity", None, SCRIPT),
    ],
)
async def test_a_hashed_file_comes_compressed_as_asked_and_is_kept_for_ever(
    client: httpx.AsyncClient, accepted: str, encoding: str | None, body: bytes
) -> None:
    async with client.stream("GET", "/assets/app-Zx1.js", headers={"accept-encoding": accepted}) as answer:
        raw = b"".join([chunk async for chunk in answer.aiter_raw()])

    assert raw == body
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["vary"] == "accept-encoding"
    assert int(answer.headers["content-length"]) == len(body)


async def test_a_file_that_the_browser_has_is_not_sent_again(client: httpx.AsyncClient) -> None:
    first = await client.get("/favicon.svg")

    again = await client.get("/favicon.svg", headers={"if-none-match": first.headers["etag"]})

    assert first.headers["content-type"] == "image/svg+xml"
    assert (again.status_code, again.content) == (304, b"")


async def test_the_worker_that_shows_notifications_is_asked_for_anew_and_may_load_nothing_from_elsewhere(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/notifications-worker.js")
    again = await client.get("/notifications-worker.js", headers={"if-none-match": answer.headers["etag"]})

    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == again.headers["cache-control"] == "no-cache"
    assert directives(answer)["default-src"] == "'none'"
    assert "service-worker-allowed" not in answer.headers  # its place gives it the pages that it needs
    assert again.status_code == 304
    assert directives(await client.get("/"))["worker-src"] == "'self'"


def directives(answer: httpx.Response) -> dict[str, str]:
    parts = answer.headers["content-security-policy"].split("; ")
    return {name: value for name, _, value in (part.partition(" ") for part in parts)}


async def test_the_page_runs_our_scripts_alone_and_no_text_becomes_one(client: httpx.AsyncClient) -> None:
    answer = await client.get("/")

    policy = directives(answer)
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin-allow-popups"
    assert "microphone=(self)" in answer.headers["permissions-policy"]
    assert "strict-transport-security" in answer.headers


async def test_each_page_has_its_own_nonce_for_its_styles(client: httpx.AsyncClient) -> None:
    pages = [await client.get("/") for _ in range(2)]

    nonces = [re.findall(r'name="csp-nonce" content="([^"]{20,})"', page.text)[0] for page in pages]
    assert len(set(nonces)) == 2
    for nonce, page in zip(nonces, pages, strict=True):
        assert f"'nonce-{nonce}'" in directives(page)["style-src"]


async def test_only_the_embedded_page_may_be_framed_and_only_by_whom_the_operator_lists(
    client: httpx.AsyncClient, built: Path
) -> None:
    embedded = await client.get("/embed")

    assert directives(embedded)["frame-ancestors"] == "https://shop.example"
    assert "x-frame-options" not in embedded.headers
    async with asking(Ui(built)) as unlisted:
        assert directives(await unlisted.get("/embed"))["frame-ancestors"] == "'none'"


async def test_without_a_built_ui_every_page_says_how_to_build_it(tmp_path: Path) -> None:
    async with asking(Ui(tmp_path / "nothing")) as client:
        answer = await client.get("/t/1/inbox")

    assert answer.status_code == 503
    assert "make web" in answer.text
