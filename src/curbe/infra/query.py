"""A parameter of the query that its route does not know is refused: else a program believes a filter that was never applied."""

from itertools import islice
from typing import Any, Final

from litestar.connection import ASGIConnection
from litestar.enums import ParamType
from litestar.handlers import BaseRouteHandler
from litestar.routes import BaseRoute, HTTPRoute, WebSocketRoute

from curbe.domain.errors import InvalidRequest, JsonValue

OPEN: Final = "open_query"  # in a handler's ``opt``, with the reason: it passes over what it does not know
KNOWN: Final = "query"  # in a handler's ``opt``, put there by `note_parameters`: the names that it takes
_MOST_NAMED: Final = 10


def note_parameters(route: BaseRoute) -> None:
    """Note with each handler of ``route`` which parameters its own function and its dependencies take."""
    models: list[tuple[BaseRouteHandler, Any]] = []
    if isinstance(route, HTTPRoute):
        models = list(route.route_handler_map.values())
    elif isinstance(route, WebSocketRoute):
        models = [(route.route_handler, route.handler_parameter_model)]
    for handler, model in models:
        asked = (one for one in model.expected_query_params if one.param_type is ParamType.QUERY)
        elsewhere = handler.opt.get(KNOWN, frozenset())  # a handler may have several paths
        handler.opt[KNOWN] = elsewhere | {one.field_alias for one in asked}


async def refuse_unknown_parameters(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """Let the request pass; a guard, to come after the one that asks who it is.

    Raises:
        InvalidRequest: its query has a parameter that the handler does not take.
    """
    if not connection.scope["query_string"] or OPEN in handler.opt:
        return
    known: frozenset[str] = handler.opt[KNOWN]
    strange = dict.fromkeys(name for name in connection.query_params if name not in known)
    if strange:
        raise _refusal(list(islice(strange, _MOST_NAMED)), known)


def _refusal(strange: list[str], known: frozenset[str]) -> InvalidRequest:
    told: list[JsonValue] = [{"field": name, "detail": _unknown(name)} for name in strange]
    return InvalidRequest(
        _unknown(strange[0]),
        fix=f"Send only what it takes: {', '.join(sorted(known))}."
        if known
        else "Leave it out: it takes none.",
        field=strange[0],
        extra={"errors": told} if len(told) > 1 else {},
    )


def _unknown(name: str) -> str:
    return f"{name} is no parameter of this address."
