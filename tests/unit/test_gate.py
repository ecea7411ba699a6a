"""The one gate: for any state of a contact, window, consent and template exactly one answer, which explains itself."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from curbe.connections.rules import ConnectionStatus, Line
from curbe.consent.gate import (
    Admitted,
    Category,
    Consent,
    Consents,
    Facts,
    OptInNeeded,
    Purpose,
    Refusal,
    TemplateName,
    TemplateStanding,
    Wanted,
    Withheld,
    ask,
)
from curbe.consent.words import FIXES, WORDS, RefusalCode
from curbe.domain.window import LENGTH, OpenWindow

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TEMPLATE = TemplateName("offer", "es_ES")


def line(
    status: ConnectionStatus = ConnectionStatus.ACTIVE, *, restricted_until: datetime | None = None
) -> Line:
    return Line(
        id=UUID(int=1),
        status=status,
        country_id="ES",
        phone_number_id="106540352242922",
        phone_number_e164="+34910000000",
        pause_reason="{Meta} said no",
        pause_cause=None,
        restricted_until=restricted_until,
    )


def facts(**known: object) -> Facts:
    """Somebody who wrote a minute ago, and an approved template for marketing."""
    usual: dict[str, object] = {
        "line": line(),
        "e164": "+34600000001",
        "last_inbound_at": NOW - timedelta(minutes=1),
        "template": TemplateStanding("APPROVED", "MARKETING"),
    }
    return Facts(**{**usual, **known})  # type: ignore[arg-type] - the names are those of the fields


consents = st.builds(Consents, *[st.sampled_from([None, *Consent])] * 3)
standings = st.none() | st.builds(
    TemplateStanding,
    st.sampled_from(
        [None, "APPROVED", "PAUSED", "DISABLED", "REJECTED", "PENDING", "ARCHIVED", "SOMETHING_NEW"]
    ),
    st.sampled_from([None, "MARKETING", "UTILITY", "AUTHENTICATION", "SOMETHING_NEW"]),
)
states = st.builds(
    Facts,
    line=st.none() | st.sampled_from(ConnectionStatus).map(line),
    e164=st.sampled_from([None, "+34600000001", "+12125550100", "+14165550100"]),
    bsuid=st.sampled_from([None, "US.1", "ES.1"]),
    last_inbound_at=st.none()
    | st.timedeltas(min_value=timedelta(hours=-1), max_value=timedelta(days=3)).map(lambda ago: NOW - ago),
    blocked_here=st.booleans(),
    blocked=st.booleans(),
    consents=consents,
    template=standings,
    opt_in_needed=st.sampled_from(OptInNeeded),
    withheld=st.builds(Withheld, st.sampled_from([None, NOW]), st.booleans()),
)
anything = st.builds(Wanted, st.sampled_from(Purpose), st.none() | st.just(TEMPLATE))


@given(wanted=anything, state=states)
def test_any_state_has_exactly_one_answer_and_a_no_explains_itself(wanted: Wanted, state: Facts) -> None:
    answer = ask(wanted, state, now=NOW)

    assert isinstance(answer, Admitted) != isinstance(answer, Refusal)
    assert answer == ask(wanted, state, now=NOW)
    if isinstance(answer, Refusal):
        for said in (answer.words, answer.fix):
            assert said.keys() == {"es", "en", "pt"}
            assert all(said.values())


@given(purpose=st.sampled_from(Purpose), state=states)
def test_free_form_content_never_goes_outside_the_window(purpose: Purpose, state: Facts) -> None:
    answer = ask(Wanted(purpose), state, now=NOW)

    if isinstance(answer, Admitted):
        assert state.last_inbound_at is not None
        assert state.last_inbound_at + LENGTH > NOW
        assert answer.window is not None
        assert answer.window.closes_at == state.last_inbound_at + LENGTH


@given(wanted=anything, state=states)
def test_nothing_goes_to_the_blocked_or_from_a_number_that_may_not_send(wanted: Wanted, state: Facts) -> None:
    assume(
        state.blocked_here
        or (state.blocked and wanted.purpose is not Purpose.REPLY)
        or state.line is None
        or state.line.status is not ConnectionStatus.ACTIVE
        or (state.e164 is None and state.bsuid is None)
    )
    assert isinstance(ask(wanted, state, now=NOW), Refusal)


@given(purpose=st.sampled_from(Purpose), state=states)
def test_nobody_gets_a_template_they_said_no_to(purpose: Purpose, state: Facts) -> None:
    answer = ask(Wanted(purpose, TEMPLATE), state, now=NOW)

    if isinstance(answer, Admitted):
        said = {
            Category.UTILITY: state.consents.utility,
            Category.AUTHENTICATION: state.consents.everything,
        }
        assert said.get(answer.category, state.consents.marketing) is not Consent.OUT  # type: ignore[arg-type]
        assert state.template is None or state.template.status in {None, "APPROVED", "SOMETHING_NEW"}


@given(state=states)
def test_a_campaign_for_marketing_goes_to_those_who_said_yes_alone(state: Facts) -> None:
    assume(state.opt_in_needed is not OptInNeeded.NEVER)
    answer = ask(Wanted(Purpose.CAMPAIGN, TEMPLATE), state, now=NOW)

    if isinstance(answer, Admitted) and answer.category in {Category.MARKETING, None}:
        assert state.consents.marketing is Consent.IN


@given(state=states)
def test_what_one_person_may_not_get_no_campaign_may_send_them(state: Facts) -> None:
    single, many = (
        ask(Wanted(purpose, TEMPLATE), state, now=NOW) for purpose in (Purpose.REPLY, Purpose.CAMPAIGN)
    )

    assert isinstance(single, Admitted) or isinstance(many, Refusal)


@pytest.mark.parametrize(
    ("wanted", "known", "code"),
    [
        (Wanted(Purpose.REPLY), {"line": None}, RefusalCode.NO_CONNECTION),
        (Wanted(Purpose.REPLY), {"line": line(ConnectionStatus.REVOKED)}, RefusalCode.NO_CONNECTION),
        (Wanted(Purpose.REPLY), {"line": line(ConnectionStatus.ERROR)}, RefusalCode.CONNECTION_PAUSED),
        (
            Wanted(Purpose.REPLY, TEMPLATE),
            {"line": line(restricted_until=NOW + LENGTH), "last_inbound_at": None},
            RefusalCode.ACCOUNT_RESTRICTED,
        ),
        (
            Wanted(Purpose.CAMPAIGN, TEMPLATE),
            {"line": line(restricted_until=NOW + LENGTH), "last_inbound_at": None},
            RefusalCode.NO_CONSENT,
        ),
        (Wanted(Purpose.REPLY), {"blocked_here": True}, RefusalCode.CONTACT_BLOCKED),
        (Wanted(Purpose.CAMPAIGN, TEMPLATE), {"blocked": True}, RefusalCode.CONTACT_BLOCKED),
        (Wanted(Purpose.REPLY), {"e164": None}, RefusalCode.RECIPIENT_UNREACHABLE),
        (
            Wanted(Purpose.REPLY, TEMPLATE),
            {"e164": None, "bsuid": "ES.1", "template": TemplateStanding("APPROVED", "AUTHENTICATION")},
            RefusalCode.RECIPIENT_UNREACHABLE,
        ),
        (Wanted(Purpose.REPLY), {"last_inbound_at": NOW - LENGTH}, RefusalCode.WINDOW_CLOSED),
        (Wanted(Purpose.REPLY), {"last_inbound_at": None}, RefusalCode.WINDOW_CLOSED),
        (Wanted(Purpose.NOTIFICATION, TEMPLATE), {"template": None}, RefusalCode.TEMPLATE_UNKNOWN),
        (
            Wanted(Purpose.REPLY, TEMPLATE),
            {"template": TemplateStanding("PAUSED", "UTILITY")},
            RefusalCode.TEMPLATE_UNAVAILABLE,
        ),
        (
            Wanted(Purpose.CAMPAIGN, TEMPLATE, looked_over_as="UTILITY"),
            {},
            RefusalCode.TEMPLATE_RECATEGORISED,
        ),
        (Wanted(Purpose.REPLY, TEMPLATE), {"e164": "+12125550100"}, RefusalCode.COUNTRY_REFUSED),
        (Wanted(Purpose.REPLY, TEMPLATE), {"e164": None, "bsuid": "US.1"}, RefusalCode.COUNTRY_REFUSED),
        (Wanted(Purpose.REPLY, TEMPLATE), {"consents": Consents(Consent.OUT)}, RefusalCode.OPTED_OUT),
        (
            Wanted(Purpose.REPLY, TEMPLATE),
            {"template": TemplateStanding("APPROVED", "UTILITY"), "consents": Consents(None, Consent.OUT)},
            RefusalCode.OPTED_OUT,
        ),
        (
            Wanted(Purpose.NOTIFICATION),
            {"consents": Consents(None, None, Consent.OUT)},
            RefusalCode.OPTED_OUT,
        ),
        (Wanted(Purpose.CAMPAIGN, TEMPLATE), {}, RefusalCode.NO_CONSENT),
        (
            Wanted(Purpose.CAMPAIGN, TEMPLATE),
            {"consents": Consents(Consent.IN), "withheld": Withheld(NOW - timedelta(hours=23))},
            RefusalCode.MARKETING_CAPPED,
        ),
        (
            Wanted(Purpose.CAMPAIGN, TEMPLATE),
            {"consents": Consents(Consent.IN), "withheld": Withheld(in_experiment=True)},
            RefusalCode.IN_EXPERIMENT,
        ),
        (
            Wanted(Purpose.CAMPAIGN, TEMPLATE),
            {
                "template": TemplateStanding("APPROVED", None),
                "consents": Consents(Consent.IN),
                "withheld": Withheld(NOW - timedelta(hours=23)),
            },
            RefusalCode.MARKETING_CAPPED,
        ),
        (Wanted(Purpose.REPLY, TEMPLATE), {"opt_in_needed": OptInNeeded.ALWAYS}, RefusalCode.NO_CONSENT),
    ],
)
def test_each_no_has_its_reason(wanted: Wanted, known: dict[str, object], code: RefusalCode) -> None:
    answer = ask(wanted, facts(**known), now=NOW)

    assert isinstance(answer, Refusal)
    assert answer.code is code


@pytest.mark.parametrize(
    ("wanted", "known"),
    [
        (Wanted(Purpose.REPLY), {}),
        (Wanted(Purpose.REPLY), {"consents": Consents(Consent.OUT, Consent.OUT, Consent.OUT)}),
        (Wanted(Purpose.REPLY), {"blocked": True}),
        (Wanted(Purpose.REPLY, TEMPLATE), {"template": None, "last_inbound_at": None}),
        (Wanted(Purpose.REPLY, TEMPLATE), {"template": None, "opt_in_needed": OptInNeeded.ALWAYS}),
        (Wanted(Purpose.REPLY, TEMPLATE), {"line": line(restricted_until=NOW + LENGTH)}),
        (Wanted(Purpose.REPLY, TEMPLATE), {"line": line(restricted_until=NOW), "last_inbound_at": None}),
        (Wanted(Purpose.REPLY, TEMPLATE), {"last_inbound_at": None}),
        (Wanted(Purpose.REPLY, TEMPLATE), {"e164": "+14165550100"}),
        (
            Wanted(Purpose.REPLY, TEMPLATE),
            {"e164": "+12125550100", "template": TemplateStanding("APPROVED", "UTILITY")},
        ),
        (Wanted(Purpose.REPLY, TEMPLATE), {"template": TemplateStanding("APPROVED", "AUTHENTICATION")}),
        (Wanted(Purpose.CAMPAIGN, TEMPLATE), {"consents": Consents(Consent.IN)}),
        (Wanted(Purpose.CAMPAIGN, TEMPLATE), {"opt_in_needed": OptInNeeded.NEVER}),
        (
            Wanted(Purpose.CAMPAIGN, TEMPLATE),
            {"consents": Consents(Consent.IN), "withheld": Withheld(NOW - timedelta(hours=24))},
        ),
        (
            Wanted(Purpose.CAMPAIGN, TEMPLATE),
            {
                "template": TemplateStanding("APPROVED", "UTILITY"),
                "withheld": Withheld(NOW, in_experiment=True),
            },
        ),
        (Wanted(Purpose.REPLY, TEMPLATE), {"withheld": Withheld(NOW, in_experiment=True)}),
        (
            Wanted(Purpose.CAMPAIGN, TEMPLATE),
            {"template": TemplateStanding("APPROVED", "UTILITY"), "consents": Consents(Consent.OUT)},
        ),
        (
            Wanted(Purpose.CAMPAIGN, TEMPLATE, looked_over_as="utility"),
            {"template": TemplateStanding("APPROVED", "UTILITY")},
        ),
        (
            Wanted(Purpose.CAMPAIGN, TEMPLATE, looked_over_as="MARKETING"),
            {"template": TemplateStanding("APPROVED", None), "consents": Consents(Consent.IN)},
        ),
    ],
)
def test_the_gate_admits_what_nothing_speaks_against(wanted: Wanted, known: dict[str, object]) -> None:
    assert isinstance(ask(wanted, facts(**known), now=NOW), Admitted)


def test_what_may_go_says_until_when_as_what_and_with_whose_yes() -> None:
    answer = ask(Wanted(Purpose.CAMPAIGN, TEMPLATE), facts(consents=Consents(Consent.IN)), now=NOW)

    window = OpenWindow(closes_at=NOW - timedelta(minutes=1) + LENGTH)
    assert answer == Admitted(window=window, category=Category.MARKETING, consent=Consent.IN)


@pytest.mark.parametrize(
    "status",
    ["PENDING", "REJECTED", "PAUSED", "DISABLED", "IN_APPEAL", "PENDING_DELETION", "DELETED", "LIMIT_EXCEEDED", "ARCHIVED", "LOCKED"],
)  # fmt: skip
def test_a_template_that_meta_sends_to_nobody_is_not_asked_for(status: str) -> None:
    answer = ask(
        Wanted(Purpose.REPLY, TEMPLATE), facts(template=TemplateStanding(status, "UTILITY")), now=NOW
    )

    assert isinstance(answer, Refusal)
    assert answer.code is RefusalCode.TEMPLATE_UNAVAILABLE


def test_every_reason_has_words_and_a_way_out() -> None:
    assert set(WORDS) == set(FIXES) == set(RefusalCode)


@pytest.mark.parametrize("purpose", Purpose)
def test_while_meta_lets_an_account_write_to_nobody_first_whoever_writes_is_answered(
    purpose: Purpose,
) -> None:
    said_yes = Consents(Consent.IN, Consent.IN, Consent.IN)
    restricted = facts(line=line(restricted_until=NOW + LENGTH), consents=said_yes)
    stranger = msgspec.structs.replace(restricted, last_inbound_at=NOW - LENGTH)

    assert isinstance(ask(Wanted(purpose), restricted, now=NOW), Admitted)
    assert isinstance(ask(Wanted(purpose, TEMPLATE), restricted, now=NOW), Admitted)
    answer = ask(Wanted(purpose, TEMPLATE), stranger, now=NOW)
    assert isinstance(answer, Refusal)
    assert (answer.code, answer.details) == (
        RefusalCode.ACCOUNT_RESTRICTED,
        {"restricted_until": "2026-11-21T12:00:00Z"},
    )
    assert "until 2026-11-21 12:00 UTC" in answer.words["en"]
    assert isinstance(ask(Wanted(purpose, TEMPLATE), stranger, now=NOW + LENGTH), Admitted)
