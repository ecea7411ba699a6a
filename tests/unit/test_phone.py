"""What people type becomes one number, and the forms Meta uses for it are one person."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curbe.domain.errors import InvalidRequest
from curbe.domain.phone import at_home, country_of, masked, to_e164, variants, wa_id_to_e164
from curbe.domain.phone_tables import bare_phone, phone_column, read_phone


@pytest.mark.parametrize(
    ("typed", "country", "e164"),
    [
        ("+34600111222", None, "+34600111222"),
        ("600 111 222", "ES", "+34600111222"),
        ("0034 600-111-222", "ES", "+34600111222"),
        ("+1 (650) 555-0142", "ES", "+16505550142"),
        ("(11) 98765-4321", "BR", "+5511987654321"),
        ("011 15 2345-6789", "AR", "+5491123456789"),
        ("+٣٤٦٠٠١١١٢٢٢", None, "+34600111222"),
        ("+52 1 55 1234 5678", None, "+525512345678"),
    ],
)
def test_a_number_is_read_as_people_type_it(typed: str, country: str | None, e164: str) -> None:
    assert to_e164(typed, default_country=country) == e164


@pytest.mark.parametrize(
    ("cell", "country", "e164"),
    [
        ("'+34600111222", None, "+34600111222"),
        ("0034 600 111 222", None, "+34600111222"),
        ("\u202a+34 600\u00a0111 222\u202c", None, "+34600111222"),
        ("+5215512345678", None, "+525512345678"),
    ],
)
def test_a_number_is_read_as_tables_have_it(cell: str, country: str | None, e164: str) -> None:
    assert read_phone(bare_phone(cell), country) == e164


@pytest.mark.parametrize("number", ["+5215512345678", "+34600111222"])
def test_a_cell_of_a_hundred_thousand_dashes_is_no_number_and_not_remembered(number: str) -> None:
    before = read_phone.cache_info().currsize

    with pytest.raises(InvalidRequest, match="too many characters"):
        read_phone(number + "-" * 100_000, None)

    assert read_phone.cache_info().currsize == before


def test_the_column_of_phones_is_found_at_once_however_another_is_called() -> None:
    began = time.perf_counter()

    assert phone_column(["\u0300" * 50_000 + "\u0323" * 50_000, "Te\u0301lefono"]) == 1
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize(
    ("typed", "country", "why"),
    [
        ("", "ES", "no phone number"),
        ("hello", "ES", "letters"),
        ("1-800-FLOWERS", "US", "letters"),
        ("600111222", None, "country code is missing"),
        ("+999123456789", None, "country code is missing or no country has it"),
        ("+34 600", None, "too few digits"),
        ("+34 600 111 222 333", None, "too many digits"),
        ("044 55 1234 5678", "MX", "too many digits"),
        ("+1 650 555 0142 #5", None, "extension"),
        ("600111222", "XX", "country to read it by"),
        ("9" * 1000, "ES", "too many characters"),
    ],
)
def test_what_is_no_number_is_refused_with_the_reason_and_what_to_write(
    typed: str, country: str | None, why: str
) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        to_e164(typed, default_country=country, field="$.to")

    assert why in refusal.value.detail
    assert "+34600111222" in refusal.value.fix
    assert refusal.value.field == "$.to"


@given(typed=st.text(max_size=50), country=st.sampled_from(["ES", "BR", "US", None]))
def test_whatever_is_typed_is_a_number_or_refused(typed: str, country: str | None) -> None:
    try:
        e164 = to_e164(typed, default_country=country)
    except InvalidRequest:
        return
    assert e164[0] == "+"
    assert e164[1:].isdigit()
    assert len(e164) <= 18


@pytest.mark.parametrize(
    ("forms", "person"),
    [
        (["+5511987654321", "+551187654321"], ("+5511987654321", "+551187654321")),
        (["+5511998765432", "+551198765432"], ("+5511998765432", "+551198765432")),
        (["+525512345678", "+5215512345678"], ("+525512345678", "+5215512345678")),
        (["+5491123456789", "+541123456789"], ("+5491123456789", "+541123456789")),
        (["+551133334444"], ("+551133334444",)),  # a landline in Sao Paulo
        (["+34600111222"], ("+34600111222",)),
        (["+16505550142"], ("+16505550142",)),
        (["+not digits"], ("+not digits",)),
    ],
)
def test_every_form_of_a_number_leads_to_the_same_person(forms: list[str], person: tuple[str, ...]) -> None:
    assert [variants(form) for form in forms] == [person] * len(forms)


@given(digits=st.from_regex(r"(55|52|54|34|1)\d{6,12}", fullmatch=True))
def test_variants_of_variants_are_the_same_person(digits: str) -> None:
    forms = variants(wa_id_to_e164(digits))

    assert "+" + digits in forms
    assert {variants(form) for form in forms} == {forms}


@pytest.mark.parametrize(
    ("e164", "country"),
    [
        ("+34600111222", "ES"),
        ("+16505550142", "US"),
        ("+14165550142", "CA"),
        ("+551187654321", "BR"),
        ("+5215512345678", "MX"),
        ("+999", None),
        ("+800123456", None),
        ("nonsense", None),
    ],
)
def test_a_number_tells_its_country(e164: str, country: str | None) -> None:
    assert country_of(e164) == country


@pytest.mark.parametrize(
    ("e164", "digits"),
    [
        ("+34600111222", ("600111222",)),
        ("+447911123456", ("7911123456",)),
        ("+5491123456789", ("91123456789", "1123456789")),
        ("+3546111234", ()),  # seven digits: many things have as many
        ("nonsense", ()),
    ],
)
def test_a_number_is_known_by_how_it_is_written_at_home(e164: str, digits: tuple[str, ...]) -> None:
    assert at_home(e164) == digits


def test_a_masked_number_cannot_be_called() -> None:
    assert masked("+34600111495") == "+34...495"
    assert masked("+34600") == "..."
