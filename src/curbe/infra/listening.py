"""The socket that requests come in by. Whoever holds it open keeps who knocks waiting instead of turned away."""

import socket
from typing import Final

BACKLOG: Final = 2048  # connections that may wait to be taken


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on ``host`` (an address) and ``port`` (0: any free one)."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    listening.listen(BACKLOG)
    listening.setblocking(False)  # noqa: FBT003 - the name of the method says what it means
    return listening


def inherited(descriptor: int) -> socket.socket:
    """Return the socket that the process which started this one listens on, by its file descriptor."""
    listening = socket.socket(fileno=descriptor)
    listening.setblocking(False)  # noqa: FBT003 - see above
    return listening
