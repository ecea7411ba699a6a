"""``?fields=`` and cursor pages, as Graph does them."""

import base64
from typing import Any
from urllib.parse import urlencode

from curbe_sandbox.errors import bad_parameter
from curbe_sandbox.wire import Call


def asked_fields(call: Call) -> list[str]:
    """Return the top-level names in ``?fields=``; brackets and what follows a dot belong to the field."""
    names, name, depth = [], "", 0
    for letter in call.query.get("fields", "") + ",":
        depth += {"{": 1, "(": 1, "}": -1, ")": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            names.append(name.strip())
            name = ""
        else:
            name += letter
    return [name.partition("{")[0].partition(".")[0] for name in names if name]


def project(whole: dict[str, Any], call: Call, *, default: tuple[str, ...]) -> dict[str, Any]:
    """Return the fields asked for, or the default ones, and always the id.

    Raises:
        GraphRefusal: a field that this object does not have.
    """
    wanted = asked_fields(call) or list(default)
    for name in wanted:
        if name not in whole:
            raise bad_parameter(f"Tried accessing nonexisting field ({name}) on node")
    shown = {name: whole[name] for name in wanted if whole[name] is not None}
    return shown | {"id": whole["id"]}


def page(call: Call, rows: list[dict[str, Any]], *, default_limit: int = 25) -> dict[str, Any]:
    """Return one page of ``rows`` with its cursors; ``paging.next`` is absent on the last one."""
    limit = _limit(call, default_limit)
    start = _place(call.query["after"]) + 1 if "after" in call.query else 0
    if "before" in call.query and "after" not in call.query:
        start = max(0, _place(call.query["before"]) - limit)
    shown = rows[start : start + limit]
    if not shown:
        return {"data": []}
    end = start + len(shown) - 1
    paging: dict[str, Any] = {"cursors": {"before": _cursor(start), "after": _cursor(end)}}
    if end + 1 < len(rows):
        paging["next"] = _link(call, limit=limit, after=_cursor(end))
    if start > 0:
        paging["previous"] = _link(call, limit=limit, before=_cursor(start))
    return {"data": shown, "paging": paging}


def _limit(call: Call, default: int) -> int:
    written = call.query.get("limit", str(default))
    if not written.isdigit() or int(written) < 1:
        raise bad_parameter("Param limit must be a positive integer.")
    return int(written)


def _cursor(place: int) -> str:
    return base64.urlsafe_b64encode(f"row:{place}".encode()).decode().rstrip("=")


def _place(cursor: str) -> int:
    try:
        word, _, place = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition(":")
        if word == "row":
            return int(place)
    except ValueError:
        pass  # refused below, as every cursor that is not ours
    raise bad_parameter("Invalid cursors values: the cursor is not one that was given out.")


def _link(call: Call, **cursor: str | int) -> str:
    kept = {
        name: value
        for name, value in call.query.items()
        if name not in {"after", "before", "limit", "access_token"}
    }
    return f"{call.origin}/{call.version}/{'/'.join(call.path)}?{urlencode({**kept, **cursor})}"
