"""A disk with little room left: files are refused in words, and everything else goes on."""

from pathlib import Path
from typing import Any

import pytest

from bed import files
from bed.graph import Graph
from bed.tenants import Tenant

pytestmark = pytest.mark.anyio

PICTURE = files.picture("PNG")


@pytest.fixture
def environ(graph: Graph, tmp_path: Path) -> dict[str, str]:
    """An installation that wants more of its disk to stay free than any has."""
    (tmp_path / "media" / ".incoming").mkdir(parents=True)
    return {**graph.environ, "CURBE_DATA_DIR": str(tmp_path), "CURBE_MEDIA_KEEP_FREE": "900000TiB"}


@pytest.mark.parametrize("how", [{"files": {"file": ("a.png", PICTURE)}}, {"content": PICTURE}])
async def test_an_upload_is_refused_before_anything_is_written(
    acme: Tenant, tmp_path: Path, how: dict[str, Any]
) -> None:
    answer = await acme.client.post(f"{acme.path}/media", params={"kind": "image"}, **how)

    assert (answer.status_code, answer.json()["code"]) == (507, "no_room")
    assert answer.json()["fix"]
    assert written(tmp_path) == []


def written(folder: Path) -> list[Path]:
    """Return every file of the installation."""
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_the_inbox_is_read_as_ever(acme: Tenant) -> None:
    assert (await acme.get("/inbox/conversations")).status_code == 200
