"""What a plain reading of a webhook finds in it, told as the API should show it: written from Meta's pages, not from our readers."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]
FILES = ("image", "video", "audio", "voice", "document", "sticker")


@dataclass(frozen=True, slots=True)
class Said:
    """One element of a list in a change, with the change it stood in."""

    field: str
    value: Json
    item: Json


def items_of(payload: Json, name: str, *, field: str = "messages") -> Iterator[Said]:
    """Every element of ``value[name]`` in changes of ``field``."""
    for change in changes_of(payload):
        if change.get("field") == field and isinstance(change.get("value"), dict):
            for item in change["value"].get(name) or ():
                yield Said(field, change["value"], item)


def changes_of(payload: Any) -> Iterator[Json]:
    entries = payload.get("entry") if isinstance(payload, dict) else None
    for entry in entries if isinstance(entries, list) else ():
        yield from (change for change in entry.get("changes") or () if isinstance(change, dict))


def moment(seconds: Any) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).isoformat().replace("+00:00", "Z")


def present(**members: Any) -> Json:
    """Without what says nothing: the API leaves out what is not there."""
    return {name: value for name, value in members.items() if value not in (None, "", [], {}, False)}


def type_of(item: Json) -> str:
    """What a message is, by its ``type``, or where that is missing by what is in it."""
    told = item.get("type")
    return told or next((name for name in ("text", "location", *FILES) if name in item), "unknown")


def content_of(item: Json) -> Json | None:  # noqa: C901, PLR0911 - a row for each type
    """What ``content`` must show of a message; None where the sample's own values are no such thing (a place without coordinates)."""
    kind = type_of(item)
    part = item.get(kind) if isinstance(item.get(kind), dict) else {}
    match kind:
        case "text":
            return present(kind="text", body=part["body"]) if "body" in part else None
        case _ if kind in FILES:
            told = {name: part.get(name) for name in ("caption", "filename", "mime_type", "animated")}
            return present(kind="media", voice=kind == "voice" or part.get("voice"), **told)
        case "location":
            try:
                where = {name: float(part[name]) for name in ("latitude", "longitude")}
            except ValueError:
                return None
            return {
                "kind": "location",
                **where,
                **present(name=part.get("name"), address=part.get("address"), url=part.get("url")),
            }
        case "contacts":
            return {"kind": "contacts", "cards": [_card(card) for card in item["contacts"]]}
        case "interactive":
            return _chosen(part)
        case "button":
            return present(kind="button", text=part["text"], payload=part.get("payload"))
        case "order":
            return _order(part)
        case "system":
            return present(
                kind="system",
                event=part.get("type"),
                body=part.get("body"),
                wa_id=part.get("wa_id") or part.get("new_wa_id"),
                bsuid=part.get("user_id"),
                previous_bsuid=part.get("previous_user_id"),
            )
        case "unsupported" | "unknown":
            [error, *_] = item.get("errors") or [{}]
            details = (
                (error.get("error_data") or {}).get("details") or error.get("details") or error.get("title")
            )
            return present(kind="unsupported", what=part.get("type"), code=error.get("code"), reason=details)
        case "request_welcome":
            return {"kind": "request_welcome"}
        case _:
            return {"kind": "other", "type": kind}


def _card(card: Json) -> Json:
    return present(
        name=card["name"].get("formatted_name") or card["name"].get("first_name"),
        phones=[
            present(**{name: one.get(name) for name in ("phone", "type", "wa_id")})
            for one in card.get("phones") or ()
        ],
        emails=[one["email"] for one in card.get("emails") or () if one.get("email")],
        urls=[one["url"] for one in card.get("urls") or () if one.get("url")],
        addresses=[present(**one) for one in card.get("addresses") or ()],
        organization=(card.get("org") or {}).get("company"),
        department=(card.get("org") or {}).get("department"),
        title=(card.get("org") or {}).get("title"),
        birthday=card.get("birthday"),
        origin=card.get("origin"),
    )


def _chosen(part: Json) -> Json | None:
    for of in ("button_reply", "list_reply"):
        if of in part:
            reply = part[of]
            return present(
                kind="reply",
                of=of,
                title=reply["title"],
                id=reply.get("id"),
                description=reply.get("description"),
            )
    if "nfm_reply" in part:
        reply = part["nfm_reply"]
        raw = reply.get("response_json")
        return present(
            kind="flow_reply",
            name=reply.get("name"),
            body=reply.get("body"),
            answers=json.loads(raw) if raw else None,
        )
    if "call_permission_reply" in part:
        reply = part["call_permission_reply"]
        ends = reply.get("expiration_timestamp")
        return present(
            kind="call_permission",
            response=reply["response"],
            permanent=reply.get("is_permanent"),
            expires_at=ends and int(ends),
        )
    return None


def _order(part: Json) -> Json | None:
    try:
        lines = [
            present(
                product_retailer_id=line["product_retailer_id"],
                quantity=float(line["quantity"]),
                item_price=float(line["item_price"]),
                currency=line.get("currency"),
            )
            for line in part["product_items"]
        ]
    except ValueError:
        return None
    return {
        "kind": "order",
        "lines": lines,
        **present(catalog_id=part.get("catalog_id"), text=part.get("text")),
    }


def context_of(item: Json) -> Json:
    context = item.get("context") or {}
    product = context.get("referred_product") or {}
    return present(
        author=context.get("from") or context.get("from_user_id"),
        forwarded=context.get("forwarded"),
        frequently_forwarded=context.get("frequently_forwarded"),
        catalog_id=product.get("catalog_id"),
        product_retailer_id=product.get("product_retailer_id"),
    )


def referral_of(item: Json) -> Json:
    referral = item.get("referral") or {}
    welcome = (referral.get("welcome_message") or {}).get("text")
    return present(
        **{name: value for name, value in referral.items() if name != "welcome_message"}, welcome=welcome
    )


def searchable(item: Json) -> list[str]:
    """Words that a search must find the message by."""
    kind = item.get("type")
    part = item.get(kind) if isinstance(item.get(kind), dict) else {}
    chosen = next((part[of] for of in ("button_reply", "list_reply", "nfm_reply") if of in part), {})
    words = [
        part.get("body"),
        part.get("caption"),
        part.get("text"),
        part.get("name"),
        part.get("address"),
        chosen.get("title"),
        chosen.get("body"),
    ]
    if kind == "document" and not part.get("caption"):
        words.append(part.get("filename"))
    if kind == "contacts":
        words += [
            card["name"].get("formatted_name") or card["name"].get("first_name") for card in item["contacts"]
        ]
    return [word for word in words if word]
