"""Paths name one value or none, conditions hold or not, and a rule is kept only where it suits its template."""

import contextlib
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curbe.domain.errors import InvalidRequest
from curbe.notifications.paths import steps, value_at
from curbe.notifications.rules import Missing, Rule, check, holds, notice
from curbe.templates.slots import slots

DATA = {
    "candidate": {
        "phones": ["+34600000001", "+34600000002"],
        "name": "Ana\nRuiz",
        "first name": "Ana",
        "age": 31,
        "vip": True,
    }
}
NEEDS = slots([{"type": "BODY", "text": "Hola {{first_name}}"}])


def rule(**more: Any) -> Rule:
    usual = {
        "event": "interview.scheduled",
        "template": "t",
        "language": "es_ES",
        "recipient": "$.candidate.phones[0]",
        "variables": {"first_name": {"path": "$.candidate.name"}},
    }
    return msgspec.convert({**usual, **more}, Rule)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$", DATA),
        ("$.candidate.phones[0]", "+34600000001"),
        ("$.candidate.phones[-1]", "+34600000002"),
        ("$.candidate['first name']", "Ana"),
        ('$["candidate"].age', 31),
        ("$.candidate.phones[2]", None),
        ("$.candidate.phones[-3]", None),
        ("$.candidate.phones.length", None),
        ("$.nobody.at.all", None),
        ("$.candidate[0]", None),
    ],
)
def test_a_path_names_one_value_or_none(path: str, value: Any) -> None:
    assert value_at(DATA, path) == value


@pytest.mark.parametrize(
    "path",
    [
        "",
        "candidate",
        "$candidate",
        "$.",
        "$..a",
        "$[*]",
        "$.a[?(@.b)]",
        "$.a[1:2]",
        "$['a",
        "$.a b",
        "$" + ".a" * 300,
    ],
)
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(InvalidRequest):
        steps(path, field="path")


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)


@given(data=json, path=st.text(alphabet="$.a[0]'-b", max_size=12))
def test_any_path_into_any_data_is_a_value_none_or_a_refusal(data: Any, path: str) -> None:
    with contextlib.suppress(InvalidRequest):
        value_at(data, path)


@pytest.mark.parametrize(
    ("condition", "met"),
    [
        ({"path": "$.candidate.age", "test": "greater", "value": 30}, True),
        ({"path": "$.candidate.age", "test": "greater", "value": 31}, False),
        ({"path": "$.candidate.name", "test": "greater", "value": 30}, False),
        ({"path": "$.candidate.vip", "test": "greater", "value": 0}, False),
        ({"path": "$.candidate.age", "test": "less", "value": 32}, True),
        ({"path": "$.candidate.age", "test": "less", "value": 31}, False),
        ({"path": "$.candidate.name", "test": "less", "value": 31}, False),
        ({"path": "$.candidate.age", "test": "equals", "value": 31}, True),
        ({"path": "$.candidate.vip", "test": "equals", "value": 1}, False),
        ({"path": "$.candidate.vip", "test": "equals", "value": True}, True),
        ({"path": "$.candidate.age", "test": "differs", "value": 31}, False),
        ({"path": "$.nobody", "test": "differs", "value": "x"}, True),
        ({"path": "$.candidate.age", "test": "in", "value": [1, 31]}, True),
        ({"path": "$.candidate.age", "test": "in", "value": [1, 2]}, False),
        ({"path": "$.candidate.name", "test": "contains", "value": "RUIZ"}, True),
        ({"path": "$.candidate.name", "test": "contains", "value": "Ruizo"}, False),
        ({"path": "$.candidate.phones", "test": "contains", "value": "+34600000002"}, True),
        ({"path": "$.candidate.phones", "test": "contains", "value": "+34600000003"}, False),
        ({"path": "$.candidate.age", "test": "contains", "value": "31"}, False),
        ({"path": "$.nobody", "test": "exists"}, False),
        ({"path": "$.candidate.age", "test": "exists"}, True),
        ({"path": "$.nobody", "test": "missing"}, True),
        ({"path": "$.candidate.age", "test": "missing"}, False),
    ],
)
def test_a_condition_holds_or_not(condition: dict[str, Any], *, met: bool) -> None:
    kept = rule(conditions=[condition])
    check(kept, must=NEEDS, may=[])

    assert (holds(kept, DATA) is None) is met


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"recipient": "candidate"}, "recipient"),
        ({"variables": {}}, "variables.first_name"),
        ({"variables": {"first_name": {"value": "x"}, "other": {"value": "y"}}}, "variables.other"),
        ({"variables": {"first_name": {}}}, "variables.first_name"),
        ({"variables": {"first_name": {"value": " \n"}}}, "variables.first_name"),
        ({"variables": {"first_name": {"path": "$.a", "value": "x"}}}, "variables.first_name"),
        ({"variables": {"first_name": {"path": "$..a"}}}, "variables.first_name.path"),
        ({"conditions": [{"path": "a", "test": "exists"}]}, "conditions[0].path"),
        ({"conditions": [{"path": "$.a", "test": "in", "value": "x"}]}, "conditions[0].value"),
        ({"conditions": [{"path": "$.a", "test": "greater", "value": "x"}]}, "conditions[0].value"),
        ({"conditions": [{"path": "$.a", "test": "less", "value": True}]}, "conditions[0].value"),
        ({"conditions": [{"path": "$.a", "test": "contains", "value": 1}]}, "conditions[0].value"),
        ({"conditions": [{"path": "$.a", "test": "exists", "value": 1}]}, "conditions[0].value"),
        ({"conditions": [{"path": "$.a", "test": "missing", "value": 1}]}, "conditions[0].value"),
        ({"conditions": [{"path": "$.a", "test": "differs", "value": [1]}]}, "conditions[0].value"),
        ({"conditions": [{"path": "$.a", "test": "equals"}]}, "conditions[0].value"),
    ],
)
def test_a_rule_that_does_not_suit_is_refused_at_its_member(more: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        check(rule(**more), must=NEEDS, may=[])

    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("more", "made"),
    [
        ({}, {"first_name": "Ana Ruiz"}),
        ({"variables": {"first_name": {"path": "$.candidate.age"}}}, {"first_name": "31"}),
        ({"variables": {"first_name": {"path": "$.nobody", "default": "amigo"}}}, {"first_name": "amigo"}),
        (
            {"variables": {"first_name": {"path": "$.nobody", "default": "amigo\no amiga "}}},
            {"first_name": "amigo o amiga"},
        ),
        ({"variables": {"first_name": {"value": "Hola"}}}, {"first_name": "Hola"}),
        ({"variables": {"first_name": {"path": "$.nobody"}}}, "variable_missing"),
        ({"variables": {"first_name": {"path": "$.candidate.phones"}}}, "variable_unfit"),
        ({"recipient": "$.nobody"}, "no_recipient"),
    ],
)
def test_values_are_taken_from_the_event_or_it_is_said_what_is_missing(
    more: dict[str, Any], made: Any
) -> None:
    told = notice(rule(**more), DATA)

    assert (told.reason if isinstance(told, Missing) else told.values) == made
