"""The page about what Curbe tells of itself has each finding, each metric and each line that warns, and no other."""

import re

from prometheus_client.parser import text_string_to_metric_families
from source import ROOT, SOURCE

from curbe.infra.metrics import WEB, WORKER, Metrics

PAGE = (ROOT / "docs/reference/monitoring.md").read_text(encoding="utf-8")


def named(heading: str) -> list[str]:
    """The names in the first column of the table below a heading."""
    part = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    firsts = re.findall(r"^\| (`[^|]*) \|", part, re.MULTILINE)
    return [name for first in firsts for name in re.findall(r"`([^`]+)`", first)]


def told(pattern: str, folder: str = "curbe") -> set[str]:
    """What the code of a folder tells by a literal name."""
    return {
        name
        for file in (SOURCE / folder).rglob("*.py")
        for name in re.findall(pattern, file.read_text(encoding="utf-8"))
    }


def test_every_line_that_warns_says_on_the_page_what_to_do() -> None:
    lines = named("The log's lines")

    assert set(lines) == told(r"\.(?:warning|error|critical|exception)\(\s*\"([a-z_.]+)\"")
    assert len(lines) == len(set(lines))


def test_every_metric_is_on_the_page_with_its_process_and_its_labels() -> None:
    rows = re.findall(r"^\| `(curbe_\w+)` \| (web|worker) \|([^|]*)\|", PAGE, re.MULTILINE)
    of = {
        family.name: process
        for process, parts in (("web", WEB), ("worker", WORKER))
        for family in text_string_to_metric_families(Metrics(parts).render()[0].decode())
    }
    metrics = [one for name, one in vars(Metrics()).items() if name != "registry"]

    assert {(name, process, tuple(re.findall(r"`(\w+)`", labels))) for name, process, labels in rows} == {
        (f"{one._name}_total" if one._type == "counter" else one._name, of[one._name], one._labelnames)
        for one in metrics
    }
    assert len(rows) == len(metrics)


def test_every_finding_of_the_doctor_is_on_the_page() -> None:
    found = told(r"(?:Finding|_behind)\(\s*\"([a-z ]+)\"", "curbe/operate")
    found |= told(r"(?m)^(?:_NAME: Final|    name) = \"([a-z ]+)\"", "curbe/operate")

    assert set(named("What the doctor finds")) == found
