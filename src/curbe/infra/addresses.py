"""Which addresses are the public internet, as far as a URL of a stranger's may lead, how else one is written, and whose it is. Pure."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address, ip_network
from typing import Final

# What `is_global` lets through although it may lead inside (tried on Python 3.11): IPv4 wrapped in IPv6 in
# several ways, translation prefixes, relay anycast, documentation, segment routing, deprecated site-local.
_DENIED: Final = tuple(
    ip_network(network)
    for network in (
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
        "::/96",
        "3fff::/20",
        "5f00::/16",
        "fec0::/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "100.64.0.0/10",
        "240.0.0.0/4",
        "0.0.0.0/8",
    )
)


def is_public(address: str) -> bool:
    """Say whether ``address``, an IPv4 or IPv6 literal, belongs to the public internet.

    Anything that is no such literal, and one with a zone, does not.
    """
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return ip.is_global and not ip.is_multicast and not _is_denied(ip) and not _has_zone(ip)


def is_literal(host: str) -> bool:
    """Say whether ``host`` is an address itself, and no name to be resolved."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def in_both_protocols(networks: Iterable[str]) -> list[str]:
    """Return the networks, and those of IPv4 once more as a socket that listens on ``::`` writes their addresses."""
    found = []
    for text in networks:
        network = ip_network(text)
        found.append(text)
        if isinstance(network, IPv4Network):
            found.append(f"::ffff:{network.network_address}/{96 + network.prefixlen}")
    return found


def _is_denied(ip: IPv4Address | IPv6Address) -> bool:
    return any(ip.version == network.version and ip in network for network in _DENIED)


def _has_zone(ip: IPv4Address | IPv6Address) -> bool:
    return isinstance(ip, IPv6Address) and ip.scope_id is not None


def place_of(address: str) -> str:
    """Return who is counted as one: an IPv4 address, the /64 of an IPv6 one, which is one subscriber's."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, IPv4Address):
        return str(ip)
    if ip.ipv4_mapped is not None:  # as a socket that listens on both protocols writes it
        return str(ip.ipv4_mapped)
    return str(ip_network((int(ip) >> 64 << 64, 64)))
