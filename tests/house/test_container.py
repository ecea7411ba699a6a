"""The container image and what is composed of it: all that can be set works there, and the first start waits for the right server."""

import re
import tomllib

from source import ROOT

IMAGE = (ROOT / "deploy/Dockerfile").read_text()
COMPOSED = (ROOT / "deploy/compose.yaml").read_text()


def test_the_image_has_all_that_can_be_set_but_the_embedded_postgresql() -> None:
    optional = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]

    assert set(re.findall(r"--extra (\S+)", IMAGE)) == optional.keys() - {"embedded"}


def test_postgresql_counts_as_started_only_once_it_takes_connections_from_others() -> None:
    """While it makes its database, the image runs a server that answers on its socket alone, and ends again."""
    (asked,) = re.findall(r"test: \[(.*pg_isready.*)\]", COMPOSED)

    assert '"-h", "127.0.0.1"' in asked
