"""What an interactive message may hold, type by type, with Meta's limits [the pages per type, Dec 2025]."""

from typing import Any, Final

from curbe_sandbox.shape import (
    Check,
    anything,
    each,
    exactly_one,
    fields,
    invalid,
    missing,
    one_of,
    text,
    url,
    whole_number,
)

_MEDIA: Final = fields(
    {}, {"id": text(), "link": url, "filename": text(), "caption": text()}, also=exactly_one("id", "link")
)
_HEADER_PARTS: Final[dict[str, Check]] = {
    "text": text(60),
    "image": _MEDIA,
    "video": _MEDIA,
    "document": _MEDIA,
}
_REPLY_BUTTON: Final = fields(
    {"type": one_of("reply"), "reply": fields({"id": text(256), "title": text(20)})}
)
_CTA: Final = fields(
    {"name": one_of("cta_url"), "parameters": fields({"display_text": text(20), "url": url})},
)
_PRODUCT_ITEM: Final = fields({"product_retailer_id": text()})


def _header(*kinds: str) -> Check:
    def matches(value: Any, place: str) -> None:
        kind = value["type"]
        if kind not in value:
            raise missing(f"{place}['{kind}']")
        if len(value) > 2 + ("sub_text" in value):
            raise invalid(place, "holds more than its type.")

    parts = {kind: _HEADER_PARTS[kind] for kind in kinds}
    return fields({"type": one_of(*kinds)}, {**parts, "sub_text": text(60)}, also=matches)


def _interactive(
    action: Check, *, body: int | None = 1024, header: Check | None = None, footer: bool = True
) -> Check:
    required: dict[str, Check] = {"type": anything, "action": action}
    optional: dict[str, Check] = {}
    if body is not None:
        required["body"] = fields({"text": text(body)})
    else:
        optional["body"] = fields({"text": text(1024)})
    if header is not None:
        optional["header"] = header
    if footer:
        optional["footer"] = fields({"text": text(60)})
    return fields(required, optional)


def _different(names: list[str], place: str, what: str) -> None:
    if len(set(names)) != len(names):
        raise invalid(place, f"has the same {what} twice.")


def _button_rules(value: Any, place: str) -> None:
    replies = [button["reply"] for button in value["buttons"]]
    _different([reply["id"] for reply in replies], place, "id")
    _different([reply["title"] for reply in replies], place, "title")


def _list_rules(value: Any, place: str) -> None:
    sections = value["sections"]
    rows = [row for section in sections for row in section["rows"]]
    if len(rows) > 10:
        raise invalid(place, f"has {len(rows)} rows in total; at most 10 are allowed.")
    if len(sections) > 1 and any("title" not in section for section in sections):
        raise missing(f"{place}['sections'][...]['title']")
    _different([row["id"] for row in rows], place, "row id")


def _product_list_rules(value: Any, place: str) -> None:
    count = sum(len(section["product_items"]) for section in value["sections"])
    if count > 30:
        raise invalid(place, f"has {count} products; at most 30 are allowed.")


def _flow_rules(value: Any, place: str) -> None:
    exactly_one("flow_id", "flow_name")(value, place)


def _card_rules(value: Any, place: str) -> None:
    indexes = [card["card_index"] for card in value["cards"]]
    if sorted(indexes) != list(range(len(indexes))):
        raise invalid(place, "must number its cards from 0.")
    if len({card.get("type") for card in value["cards"]}) > 1:
        raise invalid(place, "must have cards of one type.")


_LIST_ROW: Final = fields({"id": text(200), "title": text(24)}, {"description": text(72)})
_LIST_SECTION: Final = fields({"rows": each(_LIST_ROW, at_most=10)}, {"title": text(24)})
_PRODUCT_SECTION: Final = fields({"title": text(24), "product_items": each(_PRODUCT_ITEM, at_most=30)})
_FLOW_PARAMETERS: Final = fields(
    {"flow_message_version": one_of("3"), "flow_cta": text(20)},
    {
        "flow_id": text(),
        "flow_name": text(),
        "flow_token": text(),
        "mode": one_of("draft", "published"),
        "flow_action": one_of("navigate", "data_exchange"),
        "flow_action_payload": fields({"screen": text()}, {"data": fields({}, more=True)}),
    },
    also=_flow_rules,
)
_CARD: Final = fields(
    {"card_index": whole_number(0, 9)},
    {
        "type": one_of("cta_url", "product", "quick_reply", "button"),
        "header": _header("image", "video"),
        "body": fields({"text": text(160)}),
        "action": fields({}, more=True),
    },
)
_ANY_HEADER: Final = _header("text", "image", "video", "document")

_BY_TYPE: Final[dict[str, Check]] = {
    "button": _interactive(
        fields({"buttons": each(_REPLY_BUTTON, at_most=3)}, also=_button_rules), header=_ANY_HEADER
    ),
    "list": _interactive(
        fields({"button": text(20), "sections": each(_LIST_SECTION, at_most=10)}, also=_list_rules),
        body=4096,
        header=_header("text"),
    ),
    "cta_url": _interactive(_CTA, header=_ANY_HEADER),
    "location_request_message": _interactive(fields({"name": one_of("send_location")}), footer=False),
    "request_contact_info": _interactive(fields({"name": one_of("request_contact_info")})),
    "flow": _interactive(
        fields({"name": one_of("flow"), "parameters": _FLOW_PARAMETERS}), header=_ANY_HEADER
    ),
    "product": _interactive(fields({"catalog_id": text(), "product_retailer_id": text()}), body=None),
    "product_list": _interactive(
        fields(
            {"catalog_id": text(), "sections": each(_PRODUCT_SECTION, at_most=10)}, also=_product_list_rules
        ),
        header=_header("text"),
    ),
    "catalog_message": _interactive(
        fields(
            {"name": one_of("catalog_message")},
            {"parameters": fields({}, {"thumbnail_product_retailer_id": text()})},
        )
    ),
    "carousel": _interactive(
        fields({"cards": each(_CARD, at_least=2, at_most=10)}, also=_card_rules), footer=False
    ),
    "call_permission_request": _interactive(fields({"name": one_of("call_permission_request")})),
    "voice_call": _interactive(fields({"name": one_of("voice_call")}, {"parameters": fields({}, more=True)})),
    "address_message": _interactive(
        fields({"name": one_of("address_message")}, {"parameters": fields({}, more=True)})
    ),
    "order_details": _interactive(
        fields({"name": text(), "parameters": fields({}, more=True)}), header=_ANY_HEADER
    ),
}


def _check_interactive(value: Any, place: str) -> None:
    if not isinstance(value, dict):
        raise invalid(place, "must be an object.")
    if "type" not in value:
        raise missing(f"{place}['type']")
    kind = value["type"]
    check = _BY_TYPE.get(kind) if isinstance(kind, str) else None
    if check is None:
        raise invalid(f"{place}['type']", f"must be one of {{{', '.join(_BY_TYPE)}}} - got {kind!r:.60}.")
    check(value, place)
    if kind == "product_list" and "header" not in value:
        raise missing(f"{place}['header']")


INTERACTIVE: Final[Check] = _check_interactive
