"""Canned replies: what may stand in them, and what becomes of it."""

import time

import pytest

from curbe.desk.rules import Variable, color, render, shortcut, variables_in, words
from curbe.domain.errors import InvalidRequest

ANA = {Variable.CONTACT_NAME: "Ana", Variable.AGENT_NAME: "Bea", Variable.BUSINESS_NAME: "Acme"}


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("Hola {{contact_name}}, soy {{ agent_name }} de {{business_name}}.", "Hola Ana, soy Bea de Acme."),
        ("{{contact_name}} {{contact_name}}", "Ana Ana"),
        ("Hola {{contact_phone}}, ¿qué tal?", "Hola, ¿qué tal?"),
        ("{{contact_phone}}", ""),
        ("{ contact_name } {contact_name}", "{ contact_name } {contact_name}"),
        ("sin nada", "sin nada"),
    ],
)
def test_variables_are_filled_in_and_what_is_not_known_leaves_no_gap(body: str, text: str) -> None:
    assert render(body, ANA) == text


def test_what_a_person_is_called_is_never_read_as_a_variable() -> None:
    assert render("{{contact_name}}", {Variable.CONTACT_NAME: r"{{agent_name}} \1"}) == r"{{agent_name}} \1"


def test_a_variable_nobody_knows_is_refused_when_it_is_written() -> None:
    with pytest.raises(InvalidRequest) as refused:
        variables_in("Hola {{nombre}}")

    assert refused.value.field == "body"
    assert "{{contact_name}}" in refused.value.fix


def test_a_text_of_nothing_but_space_after_an_opening_is_read_at_once() -> None:
    began = time.perf_counter()

    assert variables_in("{{" + " " * 4000) == frozenset()
    assert render("{{" + " " * 4000, ANA) == "{{" + " " * 4000
    assert time.perf_counter() - began < 5


def test_the_variables_of_a_text_are_known() -> None:
    assert variables_in("{{contact_name}} {{agent_name}} {{contact_name}}") == {
        Variable.CONTACT_NAME,
        Variable.AGENT_NAME,
    }


@pytest.mark.parametrize(("typed", "kept"), [("/hola", "hola"), (" gracias ", "gracias"), ("año", "año")])
def test_a_shortcut_is_kept_without_its_slash(typed: str, kept: str) -> None:
    assert shortcut(typed) == kept


@pytest.mark.parametrize("typed", ["", "/", "two words", "a/b", "x" * 41])
def test_a_shortcut_that_cannot_be_typed_is_refused(typed: str) -> None:
    with pytest.raises(InvalidRequest):
        shortcut(typed)


def test_colours_are_six_digits_in_small_letters() -> None:
    assert color("#AA00FF") == "#aa00ff"
    for typed in ("red", "#fff", "aa00ff", "#aa00fg", "#aa00ff;"):
        with pytest.raises(InvalidRequest):
            color(typed)


def test_a_name_is_neither_empty_nor_endless() -> None:
    assert words("  Sales ", most=5, field="name") == "Sales"
    for typed in ("   ", "Sales!"):
        with pytest.raises(InvalidRequest):
            words(typed, most=5, field="name")
