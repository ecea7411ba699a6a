"""The tree these tests are about."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the product, by its path below ``src``."""
    for file in sorted(SOURCE.rglob("*.py")):
        yield str(file.relative_to(SOURCE)), ast.parse(file.read_text(encoding="utf-8"))


def tracked() -> list[Path]:
    """Every file of the repository; all below the root where git does not know it (an unpacked archive)."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode == 0:
        found = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    else:
        ours = ("src", "tests", "docs", "bench", "examples", "deploy")
        found = [file for folder in ours for file in (ROOT / folder).rglob("*")]
    return [file for file in found if file.is_file()]
