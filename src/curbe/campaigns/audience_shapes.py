"""Audiences as the API takes and shows them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from curbe.campaigns.audience_rules import ColumnMapping
from curbe.inbox.rules import ConversationState

Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}$", description="ISO 3166, such as ES")]
VariableName = Annotated[str, Meta(pattern=r"^[a-z_][a-z0-9_]{0,63}$")]
Column = Annotated[str, Meta(min_length=1, max_length=220)]


class UploadedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it was read: its columns, its first rows, and the mapping its columns suggest (null: no column looks like a phone)."""

    audience_id: UUID
    filename: str | None
    kind: str
    encoding: str | None
    separator: str | None
    columns: list[str]
    row_count: int
    sample: list[list[str]]
    suggested: ColumnMapping | None


class FileMapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a file's columns are read.

    ``phone``: the column of the numbers. ``variables``: the template's variables, each with the column that fills it.
    ``defaults``: what a variable says where its cell is empty, or where no column fills it; without one such a row is invalid.
    ``default_country``: by which numbers without a country code are read.
    """

    audience_id: UUID
    phone: Column
    variables: dict[VariableName, Column] = {}
    defaults: dict[VariableName, Annotated[str, Meta(min_length=1, max_length=1024)]] = {}
    default_country: Country | None = None

    def mapping(self) -> ColumnMapping:
        """Return it as the rules know it."""
        return ColumnMapping(
            phone=self.phone,
            variables=dict(self.variables),
            defaults=dict(self.defaults),
            default_country=self.default_country,
        )


class ListedRecipient(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody by their number, with the template's variables."""

    phone: Annotated[str, Meta(min_length=1, max_length=40)]
    variables: dict[VariableName, Annotated[str, Meta(max_length=2000)]] = {}


class Listed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Recipients by name; ask several times for more than one request holds."""

    recipients: Annotated[list[ListedRecipient], Meta(min_length=1, max_length=5000)]
    default_country: Country | None = None


class Filter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom the campaign's number has a conversation with: with one of these labels, in one of these states, who wrote in this span."""

    label_ids: Annotated[list[UUID], Meta(max_length=50)] = []
    states: list[ConversationState] = []
    last_inbound_after: Annotated[datetime, Meta(tz=True)] | None = None
    last_inbound_before: Annotated[datetime, Meta(tz=True)] | None = None


class FaultCount(msgspec.Struct, frozen=True):
    """How many rows have a fault."""

    reason: str
    count: int


class FaultRow(msgspec.Struct, frozen=True):
    """A row that is nobody's message: its line in the file (the head is 1), why, and the row as it came.

    ``about``: what the reason needs to be told in any language: what is wrong with the phone (``short``, ``letters``, ...), which variable,
    or the line that has the same number; empty where there is no such thing.
    """

    audience_id: UUID
    line: int
    reason: str
    detail: str
    cells: list[str]
    about: str


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an audience: ``row_count = taken_count + invalid_count + duplicate_count``; the first hundred faults."""

    audience_id: UUID
    row_count: int
    taken_count: int
    invalid_count: int
    duplicate_count: int
    reasons: list[FaultCount]
    faults: list[FaultRow]


class Audience(msgspec.Struct, frozen=True, kw_only=True):
    """Where recipients came from: ``file``, ``filter`` or ``list``."""

    id: UUID
    kind: str
    filename: str | None
    described: msgspec.Raw
    mapping: ColumnMapping | None
    row_count: int
    taken_count: int
    invalid_count: int
    duplicate_count: int
    created_at: datetime
