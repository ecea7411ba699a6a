"""The description of the API says of every route how one is let in and how one is refused."""

from typing import Any

import pytest
from litestar import Litestar
from litestar.routes import WebSocketRoute

from bed.api import described, description
from curbe.infra.document import glossary, named_places
from curbe.infra.query import KNOWN, OPEN

API: Litestar = described()
DOCUMENT: dict[str, Any] = description()
KEY_OR_SESSION = [{"key": []}, {"session": []}]
HANDLERS = {
    (method, route.path_format): handler
    for route in API.routes
    for method, (handler, _) in getattr(route, "route_handler_map", {}).items()
}
OPERATIONS = [
    pytest.param(method.upper(), path, operation, id=f"{method.upper()} {path}")
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if not path.startswith("/schema")
]


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_a_route_says_who_may_pass_and_what_refuses_them(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    opt = HANDLERS[method, path].opt
    answers = operation["responses"].keys()

    if "public" in opt:
        assert operation["security"] == [{}]
    else:
        assert operation["security"] == ([{"session": []}] if "session" in opt else KEY_OR_SESSION)
        assert {"401", "403", "429"} <= answers
        assert ("tenant_suspended" in operation["responses"]["403"]["description"]) is ("session" not in opt)
    assert {"400", "422", "503"} <= answers
    if method != "GET":
        assert "foreign_origin" in operation["responses"]["403"]["description"]
    for status, answer in operation["responses"].items():
        if status >= "400":
            assert set(answer["content"]) == {"application/problem+json"}, status


def test_a_route_takes_the_parameters_that_its_description_names_and_no_other() -> None:
    named = {
        (method.upper(), path): {
            one["name"] for one in operation.get("parameters", []) if one["in"] == "query"
        }
        for path, item in DOCUMENT["paths"].items()
        for method, operation in item.items()
    }
    sockets = [route.route_handler.opt[KNOWN] for route in API.routes if isinstance(route, WebSocketRoute)]

    assert {place: HANDLERS[place].opt[KNOWN] for place in named} == named
    assert sockets == [{"since"}]
    assert {place for place in named if OPEN in HANDLERS[place].opt} == {
        ("GET", "/api/auth/oidc/start"),
        ("GET", "/api/auth/oidc/callback"),
    }


def test_every_property_and_every_parameter_says_what_it_is() -> None:
    silent = [
        f"{owner}.{name}" for owner, name, place in named_places(DOCUMENT) if not place.get("description")
    ]

    assert silent == []


def test_every_operation_says_what_it_does_and_nothing_of_our_code() -> None:
    said = {
        operation["operationId"]: operation.get("description", "")
        for item in DOCUMENT["paths"].values()
        for operation in item.values()
    }

    assert [name for name, words in said.items() if not words.endswith(".")] == []
    assert [name for name, words in said.items() if "``" in words or "Raises:" in words] == []
    assert said["cancelCampaign"].startswith(
        "End it: once this is answered, only what was being sent already goes out"
    )


def test_who_may_ask_again_is_told_after_how_many_seconds() -> None:
    told = [
        answer.get("headers", {}).get("Retry-After", {}).get("schema", {}).get("type")
        for item in DOCUMENT["paths"].values()
        for operation in item.values()
        for status, answer in operation["responses"].items()
        if status in {"429", "503"}
    ]

    assert set(told) == {"integer"}


def test_a_word_that_is_added_to_an_open_list_is_refused_by_no_client_that_was_generated_before() -> None:
    schemas = DOCUMENT["components"]["schemas"]

    assert schemas["EventItem"]["properties"]["type"]["anyOf"] == [
        {"$ref": "#/components/schemas/EventType"},
        {"type": "string"},
    ]
    assert {"type": "string"} in schemas["Delivery"]["properties"]["last_reason"]["anyOf"]
    assert "enum" in schemas["EventType"], "the words of today are told all the same"


def test_every_schema_says_what_it_is_in_a_line() -> None:
    said = {name: schema.get("description", "") for name, schema in DOCUMENT["components"]["schemas"].items()}

    assert [name for name, words in said.items() if not words.endswith((".", "?"))] == []
    assert [name for name, words in said.items() if "\n" in words or "``" in words] == []
    assert said["NewLabel"] == "A label to make; `color` as `#1a73e8`."


def test_each_entry_of_the_glossary_is_used_and_says_something_of_its_own() -> None:
    meanings = glossary()
    used = {
        key
        for owner, name, place in named_places(DOCUMENT)
        for key in (f"{owner}.{name}", name)
        if key in meanings and meanings[key] == place.get("description")
    }
    as_elsewhere = [
        key
        for key, meaning in meanings.items()
        if "." in key and meanings.get(key.rpartition(".")[2]) == meaning
    ]

    assert meanings.keys() - used == set()
    assert as_elsewhere == []
    assert [key for key, meaning in meanings.items() if not meaning.endswith(".")] == []


def test_a_body_that_takes_no_unknown_member_says_so() -> None:
    assert DOCUMENT["components"]["schemas"]["NewLabel"]["additionalProperties"] is False
