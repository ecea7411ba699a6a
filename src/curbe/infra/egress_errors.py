"""How a request that Curbe made failed, by the side of the line: `NotSent`, or `AnswerLost`. None carries more of a URL than its origin."""


class EgressError(Exception):
    """A request that brought no answer; ``reason`` is a short sentence without secrets."""

    def __init__(self, method: str, origin: str, reason: str) -> None:
        super().__init__(f"{method} {origin}: {reason}")
        self.reason = reason


class NotSent(EgressError):
    """Not one byte of the request left: the name, the connection, TLS or a check failed."""


class ForbiddenAddress(NotSent):
    """The URL leads, or may lead, somewhere it must not."""


class AnswerLost(EgressError):
    """The request was on its way, and no whole answer came: it may have been acted upon."""


class AnswerTooLarge(AnswerLost):
    """The answer is longer than the caller takes."""


class AnswerLate(AnswerLost):
    """No whole answer came within the time there is for it."""
