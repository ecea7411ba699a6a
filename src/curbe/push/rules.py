"""Whom a push concerns, what it says, and what a push service's answer means. Pure.

Who is told of what is as the inbox's page has it for the notices that it shows itself (web/src/features/inbox/signals/ringing.ts).
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Final, Literal
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

NEWS: Final = timedelta(minutes=2)  # what is older is read, not heard
GRACE: Final = timedelta(seconds=3)  # for whoever reads it elsewhere at that moment
AGAIN_AFTER: Final = timedelta(seconds=10)  # for one person and conversation
FORGOTTEN_AFTER: Final = timedelta(hours=1)
KEPT_FOR: Final = timedelta(hours=1)  # by the push service, for a browser that is away
PATIENCE: Final = timedelta(days=5)  # with a service that takes nothing
MOST: Final = 10  # browsers of a person in a tenant
_MOST_AT_ONCE: Final = 5  # conversations that one browser is told of in a round
_REST: Final = timedelta(minutes=1)
_LONGEST_REST: Final = timedelta(hours=1)
_SNOOZE: Final = "system:snooze"
_LONGEST_NAME: Final = 80
_LONGEST_TEXT: Final = 240
_PADDED_TO: Final = 1024  # bytes: whoever carries it sees no lengths; push services take 4096 [RFC 8291: 4]

Whose = Literal["mine", "all"]
Language = Literal["es", "en", "pt"]


class Kind(StrEnum):
    """What a notice tells of: a message, a note that calls somebody, a conversation that was given to them or is back from a snooze."""

    MESSAGE = "message"
    MENTION = "mention"
    GIVEN = "given"
    DUE = "due"


class Outcome(StrEnum):
    """What became of a push."""

    TAKEN = "taken"
    GONE = "gone"  # the browser does not want any more
    REFUSED = "refused"
    BUSY = "busy"
    UNREACHABLE = "unreachable"


class _Activity(msgspec.Struct, frozen=True):
    type: str
    assignee_id: UUID | None = None


class _Note(msgspec.Struct, frozen=True):
    id: UUID
    body: str | None = None


class _Said(msgspec.Struct, frozen=True):
    """What is looked at of the events' data; each type has some of it."""

    type: str = ""
    standby: bool = False
    text: str | None = None
    user_id: UUID | None = None
    annotation: _Note | None = None
    author: str | None = None
    activity: _Activity | None = None


class Logged(msgspec.Struct, frozen=True, kw_only=True):
    """An event, and its conversation as it stands now."""

    xid: int
    number: int
    type: str
    data: str
    conversation_id: UUID
    state: str
    assignee_id: UUID | None
    unread_count: int
    name: str | None


class Subscriber(msgspec.Struct, frozen=True, kw_only=True):
    """A browser, and what its person wants to be told there."""

    id: UUID
    user_id: UUID
    endpoint: str
    p256dh: bytes
    auth: bytes
    signer: bytes
    whose: Whose
    with_content: bool
    language: Language


class News(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody may want to hear of. ``only``: nobody else; ``but``: not who did it."""

    kind: Kind
    conversation_id: UUID
    assignee_id: UUID | None
    blocked: bool
    only: UUID | None = None
    but: str | None = None
    line_id: UUID | None = None
    name: str | None = None
    text: str | None = None


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What is pushed, as notifications-worker.js reads it; ``name`` and ``text`` are for whoever wants them there."""

    kind: Kind
    tenant_id: UUID
    conversation_id: UUID
    line_id: UUID | None
    workspace: str
    language: Language
    name: str | None = None
    text: str | None = None


def news_in(logged: Logged) -> News | None:
    """Return what an event tells that somebody waits to hear of; None where that is nothing, or it was read meanwhile."""
    said = msgspec.json.decode(logged.data, type=_Said)
    match logged.type:
        case "message_received":
            # Meta's agent answers, or it is about the person.
            if said.standby or said.type == "system" or logged.unread_count == 0:
                return None
            return _news(logged, Kind.MESSAGE, text=said.text)
        case "mention" if said.annotation is not None and said.user_id is not None:
            note = said.annotation
            return _news(logged, Kind.MENTION, only=said.user_id, line_id=note.id, text=note.body)
        case "annotation_added" if said.activity is not None and said.author is not None:
            return _handed_in(logged, said.activity, author=said.author)
        case _:
            return None


def _handed_in(logged: Logged, activity: _Activity, *, author: str) -> News | None:
    if author == _SNOOZE and activity.type == "state":
        return _news(logged, Kind.DUE)
    given_to = activity.assignee_id if activity.type == "assigned" else None
    # What rules did came with a message, which is told already.
    if given_to is None or author.startswith("system:"):
        return None
    return _news(logged, Kind.GIVEN, only=given_to, but=author)


def _news(
    logged: Logged,
    kind: Kind,
    *,
    only: UUID | None = None,
    but: str | None = None,
    line_id: UUID | None = None,
    text: str | None = None,
) -> News:
    return News(
        kind=kind,
        conversation_id=logged.conversation_id,
        assignee_id=logged.assignee_id,
        blocked=logged.state == "blocked",
        only=only,
        but=but,
        line_id=line_id,
        name=_cut(logged.name, _LONGEST_NAME),
        text=_cut(text, _LONGEST_TEXT),
    )


def concerns(news: News, one: Subscriber) -> bool:
    """Tell whether a person hears of it at this browser. Theirs is also what nobody has yet: else nobody would hear somebody new."""
    if news.but == f"user:{one.user_id}" or news.only not in {None, one.user_id}:
        return False
    if news.kind is Kind.MENTION:
        return True
    if news.blocked:
        return False
    if news.kind is Kind.MESSAGE and one.whose == "all":
        return True
    return news.assignee_id in {None, one.user_id}


def to_tell(news: Iterable[News], subscribers: Sequence[Subscriber]) -> dict[tuple[UUID, UUID], News]:
    """Return what each browser is told of each conversation, by the ids of both: the newest, but a mention before all else.

    Of so many conversations at most: who comes back to a hundred notices reads none.
    """
    told: dict[tuple[UUID, UUID], News] = {}
    gathered = list(news)
    for subscriber in subscribers:
        own: dict[UUID, News] = {}
        for one in gathered:
            before = own.get(one.conversation_id)
            if before is not None and before.kind is Kind.MENTION and one.kind is not Kind.MENTION:
                continue
            if concerns(one, subscriber):
                own.pop(one.conversation_id, None)  # it stands where the newest does
                own[one.conversation_id] = one
        first = sorted(own.values(), key=lambda one: one.kind is Kind.MENTION)[-_MOST_AT_ONCE:]
        told |= {(subscriber.id, one.conversation_id): one for one in first}
    return told


def notice_of(news: News, one: Subscriber, *, tenant_id: UUID, workspace: str) -> Notice:
    """Return what is pushed to a browser."""
    return Notice(
        kind=news.kind,
        tenant_id=tenant_id,
        conversation_id=news.conversation_id,
        line_id=news.line_id,
        workspace=_cut(workspace, _LONGEST_NAME) or "",
        language=one.language,
        name=news.name if one.with_content else None,
        text=news.text if one.with_content else None,
    )


def payload_of(notice: Notice) -> bytes:
    """Return a notice's bytes, as many as any other's as a rule."""
    told = msgspec.json.encode(notice)
    return told + b" " * (-len(told) % _PADDED_TO)


def allows(services: Collection[str], endpoint: str) -> bool:
    """Tell whether an address is one of these push services': hosts, ``*.`` before one for those below it, and origins."""
    try:
        url = urlsplit(endpoint)
        host, port = url.hostname or "", url.port
    except ValueError:
        return False
    if f"{url.scheme}://{url.netloc}" in services:
        return True
    if url.scheme != "https" or port not in {None, 443} or "@" in url.netloc:
        return False
    return any(
        host.endswith(service[1:]) if service.startswith("*.") else host == service for service in services
    )


def within(services: Collection[str]) -> list[str]:
    """Return those of these push services that are reached wherever they lie."""
    return [service for service in services if "://" in service]


def contact_of(public_base_url: str, mail_from: str) -> str:
    """Return where whoever runs a push service finds who runs this installation [RFC 8292: 2.1]."""
    if public_base_url.startswith("https://"):
        return public_base_url
    return f"mailto:{mail_from.rpartition('<')[2].rstrip('>')}"


def judged(status: int) -> Outcome:
    """Return what a push service's answer means [RFC 8030: 5, 7.3, 8.4]."""
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Outcome.TAKEN
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return Outcome.GONE
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Outcome.BUSY
    return Outcome.REFUSED


def rest_after(retry_after: str | None) -> timedelta:
    """Return for how long a browser is not told of anything whose service took nothing, and perhaps said when to come back."""
    if retry_after is None or not retry_after.isascii() or not retry_after.isdigit():
        return _REST
    return min(timedelta(seconds=int(retry_after[:9])), _LONGEST_REST)


def _cut(text: str | None, most: int) -> str | None:
    line = " ".join((text or "").split())
    return (line if len(line) <= most else line[: most - 1] + "…") or None
