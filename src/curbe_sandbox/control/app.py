"""The Litestar application of the control API."""

from typing import Any, Final

import msgspec
from litestar import Litestar, Request, Response
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig

from curbe_sandbox.asgi import AsgiApp
from curbe_sandbox.control import (
    coexistence,
    faults,
    notices,
    page,
    people,
    phone,
    record,
    things,
    webhooks,
    world,
)
from curbe_sandbox.control.refusals import ControlRefusal
from curbe_sandbox.sandbox import Sandbox

_HANDLERS: Final = [
    *world.HANDLERS,
    *things.HANDLERS,
    *people.HANDLERS,
    *phone.HANDLERS,
    *page.HANDLERS,
    *webhooks.HANDLERS,
    *notices.HANDLERS,
    *coexistence.HANDLERS,
    *faults.HANDLERS,
    *record.HANDLERS,
]
_LARGEST_BODY: Final = 140 * 1024 * 1024  # a document of 100 MB as base64, and what is around it


def control_app(box: Sandbox) -> AsgiApp:
    """Return the control API of this sandbox."""
    return Litestar(
        route_handlers=_HANDLERS,
        dependencies={"box": Provide(lambda: box, sync_to_thread=False)},
        exception_handlers={ControlRefusal: _refused, HTTPException: _http_error},
        openapi_config=OpenAPIConfig(title="Curbe sandbox: control API", version="1", path="/sandbox/schema"),
        logging_config=None,
        request_max_body_size=_LARGEST_BODY,
        state=State({}),
    )  # type: ignore[return-value]  # an ASGI application, with stricter types than ours


def _refused(_request: Request[Any, Any, Any], refused: ControlRefusal) -> Response[bytes]:
    return _problem(refused.status, str(refused))


def _http_error(_request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    extra = f": {error.extra}" if error.extra else ""
    return _problem(error.status_code, f"{error.detail}{extra}")


def _problem(status: int, sentence: str) -> Response[bytes]:
    return Response(
        msgspec.json.encode({"error": sentence}), status_code=status, media_type="application/json"
    )
