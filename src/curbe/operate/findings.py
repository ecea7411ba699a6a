"""What the doctor makes of what it saw: every fact becomes a finding that says what to do. No I/O."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

_SKEW_WARN: Final = timedelta(seconds=2)
_SKEW_FAIL: Final = timedelta(seconds=30)
_BEHIND_WARN: Final = timedelta(seconds=30)
_BEHIND_FAIL: Final = timedelta(minutes=5)
_STUCK: Final = timedelta(minutes=5)
_PARKED_LONG: Final = timedelta(hours=1)
_DAYS_AHEAD: Final = 2
_NAMED: Final = 5  # people; of more, only their count is told
_OLDEST_POSTGRES: Final = 150009
_META: Final = "https://graph.facebook.com"
_WRITABLE: Final = (
    "let DATABASE_URL name the primary; a host also makes a full disk read-only: make room there"
)
_IS_WORKING: Final = "see that `curbe work` runs, and read its log"
# What to do about what is set aside, by its reason where that asks for something else than its kind does.
WAITED: Final = "waited"  # the kind of what lies where it waited for its message
_SET_ASIDE: Final = {
    "former_owner": "they came while the number had another owner or none, and nobody gets them",
    "unknown_waba": "connect a number of that WABA, then `curbe webhook replay --tenant ID --since 30d`",
    "unrouted": "connect the number, and the worker applies them by itself",
    "foreign": "the number was connected through another Meta app: see which app it is subscribed to",
    WAITED: "it waited for its message and is refused: report it; each is tried once a day, after a fix too",
    "poison": "report it with its bytes; after a fix, `curbe webhook replay --event ID`",
}


class State(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"  # it works, and somebody should look
    FAIL = "fail"  # it does not work, or not for long


class Finding(msgspec.Struct, frozen=True):
    """One line of the doctor's; ``fix`` is what to do, empty where there is nothing to."""

    name: str
    state: State
    sentence: str
    fix: str = ""


class ServerFacts(msgspec.Struct, frozen=True):
    """The database server: ``version`` as a number, its clock, the size of the database, whether it takes no writes."""

    version: int
    version_text: str
    now: datetime
    bytes: int | None  # None: it does not tell us
    read_only: bool


class PartitionFacts(msgspec.Struct, frozen=True):
    """For how many days from today the webhook log is ready; ``strays``: rows without a day's partition."""

    days: int
    strays: bool


class OutboxFacts(msgspec.Struct, frozen=True):
    """What might be sent and is not: how many, since when (seconds), and claims nobody settles."""

    waiting: int
    oldest: float | None
    abandoned: int


class ParkedFacts(msgspec.Struct, frozen=True):
    """Statuses that wait for their message, the oldest since so many seconds."""

    count: int
    oldest: float | None


class QuarantineFacts(msgspec.Struct, frozen=True):
    """Items set aside for one reason."""

    kind: str
    reason: str
    count: int
    since: datetime


class PinFacts(msgspec.Struct, frozen=True):
    """The PIN of a number's two-step verification, sealed."""

    tenant_id: UUID
    id: UUID
    pin_enc: str


class SealedFacts(msgspec.Struct, frozen=True):
    """What our keys open, how much of it a retired one, and what none does: PINs, webhooks, and apps by the addresses of their people.

    Tokens that none opens are told with their numbers.
    """

    tokens: int
    tokens_retired: int
    pins_retired: int
    pins_closed: int
    apps: int
    apps_retired: int
    apps_closed: tuple[str, ...]
    webhooks_retired: int  # secrets of outgoing webhooks
    webhooks_closed: int


class RoleFacts(msgspec.Struct, frozen=True):
    """A role; ``powerful``: it may do more than what it was granted."""

    name: str
    powerful: bool


def webhook_address(public_base_url: str, *, path: str) -> Finding:
    """Say which address Meta is to be given, and whether it can be reached from there."""
    address = f"{public_base_url}{path}"
    url = urlsplit(public_base_url)
    if _is_local(url.hostname or ""):
        return Finding(
            "webhook address",
            State.WARN,
            f"{address} is not reachable from outside",
            "set CURBE_PUBLIC_BASE_URL to the https address of your proxy or tunnel; for the sandbox it will do",
        )
    if url.scheme != "https":
        return Finding(
            "webhook address", State.FAIL, f"{address} is not https, and Meta delivers to no other",
            "put a TLS proxy before Curbe (deploy/nginx) and set CURBE_PUBLIC_BASE_URL",
        )  # fmt: skip
    return Finding("webhook address", State.OK, f"{address}, to be entered in the App Dashboard")


def graph_address(base_url: str) -> Finding:
    """Say whether it is Meta that messages go to."""
    if base_url == _META:
        return Finding("graph", State.OK, base_url)
    return Finding(
        "graph", State.WARN, f"{base_url} is not Meta", "unset META_GRAPH_BASE_URL when you go live"
    )


def server(facts: ServerFacts, *, now: datetime) -> list[Finding]:
    """Judge the server's version, whether it takes writes, and its clock against ours at ``now``."""
    size = f"PostgreSQL {facts.version_text}"
    if facts.bytes is not None:
        size += f", {facts.bytes / 2**20:,.0f} MiB"
    standing = Finding("server", State.OK, size)
    if facts.version < _OLDEST_POSTGRES:
        standing = Finding("server", State.FAIL, size, "upgrade to PostgreSQL 15.9 or newer")
    elif facts.read_only:
        standing = Finding("server", State.FAIL, f"{size}, is read-only: nothing can be stored", _WRITABLE)
    skew = abs(facts.now - now)
    state = State.FAIL if skew > _SKEW_FAIL else State.WARN if skew > _SKEW_WARN else State.OK
    return [
        standing,
        Finding(
            "clock",
            state,
            f"{skew.total_seconds():.1f} s between this machine and the database",
            "let both keep their time by NTP: leases and windows go by it" if state is not State.OK else "",
        ),
    ]


def roles(found: Sequence[RoleFacts], *, wanted: Sequence[str]) -> Finding:
    """Judge the roles that processes work as."""
    missing = sorted(set(wanted) - {role.name for role in found})
    powerful = sorted(role.name for role in found if role.powerful)
    if missing:
        return Finding("roles", State.FAIL, f"missing: {', '.join(missing)}", "run `curbe migrate`")
    if powerful:
        return Finding(
            "roles", State.FAIL, f"may do more than they need: {', '.join(powerful)}",
            "ALTER ROLE ... NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE",
        )  # fmt: skip
    return Finding("roles", State.OK, f"{len(found)}, none with more than its grants")


def row_security(open_tables: Sequence[str]) -> Finding:
    """Judge whether every table of tenants is guarded."""
    if open_tables:
        names = ", ".join(open_tables)
        return Finding(
            "row security", State.FAIL, f"not guarded: {names}", "CALL guard_tenant_table(...) on each"
        )
    return Finding("row security", State.OK, "on every table of tenants")


def partitions(facts: PartitionFacts) -> Finding:
    """Judge whether the webhook log has room for the days to come."""
    fix = f"{_IS_WORKING}: it makes them every ten minutes; `curbe migrate` makes them at once"
    if facts.strays:
        return Finding("webhook log", State.WARN, "holds webhooks outside its daily partitions", fix)
    if facts.days < _DAYS_AHEAD:
        return Finding("webhook log", State.WARN, f"has partitions for {facts.days} days from today", fix)
    return Finding("webhook log", State.OK, f"has partitions for {facts.days} days from today")


def backlog(seconds: float) -> Finding:
    """Judge how far applying is behind receiving."""
    return _behind("applying", seconds, what="the oldest webhook not yet applied came {} ago")


def sealing(seconds: float | None) -> Finding:
    """Judge how far sealing the audit log is behind."""
    return _behind("audit log", seconds or 0.0, what="the oldest row without its seal was written {} ago")


def outbox(facts: OutboxFacts) -> list[Finding]:
    """Judge what waits to be sent."""
    stuck = facts.oldest is not None and facts.oldest > _STUCK.total_seconds()
    waiting = f"{facts.waiting} wait, the oldest that may go since {_span(facts.oldest or 0.0)}"
    found = [
        Finding("sending", State.WARN, waiting, f"{_IS_WORKING}; a number sends at the pace Meta grants it")
        if stuck
        else Finding("sending", State.OK, waiting if facts.waiting else "nothing waits")
    ]
    if facts.abandoned:
        found.append(
            Finding("sending", State.WARN, f"{facts.abandoned} claims that nobody settles", _IS_WORKING)
        )
    return found


def unknown_sends(count: int | None, *, days: int) -> Finding:
    """Judge how many messages nobody knows the fate of; ``count`` None: it took too long to count."""
    if count is None:
        return Finding(
            "unknown sends", State.WARN, "not counted: that took too long", "try again when it is quiet"
        )
    if count:
        return Finding(
            "unknown sends", State.WARN, f"{count} in the last {days} days",
            "each waits for a status from Meta; ask the person, or send it again by hand",
        )  # fmt: skip
    return Finding("unknown sends", State.OK, f"none in the last {days} days")


def parked(facts: ParkedFacts) -> Finding:
    """Judge the statuses that came before their message."""
    if facts.count and (facts.oldest or 0) > _PARKED_LONG.total_seconds():
        return Finding(
            "parked statuses", State.WARN, f"{facts.count}, the oldest since {_span(facts.oldest or 0)}",
            "they are about messages that Curbe did not send: does another program use one of the numbers?",
        )  # fmt: skip
    return Finding("parked statuses", State.OK, str(facts.count))


def quarantine(rows: Sequence[QuarantineFacts]) -> list[Finding]:
    """Judge what is set aside, by kind and reason."""
    return [
        Finding(
            "set aside",
            State.WARN,
            f"{row.count} {row.kind}, {row.reason}, since {row.since:%Y-%m-%d %H:%M} UTC",
            _for_set_aside(row),
        )
        for row in rows
    ] or [Finding("set aside", State.OK, "nothing")]


def _for_set_aside(row: QuarantineFacts) -> str:
    fix = _SET_ASIDE.get(row.reason) or _SET_ASIDE.get(row.kind, "see what they are")
    return fix if row.kind == WAITED else f"`curbe webhook quarantine --kind {row.kind}` lists them; {fix}"


def encryption_key(facts: SealedFacts) -> Finding:
    """Judge whether the retired keys can go, and whether everybody's authenticator app opens."""
    name = "encryption key"
    if facts.apps_closed:
        count = _counted(len(facts.apps_closed), "authenticator app")
        closed = f"{count} sealed with a key that is not here: {named(facts.apps_closed)}"
        fix = "put that key into TOKEN_ENCRYPTION_KEYS_RETIRED, or `curbe user reset-factors EMAIL`"
        return Finding(name, State.FAIL, closed, fix)
    retired = _sealed_things(
        facts.tokens_retired, facts.pins_retired, facts.apps_retired, facts.webhooks_retired
    )
    if retired:
        return Finding(
            name, State.WARN, f"{retired} sealed with a retired key",
            "`curbe reseal`, and a week later take TOKEN_ENCRYPTION_KEYS_RETIRED out",
        )  # fmt: skip
    if facts.pins_closed:
        closed = f"{_counted(facts.pins_closed, 'PIN')} sealed with a key that is not here"
        fix = "put that key into TOKEN_ENCRYPTION_KEYS_RETIRED, or `curbe reseal --forget-pins` where it is lost"
        return Finding(name, State.WARN, closed, fix)
    if facts.webhooks_closed:
        closed = f"{_counted(facts.webhooks_closed, 'outgoing webhook')} with a secret sealed with a key that is not here"
        fix = "put that key into TOKEN_ENCRYPTION_KEYS_RETIRED, or have their tenants make other secrets where it is lost"
        return Finding(name, State.WARN, closed, fix)
    tokens, apps = _counted(facts.tokens, "token"), _counted(facts.apps, "authenticator app")
    return Finding(name, State.OK, f"{tokens} and {apps} sealed with it")


def _sealed_things(tokens: int, pins: int, apps: int, webhooks: int) -> str:
    """Name what there is of them; empty where there is nothing."""
    counts = ((tokens, "token"), (pins, "PIN"), (apps, "authenticator app"), (webhooks, "webhook secret"))
    return " and ".join(_counted(count, what) for count, what in counts if count)


def platform_keys(count: int) -> Finding:
    """Judge whether anybody can administer this installation over the API."""
    if count:
        return Finding("platform keys", State.OK, f"{count} valid")
    return Finding("platform keys", State.WARN, "none is valid", "`curbe key create --platform --scope all`")


def _behind(name: str, seconds: float, *, what: str) -> Finding:
    late = timedelta(seconds=seconds)
    if late <= _BEHIND_WARN:
        return Finding(name, State.OK, "is up to date")
    state = State.FAIL if late > _BEHIND_FAIL else State.WARN
    return Finding(name, state, what.format(_span(seconds)), _IS_WORKING)


def named(people: Sequence[str]) -> str:
    """Return the first of some addresses, and how many more there are."""
    more = f" and {len(people) - _NAMED} more" if len(people) > _NAMED else ""
    return ", ".join(people[:_NAMED]) + more


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _span(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds)))


def _is_local(host: str) -> bool:
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".localhost", ".local", ".internal"))
