"""What several webhooks say of one template, together. Pure."""

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter

import msgspec

from curbe.domain.notices import Correction, TemplateReported, TemplateStatus

_UNTOLD = (None, "")


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
        latest = max(told, key=attrgetter("at", "tie"), default=None)
        parts[part] = getattr(latest, part) if latest is not None else None
        parts[f"{part}_clock"] = (latest.at, latest.tie) if latest is not None else _UNTOLD
    return Parts(
        name=max((report.name for report in reports if report.name), default=None),
        language=max((report.language for report in reports if report.language), default=None),
        **parts,  # type: ignore[arg-type] - the names are those of the fields
    )
