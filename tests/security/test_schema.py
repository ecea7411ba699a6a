"""Whatever is asked of the API, it answers as its own description says, and never with a fault of its own."""

import pytest

from bed.graph import Graph
from security.schema_cases import run

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(1500)]


async def test_requests_made_from_the_description_are_answered_as_the_description_says(
    dsn: str, graph: Graph
) -> None:
    """A few hundred of them; ``make security`` sends 20,000."""
    outcome = await run(dsn, graph, examples=3)

    assert outcome.found == (), outcome.said
    assert outcome.cases >= 500
    assert outcome.operations >= 168
