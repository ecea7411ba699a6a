"""The alerts and the dashboard to import ask for metrics that there are, and the pages tell the same thresholds and what to do."""

import json
import re

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from source import ROOT
from test_docs import anchors

from curbe.infra.metrics import Metrics

RULES = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yaml").read_text())["groups"][0]["rules"]
PANELS = json.loads((ROOT / "deploy/grafana/curbe.json").read_text())["panels"]
OPERATE = (ROOT / "docs/howto/operate.md").read_text(encoding="utf-8")
HELP = ROOT / "docs/howto/alerts.md"
WHEN = {"page": "night", "ticket": "day"}
ASKED = [rule["expr"] for rule in RULES] + [one["expr"] for panel in PANELS for one in panel["targets"]]


def exposed() -> dict[str, set[str]]:
    """The names under which a process shows its metrics, with their labels."""
    found: dict[str, set[str]] = {"up": {"job"}}
    for one in vars(Metrics()).values():
        if hasattr(one, "_labelnames"):
            names = {
                "counter": [f"{one._name}_total"],
                "histogram": [f"{one._name}_{end}" for end in ("bucket", "sum", "count")],
            }.get(one._type, [one._name])
            found |= {name: {*one._labelnames, "le"} for name in names}
    return found


@pytest.mark.parametrize("asked", ASKED)
def test_what_is_asked_for_is_there_with_these_labels(asked: str) -> None:
    known = exposed()
    names = set(re.findall(r"\b(?:curbe_\w+|up)\b", asked))

    assert names
    assert names <= known.keys()
    labels = set(re.findall(r"(\w+)=", re.sub(r"==|>=|<=", "", asked)))
    labels |= {label for by in re.findall(r"by \(([^)]*)\)", asked) for label in by.split(", ")}
    assert labels <= set().union(*(known[name] for name in names))


def test_every_alert_is_told_with_its_threshold_and_leads_to_what_to_do() -> None:
    rows = re.findall(r"^\| \[(\w+)\]\((\S+)\) \| `([^|]+)` \| (\w+) \| (\w+) \|", OPERATE, re.MULTILINE)

    assert [row for row in rows if row[0] != "disks"] == [
        (
            rule["alert"],
            rule["annotations"]["runbook"].removeprefix("docs/howto/"),
            rule["expr"],
            rule["for"],
            WHEN[rule["labels"]["severity"]],
        )
        for rule in RULES
    ]
    assert {rule["annotations"]["runbook"] for rule in RULES} <= {
        f"docs/howto/alerts.md#{name}" for name in anchors(HELP)
    }


def test_each_alert_says_how_bad_it_is_what_to_do_and_what_not() -> None:
    sections = re.split(r"(?m)^## ", HELP.read_text(encoding="utf-8"))[2:]

    assert [section.splitlines()[0] for section in sections] == [*(rule["alert"] for rule in RULES), "Disks"]
    for section in sections:
        assert re.findall(r"(?m)^- \*\*([^*]+)\*\*", section) == ["How bad", "Do", "Do not"], section


def test_what_an_alert_counts_by_name_is_there_before_it_happens() -> None:
    """A rate is of two values: what appears with its first time, and with many at once, would be no rise."""
    text = Metrics().render()[0].decode()
    shown = {
        (sample.name, name, value)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        for name, value in sample.labels.items()
    }
    counted = {
        (metric, name, value)
        for rule in RULES
        for metric, name, value in re.findall(r"(curbe_\w+_total)\{(\w+)=\"([^\"]+)\"\}", rule["expr"])
    }

    assert counted
    assert counted <= shown
