"""Rows of a query: each value in its place, converted where the driver gives something else than the row names."""

from datetime import UTC, datetime
from enum import Enum
from uuid import UUID

import msgspec
import pytest

from curbe.infra.rows import RowType

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
ONE, OTHER = UUID(int=1), UUID(int=2)


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Thing(msgspec.Struct, frozen=True):
    id: UUID
    name: str | None
    colour: Colour | None
    kind: str = msgspec.field(default="", name="type")
    parts: tuple[str, ...] = ()


class Dated(Thing, frozen=True, kw_only=True):
    at: datetime


def test_columns_come_in_any_order_and_enums_as_enums() -> None:
    rows = RowType(Thing).rows(
        ("type", "colour", "id", "parts", "name"),
        [("a", "red", ONE, ["x", "y"], None), ("b", None, OTHER, [], "ana")],
    )

    assert rows == [
        Thing(id=ONE, name=None, colour=Colour.RED, kind="a", parts=("x", "y")),
        Thing(id=OTHER, name="ana", colour=None, kind="b", parts=()),
    ]


def test_a_row_with_fields_that_are_given_by_name_is_made_as_any_other() -> None:
    rows = RowType(Dated).rows(
        ("at", "id", "name", "colour", "type", "parts"), [(NOW, ONE, "ana", "blue", "a", [])]
    )

    assert rows == [Dated(id=ONE, name="ana", colour=Colour.BLUE, kind="a", parts=(), at=NOW)]


@pytest.mark.parametrize(
    ("column", "value"),
    [("id", None), ("type", None), ("colour", "green"), ("parts", [1])],
    ids=["nothing where there must be something", "no word", "no such member", "of another type"],
)
def test_what_does_not_fit_the_row_is_refused(column: str, value: object) -> None:
    given = {"id": ONE, "name": None, "colour": None, "type": "a", "parts": [], column: value}

    with pytest.raises(msgspec.ValidationError):
        RowType(Thing).rows(given, [given.values(), given.values()])
