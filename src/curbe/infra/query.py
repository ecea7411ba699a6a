"""A parameter of the query that its route does not know is refused, and so is one that is no list and comes twice.

Else a program believes a filter that was never applied.
"""

from collections.abc import Callable, Collection
from itertools import islice
from typing import Any, Final

from litestar.connection import ASGIConnection
from litestar.enums import ParamType
from litestar.handlers import BaseRouteHandler
from litestar.routes import BaseRoute, HTTPRoute, WebSocketRoute

from curbe.domain.errors import InvalidRequest, JsonValue

OPEN: Final = "open_query"  # in a handler's ``opt``, with the reason: it passes over what it does not know
KNOWN: Final = "query"  # in a handler's ``opt``, put there by `note_parameters`: the names that it takes
LISTS: Final = "query_lists"  # likewise: those of them that may be there several times
_MOST_NAMED: Final = 10


def note_parameters(route: BaseRoute) -> None:
    """Note with each handler of ``route`` which parameters its own function and its dependencies take."""
    models: list[tuple[BaseRouteHandler, Any]] = []
    if isinstance(route, HTTPRoute):
        models = list(route.route_handler_map.values())
    elif isinstance(route, WebSocketRoute):
        models = [(route.route_handler, route.handler_parameter_model)]
    for handler, model in models:
        asked = [one for one in model.expected_query_params if one.param_type is ParamType.QUERY]
        for key, named in ((KNOWN, asked), (LISTS, [one for one in asked if one.is_sequence])):
            elsewhere = handler.opt.get(key, frozenset())  # a handler may have several paths
            handler.opt[key] = elsewhere | {one.field_alias for one in named}


async def refuse_unknown_parameters(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """Let the request pass; a guard, to come after the one that asks who it is.

    Raises:
        InvalidRequest: its query has a parameter that the handler does not take, or one twice that is no list.
    """
    if not connection.scope["query_string"] or OPEN in handler.opt:
        return
    known: frozenset[str] = handler.opt[KNOWN]
    asked = connection.query_params
    strange = dict.fromkeys(name for name in asked if name not in known)
    if strange:
        fix = (
            f"Send only what it takes: {', '.join(sorted(known))}."
            if known
            else "Leave it out: it takes none."
        )
        raise _refusal(strange, _unknown, fix=fix)
    once = (name for name in asked if name not in handler.opt[LISTS])
    repeated = dict.fromkeys(name for name in once if len(asked.getall(name)) > 1)
    if repeated:
        raise _refusal(repeated, _twice, fix="Send it once.")


def _refusal(names: Collection[str], detail: Callable[[str], str], *, fix: str) -> InvalidRequest:
    named = list(islice(names, _MOST_NAMED))
    told: list[JsonValue] = [{"field": name, "detail": detail(name)} for name in named]
    return InvalidRequest(
        detail(named[0]), fix=fix, field=named[0], extra={"errors": told} if len(told) > 1 else {}
    )


def _unknown(name: str) -> str:
    return f"{name} is no parameter of this address."


def _twice(name: str) -> str:
    return f"{name} is there more than once, and is no list."
