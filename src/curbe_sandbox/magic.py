"""Recipients that make something happen, by their number alone. The table is in docs/reference/sandbox.md.

``+1 555 ccccccc`` fails with Meta's error code ``ccccccc`` (seven digits, zeros in front) as Meta reports
that code; ``+1 556`` always in the answer, ``+1 557`` always in a ``failed`` status. ``+1 555 9000001``
and up misbehave otherwise.
"""

from typing import Final

import msgspec

from curbe_sandbox.errors import META_ERRORS, REPORTED_BY_STATUS

_DIGITS: Final = 11


class Magic(msgspec.Struct, frozen=True, kw_only=True):
    """What a magic recipient does to a send."""

    refuse_with: int | None = None  # error code in the answer
    fail_with: int | None = None  # error code in a failed status
    fault: str = ""  # one of faults.AFTER_KINDS, or "refuse"
    statuses: tuple[str, ...] | None = None  # instead of the usual ones, in this order
    message_status: str = ""  # for templates, in the answer
    before_answer: bool = False


NUMBERS: Final[dict[str, Magic]] = {
    "15559000001": Magic(fault="read_timeout"),
    "15559000002": Magic(fault="accept_then_drop"),
    "15559000003": Magic(fault="accept_then_500"),
    "15559000004": Magic(fault="accept_then_garbage"),
    "15559000005": Magic(fault="accept_then_truncate"),
    "15559000006": Magic(fault="refuse"),
    "15559000007": Magic(fault="slow"),
    "15559000008": Magic(fault="without_wamid"),
    "15559000009": Magic(fault="repeat_wamid"),
    "15559000011": Magic(statuses=("sent",)),
    "15559000012": Magic(statuses=("sent", "delivered")),
    "15559000013": Magic(statuses=("read", "delivered", "sent")),
    "15559000014": Magic(
        statuses=("sent", "sent", "sent", "delivered", "delivered", "delivered", "read", "read", "read")
    ),
    "15559000015": Magic(before_answer=True),
    "15559000016": Magic(statuses=()),
    "15559000017": Magic(statuses=("sent", "read")),
    "15559000018": Magic(statuses=("sent", "failed")),
    "15559000019": Magic(statuses=("sent", "failed", "delivered")),
    "15559000020": Magic(statuses=("sent", "delivered", "read", "played")),
    "15559000021": Magic(message_status="held_for_quality_assessment"),
    "15559000023": Magic(message_status="held_for_quality_assessment", fail_with=132015),
    "15559000022": Magic(message_status="paused", statuses=()),
}


def magic_of(digits: str) -> Magic | None:
    """Return what the recipient with these digits does, or None for an ordinary person."""
    if len(digits) != _DIGITS or not digits.startswith("155"):
        return None
    found = NUMBERS.get(digits)
    if found is not None:
        return found
    code = int(digits[4:])
    if code not in META_ERRORS:
        return None
    by_status = {"1555": code in REPORTED_BY_STATUS, "1556": False, "1557": True}.get(digits[:4])
    if by_status is None:
        return None
    return Magic(fail_with=code) if by_status else Magic(refuse_with=code)
