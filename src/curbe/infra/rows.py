"""What the driver returns as rows of a query's type: column by column, as a batch has hundreds of rows and a row has thirty columns. Pure.

What PostgreSQL gives as the type that the row names is taken as it is; everything else (an enum, a list, a fraction) is converted, and
refused where it does not fit.
"""

import inspect
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cached_property
from types import NoneType
from typing import Any, Final, Generic, TypeVar, get_args
from uuid import UUID

import msgspec

Row = TypeVar("Row", bound=msgspec.Struct)

AS_THEY_ARE: Final = frozenset({UUID, str, int, float, bool, bytes, datetime, date})


class Column(msgspec.Struct, frozen=True):
    """A field of a row, and the column that it is of."""

    field: str
    name: str  # of the column
    types: frozenset[Any]  # but for None
    nullable: bool
    as_it_is: bool  # the driver's own objects will do
    values: Any  # the type of all values of the column together


class RowType(Generic[Row]):
    """How the rows of one query are made."""

    def __init__(self, row: type[Row]) -> None:
        self._row: Final = row

    @cached_property
    def columns(self) -> list[Column]:
        """The fields, in order. Worked out when first asked for: a process runs few of all queries."""
        return [_column(field) for field in msgspec.structs.fields(self._row)]

    def rows(self, names: Iterable[str], records: Sequence[Iterable[Any]]) -> list[Row]:
        """Return a row for each of ``records`` (at least one), whose values are called ``names`` in this order.

        Raises:
            msgspec.ValidationError: a column holds what its field cannot.
        """
        given = dict(zip(names, zip(*records, strict=True), strict=True))
        taken = {column.field: _taken(column, given[column.name]) for column in self.columns}
        if self._has_keywords:
            fields = tuple(taken)
            return [
                self._row(**dict(zip(fields, values, strict=True)))
                for values in zip(*taken.values(), strict=True)
            ]
        return list(map(self._row, *taken.values()))

    @cached_property
    def _has_keywords(self) -> bool:
        """Tell whether a field can be given by its name alone."""
        parameters = inspect.signature(self._row).parameters.values()
        return any(one.kind is one.KEYWORD_ONLY for one in parameters)


def _column(field: msgspec.structs.FieldInfo) -> Column:
    named = get_args(field.type)
    types = frozenset(named if NoneType in named else (field.type,))
    return Column(
        field=field.name,
        name=field.encode_name,
        types=types - {NoneType},
        nullable=NoneType in types,
        as_it_is=types - {NoneType} <= AS_THEY_ARE,
        values=list[field.type],  # type: ignore[name-defined] - known when it runs
    )


def _taken(column: Column, values: tuple[Any, ...]) -> Sequence[Any]:
    if column.as_it_is and (column.nullable or None not in values):
        return values
    return msgspec.convert(values, column.values)
