"""Checks the texts and buttons of a template by Meta's rules, part by part. Pure."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import pairwise
from typing import Final

import msgspec

from curbe.channels.cloudapi.phrases import Words
from curbe.templates.lint_words import RULES
from curbe.templates.parts import Part, kind_of, objects, text_of
from curbe.templates.variables import VARIABLE, variables

LONGEST_HEADER: Final = 60
LONGEST_BODY: Final = 1024
LONGEST_FOOTER: Final = 60
MOST_BUTTONS: Final = 10
LONGEST_BUTTON: Final = 25
LONGEST_URL: Final = 2000
LONGEST_PHONE: Final = 20
LONGEST_CODE: Final = 20  # since 2025-12-03; 15 before
MOST_FINDINGS: Final = (
    100  # that are told one by one: a body of nothing but empty components breaks rules without end
)
MEDIA: Final = frozenset({"IMAGE", "VIDEO", "DOCUMENT", "GIF"})
_FORMATS: Final = MEDIA | {"TEXT", "LOCATION", "PRODUCT"}
# How many of a kind one template may have [Meta: template components, Dec 2025].
_MOST: Final = {"QUICK_REPLY": 10, "URL": 2, "PHONE_NUMBER": 1, "COPY_CODE": 1, "VOICE_CALL": 1}
_CATALOGUE: Final = frozenset({"CATALOG", "MPM"})
# Buttons whose text Meta writes if the template has none.
_TEXT_IS_METAS: Final = frozenset(
    {"COPY_CODE", "CATALOG", "MPM", "SPM", "OTP", "REQUEST_CONTACT_INFO", "VOICE_CALL"}
)
_KNOWN: Final = (
    frozenset(_MOST) | _CATALOGUE | {"FLOW", "SPM", "OTP", "REQUEST_CONTACT_INFO", "ORDER_DETAILS"}
)
_READ: Final = 4096  # characters of a text that are looked at; a longer one is refused anyway
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_EMOJI: Final = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d]")
_MARKS: Final = re.compile(r"[*`]")
# Where a mark may open and where one may close, looked for apart: one pattern of both would cost the square of a text that opens many.
_OPENS: Final = {mark: re.compile(rf"(?<!\w){mark}(?=\S)") for mark in "_~"}
_CLOSES: Final = {mark: re.compile(rf"{mark}(?!\w)") for mark in "_~"}
_SPACING: Final = re.compile(r"\t| {5,}|\n{3,}")
_STRAY: Final = re.compile(r"\{\{|\}\}")
_ADJACENT: Final = re.compile(r"\}\}\s*\{\{")
_WORD: Final = re.compile(r"\w+")
_SAYS: Final = re.compile(r"[\w\x00]")


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A rule of Meta's that a template breaks: ``error`` is refused for certain, ``warning`` often.

    ``path`` names the value, as in ``components[1].text``; ``component`` the part it is in; ``page`` is Meta's own on the rule.
    """

    rule: str
    severity: str
    component: str | None
    path: str
    words: Words
    page: str


class Found:
    """The findings so far: the first ones, and how many more there are."""

    def __init__(self) -> None:
        self._findings: Final[list[Finding]] = []
        self._beyond: Final[Counter[str]] = Counter()  # by severity

    def add(
        self,
        rule: str,
        path: str,
        *,
        component: str | None = None,
        warning: bool = False,
        **told: str | int,
    ) -> None:
        """Note that ``path`` breaks ``rule``; ``told``: the values for the rule's sentences."""
        severity = "warning" if warning else "error"
        if len(self._findings) >= MOST_FINDINGS:
            self._beyond[severity] += 1
        else:
            self._findings.append(_finding(rule, severity, path, component, told))

    def has(self, rule: str) -> bool:
        """Tell whether ``rule`` is among the findings that are listed one by one."""
        return any(one.rule == rule for one in self._findings)

    def told(self) -> list[Finding]:
        """Return the findings; those beyond the limit are summed up in one, as severe as the severest of them."""
        if not self._beyond:
            return self._findings
        severity = "error" if self._beyond["error"] else "warning"
        count = self._beyond.total()
        return [*self._findings, _finding("more_findings", severity, "components", None, {"count": count})]


def _finding(
    rule: str, severity: str, path: str, component: str | None, told: Mapping[str, str | int]
) -> Finding:
    about = RULES[rule]
    values = {"limit": "", "count": "", "name": "", **told}
    words = Words(about.en.format(**values), about.es.format(**values), about.pt.format(**values))
    return Finding(rule=rule, severity=severity, component=component, path=path, words=words, page=about.page)


def check_header(found: Found, part: Part, path: str) -> None:
    """Check a header: its format, its text or its sample."""
    kind = str(part.get("format", "")).upper()
    if kind not in _FORMATS:
        found.add("header_format", f"{path}.format", component="HEADER")
    if kind == "GIF":
        found.add("header_gif", f"{path}.format", component="HEADER", warning=True)
    if kind in MEDIA and not _strings(_example(part).get("header_handle")):
        found.add("header_sample_missing", f"{path}.example.header_handle", component="HEADER")
    if kind != "TEXT":
        return
    text, at = text_of(part), f"{path}.text"
    if not text.strip():
        found.add("header_text_missing", at, component="HEADER")
    if len(text) > LONGEST_HEADER:
        found.add("header_text_length", at, component="HEADER", count=len(text), limit=LONGEST_HEADER)
    text = text[:_READ]
    bare = VARIABLE.sub("", text)
    if "\n" in bare or _EMOJI.search(bare) or _is_marked_up(bare):
        found.add("header_text_signs", at, component="HEADER")
    names = check_variables(found, text, at, "HEADER")
    if len(names) > 1:
        found.add("header_variables", at, component="HEADER")
    _check_examples(found, part, path, component="HEADER", names=names, key="header_text")


def check_body(found: Found, part: Part, path: str, *, longest: int = LONGEST_BODY) -> None:
    """Check a body: its length, its variables and their examples."""
    text, at = text_of(part), f"{path}.text"
    if not text.strip():
        found.add("body_text_missing", at, component="BODY")
        return
    if len(text) > longest:
        found.add("body_length", at, component="BODY", count=len(text), limit=longest)
        text = text[:_READ]
    if _SPACING.search(text):
        found.add("body_spacing", at, component="BODY", warning=True)
    names = check_variables(found, text, at, "BODY")
    if (edge := _edge(text)) is not None:
        found.add("variable_at_edge", at, component="BODY", warning=edge == "nearly")
    if _ADJACENT.search(text):
        found.add("variables_adjacent", at, component="BODY", warning=True)
    enough = 2 * len(names) + 1
    if names and len(_WORD.findall(VARIABLE.sub(" ", text))) < enough:
        found.add("variables_ratio", at, component="BODY", warning=True, count=len(names), limit=enough)
    _check_examples(found, part, path, component="BODY", names=names, key="body_text")


def check_footer(found: Found, part: Part, path: str) -> None:
    """Check a footer: a short line without variables."""
    text, at = text_of(part), f"{path}.text"
    if not text.strip():
        found.add("footer_text_missing", at, component="FOOTER")
    if len(text) > LONGEST_FOOTER:
        found.add("footer_length", at, component="FOOTER", count=len(text), limit=LONGEST_FOOTER)
    if _STRAY.search(text):
        found.add("footer_variables", at, component="FOOTER")
    if "\n" in text or _EMOJI.search(text):
        found.add("footer_signs", at, component="FOOTER")


def check_buttons(
    found: Found, buttons: Sequence[Part], path: str, *, category: str, most: int = MOST_BUTTONS
) -> None:
    """Check a template's buttons: each one, and which may be combined."""
    kinds = [kind_of(button) for button in buttons]
    if not 1 <= len(buttons) <= most:
        found.add("buttons_count", path, component="BUTTONS", count=len(buttons), limit=most)
    for kind, count in Counter(kinds).items():
        if count > _MOST.get(kind, MOST_BUTTONS):
            limit = _MOST.get(kind, MOST_BUTTONS)
            found.add("button_kind_count", path, component="BUTTONS", name=kind, count=count, limit=limit)
    turns = [kind == "QUICK_REPLY" for kind in kinds]
    if sum(one != another for one, another in pairwise(turns)) > 1:
        found.add("quick_replies_apart", path, component="BUTTONS")
    if _CATALOGUE & set(kinds) and (len(kinds) > 1 or category != "MARKETING"):
        found.add("catalogue_alone", path, component="BUTTONS")
    for n, (kind, button) in enumerate(zip(kinds, buttons, strict=True)):
        _check_button(found, kind, button, f"{path}[{n}]", category=category)


def check_variables(found: Found, text: str, path: str, component: str) -> list[str]:
    """Check how variables are written in ``text``, and return their names."""
    if _STRAY.search(VARIABLE.sub("", text)):
        found.add("variable_braces", path, component=component)
    names = variables(text)
    counted = [int(name) for name in names if name.isdecimal()]
    for name in names:
        if not name.isdecimal() and not _NAME.fullmatch(name):
            found.add("variable_name", path, component=component, name=name)
    if counted and len(counted) < len(names):
        found.add("variables_mixed", path, component=component)
    elif (missing := _missing(counted)) is not None:
        found.add("variables_sequence", path, component=component, count=missing)
    return names


def _missing(counted: Collection[int]) -> int | None:
    """Return the lowest number that is missing in the sequence from 1; None if none is. The numbers may be arbitrarily large."""
    known = set(counted)
    return next((n for n in range(1, len(known) + 1) if n not in known), None)


def _is_marked_up(line: str) -> bool:
    """Tell whether a line makes words bold, italic, struck through or code."""
    return _MARKS.search(line) is not None or any(_stands_around(mark, line) for mark in _OPENS)


def _stands_around(mark: str, line: str) -> bool:
    """Tell whether a mark stands before and behind something: where the first one that opens and the last one that closes do."""
    opened = _OPENS[mark].search(line)
    if opened is None:
        return False
    return any(closed.start() > opened.end() for closed in _CLOSES[mark].finditer(line))


def _edge(text: str) -> str | None:
    """Tell whether a text begins or ends with a variable: ``exactly``, or ``nearly``, with only punctuation beyond it."""
    marked = VARIABLE.sub("\x00", text).strip()
    if marked.startswith("\x00") or marked.endswith("\x00"):
        return "exactly"
    said = _SAYS.findall(marked)
    return "nearly" if said and "\x00" in {said[0], said[-1]} else None


def _check_button(found: Found, kind: str, button: Part, path: str, *, category: str) -> None:
    if kind not in _KNOWN:
        found.add("button_unknown", f"{path}.type", component="BUTTONS", warning=True, name=kind or "?")
    text, at = text_of(button), f"{path}.text"
    if not text.strip() and kind not in _TEXT_IS_METAS:
        found.add("button_text_missing", at, component="BUTTONS")
    if len(text) > LONGEST_BUTTON:
        found.add("button_text_length", at, component="BUTTONS", count=len(text), limit=LONGEST_BUTTON)
    if "\n" in text or _STRAY.search(text):
        found.add("button_text_signs", at, component="BUTTONS")
    if (own := _OWN_RULES.get(kind)) is not None:
        own(found, button, path, category)


def _check_url(found: Found, button: Part, path: str, _category: str) -> None:
    written = button.get("url")
    url, at = written if isinstance(written, str) else "", f"{path}.url"
    if not re.match(r"https?://[^\s{}]+", url) or re.search(r"\s", VARIABLE.sub("", url)):
        found.add("url_format", at, component="BUTTONS")
    if len(url) > LONGEST_URL:
        found.add("url_length", at, component="BUTTONS", count=len(url), limit=LONGEST_URL)
    names = VARIABLE.findall(url)
    if len(names) > 1 or (names and not url.endswith("}}")):
        found.add("url_variable", at, component="BUTTONS")
    if _STRAY.search(VARIABLE.sub("", url)):
        found.add("variable_braces", at, component="BUTTONS")
    if names and not _strings(button.get("example")):
        found.add("example_missing", f"{path}.example", component="BUTTONS")


def _check_phone(found: Found, button: Part, path: str, _category: str) -> None:
    digits = str(button.get("phone_number", "")).removeprefix("+")
    if not digits.isdecimal() or len(digits) > LONGEST_PHONE:
        found.add("phone_number", f"{path}.phone_number", component="BUTTONS", limit=LONGEST_PHONE)


def _check_code(found: Found, button: Part, path: str, category: str) -> None:
    code = (_strings(button.get("example")) or [""])[0]
    if not 1 <= len(code) <= LONGEST_CODE:
        found.add("code_length", f"{path}.example", component="BUTTONS", limit=LONGEST_CODE)
    if category != "MARKETING":
        found.add("code_marketing_only", f"{path}.type", component="BUTTONS")


def _check_flow(found: Found, button: Part, path: str, _category: str) -> None:
    if sum(bool(button.get(name)) for name in ("flow_id", "flow_name", "flow_json")) != 1:
        found.add("flow_missing", f"{path}.flow_id", component="BUTTONS")


def _check_otp(found: Found, _button: Part, path: str, category: str) -> None:
    if category != "AUTHENTICATION":
        found.add("otp_authentication_only", f"{path}.type", component="BUTTONS")


def _check_contact_info(found: Found, button: Part, path: str, _category: str) -> None:
    if text_of(button) not in {"", "Share Contact Info"}:
        found.add("contact_info_text", f"{path}.text", component="BUTTONS")


_OWN_RULES: Final[dict[str, Callable[[Found, Part, str, str], None]]] = {
    "URL": _check_url,
    "PHONE_NUMBER": _check_phone,
    "COPY_CODE": _check_code,
    "FLOW": _check_flow,
    "OTP": _check_otp,
    "REQUEST_CONTACT_INFO": _check_contact_info,
}


def _check_examples(
    found: Found, part: Part, path: str, *, component: str, names: Sequence[str], key: str
) -> None:
    if not names:
        return
    example = _example(part)
    named = [one for one in objects(example.get(f"{key}_named_params")) if one.get("example")]
    given = len(named) if named else len(_strings(example.get(key)))
    at = f"{path}.example"
    if given == 0:
        found.add("example_missing", at, component=component)
    elif given != len(names):
        found.add("example_count", at, component=component, count=given, limit=len(names))


def _example(part: Part) -> Part:
    example = part.get("example")
    return example if isinstance(example, dict) else {}


def _strings(value: object) -> list[str]:
    """Return the texts in an example, which is a text, a list, or, for a body, a list of lists; empty texts are left out."""
    if isinstance(value, str):
        return [value] if value.strip() else []
    if not isinstance(value, list):
        return []
    if value and isinstance(value[0], list):
        return _strings(value[0])
    return [each for each in value if isinstance(each, str) and each.strip()]
