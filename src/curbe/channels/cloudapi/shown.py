"""What somebody said, typed by what it is, read out of Meta's object of a message [Meta: messages webhook, Sep 2026]. Pure.

This is what the API shows beside the raw payload. Reading never fails: a type nobody taught Curbe yet, or one in a shape that is not the
documented one, is shown as `other`, and its payload says the rest.
"""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from curbe.channels.cloudapi.codes import CODES
from curbe.channels.cloudapi.shown_shapes import (
    AddressShown,
    ButtonShown,
    CardShown,
    ContactsShown,
    ContentShown,
    ContextShown,
    FlowReplyShown,
    LocationShown,
    MediaShown,
    OrderLine,
    OrderShown,
    OtherShown,
    PermissionShown,
    PhoneShown,
    ReferralShown,
    ReplyShown,
    Shown,
    SystemShown,
    TextShown,
    UnsupportedShown,
    WelcomeShown,
)
from curbe.channels.cloudapi.storable import unstorable

_Object = dict[str, Any]
_PAYLOAD: Final = msgspec.json.Decoder(dict)
_FILLED_IN: Final = ("payment_method", "address")  # replies whose whole object is what a person filled in
_FILES: Final = frozenset({"image", "video", "audio", "voice", "document", "sticker"})


def shown(kind: str, payload: str) -> Shown:
    """Return what Meta's object of a message of type ``kind`` says; never fails."""
    try:
        message: _Object = _PAYLOAD.decode(payload)
    except msgspec.DecodeError:
        return Shown(content=OtherShown(type=kind))
    return Shown(
        content=_content(kind, message),
        context=_read(_context, message),
        referral=_read(_referral, message),
        group_id=_text(message.get("group_id")),
    )


def _content(kind: str, message: _Object) -> ContentShown:
    reader = _READERS.get(kind)
    found = _read(reader, message) if reader is not None else None
    if found is None and kind in _FILES:
        found = _read(lambda it: _media(it, kind), message)
    if found is None and message.get("errors"):
        found = _read(lambda it: _not_passed_on(it, kind), message)
    return found if found is not None else OtherShown(type=kind)


def _read(reader: Callable[[_Object], Any], message: _Object) -> Any:
    """Return what a reader finds; None where the message is shaped otherwise than Meta documents."""
    try:
        return reader(message)
    except (KeyError, TypeError, AttributeError, ValueError, msgspec.ValidationError):
        return None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _media(message: _Object, kind: str) -> MediaShown | None:
    file = message[kind]
    if not file and message.get("errors"):
        return None
    return MediaShown(
        caption=_text(file.get("caption")),
        filename=_text(file.get("filename")),
        mime_type=_text(file.get("mime_type")),
        voice=kind == "voice" or file.get("voice") is True,
        animated=file.get("animated") is True,
    )


def _location(message: _Object) -> LocationShown:
    place = message["location"]
    return LocationShown(
        latitude=float(place["latitude"]),
        longitude=float(place["longitude"]),
        name=_text(place.get("name")),
        address=_text(place.get("address")),
        url=_text(place.get("url")),
    )


def _contacts(message: _Object) -> ContactsShown:
    return ContactsShown(cards=[_card(card) for card in message["contacts"]])


def _card(card: _Object) -> CardShown:
    name, work = card.get("name") or {}, card.get("org") or {}
    phones = [
        PhoneShown(_text(one.get("phone")), _text(one.get("type")), _text(one.get("wa_id")))
        for one in card.get("phones") or ()
    ]
    return CardShown(
        name=_text(name.get("formatted_name")) or _text(name.get("first_name")),
        phones=phones,
        emails=[address for one in card.get("emails") or () if (address := _text(one.get("email")))],
        urls=[url for one in card.get("urls") or () if (url := _text(one.get("url")))],
        addresses=[
            where for one in card.get("addresses") or () if (where := _address(one)) != AddressShown()
        ],
        organization=_text(work.get("company")),
        department=_text(work.get("department")),
        title=_text(work.get("title")),
        birthday=_text(card.get("birthday")),
        origin=_text(card.get("origin")),
    )


def _address(told: Any) -> AddressShown:
    parts = told if isinstance(told, dict) else {}
    return AddressShown(**{name: _text(parts.get(name)) for name in AddressShown.__struct_fields__})


def _interactive(message: _Object) -> ContentShown | None:
    chosen = message["interactive"]
    for of in ("button_reply", "list_reply"):
        if of in chosen:
            reply = chosen[of]
            return ReplyShown(
                of=of,
                title=reply["title"],
                id=_text(reply.get("id")),
                description=_text(reply.get("description")),
            )
    if "nfm_reply" in chosen:
        return _flow(chosen["nfm_reply"])
    if "call_permission_reply" in chosen:
        reply = chosen["call_permission_reply"]
        ends = reply.get("expiration_timestamp")
        return PermissionShown(
            response=reply["response"],
            permanent=reply.get("is_permanent") is True,
            expires_at=None if ends is None else int(ends),
        )
    for of in _FILLED_IN:
        if of in chosen:
            return FlowReplyShown(name=of, answers=dict(chosen[of].items()))
    return None


def _flow(reply: _Object) -> FlowReplyShown:
    raw = reply.get("response_json")
    answers = _answers(raw) if isinstance(raw, str) else raw if isinstance(raw, dict) else None
    return FlowReplyShown(
        name=_text(reply.get("name")),
        body=_text(reply.get("body")),
        answers=answers,
        raw=_text(raw) if answers is None else None,
    )


def _answers(raw: str) -> dict[str, Any] | None:
    """Return the object in ``raw``; None where it is none (seen), or one that whoever reads our answer would stumble over."""
    try:
        return None if unstorable(raw) else _PAYLOAD.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        return None


def _button(message: _Object) -> ButtonShown:
    return ButtonShown(text=message["button"]["text"], payload=_text(message["button"].get("payload")))


def _order(message: _Object) -> OrderShown:
    order = message["order"]
    lines = [
        OrderLine(
            product_retailer_id=str(line["product_retailer_id"]),
            quantity=_number(line.get("quantity")),
            item_price=_number(line.get("item_price")),
            currency=_text(line.get("currency")),
        )
        for line in order.get("product_items") or ()
    ]
    return OrderShown(lines=lines, catalog_id=_text(order.get("catalog_id")), text=_text(order.get("text")))


def _number(value: Any) -> float | None:
    return None if value is None else float(value)  # as text in some payloads


def _system(message: _Object) -> SystemShown:
    system = message["system"]
    return SystemShown(
        event=_text(system.get("type")),
        body=_text(system.get("body")),
        wa_id=_text(system.get("wa_id")) or _text(system.get("new_wa_id")),
        bsuid=_text(system.get("user_id")),
        previous_bsuid=_text(system.get("previous_user_id")),
    )


def _not_passed_on(message: _Object, kind: str) -> UnsupportedShown:
    """Return what an error says in the place of a content that should be there, as a file that Meta could not fetch."""
    told = _unsupported(message)
    row = CODES.get(told.code) if told.code is not None else None
    return UnsupportedShown(what=kind, code=told.code, reason=row.words if row is not None else told.reason)


def _unsupported(message: _Object) -> UnsupportedShown:
    errors = message.get("errors") or [{}]
    first = errors[0]
    details = (first.get("error_data") or {}).get("details") or first.get("details")
    what = message.get("unsupported") or {}
    return UnsupportedShown(
        what=_text(what.get("type")),
        code=first.get("code") if isinstance(first.get("code"), int) else None,
        reason=_text(details) or _text(first.get("title")),
    )


def _context(message: _Object) -> ContextShown | None:
    context = message.get("context")
    if not context:
        return None
    product = context.get("referred_product") or {}
    found = ContextShown(
        author=_text(context.get("from")) or _text(context.get("from_user_id")),
        forwarded=context.get("forwarded") is True,
        frequently_forwarded=context.get("frequently_forwarded") is True,
        catalog_id=_text(product.get("catalog_id")),
        product_retailer_id=_text(product.get("product_retailer_id")),
    )
    return found if found != ContextShown() else None


def _referral(message: _Object) -> ReferralShown | None:
    referral = message.get("referral")
    if not referral:
        return None
    plain = {name: _text(referral.get(name)) for name in ReferralShown.__struct_fields__ if name != "welcome"}
    return ReferralShown(**plain, welcome=_text((referral.get("welcome_message") or {}).get("text")))


_READERS: Final[dict[str, Callable[[_Object], ContentShown | None]]] = {
    "text": lambda message: TextShown(body=message["text"]["body"]),
    "location": _location,
    "contacts": _contacts,
    "interactive": _interactive,
    "button": _button,
    "order": _order,
    "system": _system,
    "unsupported": _unsupported,
    "unknown": _unsupported,
    "request_welcome": lambda _: WelcomeShown(),
}
