"""From measurements to one text in Markdown."""

from collections.abc import Mapping

from bench.reads.report import answers
from bench.report import aims, of_apply, of_intake, of_number, of_sends
from bench.results import Results


def markdown(results: Results, plots: Mapping[str, tuple[str, str]], *, folder: str) -> str:
    """Return the report; ``plots`` are linked to as files of ``folder``."""
    parts = [
        _measured(results),
        "",
        *aims.section(results),
        "",
        *of_number.section(results),
        "",
        *of_intake.section(results),
        "",
        *of_apply.section(results),
        "",
        *of_sends.section(results),
        "",
        *of_number.of_sockets(results),
        "",
        *answers(results.reads),
        "",
        *(f"![{told}]({folder}{name})" for name, (told, _) in plots.items()),
    ]
    return "\n".join(parts)


def _measured(results: Results) -> str:
    return (
        f"Measured on {results.date}: {results.machine.sentence()}; load {results.load:.1f} when the run began. "
        f"Profile `{results.profile}`, {results.seconds / 60:.0f} minutes; medians of {len(results.pace)} rounds, scenarios "
        "interleaved. `others`: cores that other work on the machine took meanwhile; `us`: processor microseconds."
    )
