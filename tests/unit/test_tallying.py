"""What Meta told each tenant is counted by the minute, and nothing of it twice."""

from uuid import uuid4

from curbe.ingest.tallying import EVERY, MOST_NAMED, Gathered, Tallies, Tally

ONE = Tally(items=2, webhooks=1, first_event=5, last_event=5)
MORE = Tally(items=3, webhooks=2, first_event=3, last_event=9)


def test_a_tenant_gets_a_line_at_once_and_the_next_a_minute_later_with_all_that_came_meanwhile() -> None:
    tallies, tenant = Tallies(), uuid4()
    tallies.add({tenant: ONE})

    assert tallies.take(now=0) == {tenant: ONE}
    tallies.add({tenant: ONE})
    tallies.add({tenant: MORE})
    assert tallies.take(now=EVERY - 1) == {}
    assert tallies.take(now=EVERY) == {tenant: Tally(items=5, webhooks=3, first_event=3, last_event=9)}
    assert tallies.take(now=10 * EVERY) == {}


def test_who_is_told_often_holds_nobody_elses_line_up() -> None:
    tallies, busy, quiet = Tallies(), uuid4(), uuid4()
    tallies.add({busy: ONE})
    tallies.take(now=0)

    tallies.add({busy: ONE, quiet: ONE})

    assert tallies.take(now=1) == {quiet: ONE}


def test_at_the_end_all_is_taken_that_waits() -> None:
    tallies, tenant = Tallies(), uuid4()
    tallies.add({tenant: ONE})
    tallies.take(now=0)
    tallies.add({tenant: MORE})

    assert tallies.take(now=1, everything=True) == {tenant: MORE}


def test_what_could_not_be_written_is_counted_again() -> None:
    tallies, tenant = Tallies(), uuid4()
    tallies.add({tenant: ONE})
    taken = tallies.take(now=0)

    tallies.add(taken)

    assert tallies.take(now=EVERY) == {tenant: ONE}


def test_what_is_set_aside_is_told_with_the_numbers_it_is_about_and_not_with_a_thousand() -> None:
    gathered = Gathered()
    gathered.put_aside("app", "unrouted", "unknown_number", "302")
    gathered.put_aside("app", "unrouted", "unknown_number", "301")
    gathered.put_aside("app", "unrouted", "unknown_waba", None)
    for number in range(1000):
        gathered.put_aside("app", "foreign", "foreign_number", str(number))

    assert gathered.numbers("app", "unrouted", "unknown_number") == ["301", "302"]
    assert gathered.numbers("app", "unrouted", "unknown_waba") == []
    assert len(gathered.numbers("app", "foreign", "foreign_number")) == MOST_NAMED
