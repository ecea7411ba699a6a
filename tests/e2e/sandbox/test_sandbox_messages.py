"""What a send may hold: every type Meta takes, and each of its limits."""

from typing import Any

import pytest

from .harness import LUCIA, NUMBER, Sandbox

LINK = "https://example.com/file"


def _button(index: int, title: str = "Sí") -> dict[str, Any]:
    return {"type": "reply", "reply": {"id": f"b{index}", "title": f"{title}{index}"}}


def _interactive(kind: str, action: Any, **more: Any) -> dict[str, Any]:
    return {
        "type": "interactive",
        "interactive": {"type": kind, "body": {"text": "¿Qué tal?"}, "action": action, **more},
    }


def _buttons(*buttons: Any, **more: Any) -> dict[str, Any]:
    return _interactive("button", {"buttons": list(buttons)}, **more)


def _list(rows: int, sections: int = 1, **row: Any) -> dict[str, Any]:
    made = [
        {"title": f"S{s}", "rows": [{"id": f"{s}-{r}", "title": f"Fila {r}", **row} for r in range(rows)]}
        for s in range(sections)
    ]
    return _interactive("list", {"button": "Ver", "sections": made})


def _cta(text: str = "Abrir") -> dict[str, Any]:
    return _interactive("cta_url", {"name": "cta_url", "parameters": {"display_text": text, "url": LINK}})


def _card(index: int) -> dict[str, Any]:
    action = {"name": "cta_url", "parameters": {"display_text": "Abrir", "url": LINK}}
    header = {"type": "image", "image": {"link": LINK}}
    return {
        "card_index": index,
        "type": "cta_url",
        "header": header,
        "body": {"text": "Uno"},
        "action": action,
    }


def _flow(**more: Any) -> dict[str, Any]:
    parameters = {"flow_message_version": "3", "flow_cta": "Reservar", "flow_token": "t", **more}
    return _interactive("flow", {"name": "flow", "parameters": parameters})


PRODUCTS = {"catalog_id": "1", "sections": [{"title": "T", "product_items": [{"product_retailer_id": "a"}]}]}

TAKEN: dict[str, dict[str, Any]] = {
    "text of 4096": {"type": "text", "text": {"body": "ñ" * 4096, "preview_url": True}},
    "text without a type": {"text": {"body": "hola"}},
    "image by link": {"type": "image", "image": {"link": LINK, "caption": "c" * 1024}},
    "voice note": {"type": "audio", "audio": {"link": LINK, "voice": True}},
    "document": {"type": "document", "document": {"link": LINK, "filename": "a.pdf"}},
    "video": {"type": "video", "video": {"link": LINK}},
    "sticker": {"type": "sticker", "sticker": {"link": LINK}},
    "location": {"type": "location", "location": {"latitude": 40.4, "longitude": -3.7, "name": "Sol"}},
    "location in strings": {"type": "location", "location": {"latitude": "40.4", "longitude": "-3.7"}},
    "contacts": {"type": "contacts", "contacts": [{"name": {"formatted_name": "Ana", "first_name": "Ana"}}]},
    "reaction": {"type": "reaction", "reaction": {"message_id": "wamid.X", "emoji": "👍"}},
    "reaction removed": {"type": "reaction", "reaction": {"message_id": "wamid.X", "emoji": ""}},
    "reply": {"type": "text", "text": {"body": "sí"}, "context": {"message_id": "wamid.X"}},
    "three buttons": _buttons(_button(1), _button(2), _button(3)),
    "buttons under a picture": _buttons(_button(1), header={"type": "image", "image": {"link": LINK}}),
    "ten rows": _list(5, 2),
    "cta_url": _cta(),
    "location request": _interactive("location_request_message", {"name": "send_location"}),
    "contact info request": _interactive("request_contact_info", {"name": "request_contact_info"}),
    "flow": _flow(flow_id="1", flow_action="navigate", flow_action_payload={"screen": "A", "data": {"n": 1}}),
    "product": {
        "type": "interactive",
        "interactive": {"type": "product", "action": {"catalog_id": "1", "product_retailer_id": "a"}},
    },
    "product list": _interactive("product_list", PRODUCTS, header={"type": "text", "text": "Productos"}),
    "catalog": _interactive(
        "catalog_message", {"name": "catalog_message", "parameters": {"thumbnail_product_retailer_id": "a"}}
    ),
    "carousel": _interactive("carousel", {"cards": [_card(0), _card(1)]}),
    "callback data of 512": {"type": "text", "text": {"body": "a"}, "biz_opaque_callback_data": "x" * 512},
}

REFUSED: dict[str, tuple[dict[str, Any], int]] = {
    "text of 4097": ({"type": "text", "text": {"body": "x" * 4097}}, 100),
    "empty text": ({"type": "text", "text": {"body": ""}}, 100),
    "text missing": ({"type": "text"}, 100),
    "body missing": ({"type": "text", "text": {}}, 100),
    "body no string": ({"type": "text", "text": {"body": 5}}, 100),
    "text no object": ({"type": "text", "text": "hola"}, 100),
    "preview no boolean": ({"type": "text", "text": {"body": "a", "preview_url": "yes"}}, 100),
    "unknown type": ({"type": "telegram", "telegram": {}}, 100),
    "unknown key": ({"type": "text", "text": {"body": "a"}, "colour": "red"}, 100),
    "unknown key inside": ({"type": "text", "text": {"body": "a", "colour": "red"}}, 100),
    "two types": ({"type": "text", "text": {"body": "a"}, "image": {"link": LINK}}, 100),
    "caption of 1025": ({"type": "image", "image": {"link": LINK, "caption": "c" * 1025}}, 100),
    "id and link": ({"type": "image", "image": {"link": LINK, "id": "1"}}, 100),
    "neither id nor link": ({"type": "image", "image": {"caption": "c"}}, 100),
    "no such media": ({"type": "image", "image": {"id": "712345678901234"}}, 100),
    "link no address": ({"type": "image", "image": {"link": "file:///etc/passwd"}}, 100),
    "latitude of 91": ({"type": "location", "location": {"latitude": 91, "longitude": 0}}, 100),
    "258 contacts": ({"type": "contacts", "contacts": [{"name": {"formatted_name": "A"}}] * 258}, 100),
    "contact without a name": ({"type": "contacts", "contacts": [{"phones": []}]}, 100),
    "reaction as a reply": (
        {"type": "reaction", "reaction": {"message_id": "w", "emoji": "👍"}, "context": {"message_id": "w"}},
        100,
    ),
    "callback data of 513": (
        {"type": "text", "text": {"body": "a"}, "biz_opaque_callback_data": "x" * 513},
        100,
    ),
    "four buttons": (_buttons(*map(_button, range(4))), 131009),
    "button title of 21": (_buttons(_button(1, "x" * 20)), 131009),
    "two equal buttons": (_buttons(_button(1), _button(1)), 131009),
    "type in capitals": (_interactive("BUTTON", {"buttons": [_button(1)]}), 131009),
    "no body": (
        {"type": "interactive", "interactive": {"type": "button", "action": {"buttons": [_button(1)]}}},
        131008,
    ),
    "footer of 61": (_buttons(_button(1), footer={"text": "f" * 61}), 131009),
    "eleven rows": (_list(11), 131009),
    "eleven rows over two sections": (_list(6, 2), 131009),
    "row description of 73": (_list(1, description="d" * 73), 131009),
    "cta text of 21": (_cta("x" * 21), 131009),
    "flow without an id": (_flow(), 131008),
    "flow with both": (_flow(flow_id="1", flow_name="n"), 131009),
    "product list without a header": (_interactive("product_list", PRODUCTS), 131008),
    "carousel of one card": (_interactive("carousel", {"cards": [_card(0)]}), 131009),
    "carousel numbered from 1": (_interactive("carousel", {"cards": [_card(1), _card(2)]}), 131009),
}


@pytest.fixture
def open_window(sandbox: Sandbox) -> Sandbox:
    sandbox.writes()
    return sandbox


@pytest.mark.parametrize("name", TAKEN)
def test_the_sandbox_takes_every_kind_of_message_that_meta_takes(open_window: Sandbox, name: str) -> None:
    answer = open_window.message(TAKEN[name])

    assert answer.status == 200, answer.body
    assert answer.json["messages"][0]["id"].startswith("wamid.")


@pytest.mark.parametrize("name", REFUSED)
def test_the_sandbox_refuses_what_meta_refuses_with_the_same_code(open_window: Sandbox, name: str) -> None:
    body, code = REFUSED[name]

    answer = open_window.message(body)

    assert (answer.status, answer.code) == (400, code), answer.body
    assert open_window.entries() == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"to":"+34611000001","text":{"body":"a"}}',
        b'{"messaging_product":"signal","to":"1","text":{}}',
    ],
)
def test_a_body_that_is_no_message_is_refused(sandbox: Sandbox, body: bytes) -> None:
    assert sandbox.graph("POST", f"{NUMBER}/messages", body).code == 100


@pytest.mark.parametrize("written", ["+34611000001", "34611000001", "+34 611-000-001", "+34 (611) 000001"])
def test_a_number_may_be_written_in_any_usual_way(open_window: Sandbox, written: str) -> None:
    assert open_window.send(written).json["contacts"] == [{"input": written, "wa_id": LUCIA}]


@pytest.mark.parametrize("written", ["", "hola", "12", "+34x611000001"])
def test_a_recipient_that_is_no_number_is_refused(open_window: Sandbox, written: str) -> None:
    assert open_window.send(written).code in {100, 131009}


def test_a_mexican_mobile_is_known_by_another_wa_id_than_was_dialled(sandbox: Sandbox) -> None:
    sandbox.writes("5215511000003")

    for written in ("+525511000003", "+5215511000003"):
        assert sandbox.send(written).json["contacts"][0]["wa_id"] == "5215511000003"


def test_nobody_writes_to_themselves(sandbox: Sandbox) -> None:
    assert sandbox.send("+34600000001").code == 131021


def test_a_message_is_marked_read_and_typing_is_shown(sandbox: Sandbox) -> None:
    wamid = sandbox.writes()["wamid"]
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}

    read = sandbox.graph("POST", f"{NUMBER}/messages", body)
    typing = sandbox.graph("POST", f"{NUMBER}/messages", {**body, "typing_indicator": {"type": "text"}})

    assert read.json == typing.json == {"success": True}
    assert [entry["kind"] for entry in sandbox.entries()] == ["read", "typing"]
    assert sandbox.graph("POST", f"{NUMBER}/messages", {**body, "status": "unread"}).code == 100


def test_a_bsuid_is_a_recipient_too_and_the_phone_wins_over_it(sandbox: Sandbox) -> None:
    bsuid = sandbox.control("GET", f"people/{LUCIA}")["bsuid"]
    sandbox.writes()
    body = {"messaging_product": "whatsapp", "type": "text", "text": {"body": "a"}, "recipient": bsuid}

    by_bsuid = sandbox.graph("POST", f"{NUMBER}/messages", body).json["contacts"]
    by_both = sandbox.graph("POST", f"{NUMBER}/messages", {**body, "to": f"+{LUCIA}"}).json["contacts"]

    assert by_bsuid == [{"input": bsuid, "user_id": bsuid}]
    assert by_both == [{"input": f"+{LUCIA}", "wa_id": LUCIA}]


def _template(name: str, *components: Any, language: str = "es") -> dict[str, Any]:
    template = {"name": name, "language": {"code": language}, "components": list(components)}
    return {"type": "template", "template": template}


def _body(*texts: str) -> dict[str, Any]:
    return {"type": "body", "parameters": [{"type": "text", "text": text} for text in texts]}


IMAGE = {"type": "header", "parameters": [{"type": "image", "image": {"link": LINK}}]}
URL = {"type": "button", "sub_type": "URL", "index": 0, "parameters": [{"type": "text", "text": "x"}]}
CODE = {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "123456"}]}


@pytest.mark.parametrize(
    "template",
    [
        _template("order_update", _body("Ana", "77")),
        _template("spring_offer", IMAGE, _body("Ana"), URL),
        _template("login_code", _body("123456"), CODE),
    ],
)
def test_a_template_with_its_parameters_is_taken(sandbox: Sandbox, template: dict[str, Any]) -> None:
    answer = sandbox.message(template)

    assert answer.status == 200, answer.body
    assert answer.json["messages"][0]["message_status"] == "accepted"


@pytest.mark.parametrize(
    ("template", "code"),
    [
        (_template("nobody_knows_it"), 132001),
        (_template("order_update", _body("Ana", "77"), language="en_US"), 132001),
        (_template("order_update", _body("Ana")), 132000),
        (_template("order_update"), 132000),
        (_template("order_update", _body("Ana", "siete\nsiete")), 132018),
        (
            _template(
                "order_update",
                {"type": "body", "parameters": [{"type": "image"}, {"type": "text", "text": "a"}]},
            ),
            132012,
        ),
        (_template("order_update", _body("Ana", "x" * 1024)), 132005),
        (_template("spring_offer", _body("Ana"), URL), 132012),
        (_template("spring_offer", IMAGE, _body("Ana")), 131008),
        (_template("login_code", _body("1234567890123456"), CODE), 132018),
    ],
)
def test_a_template_that_does_not_fit_is_refused(
    sandbox: Sandbox, template: dict[str, Any], code: int
) -> None:
    assert sandbox.message(template).code == code


def test_paused_and_disabled_templates_are_refused_and_named_parameters_are_checked(sandbox: Sandbox) -> None:
    component = {"type": "BODY", "text": "Hola {{nombre}}."}
    order = {"waba_id": "200000000000001", "name": "saludo", "language": "es", "components": [component]}
    made = sandbox.control("POST", "templates", {**order, "parameter_format": "NAMED"})
    named = {"type": "body", "parameters": [{"type": "text", "parameter_name": "nombre", "text": "Ana"}]}

    assert sandbox.message(_template("saludo", named)).status == 200
    assert sandbox.message(_template("saludo", _body("Ana"))).code == 132012
    for status, code in (("PAUSED", 132015), ("DISABLED", 132016), ("REJECTED", 132001)):
        sandbox.control("PATCH", f"templates/{made['id']}", {"status": status})
        assert sandbox.message(_template("saludo", named)).code == code


def test_the_marketing_endpoint_takes_marketing_templates_only(sandbox: Sandbox) -> None:
    def send(body: dict[str, Any]) -> Any:
        whole = {"messaging_product": "whatsapp", "to": f"+{LUCIA}", **body}
        return sandbox.graph("POST", f"{NUMBER}/marketing_messages", whole)

    offer = _template("spring_offer", IMAGE, _body("Ana"), URL)
    assert send({**offer, "product_policy": "STRICT"}).status == 200
    assert send(_template("order_update", _body("Ana", "77"))).code == 134100
    assert send({"type": "text", "text": {"body": "a"}}).code == 131055
    sandbox.control("PATCH", "wabas/200000000000001", {"disable_marketing_messages_on_cloud_api": True})
    assert sandbox.message(offer).code == 131063
    assert send(offer).status == 200
