"""Fixtures of the security suite beside those of every test."""

from collections.abc import Iterator

import pytest

from bed import graph as graphs
from bed.graph import Graph


@pytest.fixture(scope="session")
def graph() -> Iterator[Graph]:
    with graphs.running() as running:
        yield running
