"""Moments as text, where no encoder writes them: in the sentences of a refusal and in its further members."""

from datetime import UTC, datetime


def rfc3339(moment: datetime) -> str:
    """Return an aware ``moment`` as it is in every answer: in UTC, ``2026-11-29T12:01:19Z``, with decimals where it has any."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
