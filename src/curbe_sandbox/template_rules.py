"""What Meta finds wrong with a template message: the template itself, or the parameters it was sent with."""

import re
from typing import Any, Final

from curbe_sandbox.errors import GraphRefusal, refusal
from curbe_sandbox.state import PhoneNumber, Template, World

_VARIABLE: Final = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_SPOILT: Final = re.compile(r"[\n\t]| {5,}")
_BODY_LENGTH: Final = 1024
_CODE_LENGTH: Final = 15  # of an authentication code [authentication templates, Dec 2025]
_BODY_TYPES: Final = {"text", "currency", "date_time"}
_UNUSABLE: Final = {"PAUSED": 132015, "DISABLED": 132016}


def template_to_send(world: World, number: PhoneNumber, body: dict[str, Any], *, marketing: bool) -> Template:
    """Return the template that a send names, once its parameters fit.

    Raises:
        GraphRefusal: no such approved template, the wrong endpoint, or parameters that do not fit.
    """
    asked = body["template"]
    name, language = asked["name"], asked["language"]["code"]
    template = find_template(world, number.waba_id, name, language)
    if template is not None and template.status in _UNUSABLE:
        raise refusal(_UNUSABLE[template.status], f"The template {name} ({language}) is {template.status}.")
    if template is None or template.status != "APPROVED":
        raise refusal(132001, f"template name ({name}) does not exist in {language}")
    if marketing and template.category != "MARKETING":
        raise refusal(134100, "This endpoint takes templates of category MARKETING only.")
    diverted = world.wabas[number.waba_id].disable_marketing_messages_on_cloud_api
    if diverted and not marketing and template.category == "MARKETING":
        raise refusal(131063, "Send marketing templates through /marketing_messages.")
    check_parameters(template, asked.get("components", []))
    return template


def find_template(world: World, waba_id: str, name: str, language: str) -> Template | None:
    """Return the template of this WABA with this name and language."""
    for template in world.templates.values():
        if template.name == name and template.waba_id == waba_id and template.language == language:
            return template
    return None


def variables(text: str) -> list[str]:
    """Return the variables in a template's text, each once, in the order of their first use."""
    return list(dict.fromkeys(_VARIABLE.findall(text)))


def check_parameters(template: Template, given: list[dict[str, Any]]) -> None:
    """Pass if the components of a send fit the template.

    Raises:
        GraphRefusal: 132000 count, 132012 kind, 132005 length, 132018 characters, 131008 a button without.
    """
    sent = {
        component["type"].lower(): component for component in given if component["type"].lower() != "button"
    }
    buttons = {str(one.get("index", "0")): one for one in given if one["type"].lower() == "button"}
    for part in template.components:
        kind = part.get("type", "").upper()
        if kind == "HEADER":
            _check_header(part, sent.get("header"))
        elif kind == "BODY":
            _check_body(template, part, sent.get("body"))
        elif kind == "BUTTONS":
            for index, button in enumerate(part.get("buttons", [])):
                _check_button(index, button, buttons.get(str(index)))
        elif kind == "CAROUSEL":
            _check_carousel(template, part, sent.get("carousel"))
    has_buttons = any(part.get("type", "").upper() == "BUTTONS" for part in template.components)
    if buttons and not has_buttons:
        raise refusal(132018, "The template has no buttons.")


def _parameters(component: dict[str, Any] | None) -> list[dict[str, Any]]:
    parameters = component.get("parameters", []) if component else []
    if not isinstance(parameters, list) or not all(isinstance(one, dict) for one in parameters):
        raise refusal(132018, "parameters must be an array of objects.")
    return parameters


def _count_mismatch(where: str, given: int, expected: int) -> GraphRefusal:
    numbers = f"({given}) does not match the expected number of params ({expected})"
    return refusal(132000, f"{where}: number of localizable_params {numbers}")


def _check_header(part: dict[str, Any], component: dict[str, Any] | None) -> None:
    parameters = _parameters(component)
    kind = part.get("format", "TEXT").lower()
    if kind == "text":
        expected = len(variables(part.get("text", "")))
        if len(parameters) != expected:
            raise _count_mismatch("header", len(parameters), expected)
        return
    given = parameters[0].get("type", "unknown") if parameters else "unknown"
    wanted = {"gif": "video"}.get(kind, kind)
    if given != wanted or wanted not in parameters[0]:
        raise refusal(
            132012, f"header: Format mismatch, expected {kind.upper()}, received {str(given).upper()}"
        )


def _check_body(template: Template, part: dict[str, Any], component: dict[str, Any] | None) -> None:
    parameters = _parameters(component)
    text = part.get("text", "{{1}}" if template.category == "AUTHENTICATION" else "")
    expected = variables(text)
    if len(parameters) != len(expected):
        raise _count_mismatch("body", len(parameters), len(expected))
    if template.parameter_format == "NAMED":
        names = [one.get("parameter_name") for one in parameters]
        if sorted(map(str, names)) != sorted(expected):
            raise refusal(132012, f"body: parameter names must be {', '.join(expected)}")
    length = len(_VARIABLE.sub("", text))
    for place, one in enumerate(parameters):
        length += _check_parameter(template, place, one)
    if length > _BODY_LENGTH:
        raise refusal(132005, f"body: text is too long ({length}); at most {_BODY_LENGTH} characters")


def _check_parameter(template: Template, place: int, one: dict[str, Any]) -> int:
    """Return how many characters the parameter adds at least."""
    kind = one.get("type")
    if kind not in _BODY_TYPES or kind not in one:
        raise refusal(132012, f"body: parameter {place} has the type {kind!r:.30}")
    if kind != "text":
        return 0
    text = one["text"]
    if not isinstance(text, str) or not text:
        raise refusal(131008, f"body: parameter {place} has no text")
    if _SPOILT.search(text):
        details = "Param text cannot have new-line/tab characters or more than 4 consecutive spaces"
        raise refusal(132018, details)
    if template.category == "AUTHENTICATION" and len(text) > _CODE_LENGTH:
        raise refusal(132018, f"The code is longer than {_CODE_LENGTH} characters.")
    return len(text)


def _check_button(index: int, button: dict[str, Any], component: dict[str, Any] | None) -> None:
    kind = button.get("type", "").upper()
    needs = {
        "URL": bool(variables(button.get("url", ""))),
        "OTP": True,
        "COPY_CODE": True,
    }.get(kind, False)
    if needs and not _parameters(component):
        raise refusal(
            131008, f"buttons: Button at index {index} of type {kind.capitalize()} requires a parameter"
        )
    if component is None:
        return
    given = str(component.get("sub_type", "")).lower()
    expected = {"OTP": "url", "CATALOG": "catalog", "MPM": "mpm"}.get(kind, kind.lower())
    if given != expected:
        raise refusal(132018, f"buttons: Button at index {index} is of type {kind}, not {given or 'none'}")


def _check_carousel(template: Template, part: dict[str, Any], component: dict[str, Any] | None) -> None:
    cards = component.get("cards", []) if component else []
    expected = part.get("cards", [])
    if len(cards) != len(expected):
        raise _count_mismatch("carousel", len(cards), len(expected))
    for card, given in zip(expected, cards, strict=True):
        one = Template(
            id=template.id,
            waba_id=template.waba_id,
            name=template.name,
            language=template.language,
            category=template.category,
            components=card.get("components", []),
            parameter_format=template.parameter_format,
        )
        check_parameters(one, given.get("components", []))
