"""The product's own processes, started as an operator starts them; a developer's ``.env`` is not read."""

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from bench import world
from bench.cluster import Cluster
from bench.processes import Running, running

_NOWHERE: Final = (
    "http://127.0.0.1:9"  # discard: whoever would call Meta is told at once that nobody is there
)


def serving(
    cluster: Cluster, folder: Path, *, database: str, graph: str = _NOWHERE
) -> AbstractContextManager[Running]:
    """Run ``curbe serve`` on one of the run's databases."""
    env = _environment(cluster, folder, database=database, graph=graph)
    return running(_curbe("serve"), env=env, log=folder / "serve.log")


def working(
    cluster: Cluster, folder: Path, *, database: str, graph: str = _NOWHERE
) -> AbstractContextManager[Running]:
    """Run ``curbe work`` on one of the run's databases."""
    env = _environment(cluster, folder, database=database, graph=graph)
    return running(_curbe("work"), env=env, log=folder / "work.log")


def _curbe(command: str) -> list[str]:
    return ["-m", "curbe", "--env-file", os.devnull, command]


def _environment(cluster: Cluster, folder: Path, *, database: str, graph: str) -> Mapping[str, str]:
    return {
        "META_APP_ID": world.APP_ID,
        "META_APP_SECRET": world.APP_SECRET,
        "META_VERIFY_TOKEN": world.VERIFY_TOKEN,
        "TOKEN_ENCRYPTION_KEY": world.ENCRYPTION_KEY,
        "META_GRAPH_BASE_URL": graph,
        "DATABASE_URL": cluster.database(database),
        "CURBE_DATA_DIR": str(folder / "curbe"),
        "CURBE_PORT": "0",
        "CURBE_LOG_LEVEL": "warning",
        # One key asks as fast as the product answers: that is what is measured.
        "CURBE_REQUESTS_PER_KEY": "0",
        "CURBE_REQUESTS_PER_TENANT": "0",
        "CURBE_SOCKETS_PER_KEY": "0",
        "CURBE_SOCKETS_PER_TENANT": "0",
    }
