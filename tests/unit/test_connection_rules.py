"""What proves a number, how fast it sends, which one sends: decided from data alone."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from curbe.channels.cloudapi.answers import GrantedScope, Number, TokenInfo
from curbe.connections import checks, rules, signup
from curbe.connections.checks import MANAGEMENT, MESSAGING, Candidate
from curbe.connections.rules import Connection, ConnectionStatus, PauseEnd
from curbe.connections.signup import Granted
from curbe.domain.errors import AppError, NoConnection, SeveralConnections
from curbe.operate import findings_of_numbers
from curbe.operate.findings_of_numbers import ConnectionFacts

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
APP = "100"
MINE = Candidate(waba_id="200", phone_number_id="300")
BOTH = (MESSAGING, MANAGEMENT)


def token(**fields: Any) -> TokenInfo:
    return TokenInfo(**{"is_valid": True, "app_id": APP, "scopes": BOTH, **fields})


def connection(
    country: str | None = None, *, status: str = "active", phone: str = "+34600000001"
) -> Connection:
    return Connection(
        tenant_id=UUID(int=1),
        id=uuid4(),
        status=ConnectionStatus(status),
        waba_id="200",
        phone_number_id=uuid4().hex,
        phone_number_e164=phone,
        display_name="Acme",
        country_id=country,
        meta_app_id=APP,
        token_last4="abcd",
        token_fingerprint="0" * 16,
        token_expires_at=None,
        scopes=BOTH,
        quality_rating="GREEN",
        throughput_level="STANDARD",
        messaging_limit="TIER_2K",
        number_status="CONNECTED",
        name_status="APPROVED",
        coexistence=False,
        unregistered=False,
        registration_problem=None,
        pin_kept=False,
        last_webhook_at=None,
        facts_at=None,
        messages_per_second=80,
        pause_reason=None,
        paused_at=None,
        pause_cause=None,
        pause_until=None,
        health="{}",
        app_data="{}",
        created_at=NOW,
        updated_at=NOW,
    )


def refusal_of(info: TokenInfo) -> str | None:
    found = checks.check_token(info, app_id=APP, candidate=MINE, now=NOW)
    refused: list[AppError] = [check.refusal for check in found if check.refusal is not None]
    return refused[0].code if refused else None


@pytest.mark.parametrize(
    ("info", "code"),
    [
        (token(), None),
        (token(expires_at=NOW + timedelta(seconds=1)), None),
        (token(expires_at=NOW), "token_refused"),
        (token(is_valid=False, error="Session has been invalidated"), "token_refused"),
        (token(is_valid=False, app_id=None, error="Invalid OAuth access token."), "token_refused"),
        (token(app_id="101"), "wrong_app"),
        (token(is_valid=False, app_id="101"), "wrong_app"),
        (
            token(
                is_valid=False,
                app_id=None,
                error="(#100) The App_id in the input_token did not match the Viewing App",
            ),
            "wrong_app",
        ),
        (token(scopes=(MESSAGING,)), "missing_permission"),
        (token(scopes=(MANAGEMENT,)), "missing_permission"),
        (token(granular_scopes=(GrantedScope(MESSAGING, ("200",)), GrantedScope(MANAGEMENT))), None),
        (token(granular_scopes=(GrantedScope(MESSAGING, ("201",)),)), "missing_permission"),
        (
            token(granular_scopes=(GrantedScope(MESSAGING, ("200",)), GrantedScope(MANAGEMENT, ("201",)))),
            "missing_permission",
        ),
        (token(is_valid=True, app_id=None), "wrong_app"),
    ],
)
def test_a_token_proves_itself_or_the_refusal_says_what_it_lacks(info: TokenInfo, code: str | None) -> None:
    assert refusal_of(info) == code


@pytest.mark.parametrize(
    ("status", "sends"), [("CONNECTED", True), ("FLAGGED", True), ("BANNED", False), ("PENDING", False)]
)
def test_a_number_that_people_complain_of_is_not_said_to_send_nothing(status: str, *, sends: bool) -> None:
    found = checks.check_registered(Number(id="1", status=status))

    assert found.ok is sends
    assert ("may not send" in found.detail) is not sends
    assert (status in found.detail) is (status != "CONNECTED")


def test_a_number_is_proven_only_by_itself() -> None:
    right = Number(id="300", display_phone_number="+34 600 000 001")

    assert checks.check_number(right, candidate=MINE).ok
    assert not checks.check_number(Number(id="301", display_phone_number="+1"), candidate=MINE).ok
    assert not checks.check_number(Number(id="300"), candidate=MINE).ok
    assert checks.check_membership([Number(id="299"), right], candidate=MINE).ok
    assert not checks.check_membership([Number(id="3000"), Number(id="30")], candidate=MINE).ok
    assert not checks.check_membership([], candidate=MINE).ok


@pytest.mark.parametrize(
    ("shown", "e164"),
    [
        ("+34 600 000 001", "+34600000001"),
        ("15550051310", "+15550051310"),
        ("+1 (555) 005-1310", "+15550051310"),
        ("", None),
        ("n/a", None),
        ("123456", None),
        ("1234567", "+1234567"),
        ("1" * 15, "+" + "1" * 15),
        ("1" * 16, None),
    ],
)
def test_metas_spelling_of_a_number_becomes_e164(shown: str, e164: str | None) -> None:
    assert rules.e164_of(shown) == e164


def test_the_only_number_sends_and_of_several_one_must_be_named() -> None:
    spain, mexico, gone = connection("ES"), connection("MX"), connection("FR", status="revoked")

    def chosen(all_: list[Connection], **wanted: Any) -> Connection:
        return rules.to_send_from(all_, **{"connection_id": None, "country_id": None, **wanted})

    assert chosen([spain, gone]) is spain
    assert chosen([spain, mexico], country_id="MX") is mexico
    assert chosen([spain, mexico], connection_id=spain.id) is spain
    with pytest.raises(SeveralConnections) as several:
        chosen([spain, mexico, gone])
    assert [choice["country_id"] for choice in several.value.extra["choices"]] == ["ES", "MX"]  # type: ignore[index,union-attr]
    with pytest.raises(SeveralConnections):
        chosen([spain, connection("ES")], country_id="ES")
    for none_of_them in (
        {"country_id": "FR"},
        {"connection_id": gone.id},
        {"connection_id": uuid4()},
        {"connection_id": spain.id, "country_id": "MX"},
    ):
        with pytest.raises(NoConnection):
            chosen([spain, mexico, gone], **none_of_them)
    with pytest.raises(NoConnection):
        chosen([gone])


def test_a_number_whose_country_nobody_said_is_that_of_its_own_digits() -> None:
    spain, mexico = connection(), connection(phone="+525512345678")
    for_portugal = connection("PT")

    def chosen(all_: list[Connection], country: str) -> Connection:
        return rules.to_send_from(all_, connection_id=None, country_id=country)

    assert chosen([spain, mexico, for_portugal], "ES") is spain, (
        "a Spanish number that is for Portugal is not for Spain"
    )
    assert chosen([spain, mexico], "mx") is mexico
    assert chosen([spain, connection("ES")], "ES").country_id == "ES", "the one it was said of comes first"
    with pytest.raises(NoConnection):
        chosen([for_portugal, mexico], "ES")


def test_another_country_is_one_that_is_known_and_differs() -> None:
    spain, nowhere = connection(), connection(phone="+8835100012345")

    assert rules.is_for_another(spain, "MX")
    assert rules.is_for_another(connection("PT"), "ES"), "what was said goes before its digits"
    assert not rules.is_for_another(spain, "es")
    assert not rules.is_for_another(nowhere, "ES")
    for phone, country in (
        ("+447781123456", "GB"),  # of Guernsey
        ("+442079460000", "JE"),
        ("+14169671111", "US"),  # of Canada
        ("+12024561111", "PR"),
    ):
        assert not rules.is_for_another(connection(phone=phone), country), "one code, and nobody said which"
        assert rules.is_for_another(connection(phone=phone), "MX")
    assert rules.is_for_another(connection("GB", phone="+442079460000"), "JE"), "somebody said which"


def test_a_pause_never_moves_a_message_to_another_number() -> None:
    sending, paused = connection(), connection(status="error")

    with pytest.raises(SeveralConnections):
        rules.to_send_from([sending, paused], connection_id=None, country_id=None)


def test_the_mark_of_a_sign_up_is_its_tenants_and_counts_for_an_hour() -> None:
    mine, key = uuid4(), b"k" * 32
    state = signup.state_for(mine, user_id=None, key=key, now=NOW)

    def counts(state: str, tenant_id: UUID, *keys: bytes, after: timedelta = timedelta(0)) -> bool:
        return signup.is_state_of(state, tenant_id, user_id=None, keys=keys, now=NOW + after)

    assert counts(state, mine, b"new" * 11, key, after=timedelta(minutes=59))
    assert not counts(state, mine, key, after=signup.VALID_FOR)
    assert not counts(state, uuid4(), key)
    assert not counts(state, mine, b"x" * 32)
    forged = state.replace(state.split(".")[2], str(int(NOW.timestamp()) + 10**6))
    assert not counts(forged, mine, key)
    assert not counts("", mine, key)


def test_the_mark_of_a_sign_up_that_a_person_began_is_theirs_and_a_keys_is_anybodys_of_the_tenant() -> None:
    mine, ana, ben, key = uuid4(), uuid4(), uuid4(), b"k" * 32
    hers, the_keys = (signup.state_for(mine, user_id=who, key=key, now=NOW) for who in (ana, None))

    def theirs(state: str) -> list[bool]:
        return [
            signup.is_state_of(state, mine, user_id=who, keys=(key,), now=NOW) for who in (ana, ben, None)
        ]

    assert theirs(hers) == [True, False, False]
    assert theirs(the_keys) == [True, True, True]


def test_of_the_numbers_that_a_sign_up_granted_those_that_are_connected_are_not_meant_unless_all_are() -> (
    None
):
    one, other = (Granted(waba_id="200", phone_number_id=number) for number in ("300", "301"))

    assert signup.left_to_choose([one, other], connected={"300", None}) == [other]
    assert signup.left_to_choose([one, other], connected=()) == [one, other]
    assert signup.left_to_choose([one, other], connected={"300", "301"}) == [one, other]


@pytest.mark.parametrize(
    ("cause", "reason", "end"),
    [
        (None, "Meta refused with code 190: Access token has expired.", PauseEnd.CONNECT),
        (None, "Meta refused with code 33: The business number is gone.", PauseEnd.CONNECT),
        (None, "Meta refused with code 219: ...", PauseEnd.CONNECT),
        (None, "Nobody wrote down why.", PauseEnd.CONNECT),
        (None, None, PauseEnd.CONNECT),
        (None, "Meta refused with code 131042: The account has no valid payment method.", PauseEnd.RESUME),
        (None, "Meta refused with code 368: ...", PauseEnd.RESUME),
        (None, "Meta refused with code 131031: ...", PauseEnd.RESUME),
        (None, "Meta refused with code 131037: ...", PauseEnd.RESUME),
        (None, "Meta refused with code 133010: The number is not registered.", PauseEnd.REGISTER),
        ("ban", "Meta disabled this account.", PauseEnd.BY_ITSELF),
        ("partner_removed", "The business took its account away.", PauseEnd.CONNECT),
        ("deleted", "The business deleted its account.", PauseEnd.CONNECT),
        ("app_uninstalled", "The business took the app away.", PauseEnd.CONNECT),
        ("ban", "Meta refused with code 133010: not registered", PauseEnd.BY_ITSELF),
    ],
)
def test_a_new_token_is_asked_for_only_where_it_ends_the_pause(
    cause: str | None, reason: str | None, end: PauseEnd
) -> None:
    assert rules.end_of_pause(cause, reason) is end
    assert ("new access token" in rules.way_out(cause, reason)) is (end is PauseEnd.CONNECT)
    assert ("then resume" in rules.way_out(cause, reason)) is (end is PauseEnd.RESUME)


def test_the_doctor_advises_what_ends_the_pause() -> None:
    def advice(cause: str | None, reason: str) -> str:
        facts = ConnectionFacts(
            tenant_id=UUID(int=1),
            id=UUID(int=2),
            status="error",
            phone_number_id="300",
            pause_reason=reason,
            pause_cause=cause,
            pause_until=None,
            token_expires_at=None,
            meta_app_id=APP,
            access_token_enc=None,
            unregistered=False,
        )
        (_, found) = findings_of_numbers.connections([facts], app_id=APP, unreadable=[], now=NOW)
        return found.fix

    assert "token" in advice(None, "Meta refused with code 190: dead.")
    assert "token" not in advice(None, "Meta refused with code 131042: pay.")
    assert "resume" in advice(None, "Meta refused with code 131042: pay.")
    assert "by itself" in advice("ban", "Meta disabled this account.")
