"""A server protocol that lets the application reach the socket, to close it at the wrong moment."""

from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

TRANSPORT: Final = "curbe_sandbox.transport"


class SocketProtocol(HttpToolsProtocol):
    """uvicorn's protocol, with its transport in the scope of each request."""

    def on_message_begin(self) -> None:
        """Begin a request and put the transport where ``spoil`` finds it."""
        super().on_message_begin()
        scope: dict[str, Any] = self.scope  # type: ignore[assignment]  # a TypedDict that knows no extra key
        scope[TRANSPORT] = self.transport
