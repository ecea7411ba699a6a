"""What is wrong with a request itself, with how often it comes, or with what it meets here."""

from curbe.domain.errors.refusal import AppError


class InvalidRequest(AppError):
    """A value of the request cannot be used."""

    code, http_status, title = "invalid_request", 422, "The request cannot be used as it is"


class NotFound(AppError):
    """There is no such thing for this asker; another tenant's is no such thing either."""

    code, http_status, title = "not_found", 404, "There is no such thing here"


class Conflict(AppError):
    """The request is fine, the state it meets is not."""

    code, http_status, title = "conflict", 409, "This cannot be done now"


class EventGone(AppError):
    """An event is to be told once more that is not kept any more."""

    code, http_status, title = "event_gone", 409, "The event is not kept any more"


class LimitReached(AppError):
    """The tenant, or the person, has as many of what would be made as there may be."""

    code, http_status, title = "limit_reached", 409, "There are as many as there may be"


class DraftsFull(AppError):
    """The tenant keeps as many files for campaigns that have not begun as it may."""

    code, http_status, title = "drafts_full", 409, "Drafts of campaigns hold as many files as they may"


class IdempotencyMismatch(AppError):
    """An idempotency key came again with another request."""

    code, http_status, title = (
        "idempotency_mismatch",
        422,
        "This idempotency key was used for another request",
    )


class CursorExpired(AppError):
    """A cursor points where nothing is kept any more."""

    code, http_status, title = "cursor_expired", 410, "This cursor is no longer valid"


class TooLarge(AppError):
    """The body is larger than the route takes."""

    code, http_status, title = "too_large", 413, "The request is too large"


class RangeUnsatisfiable(AppError):
    """The part of a file that was asked for lies beyond its end."""

    code, http_status, title = "range_not_satisfiable", 416, "The file has no such part"


class TooManyRequests(AppError):
    """The asker is faster than allowed."""

    code, http_status, title = "too_many_requests", 429, "Too many requests"


class RateLimited(AppError):
    """A key or a person whom we know, or those of one tenant together, ask more often than the operator allows."""

    code, http_status, title = "rate_limited", 429, "Requests come faster than allowed"


class Unavailable(AppError):
    """Something we depend on does not answer, or another request was given way to; nothing was done."""

    code, http_status, title = "unavailable", 503, "This is not possible at the moment"


class NoRoom(AppError):
    """The disk that files lie on is so full that none is taken; everything else goes on."""

    code, http_status, title = "no_room", 507, "There is no room for files"
