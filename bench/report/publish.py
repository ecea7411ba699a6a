"""``python -m bench.report.publish``: put the last run's report into docs/explanation/performance.md (``make bench-report``).

python -m bench.report.publish [FOLDER]   a run's folder below var/bench; the last one unless told otherwise
"""

import re
import sys
from pathlib import Path
from typing import Final

import msgspec

from bench.report.plots import plots
from bench.report.text import markdown
from bench.results import Results

ROOT: Final = Path(__file__).parents[2]
KEPT: Final = ROOT / "var" / "bench"
_DOCS: Final = ROOT / "docs" / "explanation"
_PAGE: Final = _DOCS / "performance.md"
_BETWEEN: Final = re.compile(r"(<!-- bench: begin -->\n).*?(\n<!-- bench: end -->)", re.DOTALL)


def keep(results: Results, *, below: Path = KEPT) -> Path:
    """Write report, plots and every figure behind them into a folder of the run's own, and return that."""
    folder = below / results.date.replace(":", "").replace(" ", "-")
    folder.mkdir(parents=True, exist_ok=True)
    drawn = plots(results)
    (folder / "results.json").write_bytes(msgspec.json.format(msgspec.json.encode(results)))
    (folder / "report.md").write_text(markdown(results, drawn, folder="") + "\n", encoding="utf-8")
    for name, (_, plot) in drawn.items():
        (folder / name).write_text(plot, encoding="utf-8")
    return folder


def publish(results: Results) -> None:
    """Put the report into the documentation, between its marks.

    Raises:
        ValueError: the page has no marks.
    """
    drawn = plots(results)
    text = markdown(results, drawn, folder="bench/")
    page, times = _BETWEEN.subn(lambda marks: marks[1] + text + marks[2], _PAGE.read_text(encoding="utf-8"))
    if times != 1:
        raise ValueError(f"{_PAGE} has no marks for the report")
    _PAGE.write_text(page, encoding="utf-8")
    (_DOCS / "bench").mkdir(exist_ok=True)
    for name, (_, plot) in drawn.items():
        (_DOCS / "bench" / name).write_text(plot, encoding="utf-8")


def main() -> None:
    """Publish the run named on the command line, or the last one."""
    folders = [Path(word) for word in sys.argv[1:]] or sorted(
        file.parent for file in KEPT.glob("*/results.json")
    )
    if not folders:
        raise SystemExit("There is no run to publish: make bench")
    results = msgspec.json.decode((folders[-1] / "results.json").read_bytes(), type=Results)
    publish(results)
    print(f"{folders[-1]} is in {_PAGE.relative_to(ROOT)} now.")


if __name__ == "__main__":
    main()
