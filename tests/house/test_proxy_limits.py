"""The nginx that is shipped lets through what Curbe takes: no file that a page promises to take ends at the proxy."""

import re

import pytest
from litestar.handlers import HTTPRouteHandler
from source import ROOT

from bed.api import described
from curbe.inbox.list_parameters import MOST_IDS

CONF = (ROOT / "deploy/nginx/curbe.conf").read_text()
UNITS = {"k": 2**10, "m": 2**20}
ID = "01234567-89ab-7def-8123-456789abcdef"
APP = described()


def bytes_of(size: str) -> int:
    return int(size[:-1]) * UNITS[size[-1]]


USUAL = bytes_of(re.findall(r"^    client_max_body_size (\w+);", CONF, re.MULTILINE)[0])
PLACES = re.findall(r"location ~ (\S+) \{([^}]*)\}", CONF)


def limit_of(path: str) -> int:
    """Return how large a body the proxy lets through to a path: of the first expression that it matches, as nginx chooses."""
    found = next((block for expression, block in PLACES if re.search(expression, path)), "")
    own = re.search(r"client_max_body_size (\w+);", found)
    return bytes_of(own[1]) if own else USUAL


def larger_than_usual() -> list[tuple[str, int]]:
    """Return every path that takes more than the API's usual body, and how many bytes that is."""
    return [
        (re.sub(r"\{[^}]*\}", ID, route.path), most)
        for route in APP.routes
        for handler in getattr(route, "route_handlers", ())
        if isinstance(handler, HTTPRouteHandler)
        and isinstance(most := handler.resolve_request_max_body_size(), int)
        and most > 2**20
    ]


def test_the_usual_body_and_metas_largest_webhook_pass() -> None:
    assert limit_of(f"/api/tenants/{ID}/messages/send") == USUAL >= 3 * 2**20


def test_an_address_of_as_many_ids_as_a_list_takes_passes() -> None:
    address = f"/api/tenants/{ID}/inbox/conversations?" + "&".join([f"ids={ID}"] * MOST_IDS)

    assert len(address) + 1000 < bytes_of(
        re.findall(r"^    large_client_header_buffers \d+ (\w+);", CONF, re.MULTILINE)[0]
    )


@pytest.mark.parametrize(("path", "most"), larger_than_usual(), ids=str)
def test_what_takes_larger_files_is_let_through_and_not_much_more(path: str, most: int) -> None:
    for one in (path, f"{path}/"):
        assert most <= limit_of(one) <= most + 2**20


def test_port_80_needs_no_certificate_so_that_the_first_one_can_be_asked_for() -> None:
    plain = (ROOT / "deploy/nginx/curbe-http.conf").read_text()

    assert "/.well-known/acme-challenge/" in plain
    assert not re.findall(r"^ *(ssl_|listen .*ssl)", plain, re.MULTILINE)


def test_how_often_anybody_may_ask_is_limited_everywhere_but_where_meta_delivers() -> None:
    places = re.findall(r"location ([^{]+) \{([^}]*proxy_pass[^}]*)\}", CONF)

    free = [place for place, block in places if "limit_req " not in block]
    assert len(places) >= 6
    assert free == ["= /webhooks/meta/whatsapp"]


def test_whoever_sends_another_key_each_time_is_known_by_the_address_all_the_same() -> None:
    (zone,) = re.findall(r"^limit_req_zone \$binary_remote_addr +zone=(\w+):", CONF, re.MULTILINE)
    places = [block for block in re.findall(r"location [^{]+ \{([^}]*)\}", CONF) if "limit_req " in block]

    assert places
    assert all(f"limit_req zone={zone} " in block for block in places)


def test_the_routes_that_take_files_are_among_those_with_larger_bodies() -> None:
    assert {path.rpartition(ID)[2] for path, _ in larger_than_usual()} >= {
        "/media",
        "/audience/upload",
        "/consents/import",
        "/consents/import/columns",
    }
