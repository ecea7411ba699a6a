"""The OpenAPI document as those want it who generate a client from it: short names that say nothing of our modules."""

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from importlib.resources import files
from typing import Any, Final

import msgspec
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import OpenAPI
from litestar.types import Method
from litestar.types.internal_types import PathParameterDefinition

# Litestar's name of a generic type's schema: `Page_curbe.audit.api.AuditRow_`.
_PAGE_OF: Final = re.compile(rb"\bPage_[\w.]*?\.(\w+)_(?=\")")


def operation_id(
    handler: HTTPRouteHandler, _method: Method, _path: list[str | PathParameterDefinition]
) -> str:
    """Return the name of a route that gives itself no ``operation_id``: its handler's, as ``listTeams``."""
    first, *others = handler.handler_name.split("_")
    return first + "".join(word.capitalize() for word in others)


class DocumentConfig(OpenAPIConfig):
    """Litestar's configuration of a ``Document``."""

    def to_openapi_schema(self) -> OpenAPI:
        """Return the document before its routes are in it."""
        made = super().to_openapi_schema()
        return Document(**{field.name: getattr(made, field.name) for field in fields(made)})


class Document(OpenAPI):
    """The document; a page of a list is named for what it lists, as ``AuditRowPage``, and the glossary says what its names mean.

    What a schema is comes from the docstring of what it is made of.
    """

    def to_schema(self) -> dict[str, Any]:
        """Return it as JSON's values."""
        named = _PAGE_OF.sub(rb"\1Page", msgspec.json.encode(super().to_schema()))
        document: dict[str, Any] = msgspec.json.decode(named)
        explain(document, glossary())
        for schema in document["components"]["schemas"].values():
            if "description" in schema:
                schema["description"] = summary(schema["description"])
        return document


def summary(docstring: str) -> str:
    """Return the first paragraph of a docstring, as one line in Markdown: what follows is for who works on the code."""
    first, _, _ = inspect.cleandoc(docstring).partition("\n\n")
    return " ".join(first.split()).replace("``", "`")


def glossary() -> dict[str, str]:
    """Return what names mean, by the name, or by its schema or operation and the name: ``limit``, ``DryRun.limit``."""
    lines = files("curbe.infra").joinpath("glossary.txt").read_text("utf-8").splitlines()
    entries = (line.partition(": ") for line in lines if line and not line.startswith("#"))
    return {name: meaning for name, _, meaning in entries}


def explain(document: dict[str, Any], meanings: Mapping[str, str]) -> None:
    """Describe each property and parameter that says nothing itself."""
    for owner, name, place in named_places(document):
        meaning = meanings.get(f"{owner}.{name}") or meanings.get(name)
        if meaning and not place.get("description"):
            place["description"] = meaning


def named_places(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield each property and parameter: the schema or operation that it is of, its name, and the place itself."""
    for name, schema in document["components"]["schemas"].items():
        yield from _properties(name, schema)
    for item in document["paths"].values():
        for operation in item.values():
            owner = operation["operationId"]
            for parameter in operation.get("parameters", ()):
                yield owner, parameter["name"], parameter
            yield from _properties(owner, operation)


def _properties(owner: str, part: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    if isinstance(part, list):
        for one in part:
            yield from _properties(owner, one)
    elif isinstance(part, dict):
        for name, schema in part.get("properties", {}).items():
            yield owner, name, schema
        for one in part.values():
            yield from _properties(owner, one)
