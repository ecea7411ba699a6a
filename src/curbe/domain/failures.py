"""Why a provider, or Curbe itself, did not send a message."""

from datetime import timedelta
from enum import StrEnum

import msgspec


class FailureKind(StrEnum):
    """What a provider's no means for the message and for what is sent after it."""

    THROTTLED = "throttled"  # later, and slower
    TRANSIENT = "transient"  # later, a few times
    UNREACHABLE = "unreachable"  # later, as often as it takes: nobody was there to say no
    STORAGE = "storage"  # later, as often as it takes: what Curbe keeps files in does not give one
    AMBIGUOUS = "ambiguous"  # it may have arrived: never again by itself
    WINDOW_CLOSED = "window_closed"  # give up; a template is needed
    RECIPIENT = "recipient"  # give up for this person
    CONSENT = "consent"  # our own no: the person does not want it, or has not agreed
    BLOCKED = "blocked"  # our own no: the person is blocked
    WITHHELD = "withheld"  # our own no: Meta keeps marketing from the person, and would refuse again
    CANCELLED = "cancelled"  # somebody took it back, or stopped what it was part of
    EXPIRED = "expired"  # it had waited for longer than it was good for
    TEMPLATE = "template"  # give up; its campaign pauses
    CREDENTIALS = "credentials"  # the connection pauses and keeps its queue
    ACCOUNT = "account"  # the WABA pauses and keeps its queue
    INVALID_REQUEST = "invalid_request"  # give up; ours is the mistake
    UNLISTED = "unlisted"  # a clear no with a code nobody wrote down, counted by code: of sending for good, else as transient


class SendFailure(msgspec.Struct, frozen=True):
    """A provider's no to one message.

    ``code``, ``title`` and ``detail`` are the provider's, ``words`` is a sentence an agent understands,
    ``retry_after`` how long the provider wants us to wait, None where it does not say.
    """

    kind: FailureKind
    code: int | None
    title: str
    detail: str
    words: str
    retry_after: timedelta | None = None

    @property
    def sentence(self) -> str:
        """What is stored beside the message and shown: the sentence for people, then the provider's own words."""
        own = ": ".join(part for part in (self.title, self.detail) if part)
        return f"{self.words} ({own})" if own else self.words
