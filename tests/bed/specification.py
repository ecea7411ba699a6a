"""Meta's OpenAPI file, which lies beside the checkout or is not there. Read as a whole it takes a second, so it is read in parts."""

from pathlib import Path
from typing import Any, Final

import yaml

SPECIFICATION: Final = (
    Path(__file__).parents[3] / "shared/corpus/specs/facebook-openapi_business-messaging-api_v23.0.yaml"
)


def specified(*names: str) -> Any:
    """Return what is under these names, one within the other: ``specified("paths", "/{Version}/{Media-ID}")``.

    Raises:
        ValueError: there is nothing of the name.
    """
    lines = SPECIFICATION.read_text(encoding="utf-8").splitlines()
    for depth, name in enumerate(names):
        indent = "  " * depth
        rest = lines[lines.index(f"{indent}{name}:") + 1 :]
        ends = (n for n, line in enumerate(rest) if line.strip() and not line.startswith(f"{indent} "))
        lines = rest[: next(ends, len(rest))]
    return yaml.load("\n".join(lines), Loader=yaml.CSafeLoader)
