"""``python -m tests.chaos.shifted SECONDS ...``: ``curbe ...`` with a clock that is wrong by so much, beside a database whose is right."""

import sys
from datetime import timedelta

from curbe.infra import clock


def main() -> None:
    """Shift the clock before anybody has taken hold of it, and run Curbe."""
    wrong = timedelta(seconds=int(sys.argv.pop(1)))
    right = clock.utc_now
    clock.utc_now = lambda: right() + wrong
    from curbe.cli import main as curbe  # noqa: PLC0415 - what it imports takes the clock along

    curbe()


if __name__ == "__main__":
    main()
