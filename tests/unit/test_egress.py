"""The one door out, against real servers: what may have been sent, what was not, where it never goes."""

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from curbe.infra.addresses import is_public
from curbe.infra.crypto import Secret
from curbe.infra.egress_errors import AnswerLost, AnswerTooLarge, EgressError, ForbiddenAddress, NotSent
from curbe.infra.http import Egress, Response, Timeouts, _public_socket, _PublicResolver

pytestmark = pytest.mark.anyio

SOON = Timeouts(connect=timedelta(seconds=0.3), total=timedelta(seconds=0.6))
PATIENT = Timeouts(connect=timedelta(seconds=5), total=timedelta(seconds=20))
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter, bytes], Awaitable[None]]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Server:
    """A server that keeps every request it read and then does what it was told to."""

    def __init__(self) -> None:
        self.base = ""
        self.requests: list[bytes] = []
        self.connections = 0
        self.asked = asyncio.Event()


@asynccontextmanager
async def serving(behave: Behaviour, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    served = Server()

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int([*head.lower().split(b"content-length:"), b"0\r\n"][1].split(b"\r\n")[0])
                served.requests.append(head + await reader.readexactly(length))
                served.asked.set()
                await behave(reader, writer, served.requests[-1])
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connection, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    served.base = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    try:
        yield served
    finally:
        server.close()


def answering(answer: bytes) -> Behaviour:
    async def behave(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _request: bytes) -> None:
        writer.write(answer)

    return behave


def closing_after(answer: bytes) -> Behaviour:
    async def behave(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _request: bytes) -> None:
        writer.write(answer)
        raise ConnectionError

    return behave


async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter, _request: bytes) -> None:
    await reader.read()


async def post(server: Server, *, timeouts: Timeouts = PATIENT, max_bytes: int = 1000) -> Response:
    async with Egress(trusted=[server.base]) as egress:
        return await egress.request(
            "POST", f"{server.base}/v1/messages", body=b"{}", timeouts=timeouts, max_bytes=max_bytes
        )


async def test_an_answer_is_returned_whatever_its_status() -> None:
    async with serving(
        answering(b"HTTP/1.1 418 Odd\r\nX-App-Usage: {}\r\nContent-Length: 3\r\n\r\nno!")
    ) as server:
        answer = await post(server)

    assert (answer.status, answer.body, answer.headers["x-app-usage"]) == (418, b"no!", "{}")
    assert server.requests[0].startswith(b"POST /v1/messages HTTP/1.1\r\n")
    assert server.requests[0].endswith(b"\r\n\r\n{}")


async def test_a_port_where_nobody_listens_was_not_sent_anything() -> None:
    async with serving(silent) as server:
        pass

    with pytest.raises(NotSent):
        await post(server)


async def test_a_name_that_does_not_exist_was_not_sent_anything() -> None:
    server = Server()
    server.base = "http://no-such-host.invalid"

    with pytest.raises(NotSent, match="name cannot be resolved"):
        await post(server)


async def test_a_tls_server_that_never_finishes_its_handshake_was_not_sent_anything() -> None:
    async with serving(silent) as server:
        server.base = server.base.replace("http:", "https:")
        with pytest.raises(NotSent, match="in time"):
            await post(server, timeouts=SOON)

    assert server.requests == []


async def test_a_server_that_speaks_no_tls_was_not_sent_anything() -> None:
    async with serving(answering(OK)) as server:
        await asyncio.sleep(0)
        server.base = server.base.replace("http:", "https:")
        with pytest.raises(NotSent):
            await post(server, timeouts=SOON)

    assert server.requests == []


async def test_a_certificate_nobody_vouches_for_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    async with serving(answering(OK), tls=self_signed(tmp_path)) as server:
        with pytest.raises(NotSent, match="certificate"):
            await post(server)

    assert server.requests == []


async def test_when_all_connections_are_taken_a_request_that_waits_too_long_was_not_sent() -> None:
    async with serving(silent) as server, Egress(trusted=[server.base], connections=1) as egress:
        first = asyncio.ensure_future(
            egress.request("GET", server.base + "/1", timeouts=PATIENT, max_bytes=10)
        )
        async with asyncio.timeout(5):
            await server.asked.wait()

        with pytest.raises(NotSent, match="in time"):
            await egress.request("GET", server.base + "/2", timeouts=SOON, max_bytes=10)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first

    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "behave",
    [
        silent,
        closing_after(b""),
        closing_after(b"HTTP/1.1 200 OK\r\nContent-Le"),
        closing_after(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf"),
        closing_after(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf"),
        answering(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf"),
        answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        answering(b"nonsense\r\n\r\n"),
        answering(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 5000 + b"\r\n"),
    ],
    ids=[
        "silence",
        "closed",
        "half a head",
        "half a body",
        "half a chunk",
        "slow",
        "bad chunk",
        "nonsense",
        "long head",
    ],
)
@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_once_the_request_is_out_every_failure_leaves_it_open_and_it_is_never_repeated(
    method: str, behave: Behaviour
) -> None:
    async with serving(behave) as server, Egress(trusted=[server.base]) as egress:
        with pytest.raises(AnswerLost):
            await egress.request(method, server.base + "/", timeouts=SOON, max_bytes=1000)
        await asyncio.sleep(0.05)

    assert len(server.requests) == 1


async def test_a_kept_connection_that_closes_on_the_next_request_leaves_that_one_open() -> None:
    count = 0

    async def once(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _request: bytes) -> None:
        nonlocal count
        count += 1
        if count > 1:
            raise ConnectionError
        writer.write(OK)

    async with serving(once) as server, Egress(trusted=[server.base]) as egress:
        await egress.request("POST", server.base + "/", timeouts=PATIENT, max_bytes=10)
        with pytest.raises(AnswerLost):
            await egress.request("GET", server.base + "/", timeouts=PATIENT, max_bytes=10)

    assert (server.connections, len(server.requests)) == (1, 2)


async def test_a_kept_connection_that_was_closed_in_the_meantime_is_not_used_again() -> None:
    async with serving(closing_after(OK)) as server, Egress(trusted=[server.base]) as egress:
        for _ in range(5):
            answer = await egress.request("POST", server.base + "/", timeouts=PATIENT, max_bytes=10)
            assert answer.body == b"ok"
            await asyncio.sleep(0.02)

    assert (server.connections, len(server.requests)) == (5, 5)


async def test_connections_are_kept_and_used_again() -> None:
    async with serving(answering(OK)) as server, Egress(trusted=[server.base]) as egress:
        for _ in range(5):
            await egress.request("POST", server.base + "/", timeouts=PATIENT, max_bytes=10)

    assert (server.connections, len(server.requests)) == (1, 5)


async def test_five_hundred_requests_at_once_to_one_host_all_come_back() -> None:
    async def slow(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _request: bytes) -> None:
        await asyncio.sleep(0.2)
        writer.write(OK)

    async with serving(slow) as server, Egress(trusted=[server.base]) as egress, asyncio.TaskGroup() as group:
        calls = [
            group.create_task(egress.request("POST", server.base + "/", timeouts=PATIENT, max_bytes=10))
            for _ in range(500)
        ]

    assert {call.result().status for call in calls} == {200}
    assert len(server.requests) == server.connections == 500


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + b"x" * 1001,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + (b"64\r\n" + b"x" * 100 + b"\r\n") * 11,
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
        % len(gzip.compress(b"x" * 100_000))
        + gzip.compress(b"x" * 100_000),
    ],
    ids=["announced", "chunked", "packed"],
)
async def test_an_answer_longer_than_asked_for_is_cut_off(answer: bytes) -> None:
    async with serving(answering(answer)) as server:
        with pytest.raises(AnswerTooLarge, match="1000 bytes"):
            await post(server)


@pytest.mark.parametrize("size", [0, 1, 1000])
async def test_an_answer_of_exactly_the_allowed_size_is_whole(size: int) -> None:
    packed = gzip.compress(b"x" * size)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    async with serving(answering(head + packed)) as server:
        assert (await post(server)).body == b"x" * size


@pytest.mark.parametrize(
    ("encoding", "body"),
    [("br", b"??"), ("gzip", b"no gzip"), ("gzip", gzip.compress(b"x" * 500, mtime=0)[:-9])],
)
async def test_an_answer_packed_wrongly_is_as_good_as_lost(encoding: str, body: bytes) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n\r\n"
    async with serving(answering(head.encode() + body)) as server:
        with pytest.raises(AnswerLost):
            await post(server)


async def test_a_redirect_is_an_answer_and_a_cookie_is_forgotten() -> None:
    head = (
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n"
    )
    async with serving(answering(head)) as server, Egress(trusted=[server.base]) as egress:
        first = await egress.request("GET", server.base + "/", timeouts=PATIENT, max_bytes=10)
        await egress.request("GET", server.base + "/", timeouts=PATIENT, max_bytes=10)

    assert first.status == 302
    assert b"cookie" not in server.requests[1].lower()


async def test_a_proxy_in_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with serving(answering(OK)) as server:
        assert (await post(server)).status == 200


async def test_a_secret_goes_to_trusted_origins_and_nowhere_else() -> None:
    token = Secret("EAAtest-token-of-some-length")
    async with serving(answering(OK)) as server, Egress(trusted=[server.base]) as egress:
        await egress.request("GET", server.base + "/", bearer=token, timeouts=PATIENT, max_bytes=10)
        with pytest.raises(ValueError, match="trusted"):
            await egress.request(
                "GET", "https://example.com/", bearer=token, public_only=True, timeouts=PATIENT, max_bytes=10
            )
        with pytest.raises(ValueError, match="authorization"):
            await egress.request(
                "GET", server.base + "/", headers={"authorization": "x"}, timeouts=PATIENT, max_bytes=10
            )

    assert b"Authorization: Bearer EAAtest-token-of-some-length\r\n" in server.requests[0]
    assert len(server.requests) == 1


@pytest.mark.parametrize("behave", [closing_after(b""), answering(b"nonsense\r\n\r\n"), silent])
async def test_no_failure_tells_the_token_or_the_query(behave: Behaviour) -> None:
    async with serving(behave) as server, Egress(trusted=[server.base]) as egress:
        with pytest.raises(EgressError) as failure:
            await egress.request(
                "GET",
                server.base + "/debug_token?input_token=EAAsecret",
                bearer=Secret("EAAbearer"),
                timeouts=SOON,
                max_bytes=10,
            )

    error: BaseException | None = failure.value
    assert error.__cause__ is None
    assert error.__context__ is None
    assert "EAA" not in repr(error) + str(error)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/",
        "http://localhost:{port}/",
        "http://127.0.0.1.:{port}/",
        "http://user@127.0.0.1:{port}/",
        "http://127.0.0.1:{port}@example.com/",
        "http://example.com#@127.0.0.1:{port}/",
        "http:///path",
        "ftp://127.0.0.1:{port}/",
        "file:///etc/passwd",
        "http://127.0.0.1:{port}\\@example.com/",
        "http://127.0.0.1:{port}/\r\nX: y",
        "http://127.0.0.1:{port}/ x",
        "http://[::1",
        "http://127.0.0.1:99999/",
        "//127.0.0.1:{port}/",
        "",
    ],
)
async def test_only_the_configured_origins_are_reached_without_the_public_rules(url: str) -> None:
    async with serving(answering(OK)) as server, Egress(trusted=[server.base]) as egress:
        port = server.base.rsplit(":", 1)[1]
        with pytest.raises(ForbiddenAddress):
            await egress.request("GET", url.format(port=port), timeouts=SOON, max_bytes=10)

    assert server.connections == 0


PRIVATE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104 - an address to refuse
    "0.1.2.3",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:192.0.0.192",
    "::ffff:192.88.99.1",
    "::ffff:224.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::7f00:1",
    "2002:7f00:1::",
    "2001::1",
    "2001:db8::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12::1",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1111%eth0",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize(
    "address", [*PRIVATE, "", "localhost", "127.1", "0x7f.1", "2130706433", "017700000001"]
)
async def test_an_address_that_leads_inside_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "157.240.1.1", "::ffff:1.1.1.1", "2606:4700::1111", "2a03:2880:f10c::1"]
)
async def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", [address for address in PRIVATE if "%" not in address])
async def test_no_url_of_a_tenant_leads_inside_by_address_or_by_name(address: str) -> None:
    async def lookup(_host: str, _port: int) -> list[str]:
        return ["1.1.1.1", address]

    host = f"[{address}]" if ":" in address else address
    async with Egress(trusted=[], lookup=lookup) as egress:
        for url in (f"https://{host}/", "https://inside.example/"):
            with pytest.raises(ForbiddenAddress, match="public"):
                await egress.request("GET", url, public_only=True, timeouts=SOON, max_bytes=10)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "https://example.com:8443/",
        "https://user:pw@example.com/",
        "https://user@example.com/",
        "https://localhost/",
        "https://127.1/",
        "https://0x7f.0.0.1/",
        "https://0177.0.0.1/",
        "https://2130706433/",
        "https://[::ffff:7f00:1]/",
        "https://[fe80::1%25lo]/",
        "https://127\u30020\u30020\u30021/",
        "https://\uff11\uff12\uff17.0.0.1/",
        "https://example.com\t/",
        "https://example.com\\@127.0.0.1/",
        "gopher://example.com/",
        "https:///",
        "https://example.com\r\nHost: x/",
    ],
)
async def test_a_url_of_a_tenant_is_https_on_443_to_a_plain_public_host(url: str) -> None:
    async with Egress(trusted=[]) as egress:  # with the system's own resolver: it knows the odd spellings
        with pytest.raises(ForbiddenAddress):
            await egress.request("GET", url, public_only=True, timeouts=SOON, max_bytes=10)


@pytest.mark.parametrize("host", ["a..b", "x" * 64 + ".example", "nobody.invalid"])
async def test_what_is_no_name_is_not_reached(host: str) -> None:
    async with Egress(trusted=[]) as egress:
        with pytest.raises(NotSent):
            await egress.request("GET", f"https://{host}/", public_only=True, timeouts=SOON, max_bytes=10)


async def test_a_trusted_origin_is_no_way_around_the_rules_for_tenants() -> None:
    async with serving(answering(OK)) as server, Egress(trusted=[server.base]) as egress:
        with pytest.raises(ForbiddenAddress):
            await egress.request("GET", server.base + "/", public_only=True, timeouts=SOON, max_bytes=10)

    assert server.connections == 0


async def test_a_name_is_looked_up_once_and_the_connection_goes_to_what_was_checked() -> None:
    answers = [["157.240.1.1", "2a03:2880::1"], ["127.0.0.1"]]

    async def rebinding(_host: str, _port: int) -> list[str]:
        return answers.pop(0)

    found = await _PublicResolver(rebinding).resolve("rebinding.example", 443)

    assert [result["host"] for result in found] == ["157.240.1.1", "2a03:2880::1"]
    assert len(answers) == 1


async def test_the_last_check_is_made_on_the_address_that_is_connected_to() -> None:
    with pytest.raises(OSError, match="not public"):
        _public_socket((2, 1, 6, "", ("127.0.0.1", 443)))


@pytest.mark.parametrize(("connect", "total"), [(5, 5), (6, 5), (0, 5)])
async def test_timeouts_that_would_blur_what_was_sent_cannot_be_made(connect: int, total: int) -> None:
    with pytest.raises(ValueError, match="longer"):
        Timeouts(connect=timedelta(seconds=connect), total=timedelta(seconds=total))


def self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=36500))
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    pem.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context
