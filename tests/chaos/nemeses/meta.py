"""N7: Meta misbehaves: every fault that the sandbox knows, and the codes it refuses with."""

from typing import Any, Final

from .deed import Appointment, Counts, Deed, Hand, Stream

MISNAMED: Final = "repeat_wamid"  # Meta gives a message another one's name
# Every fault: its name in the report, the order that the sandbox takes, and how often it is chosen at random. Those after the acceptance
# are the ones that make two sends out of one.
FAULTS: Final[tuple[tuple[str, dict[str, Any], int], ...]] = (
    ("reset before it is taken", {"kind": "refuse"}, 2),
    ("no answer, not taken", {"kind": "silent"}, 0),
    ("no answer, taken", {"kind": "read_timeout"}, 2),
    ("taken, then reset", {"kind": "accept_then_drop"}, 3),
    ("taken, then 500", {"kind": "accept_then_500"}, 3),
    ("taken, then garbage", {"kind": "accept_then_garbage"}, 1),
    ("taken, then half an answer", {"kind": "accept_then_truncate"}, 1),
    ("taken, then a byte a second", {"kind": "accept_then_trickle"}, 0),
    ("taken, then an answer without end", {"kind": "accept_then_endless"}, 0),
    ("taken, answered without a name", {"kind": "without_wamid"}, 1),
    ("taken, answered with another's name", {"kind": MISNAMED}, 0),
    ("taken, answered late", {"kind": "slow", "ms": 2500}, 3),
    ("a gzip bomb", {"kind": "gzip_bomb"}, 0),
    ("sent elsewhere (301)", {"kind": "redirect"}, 1),
    ("500 without words", {"kind": "http_status", "http_status": 500}, 1),
    ("502", {"kind": "http_status", "http_status": 502}, 1),
    ("503", {"kind": "http_status", "http_status": 503}, 1),
    ("504", {"kind": "http_status", "http_status": 504}, 1),
    ("429 with Retry-After", {"kind": "error", "code": 130429, "http_status": 429, "retry_after_s": 1}, 1),
    ("404 without words", {"kind": "http_status", "http_status": 404}, 1),
    ("413", {"kind": "http_status", "http_status": 413}, 1),
    ("code 2", {"kind": "error", "code": 2}, 1),
    ("code 100", {"kind": "error", "code": 100}, 1),
    ("code 130429", {"kind": "error", "code": 130429}, 2),
    ("code 130472", {"kind": "error", "code": 130472}, 1),
    ("code 131000", {"kind": "error", "code": 131000}, 1),
    ("code 131016", {"kind": "error", "code": 131016}, 1),
    ("code 131026", {"kind": "error", "code": 131026}, 1),
    ("code 131056", {"kind": "error", "code": 131056}, 1),
    ("code 132001", {"kind": "error", "code": 132001}, 1),
)


async def _misbehave(hand: Hand, appointment: Appointment) -> None:
    await hand.place.control("POST", "faults", appointment.order)


META_FAULT: Final = "Meta misbehaves"

DEEDS: Final = (
    Deed(number="N7", name=META_FAULT, counts=Counts.META, act=_misbehave, stream=Stream.WEATHER),
)


def hits(orders: list[dict[str, Any]]) -> dict[str, int]:
    """Return how often each fault has struck, by its name, from what the sandbox says of its orders."""
    struck: dict[str, int] = {}
    for one in orders:
        for name, order, _ in FAULTS:
            if order.items() <= one["order"].items():
                struck[name] = struck.get(name, 0) + one["hits"]
                break
    return struck
