"""The Litestar kit: refusals as problem+json, bodies checked, secrets typed. ``Kit`` is its one plugin."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Annotated, Any, Final, TypeAlias, cast, get_origin

import structlog
from litestar import Request, Response
from litestar._openapi.schema_generation import SchemaCreator
from litestar._openapi.schema_generation.plugins.struct import StructSchemaPlugin
from litestar.config.app import AppConfig
from litestar.datastructures import State
from litestar.exceptions import (
    HTTPException,
    InternalServerException,
    MethodNotAllowedException,
    NotFoundException,
    SerializationException,
    ValidationException,
    WebSocketException,
)
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import OpenAPIType, Schema
from litestar.params import HeaderParameter, QueryParameter
from litestar.plugins import InitPlugin, OpenAPISchemaPlugin, ReceiveRoutePlugin
from litestar.routes import BaseRoute
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from litestar.typing import FieldDefinition

from curbe.domain.errors import AppError, InvalidRequest, NotFound, TooLarge, Unavailable
from curbe.infra import edge, litestar_parsers, problems
from curbe.infra.choices import choices_at
from curbe.infra.crypto import Secret
from curbe.infra.problems import InternalError, MethodNotAllowed, RequestCutOff
from curbe.infra.query import note_parameters, refuse_unknown_parameters

LARGEST_BODY: Final = 2**20  # bytes; the API's bodies are a few kilobytes

# An escaped U+0000: an odd number of backslashes before u0000. PostgreSQL's text cannot hold it.
_ESCAPED_NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_FIRST_SERVER_ERROR: Final = 500
# Of a query: Litestar remembers the last thousand as it has parsed them, and anybody may send other ones. 200 ids take 8 KiB.
_LONGEST_QUERY: Final = 32 * 2**10  # bytes
_MOST_PARAMETERS: Final = 500
_REFUSED_HANDSHAKE: Final = "refused_handshake"
_STRUCTS: Final = StructSchemaPlugin()
_COME_BACK_AFTER: Final = timedelta(seconds=2)

_logger: Final = structlog.get_logger(__name__)

ApiRequest = Request[Any, Any, State]
Cursor: TypeAlias = Annotated[str | None, QueryParameter(description="`next_cursor` of the page before.")]
Limit: TypeAlias = Annotated[
    int, QueryParameter(ge=1, le=200, description="How many items a page has at most.")
]


class CheckedRequest(Request[Any, Any, State]):
    """A request whose body is whole, is UTF-8 and holds no U+0000 by the time anybody reads it."""

    async def body(self) -> bytes:
        """Return the body.

        Raises:
            InvalidRequest: it is not UTF-8 or holds U+0000.
            RequestCutOff: the connection closed before its end.
        """
        try:
            body = await super().body()
        except InternalServerException as failure:  # how Litestar tells that the client went away
            raise RequestCutOff("The connection closed before the whole body had arrived.") from failure
        try:
            text = body.decode()
        except UnicodeDecodeError as failure:
            raise InvalidRequest(f"The body is not UTF-8 at byte {failure.start}.") from None
        if "\0" in text or _ESCAPED_NUL.search(body):
            raise InvalidRequest(
                "The body holds the character U+0000, which no text may.", fix="Remove the character."
            )
        return body


class Kit(InitPlugin, ReceiveRoutePlugin, OpenAPISchemaPlugin):
    """What every API of Curbe needs of Litestar, in one plugin.

    Refusals become problem+json; bodies are limited and checked; a query holds nothing that its route does not take; a field of type
    ``Secret`` is read from text and write-only in the OpenAPI document, where a struct says what its docstring does.
    """

    def __init__(self, *, passing_faults: tuple[type[Exception], ...] = ()) -> None:
        """Make the kit.

        Args:
            passing_faults: exceptions that mean "not now" (a database that does not answer): 503, not 500.
        """
        self._handlers: Final[dict[Any, Callable[[ApiRequest, Any], Response[bytes]]]] = {
            AppError: _refused,
            HTTPException: _refused_by_litestar,
            Exception: _failed,
            **dict.fromkeys(passing_faults, _unavailable),
        }

    def on_app_init(self, app_config: AppConfig) -> AppConfig:
        """Add the kit to the app's configuration.

        Raises:
            ValueError: the app was not made with ``request_max_body_size=LARGEST_BODY``. Litestar reads that
                from its own arguments only, not from what a plugin sets.
        """
        if app_config.request_max_body_size != LARGEST_BODY:
            raise ValueError("make the app with request_max_body_size=web.LARGEST_BODY")
        litestar_parsers.replace()
        app_config.exception_handlers = {**app_config.exception_handlers, **self._handlers}
        app_config.after_exception = [*app_config.after_exception, self._note_refused_handshake]
        app_config.request_class = CheckedRequest
        app_config.guards = [*app_config.guards, refuse_unknown_parameters]
        app_config.type_decoders = [*(app_config.type_decoders or ()), (_is_secret, _read_secret)]
        app_config.middleware = [
            _check_the_url,
            _answer_options,
            _answer_handshakes,
            *app_config.middleware,
        ]
        app_config.logging_config = None
        return app_config

    def receive_route(self, route: BaseRoute) -> None:
        """Note which parameters the handlers of ``route`` take."""
        note_parameters(route)

    async def _note_refused_handshake(self, fault: Exception, scope: Scope) -> None:
        """Make the answer to a WebSocket that is not let in; Litestar asks no exception handler about those."""
        if scope["type"] == "websocket" and not isinstance(fault, WebSocketException):
            handle = next(self._handlers[kind] for kind in type(fault).__mro__ if kind in self._handlers)
            scope["state"][_REFUSED_HANDSHAKE] = handle(CheckedRequest(scope), fault)  # type: ignore[arg-type]

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        """Tell Litestar which schemas are ours to write: of ``Secret``, and of structs."""
        return field_definition.annotation is Secret or _STRUCTS.is_plugin_supported_field(field_definition)

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: SchemaCreator) -> Schema:
        """Return the schema: a Secret is a text that is sent and never returned; a body's says that it has no other members."""
        if field_definition.annotation is not Secret:
            schema = _STRUCTS.to_openapi_schema(field_definition, schema_creator)
            struct = get_origin(field_definition.type_) or field_definition.type_
            # As Litestar does with an enum's; `Document` makes a sentence or two of it.
            schema.description = struct.__doc__
            if struct.__struct_config__.forbid_unknown_fields:
                schema.additional_properties = False
            return schema
        return Schema(
            type=OpenAPIType.STRING, description="Sent, never returned.", write_only=True, min_length=1
        )


def refusals(*kinds: type[AppError]) -> Mapping[int, ResponseSpec]:
    """Return the ``responses`` of a route that may refuse with ``kinds``, for the OpenAPI document."""
    by_status: dict[int, list[type[AppError]]] = {}
    for kind in kinds:
        by_status.setdefault(kind.http_status, []).append(kind)
    return {
        status: ResponseSpec(
            data_container=problems.Problem,
            generate_examples=False,
            description="; ".join(f"`{kind.code}`: {kind.title}" for kind in same_status),
            media_type=problems.MEDIA_TYPE,
        )
        for status, same_status in by_status.items()
    }


def _refused(request: ApiRequest, refusal: AppError) -> Response[bytes]:
    edge.note_refusal(request.scope, refusal.code)
    return Response(
        problems.body(refusal, request_id=edge.request_id_of(request.scope)),
        status_code=refusal.http_status,
        media_type=problems.MEDIA_TYPE,
        headers=problems.headers(refusal),
    )


def _refused_by_litestar(request: ApiRequest, failure: HTTPException) -> Response[bytes]:
    match failure:
        case ValidationException():
            return _refused(request, _invalid(request, failure))
        case NotFoundException():
            return _refused(request, NotFound("There is nothing at this address."))
        case MethodNotAllowedException():
            answer = _refused(request, MethodNotAllowed("This address does not take that method."))
            answer.headers.update(failure.headers or {})  # Allow, as RFC 9110 asks for it
            return answer
        case HTTPException(status_code=413):
            return _refused(request, TooLarge(f"The body is larger than {LARGEST_BODY} bytes."))
        case HTTPException(status_code=status) if status < _FIRST_SERVER_ERROR:
            is_read = not isinstance(failure.__cause__, SerializationException)
            detail = failure.detail
            return _refused(
                request, InvalidRequest(f"{detail.rstrip('.')}.") if is_read else problems.no_json(detail)
            )
        case _:
            return _failed(request, failure)


def _invalid(request: ApiRequest, failure: ValidationException) -> InvalidRequest:
    errors = failure.extra if isinstance(failure.extra, list) else []
    parameters = request.route_handler.parsed_fn_signature.parameters
    # A header or a parameter of the query may go by another name than its argument, which is what Litestar blames.
    sent_as = {
        argument: sent.name
        for argument, known in parameters.items()
        if isinstance(sent := known.kwarg_definition, HeaderParameter | QueryParameter) and sent.name
    }
    arguments = {sent: argument for argument, sent in sent_as.items()}

    def named(error: dict[str, Any]) -> dict[str, Any]:
        key = error.get("key", "")
        renamed = error.get("source") in {"header", "query"} and key in sent_as
        return {**error, "key": sent_as[key]} if renamed else error

    def choices(key: str, source: str) -> list[str]:
        argument, path = ("data", key) if source == "body" else (arguments.get(key, key), "")
        return choices_at(parameters[argument].annotation, path) if argument in parameters else []

    return problems.invalid_values([named(error) for error in errors], choices=choices)


def _unavailable(request: ApiRequest, fault: Exception) -> Response[bytes]:
    _logger.warning("not_available", fault=fault)
    return _refused(
        request,
        Unavailable(
            "Something this needs did not answer, so nothing was done.",
            fix="Send the same request again in a few seconds.",
            retry_after=_COME_BACK_AFTER,
        ),
    )


def _is_beyond(fault: Exception) -> bool:
    """Tell whether a fault comes of a value beyond what clocks, columns or our own stack hold.

    Which moments have a moment in UTC, a day before them or a place in a column is known where it is tried; the driver tells it as the
    cause of its own fault. Other faults of that kind are ours.
    """
    beyond = (OverflowError, RecursionError)
    return isinstance(fault, beyond) or isinstance(fault.__cause__, beyond)


def _failed(request: ApiRequest, fault: Exception) -> Response[bytes]:
    if _is_beyond(fault):
        _logger.warning("request_beyond_bounds", exc_info=fault)
        return _refused(
            request,
            InvalidRequest(
                "A value is beyond what can be used: a moment at the very edge of the calendar, a huge number, or a body nested too deep.",
                fix="Send a nearer moment, a smaller number or a flatter body.",
            ),
        )
    _logger.error("request_failed", exc_info=fault)
    return _refused(
        request,
        InternalError(
            "The request could not be finished.",
            fix="Try again; if it happens again, give the operator the request_id: the log has the cause.",
        ),
    )


def _check_the_url(app: ASGIApp) -> ASGIApp:
    async def checked(scope: Scope, receive: Receive, send: Send) -> None:
        query = scope["query_string"]
        if "\0" in scope["path"] or b"%00" in query:
            raise InvalidRequest("The address holds the character U+0000, which no text may.")
        if len(query) > _LONGEST_QUERY or query.count(b"&") >= _MOST_PARAMETERS:
            raise InvalidRequest(
                f"The address has more than {_LONGEST_QUERY} bytes or {_MOST_PARAMETERS} parameters behind its question mark.",
                fix="Leave out the parameters that this address does not take.",
            )
        await app(scope, receive, send)

    return checked


def _answer_options(app: ASGIApp) -> ASGIApp:
    """Answer OPTIONS with all methods of an address: Litestar's own answer knows those of one handler."""

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "OPTIONS":
            await app(scope, receive, send)
            return
        allow = ""
        try:
            scope["litestar_app"].asgi_router.handle_routing(path=scope["path"], method="TRACE")
        except MethodNotAllowedException as refused:  # nobody takes TRACE, and the refusal says what is taken
            allow = (refused.headers or {})["allow"]
        await send({"type": "http.response.start", "status": 204, "headers": [(b"allow", allow.encode())]})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    return answered


def _answer_handshakes(app: ASGIApp) -> ASGIApp:
    """Tell a WebSocket that is not let in why, as any other request: else all a client sees is a bare 403."""

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        accepted = False

        async def answer(message: Message) -> None:
            nonlocal accepted
            accepted = accepted or message["type"] == "websocket.accept"
            refused = scope["state"].get(_REFUSED_HANDSHAKE)
            if message["type"] == "websocket.close" and refused is not None and not accepted:
                for part in _handshake_refusal(refused):
                    await send(part)
            else:
                await send(message)

        told = scope["type"] == "websocket" and "websocket.http.response" in (scope.get("extensions") or {})
        await app(scope, receive, answer if told else send)

    return answered


def _handshake_refusal(refused: Response[bytes]) -> tuple[Message, Message]:
    headers = {"content-type": problems.MEDIA_TYPE, **refused.headers}
    start = {
        "type": "websocket.http.response.start",
        "status": refused.status_code,
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }
    # ASGI's own extension, which Litestar's types do not know.
    return cast(
        "tuple[Message, Message]", (start, {"type": "websocket.http.response.body", "body": refused.content})
    )


def _is_secret(type_: Any) -> bool:
    return type_ is Secret


def _read_secret(_type: Any, value: Any) -> Secret:
    if not isinstance(value, str):
        raise TypeError("Expected `str`")
    return Secret(value)
