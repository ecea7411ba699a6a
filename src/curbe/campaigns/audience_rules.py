"""Rows of an audience, each a recipient or a fault with its reason: nothing is dropped, and the counts add up. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from curbe.campaigns.filling import check
from curbe.campaigns.sheets import Row, Sheet
from curbe.domain.errors import InvalidRequest
from curbe.domain.phone import country_of, phone_fault, variants, zone_of
from curbe.domain.phone_tables import bare_phone, phone_column, phone_column_by_part, read_phone

_WORD: Final = re.compile(r"[^a-z0-9]+")
_EXPONENT: Final = re.compile(r"^\d(?:[.,]\d+)?[eE]\+?\d+$")


class ColumnMapping(msgspec.Struct, frozen=True, kw_only=True):
    """How a table's columns are read: which one is the phone, and which ones are variables, by the variables' names.

    ``defaults`` are said where a cell is empty, or no column fills the variable.
    """

    phone: str
    variables: dict[str, str]
    defaults: dict[str, str] = {}
    default_country: str | None = None


MOST_FILES: Final = 200
MOST_BYTES: Final = 1024 * 2**20


def has_room(*, files: int, size: int, adding: int) -> bool:
    """Tell whether a tenant may keep one more file of ``adding`` bytes beside those it keeps for campaigns that have not begun.

    ``size`` is how many bytes those have together.
    """
    return files < MOST_FILES and size + adding <= MOST_BYTES


class Candidate(msgspec.Struct, frozen=True):
    """Somebody to write to. ``phone``: canonical digits. ``own_zone``: their number tells it; else it is the campaign's."""

    line: int
    phone: str
    zone: str
    own_zone: bool
    country: str | None
    variables: dict[str, str]
    cells: list[str]


class Fault(msgspec.Struct, frozen=True):
    """A row that is nobody's message.

    ``about``: what a reason needs to be told in any language: a :class:`~curbe.domain.phone.PhoneFault`, the variable, the line that has
    the same number; empty where there is no such thing. ``detail`` says all of it in English. ``person``: who would be a recipient, were
    they not in the campaign already.
    """

    line: int
    reason: str
    detail: str
    cells: list[str]
    about: str = ""
    person: Candidate | None = None


def variable_name(column: str) -> str:
    """Return the variable that a column fills unless somebody says otherwise: ``Nombre completo`` -> ``nombre_completo``."""
    plain = unicodedata.normalize("NFKD", column).encode("ascii", "ignore").decode().lower()
    name = _WORD.sub("_", plain).strip("_")[:64]
    return f"c_{name}"[:64] if not name or name[0].isdigit() else name


def guess(sheet: Sheet, *, needed: Iterable[str], default_country: str | None) -> ColumnMapping | None:
    """Return the mapping that the columns' names suggest; None where no column looks like a phone."""
    place = phone_column(sheet.columns)
    if place is None:
        place = phone_column_by_part(sheet.columns)
    if place is None:
        return None
    phone = sheet.columns[place]
    by_name = {variable_name(column): column for column in reversed(sheet.columns) if column != phone}
    return ColumnMapping(
        phone=phone,
        variables={name: by_name[name] for name in needed if name in by_name},
        default_country=default_country,
    )


def check_mapping(mapping: ColumnMapping, columns: Sequence[str], *, needed: Mapping[str, bool]) -> None:
    """Refuse a mapping that names a column the table lacks, or leaves a variable of the template without one.

    Raises:
        InvalidRequest: see there.
    """
    for field, column in (
        ("phone", mapping.phone),
        *((f"variables.{name}", each) for name, each in mapping.variables.items()),
    ):
        if column not in columns:
            raise InvalidRequest(
                f"the file has no column {column!r}",
                fix=f"Its columns are: {', '.join(columns)[:500]}.",
                field=field,
            )
    known = mapping.variables.keys() | mapping.defaults.keys()
    missing = [name for name, required in needed.items() if required and name not in known]
    if missing:
        raise InvalidRequest(
            f"no column fills {', '.join(missing)}",
            fix="Map a column to each variable of the template, or give it a default.",
            field=f"variables.{missing[0]}",
        )


def sorted_out(
    sheet: Sheet, mapping: ColumnMapping, *, needed: Mapping[str, bool], fallback_zone: str
) -> Iterator[Candidate | Fault]:
    """Yield what becomes of each row, in order. Of rows with the same number the first counts.

    Args:
        sheet: the table.
        mapping: see there; checked before.
        needed: the template's variables, and which of them must have a value.
        fallback_zone: the clock of people whose number does not tell theirs.
    """
    place = {column: position for position, column in enumerate(sheet.columns)}
    used = {name: place[column] for name, column in mapping.variables.items() if name in needed}
    seen: dict[str, int] = {}
    for row in sheet.rows:
        found = _one(row, place[mapping.phone], used, mapping, needed, fallback_zone)
        if isinstance(found, Candidate):
            first = seen.setdefault(found.phone, row.line)
            if first != row.line:
                yield duplicate(found, first=first)
                continue
        yield found


def duplicate(of: Candidate, *, first: int) -> Fault:
    """Return the fault of a row whose number is that of an earlier line of the same file."""
    return Fault(of.line, "duplicate", f"the same number as line {first}", of.cells, str(first))


def present(of: Candidate) -> Fault:
    """Return the fault of a row whose person is in the campaign already."""
    return Fault(of.line, "duplicate", "this person is in the campaign already", of.cells, person=of)


def no_phone(line: int, refusal: InvalidRequest, cells: list[str]) -> Fault:
    """Return the fault of a row whose phone number was refused."""
    detail = refusal.detail.removeprefix("The phone number cannot be used: ")
    return Fault(line, "phone_invalid", detail, cells, phone_fault(refusal))


def _one(
    row: Row,
    phone_at: int,
    used: Mapping[str, int],
    mapping: ColumnMapping,
    needed: Mapping[str, bool],
    fallback_zone: str,
) -> Candidate | Fault:
    typed = bare_phone(row.cells[phone_at] if phone_at < len(row.cells) else "")
    # TODO: people whose phone nobody knows could be written to by their BSUID; campaigns go to phones alone, see docs/whatsapp.md.
    if not typed:
        return Fault(row.line, "phone_missing", "it has no phone number", row.cells)
    if _EXPONENT.match(typed):
        return Fault(
            row.line,
            "phone_rounded",
            "a spreadsheet has rounded the number; format the column as text",
            row.cells,
        )
    try:
        e164 = read_phone(typed, mapping.default_country)
    except InvalidRequest as refusal:
        return no_phone(row.line, refusal, row.cells)
    values = {name: row.cells[at] for name, at in used.items() if at < len(row.cells)}
    for name, default in mapping.defaults.items():
        if name in needed and not values.get(name, "").strip():
            values[name] = default
    refused = check(needed, values)
    if refused is not None:
        return Fault(row.line, refused.reason, refused.detail, row.cells, refused.variable)
    return candidate(row.line, e164, values, cells=row.cells, fallback_zone=fallback_zone)


def candidate(
    line: int, e164: str, values: dict[str, str], *, cells: list[str], fallback_zone: str
) -> Candidate:
    """Return somebody to write to, by a number in E.164."""
    canonical = variants(e164)[0]
    # Of a form that only Meta has (Mexico with the 1, Brazil without the ninth digit) nobody knows where it is.
    own = zone_of(canonical)
    return Candidate(
        line=line,
        phone=canonical.removeprefix("+"),
        zone=own or fallback_zone,
        own_zone=own is not None,
        country=country_of(canonical),
        variables=values,
        cells=cells,
    )


def too_many(most: int) -> InvalidRequest:
    """Return the refusal of a filter that more people fit than may be added at once."""
    ways_out = {
        "en": "Narrow it down by label, by state or by when they last wrote, and add them in parts.",
        "es": "Acota por etiqueta, por estado o por cuándo escribieron por última vez, y añádelas por partes.",
        "pt": "Restrinja por etiqueta, por estado ou por quando escreveram pela última vez, e adicione-as em partes.",
    }
    words = {
        "en": f"More than {most:,} people are as asked for.",
        "es": f"Más de {most} personas cumplen lo pedido.",
        "pt": f"Mais de {most} pessoas atendem ao pedido.",
    }
    return InvalidRequest(words["en"], fix=ways_out["en"], extra={"words": words, "ways_out": ways_out})
