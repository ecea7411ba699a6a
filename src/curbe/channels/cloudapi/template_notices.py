"""What Meta tells of message templates [Meta: template webhooks, Sep 2026]. Pure."""

from typing import Any, Final

import msgspec

from curbe.channels.cloudapi import wire
from curbe.channels.cloudapi.account_notices import Dated
from curbe.channels.cloudapi.items import moment_or_none
from curbe.domain.notices import Correction, TemplateReported, TemplateStatus

# The webhook knows more words than the API. A flagged template is sent as before; one that is reinstated or taken out of the archive is
# approved again. What is not here is called alike in both [Meta: message_template_status_update; template management, Sep 2026].
_STATUS_OF: Final = {"FLAGGED": "APPROVED", "REINSTATED": "APPROVED", "UNARCHIVED": "APPROVED"}


class _Disabled(msgspec.Struct, gc=False):
    disable_date: str | int | None = None


class _Other(msgspec.Struct, gc=False):
    title: str | None = None
    description: str | None = None


class _Rejected(msgspec.Struct, gc=False):
    reason: str | None = None
    recommendation: str | None = None


class _Button(msgspec.Struct, gc=False):
    message_template_button_type: str | None = None
    message_template_button_text: str | None = None
    message_template_button_url: str | None = None
    message_template_button_phone_number: str | None = None


class _Template(msgspec.Struct, gc=False):
    message_template_id: int | str | None = None
    message_template_name: str | None = None
    message_template_language: str | None = None
    event: str | None = None
    reason: str | None = None
    message_template_category: str | None = None
    disable_info: _Disabled | None = None
    other_info: _Other | None = None
    rejection_info: _Rejected | None = None
    new_quality_score: str | None = None
    new_category: str | None = None
    correct_category: str | None = None
    category_update_timestamp: wire.Seconds = None
    message_template_title: str | None = None
    message_template_element: str | None = None
    message_template_footer: str | None = None
    message_template_buttons: list[_Button] | None = None


_TEMPLATE: Final = msgspec.json.Decoder(_Template)


def template_status(payload: str, dated: Dated) -> list[TemplateReported]:
    """Return a template's status. An older page shows the quality under this field: that is taken too."""
    value = _TEMPLATE.decode(payload)
    if value.event is None:
        return template_quality(payload, dated)
    reason = None if value.reason in {None, "", "NONE"} else value.reason
    status = TemplateStatus(
        _STATUS_OF.get(value.event, value.event),
        value.event,
        rejected_reason=reason,
        detail=_explained(value),
    )
    return _reported(value, dated, status=status, category=value.message_template_category)


def template_quality(payload: str, dated: Dated) -> list[TemplateReported]:
    """Return a template's quality score."""
    value = _TEMPLATE.decode(payload)
    return _reported(value, dated, quality=value.new_quality_score) if value.new_quality_score else []


def template_components(payload: str, dated: Dated) -> list[TemplateReported]:
    """Return a template's content, in the shape of the API; a part that is absent is not in the template."""
    value = _TEMPLATE.decode(payload)
    if value.message_template_element is None:
        return []
    components = msgspec.json.encode(_components(value)).decode()
    return _reported(value, dated, components=components)


def template_category(payload: str, dated: Dated) -> list[TemplateReported]:
    """Return a template's category, and the one that Meta announces or no longer does."""
    value = _TEMPLATE.decode(payload)
    if value.correct_category:
        return _reported(value, dated, category=value.new_category, correction=_coming(value))
    if value.new_category:
        return _reported(value, dated, category=value.new_category, correction=Correction(None))
    return []


def template_detection(payload: str, dated: Dated) -> list[TemplateReported]:
    """Return the category that Meta thinks right for a template."""
    value = _TEMPLATE.decode(payload)
    if not value.correct_category:
        return []
    return _reported(value, dated, category=value.message_template_category, correction=_coming(value))


def _coming(value: _Template) -> Correction:
    return Correction(value.correct_category, moment_or_none(value.category_update_timestamp))


def _reported(value: _Template, dated: Dated, **parts: Any) -> list[TemplateReported]:
    if not value.message_template_id:
        return []
    language = value.message_template_language
    return [
        TemplateReported(
            template_id=str(value.message_template_id),
            name=value.message_template_name,
            # "en-US" in Meta's webhooks, "en_US" in its API [Meta: message_template_status_update, Sep 2026].
            language=language.replace("-", "_") if language else None,
            at=dated.at,
            tie=dated.tie,
            **parts,
        )
    ]


def _explained(value: _Template) -> str | None:
    said: list[str | None] = []
    if value.rejection_info is not None:
        said += [value.rejection_info.reason, value.rejection_info.recommendation]
    if value.other_info is not None:
        said += [value.other_info.title, value.other_info.description]
    if value.disable_info is not None and value.disable_info.disable_date:
        said.append(str(value.disable_info.disable_date))
    return " ".join(words for words in said if words) or None


def _components(value: _Template) -> list[dict[str, Any]]:
    components: list[dict[str, Any]] = []
    if value.message_template_title:
        components.append({"type": "HEADER", "format": "TEXT", "text": value.message_template_title})
    components.append({"type": "BODY", "text": value.message_template_element})
    if value.message_template_footer:
        components.append({"type": "FOOTER", "text": value.message_template_footer})
    if value.message_template_buttons:
        components.append(
            {"type": "BUTTONS", "buttons": [_button(button) for button in value.message_template_buttons]}
        )
    return components


def _button(button: _Button) -> dict[str, str]:
    told = {
        "type": button.message_template_button_type,
        "text": button.message_template_button_text,
        "url": button.message_template_button_url,
        "phone_number": button.message_template_button_phone_number,
    }
    return {key: word for key, word in told.items() if word}
