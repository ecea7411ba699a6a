"""Every template of the sample corpus is judged as Meta would: by our rules and by the sandbox's own, two readings of one document."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bed import graph as graphs
from bed.graph import Graph
from curbe.templates.lint import Draft, lint, refused

CORPUS = Path(__file__).parents[3] / "shared/corpus"
if not CORPUS.exists():
    pytest.skip("the samples lie beside the checkout, and are not there", allow_module_level=True)

Json = dict[str, Any]
BODIES = {path.stem: path for path in sorted((CORPUS / "api/template_bodies").rglob("*.json"))}
# What Meta would not take, and by which rule. All others it would.
REFUSED = {
    "bindambc__expectedTemplate1": "category_unknown",  # TRANSACTIONAL was withdrawn
    "bindambc__expectedTemplate2": "category_unknown",
    "bindambc__expectedTemplate4": "category_unknown",
    "bindambc__expectedTemplate7": "variable_at_edge",  # "... a partir de R${{1}}"
    "bindambc__expectedTemplate9": "authentication_text",  # a text of one's own, as before 2023
}


def read(path: Path) -> Json:
    return json.loads(path.read_text(encoding="utf-8"))


def draft_of(body: Json) -> Draft:
    return Draft(**{name: body[name] for name in Draft.__struct_fields__ if name in body})


def errors(body: Json) -> list[str]:
    return [one.rule for one in lint(draft_of(body)) if one.severity == "error"]


@pytest.fixture(scope="module")
def graph() -> Iterator[Graph]:
    with graphs.running() as running:
        yield running


def test_the_corpus_has_all_its_bodies_and_each_refusal_is_of_one_of_them() -> None:
    assert len(BODIES) == 17
    assert REFUSED.keys() <= BODIES.keys()


@pytest.mark.parametrize("name", BODIES)
def test_a_template_body_is_judged_as_meta_would(name: str) -> None:
    found = errors(read(BODIES[name]))

    if name in REFUSED:
        assert REFUSED[name] in found
    else:
        assert found == []


@pytest.mark.parametrize("name", BODIES)
def test_the_sandbox_that_plays_meta_judges_it_alike(graph: Graph, name: str) -> None:
    world = graph.world()
    answer = httpx.post(
        f"{graph.url}/v25.0/{world.waba_id}/message_templates",
        json=read(BODIES[name]),
        headers={"Authorization": f"Bearer {world.token}"},
    )

    assert (answer.status_code == 400) is (name in REFUSED), answer.text


def listed() -> Iterator[Json]:
    for path in sorted((CORPUS / "api/responses").rglob("*Template*.json")):
        yield from read(path).get("data", [])


def test_what_meta_approved_breaks_no_rule() -> None:
    # Those for authentication are from before Meta wrote their text itself.
    approved = [
        one for one in listed() if one.get("status") == "APPROVED" and one.get("category") != "AUTHENTICATION"
    ]

    assert approved
    for one in approved:
        assert errors(one) == []


def test_what_webhooks_tell_of_templates_in_use_breaks_no_rule_but_that_samples_are_not_told() -> None:
    values = [
        change["value"]
        for path in sorted((CORPUS / "webhooks/message_template_components_update").rglob("*.json"))
        for entry in read(path).get("entry", [])
        for change in entry["changes"]
    ]

    assert values
    for value in values:
        texts = (("HEADER", "title"), ("BODY", "element"), ("FOOTER", "footer"))
        parts: list[Json] = [
            {"type": kind, "format": "TEXT", "text": value[f"message_template_{word}"]}
            for kind, word in texts
            if value.get(f"message_template_{word}")
        ]
        draft = Draft(name="told", language="en", category="MARKETING", components=parts)
        assert {one.rule for one in lint(draft) if one.severity == "error"} <= {"example_missing"}
        assert not refused([one for one in lint(draft) if one.rule != "example_missing"])
