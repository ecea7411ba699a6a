"""Over what a request came and from which page, told from what a browser sends; and when a session is over."""

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import msgspec
import pytest

from curbe.auth import browser
from curbe.auth.browser import Transport
from curbe.auth.roles import ADMINISTERS
from curbe.auth.rules import PLATFORM_ONLY
from curbe.auth.session_rules import Held, ends_at, is_due_to_be_seen, principal_of
from curbe.domain.access import Role, Scope
from curbe.domain.errors import CsrfFailed, ForeignOrigin
from curbe.tenants.person_rules import checked_email, email_digest

PUBLIC = "https://chat.example.org"
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("scheme", "host", "allow_http", "expected"),
    [
        ("https", "chat.example.org", False, Transport.SECURE),
        ("wss", "chat.example.org", False, Transport.SECURE),
        ("https", "anything", False, Transport.SECURE),
        ("http", "chat.example.org", False, Transport.SECURE),  # a proxy that does not tell
        ("http", "chat.example.org:8080", False, Transport.OPEN),
        ("http", "localhost", False, Transport.LOCAL),
        ("http", "localhost:8080", False, Transport.LOCAL),
        ("http", "app.localhost:8080", False, Transport.LOCAL),
        ("http", "127.0.0.1:8080", False, Transport.LOCAL),
        ("http", "127.9.9.9", False, Transport.LOCAL),
        ("http", "[::1]:8080", False, Transport.LOCAL),
        ("http", "192.168.1.5:8080", False, Transport.OPEN),
        ("http", "192.168.1.5:8080", True, Transport.PLAIN),
        ("http", "localhost.evil.example", False, Transport.OPEN),
        ("http", "127.0.0.1.evil.example", False, Transport.OPEN),
        ("http", "", False, Transport.OPEN),
        ("http", "[::1", False, Transport.OPEN),
        ("http", "localhost@evil.example", False, Transport.OPEN),
    ],
)
def test_a_cookie_that_others_could_read_is_one_the_operator_allowed(
    scheme: str, host: str, *, allow_http: bool, expected: Transport
) -> None:
    found = browser.transport_of(scheme=scheme, host=host, public_base_url=PUBLIC, allow_http=allow_http)

    assert found is expected
    assert found.cookie == ("__Host-curbe" if expected is Transport.SECURE else "curbe")


def test_an_address_without_tls_is_open_though_it_is_ours() -> None:
    ours = "http://chat.intranet"

    found = browser.transport_of(scheme="http", host="chat.intranet", public_base_url=ours, allow_http=False)

    assert found is Transport.OPEN


@pytest.mark.parametrize(
    ("origin", "host", "public", "ours"),
    [
        ("https://chat.example.org", "chat.example.org", PUBLIC, True),
        ("https://chat.example.org", "inside:8080", PUBLIC, True),
        ("https://chat.example.org", "chat.example.org", PUBLIC + ":443", True),
        ("https://chat.example.org:8443", "x", PUBLIC + ":8443", True),
        ("https://chat.example.org", "x", PUBLIC + "/curbe", True),
        ("https://[2001:db8::1]:8443", "x", "https://[2001:db8::1]:8443", True),
        ("http://chat.example.org", "chat.example.org", PUBLIC, False),
        ("https://chat.example.org.evil.example", "chat.example.org", PUBLIC, False),
        ("https://evil.example", "evil.example", PUBLIC, False),
        ("http://localhost:5173", "localhost:5173", PUBLIC, True),
        ("http://localhost:5173", "localhost:8080", PUBLIC, False),
        ("http://evil.example:8080", "evil.example:8080", "http://127.0.0.1:8080", False),
        ("null", "localhost:8080", PUBLIC, False),
    ],
)
def test_a_page_is_ours_where_the_operator_said_or_on_this_machine(
    origin: str, host: str, public: str, *, ours: bool
) -> None:
    def check(*, required: bool) -> None:
        browser.check_origin(
            {"origin": origin, "host": host}, scheme="http", public_base_url=public, required=required
        )

    for required in (True, False):
        with nullcontext() if ours else pytest.raises(ForeignOrigin):
            check(required=required)


def test_who_names_no_origin_is_refused_where_a_cookie_counts() -> None:
    browser.check_origin({}, scheme="http", public_base_url=PUBLIC, required=False)
    with pytest.raises(ForeignOrigin):
        browser.check_origin({}, scheme="http", public_base_url=PUBLIC, required=True)


def test_a_sessions_token_is_its_own_and_tells_nothing_of_the_cookie() -> None:
    token = browser.csrf_token("curbe_s_one")

    browser.check_csrf(token, session_token="curbe_s_one")
    for wrong in (None, "", token[:-1], token + "=", browser.csrf_token("curbe_s_two"), "ñ"):
        with pytest.raises(CsrfFailed):
            browser.check_csrf(wrong, session_token="curbe_s_one")
    assert "one" not in token


def held(**changes: object) -> Held:
    values = {
        "session_id": uuid4(),
        "user_id": uuid4(),
        "last_seen_at": NOW,
        "proved_at": NOW,
        "expires_at": NOW + timedelta(days=30),
        "is_operator": False,
        "role": Role.AGENT,
    }
    return Held(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (None, None),
        ("", None),
        ("curbe=abc", "abc"),
        ("theme=dark; curbe=abc; other=1", "abc"),
        ('curbe="v1.k.a_b-c="', "v1.k.a_b-c="),  # what ends in = is sent in quotes
        ("curbe=old;curbe=new", "new"),
        ("curbe=", ""),
        ("__Host-curbe=abc; xcurbe=abc; curbe", ""),
        ("__Host-curbe=abc; xcurbe=abc", None),
        ("\xa0curbe=abc; \x85curbe=abc; \x1fcurbe=abc", None),
    ],
)
def test_the_cookie_of_a_name_is_found_among_others(header: str | None, found: str | None) -> None:
    assert browser.cookie_of(header, "curbe") == found


def test_a_session_ends_when_it_is_not_used_and_at_the_latest_after_a_month() -> None:
    idle = timedelta(hours=12)

    assert ends_at(held(), idle=idle) == NOW + idle
    assert ends_at(held(expires_at=NOW + timedelta(hours=1)), idle=idle) == NOW + timedelta(hours=1)


def test_an_operator_may_everything_everywhere_whatever_their_role() -> None:
    tenant = uuid4()

    agent = principal_of(held(), tenant_id=tenant)
    stranger = principal_of(held(role=None), tenant_id=tenant)
    root = principal_of(held(role=None, is_operator=True), tenant_id=tenant)

    assert (agent.may_enter(tenant), agent.may_enter(uuid4())) == (True, False)
    assert (stranger.may_enter(tenant), stranger.scopes) == (False, frozenset())
    assert (root.may_enter(tenant), root.may_enter(uuid4()), root.scopes) == (True, True, frozenset(Scope))


def test_what_was_begun_within_a_page_of_a_tenants_opens_that_tenant_alone_and_administers_nothing() -> None:
    tenant, other = uuid4(), uuid4()
    owner = held(role=Role.OWNER, embedded_in=tenant)
    root = held(role=Role.OWNER, embedded_in=tenant, is_operator=True)

    assert principal_of(owner, tenant_id=tenant).scopes == frozenset(Scope) - PLATFORM_ONLY - ADMINISTERS
    assert principal_of(root, tenant_id=tenant) == msgspec.structs.replace(
        principal_of(owner, tenant_id=tenant), user_id=root.user_id, session_id=root.session_id
    )
    for one in (owner, root):
        there = principal_of(one, tenant_id=other)
        assert (there.may_enter(other), there.scopes, there.is_operator) == (False, frozenset(), False)


def test_that_somebody_is_here_is_written_down_once_a_minute_in_each_tenant() -> None:
    minute = timedelta(minutes=1)
    at_once, here = held(seen_here_at=None), held(seen_here_at=NOW)

    assert is_due_to_be_seen(at_once, now=NOW)
    assert not is_due_to_be_seen(here, now=NOW + minute - timedelta(seconds=1))
    assert is_due_to_be_seen(here, now=NOW + minute)
    assert is_due_to_be_seen(held(seen_here_at=NOW - minute), now=NOW)
    assert not is_due_to_be_seen(held(role=None), now=NOW)


def test_an_address_is_kept_and_looked_up_in_one_form() -> None:
    assert checked_email("  Ana.Pérez@Example.org".replace("é", "e")) == "ana.perez@example.org"
    assert email_digest(" ANA@example.org ") == email_digest("ana@example.org")
    assert email_digest("ana@example.org") != email_digest("ana@example.com")
