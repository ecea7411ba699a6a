"""Are packages that we use known to be vulnerable? ``make audit`` asks advisories that lie in a file, and says how far they see.

An index that serves no advisories answers every question about them with "none", and a gate that takes this for an answer is always
green. So nothing is asked of anybody: the locked versions of both sides are compared with advisories in the OSV format, the snapshot
beside this file or a whole database (``make audit ADVISORIES=all.zip``, as osv.dev and the PyPA publish them: JSON files, in a folder or
zipped). First versions that are known to be vulnerable have to be found. What cannot be read or compared is a failure, and no advisory
about a package is told as that: not seen.
"""

import argparse
import json
import re
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from packaging.version import InvalidVersion, Version

ROOT: Final = Path(__file__).parents[2]
SNAPSHOT: Final = Path(__file__).with_name("advisories.json")
Package = tuple[str, str, str]  # ecosystem, name, version
Json = dict[str, Any]
# Known to be vulnerable since long: whoever does not find these sees nothing.
CONTROL: Final[dict[Package, str]] = {
    ("PyPI", "jinja2", "2.10"): "PYSEC-2019-217",
    ("npm", "lodash", "4.17.0"): "GHSA-jf85-cpcp-j695",
}


class Blind(Exception):
    """The advisories do not see what everybody knows, so what they do not find says nothing."""


@dataclass(frozen=True, slots=True)
class Advisories:
    """What is known, by package, and until when."""

    taken: str
    about: dict[tuple[str, str], list[Json]]

    def of(self, package: Package) -> list[str]:
        """Return the ids of those that are about this very version.

        Raises:
            InvalidVersion: a version cannot be compared.
        """
        ecosystem, name, _ = package
        known = self.about.get((ecosystem, _plain(ecosystem, name)), [])
        return sorted(
            {str(one["id"]) for one in known if any(_is_hit(each, package) for each in one["affected"])}
        )

    def checked(self) -> "Advisories":
        """Return these, once they have found what they must.

        Raises:
            Blind: they have not.
        """
        missed = [package for package, known in CONTROL.items() if known not in self.of(package)]
        if missed:
            raise Blind(f"the advisories do not know of {missed}: nothing they say of others counts")
        return self


def _is_hit(affected: Json, package: Package) -> bool:
    ecosystem, name, version = package
    named = affected.get("package", {})
    if (named.get("ecosystem"), _plain(ecosystem, named.get("name", ""))) != (
        ecosystem,
        _plain(ecosystem, name),
    ):
        return False
    if version in affected.get("versions", ()):
        return True
    ranges = [one for one in affected.get("ranges", ()) if one["type"] in {"ECOSYSTEM", "SEMVER"}]
    return any(_within(Version(version), one["events"]) for one in ranges)


def _within(version: Version, events: list[dict[str, str]]) -> bool:
    """Tell whether a version lies in what OSV calls a range: from each ``introduced`` to what ends it."""
    inside = False
    for event in events:
        if "introduced" in event and (event["introduced"] == "0" or version >= Version(event["introduced"])):
            inside = True
        if "fixed" in event and version >= Version(event["fixed"]):
            inside = False
        if "last_affected" in event and version > Version(event["last_affected"]):
            inside = False
    return inside


def _plain(ecosystem: str, name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower() if ecosystem == "PyPI" else name


def read(path: Path) -> Advisories:
    """Return the advisories of a snapshot, a folder or a zip of OSV files.

    Raises:
        Blind: there are none.
        ValueError: one cannot be read.
    """
    if path == SNAPSHOT:
        snapshot = json.loads(path.read_text())
        return _by_package(snapshot["advisories"], taken=snapshot["taken"])
    advisories = list(_texts(path))
    if not advisories:
        raise Blind(f"{path} holds no advisories")
    return _by_package(advisories, taken=max(str(one.get("modified", ""))[:10] for one in advisories))


def _texts(path: Path) -> Iterator[Json]:
    if path.is_dir():
        yield from (json.loads(one.read_text()) for one in sorted(path.rglob("*.json")))
        return
    with zipfile.ZipFile(path) as archive:
        yield from (json.loads(archive.read(name)) for name in archive.namelist() if name.endswith(".json"))


def _by_package(advisories: list[Json], *, taken: str) -> Advisories:
    about: dict[tuple[str, str], list[Json]] = {}
    for advisory in advisories:
        if advisory.get("withdrawn"):
            continue
        for affected in advisory.get("affected", ()):
            ecosystem = affected.get("package", {}).get("ecosystem", "")
            about.setdefault((ecosystem, _plain(ecosystem, affected["package"]["name"])), []).append(advisory)
    return Advisories(taken, about)


def locked() -> list[Package]:
    """Return every package of both locks, as it is locked."""
    python = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    node = json.loads((ROOT / "web/package-lock.json").read_text())["packages"]
    found = [("PyPI", one["name"], one["version"]) for one in python if "registry" in one["source"]]
    found += [
        ("npm", path.rpartition("node_modules/")[2], one["version"])
        for path, one in node.items()
        if "node_modules/" in path and "version" in one
    ]
    return sorted(set(found))


def main() -> int:
    """Audit the locks: 0 where nothing is known, 1 where something is, 2 where nothing can be said."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "advisories", nargs="*", type=Path, help="folders or zips of OSV files; the snapshot otherwise"
    )
    paths = parser.parse_args().advisories or [SNAPSHOT]
    packages = locked()
    try:
        known = [read(path) for path in paths]
        joined = Advisories(
            min(one.taken for one in known), {key: value for one in known for key, value in one.about.items()}
        )
        hits = {package: found for package in packages if (found := joined.checked().of(package))}
    except (Blind, InvalidVersion, ValueError, KeyError, OSError) as failure:
        print(f"NOT AUDITED: {type(failure).__name__}: {failure}")
        return 2
    seen = {package for package in packages if (package[0], _plain(*package[:2])) in joined.about}
    print(
        f"advisories of {joined.taken}, about {len(joined.about)} packages; {len(packages)} are locked here, ",
        end="",
    )
    print(
        f"of {len(seen)} of them anything is known at all. What came later, or is of others, this cannot see."
    )
    for (ecosystem, name, version), ids in hits.items():
        print(f"VULNERABLE {ecosystem} {name} {version}: {', '.join(ids)}")
    return 1 if hits else 0


if __name__ == "__main__":
    sys.exit(main())
