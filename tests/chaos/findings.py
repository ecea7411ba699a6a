"""What a judge may find, by name."""

from enum import StrEnum

import msgspec


class Wrong(StrEnum):
    """A broken promise."""

    LOST_WEBHOOK = "a webhook was acked and is not stored"
    FORGED_WEBHOOK = "a webhook is stored that nobody posted"
    LOST_MESSAGE = "a message of an acked webhook is in no inbox"
    DOUBLED_MESSAGE = "a message is in the inbox twice"
    PHANTOM_MESSAGE = "a message is in the inbox that nobody wrote"
    FOREIGN_ROW = "something of one tenant is in another's hands"
    LOST_STRANGER = "a message to a number nobody owns was not set aside"
    LOST_POISON = "what could not be read was not set aside"
    MISCOUNTED_UNREAD = "an unread counter differs from what arrived"
    MISCOUNTED_ITEMS = "the items of the stored webhooks are not all accounted for"
    LOST_SEND = "a send was taken by the API and is gone"
    DOUBLED_SEND = "one idempotency key made two messages"
    PHANTOM_SEND = "a message was to be sent that nobody asked for"
    MISDIRECTED = "a message went to somebody it was not meant for"
    STUCK = "a message is neither answered nor given up"
    SENT_TWICE = "Meta accepted one message twice"
    FALSE_FAILED = "we say failed of what Meta accepted"
    FALSE_ACCEPTED = "we say accepted of what Meta never took"
    UNSETTLED = "a message is unknown although Meta told us of it"
    REGRESSED = "a status lies below a fact that Meta delivered"
    OVERSTATED = "a status lies above every fact that Meta delivered"
    MISSED_EVENT = "the reader of the event log missed an event"
    REPEATED_EVENT = "the reader of the event log saw an event twice"
    BROKEN_AUDIT = "the audit log does not verify"
    DIED = "a process ended by itself"
    NEVER_CALM = "work was still waiting long after the load had ended"


class Finding(msgspec.Struct, frozen=True):
    """A broken promise: how often, and a few examples."""

    wrong: Wrong
    count: int
    examples: list[str]

    def __str__(self) -> str:
        return f"{self.wrong} ({self.count}): {', '.join(self.examples)}"


def found(wrong: Wrong, cases: list[str]) -> list[Finding]:
    """Return the finding that ``cases`` make; none for none."""
    return [Finding(wrong, len(cases), sorted(cases)[:3])] if cases else []
