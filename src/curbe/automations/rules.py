"""Decides what automations do about a message: a typed rule and the facts in, a deed or the reason for none out. Pure."""

from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Final, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from curbe.automations.hours import Hours, closed_since
from curbe.consent.rules import folded
from curbe.domain.errors import InvalidRequest
from curbe.domain.zones import zone
from curbe.inbox.rules import PRIORITIES, Priority

FRESH: Final = timedelta(hours=1)  # an older message gets no automatic answer any more
MOST_TEXTS: Final = (
    5  # automatic answers in one conversation in an hour, so that two bots do not answer each other for ever
)
_HOUR: Final = timedelta(hours=1)
PRESENT: Final = timedelta(minutes=10)
_NEVER: Final = datetime.min.replace(tzinfo=UTC)
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]
Word = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class Match(StrEnum):
    """How a keyword is looked for, without regard to case, accents and punctuation."""

    EXACT = "exact"  # it is the whole message
    STARTS = "starts"  # the message begins with it
    CONTAINS = "contains"  # it stands in the message, as whole words


class _Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``connection_ids``: only what is written to these numbers; empty: to any."""

    connection_ids: Annotated[list[UUID], msgspec.Meta(max_length=100)] = []


class KeywordReply(_Rule, frozen=True, kw_only=True, tag_field="kind", tag="keyword_reply"):
    """Answers messages that hold one of the words."""

    words: Annotated[list[Word], msgspec.Meta(min_length=1, max_length=100)]
    match: Match = Match.EXACT
    answer: Text


class Away(_Rule, frozen=True, kw_only=True, tag_field="kind", tag="away"):
    """Answers outside the hours, once for each conversation and closed period. ``time_zone`` is IANA's."""

    time_zone: Annotated[str, msgspec.Meta(max_length=60)]
    hours: Annotated[list[Hours], msgspec.Meta(max_length=50)]
    holidays: Annotated[list[date], msgspec.Meta(max_length=400)] = []
    message: Text


class Welcome(_Rule, frozen=True, kw_only=True, tag_field="kind", tag="welcome"):
    """Greets who writes for the first time; with ``again_after_days``, also who was silent for so long."""

    message: Text
    again_after_days: Annotated[int, msgspec.Meta(ge=1, le=3650)] | None = None


class Assign(_Rule, frozen=True, kw_only=True, tag_field="kind", tag="assign"):
    """Gives a conversation that nobody has to the next of ``user_ids``, in turn.

    ``only_present``: to who was here in the last ten minutes. ``label_ids``: only conversations with one of these labels.
    ``team_id`` beside or instead of people: the team it is given to.
    """

    user_ids: Annotated[list[UUID], msgspec.Meta(max_length=200)] = []
    team_id: UUID | None = None
    only_present: bool = True
    label_ids: Annotated[list[UUID], msgspec.Meta(max_length=100)] = []


class Prioritise(_Rule, frozen=True, kw_only=True, tag_field="kind", tag="priority"):
    """Gives a conversation a priority where it has none or a lower one.

    ``words``: where the message holds one of them, looked for as ``match`` says; empty: whatever is said, and then once in each
    conversation, so that what people make of it stays. ``label_ids``: only conversations with one of these labels.
    """

    priority: Priority
    words: Annotated[list[Word], msgspec.Meta(max_length=100)] = []
    match: Match = Match.EXACT
    label_ids: Annotated[list[UUID], msgspec.Meta(max_length=100)] = []


Rule: TypeAlias = KeywordReply | Away | Welcome | Assign | Prioritise


class Candidate(msgspec.Struct, frozen=True):
    """Somebody who could get a conversation: when they were last seen, and when this rule last gave them one."""

    user_id: UUID
    seen_at: datetime | None
    given_at: datetime | None


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A message, and what is known of its conversation when automations look at it.

    ``silent_since``: when the person last wrote before this message; None: never. ``texts``: how many automatic texts the last hour had.
    ``done``: the occasions on which automations of this tenant have acted in this conversation.
    """

    message_id: UUID
    connection_id: UUID
    text: str | None
    at: datetime
    now: datetime
    silent_since: datetime | None = None
    texts: int = 0
    done: frozenset[tuple[UUID, str]] = frozenset()
    blocked: bool = False
    about_consent: bool = False
    assignee_id: UUID | None = None
    team_id: UUID | None = None
    label_ids: frozenset[UUID] = frozenset()
    priority: Priority = Priority.NONE


class Done(msgspec.Struct, frozen=True):
    """What an automation did in a conversation, and on which occasion; ``message_id``: the text it sent, if any."""

    automation_id: UUID
    mark: str
    message_id: UUID | None
    at: datetime


class Reply(msgspec.Struct, frozen=True, tag_field="does", tag="reply"):
    """Writes to the person; ``mark`` is the occasion, on which it does so once."""

    text: str
    mark: str


class Give(msgspec.Struct, frozen=True, tag_field="does", tag="assign"):
    """Gives the conversation to somebody, to a team, or both."""

    user_id: UUID | None
    team_id: UUID | None
    mark: str


class Press(msgspec.Struct, frozen=True, tag_field="does", tag="priority"):
    """Gives the conversation a priority."""

    priority: Priority
    mark: str


class Nothing(msgspec.Struct, frozen=True, tag_field="does", tag="nothing"):
    """Does nothing, and why: a stable code."""

    reason: str


Deed: TypeAlias = Reply | Give | Press | Nothing


def marks(done: Iterable[Done]) -> frozenset[tuple[UUID, str]]:
    """Return what was done, as (automation, occasion)."""
    return frozenset((one.automation_id, one.mark) for one in done)


def texts_lately(done: Iterable[Done], *, now: datetime) -> int:
    """Return how many automatic texts were sent in the last hour."""
    return sum(one.message_id is not None and now - one.at < _HOUR for one in done)


def without_gone(rule: Rule, teams: Container[UUID]) -> Rule:
    """Return a rule without its team if that is not among ``teams`` any more; it then still assigns to its people."""
    if isinstance(rule, Assign) and rule.team_id is not None and rule.team_id not in teams:
        return msgspec.structs.replace(rule, team_id=None)
    return rule


def named_in(rule: Rule) -> frozenset[UUID]:
    """Return the ids of all people, teams, labels and numbers of the tenant that a rule names."""
    given = [*rule.user_ids, rule.team_id] if isinstance(rule, Assign) else []
    return frozenset(one for one in (*given, *labels_in(rule), *rule.connection_ids) if one is not None)


def labels_in(rule: Rule) -> list[UUID]:
    """Return the labels of which a conversation must have at least one for the rule to act; empty: no label is needed."""
    return rule.label_ids if isinstance(rule, Assign | Prioritise) else []


def check(rule: Rule) -> None:
    """Return quietly if a rule is valid.

    Raises:
        InvalidRequest: what is wrong, and at which member.
    """
    match rule:
        case Away():
            zone_of(rule.time_zone)
        case KeywordReply() | Prioritise() if not all(folded(word) for word in rule.words):
            raise InvalidRequest(
                "A keyword needs at least one letter or digit.", fix="Leave it out.", field="words"
            )
        case Assign() if not rule.user_ids and rule.team_id is None:
            raise InvalidRequest(
                "The rule names nobody to give conversations to.",
                fix="Give user_ids, team_id, or both.",
                field="user_ids",
            )
        case Prioritise() if rule.priority is Priority.NONE:
            raise InvalidRequest(
                "The rule has to set a priority, and `none` is not one.",
                fix="Send low, medium, high or urgent.",
                field="priority",
            )
        case _:
            pass


def zone_of(name: str) -> ZoneInfo:
    """Return a time zone.

    Raises:
        InvalidRequest: there is none of that name.
    """
    found = zone(name)
    if found is None:
        raise InvalidRequest(
            "There is no time zone of that name.", fix="Write it as Europe/Madrid.", field="time_zone"
        )
    return found


def deed(automation_id: UUID, rule: Rule, seen: Seen, *, candidates: Sequence[Candidate] = ()) -> Deed:
    """Return what one automation would do about a message, without regard to the others."""
    if seen.blocked:
        return Nothing("contact_blocked")
    if rule.connection_ids and seen.connection_id not in rule.connection_ids:
        return Nothing("another_number")
    if isinstance(rule, Assign):
        return _give(rule, seen, candidates)
    wanted = _press(rule, seen) if isinstance(rule, Prioritise) else _silenced(seen) or _reply(rule, seen)
    if isinstance(wanted, Reply | Press) and (automation_id, wanted.mark) in seen.done:
        return Nothing("done_before")
    return wanted


def deeds(
    automations: Iterable[tuple[UUID, Rule]], seen: Seen, *, candidates: Mapping[UUID, Sequence[Candidate]]
) -> list[tuple[UUID, Reply | Give | Press]]:
    """Return what is done about a message: at most one text (a keyword's, else away, else welcome), one assignment and one priority."""
    kept = list(automations)
    texts = sorted((one for one in kept if type(one[1]) in _RANKS), key=lambda one: _RANKS[type(one[1])])
    gifts = [one for one in kept if isinstance(one[1], Assign)]
    priorities = [one for one in kept if isinstance(one[1], Prioritise)]
    found: list[tuple[UUID, Reply | Give | Press]] = []
    for group in (texts, gifts, priorities):
        for automation_id, rule in group:
            done = deed(automation_id, rule, seen, candidates=candidates.get(automation_id, ()))
            if not isinstance(done, Nothing):
                found.append((automation_id, done))
                break
    return found


def _silenced(seen: Seen) -> Nothing | None:
    """Return why no automatic text may be sent whatever the rule; None if one may."""
    if seen.about_consent:
        return Nothing("about_consent")  # somebody who writes STOP gets the answer to that and nothing else
    if seen.now - seen.at > FRESH:
        return Nothing("too_late")
    return Nothing("too_many_answers") if seen.texts >= MOST_TEXTS else None


_RANKS: Final[Mapping[type[Rule], int]] = {KeywordReply: 0, Away: 1, Welcome: 2}


def _reply(rule: KeywordReply | Away | Welcome, seen: Seen) -> Reply | Nothing:
    match rule:
        case KeywordReply():
            if not _says(seen.text, rule.words, rule.match):
                return Nothing("no_keyword")
            return Reply(rule.answer, f"message:{seen.message_id}")
        case Away():
            since = closed_since(rule.hours, rule.holidays, zone_of(rule.time_zone), now=seen.at)
            return Nothing("open") if since is None else Reply(rule.message, f"closed:{since.isoformat()}")
        case Welcome():
            return _welcome(rule, seen)


def _welcome(rule: Welcome, seen: Seen) -> Reply | Nothing:
    if seen.silent_since is None:
        return Reply(rule.message, "first")
    again = rule.again_after_days
    if again is not None and seen.at - seen.silent_since >= timedelta(days=again):
        return Reply(rule.message, f"after:{seen.silent_since.isoformat()}")
    return Nothing("wrote_before")


# A message is looked at by every automation of its tenant, 200 at most with 100 words each, beside the work of all other tenants.
_folded_text: Final = lru_cache(8)(folded)
_folded_word: Final = lru_cache(20_000)(folded)


def _says(text: str | None, keywords: Sequence[str], how: Match) -> bool:
    said = _folded_text(text or "")
    words = [_folded_word(word) for word in keywords]
    match how:
        case Match.EXACT:
            return said in words
        case Match.STARTS:
            return any(f"{said} ".startswith(f"{word} ") for word in words)
        case Match.CONTAINS:
            return any(f" {word} " in f" {said} " for word in words)


def _press(rule: Prioritise, seen: Seen) -> Press | Nothing:
    if rule.label_ids and not seen.label_ids & set(rule.label_ids):
        return Nothing("another_label")
    if rule.words and not _says(seen.text, rule.words, rule.match):
        return Nothing("no_keyword")
    if PRIORITIES.index(seen.priority) >= PRIORITIES.index(rule.priority):
        return Nothing("as_pressing")
    return Press(rule.priority, f"message:{seen.message_id}" if rule.words else "any")


def _give(rule: Assign, seen: Seen, candidates: Sequence[Candidate]) -> Give | Nothing:
    if seen.assignee_id is not None:
        return Nothing("assigned")
    if rule.label_ids and not seen.label_ids & set(rule.label_ids):
        return Nothing("another_label")
    here = [one for one in candidates if not rule.only_present or _present(one, seen.now)]
    mark = f"message:{seen.message_id}"
    team_id = rule.team_id if rule.team_id != seen.team_id else None
    if here:
        turn = min(here, key=lambda one: (one.given_at or _NEVER, one.user_id))
        return Give(turn.user_id, team_id, mark)
    if team_id is not None:
        return Give(None, team_id, mark)
    return Nothing("nobody_present" if rule.user_ids else "in_team")


def _present(candidate: Candidate, now: datetime) -> bool:
    return candidate.seen_at is not None and now - candidate.seen_at <= PRESENT
