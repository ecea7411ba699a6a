"""What /metrics promises to tell is told by somebody."""

import re

from source import SOURCE

from curbe.infra.metrics import Metrics


def test_every_metric_is_fed_somewhere() -> None:
    elsewhere = "\n".join(
        file.read_text(encoding="utf-8")
        for file in (SOURCE / "curbe").rglob("*.py")
        if file.name != "metrics.py"
    )
    fed = set(re.findall(r"metrics\.(\w+)", elsewhere))

    assert {name for name in vars(Metrics()) if name != "registry"} - fed == set()
