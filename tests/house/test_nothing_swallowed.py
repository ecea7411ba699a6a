"""Whoever catches everything says so in the log, or lets it fly on."""

import ast
from collections.abc import Iterator

from source import modules

EVERYTHING = {"Exception", "BaseException"}
TELLING = {"exception", "error", "critical", "warning", "echo", "_report"}


def catches_everything(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or (isinstance(kind, ast.Name) and kind.id in EVERYTHING) for kind in kinds)


def tells(handler: ast.ExceptHandler) -> bool:
    return any(
        isinstance(node, ast.Raise)
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in TELLING)
        for node in ast.walk(handler)
    )


def swallowing() -> Iterator[str]:
    for name, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.ExceptHandler) and catches_everything(node) and not tells(node):
                yield f"{name}:{node.lineno}"
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", getattr(node.func, "attr", "")) == "suppress"
                and any(isinstance(kind, ast.Name) and kind.id in EVERYTHING for kind in node.args)
            ):
                yield f"{name}:{node.lineno}"


def test_no_exception_disappears() -> None:
    assert list(swallowing()) == []
