"""A small part of JSONPath: ``$.candidate.phones[0]``. Pure.

``$`` is the data of the event; ``.name`` or ``['any name']`` goes to a member, ``[0]`` to an element, ``[-1]`` to the last one.
There are no wildcards, filters or slices: a path names one value or none.
"""

import re
from typing import Any, Final

from curbe.domain.errors import InvalidRequest

_STEP: Final = re.compile(
    r"\.([A-Za-z_][\w-]*)|\[(-?\d{1,4})\]|\['([^'\\]{1,200})'\]|\[\"([^\"\\]{1,200})\"\]"
)
_LONGEST: Final = 500

Step = str | int


def steps(path: str, *, field: str) -> list[Step]:
    """Return the steps of a path.

    Raises:
        InvalidRequest: it is none.
    """
    if len(path) > _LONGEST or not path.startswith("$"):
        raise _refused(path, field)
    found: list[Step] = []
    at = 1
    while at < len(path):
        match = _STEP.match(path, at)
        if match is None:
            raise _refused(path, field)
        name = match[1] or match[3] or match[4]
        found.append(int(match[2]) if match[2] is not None else name)
        at = match.end()
    return found


def value_at(data: Any, path: str) -> Any:
    """Return the value at ``path`` in ``data``; None if there is none."""
    for step in steps(path, field="path"):
        if isinstance(step, int):
            inside = isinstance(data, list) and -len(data) <= step < len(data)
            data = data[step] if inside else None
        else:
            data = data.get(step) if isinstance(data, dict) else None
    return data


def _refused(path: str, field: str) -> InvalidRequest:
    return InvalidRequest(
        f"{path[:60]!r} is no path.",
        fix="Write it as $.member.list[0]; other names as $['my name']. There are no wildcards or filters.",
        field=field,
    )
