"""What Meta refuses of a template that is handed in [template components, authentication templates, Dec 2025; error codes, Sep 2026]."""

import re
from typing import Any, Final

from curbe_sandbox.errors import bad_parameter, template_refusal

_NAME: Final = re.compile(r"[a-z0-9_]{1,512}")
_HOLE: Final = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_CATEGORIES: Final = ("MARKETING", "UTILITY", "AUTHENTICATION")
_PARTS: Final = {"HEADER", "BODY", "FOOTER", "BUTTONS", "CAROUSEL", "LIMITED_TIME_OFFER"}
_FORMATS: Final = {"TEXT", "IMAGE", "VIDEO", "DOCUMENT", "GIF", "LOCATION", "PRODUCT"}
_FILES: Final = {"IMAGE", "VIDEO", "DOCUMENT", "GIF"}
_LONGEST: Final = {"HEADER": 60, "BODY": 1024, "FOOTER": 60}
_MOST: Final = {"QUICK_REPLY": 10, "URL": 2, "PHONE_NUMBER": 1, "COPY_CODE": 1}


def check_new(body: dict[str, Any]) -> None:
    """Pass if Meta would take the body of a new template for review.

    Raises:
        GraphRefusal: it would not.
    """
    for name in ("name", "language", "category", "components"):
        if name not in body:
            raise bad_parameter(f"The parameter {name} is required.")
    if not isinstance(body["name"], str) or not _NAME.fullmatch(body["name"]):
        raise bad_parameter("Param name takes lowercase letters, digits and underscores, at most 512.")
    category = str(body["category"]).upper()
    if category not in _CATEGORIES:
        raise bad_parameter(f"Param category must be one of {{{', '.join(_CATEGORIES)}}}.")
    if not isinstance(body["language"], str) or not body["language"]:
        raise bad_parameter("Param language must be a string.")
    check_components(body["components"], category=category)


def check_components(components: Any, *, category: str) -> None:
    """Pass if Meta would take these components in that category.

    Raises:
        GraphRefusal: it would not.
    """
    parts = _list_of_objects(components, "components")
    kinds = [str(part.get("type", "")).upper() for part in parts]
    if "BODY" not in kinds or not set(kinds) <= _PARTS or len(set(kinds)) != len(kinds):
        raise bad_parameter("Param components must hold one BODY and nothing twice.")
    by_kind = dict(zip(kinds, parts, strict=True))
    if category == "AUTHENTICATION":
        _authentication(by_kind)
        return
    for kind, part in by_kind.items():
        if kind in _LONGEST:
            _text(kind, part)
    if "BUTTONS" in by_kind:
        _buttons(by_kind["BUTTONS"], category)
    if "LIMITED_TIME_OFFER" in by_kind:
        _offer(by_kind, category)
    if "CAROUSEL" in by_kind:
        _carousel(by_kind, category)


def _text(kind: str, part: dict[str, Any], *, longest: int | None = None) -> None:
    """Check a header, a body or a footer."""
    form = str(part.get("format", "TEXT")).upper() if kind == "HEADER" else "TEXT"
    if form not in _FORMATS:
        raise bad_parameter(f"Param format must be one of {{{', '.join(sorted(_FORMATS))}}}.")
    example = part.get("example") if isinstance(part.get("example"), dict) else {}
    if form in _FILES and not (example or {}).get("header_handle"):
        raise template_refusal(2388273, "Missing sample", "A header with a file needs a sample of it.")
    if form != "TEXT":
        return
    text = part.get("text")
    if not isinstance(text, str) or not text.strip():
        raise bad_parameter(f"The {kind} needs a text.")
    allowed = longest or _LONGEST[kind]
    if len(text) > allowed:
        raise template_refusal(
            2388040, "Character limit exceeded", f"{kind} takes at most {allowed} characters."
        )
    holes = list(dict.fromkeys(_HOLE.findall(text)))
    if kind == "FOOTER" and holes:
        raise template_refusal(2388073, "Message footer format is incorrect", "A footer has no variables.")
    if kind == "HEADER" and (len(holes) > 1 or "\n" in text or "*" in text):
        raise template_refusal(
            2388047, "Message header format is incorrect", "One variable, one line, no formatting."
        )
    if kind == "BODY":
        _holes_of_body(text, holes)
    if holes and not example:
        raise template_refusal(
            2388043, "Missing expected field: example", f"The variables of the {kind} need samples."
        )


def _holes_of_body(text: str, holes: list[str]) -> None:
    stripped = text.strip()
    if stripped.startswith("{{") or stripped.endswith("}}"):
        words = "Variables can't be at the start or the end of the template."
        raise template_refusal(2388299, "Leading or trailing parameters not allowed", words)
    counted = sorted(int(hole) for hole in holes if hole.isdecimal())
    if counted and (len(counted) != len(holes) or counted != list(range(1, len(counted) + 1))):
        words = "Variables are counted from 1 without gaps, or all of them are named."
        raise template_refusal(2388072, "Message body format is incorrect", words)
    if len(re.findall(r"\w+", _HOLE.sub(" ", text))) < 2 * len(holes) + 1:
        words = "This template has too many variables for its length."
        raise template_refusal(2388293, "Parameters words ratio exceeds limit", words)


def _buttons(part: dict[str, Any], category: str) -> None:
    buttons = _list_of_objects(part.get("buttons"), "buttons")
    if not 1 <= len(buttons) <= 10:
        raise bad_parameter("Param buttons takes 1 to 10 buttons.")
    kinds = [str(button.get("type", "")).upper() for button in buttons]
    for kind, most in _MOST.items():
        if kinds.count(kind) > most:
            raise bad_parameter(f"At most {most} buttons of type {kind} are allowed.")
    replies = [place for place, kind in enumerate(kinds) if kind == "QUICK_REPLY"]
    apart = replies and replies[-1] - replies[0] + 1 != len(replies)
    if apart or (replies and replies[0] > 0 and replies[-1] < len(kinds) - 1):
        raise bad_parameter("Quick replies must be grouped together: the combination of buttons is invalid.")
    if "OTP" in kinds or (category != "MARKETING" and {"COPY_CODE", "CATALOG", "MPM"} & set(kinds)):
        raise bad_parameter(f"A template of category {category} cannot have these buttons.")
    for kind, button in zip(kinds, buttons, strict=True):
        if len(str(button.get("text", ""))) > 25:
            raise template_refusal(
                2388040, "Character limit exceeded", "The text of a button takes at most 25 characters."
            )
        if kind == "URL":
            _link(button)


def _link(button: dict[str, Any]) -> None:
    url = str(button.get("url", ""))
    if not url.startswith(("https://", "http://")) or len(url) > 2000:
        raise bad_parameter("Param url must be a URL of at most 2000 characters.")
    holes = _HOLE.findall(url)
    if len(holes) > 1 or (holes and not url.endswith("}}")):
        raise bad_parameter("A URL takes one variable, at its end.")
    if holes and not button.get("example"):
        raise template_refusal(
            2388043, "Missing expected field: example", "The variable of a URL needs a sample."
        )


def _authentication(by_kind: dict[str, dict[str, Any]]) -> None:
    """Check an authentication template: Meta writes its text, and one button carries the code."""
    if by_kind["BODY"].get("text") or set(by_kind) - {"BODY", "FOOTER", "BUTTONS"}:
        raise bad_parameter("Authentication templates have a fixed text, and no header.")
    minutes = by_kind.get("FOOTER", {}).get("code_expiration_minutes", 1)
    if not isinstance(minutes, int) or not 1 <= minutes <= 90:
        raise bad_parameter("Param code_expiration_minutes takes 1 to 90.")
    buttons = _list_of_objects(by_kind.get("BUTTONS", {}).get("buttons"), "buttons")
    if len(buttons) != 1 or str(buttons[0].get("type", "")).upper() != "OTP":
        raise bad_parameter("Authentication templates have exactly one button, of type OTP.")
    kind = str(buttons[0].get("otp_type", "")).upper()
    if kind not in {"COPY_CODE", "ONE_TAP", "ZERO_TAP"}:
        raise bad_parameter("Param otp_type must be one of {COPY_CODE, ONE_TAP, ZERO_TAP}.")
    if kind != "COPY_CODE" and not (buttons[0].get("supported_apps") or buttons[0].get("package_name")):
        raise bad_parameter("The parameter supported_apps is required.")
    if kind == "ZERO_TAP" and buttons[0].get("zero_tap_terms_accepted") is not True:
        raise bad_parameter("The parameter zero_tap_terms_accepted must be true.")


def _offer(by_kind: dict[str, dict[str, Any]], category: str) -> None:
    offer = by_kind["LIMITED_TIME_OFFER"].get("limited_time_offer")
    text = offer.get("text") if isinstance(offer, dict) else None
    if category != "MARKETING" or "FOOTER" in by_kind:
        raise bad_parameter("A limited-time offer is a marketing template without a footer.")
    if not isinstance(text, str) or not 1 <= len(text) <= 16:
        raise bad_parameter("The text of a limited-time offer takes 1 to 16 characters.")


def _carousel(by_kind: dict[str, dict[str, Any]], category: str) -> None:
    cards = _list_of_objects(by_kind["CAROUSEL"].get("cards"), "cards")
    if category != "MARKETING" or set(by_kind) != {"BODY", "CAROUSEL"} or not 2 <= len(cards) <= 10:
        raise bad_parameter("A carousel is a marketing template with a body and 2 to 10 cards.")
    shapes = set()
    for card in cards:
        parts = _list_of_objects(card.get("components"), "components")
        by_part = {str(part.get("type", "")).upper(): part for part in parts}
        if "HEADER" not in by_part or "BUTTONS" not in by_part:
            raise bad_parameter("Each card has a header and buttons.")
        for kind in ("HEADER", "BODY"):
            if kind in by_part:
                _text(kind, by_part[kind], longest=160)
        _buttons(by_part["BUTTONS"], category)
        kinds = [str(button.get("type", "")).upper() for button in by_part["BUTTONS"]["buttons"]]
        shapes.add((str(by_part["HEADER"].get("format", "")).upper(), "BODY" in by_part, *kinds))
    if len(shapes) > 1:
        raise bad_parameter("All cards of a carousel must have the same components.")


def _list_of_objects(value: Any, name: str) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise bad_parameter(f"Param {name} must be an array of objects.")
    return value
