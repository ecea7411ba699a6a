"""The floors of the architecture are contracts in pyproject.toml; this holds them where everything else is held."""

from importlinter.cli import lint_imports
from source import ROOT


def test_no_module_imports_what_its_floor_may_not(capsys) -> None:
    broken = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)

    assert not broken, capsys.readouterr().out
