"""URLs that lead inside, in every spelling there is, and what they would lead to: made here, over 500 of them.

Three sorts. ``SPELLINGS``: an address written some way into the URL itself. ``NAMES``: what a name's servers would answer, of which at
least one address leads inside. ``SHAPES``: URLs that parsers read differently, so that one sees a public host and another a private one.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

# One or more of every network that is not the public internet, and what listens in such places.
V4: Final = (
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",  # noqa: S104 - an address to refuse
    "0.255.0.1",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.254",
    "100.100.100.200",  # a cloud's metadata
    "169.254.0.1",
    "169.254.169.254",  # several clouds' metadata
    "169.254.170.2",  # a container's credentials
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.192",  # a cloud's metadata
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "192.168.255.255",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
)
V6: Final = (
    "::",
    "::1",
    "::2",
    "100::1",
    "2001::1",
    "2001:2::1",
    "2001:10::1",
    "2001:db8::1",
    "3fff::1",
    "5f00::1",
    "64:ff9b:1::1",
    "fc00::1",
    "fd00:ec2::254",  # a cloud's metadata
    "fdff:ffff::1",
    "fe80::1",
    "febf::1",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
)
PUBLIC: Final = (
    "1.1.1.1",
    "8.8.8.8",
    "11.0.0.1",
    "126.255.255.255",
    "128.0.0.1",
    "157.240.1.1",
    "169.253.255.255",
    "172.15.255.255",
    "172.32.0.1",
    "192.0.1.1",
    "192.167.255.255",
    "198.17.255.255",
    "198.20.0.1",
    "223.255.255.254",
    "2606:4700:4700::1111",
    "2a03:2880:f10c:83:face:b00c:0:25de",
    "2400:cb00::1",
    "::ffff:1.1.1.1",
)


def spellings() -> Iterator[str]:
    """Every address in the ways in which a URL can hold it."""
    for address in V4:
        for host in _of_v4(IPv4Address(address)):
            yield f"https://{host}/"
    for address in V6:
        for host in _of_v6(IPv6Address(address)):
            yield f"https://[{host}]/"
    for address in V4:
        for wrapped in wrappings(IPv4Address(address)):
            yield f"https://[{wrapped}]/"


def _of_v4(address: IPv4Address) -> Iterator[str]:
    number, parts = int(address), str(address).split(".")
    one, two, three, four = (int(part) for part in parts)
    yield str(address)
    yield f"{address}."
    yield str(number)
    yield hex(number)
    yield f"0{number:o}"
    yield ".".join(hex(int(part)) for part in parts)
    yield ".".join(f"0{int(part):o}" for part in parts)
    yield ".".join(f"{int(part):03o}".zfill(8) for part in parts)
    yield f"{one}.{(two << 16) + (three << 8) + four}"
    yield f"{one}.{two}.{(three << 8) + four}"
    yield f"{hex(one)}.{two}.0{three:o}.{four}"
    yield str(address).replace(".", "\u3002")  # full stops that some turn into dots
    yield str(address).replace(".", "\uff0e")
    yield "".join(chr(ord(letter) + 0xFEE0) if letter.isdigit() else letter for letter in str(address))
    yield str(address).replace(".", "%2e")


def _of_v6(address: IPv6Address) -> Iterator[str]:
    yield str(address)
    yield address.exploded
    yield address.exploded.upper()
    yield f"{address}%25eth0"
    yield f"{address}%251"


def wrappings(address: IPv4Address) -> Iterator[str]:
    """An IPv4 address within IPv6 ones: mapped, compatible, translated, 6to4, Teredo, ISATAP."""
    number = int(address)
    high, low = number >> 16, number & 0xFFFF
    yield f"::ffff:{address}"
    yield f"::ffff:{high:x}:{low:x}"
    yield f"::{address}"
    yield f"64:ff9b::{high:x}:{low:x}"
    yield f"64:ff9b:1::{high:x}:{low:x}"
    yield f"2002:{high:x}:{low:x}::1"
    yield f"2001:0:{high:x}:{low:x}::1"
    yield f"fe80::5efe:{high:x}:{low:x}"


def names() -> Iterator[tuple[str, ...]]:
    """What a name may resolve to: something inside, alone, behind or before public addresses."""
    for address in (*V4, *V6):
        yield (address,)
        yield ("1.1.1.1", address)
        yield (address, "2606:4700:4700::1111")
    for address in V4:
        for wrapped in wrappings(IPv4Address(address)):
            yield (str(ip_address(wrapped)),)
    yield ()


def shapes() -> Iterator[str]:
    """URLs in which the host is a matter of opinion, or the way there is not https on 443."""
    for inside in ("127.0.0.1", "169.254.169.254", "[::1]", "localhost"):
        yield from (
            f"https://{inside}@example.com/",
            f"https://example.com@{inside}/",
            f"https://example.com:443@{inside}/",
            f"https://user:password@{inside}/",
            f"https://example.com\\@{inside}/",
            f"https://{inside}\\@example.com/",
            f"https://{inside}\\.example.com/",
            f"https://{inside}\t/",
            f"https://\t{inside}/",
            f"https://{inside} /",
            f"https://{inside}\r\nHost: example.com/",
            f"https://{inside}\0.example.com/",
            f"https://{inside}:80/",
            f"https://{inside}:8443/",
            f"https://{inside}:0443x/",
            f"http://{inside}/",
            f"http://{inside}:443/",
            f"//{inside}/",
            f"///{inside}/",
            f"https:/{inside}/",
            f"https:{inside}",
            f"https:///{inside}/",
            f"ftp://{inside}/",
            f"gopher://{inside}:70/_x",
            f"dict://{inside}:11211/",
            f"file://{inside}/etc/passwd",
            f"ldap://{inside}/",
            f"unix://{inside}/",
            f"jar:https://{inside}!/",
            f"https+unix://{inside}/",
            f"HTTP://{inside}/",
        )
    yield from ("", "https://", "https:///", "https://[", "https://[::1", "https://]")
    yield from (
        "file:///etc/passwd",
        "data:text/plain,x",
        "javascript:alert(1)",
        "about:blank",
        "/etc/passwd",
    )
    yield from ("https://localhost/", "https://LOCALHOST/")
