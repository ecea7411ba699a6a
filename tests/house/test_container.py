"""The container image and what is composed of it: all that can be set works there, and the first start waits for the right server."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from source import ROOT

from curbe.infra import dotenv

IMAGE = (ROOT / "deploy/Dockerfile").read_text()
COMPOSED = (ROOT / "deploy/compose.yaml").read_text()


def test_the_image_has_all_that_can_be_set_but_the_embedded_postgresql() -> None:
    optional = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]

    assert set(re.findall(r"--extra (\S+)", IMAGE)) == optional.keys() - {"embedded"}


def test_postgresql_counts_as_started_only_once_it_takes_connections_from_others() -> None:
    """While it makes its database, the image runs a server that answers on its socket alone, and ends again."""
    (asked,) = re.findall(r"test: \[(.*pg_isready.*)\]", COMPOSED)

    assert '"-h", "127.0.0.1"' in asked


def settings_of(service: str, folder: Path) -> dict[str, str]:
    """Return what a service finds in its environment, as Compose reads it: later files over earlier ones, ``environment`` over all."""
    composed = yaml.safe_load(COMPOSED)["services"][service]
    files = composed["env_file"] if isinstance(composed["env_file"], list) else [composed["env_file"]]
    texts = [(folder / name).read_text() for name in files]
    return {name: value for text in texts for name, value in dotenv.parse(text).values.items()} | composed[
        "environment"
    ]


@pytest.mark.parametrize("service", ["serve", "work"])
@pytest.mark.parametrize(
    ("written", "trusted"),
    [("", "172.16.0.0/12,192.168.0.0/16"), ("CURBE_TRUSTED_PROXIES=10.9.0.1\n", "10.9.0.1")],
)
def test_what_the_operator_writes_of_proxies_goes_before_what_docker_usually_takes(
    service: str, written: str, trusted: str, tmp_path: Path
) -> None:
    for file in (ROOT / "deploy").glob("*.env"):
        (tmp_path / file.name).write_text(file.read_text())
    (tmp_path / "curbe.env").write_text(written)

    assert settings_of(service, tmp_path)["CURBE_TRUSTED_PROXIES"] == trusted
