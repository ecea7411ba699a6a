"""Faults on demand: what goes wrong with the next requests of a number, and which of them."""

import random
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

import msgspec

BeforeKind = Literal["error", "http_status", "redirect", "gzip_bomb", "refuse", "silent"]
AfterKind = Literal[
    "read_timeout",
    "accept_then_drop",
    "accept_then_500",
    "accept_then_garbage",
    "accept_then_truncate",
    "accept_then_trickle",
    "accept_then_endless",
    "without_wamid",
    "repeat_wamid",
    "wrong_bytes",
    "cut_halfway",
    "slow",
]
BEFORE_KINDS: Final = get_args(BeforeKind)  # the request has no effect
AFTER_KINDS: Final = get_args(AfterKind)  # the request takes effect, then its answer is spoilt


class FaultOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What ``POST /sandbox/faults`` takes."""

    kind: BeforeKind | AfterKind
    phone_number_id: str = ""  # empty: any number or WABA
    operation: str = (
        "messages"  # the edge: messages, media, subscribed_apps, ...; "node" for GET /{id}; "download"; "any"
    )
    to: str = ""  # only sends to this recipient (digits)
    count: int | None = 1  # how many requests; null: until deleted
    probability: float = 1.0
    code: int = 131000  # for "error"
    details: str = ""
    http_status: int | None = None  # for "error" and "http_status"
    body: str | None = None  # for "http_status" and "accept_then_garbage"
    retry_after_s: int | None = None
    ms: int = 5_000  # for "slow"
    location: str = "http://127.0.0.1:9/elsewhere"  # for "redirect"


@dataclass(slots=True)
class Fault:
    """An order, and what is left of it."""

    id: str
    order: FaultOrder
    remaining: int | None
    hits: int = 0

    def fits(self, *, node: str, operation: str, to: str, number: str = "") -> bool:
        """Whether a request to ``node`` is meant; ``number`` is whose file it asks for, if it does."""
        order = self.order
        return (
            order.operation in {"any", operation}
            and order.phone_number_id in {"", node, number}
            and order.to in {"", to}
            and self.remaining != 0
        )


@dataclass(slots=True)
class Faults:
    """The orders in force; the oldest that fits a request is taken."""

    random: random.Random
    orders: list[Fault] = field(default_factory=list)
    last_id: int = 0

    def add(self, order: FaultOrder) -> Fault:
        """Put an order in force."""
        self.last_id += 1
        fault = Fault(id=str(self.last_id), order=order, remaining=order.count)
        self.orders.append(fault)
        return fault

    def match(self, *, node: str, operation: str, to: str = "", number: str = "") -> Fault | None:
        """Return the fault for this request, not yet used up, or None."""
        for fault in self.orders:
            if fault.fits(node=node, operation=operation, to=to, number=number):
                chance = fault.order.probability
                return fault if chance >= 1 or self.random.random() < chance else None
        return None

    def use(self, fault: Fault) -> None:
        """Count one use; an order used up stays visible with ``remaining`` 0 until the list is cleared."""
        fault.hits += 1
        if fault.remaining is not None:
            fault.remaining -= 1

    def remove(self, fault_id: str) -> bool:
        """Delete an order; False if there is none of this id."""
        before = len(self.orders)
        self.orders = [fault for fault in self.orders if fault.id != fault_id]
        return len(self.orders) < before
