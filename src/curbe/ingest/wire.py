"""A shortcut from the socket to the commit for nearly every webhook: a small signed POST on a connection that stays open.

It needs no task and no ASGI messages: the signed body goes to the committer, and the commit writes the answer. Any other request (another
path, a wrong signature, a large body, a handshake) goes the usual way through ASGI from its first byte, so that all refusals are in one
place (receive.py). Both ways answer with the same bytes.
"""

import time
from functools import partial
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from curbe.ingest.commit import GroupCommitter
from curbe.ingest.receive import PATH, WebhookReceiver, signature_of, stored_answer

_PATH: Final = PATH.encode()
_SMALL: Final = 64 * 2**10  # bytes of a body held here; uvicorn stops reading at as many
_LARGEST_HEAD: Final = 64 * 2**10  # bytes, of trailers too


class Webhooks(HttpToolsProtocol):
    """One connection. Answers leave in the order of the requests, whichever way each request goes."""

    def __init__(self, *, receiver: WebhookReceiver, committer: GroupCommitter, **uvicorn: Any) -> None:
        """``uvicorn``: the arguments with which uvicorn makes its own protocol."""
        super().__init__(**uvicorn)
        self._receiver: Final = receiver
        self._committer: Final = committer
        self._signature: bytes | None = None  # of the request being read, where it goes the short way
        self._chunks: list[bytes] = []
        self._owed = 0  # answers that wait for their commit
        self._closing = False
        self._unfinished = 0  # bytes that came since a head or a piece of a body was read

    def data_received(self, data: bytes) -> None:
        """Parse what came. A request head that does not end is refused, as the parser would keep all of it and copy it with every piece."""
        self._unfinished += len(data)
        super().data_received(data)
        if self._unfinished > _LARGEST_HEAD and not self.transport.is_closing():
            self.send_400_response("The head of the request is too large.")

    def on_headers_complete(self) -> None:
        """Decide whether this request takes the shortcut."""
        self._unfinished = 0
        if self._is_short():
            return
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Keep a piece of the body, if the request takes the shortcut."""
        self._unfinished = 0
        if self._signature is None:
            super().on_body(body)
        else:
            self._chunks.append(body)

    def on_message_complete(self) -> None:
        """Hand the whole body to the committer, if the request takes the shortcut."""
        if self._signature is None:
            super().on_message_complete()
            return
        body = b"".join(self._chunks)
        app_id = self._receiver.signer(body, self._signature)
        tell = partial(self._answer, time.perf_counter())
        if app_id is not None and self._committer.take(app_id, body, tell=tell):
            self._chunks, self._signature = [], None
            self._owed += 1
            return
        self._go_the_usual_way()
        super().on_message_complete()

    def _go_the_usual_way(self) -> None:
        chunks, self._chunks, self._signature = self._chunks, [], None
        super().on_headers_complete()
        for chunk in chunks:
            super().on_body(chunk)

    def shutdown(self) -> None:
        """Close the connection once the request being read and all earlier ones are answered."""
        self._closing = True
        if self._signature is not None:
            self._go_the_usual_way()  # which knows how to end
        if not self._owed or self._usual_is_under_way():
            super().shutdown()

    def _is_short(self) -> bool:
        """Tell whether the request whose headers were just read takes the shortcut; if so, remember its signature."""
        parser: Any = self.parser
        if (
            self.url != _PATH
            or parser.get_method() != b"POST"
            or parser.get_http_version() != "1.1"
            or not parser.should_keep_alive()
            or parser.should_upgrade()
            or self.expect_100_continue
            or self._usual_is_under_way()
        ):
            return False
        self._signature = signature_of(self.headers, most=_SMALL)
        return self._signature is not None

    def _usual_is_under_way(self) -> bool:
        return bool(self.pipeline) or (self.cycle is not None and not self.cycle.response_complete)

    def _answer(self, began: float, stored: bool) -> None:  # noqa: FBT001 - as it is told
        self._owed -= 1
        self.server_state.total_requests += 1
        self._receiver.note(began, stored=stored)
        if self.transport.is_closing():
            return
        last = self._closing and not self._owed and not self.pipeline
        self.transport.write(stored_answer(self.server_state.default_headers, stored=stored, last=last))
        if last:
            self.transport.close()
        elif not self._owed:
            self._go_on()

    def _go_on(self) -> None:
        """Start the request that waited for the shortcut's answers; if none does, wait for the next one as long as uvicorn would."""
        if self.pipeline:
            super()._start_asgi_task(*self.pipeline.pop())
            return
        self._unset_keepalive_if_required()
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler
        )

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """Start a request that goes the usual way as soon as all earlier ones are answered."""
        if self._owed:
            self.flow.pause_reading()
            self.pipeline.appendleft((cycle, app))
        else:
            super()._start_asgi_task(cycle, app)
