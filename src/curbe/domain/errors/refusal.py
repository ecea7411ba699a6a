"""What every refusal is: a stable code, an HTTP status, and sentences for people."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import ClassVar, TypeAlias

JsonValue: TypeAlias = "str | int | float | bool | Sequence[JsonValue] | Mapping[str, JsonValue] | None"


class AppError(Exception):
    """A refusal the caller can act on; never raised itself, only its subclasses.

    ``detail`` says what was wrong and where, ``fix`` what to do about it, ``field`` is the JSON path of the
    value to blame, ``extra`` holds further members of the answer, ``retry_after`` how long to wait before
    asking again. None of them may hold a secret, a message's text or another tenant's existence.
    """

    code: ClassVar[str]
    http_status: ClassVar[int]
    title: ClassVar[str]

    def __init__(
        self,
        detail: str,
        *,
        fix: str = "",
        field: str | None = None,
        extra: Mapping[str, JsonValue] | None = None,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(detail)
        if not hasattr(type(self), "code"):
            raise TypeError("AppError is raised through its subclasses, which have a code")
        self.detail = detail
        self.fix = fix
        self.field = field
        self.extra: Mapping[str, JsonValue] = extra or {}
        self.retry_after = retry_after


def every_refusal(root: type[AppError] = AppError) -> Iterator[type[AppError]]:
    """Yield each kind of refusal below ``root`` that is defined so far, in the order of definition."""
    for kind in root.__subclasses__():
        yield kind
        yield from every_refusal(kind)
