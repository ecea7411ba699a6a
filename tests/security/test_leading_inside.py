"""No URL that a tenant writes leads to an address that is not the public internet's, however it is spelled or resolved.

The one egress module itself, with its own resolver and sockets; beside each attempt stands whether any socket was opened.
"""

import asyncio
import socket
from collections.abc import Sequence
from datetime import timedelta
from ipaddress import ip_address

import pytest

from curbe.infra import http
from curbe.infra.addresses import is_public
from curbe.infra.egress_errors import ForbiddenAddress, NotSent
from curbe.infra.http import Egress, Timeouts
from security.leading_inside import PUBLIC, V4, V6, names, shapes, spellings, wrappings

pytestmark = pytest.mark.anyio

SOON = Timeouts(connect=timedelta(seconds=2), total=timedelta(seconds=4))


class Sockets:
    """Every address that a socket was made for, in the place of the network: none is reached from a test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made: list[str] = []
        real = http._public_socket

        def noted(info: tuple[object, ...]) -> socket.socket:
            made = real(info)
            self.made.append(str(info[4][0]))  # type: ignore[index]
            made.close()
            raise OSError("this test reaches nobody")

        monkeypatch.setattr(http, "_public_socket", noted)


@pytest.fixture
def sockets(monkeypatch: pytest.MonkeyPatch) -> Sockets:
    return Sockets(monkeypatch)


async def asked(url: str, *, lookup: http.Lookup | None = None) -> type[Exception]:
    async with Egress(trusted=[], lookup=lookup) as egress:
        with pytest.raises(NotSent) as refused:
            await egress.request("GET", url, public_only=True, timeouts=SOON, max_bytes=10)
    return refused.type


def answering(*addresses: str) -> http.Lookup:
    async def lookup(_host: str, _port: int) -> Sequence[str]:
        return addresses

    return lookup


def test_there_are_five_hundred_of_them_at_least() -> None:
    assert len({*spellings(), *shapes()}) + len(set(names())) >= 1000
    assert len(set(spellings())) >= 500


async def test_no_spelling_of_an_address_inside_is_connected_to(sockets: Sockets) -> None:
    """With the system's own resolver, which knows the odd spellings."""
    escaped = [url for url in dict.fromkeys(spellings()) if await asked(url) is not ForbiddenAddress]

    assert escaped == []
    assert sockets.made == []


async def test_no_url_is_read_one_way_by_the_check_and_another_by_the_connection(sockets: Sockets) -> None:
    """Names among them resolve to what is public: it is the shape that has to be refused."""
    lookup = answering("1.1.1.1")
    escaped = [
        url
        for url in dict.fromkeys(shapes())
        if await asked(url, lookup=None if "localhost" in url.lower() else lookup) is not ForbiddenAddress
    ]

    assert escaped == []
    assert sockets.made == []


async def test_no_name_that_leads_inside_with_any_of_its_addresses_is_connected_to(sockets: Sockets) -> None:
    escaped = [
        addresses
        for addresses in dict.fromkeys(names())
        if await asked("https://inside.example/", lookup=answering(*addresses)) is not ForbiddenAddress
    ]

    assert escaped == []
    assert sockets.made == []


@pytest.mark.parametrize("address", PUBLIC)
async def test_an_address_of_the_internet_passes_as_itself_and_by_a_name(
    sockets: Sockets, address: str
) -> None:
    """The control: a check that refused everything would pass all of the above."""
    literal = f"[{address}]" if ":" in address else address

    assert is_public(address)
    assert await asked(f"https://{literal}/") is NotSent
    assert await asked("https://outside.example/", lookup=answering(address)) is NotSent
    assert sockets.made == [address, address]


async def test_a_name_that_answers_otherwise_the_second_time_is_asked_once(sockets: Sockets) -> None:
    answers = [["1.1.1.1"], ["127.0.0.1"], ["127.0.0.1"]]

    async def rebinding(_host: str, _port: int) -> Sequence[str]:
        return answers.pop(0)

    assert await asked("https://rebinding.example/", lookup=rebinding) is NotSent
    assert sockets.made == ["1.1.1.1"]
    assert len(answers) == 2


async def test_a_redirect_inside_is_an_answer_and_not_followed() -> None:
    """To the one origin that may be reached without https: what is public is not here to be asked."""
    reached: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reached.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(
            b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest/\r\nContent-Length: 0\r\n\r\n"
        )
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, Egress(trusted=[base]) as egress:
        answer = await egress.request("GET", base + "/", timeouts=SOON, max_bytes=10)

    assert (answer.status, len(reached)) == (302, 1)


@pytest.mark.parametrize("address", [*V4, *(one for one in V6)])
async def test_the_last_check_stands_at_the_socket_itself(address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    wrapped = list(wrappings(ip_address(address))) if family is socket.AF_INET else []  # type: ignore[arg-type]

    for one in (address, *wrapped):
        with pytest.raises(OSError, match="not public"):
            http._public_socket((family, socket.SOCK_STREAM, 6, "", (one, 443)))
