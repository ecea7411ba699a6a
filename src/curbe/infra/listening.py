"""The socket that requests come in by. Whoever holds it open keeps who knocks waiting instead of turned away."""

import errno
import socket
from typing import Final

BACKLOG: Final = 2048  # connections that may wait to be taken


class CannotListen(Exception):
    """It is not possible to listen there: the message says what to do, ``why`` only why."""

    def __init__(self, why: str, fix: str) -> None:
        self.why: Final = why
        super().__init__(f"{why}; {fix}.")


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on ``host`` (an address, or a name of one) and ``port`` (0: any free one).

    Raises:
        CannotListen: the port is taken or not for us, or no address of this machine is called that.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except OSError as failure:
        listening.close()
        raise _cannot(failure, host, port) from failure
    listening.setblocking(False)  # noqa: FBT003 - the name of the method says what it means
    return listening


def inherited(descriptor: int) -> socket.socket:
    """Return the socket that the process which started this one listens on, by its file descriptor."""
    listening = socket.socket(fileno=descriptor)
    listening.setblocking(False)  # noqa: FBT003 - see above
    return listening


def _cannot(failure: OSError, host: str, port: int) -> CannotListen:
    if failure.errno == errno.EADDRINUSE:
        return CannotListen(
            f"port {port} of {host} is in use",
            "stop what listens there, or choose another with --port or CURBE_PORT",
        )
    return CannotListen(
        f"it is not possible to listen on {host}, port {port} ({failure.strerror})",
        "choose another --host, or a --port of 1024 or more",
    )
