"""What a setting is, and what it may be: each function turns its text into a value, or says what is wrong with it."""

import re
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

import msgspec
import phonenumbers

from curbe.infra.crypto import BadKey, Secret, key_from_base64

LAST_PORT: Final = 65535
_SHORTEST_SECRET: Final = 6
_DURATION: Final = re.compile(r"(\d{1,6})(ms|s|m|h|d)")
_UNITS: Final = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}
_HOST: Final = re.compile(r"(?:\[[0-9A-Za-z:.%_-]+\]|[^:\[\]]*)(?::([0-9]{0,5}))?")
_SERVICE: Final = re.compile(r"(?:\*\.)?(?:[0-9A-Za-z-]+\.)+[A-Za-z][0-9A-Za-z-]*")
_SIZE: Final = re.compile(r"0|([1-9]\d{0,5})(MiB|GiB|TiB)")
_BYTES: Final = {"MiB": 2**20, "GiB": 2**30, "TiB": 2**40}


class Malformed(ValueError):
    """A text is no value of its setting: the message goes on from "NAME ...", and holds no secret."""


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One setting as the operator meets it.

    ``default`` is the text read where nothing is set, "" for none; ``make`` says how to come by a value.
    """

    name: str
    group: str
    meaning: str
    read: Callable[[str], object]
    make: str = ""
    default: str = ""
    required: bool = False
    secret: bool = False
    unset: object = None  # its value where there is neither text nor default

    @property
    def field(self) -> str:
        """The name of its field in Settings."""
        return self.name.removeprefix("CURBE_").lower()


class Tls(StrEnum):
    """How a conversation with a mail server is encrypted."""

    IMPLICIT = "implicit"  # from its first byte
    STARTTLS = "starttls"  # before anything of importance; without it there is no conversation
    NONE = "none"


class SmtpServer(msgspec.Struct, frozen=True, kw_only=True):
    """Where letters are handed in."""

    host: str
    port: int
    username: str | None
    password: Secret | None
    tls: Tls


def matching(pattern: str, what: str) -> Callable[[str], str]:
    """Return a reader of texts that match ``pattern``; ``what`` says in words what they look like."""
    compiled = re.compile(pattern)

    def read(text: str) -> str:
        if not compiled.fullmatch(text):
            raise Malformed(f"is {text!r}, which is not {what}")
        return text

    return read


def one_of(*words: str) -> Callable[[str], str]:
    """Return a reader that takes one of ``words``, in any case."""

    def read(text: str) -> str:
        if text.lower() not in words:
            raise Malformed(f"is {text!r}; it is one of {', '.join(words)}")
        return text.lower()

    return read


def yes_or_no(text: str) -> bool:
    """Read ``true`` or ``false``."""
    if text.lower() not in {"true", "false"}:
        raise Malformed(f"is {text!r}; it is true or false")
    return text.lower() == "true"


def whole_number(*, least: int, most: int) -> Callable[[str], int]:
    """Return a reader of whole numbers from ``least`` to ``most``, both included."""

    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", text) or not least <= int(text) <= most:
            raise Malformed(f"is {text!r}, which is not a whole number from {least} to {most}")
        return int(text)

    return read


def duration(text: str) -> timedelta:
    """Read a time span: a whole number and its unit, as ``500ms``, ``60s``, ``5m``, ``24h`` or ``7d``."""
    match = _DURATION.fullmatch(text)
    if match is None or int(match[1]) == 0:
        raise Malformed(f"is {text!r}, which is not a time span like 500ms, 60s, 5m, 24h or 7d")
    return int(match[1]) * _UNITS[match[2]]


def size(text: str) -> int:
    """Read a number of bytes: a whole number and its unit, as ``500MiB``, ``1GiB`` or ``2TiB``; ``0`` is none."""
    match = _SIZE.fullmatch(text)
    if match is None:
        raise Malformed(f"is {text!r}, which is not a size like 500MiB, 1GiB or 2TiB, or 0")
    return int(match[1]) * _BYTES[match[2]] if match[2] else 0


def secret(text: str) -> Secret:
    """Read a secret: printable, without spaces, not laughably short."""
    if len(text) < _SHORTEST_SECRET:
        raise Malformed(f"is shorter than {_SHORTEST_SECRET} characters")
    if not text.isprintable() or not text.isascii() or " " in text:
        raise Malformed("holds a space or a character that no such secret has: was more than it copied?")
    return Secret(text)


def encryption_key(text: str) -> Secret:
    """Read one encryption key, 32 random bytes in base64; it stays in base64, checked."""
    try:
        key_from_base64(Secret(text))
    except BadKey as bad:
        raise Malformed(f"is not 32 random bytes in base64: {bad}") from None
    return Secret(text)


def encryption_keys(text: str) -> tuple[Secret, ...]:
    """Read several encryption keys, separated by commas."""
    return tuple(encryption_key(part.strip()) for part in text.split(",") if part.strip())


def database_url(text: str) -> Secret:
    """Read a PostgreSQL URL; a Secret, as it may hold a password."""
    try:
        url = urlsplit(text)
    except ValueError:
        url = urlsplit("")
    if url.scheme not in {"postgresql", "postgres"}:
        raise Malformed("does not begin with postgresql:// (or postgres://), or is no URL")
    # A password that ends the host's part of the URL too early leaves a piece of itself where the port should be, and the host further on.
    hosts = url.netloc.rpartition("@")[2].split(",")
    ends_early = "@" not in url.netloc and "@" in url.path + url.query.partition("=")[0]
    if url.fragment or ends_early or not all(_is_host(host) for host in hosts):
        raise Malformed(
            "is no URL with a host and a port: write special characters of a user name or password with % escapes "
            "(# is %23, / is %2F, ? is %3F, @ is %40)"
        )
    return Secret(text)


def _is_host(text: str) -> bool:
    """Tell whether ``text`` is a host, with a port or without."""
    found = _HOST.fullmatch(text)
    return found is not None and int(found[1] or 0) <= LAST_PORT


def base_url(text: str) -> str:
    """Read the start of URLs: http(s), a host, perhaps a path; returned without a closing slash."""
    url = _split(text)
    if url is None or url.scheme not in {"http", "https"} or not url.hostname or url.query or url.fragment:
        raise Malformed("is not a URL like https://curbe.example.org, without ? and #")
    if url.username is not None or url.password is not None:
        raise Malformed("must not hold a user name or password")
    return text.rstrip("/")


def graph_base_url(text: str) -> str:
    """Read the address of the Graph API. Access tokens go there: plain http only within a private network."""
    read = base_url(text)
    url = urlsplit(read)
    if url.scheme == "http" and not _is_private(url.hostname or ""):
        raise Malformed(f"is {read!r}: access tokens go there, so outside a private network it must be https")
    return read


def origins(text: str) -> tuple[str, ...]:
    """Read addresses that access tokens may go to, separated by commas: each as ``graph_base_url``, without a path."""
    found = tuple(graph_base_url(part.strip()) for part in text.split(",") if part.strip())
    for origin in found:
        if urlsplit(origin).path:
            raise Malformed(f"holds {origin!r}, which has a path; write https://host or https://host:port")
    return found


def push_services(text: str) -> tuple[str, ...]:
    """Read hosts, ``*.`` before one for all below it, and origins as ``origins`` reads them, separated by commas; ``none``: no such."""
    if text.lower() == "none":
        return ()
    found: list[str] = []
    for part in filter(None, map(str.strip, text.split(","))):
        if "://" in part:
            found += origins(part)
        elif _SERVICE.fullmatch(part):
            found.append(part.lower())
        else:
            raise Malformed(f"holds {part!r}, which is no host like push.example.org or *.push.example.org")
    return tuple(found)


def networks(text: str) -> tuple[str, ...]:
    """Read addresses and networks, separated by commas; an address is a network of one."""
    found: list[str] = []
    for part in filter(None, map(str.strip, text.split(","))):
        try:
            found.append(str(ip_network(part)))
        except ValueError:
            raise Malformed(
                f"holds {part!r}, which is no address like 10.0.0.1 and no network like 172.16.0.0/12"
            ) from None
    return tuple(found)


def country(text: str) -> str:
    """Read a country's two-letter ISO 3166 code."""
    if text.upper() not in phonenumbers.SUPPORTED_REGIONS:
        raise Malformed(f"is {text!r}, which is not a two-letter country code like CO, MX or ES")
    return text.upper()


def smtp_url(text: str) -> SmtpServer:
    """Read a mail server: ``smtps://`` is encrypted at once, ``smtp://`` by STARTTLS wherever it matters."""
    url = _split(text)
    if url is None or url.scheme not in {"smtp", "smtps"} or not url.hostname or url.query or url.fragment:
        raise Malformed("is not a URL like smtp://user:password@mail.example.org:587 or smtps://...")
    if url.path not in {"", "/"} or (url.username is None) != (url.password is None):
        raise Malformed("has a path, or a user name without its password")
    if url.scheme == "smtps":
        tls, port = Tls.IMPLICIT, 465
    else:
        inside = url.username is None and _is_private(url.hostname)
        tls, port = (Tls.NONE, 25) if inside else (Tls.STARTTLS, 587)
    return SmtpServer(
        host=url.hostname,
        port=url.port or port,
        username=unquote(url.username) if url.username else None,
        password=Secret(unquote(url.password)) if url.password else None,
        tls=tls,
    )


def mail_address(text: str) -> str:
    """Read whom mail comes from: ``curbe@example.org`` or ``Curbe <curbe@example.org>``."""
    if not re.fullmatch(r"(?:[^<>@\r\n]+ <)?[!-;=?A-~]+@[A-Za-z0-9.-]+>?", text) or ("<" in text) != (
        ">" in text
    ):
        raise Malformed(f"is {text!r}, which is not an address like Curbe <curbe@example.org>")
    return text


def directory(text: str) -> Path:
    """Read a folder's path, made absolute from where the process started."""
    return Path(text).expanduser().absolute()


def _split(text: str) -> SplitResult | None:
    try:
        url = urlsplit(text)
        url.port  # noqa: B018 - reading it is what checks it
    except ValueError:
        return None
    return url


def _is_private(host: str) -> bool:
    try:
        return not ip_address(host).is_global
    except ValueError:  # a name: without a dot it is a machine or a container of this network
        return "." not in host or host.endswith((".localhost", ".internal", ".local"))
