"""What the doctor makes of what it saw: the borders between fine, worth a look, and broken."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from curbe.channels.cloudapi.versions import usable_until
from curbe.infra.settings import default_of
from curbe.operate import findings, findings_of_disks, findings_of_numbers, findings_of_versions
from curbe.operate.findings import (
    Finding,
    OutboxFacts,
    ParkedFacts,
    PartitionFacts,
    QuarantineFacts,
    RoleFacts,
    SealedFacts,
    ServerFacts,
    State,
)
from curbe.operate.findings_of_numbers import ConnectionFacts

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
OK, WARN, FAIL = State.OK, State.WARN, State.FAIL
TENANT, CONNECTION = UUID(int=1), UUID(int=2)


def test_whatever_is_not_fine_says_what_to_do() -> None:
    seen = [
        findings.webhook_address("http://curbe.example.org", path="/x"),
        findings.webhook_address("http://127.0.0.1:8080", path="/x"),
        findings.graph_address("http://127.0.0.1:8090"),
        *findings.server(
            ServerFacts(150008, "15.8", NOW - timedelta(minutes=1), 1, read_only=False), now=NOW
        ),
        *findings.server(ServerFacts(180004, "18.4", NOW, 1, read_only=True), now=NOW)[:1],
        findings.roles([], wanted=["app_web"]),
        findings.roles([RoleFacts("app_web", powerful=True)], wanted=["app_web"]),
        findings.row_security(["contacts"]),
        findings.partitions(PartitionFacts(0, strays=False)),
        findings.partitions(PartitionFacts(9, strays=True)),
        findings.backlog(3600),
        findings.sealing(3600),
        *findings.outbox(OutboxFacts(3, 3600, 2)),
        findings.unknown_sends(None, days=7),
        findings.unknown_sends(1, days=7),
        findings.parked(ParkedFacts(1, 7200)),
        findings.platform_keys(0),
        findings_of_disks.disk(10, folder="/data"),
        findings_of_disks.files(10, keep_free=9, folder="/data"),
        findings_of_disks.files(8, keep_free=9, folder="/data"),
    ]

    assert [one for one in seen if one.state is OK or not one.fix] == []
    assert len(seen) == 22


@pytest.mark.parametrize(
    ("version", "today", "state", "says"),
    [
        ("v25.0", date(2026, 11, 20), OK, "v25.0, usable until 2028-07-29"),
        ("v26.0", date(2026, 11, 20), OK, "v26.0; Meta has named no end of it"),
        ("v21.0", date(2026, 10, 22), OK, "v21.0, usable until 2027-01-21"),
        ("v21.0", date(2026, 10, 23), WARN, "v21.0 ends on 2027-01-21, in 90 days"),
        ("v21.0", date(2027, 1, 20), WARN, "v21.0 ends on 2027-01-21"),
        ("v21.0", date(2027, 1, 21), FAIL, "v21.0 has ended on 2027-01-21"),
        ("v9.0", date(2026, 11, 20), FAIL, "v9.0 has ended on 2026-05-21"),
    ],
)
def test_a_version_of_metas_that_ends_is_told_ahead(
    version: str, today: date, state: State, says: str
) -> None:
    told = findings_of_versions.graph_version(
        version, usable_until=usable_until(version), own="v25.0", own_until=usable_until("v25.0"), today=today
    )

    assert told.state is state
    assert says in told.sentence
    assert (told.fix == "") is (state is OK)


def test_whoever_speaks_the_version_of_this_build_and_it_ends_is_told_to_upgrade() -> None:
    own = default_of("META_GRAPH_VERSION")
    ends = usable_until(own)
    assert ends is not None

    of_itself, chosen = (
        findings_of_versions.graph_version(
            version, usable_until=usable_until(version), own=own, own_until=ends, today=ends
        )
        for version in (own, "v24.0")
    )

    assert [told.fix.startswith("upgrade Curbe") for told in (of_itself, chosen)] == [True, True]


def test_what_is_set_aside_is_told_with_what_helps_that_reason() -> None:
    reasons = [
        ("unrouted", "unknown_number", "by itself"),
        ("unrouted", "unknown_waba", "replay --tenant"),
        ("unrouted", "former_owner", "nobody gets them"),
        ("foreign", "foreign_number", "another Meta app"),
        ("poison", "refused_by_database", "replay --event"),
        (findings.WAITED, "CheckViolationError", "once a day"),
    ]

    told = findings.quarantine([QuarantineFacts(kind, reason, 1, NOW) for kind, reason, _ in reasons])

    assert [says for (_, _, says), one in zip(reasons, told, strict=True) if says not in one.fix] == []


def test_a_retired_key_goes_a_week_after_nothing_is_sealed_with_it() -> None:
    sealed = SealedFacts(
        tokens=2,
        tokens_retired=1,
        pins_retired=0,
        pins_closed=0,
        apps=0,
        apps_retired=0,
        apps_closed=(),
        webhooks_retired=0,
        webhooks_closed=0,
    )

    assert "a week later" in findings.encryption_key(sealed).fix


@pytest.mark.parametrize(
    ("address", "state"),
    [
        ("https://curbe.example.org", OK),
        ("http://curbe.example.org", FAIL),
        ("http://127.0.0.1:8080", WARN),
        ("https://10.1.2.3", WARN),
        ("https://curbe", WARN),
        ("https://curbe.internal", WARN),
    ],
)
def test_meta_must_be_able_to_reach_the_address(address: str, state: State) -> None:
    assert findings.webhook_address(address, path="/x").state is state


@pytest.mark.parametrize(("free", "state"), [(20, OK), (19, WARN), (10, WARN), (9, FAIL)])
def test_little_room_for_files_is_told_before_there_is_none(free: int, state: State) -> None:
    assert findings_of_disks.files(free, keep_free=10, folder="/data").state is state


@pytest.mark.parametrize(("seconds", "state"), [(0, OK), (30, OK), (31, WARN), (300, WARN), (301, FAIL)])
def test_applying_may_be_a_little_behind(seconds: float, state: State) -> None:
    assert findings.backlog(seconds).state is state


@pytest.mark.parametrize(
    ("seconds", "state"), [(1, OK), (-1, OK), (3, WARN), (-29, WARN), (31, FAIL), (-31, FAIL)]
)
def test_clocks_may_differ_a_little_in_either_direction(seconds: float, state: State) -> None:
    facts = ServerFacts(180004, "18.4", NOW + timedelta(seconds=seconds), 1, read_only=False)

    (clock,) = [one for one in findings.server(facts, now=NOW) if one.name == "clock"]

    assert clock.state is state


def about(**facts: object) -> Finding | None:
    """Return what is said of a connection beyond the summary."""
    row = {
        "tenant_id": TENANT, "id": CONNECTION, "status": "active", "phone_number_id": "3", "pause_reason": None,
        "pause_cause": None, "pause_until": None, "token_expires_at": None, "meta_app_id": "1", "access_token_enc": "v1.x",
        "unregistered": False,
    }  # fmt: skip
    unreadable = facts.pop("unreadable", [])
    rows = [ConnectionFacts(**{**row, **facts})]  # type: ignore[arg-type]
    found = findings_of_numbers.connections(rows, app_id="1", unreadable=unreadable, now=NOW)  # type: ignore[arg-type]
    return found[1] if len(found) > 1 else None


def test_a_connection_that_works_is_only_counted() -> None:
    assert about() is None
    assert about(token_expires_at=NOW + timedelta(days=8)) is None


def test_a_token_that_ends_is_told_a_week_before_and_is_broken_after() -> None:
    soon, over = about(token_expires_at=NOW + timedelta(days=6)), about(token_expires_at=NOW)

    assert soon is not None
    assert over is not None
    assert (soon.state, over.state) == (WARN, FAIL)


def test_a_pause_says_whether_somebody_must_act() -> None:
    token = about(status="error", pause_reason="its token died")
    meta = about(
        status="error", pause_reason="restricted.", pause_cause="account_restriction", pause_until=NOW
    )

    assert token is not None
    assert meta is not None
    assert "connect it anew" in token.fix
    assert "by itself" in meta.fix


def test_a_number_that_is_not_registered_says_how_it_is() -> None:
    found = about(unregistered=True)

    assert found is not None
    assert found.state is WARN
    assert f"POST /api/tenants/{TENANT}/whatsapp/connections/{CONNECTION}/register" in found.fix
    paused = about(
        unregistered=True, status="error", pause_reason="Meta refused with code 133010: register it."
    )
    assert paused is not None
    assert "register the number" in paused.fix


def test_a_number_of_another_app_or_key_is_broken() -> None:
    for wrong in (about(meta_app_id="2"), about(unreadable=[CONNECTION])):
        assert wrong is not None
        assert wrong.state is FAIL
