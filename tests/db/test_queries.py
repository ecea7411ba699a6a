"""Every named query, prepared on the real schema: it must run there, and give what its row type says."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from datetime import date, datetime
from importlib.resources import files
from uuid import UUID

import asyncpg
import msgspec
import pytest

import curbe
from curbe.infra import db


def modules() -> Iterator[str]:
    """Every module of Curbe; a query is known once its module is imported."""
    for module in pkgutil.walk_packages(curbe.__path__, "curbe."):
        if not module.name.endswith("__main__"):
            yield module.name


def locking_parts(sql: str) -> Iterator[str]:
    """What stands before each part in parentheses that locks the rows it reads."""
    before: list[str] = []
    for found in re.finditer(r"[()]|\bFOR (?:NO KEY |KEY )?(?:UPDATE|SHARE)\b", sql):
        if found[0] == "(":
            before.append(sql[: found.start()].rstrip())
        elif found[0] == ")":
            before.pop()
        elif before:
            yield before[-1]


# What the driver makes of each type of PostgreSQL; an enum, and JSON, arrive as their text.
ARRIVES_AS = {
    UUID: {"uuid"},
    str: {"text", "name", "jsonb", "alias_kind", "audience_kind", "message_status", "recipient_state"},
    int: {"int2", "int4", "int8"},
    float: {"float8"},
    bool: {"bool"},
    bytes: {"bytea"},
    datetime: {"timestamptz"},
    date: {"date"},
}

for name in modules():
    importlib.import_module(name)

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("query", db.Query.everyone, ids=lambda query: f"{query.package}:{query.name}")
async def test_the_query_runs_on_our_schema_and_returns_its_row(
    query: db.Query[msgspec.Struct], connection: asyncpg.Connection
) -> None:
    prepared = await connection.prepare(query.numbered)

    columns = [column.name for column in prepared.get_attributes()]
    assert len(columns) == len(set(columns))
    assert set(columns) == {column.name for column in query.rows.columns}

    given = {column.name: column.type.name for column in prepared.get_attributes()}
    for column in query.rows.columns:
        if column.as_it_is:
            (named,) = column.types
            assert given[column.name] in ARRIVES_AS[named], column.name


@pytest.mark.parametrize("package", sorted({query.package for query in db.Query.everyone}))
async def test_no_query_is_written_and_never_used(package: str) -> None:
    used = {query.name for query in db.Query.everyone if query.package == package}

    assert set(db.queries(package)) == used


async def test_every_file_of_queries_belongs_to_a_package_that_loads_it() -> None:
    loaded = {query.package for query in db.Query.everyone}
    written = {
        f"curbe.{folder.name}"
        for folder in files("curbe").iterdir()
        if folder.is_dir() and folder.name != "migrations"
        for file in folder.iterdir()
        if file.name.endswith(".sql")
    }

    assert written == loaded
    assert written, "no .sql file found: this test looks in the wrong place"


async def test_what_a_statement_locks_to_change_it_is_chosen_once() -> None:
    """A join may read its parts once for each row: what it has just changed is passed over then, and LIMIT holds no more."""
    anew = [
        query.name
        for query in db.Query.everyone
        for before in locking_parts(query.numbered)
        if not re.search(r"\bAS(?: MATERIALIZED)?$|\bARRAY$", before)
    ]

    assert anew == []
    assert any(list(locking_parts(query.numbered)) for query in db.Query.everyone), "no part locks anything"
