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
# Of a docstring, for who works on the code.
_SECTION: Final = re.compile(r"\n\n(?:Args|Raises|Returns|Yields):\n.*", re.DOTALL)
# Lists that grow. A generated client takes a word that it does not know for a text, where it would refuse the whole answer.
_OPEN: Final = frozenset(
    f"#/components/schemas/{name}" for name in ("EventType", "DeliveryReason", "DisabledReason")
)
_ANY_WORD: Final = {"type": "string"}
# Answers that come with it where it is known when to come back.
_WITH_RETRY_AFTER: Final = ("429", "503")
_RETRY_AFTER: Final = {
    "Retry-After": {
        "description": "After how many seconds to send the same request again; absent where that is not known.",
        "schema": {"type": "integer", "minimum": 1},
    }
}


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
        for operation in _operations(document):
            if "description" in operation:
                operation["description"] = prose(operation["description"])
            for status in operation["responses"].keys() & _WITH_RETRY_AFTER:
                operation["responses"][status]["headers"] = _RETRY_AFTER
        for name, schema in document["components"]["schemas"].items():
            schema["title"] = name  # what generators call their class
            if "description" in schema:
                schema["description"] = summary(schema["description"])
        _leave_open(document)
        return document


def summary(docstring: str) -> str:
    """Return the first paragraph of a docstring, as one line in Markdown: what follows is for who works on the code."""
    first, _, _ = prose(docstring).partition("\n\n")
    return first


def prose(docstring: str) -> str:
    """Return a handler's docstring in Markdown, each paragraph in one line, without what is for who works on the code."""
    paragraphs = _SECTION.sub("", inspect.cleandoc(docstring)).split("\n\n")
    return "\n\n".join(" ".join(each.split()) for each in paragraphs).replace("``", "`")


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
    for operation in _operations(document):
        owner = operation["operationId"]
        for parameter in operation.get("parameters", ()):
            yield owner, parameter["name"], parameter
        yield from _properties(owner, operation)


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for item in document["paths"].values():
        yield from item.values()


def _leave_open(part: Any) -> None:
    """Let a text stand wherever a word of a list that grows may."""
    if isinstance(part, list):
        for one in part:
            _leave_open(one)
    elif isinstance(part, dict):
        if part.get("$ref") in _OPEN:
            part["anyOf"] = [{"$ref": part.pop("$ref")}, _ANY_WORD]
        elif any(one.get("$ref") in _OPEN for one in part.get("oneOf", ())):
            part["anyOf"] = [*part.pop("oneOf"), _ANY_WORD]
        else:
            for one in part.values():
                _leave_open(one)


def _properties(owner: str, part: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    if isinstance(part, list):
        for one in part:
            yield from _properties(owner, one)
    elif isinstance(part, dict):
        for name, schema in part.get("properties", {}).items():
            yield owner, name, schema
        for one in part.values():
            yield from _properties(owner, one)
