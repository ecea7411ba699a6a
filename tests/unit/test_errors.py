"""Every refusal has a code of its own that programs can rely on."""

import re
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest

from curbe.domain.errors import AppError, GraphRefused, NotFound, WindowClosed, every_refusal
from curbe.domain.failures import FailureKind
from curbe.domain.moments import rfc3339


def test_each_code_is_snake_case_and_stands_for_one_refusal() -> None:
    codes = [refusal.code for refusal in every_refusal()]

    assert all(re.fullmatch(r"[a-z][a-z_]*", code) for code in codes)
    assert len(codes) == len(set(codes))
    assert {"not_found", "window_closed", "number_taken", "unavailable"} <= set(codes)


def test_each_refusal_is_an_http_error_with_a_title() -> None:
    for refusal in every_refusal():
        assert 400 <= refusal.http_status <= 599
        assert refusal.title


def test_a_refusal_carries_what_was_wrong_and_what_to_do() -> None:
    refusal = WindowClosed(
        "The window closed yesterday.",
        fix="Send a template.",
        field="$.text",
        extra={"window_closed_at": "2026-09-10T00:00:00Z"},
        retry_after=timedelta(seconds=5),
    )

    assert str(refusal) == refusal.detail == "The window closed yesterday."
    assert (refusal.fix, refusal.field) == ("Send a template.", "$.text")
    assert refusal.extra == {"window_closed_at": "2026-09-10T00:00:00Z"}
    assert refusal.retry_after == timedelta(seconds=5)
    assert NotFound("Nothing.").extra == {}


@pytest.mark.parametrize("microsecond", [0, 120_000])
def test_a_refusal_writes_a_moment_as_every_other_answer_does(microsecond: int) -> None:
    moment = datetime(2026, 11, 29, 12, 1, 19, microsecond, tzinfo=UTC)

    assert f'"{rfc3339(moment)}"' == msgspec.json.encode(moment).decode()
    assert rfc3339(moment.astimezone(timezone(timedelta(hours=-5)))) == rfc3339(moment)


def test_metas_own_code_is_part_of_the_answer_to_whoever_asked() -> None:
    assert GraphRefused("No.", graph_code=131000, graph_title="Something went wrong").extra == {
        "graph_code": 131000,
        "graph_title": "Something went wrong",
    }


def test_a_refusal_without_a_code_cannot_be_raised() -> None:
    with pytest.raises(TypeError, match="subclasses"):
        AppError("Something.")


def test_the_ways_to_fail_are_the_words_the_database_knows() -> None:
    assert [str(kind) for kind in FailureKind] == [
        "throttled",
        "transient",
        "unreachable",
        "storage",
        "ambiguous",
        "window_closed",
        "recipient",
        "consent",
        "blocked",
        "withheld",
        "cancelled",
        "expired",
        "template",
        "credentials",
        "account",
        "invalid_request",
        "unlisted",
    ]
