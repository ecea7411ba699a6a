"""What several webhooks say of one template, together, and what Meta's own list says that was not known. Pure."""

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
# The tie of what was deleted here, behind that of every webhook: one dated in the same second tells of before, and none brings it back.
FINAL: Final = "z"
FRESH_FOR: Final = timedelta(days=1)  # webhooks tell of every change meanwhile
_EDITABLE: Final = frozenset({"APPROVED", "REJECTED", "PAUSED"})
# Of approved ones [Meta: template management, Sep 2026].
_EDITS: Final = ((timedelta(days=1), 1), (timedelta(days=30), 10))
EDITS_COUNT_FOR: Final = timedelta(days=30)
RETRY_AFTER: Final = timedelta(hours=1)  # after a look that Meta refused


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """The latest word on each part of a template, with its clock (time and tie); a part nobody spoke of is None at no time."""

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
    """Return what ``reports`` of one template say together, whatever their order."""
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
    """Return which of two words on a part is the later one, as ``keep_current`` orders them."""
    return (report.at.replace(microsecond=0), report.tie, report.at)


def as_of_its_coming(report: TemplateReported, *, received_at: datetime) -> TemplateReported:
    """Return what a webhook that came at ``received_at`` tells, which is of then at the latest.

    Meta's clock may be ahead of ours: what is dated ahead would stand against all that is told or read until that time. Of several that
    came in one second, the one that Meta dates last counts.
    """
    if report.at <= received_at:
        return report
    return msgspec.structs.replace(report, at=received_at, tie=f"{report.at:%Y%m%d%H%M%S}{report.tie}")


class KnownTemplate(msgspec.Struct, frozen=True, kw_only=True):
    """A template of a WABA as it stands here. ``components`` is JSON."""

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
    """Return what Meta's whole list of a WABA, read at ``at``, says that was not known: else every look would tell of every template.

    A template that is known and not in the list is deleted; one that Meta archived may be missing there for up to four weeks before it is
    deleted or taken out again, and each of the two is told by a webhook [Meta: template management, Sep 2026].
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
    """Return the category that is announced now, or that the announced one has come; the list says neither from when nor that it is off."""
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
    """Return where Meta takes a change of a template.

    Args:
        status: as Meta told it.
        new_category: whether the change is of its category too.
        edited_ats: when it was edited, as far back as counts.
        now: the moment of asking.

    Raises:
        TemplateLocked: Meta would refuse; the answer says until when.
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
    """Return where Meta deletes a template.

    Raises:
        TemplateLocked: Meta keeps what it disabled.
    """
    if status == "DISABLED":
        raise TemplateLocked(
            "Meta disabled this template, and keeps it.", fix="Leave it; it cannot be sent either."
        )


def require_paused(*, status: str | None) -> None:
    """Return where there is a pause to lift.

    Raises:
        TemplateLocked: the template is not paused, as far as is known.
    """
    if status != "PAUSED":
        raise TemplateLocked(
            f"Only a paused template is unpaused; this one is {status or 'unknown'}.",
            fix="Bring the list of templates up to date if Meta has paused it.",
            extra={"template_status": status},
        )
