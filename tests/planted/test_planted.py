"""Twenty bugs are there to be planted, each has its place, and some are planted and caught with every test run."""

from pathlib import Path

import pytest

from .bugs import BUGS, QUICK, SEEN_BY_THE_JUDGE, Planted
from .plant import ROOT, copy_of_the_checkout, failed_of, planted


def test_twenty_different_bugs_are_planted():
    names = [bug.name for bug in BUGS] + list(SEEN_BY_THE_JUDGE)
    assert len(set(names)) == 20


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_its_place_is_still_there_once_and_the_tests_that_catch_it_are(bug: Planted):
    file = ROOT / bug.file
    assert not file.exists() if not bug.old else file.read_text().count(bug.old) == 1
    for test in bug.caught_by:
        path, _, name = test.partition("::")
        assert f"def {name}(" in (ROOT / path).read_text()


@pytest.mark.timeout(600)
def test_some_of_them_are_caught_now(tmp_path: Path):
    quick = [bug for bug in BUGS if bug.name in QUICK]
    assert len(quick) == len(QUICK)
    with copy_of_the_checkout(tmp_path) as copy:
        for bug in quick:
            with planted(bug, copy):
                assert set(bug.caught_by) <= failed_of(bug.caught_by, copy, first=True), bug.name
