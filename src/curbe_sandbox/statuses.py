"""Status webhooks of one sent message: which come, when, and how each reads. Pure rules."""

import hashlib
import random
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from curbe_sandbox.errors import status_error
from curbe_sandbox.state import Person, PhoneNumber, WebhookBehaviour

_WINDOW_SECONDS: Final = 24 * 3600
_UNDELIVERABLE: Final = 131026


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """A message the sandbox accepted."""

    wamid: str
    number: PhoneNumber
    wa_id: str  # empty where the person is known by BSUID only
    user_id: str
    to_user_id: bool  # it was addressed to the BSUID
    person: Person | None
    type: str
    category: str  # of pricing: service, utility, marketing, marketing_lite, authentication
    free_entry: bool  # the person came by an advertisement: free of charge for 72 hours
    callback_data: str | None
    content: dict[str, Any]


class Step(msgspec.Struct, frozen=True):
    """One status to come, ``after`` seconds from the acceptance."""

    status: str
    after: float
    error_code: int | None = None
    priced: bool = False


def plan(
    sent: Sent,
    behaviour: WebhookBehaviour,
    *,
    chance: random.Random,
    fail_with: int | None = None,
    statuses: Sequence[str] | None = None,
) -> list[Step]:
    """Return the statuses of a message in the order in which they leave.

    Args:
        sent: the message.
        behaviour: the usual statuses and the time between them.
        chance: draws the times.
        fail_with: Meta's code, where the message fails after its acceptance; then nothing else comes.
        statuses: a magic recipient's statuses instead of the usual ones.
    """
    if fail_with is not None:
        return [Step("failed", _pause(behaviour, chance), fail_with)]
    wanted = list(behaviour.statuses if statuses is None else statuses)
    if sent.type == "reaction" and statuses is None:  # only a sent status comes for a reaction [Dec 2025]
        wanted = [status for status in wanted if status == "sent"]
    if sent.person is not None and not sent.person.reads and statuses is None:
        wanted = [status for status in wanted if status not in {"read", "played"}]
    priced_later = "delivered" if "delivered" in wanted else "read"
    steps: list[Step] = []
    at = 0.0
    for status in wanted:
        at += _pause(behaviour, chance)
        if status == "read" and statuses is None:
            at += (sent.person.read_after_ms if sent.person else 0) / 1000
        priced = status in {"sent", priced_later}
        steps.append(Step(status, at, _UNDELIVERABLE if status == "failed" else None, priced))
    return steps


def status_value(sent: Sent, step: Step, behaviour: WebhookBehaviour, *, at: datetime) -> dict[str, Any]:
    """Return the ``value`` of the webhook that reports one status [status, Sep 2026; BSUID, mid 2026]."""
    status: dict[str, Any] = {"id": sent.wamid, "status": step.status, "timestamp": str(int(at.timestamp()))}
    hidden = sent.to_user_id and (sent.person is None or sent.person.phone_hidden)
    failed = step.status == "failed"
    if sent.wa_id and not hidden:
        status["recipient_id"] = sent.wa_id
    if behaviour.user_ids and sent.user_id and (not failed or sent.to_user_id):
        status["recipient_user_id"] = sent.user_id
        if sent.person is not None and sent.person.parent_bsuid:
            status["recipient_parent_user_id"] = sent.person.parent_bsuid
    if step.priced:
        _add_price(status, sent, behaviour, step, at)
    if failed and step.error_code is not None:
        status["errors"] = [status_error(step.error_code)]
    if sent.callback_data is not None:
        status["biz_opaque_callback_data"] = sent.callback_data
    value: dict[str, Any] = {"messaging_product": "whatsapp", "metadata": metadata(sent.number)}
    if not failed and behaviour.user_ids:
        value["contacts"] = [_contact(sent, step, hidden=hidden)]
    value["statuses"] = [status]
    return value


def metadata(number: PhoneNumber) -> dict[str, str]:
    """Return the part of a webhook that says whose number it is about."""
    return {"display_phone_number": number.digits, "phone_number_id": number.id}


def _contact(sent: Sent, step: Step, *, hidden: bool) -> dict[str, Any]:
    contact: dict[str, Any] = {}
    if sent.person is not None:
        profile = {"name": sent.person.name}
        if sent.person.username and step.status != "sent":  # username only in delivered and read
            profile["username"] = sent.person.username
        contact["profile"] = profile
    if sent.wa_id and not hidden:
        contact["wa_id"] = sent.wa_id
    if sent.user_id:
        contact["user_id"] = sent.user_id
        if sent.person is not None and sent.person.parent_bsuid:
            contact["parent_user_id"] = sent.person.parent_bsuid
    return contact


def _add_price(
    status: dict[str, Any], sent: Sent, behaviour: WebhookBehaviour, step: Step, at: datetime
) -> None:
    origin = "referral_conversion" if sent.free_entry else sent.category
    if behaviour.payload_style == "v23" or sent.free_entry:  # v24 has it for free entry points only
        # In v23 and before, the id is one per message.
        conversation_id = hashlib.sha256(sent.wamid.encode()).hexdigest()[:32]
        conversation: dict[str, Any] = {"id": conversation_id, "origin": {"type": origin}}
        if step.status == "sent":
            conversation["expiration_timestamp"] = str(int(at.timestamp()) + _WINDOW_SECONDS)
        status["conversation"] = conversation
    # Every message is charged since 2026-10-01, service messages too [pricing, Sep 2026].
    free_service = behaviour.free_service and sent.category == "service"
    kind = "free_entry_point" if sent.free_entry else "free_customer_service" if free_service else "regular"
    status["pricing"] = {
        "billable": kind == "regular",
        "pricing_model": "PMP",
        "category": origin,
        "type": kind,
    }


def _pause(behaviour: WebhookBehaviour, chance: random.Random) -> float:
    low, high = behaviour.delay_min_ms, max(behaviour.delay_min_ms, behaviour.delay_max_ms)
    return (low + chance.random() * (high - low)) / 1000
