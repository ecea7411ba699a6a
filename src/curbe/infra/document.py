"""The OpenAPI document as those want it who generate a client from it: short names that say nothing of our modules."""

import re
from dataclasses import fields
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
    """The document; a page of a list is named for what it lists, as ``AuditRowPage``."""

    def to_schema(self) -> dict[str, Any]:
        """Return it as JSON's values."""
        named = _PAGE_OF.sub(rb"\1Page", msgspec.json.encode(super().to_schema()))
        document: dict[str, Any] = msgspec.json.decode(named)
        return document
