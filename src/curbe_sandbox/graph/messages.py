"""``POST /{phone_number_id}/messages`` and ``/marketing_messages``: the hot path."""

import time
from datetime import timedelta
from typing import Any, Final

import msgspec

from curbe_sandbox.errors import bad_parameter, refusal
from curbe_sandbox.graph.ask import Ask, need_messaging
from curbe_sandbox.graph.recipients import Recipient, recipient_of
from curbe_sandbox.magic import Magic
from curbe_sandbox.media_rules import media_trouble
from curbe_sandbox.message_shapes import check_message, check_read
from curbe_sandbox.people import receive
from curbe_sandbox.phones import new_wamid, person_in
from curbe_sandbox.sandbox import Sandbox
from curbe_sandbox.state import PhoneNumber, Template
from curbe_sandbox.statuses import Sent, Step, plan
from curbe_sandbox.template_rules import template_to_send
from curbe_sandbox.window import is_free_entry, window_is_open
from curbe_sandbox.wire import Answer, json_object, success

_NO_MAGIC: Final = Magic()
_OUTSIDE_WINDOW: Final = 131047
_MAY_SEND: Final = {"CONNECTED", "FLAGGED"}
_SPENT_WAMID: Final = "repeat_wamid"
_TYPING_SHOWS: Final = timedelta(seconds=25)  # or until the message comes [typing indicators, Dec 2025]


class _Contact(msgspec.Struct, frozen=True, omit_defaults=True):
    input: str
    wa_id: str = ""
    user_id: str = ""


class _Message(msgspec.Struct, frozen=True, omit_defaults=True):
    id: str
    message_status: str = ""


class _Accepted(msgspec.Struct, frozen=True):
    messaging_product: str
    contacts: tuple[_Contact]
    messages: tuple[_Message]


_encode: Final = msgspec.json.Encoder().encode


def send(box: Sandbox, ask: Ask) -> Answer:
    """Answer ``POST /{phone_number_id}/messages``: a message, a mark-as-read, or a typing indicator."""
    need_messaging(ask)
    body = json_object(ask.call.body)
    if body is None:
        raise bad_parameter("The parameter messaging_product is required.")
    if "status" in body:
        return _mark_read(box, ask, body)
    return _send(box, ask, body, marketing=False)


def send_marketing(box: Sandbox, ask: Ask) -> Answer:
    """Answer ``POST /{phone_number_id}/marketing_messages``: templates of category MARKETING only."""
    need_messaging(ask)
    body = json_object(ask.call.body)
    if body is None:
        raise bad_parameter("The parameter messaging_product is required.")
    return _send(box, ask, body, marketing=True)


def _mark_read(box: Sandbox, ask: Ask, body: dict[str, Any]) -> Answer:
    check_read(body)
    kind = "typing" if "typing_indicator" in body else "read"
    box.record.add(
        kind,
        at=ask.call.now,
        body=ask.call.body,
        phone_number_id=ask.node,
        app_id=ask.token.app_id,
        wamid=body["message_id"],
        fault=ask.fault,
    )
    _show_read(box, ask, body["message_id"], typing=kind == "typing")
    return success()


def _show_read(box: Sandbox, ask: Ask, wamid: str, *, typing: bool) -> None:
    """Let the person's phone show that the business has read, and writes."""
    person = box.world.person(person_in(wamid))
    if person is not None:
        person.read_up_to[ask.node] = wamid
        if typing:
            person.typing_until[ask.node] = ask.call.now + _TYPING_SHOWS


def _send(box: Sandbox, ask: Ask, body: dict[str, Any], *, marketing: bool) -> Answer:
    kind = check_message(body, marketing=marketing)
    number = box.world.numbers[ask.node]
    recipient = recipient_of(box.world, number, body)
    magic = recipient.magic or _NO_MAGIC
    if magic.refuse_with is not None:
        raise refusal(magic.refuse_with, "Asked for by a magic recipient.")
    if magic.fault == "refuse":
        return Answer(fault="refuse")
    template = _check_sendable(box, number, recipient, body, kind, marketing=marketing)
    sent = _sent(box, number, recipient, body, kind, template, marketing=marketing)
    fail_with = magic.fail_with or _failure(box, number, recipient, sent, body)
    if (
        fail_with == _OUTSIDE_WINDOW
        and box.world.settings.closed_window_as == "error"
        and magic.fail_with is None
    ):
        raise refusal(_OUTSIDE_WINDOW, "More than 24 hours have passed since the recipient last replied.")
    return _accept(box, ask, sent, recipient, magic, fail_with, marketing=marketing)


def _check_sendable(
    box: Sandbox,
    number: PhoneNumber,
    recipient: Recipient,
    body: dict[str, Any],
    kind: str,
    *,
    marketing: bool,
) -> Template | None:
    if number.status not in _MAY_SEND:
        raise refusal(
            131031 if number.status in {"BANNED", "RESTRICTED"} else 133010,
            f"The phone number is {number.status}.",
        )
    if recipient.wa_id and number.digits in recipient.variants:
        raise refusal(131021, "The recipient is the sender.")
    template = template_to_send(box.world, number, body, marketing=marketing) if kind == "template" else None
    if marketing and template is None:
        raise refusal(131055, "Only template messages can be sent through this endpoint.")
    if template is not None and template.category == "AUTHENTICATION" and recipient.by_user_id:
        raise refusal(131062, "Authentication templates cannot be sent to a business-scoped user id.")
    _take_pace(box, number, recipient)
    return template


def _take_pace(box: Sandbox, number: PhoneNumber, recipient: Recipient) -> None:
    settings, now = box.world.settings, time.monotonic()
    if settings.enforce_throughput and not box.pace.number_allows(
        number.id, limit=number.messages_per_second, now=now
    ):
        raise refusal(
            130429, "Message failed to send because there were too many messages sent from this phone number."
        )
    if settings.enforce_pair_rate and not box.pace.pair_allows(number.id, recipient.key, now=now):
        raise refusal(
            131056, "Too many messages sent from this phone number to the same recipient in a short time."
        )


def _sent(
    box: Sandbox,
    number: PhoneNumber,
    recipient: Recipient,
    body: dict[str, Any],
    kind: str,
    template: Template | None,
    *,
    marketing: bool,
) -> Sent:
    category = template.category.lower() if template else "service"
    return Sent(
        wamid=new_wamid(recipient.key, box.world.entropy),
        number=number,
        wa_id=recipient.wa_id,
        user_id=recipient.user_id,
        to_user_id=recipient.by_user_id,
        person=recipient.person,
        type=kind,
        category="marketing_lite" if marketing else category,
        free_entry=is_free_entry(box.world, number.id, recipient.wa_id, at=None),
        callback_data=body.get("biz_opaque_callback_data"),
        content={kind: body[kind]} | ({"context": body["context"]} if "context" in body else {}),
    )


def _failure(
    box: Sandbox, number: PhoneNumber, recipient: Recipient, sent: Sent, body: dict[str, Any]
) -> int | None:
    """Return the code with which an accepted message will fail, or None."""
    settings, person = box.world.settings, recipient.person
    needs_window = sent.type != "template" and recipient.magic is None and settings.enforce_window
    if needs_window and not window_is_open(box.world, number.id, recipient.wa_id, at=None):
        return _OUTSIDE_WINDOW
    if person is not None and number.id in person.blocked_numbers:
        return 131026
    if recipient.by_user_id and person is None:
        return 131026
    if sent.category.startswith("marketing"):
        if person is not None and person.stopped_marketing:
            return 131050
        # Marketing templates to US numbers are not delivered since 2025-04-01.
        if recipient.wa_id.startswith("1") and recipient.magic is None and settings.us_marketing_pause:
            return 131049
    return media_trouble(box.world, number, sent.type, body)


def _accept(
    box: Sandbox,
    ask: Ask,
    sent: Sent,
    recipient: Recipient,
    magic: Magic,
    fail_with: int | None,
    *,
    marketing: bool,
) -> Answer:
    fault = ask.fault or magic.fault
    if fault == _SPENT_WAMID:
        sent = msgspec.structs.replace(sent, wamid=box.repeated_wamid(sent.wamid))
    box.record.add(
        "marketing_message" if marketing else "message",
        at=ask.call.now,
        body=ask.call.body,
        phone_number_id=sent.number.id,
        waba_id=sent.number.waba_id,
        app_id=ask.token.app_id,
        wamid=sent.wamid,
        to=recipient.input,
        wa_id=sent.wa_id,
        type=sent.type,
        biz_opaque_callback_data=sent.callback_data,
        fault=fault,
    )
    box.world.counts["accepted"] += 1
    box.pace.reached[sent.number.id].add(time.monotonic())
    behaviour = box.world.behaviour_of(sent.number, box.world.apps[ask.token.app_id])
    before = magic.before_answer or behaviour.before_answer
    steps = plan(sent, behaviour, chance=box.world.chance, fail_with=fail_with, statuses=magic.statuses)
    if before:
        steps = [msgspec.structs.replace(step, after=0.0) for step in steps]
    box.report(sent, steps, behaviour)
    if fail_with is None:
        _show(box, sent, steps)
    return Answer(
        body=_answer_body(sent, recipient, magic, fault),
        hold_ms=box.world.settings.hidden_answer_ms if before else 0,
        fault=magic.fault,
    )


def _show(box: Sandbox, sent: Sent, steps: list[Step]) -> None:
    if sent.person is not None:
        box.timeline.after(steps[0].after if steps else 0.0, receive, box, sent)


def _answer_body(sent: Sent, recipient: Recipient, magic: Magic, fault: str) -> bytes:
    known_by = {"user_id": sent.user_id} if recipient.by_user_id else {"wa_id": sent.wa_id}
    contact = _Contact(recipient.input, **known_by)
    if fault == "without_wamid":
        return _encode({"messaging_product": "whatsapp", "contacts": [contact]})
    word = (magic.message_status or "accepted") if sent.type == "template" else ""
    return _encode(_Accepted("whatsapp", (contact,), (_Message(sent.wamid, word),)))
