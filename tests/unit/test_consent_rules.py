"""Keywords are whole messages, whatever their case and accents; lists are read whatever their separator and encoding."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curbe.consent.gate import Consent
from curbe.consent.lists import MOST_COLUMNS, MOST_ROWS, Columns, overview, read
from curbe.consent.rules import ConsentRules, Said, contradictions, keyword_in
from curbe.domain.errors import InvalidRequest

RULES = ConsentRules()


# The screen that tries sentences out has these rules in TypeScript; it is held to the same cases.
CASES = json.loads((Path(__file__).parent / "keywords.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("text", "state"), [*((one["text"], one["state"]) for one in CASES), (None, None)])
def test_a_keyword_is_the_whole_of_a_message(text: str | None, state: str | None) -> None:
    said = keyword_in(text, RULES)

    assert (said and said.state) == state


def test_a_keyword_is_as_long_as_a_message_that_may_be_one() -> None:
    longest = "a" * 60
    rules = ConsentRules(keywords=[Said(words=[longest], state=Consent.OUT)])

    assert keyword_in(longest, rules) is not None
    assert keyword_in(longest + "!", rules) is None


def test_of_a_word_that_is_a_yes_and_a_no_the_no_counts() -> None:
    yes, no = Said(words=["vale"], state=Consent.IN), Said(words=["Vale!"], state=Consent.OUT)

    assert keyword_in("vale", ConsentRules(keywords=[yes, no])) is no
    assert keyword_in("vale", ConsentRules(keywords=[no, yes])) is no


def test_a_tenants_own_words_count_in_place_of_the_products() -> None:
    rules = ConsentRules(keywords=[Said(words=["Não quero mais"], state=Consent.OUT)])

    assert keyword_in("nao quero MAIS", rules) is not None
    assert keyword_in("STOP", rules) is None


def test_a_word_that_means_yes_and_no_is_told() -> None:
    both = [Said(words=["Sí"], state=Consent.IN), Said(words=["SI.", "!"], state=Consent.OUT)]

    assert contradictions(both) == ["", "si"]
    assert contradictions(RULES.keywords) == []


def test_a_lists_columns_are_told_at_once_whatever_they_are_called() -> None:
    strange = "\u0300" * 50_000 + "\u0323" * 50_000
    began = time.perf_counter()

    found = overview(f"{strange},phone,Fecha\na,+34600111222,2026-11-29\n".encode())

    assert (found.phone, found.date) == ("phone", "Fecha")
    assert time.perf_counter() - began < 5


@given(st.text(max_size=80))
def test_any_message_means_one_thing_or_nothing(text: str) -> None:
    assert keyword_in(text, RULES) == keyword_in(text, RULES)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_list_is_read_whatever_its_separator_and_encoding(encoding: str, separator: str) -> None:
    text = f"Nombre{separator}Teléfono{separator}Fecha\r\nJosé{separator}600 111 222{separator}2026-05-01\r\n\r\n"

    header, (row,) = read(text.encode(encoding))

    assert header == ["Nombre", "Teléfono", "Fecha"]
    assert (row.line, row.phone, row.date) == (2, "600 111 222", "2026-05-01")


@pytest.mark.parametrize(
    "text",
    [
        "\r\nNombre;Teléfono\r\nAna;600 111 222\r\n",
        '"Nombre, apellidos, alias";Teléfono\r\nAna;600 111 222\r\n',
        "Nombre;Teléfono\rAna;600 111 222\r",
    ],
    ids=["an empty line before it", "commas in its head", "the line ends of an old Mac"],
)
def test_a_list_is_read_as_a_spreadsheet_left_it(text: str) -> None:
    assert [row.phone for row in read(text.encode())[1]] == ["600 111 222"]


def test_each_column_of_a_list_has_a_name_of_its_own_to_be_chosen_by() -> None:
    data = "Teléfono;Nombre;Nombre;;Nota;;\r\n600 111 222;Ana;Ruiz;x;y;;\r\n".encode()

    assert overview(data).columns == ["Teléfono", "Nombre", "Nombre (3)", "column 4", "Nota"]
    assert read(data, Columns(phone="Teléfono", date="column 4"))[1][0].date == "x"


def test_a_row_stands_on_the_line_on_which_it_begins() -> None:
    data = 'Nombre;Teléfono\r\n"Ana\r\nRuiz";600 111 222\r\n;600 111 223\r\n'

    assert [(row.line, row.phone) for row in read(data.encode())[1]] == [
        (2, "600 111 222"),
        (4, "600 111 223"),
    ]


def test_a_list_of_numbers_alone_needs_no_header() -> None:
    header, rows = read(b"+34600000001\n+34600000002\n")

    assert header == []
    assert [row.phone for row in rows] == ["+34600000001", "+34600000002"]


def test_a_column_is_no_phone_for_having_a_number_in_its_name() -> None:
    data = b"Client 1,Line 2\nAna,+34600000001\n"

    assert overview(data).columns == ["Client 1", "Line 2"]
    assert [row.phone for row in read(data, Columns(phone="Line 2"))[1]] == ["+34600000001"]


def test_of_columns_that_may_be_the_phone_the_surest_is() -> None:
    data = "Número;Teléfono móvil\n7;+34600000001\n".encode()

    assert overview(data).phone == "Teléfono móvil"
    assert [row.phone for row in read(data)[1]] == ["+34600000001"]


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"name\nAna\n", b"\x00\x01\x02", b"phone\n" + b"1\n" * (MOST_ROWS + 1)]
)
def test_what_is_no_list_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidRequest):
        read(data)


@pytest.mark.parametrize("wide", ["head", "line"])
def test_a_list_of_more_columns_than_it_may_have_is_refused_by_the_line(wide: str) -> None:
    commas = "," * MOST_COLUMNS
    data = f"phone{commas if wide == 'head' else ''}\n600111222{commas}\n".encode()

    with pytest.raises(
        InvalidRequest, match=f"Line {1 if wide == 'head' else 2} of the list has more than 200 columns"
    ):
        read(data)
    assert len(read(data.replace(b",\n", b"\n"))[1]) == 1, "as many as it may have"


@given(st.binary(max_size=300))
def test_any_bytes_are_a_list_or_refused(data: bytes) -> None:
    try:
        _, rows = read(data)
    except InvalidRequest:
        return
    assert all(row.cells for row in rows)
