"""``python -m browser.budgets`` (`make budgets`): measure the inbox in Chromium at its real sizes and print the table.

--conversations N   in place of 100,000
--keep FOLDER       fill the database there unless it is, and leave it for the next time
--only NAMES        some of: loading list_scrolling thread_scrolling switching sending arriving typing
"""

import argparse
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import sync_playwright

from browser.budgets.figures import Figure, table
from browser.budgets.large import large_site
from browser.budgets.measures import Bench
from browser.chromium import CHROMIUM, MISSING, launched


def main() -> None:
    """Measure as told on the command line; end with 1 where a figure is beyond what it may be."""
    parser = argparse.ArgumentParser(prog="make budgets", description="How fast the inbox is in a browser.")
    parser.add_argument("--conversations", type=int, default=100_000)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--only", nargs="*")
    told = parser.parse_args()
    if CHROMIUM is None:
        sys.exit(MISSING)
    figures: list[Figure] = []
    began, load = datetime.now(UTC), os.getloadavg()[0]
    with (
        _folder(told.keep) as folder,
        large_site(folder, conversations=told.conversations) as large,
        sync_playwright() as playwright,
        launched(playwright) as browser,
    ):
        version = browser.version
        bench = Bench(browser, large, large.site.account("Sara Gil", tenant=large.tenant))
        figures += bench.everything(only=told.only)
    print(
        f"\nMeasured on {began:%Y-%m-%d %H:%M}: {os.cpu_count()} cores, Linux {platform.release().split('-')[0]},",
        end=" ",
    )
    print(
        f"Chromium {version} without a graphics card, everything on one machine, load {load:.1f} at the start.\n"
    )
    print(table(figures))
    if any(one.value > one.most for one in figures):
        sys.exit(1)


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    folder = (Path(tempfile.mkdtemp(prefix="curbe-budgets-")) if kept is None else kept).resolve()
    folder.mkdir(exist_ok=True)
    folder.chmod(0o711)  # PostgreSQL's own user passes through where this is run as root
    try:
        yield folder
    finally:
        if kept is None:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
