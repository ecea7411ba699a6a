"""What the documentation names is there: files, headings, settings, commands of make and of curbe."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
from source import ROOT

from curbe.cli import curbe
from curbe.infra.settings_list import SETTINGS

PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "examples/README.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
# Of the examples and of make; and beginnings of names.
NOT_SETTINGS = {"CURBE_URL", "CURBE_KEY", "CURBE_CONVERGE_EVENTS", "CURBE_OPEN_ALL_HOSTILE", "CURBE_SKIP_UI"}
BEGINNINGS = {"CURBE_", "CURBE_S3_", "META_"}
WRITTEN_BY_THE_OPERATOR = {"deploy/curbe.env"}


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def anchors(page: Path) -> set[str]:
    """The names of a page's headings, as GitHub makes them."""
    prose = re.sub(r"(?ms)^```.*?^```", "", text(page))
    found: set[str] = set()
    for heading in re.findall(r"(?m)^#+ (.+)$", prose):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        name = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
        found.add(name if name not in found else f"{name}-1")
    return found


def links() -> Iterator[tuple[Path, str]]:
    for page in PAGES:
        for target in re.findall(r"(?:\]\(|<img src=\")([^)\s\"]+)[)\"]", text(page)):
            if not re.match(r"[a-z]+:", target):
                yield page, target


def test_every_link_leads_to_a_file_and_every_anchor_to_a_heading() -> None:
    astray = []
    for page, target in links():
        path, _, anchor = target.partition("#")
        led = (page.parent / path).resolve() if path else page
        if not led.exists() or (anchor and anchor not in anchors(led)):
            astray.append(f"{page.relative_to(ROOT)}: {target}")

    assert astray == []


def test_every_setting_that_is_named_is_one() -> None:
    known = {setting.name for setting in SETTINGS} | NOT_SETTINGS | BEGINNINGS

    named = {
        (name, str(page.relative_to(ROOT)))
        for page in PAGES
        if page.name != "CHANGELOG.md"  # which tells of those that went, too
        for name in re.findall(r"\b(?:CURBE|META|TOKEN_ENCRYPTION)_[A-Z0-9_]*", text(page))
    }

    assert sorted(one for one in named if one[0] not in known) == []


def test_every_command_of_make_that_is_named_is_one() -> None:
    targets = set(re.findall(r"(?m)^([a-z-]+):.*## ", text(ROOT / "Makefile")))

    named = {name for page in PAGES for name in re.findall(r"`make (?:-s )?([a-z-]+)", text(page))}

    assert named - targets == set()


def words_of(command: click.Command) -> set[str]:
    return {
        word for one in command.params for word in (*one.opts, *one.secondary_opts) if word.startswith("--")
    }


def test_every_curbe_command_that_is_named_is_one_with_those_options() -> None:
    context = click.Context(curbe)
    wrong = []
    for page in PAGES:
        for line in re.findall(r"`(curbe (?!\w+ on http)[a-z][^`]*)`", text(page)):
            command: click.Command = curbe
            words = line.split()[1:]
            while isinstance(command, click.Group) and words and re.fullmatch(r"[a-z-]+", words[0]):
                found = command.get_command(context, words.pop(0))
                if found is None:
                    wrong.append(f"{page.relative_to(ROOT)}: {line}")
                    break
                command = found
            else:
                allowed = words_of(command) | words_of(curbe) | {"--help", "--version"}
                told = {word.partition("=")[0].rstrip(",.;") for word in words if word.startswith("--")}
                if told - allowed:
                    wrong.append(f"{page.relative_to(ROOT)}: {line}")

    assert wrong == []


def test_every_file_of_the_repository_that_is_named_is_there() -> None:
    named = {
        (str(page.relative_to(ROOT)), path)
        for page in PAGES
        for path in re.findall(r"`((?:src|tests|docs|deploy|examples|web|bench)/[\w./@-]+)`", text(page))
        if page.name != "CHANGELOG.md"
    }

    assert (
        sorted(one for one in named if not (ROOT / one[1]).exists() and one[1] not in WRITTEN_BY_THE_OPERATOR)
        == []
    )
