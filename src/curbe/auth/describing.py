"""What the OpenAPI document says of every route alike: how to be let in, and the refusals that no handler makes itself."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.plugins.base import ReceiveRoutePlugin
from litestar.routes import BaseRoute, HTTPRoute

from curbe.auth.browser import SAFE_METHODS
from curbe.auth.gate import refuses_embedded
from curbe.domain.errors import (
    AppError,
    CsrfFailed,
    EmbeddedSession,
    Forbidden,
    ForeignOrigin,
    InvalidRequest,
    NotFound,
    ProofRequired,
    RateLimited,
    TenantSuspended,
    TooLarge,
    TooManyRequests,
    Unauthorized,
    Unavailable,
)
from curbe.infra.problems import RequestCutOff
from curbe.infra.web import refusals

_KEY: Final[dict[str, list[str]]] = {"key": []}
_SESSION: Final[dict[str, list[str]]] = {"session": []}
_NOTHING: Final[dict[str, list[str]]] = {}
_BETWEEN: Final = "; "  # what `refusals` puts between the codes of one status
_WITHOUT_BODY: Final = frozenset({"GET", "HEAD", "DELETE"})


class Describing(ReceiveRoutePlugin):
    """Adds to each handler's description what the gate and the kit do with its requests, read from its ``opt``."""

    def receive_route(self, route: BaseRoute) -> None:
        """Describe the handlers of ``route``."""
        if not isinstance(route, HTTPRoute):
            return
        for handler, _ in route.route_handler_map.values():
            handler.security = _security(handler)
            handler.responses = _joined(handler.responses or {}, refusals(*_usual(handler, route)))


def _security(handler: HTTPRouteHandler) -> Sequence[dict[str, list[str]]]:
    if "public" in handler.opt:
        return [_NOTHING]
    return [_SESSION] if "session" in handler.opt else [_KEY, _SESSION]


def _usual(handler: HTTPRouteHandler, route: HTTPRoute) -> list[type[AppError]]:
    changes = not SAFE_METHODS.issuperset(handler.http_methods)
    kinds: list[type[AppError]] = [InvalidRequest, Unavailable, RequestCutOff]
    if not _WITHOUT_BODY.issuperset(handler.http_methods):
        kinds.append(TooLarge)
    if "public" not in handler.opt:
        kinds += [Unauthorized, Forbidden, TooManyRequests, RateLimited]
        kinds += [CsrfFailed] * changes
        kinds += [TenantSuspended] * ("session" not in handler.opt)
    if changes:
        kinds.append(ForeignOrigin)
    if "proof" in handler.opt:
        kinds.append(ProofRequired)
    if refuses_embedded(handler):
        kinds.append(EmbeddedSession)
    if route.path_parameters:
        kinds.append(NotFound)
    return kinds


def _joined(own: Mapping[int, ResponseSpec], usual: Mapping[int, ResponseSpec]) -> dict[int, ResponseSpec]:
    """Return both; of a status that both know, what the handler says comes first, and nothing is said twice."""
    joined = {**usual, **own}
    for status in own.keys() & usual.keys():
        told = own[status].description.split(_BETWEEN)
        more = [words for words in usual[status].description.split(_BETWEEN) if words not in told]
        joined[status] = replace(own[status], description=_BETWEEN.join([*told, *more]))
    return joined
