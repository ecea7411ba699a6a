"""How often somebody may ask: never more than the limit, never less, and people and keys never for each other."""

from contextlib import ExitStack
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curbe.auth.quota_rules import Limit, Whose, decide, limit_of, limits_on
from curbe.auth.quotas import Quotas
from curbe.domain.access import Principal, PrincipalKind, Scope
from curbe.infra.metrics import Metrics
from curbe.realtime.sockets import Sockets

LIMIT = Limit(per_minute=60, burst=5)  # one comes back each second
EVERY = dict.fromkeys(Whose, LIMIT)
limits = st.builds(Limit, per_minute=st.integers(1, 100_000), burst=st.integers(1, 1_000))
pauses = st.lists(st.floats(0, 30), min_size=1, max_size=60)


def key(number: int = 1, *, tenant: int = 1) -> Principal:
    return Principal(
        kind=PrincipalKind.TENANT,
        tenant_id=UUID(int=tenant),
        key_id=UUID(int=number),
        scopes=frozenset({Scope.INBOX_READ}),
    )


def person(number: int = 1, *, tenant: int | None = 1, operator: bool = False) -> Principal:
    return Principal(
        kind=PrincipalKind.USER,
        tenant_id=None if tenant is None else UUID(int=tenant),
        user_id=UUID(int=number),
        scopes=frozenset(),
        is_operator=operator,
    )


def let_in(limit: Limit, moments: list[float]) -> list[float]:
    """The moments of those requests that are let in."""
    full_at, admitted = 0.0, []
    for now in moments:
        decision = decide(limit, full_at=full_at, now=now)
        full_at = decision.full_at
        if decision.allowed:
            admitted.append(now)
    return admitted


def moments_of(pauses: list[float]) -> list[float]:
    return [100 + sum(pauses[: each + 1]) for each in range(len(pauses))]


@given(limit=limits, pauses=pauses)
def test_no_stretch_of_time_lets_in_more_than_a_burst_and_what_comes_back_meanwhile(
    limit: Limit, pauses: list[float]
) -> None:
    admitted = let_in(limit, moments_of(pauses))

    for first, began in enumerate(admitted):
        for last, ended in enumerate(admitted[first:], start=first):
            assert last - first + 1 <= limit.burst + (ended - began) / limit.interval + 0.001


@given(limit=limits, pauses=pauses)
def test_who_asks_no_faster_than_the_limit_is_never_refused(limit: Limit, pauses: list[float]) -> None:
    moments = moments_of([limit.interval + pause for pause in pauses])

    assert let_in(limit, moments) == moments


@given(limit=limits, pauses=pauses)
def test_who_waits_as_long_as_told_is_let_in_and_a_moment_earlier_is_not(
    limit: Limit, pauses: list[float]
) -> None:
    full_at, now = 0.0, 100.0
    for now in [*moments_of(pauses), *[1_000.0] * (limit.burst + 1)]:
        decision = decide(limit, full_at=full_at, now=now)
        full_at = decision.full_at

    assert not decision.allowed
    assert not decide(limit, full_at=full_at, now=now + decision.wait * 0.99).allowed
    assert decide(limit, full_at=full_at, now=now + decision.wait).allowed


def test_a_burst_is_let_in_and_what_is_left_is_told() -> None:
    left, full_at = [], 0.0
    for _ in range(6):
        decision = decide(LIMIT, full_at=full_at, now=100)
        full_at = decision.full_at
        left.append((decision.allowed, decision.left))

    assert left == [(True, 4), (True, 3), (True, 2), (True, 1), (True, 0), (False, 0)]
    assert decision.wait == pytest.approx(1)
    assert full_at == pytest.approx(105), "the refused one costs nothing"
    assert decide(LIMIT, full_at=full_at, now=100.25).wait == pytest.approx(0.75)
    assert Limit(per_minute=120, burst=5).window == 2.5


@pytest.mark.parametrize(
    ("per_minute", "burst", "at_once"), [(6000, 15, 1500), (60, 5, 5), (1, 1, 1), (7, 15, 1)]
)
def test_a_burst_is_what_its_time_allows_and_one_at_least(per_minute: int, burst: int, at_once: int) -> None:
    limit = limit_of(per_minute, burst=timedelta(seconds=burst))

    assert limit is not None
    assert (limit.per_minute, limit.burst) == (per_minute, at_once)


def test_zero_is_no_limit() -> None:
    assert limit_of(0, burst=timedelta(seconds=15)) is None


def test_keys_and_people_of_a_tenant_count_towards_nothing_in_common() -> None:
    assert list(limits_on(key(7), EVERY)) == [(Whose.KEY, UUID(int=7)), (Whose.TENANT_KEYS, UUID(int=1))]
    assert list(limits_on(person(7), EVERY)) == [
        (Whose.PERSON, UUID(int=7)),
        (Whose.TENANT_PEOPLE, UUID(int=1)),
    ]
    assert list(limits_on(person(7, tenant=None), EVERY)) == [(Whose.PERSON, UUID(int=7))]
    assert limits_on(key(7), {Whose.PERSON: LIMIT}) == {}


def test_the_operator_has_no_limit_by_key_or_as_a_person() -> None:
    by_key = Principal(
        kind=PrincipalKind.PLATFORM, tenant_id=None, key_id=UUID(int=1), scopes=frozenset(Scope)
    )

    assert limits_on(by_key, EVERY) == {}
    assert limits_on(person(operator=True), EVERY) == {}


def refused(quotas: Quotas, who: Principal, *, now: float) -> str | None:
    """The limit that a request of theirs meets; None where it is let in."""
    refusal = quotas.count(who, now=now).refusal
    return None if refusal is None else str(refusal.extra["limit"])


def test_a_request_that_one_limit_refuses_uses_up_no_other() -> None:
    limits = {Whose.KEY: Limit(per_minute=60, burst=1), Whose.TENANT_KEYS: Limit(per_minute=60, burst=2)}
    quotas = Quotas(limits, metrics=Metrics())

    met = [refused(quotas, key(1), now=100) for _ in range(9)]
    other = [refused(quotas, key(2), now=100), refused(quotas, key(3), now=100)]

    assert met == [None, *["key"] * 8]
    assert other == [None, "tenant_keys"], "the tenant had one left, and the second key took it"
    assert refused(quotas, key(4, tenant=2), now=100) is None, "and another tenant has its own"


def test_what_was_refused_is_counted_by_the_limit_that_was_met() -> None:
    metrics = Metrics()
    quotas = Quotas({Whose.PERSON: Limit(per_minute=60, burst=1)}, metrics=metrics)

    for _ in range(4):
        quotas.count(person(), now=100)

    assert metrics.requests_refused.labels(limit="person")._value.get() == 3


def test_only_so_many_are_remembered_and_the_longest_silent_is_forgotten_first() -> None:
    quotas = Quotas({Whose.KEY: Limit(per_minute=1, burst=1)}, metrics=Metrics(), most=2)

    for number in (1, 2, 3):
        quotas.count(key(number), now=100)

    assert [refused(quotas, key(number), now=100) for number in (3, 2)] == ["key", "key"]
    assert refused(quotas, key(1), now=100) is None


def test_sockets_of_people_are_counted_apart_from_those_of_keys_and_the_operators_not_at_all() -> None:
    sockets = Sockets(dict.fromkeys(Whose, 1), metrics=Metrics())
    operator = person(3, operator=True)

    def refused(*opened: Principal) -> list[bool]:
        with ExitStack() as stack:
            return [stack.enter_context(sockets.taken(one, now=0)) is not None for one in opened]

    assert refused(key(), person(), operator, operator) == [False] * 4
    assert refused(person(), person(tenant=2), person(2), person(2, tenant=2)) == [False, True, True, False]
    assert refused(key(), key(), key(2), key(2, tenant=2)) == [False, True, True, False]


@pytest.mark.parametrize("whose", Whose)
def test_why_a_socket_is_one_too_many_fits_into_what_closes_it(whose: Whose) -> None:
    who = key() if "key" in whose else person()
    sockets = Sockets({whose: 0}, metrics=Metrics())
    with sockets.taken(who, now=0) as why:
        assert why is not None
        assert len(why.replace(" 0 ", " 10000000 ").encode()) <= 123
