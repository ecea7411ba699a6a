"""Checks a template by Meta's rules before Meta is asked. Pure.

These are the rules that Meta documents, and each finding names the page. What Meta's reviewers will think of the wording cannot be known.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from curbe.templates.lint_parts import (
    Finding,
    Found,
    check_body,
    check_buttons,
    check_footer,
    check_header,
)
from curbe.templates.parts import Part, kind_of, objects, text_of
from curbe.templates.values import MOST_CARDS
from curbe.templates.variables import NAMED, POSITIONAL, texts, variables

LONGEST_OFFER: Final = 16
LONGEST_OFFER_BODY: Final = 600
MOST_CARD_BUTTONS: Final = 2
LONGEST_CARD_BODY: Final = 160
LONGEST_EXPIRY: Final = 90  # minutes
MOST_APPS: Final = 5
_NAME: Final = re.compile(r"[a-z0-9_]{1,512}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(_[A-Z]{2,3})?")
_SIGNATURE: Final = re.compile(r"[A-Za-z0-9+/=]{11}")
_PACKAGE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)+")
_KNOWN: Final = frozenset(
    {"HEADER", "BODY", "FOOTER", "BUTTONS", "CAROUSEL", "LIMITED_TIME_OFFER", "CALL_PERMISSION_REQUEST"}
)
# Seconds that a message may wait to be delivered; -1 is 30 days [Meta: time-to-live, Dec 2025].
_TTL: Final = {"AUTHENTICATION": (30, 900), "UTILITY": (30, 43_200), "MARKETING": (43_200, 2_592_000)}


class Draft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A template as it would be sent to Meta; ``components`` are in the shape of Meta's API."""

    name: str
    language: str
    category: str
    components: list[dict[str, Any]]
    parameter_format: str | None = None
    message_send_ttl_seconds: int | None = None


def lint(draft: Draft) -> list[Finding]:
    """Return what Meta would refuse about ``draft`` (errors), and what it often refuses or what would not work here (warnings).

    In the order of the template's parts; if there are too many, the last finding says how many more there are.
    """
    found = Found()
    category = draft.category.upper()
    if not _NAME.fullmatch(draft.name):
        found.add("name_format", "name")
    if not _LANGUAGE.fullmatch(draft.language):
        found.add("language_format", "language")
    if category not in _TTL:
        found.add("category_unknown", "category")
    _check_wait(found, draft.message_send_ttl_seconds, category)
    parts = draft.components
    kinds = [kind_of(part) for part in parts]
    _check_parts(found, kinds)
    _check_format(found, draft)
    if category == "AUTHENTICATION":
        _check_authentication(found, parts, kinds)
    else:
        _check_usual(found, parts, kinds, category)
    if "LIMITED_TIME_OFFER" in kinds:
        _check_offer(found, parts, kinds, category)
    if "CAROUSEL" in kinds:
        _check_carousel(found, parts, kinds, category)
    return found.told()


def refused(findings: Sequence[Finding]) -> bool:
    """Tell whether Meta would certainly refuse the template."""
    return any(one.severity == "error" for one in findings)


def _check_wait(found: Found, seconds: int | None, category: str) -> None:
    if seconds is None or seconds == -1 or category not in _TTL:
        return
    least, most = _TTL[category]
    if not least <= seconds <= most:
        found.add("ttl_range", "message_send_ttl_seconds", name=f"{least}-{most}")
    elif category == "MARKETING":
        found.add("ttl_marketing", "message_send_ttl_seconds", warning=True)


def _check_parts(found: Found, kinds: Sequence[str]) -> None:
    seen: set[str] = set()
    for n, kind in enumerate(kinds):
        if kind not in _KNOWN:
            found.add("component_unknown", f"components[{n}].type", name=kind or "?")
        elif kind in seen:
            found.add("component_twice", f"components[{n}]", component=kind, name=kind)
        seen.add(kind)
    if "BODY" not in kinds:
        found.add("body_missing", "components", component="BODY")


def _check_format(found: Found, draft: Draft) -> None:
    """Check that all parts number their variables or all name them, as ``parameter_format`` says."""
    names = [name for text in texts(draft.components) for name in variables(text)]
    counted = [name.isdecimal() for name in names]
    declared = draft.parameter_format
    said = None if declared is None else declared.upper()
    if said is not None and (said not in {NAMED, POSITIONAL} or (said == NAMED) in counted):
        found.add("parameter_format", "parameter_format", name=said)
    elif any(counted) and not all(counted) and not found.has("variables_mixed"):
        found.add("variables_mixed", "components")


def _check_usual(found: Found, parts: Sequence[Part], kinds: Sequence[str], category: str) -> None:
    header = ""
    buttons: list[Part] = []
    body_limit = {"longest": LONGEST_OFFER_BODY} if "LIMITED_TIME_OFFER" in kinds else {}
    for n, (kind, part) in enumerate(zip(kinds, parts, strict=True)):
        path = f"components[{n}]"
        match kind:
            case "HEADER":
                header = str(part.get("format", "")).upper()
                check_header(found, part, path)
            case "BODY":
                check_body(found, part, path, **body_limit)
            case "FOOTER":
                check_footer(found, part, path)
            case "BUTTONS":
                buttons = objects(part.get("buttons"))
                check_buttons(found, buttons, f"{path}.buttons", category=category)
            case _:
                pass
    if (header == "PRODUCT") != any(kind_of(button) == "SPM" for button in buttons):
        found.add("product_header", "components", component="HEADER")


def _check_authentication(found: Found, parts: Sequence[Part], kinds: Sequence[str]) -> None:
    buttons: list[Part] = []
    at = "components"
    for n, (kind, part) in enumerate(zip(kinds, parts, strict=True)):
        path = f"components[{n}]"
        match kind:
            case "BODY":
                if text_of(part):
                    found.add("authentication_text", f"{path}.text", component="BODY")
            case "FOOTER":
                minutes = part.get("code_expiration_minutes")
                if not isinstance(minutes, int) or not 1 <= minutes <= LONGEST_EXPIRY:
                    found.add(
                        "expiration_minutes",
                        f"{path}.code_expiration_minutes",
                        component="FOOTER",
                        limit=LONGEST_EXPIRY,
                    )
            case "BUTTONS":
                buttons, at = objects(part.get("buttons")), f"{path}.buttons"
            case "HEADER" | "CAROUSEL" | "LIMITED_TIME_OFFER":
                found.add("authentication_parts", path, component=kind, name=kind)
            case _:
                pass
    if len(buttons) != 1 or kind_of(buttons[0]) != "OTP":
        found.add("authentication_button", at, component="BUTTONS")
        return
    _check_otp(found, buttons[0], f"{at}[0]")
    check_buttons(found, buttons, at, category="AUTHENTICATION")


def _check_otp(found: Found, button: Part, path: str) -> None:
    kind = str(button.get("otp_type", "")).upper()
    if kind not in {"COPY_CODE", "ONE_TAP", "ZERO_TAP"}:
        found.add("otp_type", f"{path}.otp_type", component="BUTTONS")
    if kind == "ZERO_TAP" and button.get("zero_tap_terms_accepted") is not True:
        found.add("zero_tap_terms", f"{path}.zero_tap_terms_accepted", component="BUTTONS")
    if kind not in {"ONE_TAP", "ZERO_TAP"}:
        return
    apps = objects(button.get("supported_apps")) or ([button] if button.get("package_name") else [])
    named = [
        app
        for app in apps
        if _PACKAGE.fullmatch(str(app.get("package_name", "")))
        and _SIGNATURE.fullmatch(str(app.get("signature_hash", "")))
    ]
    if not 1 <= len(apps) <= MOST_APPS or len(named) < len(apps):
        found.add("otp_apps", f"{path}.supported_apps", component="BUTTONS", limit=MOST_APPS)


def _check_offer(found: Found, parts: Sequence[Part], kinds: Sequence[str], category: str) -> None:
    place = kinds.index("LIMITED_TIME_OFFER")
    path, part = f"components[{place}]", parts[place]
    if category != "MARKETING":
        found.add("offer_marketing_only", "category", component="LIMITED_TIME_OFFER")
    offer = part.get("limited_time_offer")
    if not 1 <= len(text_of(offer) if isinstance(offer, dict) else "") <= LONGEST_OFFER:
        found.add(
            "offer_text",
            f"{path}.limited_time_offer.text",
            component="LIMITED_TIME_OFFER",
            limit=LONGEST_OFFER,
        )
    if "FOOTER" in kinds:
        found.add("offer_footer", f"components[{kinds.index('FOOTER')}]", component="FOOTER")
    if "HEADER" in kinds:
        at = kinds.index("HEADER")
        if str(parts[at].get("format", "")).upper() not in {"IMAGE", "VIDEO"}:
            found.add("offer_header", f"components[{at}].format", component="HEADER")


def _check_carousel(found: Found, parts: Sequence[Part], kinds: Sequence[str], category: str) -> None:
    place = kinds.index("CAROUSEL")
    path = f"components[{place}].cards"
    if category != "MARKETING":
        found.add("carousel_marketing_only", "category", component="CAROUSEL")
    for n, kind in enumerate(kinds):
        if kind in {"HEADER", "FOOTER", "BUTTONS", "LIMITED_TIME_OFFER"}:
            found.add("carousel_parts", f"components[{n}]", component=kind, name=kind)
    cards = objects(parts[place].get("cards"))
    if not 2 <= len(cards) <= MOST_CARDS:  # noqa: PLR2004 - one card is no carousel
        found.add("carousel_count", path, component="CAROUSEL", count=len(cards), limit=MOST_CARDS)
    shapes = [
        _check_card(found, objects(card.get("components")), f"{path}[{n}].components", category)
        for n, card in enumerate(cards)
    ]
    if len(set(shapes)) > 1:
        usual = Counter(shapes).most_common(1)[0][0]
        odd = next(n for n, shape in enumerate(shapes) if shape != usual)
        found.add("cards_alike", f"{path}[{odd}]", component="CAROUSEL")


def _check_card(found: Found, parts: Sequence[Part], path: str, category: str) -> tuple[str, ...]:
    """Check one card and return its shape, which must be the same for all cards."""
    shape: list[str] = []
    header, buttons = "", None
    for n, part in enumerate(parts):
        at = f"{path}[{n}]"
        match kind_of(part):
            case "HEADER":
                header = str(part.get("format", "")).upper()
                check_header(found, part, at)
                shape.append(f"HEADER {header}")
            case "BODY":
                check_body(found, part, at, longest=LONGEST_CARD_BODY)
                shape.append("BODY")
            case "BUTTONS":
                buttons = objects(part.get("buttons"))
                check_buttons(found, buttons, f"{at}.buttons", category=category)
                shape += [kind_of(button) for button in buttons]
            case kind:
                found.add("component_unknown", f"{at}.type", component="CAROUSEL", name=kind or "?")
    if header not in {"IMAGE", "VIDEO", "PRODUCT"}:
        found.add("card_header", path, component="CAROUSEL")
    if buttons is None or not 1 <= len(buttons) <= MOST_CARD_BUTTONS:
        found.add("card_buttons", path, component="CAROUSEL", limit=MOST_CARD_BUTTONS)
    return tuple(shape)
