"""Where a request may go, as far as its URL alone tells."""

from collections.abc import Collection
from typing import Final

from yarl import URL

from curbe.infra.addresses import is_literal, is_public
from curbe.infra.egress_errors import ForbiddenAddress

_HTTPS_PORT: Final = 443


def origin(target: URL) -> str:
    """Return the scheme, host and port of a URL."""
    return str(target.origin())


def origin_of(url: str) -> str:
    """Return the scheme, host and port of a URL that can be read, as ``reachable`` origins are compared.

    Raises:
        ForbiddenAddress: it cannot.
    """
    return origin(readable("", url))


def why_not_reached(url: str, *, reachable: Collection[str]) -> str | None:
    """Return why a URL that a tenant enters is never asked, as far as the URL alone tells; None where it may be.

    ``reachable`` are origins that may be asked wherever they lie. What a name leads to is looked at with each request.
    """
    try:
        target = readable("", url)
        if origin(target) not in {origin(URL(base)) for base in reachable}:
            require_public("", target)
    except ForbiddenAddress as refusal:
        return refusal.reason
    return None


def readable(method: str, url: str) -> URL:
    """Return the URL of a request.

    Raises:
        ForbiddenAddress: it cannot be read, or is no plain http or https one.
    """
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise ForbiddenAddress(method, "an unreadable URL", "the URL has characters that URLs do not have")
    try:
        target = URL(url, encoded=True)
        host, _ = target.raw_host, target.port
    except ValueError:
        raise ForbiddenAddress(method, "an unreadable URL", "the URL cannot be read") from None
    if target.scheme not in {"http", "https"} or not host or target.raw_user is not None:
        raise ForbiddenAddress(method, "an unreadable URL", "not a plain http or https URL with a host")
    return target


def require_public(method: str, target: URL) -> None:
    """See that a URL leads to https on port 443, and to no address that is not public.

    Raises:
        ForbiddenAddress: it does not.
    """
    place, host = origin(target), target.raw_host or ""
    if target.scheme != "https" or target.port != _HTTPS_PORT:
        raise ForbiddenAddress(method, place, "only https on port 443 is allowed")
    if "%" in host or (is_literal(host) and not is_public(host)):
        raise ForbiddenAddress(method, place, "the address is not public")
