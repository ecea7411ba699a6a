"""Message templates: list, create, read, edit, delete; a review that ends after a while."""

from datetime import datetime, timedelta
from typing import Any, Final

from curbe_sandbox.errors import GraphRefusal, bad_parameter, missing_object, template_refusal
from curbe_sandbox.graph.ask import Ask, need_management
from curbe_sandbox.graph.fields import page, project
from curbe_sandbox.sandbox import Sandbox
from curbe_sandbox.state import Template
from curbe_sandbox.template_creation import check_components, check_new
from curbe_sandbox.template_rules import find_template
from curbe_sandbox.wire import Answer, json_answer, json_object, success

_DEFAULT: Final = ("name", "parameter_format", "components", "language", "status", "category", "id")
_EDITS: Final = ((timedelta(days=1), 1), (timedelta(days=30), 10))
_EDITABLE: Final = {"APPROVED", "REJECTED", "PAUSED"}


def list_templates(box: Sandbox, ask: Ask) -> Answer:
    """Answer ``GET /{waba}/message_templates``, filtered and in pages."""
    rows = [template for template in box.world.templates.values() if template.waba_id == ask.node]
    for name in ("name", "status", "category", "language"):
        wanted = ask.call.query.get(name, "").lower()
        if wanted:
            rows = [row for row in rows if getattr(row, name).lower() == wanted]
    shown = [project(_fields(row), ask.call, default=_DEFAULT) for row in rows]
    return json_answer(page(ask.call, shown))


def create(box: Sandbox, ask: Ask) -> Answer:
    """Answer ``POST /{waba}/message_templates``: PENDING now, APPROVED after the review.

    A name that begins with ``rejected_`` is rejected, so that this can be tried too.
    """
    need_management(ask)
    body = _body(ask)
    check_new(body)
    if find_template(box.world, ask.node, body["name"], body["language"]) is not None:
        words = f"There is already {body['language']} content for this template."
        raise template_refusal(2388024, "Content in This Language Already Exists", words)
    most = box.world.settings.templates_per_waba
    if sum(one.waba_id == ask.node for one in box.world.templates.values()) >= most:
        words = f"This account has {most} templates already."
        raise template_refusal(2388019, "Message Template Limit Exceeded", words)
    template = Template(
        id=box.world.new_id("8"),
        waba_id=ask.node,
        name=body["name"],
        language=body["language"],
        category=body["category"].upper(),
        components=body["components"],
        parameter_format=str(body.get("parameter_format", "POSITIONAL")).upper(),
        message_send_ttl_seconds=body.get("message_send_ttl_seconds"),
    )
    box.world.templates[template.id] = template
    box.record.add("template", at=ask.call.now, body=ask.call.body, waba_id=ask.node, app_id=ask.token.app_id)
    _start_review(box, template)
    return json_answer({"id": template.id, "status": template.status, "category": template.category})


def read(box: Sandbox, ask: Ask) -> Answer:
    """Answer ``GET /{template_id}``."""
    return json_answer(project(_fields(box.world.templates[ask.node]), ask.call, default=_DEFAULT))


def edit(box: Sandbox, ask: Ask) -> Answer:
    """Answer ``POST /{template_id}``: all components are replaced, and the review begins again."""
    need_management(ask)
    template = box.world.templates[ask.node]
    body = _body(ask)
    if template.status not in _EDITABLE:
        raise _locked(f"A template that is {template.status} cannot be edited.")
    category = str(body.get("category", template.category)).upper()
    if category != template.category and template.status == "APPROVED":
        raise _locked("The category of an approved template cannot be changed.")
    if template.status == "APPROVED":
        _count_edit(template, ask.call.now)
    if "components" in body:
        check_components(body["components"], category=category)
        template.components = body["components"]
    template.category, template.status = category, "PENDING"
    _start_review(box, template)
    return success()


def unpause(box: Sandbox, ask: Ask) -> Answer:
    """Answer ``POST /{template_id}/unpause``."""
    need_management(ask)
    template = box.world.templates[ask.node]
    if template.status != "PAUSED":
        raise _locked(f"The template is {template.status}, not PAUSED.")
    set_status(box, template, "APPROVED")
    return success()


def delete(box: Sandbox, ask: Ask) -> Answer:
    """Answer ``DELETE /{waba}/message_templates``: by name (all languages), or by id and name."""
    need_management(ask)
    query = ask.call.query
    if "name" not in query and "hsm_id" not in query:
        raise bad_parameter("The parameter name is required.")
    found = [
        template
        for template in box.world.templates.values()
        if template.waba_id == ask.node
        and template.name == query.get("name", template.name)
        and template.id == query.get("hsm_id", template.id)
    ]
    if any(template.status == "DISABLED" for template in found):
        raise _locked("A disabled template cannot be deleted.")
    if not found:
        raise missing_object("delete", query.get("hsm_id") or query.get("name", ""))
    for template in found:
        del box.world.templates[template.id]
    return success()


def _locked(words: str) -> GraphRefusal:
    return template_refusal(2388039, "Message template status can't be changed", words)


def _count_edit(template: Template, now: datetime) -> None:
    """Let an approved template be edited once in 24 hours and ten times in 30 days [template management, Sep 2026]."""
    for span, most in _EDITS:
        if sum(at > now - span for at in template.edited_ats) >= most:
            raise _locked(f"An approved template can be edited {most} time(s) in {span.days} day(s).")
    template.edited_ats.append(now)


def set_status(box: Sandbox, template: Template, status: str, *, reason: str = "NONE") -> None:
    """Change a template's status and send the webhook that tells of it."""
    template.status, template.rejected_reason = status, reason
    value = {
        "event": status,
        "message_template_id": int(template.id),
        "message_template_name": template.name,
        "message_template_language": template.language,
        "message_template_category": template.category,
        "reason": reason,
    }
    number = next((one for one in box.world.numbers.values() if one.waba_id == template.waba_id), None)
    if number is None:
        box.webhooks.counts["skipped_no_number"] += 1
        return
    box.webhooks.emit(number, value, field_name="message_template_status_update")


def _start_review(box: Sandbox, template: Template) -> None:
    rejected = template.name.startswith("rejected_")
    status, reason = ("REJECTED", "INVALID_FORMAT") if rejected else ("APPROVED", "NONE")

    def end() -> None:
        if box.world.templates.get(template.id) is template and template.status == "PENDING":
            set_status(box, template, status, reason=reason)

    box.timeline.after(box.world.settings.template_review_ms / 1000, end)


def _fields(template: Template) -> dict[str, Any]:
    return {
        "id": template.id,
        "name": template.name,
        "language": template.language,
        "status": template.status,
        "category": template.category,
        "sub_category": None,
        "components": template.components,
        "parameter_format": template.parameter_format,
        "quality_score": {"score": template.quality},
        "rejected_reason": template.rejected_reason,
        "previous_category": None,
        "correct_category": template.correct_category,
        "message_send_ttl_seconds": template.message_send_ttl_seconds,
    }


def _body(ask: Ask) -> dict[str, Any]:
    body = json_object(ask.call.body)
    if body is None:
        raise bad_parameter("The body must be a JSON object.")
    return body
