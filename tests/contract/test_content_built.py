"""Every kind of message is built as Meta takes it: by our reading of its pages, by its own specification, and by the sandbox's reading."""

import copy
import json
import re
from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

import msgspec
import pytest
from jsonschema import Draft202012Validator
from msgspec import Struct

from bed.contents import SAMPLES
from bed.specification import SPECIFICATION, specified
from curbe.channels.cloudapi.build import media_ids, message_body
from curbe.domain.content import KINDS, Content, decoded, encoded, words_in
from curbe.domain.messages import Recipient
from curbe.domain.template import ButtonComponent, SubType
from curbe_sandbox.message_shapes import check_message

ANA = Recipient(e164="+16505550142")
# The specification is of Nov 2025 and disagrees with Meta's own pages in these places, and in no others: it lacks what is younger, wants
# coordinates as text where the pages show numbers, and gives a button's index a pattern that no index of the pages fits.
_NEWER = {"$.interactive.type", "$.interactive.action"}
_INDEX = re.compile(r"\$\.template\.components\[\d\]\.index")
BEYOND_THE_SPECIFICATION: dict[str, set[str]] = {
    "location": {"$.location.latitude", "$.location.longitude"},
    "cta_url": _NEWER,
    "location request": _NEWER,
    "contact request": _NEWER,
    "carousel": _NEWER,
    "carousel of products": _NEWER,
    "carousel of buttons": _NEWER,
    "carousel of videos": _NEWER,
    "offer template": {"$.template.components[0].type", "$.template.components[1].sub_type"},
    "carousel template": {"$.template.components[1].type"},
    "template with a flow": {"$.template.components[0].sub_type"},
    "template with products": {"$.template.components[0].sub_type"},
    "template with a tappable image": {"$.template.components[1].type"},
}


@pytest.mark.parametrize("name", SAMPLES)
def test_content_survives_being_stored_and_read_again(name: str) -> None:
    content = decoded(json.dumps(SAMPLES[name]))

    assert decoded(encoded(content)) == content


@pytest.mark.parametrize("name", SAMPLES)
def test_a_body_is_the_content_whom_it_goes_to_and_nothing_else(name: str) -> None:
    body = json.loads(message_body(decoded(json.dumps(SAMPLES[name])), to=ANA))

    kind = SAMPLES[name]["type"]
    assert {key: body.pop(key) for key in ("messaging_product", "recipient_type", "to")} == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+16505550142",
    }
    assert body.pop("type") == kind
    assert _as_text(_without_policy(body)) == _as_text({kind: SAMPLES[name][kind]})


@pytest.mark.parametrize("name", SAMPLES)
def test_the_sandbox_takes_a_body_as_metas_pages_say(name: str) -> None:
    body = json.loads(message_body(decoded(json.dumps(SAMPLES[name])), to=ANA))

    assert check_message(body) == SAMPLES[name]["type"]


def test_every_kind_of_content_and_of_each_part_of_it_has_a_sample() -> None:
    assert {SAMPLES[name]["type"] for name in SAMPLES} == set(KINDS.values())
    seen = {type(part) for name in SAMPLES for part in _parts(decoded(json.dumps(SAMPLES[name])))}
    assert _declared(Content) - seen == set()
    buttons = {
        part.sub_type
        for name in SAMPLES
        for part in _parts(decoded(json.dumps(SAMPLES[name])))
        if isinstance(part, ButtonComponent)
    }
    assert buttons == set(get_args(SubType))


@pytest.mark.parametrize("name", SAMPLES)
def test_a_member_that_nobody_knows_is_refused_wherever_it_stands_and_not_left_out(name: str) -> None:
    """``captoin`` is a caption that nobody would ever see."""
    for at in range(len(list(_objects(SAMPLES[name])))):
        broken = copy.deepcopy(SAMPLES[name])
        list(_objects(broken))[at]["captoin"] = "x"

        with pytest.raises(msgspec.ValidationError, match="captoin"):
            decoded(json.dumps(broken))


@pytest.mark.parametrize("name", SAMPLES)
def test_a_body_is_valid_by_metas_specification(name: str, schemas: dict[str, Any]) -> None:
    body = json.loads(message_body(decoded(json.dumps(SAMPLES[name])), to=ANA))
    validator = _validator(schemas, f"{body['type'].capitalize()}Message")

    wrong = {
        error.json_path for error in validator.iter_errors(body) if not _INDEX.fullmatch(error.json_path)
    }
    assert wrong == BEYOND_THE_SPECIFICATION.get(name, set())


@pytest.mark.parametrize(
    ("broken", "path"),
    [
        ({"type": "text", "text": {"body": "x" * 4097}}, "$.text.body"),
        ({"type": "text", "text": {"body": ""}}, "$.text.body"),
        (
            {"type": "image", "image": {"link": "https://a.example/x", "caption": "x" * 1025}},
            "$.image.caption",
        ),
        ({"type": "image", "image": {}}, "$.image"),
        ({"type": "image", "image": {"id": "1", "link": "https://a.example/x"}}, "$.image"),
        ({"type": "location", "location": {"latitude": 91, "longitude": 0}}, "$.location.latitude"),
        ({"type": "contacts", "contacts": []}, "$.contacts"),
        ({"type": "interactive", "interactive": None}, "$.interactive"),
    ],
)
def test_a_limit_is_told_with_the_place_it_is_at(broken: dict[str, Any], path: str) -> None:
    with pytest.raises(msgspec.ValidationError) as refused:
        decoded(json.dumps(broken))

    assert f"`{path}`" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("buttons", lambda i: i["action"]["buttons"].extend(_buttons_more(2)), "<= 3"),
        ("buttons", lambda i: i["action"]["buttons"][0]["reply"].update(title="x" * 21), "<= 20"),
        ("buttons", lambda i: i["action"]["buttons"][0]["reply"].update(id="no"), "all be different"),
        ("buttons", lambda i: i["body"].update(text="x" * 1025), "<= 1024"),
        ("buttons", lambda i: i["footer"].update(text="x" * 61), "<= 60"),
        ("list", lambda i: i["body"].update(text="x" * 4097), "<= 4096"),
        ("list", lambda i: i["action"]["sections"].extend(_sections(9)), "at most 10"),
        (
            "list",
            lambda i: i["action"]["sections"].extend([{"rows": [{"id": "z", "title": "Z"}]}]),
            "needs a title",
        ),
        ("list", lambda i: i["action"]["sections"][0]["rows"][0].update(description="x" * 73), "<= 72"),
        ("cta_url", lambda i: i["action"]["parameters"].update(url="ftp://x.example/f"), "matching regex"),
        ("carousel", lambda i: i["action"]["cards"].pop(), ">= 2"),
        ("carousel", lambda i: i["action"]["cards"][1].update(card_index=5), "counts the cards"),
        ("carousel", lambda i: i["action"]["cards"][0]["body"].update(text="x" * 161), "<= 160"),
        ("carousel of buttons", lambda i: i["action"]["cards"][0]["action"]["buttons"].pop(), "same number"),
        (
            "carousel of buttons",
            lambda i: i["action"]["cards"][1]["action"]["buttons"][0]["quick_reply"].update(id="s0"),
            "all be different",
        ),
        (
            "carousel",
            lambda i: i["action"]["cards"][1].update(header={"type": "video", "video": {"id": "1234567890"}}),
            "all an image, or all a video",
        ),
        (
            "carousel of products",
            lambda i: i["action"]["cards"][1]["action"].update(catalog_id="c2"),
            "one catalogue",
        ),
        ("carousel", lambda i: i["action"]["cards"][0]["body"].update(text="a\nb\nc\nd"), "two line breaks"),
        (
            "carousel",
            lambda i: i["action"]["cards"][0]["body"].update(text="a\r\nb\r\n\r\nd"),
            "two line breaks",
        ),
        (
            "carousel of buttons",
            lambda i: i["action"]["cards"][0]["action"].update(name="cta_url"),
            "either one link",
        ),
        ("flow", lambda i: i["action"]["parameters"].update(flow_name="n"), "exactly one"),
        (
            "product list",
            lambda i: i["action"]["sections"][0].update(product_items=[{"product_retailer_id": "p"}] * 31),
            "<= 30",
        ),
    ],
)
def test_each_limit_of_an_interactive_message_is_kept(name: str, change: Any, says: str) -> None:
    broken = copy.deepcopy(SAMPLES[name])
    change(broken["interactive"])

    with pytest.raises(msgspec.ValidationError, match=says):
        decoded(json.dumps(broken))


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        (
            "offer template",
            lambda t: t["components"][1]["parameters"][0].update(coupon_code="x" * 21),
            "at most 20",
        ),
        ("template in order", lambda t: t["components"].append(t["components"][1]), "given once"),
        ("template in order", lambda t: t["components"][3].update(index=0), "index is given once"),
        (
            "template in order",
            lambda t: t["components"][3].update(sub_type="url"),
            "takes a parameter of type text",
        ),
        (
            "template by name",
            lambda t: t["components"][0]["parameters"].append({"type": "text", "text": "x"}),
            "none has",
        ),
        ("template by name", lambda t: t.update(name="Not A Name"), "matching regex"),
        ("template by name", lambda t: t["language"].update(code="pt-BR"), "matching regex"),
    ],
)
def test_each_limit_of_a_template_is_kept(name: str, change: Any, says: str) -> None:
    broken = copy.deepcopy(SAMPLES[name])
    change(broken["template"])

    with pytest.raises(msgspec.ValidationError, match=says):
        decoded(json.dumps(broken))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("text", "¿Mañana a las 5?"),
        ("image by link", "La sala"),
        ("voice note", None),
        ("document", "Factura\nfactura.pdf"),
        ("location", "Consulta\nCalle Mayor 1"),
        ("contacts", "Ana Ruiz"),
        ("reaction", "👍"),
        ("buttons", "Cita\n¿Confirmas?\nSí\nNo\nClínica Sol"),
        ("list", "Elige\n9:00"),
        ("template in order", "order_confirmation\nAna\n12 €\n5 de mayo"),
    ],
)
def test_what_can_be_read_can_be_found(name: str, words: str | None) -> None:
    assert words_in(decoded(json.dumps(SAMPLES[name]))) == words


def test_our_own_uploads_go_out_under_the_providers_id_wherever_they_stand() -> None:
    content = decoded(json.dumps(SAMPLES["carousel template"]))
    body = json.loads(message_body(content, to=ANA, uploads={"1234567890": "META-9"}))

    assert media_ids(content) == ["1234567890"]
    card = body["template"]["components"][1]["cards"][0]
    assert card["components"][0]["parameters"][0]["image"]["id"] == "META-9"


@pytest.fixture(scope="module")
def schemas() -> dict[str, Any]:
    if not SPECIFICATION.exists():
        pytest.skip("Meta's specification lies beside the checkout, and is not there")
    found: dict[str, Any] = specified("components")
    return found


def _validator(components: dict[str, Any], name: str) -> Draft202012Validator:
    # Each of its parts forbids what the other demands, so that nothing could pass: they are read as one.
    parts = components["schemas"][name]["allOf"]
    common, own = (components["schemas"].get(part.get("$ref", "").split("/")[-1], part) for part in parts)
    whole = {
        "type": "object",
        "additionalProperties": False,
        "required": [*common.get("required", []), *own.get("required", [])],
        "properties": common["properties"] | own["properties"],
        "components": components,
    }
    return Draft202012Validator(whole)


def _buttons_more(count: int) -> list[dict[str, Any]]:
    return [{"type": "reply", "reply": {"id": f"b{n}", "title": f"B{n}"}} for n in range(count)]


def _sections(count: int) -> list[dict[str, Any]]:
    return [{"title": f"S{n}", "rows": [{"id": f"r{n}", "title": "R"}]} for n in range(count - 1)] + [
        {"title": "T", "rows": [{"id": "t1", "title": "R"}, {"id": "t2", "title": "R"}]}
    ]


def _without_policy(body: dict[str, Any]) -> dict[str, Any]:
    body.get("template", {}).get("language", {}).pop("policy", None)
    return body


def _parts(value: Any) -> Iterator[Struct]:
    """Every struct within a value, itself included."""
    if isinstance(value, Struct):
        yield value
        for name in value.__struct_fields__:
            yield from _parts(getattr(value, name))
    elif isinstance(value, list):
        for each in value:
            yield from _parts(each)


def _declared(kind: Any) -> set[type[Struct]]:
    """Every struct that a type can be made of."""
    found: set[type[Struct]] = set()
    waiting = [kind]
    while waiting:
        one = waiting.pop()
        if isinstance(one, type) and issubclass(one, Struct):
            if one not in found:
                found.add(one)
                waiting += get_type_hints(one).values()
        else:
            waiting += get_args(one)
    return found


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of a sample, but for those whose members are the sender's own."""
    if isinstance(value, dict):
        yield value
        for name, each in value.items():
            if name not in ("data", "flow_action_data"):
                yield from _objects(each)
    elif isinstance(value, list):
        for each in value:
            yield from _objects(each)


def _as_text(value: Any) -> Any:
    """Numbers of buttons may be numbers in the API, and are text for Meta."""
    if isinstance(value, dict):
        return {
            key: str(each) if key == "index" else _as_text(each) for key, each in value.items() if each != []
        }
    if isinstance(value, list):
        return [_as_text(each) for each in value]
    return value
