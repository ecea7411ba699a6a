"""Combines what several webhooks report about a template, and finds what is new in Meta's own list. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from curbe.domain.errors import TemplateLocked
from curbe.domain.moments import rfc3339
from curbe.domain.notices import Correction, TemplateReported, TemplateStatus

_UNTOLD = (None, "")
DELETED = "DELETED"
ARCHIVED = "ARCHIVED"
# The tie of a deletion made here, which sorts after every webhook's: a webhook dated in the same second is about the time before, and must
# not bring the template back.
FINAL: Final = "z"
FRESH_FOR: Final = timedelta(days=1)  # how often Meta's list is read; webhooks report changes in between
_EDITABLE: Final = frozenset({"APPROVED", "REJECTED", "PAUSED"})
# How often approved templates may be edited: (within, times) [Meta: template management, Sep 2026].
_EDITS: Final = ((timedelta(days=1), 1), (timedelta(days=30), 10))
EDITS_COUNT_FOR: Final = timedelta(days=30)
RETRY_AFTER: Final = timedelta(hours=1)  # after Meta refused to give its list


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """The latest value of each part of a template, with its clock (time and tie); None for a part that was not reported."""

    name: str | None
    language: str | None
    status: TemplateStatus | None
    status_clock: tuple[datetime | None, str]
    quality: str | None
    quality_clock: tuple[datetime | None, str]
    category: str | None
    category_clock: tuple[datetime | None, str]
    correction: Correction | None
    correction_clock: tuple[datetime | None, str]
    components: str | None
    components_clock: tuple[datetime | None, str]


def joined(reports: Sequence[TemplateReported]) -> Parts:
    """Return what ``reports`` about one template say together, in whatever order they come."""
    parts: dict[str, object] = {}
    for part in ("status", "quality", "category", "correction", "components"):
        told = [report for report in reports if getattr(report, part) is not None]
        latest = max(told, key=_counts_from, default=None)
        parts[part] = getattr(latest, part) if latest is not None else None
        parts[f"{part}_clock"] = (latest.at, latest.tie) if latest is not None else _UNTOLD
    return Parts(
        name=max((report.name for report in reports if report.name), default=None),
        language=max((report.language for report in reports if report.language), default=None),
        **parts,  # type: ignore[arg-type] - the names are those of the fields
    )


def _counts_from(report: TemplateReported) -> tuple[datetime, str, datetime]:
    """Return the key by which the later of two reports about a part is found, in the order that ``keep_current`` uses."""
    return (report.at.replace(microsecond=0), report.tie, report.at)


def as_of_its_coming(report: TemplateReported, *, received_at: datetime) -> TemplateReported:
    """Return a webhook's report, dated ``received_at`` at the latest.

    Meta's clock may be ahead of ours, and a report from the future would win over everything that is reported or read until then. Among
    reports that came in the same second, the one that Meta dates last counts.
    """
    if report.at <= received_at:
        return report
    return msgspec.structs.replace(report, at=received_at, tie=f"{report.at:%Y%m%d%H%M%S}{report.tie}")


class KnownTemplate(msgspec.Struct, frozen=True, kw_only=True):
    """A template of a WABA as it is stored here. ``components`` is JSON."""

    provider_template_id: str
    name: str | None
    language: str | None
    status: str | None
    category: str | None
    quality: str | None
    rejected_reason: str | None
    correct_category: str | None
    components: str | None


def news_in(
    listed: Sequence[TemplateReported], known: Sequence[KnownTemplate], *, at: datetime
) -> list[TemplateReported]:
    """Return what is new in Meta's whole list of a WABA, read at ``at``, so that not every template makes an event each time.

    A known template that is missing in the list counts as deleted. An archived one is not, as it may be missing there for up to four weeks
    until it is deleted or restored; a webhook reports either [Meta: template management, Sep 2026].
    """
    before = {one.provider_template_id: one for one in known}
    named = {one.template_id for one in listed}
    gone = [
        one
        for one in known
        if one.provider_template_id not in named and one.status not in {DELETED, ARCHIVED}
    ]
    return [_new_in(one, before.get(one.template_id)) for one in listed] + [
        TemplateReported(
            template_id=one.provider_template_id,
            name=one.name,
            language=one.language,
            at=at,
            tie="",
            status=TemplateStatus(DELETED, DELETED),
        )
        for one in gone
    ]


def _new_in(listed: TemplateReported, known: KnownTemplate | None) -> TemplateReported:
    if known is None:
        return listed
    status = listed.status
    standing = (known.status, known.rejected_reason)
    if status is not None and (status.status, status.rejected_reason) == standing:
        status = None
    return msgspec.structs.replace(
        listed,
        status=status,
        quality=None if listed.quality == known.quality else listed.quality,
        category=None if listed.category == known.category else listed.category,
        correction=_new_correction(listed, known),
        components=None if _json(listed.components) == _json(known.components) else listed.components,
    )


def _new_correction(listed: TemplateReported, known: KnownTemplate) -> Correction | None:
    """Return the change of category that is newly announced or has happened. The list tells neither its date nor that it was called off."""
    coming = listed.correction
    if coming is not None:
        return None if coming.category == known.correct_category else coming
    has_come = known.correct_category is not None and known.correct_category == listed.category
    return Correction(None) if has_come else None


def _json(text: str | None) -> Any:
    return None if text is None else msgspec.json.decode(text)


def require_editable(
    *, status: str | None, new_category: bool, edited_ats: Sequence[datetime], now: datetime
) -> None:
    """Return quietly if Meta accepts a change of the template.

    Args:
        status: Meta's word.
        new_category: whether its category is changed, too.
        edited_ats: when it was edited, as far back as it counts.
        now: the present moment.

    Raises:
        TemplateLocked: Meta would refuse; the error says until when.
    """
    if status not in _EDITABLE:
        raise TemplateLocked(
            f"Meta changes templates that are approved, rejected or paused; this one is {status or 'unknown'}.",
            fix="Wait for the review to end, or create another template.",
            extra={"template_status": status},
        )
    if status != "APPROVED":
        return
    if new_category:
        raise TemplateLocked(
            "The category of an approved template cannot be changed.",
            fix="Create another template in that category.",
            field="category",
        )
    for span, most in _EDITS:
        recent = sorted(at for at in edited_ats if at > now - span)
        if len(recent) >= most:
            free_at = recent[-most] + span
            raise TemplateLocked(
                f"An approved template is edited {most} time{'s' if most > 1 else ''} in {span // timedelta(hours=1)} hours at most.",
                fix="Wait, or create another template.",
                extra={"editable_at": rfc3339(free_at)},
                retry_after=free_at - now,
            )


def require_deletable(*, status: str | None) -> None:
    """Return quietly if Meta lets the template be deleted.

    Raises:
        TemplateLocked: Meta does not let disabled templates be deleted.
    """
    if status == "DISABLED":
        raise TemplateLocked(
            "Meta disabled this template, and keeps it.", fix="Leave it; it cannot be sent either."
        )


def require_paused(*, status: str | None) -> None:
    """Return quietly if the template is paused.

    Raises:
        TemplateLocked: it is not, as far as is known.
    """
    if status != "PAUSED":
        raise TemplateLocked(
            f"Only a paused template is unpaused; this one is {status or 'unknown'}.",
            fix="Bring the list of templates up to date if Meta has paused it.",
            extra={"template_status": status},
        )
