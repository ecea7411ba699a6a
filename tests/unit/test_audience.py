"""Tables as people have them become recipients and faults, each row one of the two, with its line and its reason."""

import asyncio
import io
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from curbe.campaigns import sheets
from curbe.campaigns.audience_rules import (
    MOST_BYTES,
    MOST_FILES,
    Candidate,
    ColumnMapping,
    Fault,
    candidate,
    check_mapping,
    guess,
    has_room,
    sorted_out,
    variable_name,
)
from curbe.campaigns.filling import Filler, variables_of
from curbe.campaigns.sheets import Sheet
from curbe.domain.errors import InvalidRequest
from curbe.domain.template import BodyComponent, Language, TemplateContent, TextParameter
from curbe.templates.fitting import fill
from curbe.templates.values import written

NEEDED = {"nombre": True}
BROKEN = """Nombre;Teléfono;Ciudad
Ana;+34 600 11 12 22;Sevilla
Bea;600111223;Cádiz
Ana otra vez;0034600111222;Sevilla
;600111224;Madrid
Carla;;Madrid
Diego;no tiene;Madrid
Elena;3,46E+10;Madrid
Fran;123;Madrid
Gema;+99912345678;Madrid
Hugo;"600111225
";Madrid
"Dos
líneas";600111226;Madrid
Iván;+34600111227890123;Madrid

Juan;600 111 228 ext. 5;Madrid
María;'+52 1 55 1234 5678;México
María;+525512345678;México
"""


def read(content: bytes, *, filename: str | None = None) -> Sheet:
    return asyncio.run(sheets.Sheets().read(content, filename=filename))


def outcomes(sheet: Sheet, mapping: ColumnMapping | None = None) -> list[Candidate | Fault]:
    known = mapping or guess(sheet, needed=NEEDED, default_country="ES")
    assert known is not None
    return list(sorted_out(sheet, known, needed=NEEDED, fallback_zone="Europe/Madrid"))


def test_every_row_is_a_recipient_or_a_fault_with_its_line_and_reason() -> None:
    sheet = read(BROKEN.encode())
    found = outcomes(sheet)

    assert len(found) == len(sheet.rows) == 15
    assert [(one.line, one.phone) for one in found if isinstance(one, Candidate)] == [
        (2, "34600111222"), (3, "34600111223"), (11, "34600111225"), (18, "525512345678"),
    ]  # fmt: skip
    assert {one.line: (one.reason, one.about) for one in found if isinstance(one, Fault)} == {
        4: ("duplicate", "2"),
        5: ("variable_missing", "nombre"),
        6: ("phone_missing", ""),
        7: ("phone_invalid", "letters"),
        8: ("phone_rounded", ""),
        9: ("phone_invalid", "short"),
        10: ("phone_invalid", "country"),
        13: ("variable_not_one_line", "nombre"),
        15: ("phone_invalid", "long"),
        17: ("phone_invalid", "letters"),
        19: ("duplicate", "18"),
    }
    assert "line 2" in next(one.detail for one in found if one.line == 4 and isinstance(one, Fault))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_csv_is_read_in_any_of_its_dialects(encoding: str, separator: str) -> None:
    text = f'Teléfono{separator}"Nombre{separator} apellido"\r\n+34600111222{separator}"Núñez{separator} José"\r\n'
    sheet = read(text.encode(encoding))

    assert sheet.columns == ["Teléfono", f"Nombre{separator} apellido"]
    assert sheet.rows[0].cells == ["+34600111222", f"Núñez{separator} José"]
    assert sheet.separator == separator


def test_a_workbook_is_read_with_numbers_as_numbers_are_read() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["phone", "nombre", "fecha"],
        [34600111222, "Ana", datetime(2026, 11, 28, tzinfo=UTC).replace(tzinfo=None)],
        [None, None, None],
        [34600111223.0, True, 1.5],
    ):
        sheet.append(row)
    packed = io.BytesIO()
    book.save(packed)

    read_back = read(packed.getvalue())

    assert read_back.kind == "xlsx"
    assert [(row.line, row.cells) for row in read_back.rows] == [
        (2, ["34600111222", "Ana", "2026-11-28"]),
        (4, ["34600111223", "true", "1.5"]),
    ]


@pytest.mark.parametrize("content", [b"", b"   \n", b"phone\n", b"PK\x03\x04 no zip", b"a\0b,c\n1,2\n"])
def test_what_is_no_table_is_refused_with_a_reason(content: bytes) -> None:
    with pytest.raises(InvalidRequest):
        read(content, filename="x.csv")


@pytest.mark.timeout(10)
def test_a_head_with_hundreds_of_thousands_of_empty_columns_is_read_at_once() -> None:
    sheet = read(b"phone,nombre" + b"," * 300_000 + b"\n+34600111222,Ana" + b"," * 1_000 + b"x\n")

    assert sheet.columns == ["phone", "nombre"]
    assert [row.cells[:2] for row in sheet.rows] == [["+34600111222", "Ana"]]
    assert len(sheet.rows[0].cells) == 200, "no row is wider than a table may be"


@pytest.mark.parametrize("line", ["," * 2_000_000, '"a' + "," * 2_000_000])
def test_a_line_that_would_keep_everybody_waiting_is_refused(line: str) -> None:
    with pytest.raises(InvalidRequest, match="line 2 has more than 1,000,000 characters"):
        read(f"phone,nombre\n{line}\n".encode())


@given(st.binary(max_size=400))
def test_no_file_breaks_the_reader(content: bytes) -> None:
    try:
        sheet = read(content)
    except InvalidRequest:
        return
    mapping = (
        ColumnMapping(phone=sheet.columns[0], variables={}, default_country="ES") if sheet.columns else None
    )
    if mapping:
        assert len(list(sorted_out(sheet, mapping, needed={}, fallback_zone="UTC"))) == len(sheet.rows)


def test_a_mapping_is_guessed_and_a_wrong_one_refused() -> None:
    sheet = read(b"Nombre,Movil\nAna,600111222\n")
    mapping = guess(sheet, needed=NEEDED, default_country="ES")

    assert mapping == ColumnMapping(phone="Movil", variables={"nombre": "Nombre"}, default_country="ES")
    with pytest.raises(InvalidRequest):
        check_mapping(ColumnMapping(phone="Fax", variables={}), sheet.columns, needed={})
    with pytest.raises(InvalidRequest):
        check_mapping(ColumnMapping(phone="Movil", variables={}), sheet.columns, needed=NEEDED)


def test_an_empty_cell_says_its_default_and_without_one_its_row_is_invalid() -> None:
    sheet = read(b"Nombre,Movil\nAna,600111222\n,600111223\n  ,600111224\n")
    mapping = ColumnMapping(phone="Movil", variables={"nombre": "Nombre"}, default_country="ES")
    friend = ColumnMapping(
        phone="Movil", variables={"nombre": "Nombre"}, defaults={"nombre": "amigo"}, default_country="ES"
    )

    assert [one.reason for one in outcomes(sheet, mapping) if isinstance(one, Fault)] == [
        "variable_missing"
    ] * 2
    named = [one.variables for one in outcomes(sheet, friend) if isinstance(one, Candidate)]
    assert [one["nombre"] for one in named] == ["Ana", "amigo", "amigo"]


def test_a_default_may_stand_for_a_column_and_a_wrong_one_is_a_fault_of_its_rows() -> None:
    sheet = read(b"Movil\n600111222\n")
    always = ColumnMapping(
        phone="Movil", variables={}, defaults={"nombre": "amigo", "other": "x"}, default_country="ES"
    )
    broken = ColumnMapping(phone="Movil", variables={}, defaults={"nombre": "a\nb"}, default_country="ES")

    check_mapping(always, sheet.columns, needed=NEEDED)
    (one,) = outcomes(sheet, always)
    assert isinstance(one, Candidate)
    assert one.variables == {"nombre": "amigo"}
    assert [one.reason for one in outcomes(sheet, broken) if isinstance(one, Fault)] == [
        "variable_not_one_line"
    ]


def test_a_column_is_a_variable_by_its_name() -> None:
    assert [variable_name(name) for name in ("Nombre completo", "Año", "1er pago", "日本")] == [
        "nombre_completo",
        "ano",
        "c_1er_pago",
        "c_",
    ]


def promotion(text: str) -> TemplateContent:
    return TemplateContent(
        name="promo",
        language=Language(code="es"),
        components=[BodyComponent(parameters=[TextParameter(text=text)])],
    )


def test_a_template_is_filled_for_each_recipient() -> None:
    template = promotion("Hola {{ nombre }}, {{ciudad|tu ciudad}}")

    assert variables_of(template) == {"nombre": True, "ciudad": False}
    message = Filler(template).message({"nombre": " Ana {{x}} "})
    assert message.template.components is not None
    body = message.template.components[0]
    assert isinstance(body, BodyComponent)
    assert body.parameters == [TextParameter(text="Hola Ana {{x}}, tu ciudad")]


@pytest.mark.parametrize("text", ["{{1}}", "{{ Nombre }}", "{{a}} }}", "{{"])
def test_braces_that_name_no_variable_are_refused(text: str) -> None:
    with pytest.raises(InvalidRequest):
        variables_of(promotion(text))


COUPON = [{"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "text": "Copiar"}]}]


def coupon(code: str) -> TemplateContent:
    """Return a template with a coupon as it comes over the API."""
    parameters = [{"type": "coupon_code", "coupon_code": code}]
    button = {"type": "button", "sub_type": "copy_code", "index": "0", "parameters": parameters}
    content = {"name": "promo", "language": {"code": "es"}, "components": [button]}
    return msgspec.convert(content, TemplateContent)


@pytest.mark.parametrize("code", ["{{codigo_de_descuento_de_la_tienda}}", "{{codigo|VERANO-PARA-TODOS-26}}"])
def test_a_coupon_is_measured_by_what_is_said_of_it_not_by_the_name_of_its_variable(code: str) -> None:
    template = coupon(code)
    assert fill(COUPON, written(template.components), cover=None).faults == []

    (name,) = variables_of(template)
    message = Filler(template).message({name: "A" * 20})
    assert "A" * 20 in msgspec.json.encode(message).decode()
    with pytest.raises(msgspec.ValidationError, match="20"):
        Filler(template).message({name: "A" * 21})


@pytest.mark.parametrize("code", ["", "A" * 21, "{{codigo|VERANO-PARA-TODOS-261}}", "{{codigo}}" + "A" * 21])
def test_a_coupon_that_is_too_long_whoever_it_is_for_is_refused(code: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        coupon(code)


def test_a_text_is_measured_without_the_name_of_its_variable_too() -> None:
    template = promotion("x" * 1020 + "{{nombre_completo|Ana}}")
    body = [{"type": "BODY", "text": "Hola {{1}}"}]

    assert fill(body, written(template.components), cover=None).faults == []


def test_drafts_have_room_for_another_file_until_they_are_as_many_or_as_large_as_they_may_be() -> None:
    assert has_room(files=MOST_FILES - 1, size=MOST_BYTES - 7, adding=7)
    assert not has_room(files=MOST_FILES, size=0, adding=7)
    assert not has_room(files=1, size=MOST_BYTES - 7, adding=8)


@pytest.mark.parametrize(
    ("e164", "zone"),
    [
        ("+5215512345678", "America/Mexico_City"),
        ("+525512345678", "America/Mexico_City"),
        ("+551187654321", "America/Sao_Paulo"),
        ("+5511987654321", "America/Sao_Paulo"),
        ("+541122334455", "America/Buenos_Aires"),
        ("+881612345678", "Europe/Madrid"),
    ],
)
def test_a_persons_clock_is_that_of_their_number_in_whichever_of_its_forms_it_is_given(
    e164: str, zone: str
) -> None:
    """Meta names people in Mexico with the 1 of former days, and in Brazil without the ninth digit."""
    assert candidate(2, e164, {}, cells=[], fallback_zone="Europe/Madrid").zone == zone
