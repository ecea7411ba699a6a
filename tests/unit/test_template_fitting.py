"""Values find their places in a template, whoever gives them how; what is missing, too much or unfit is named; and it reads as it will."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from curbe.domain.interactive_parts import MediaRef
from curbe.domain.template import ImageParameter, TemplateContent, VideoParameter
from curbe.outbound.template_api import SendByTemplate
from curbe.templates.api import TemplateValues
from curbe.templates.fitting import Filled, covered, fill
from curbe.templates.looks import preview
from curbe.templates.slots import slots
from curbe.templates.values import ButtonValue, CardValue, Given
from curbe.templates.variables import format_of

Json = dict[str, Any]
COVER = MediaRef(link="https://example.org/cover.png")
ORDER: list[Json] = [{"type": "BODY", "text": "Hola {{1}}, tu pedido {{2}} va en camino."}]
NAMED: list[Json] = [
    {"type": "HEADER", "format": "TEXT", "text": "Pedido {{order}}"},
    {"type": "BODY", "text": "Hola {{first_name}}, sale el {{day}}."},
    {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Seguir", "url": "https://example.org/{{1}}"}]},
]
OFFER: list[Json] = [
    {"type": "HEADER", "format": "IMAGE"},
    {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Ends soon", "has_expiration": True}},
    {"type": "BODY", "text": "Hola {{1}}, aprovecha."},
    {
        "type": "BUTTONS",
        "buttons": [
            {"type": "COPY_CODE", "text": "Copy"},
            {"type": "QUICK_REPLY", "text": "No, gracias"},
            {"type": "FLOW", "text": "Cita"},
            {"type": "MPM", "text": "Ver"},
        ],
    },
]
CODE: list[Json] = [
    {"type": "BODY", "text": "*{{1}}* is your code."},
    {
        "type": "BUTTONS",
        "buttons": [
            {
                "type": "URL",
                "text": "Copy",
                "url": "https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp{{1}}",
            }
        ],
    },
]
CARD = [
    {"type": "HEADER", "format": "IMAGE"},
    {"type": "BODY", "text": "Por {{1}} euros."},
    {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Ver", "url": "https://example.org/{{1}}"}]},
]
CARDS: list[Json] = [
    {"type": "BODY", "text": "Fruta de temporada."},
    {"type": "CAROUSEL", "cards": [{"components": CARD}, {"components": CARD}]},
]


def filled(components: list[Json], *, cover: MediaRef | None = None, **given: Any) -> Filled:
    return fill(components, Given(**given), cover=cover)


def sent(filling: Filled) -> list[Json]:
    assert filling.whole, filling
    content = {"name": "a", "language": {"code": "es"}, "components": msgspec.to_builtins(filling.components)}
    msgspec.convert(content, TemplateContent)  # what is built is what may be sent
    return content["components"]


def texts(component: Json) -> list[str]:
    return [one["text"] for one in component["parameters"]]


def test_a_list_goes_in_order_and_a_map_by_number() -> None:
    assert texts(sent(filled(ORDER, parameters=["Ana", 7]))[0]) == ["Ana", "7"]
    assert texts(sent(filled(ORDER, parameters={"2": "B-7", "1": "Ana"}))[0]) == ["Ana", "B-7"]
    assert texts(sent(filled(ORDER, template_data={"1": "Ana", "2": "B-7"}))[0]) == ["Ana", "B-7"]


def test_what_is_given_in_order_goes_by_the_numbers_however_the_sentence_has_them() -> None:
    turned = [{"type": "BODY", "text": "El pedido {{2}} es para {{1}} y {{2}} va."}]

    assert texts(sent(filled(turned, parameters=["Ana", "B-7"]))[0]) == ["Ana", "B-7"]


def test_named_variables_are_sent_with_their_names() -> None:
    data = {"first_name": "Paco", "day": "lunes", "order": "84", "deal_id": "b5078967", "unknown": "x"}

    exact = filled(NAMED, template_data={**data, "button_0": "b5078967"})
    header, body, button = sent(exact)

    assert header["parameters"] == [{"type": "text", "text": "84", "parameter_name": "order"}]
    assert [(one["parameter_name"], one["text"]) for one in body["parameters"]] == [
        ("first_name", "Paco"),
        ("day", "lunes"),
    ]
    assert button == {
        "type": "button",
        "sub_type": "url",
        "index": "0",
        "parameters": [{"type": "text", "text": "b5078967"}],
    }
    assert exact.unused == ["deal_id", "unknown"]


def test_the_one_value_left_goes_to_the_one_place_left() -> None:
    data = {"first_name": "Paco", "day": "lunes", "order": "84", "deal_id": "b5078967"}

    assert sent(filled(NAMED, template_data=data))[2]["parameters"][0]["text"] == "b5078967"


def test_a_map_whose_names_say_nothing_goes_in_its_order_and_never_half() -> None:
    assert texts(sent(filled(ORDER, template_data={"first_name": "Paco", "deal_id": "B-7"}))[0]) == [
        "Paco",
        "B-7",
    ]
    half = filled(ORDER, template_data={"1": "Ana", "a": "x", "b": "y"})
    assert (half.missing, half.unused) == (["body.2"], ["a", "b"])


def test_what_is_missing_and_what_is_too_much_is_named_by_its_place() -> None:
    short = filled(ORDER, parameters=["Ana"])
    long = filled(ORDER, parameters=["Ana", "B-7", "x"], header="x", buttons=[ButtonValue(index=0, text="y")])

    assert (short.missing, short.whole, short.components) == (["body.2"], False, [])
    assert (long.extra, long.whole) == (["body.3", "header", "buttons[0]"], False)
    assert filled(ORDER, parameters=["Ana", " "]).missing == ["body.2"]


@pytest.mark.parametrize("text", ["a\nb", "a\tb", "a     b"])
def test_what_meta_takes_in_no_parameter_is_unfit(text: str) -> None:
    assert filled(ORDER, parameters=["Ana", text]).unfit == ["body.2"]


def test_the_cover_stands_in_where_an_image_is_wanted_and_none_given() -> None:
    image = [{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "Hola."}]
    own = ImageParameter(image=MediaRef(id="123"))

    assert filled(image).missing == ["header"]
    assert sent(filled(image, cover=COVER))[0]["parameters"][0]["image"] == {"link": COVER.link}
    assert sent(filled(image, cover=COVER, header=own))[0]["parameters"][0]["image"] == {"id": "123"}
    video = [{"type": "HEADER", "format": "VIDEO"}, {"type": "BODY", "text": "Hola."}]
    assert filled(video, cover=COVER).missing == ["header"]
    assert filled(video, header=own).unfit == ["header"]
    assert filled(video, header=VideoParameter(video=MediaRef(id="5"))).whole
    assert sent(filled(ORDER, cover=COVER, parameters=["a", "b"]))[0]["type"] == "body"


def test_a_template_is_named_where_a_variable_has_a_name_and_counted_otherwise() -> None:
    assert [format_of(parts) for parts in (ORDER, NAMED, CARDS, [])] == [
        "POSITIONAL",
        "NAMED",
        "POSITIONAL",
        "POSITIONAL",
    ]


def test_an_authentication_code_is_given_once_and_sent_twice() -> None:
    body, button = sent(filled(CODE, parameters=["482913"]))

    assert texts(body) == ["482913"]
    assert (button["sub_type"], texts(button)) == ("url", ["482913"])
    bare = [
        {"type": "BODY", "add_security_recommendation": True},
        {"type": "BUTTONS", "buttons": [{"type": "OTP"}]},
    ]
    assert [one["type"] for one in sent(filled(bare, parameters=["482913"]))] == ["body", "button"]


def test_an_offer_its_code_and_the_buttons_of_flows_and_catalogues() -> None:
    section = {"title": "Fruit", "product_items": [{"product_retailer_id": "apple"}]}
    buttons = msgspec.convert(
        [
            {"index": 0, "coupon_code": "TRIP25"},
            {"index": 1, "payload": "no"},
            {"index": 3, "thumbnail_product_retailer_id": "apple", "sections": [section]},
        ],
        list[ButtonValue],
    )
    ends = datetime(2026, 12, 24, 20, 0, tzinfo=UTC)

    parts = sent(filled(OFFER, cover=COVER, parameters=["Ana"], offer_expires_at=ends, buttons=buttons))

    by = {(one["type"], one.get("index")): one["parameters"][0] for one in parts}
    assert by["limited_time_offer", None]["limited_time_offer"] == {"expiration_time_ms": 1_798_142_400_000}
    assert by["button", "0"] == {"type": "coupon_code", "coupon_code": "TRIP25"}
    assert by["button", "1"] == {"type": "payload", "payload": "no"}
    assert by["button", "2"]["action"] == {"flow_token": "unused"}
    assert by["button", "3"]["action"]["sections"][0]["title"] == "Fruit"
    nothing = filled(OFFER)
    assert nothing.missing == ["header", "offer", "body.1", "buttons[0]", "buttons[3]"]


def test_each_card_of_a_carousel_has_its_own_values() -> None:
    def card(price: str, link: str) -> CardValue:
        image = ImageParameter(image=MediaRef(id="1"))
        return CardValue(header=image, parameters=[price], buttons=[ButtonValue(index=0, text=link)])

    (body_less, carousel) = [None, *sent(filled(CARDS, cards=[card("3", "apple"), card("4", "pear")]))]

    assert body_less is None
    assert [one["card_index"] for one in carousel["cards"]] == [0, 1]
    assert [texts(one["components"][1]) for one in carousel["cards"]] == [["3"], ["4"]]
    short = filled(CARDS, cards=[card("3", "apple")])
    assert short.missing == ["cards[1].header", "cards[1].body.1", "cards[1].buttons[0]"]
    assert filled(CARDS, cards=[card("3", "a")] * 3).extra[0] == "cards[2].body.1"


def test_it_reads_as_it_will_with_what_is_there() -> None:
    shown = preview(
        NAMED, filled(NAMED, template_data={"first_name": "Paco", "order": "84", "button_0": "xyz"})
    )

    assert shown.header is not None
    assert (shown.header.text, shown.body) == ("Pedido 84", "Hola Paco, sale el {{day}}.")
    assert shown.buttons[0].url == "https://example.org/xyz"
    assert shown.missing == ["body.day"]
    covered = preview(OFFER, filled(OFFER, cover=COVER))
    assert covered.header is not None
    assert covered.header.media == COVER


@pytest.mark.parametrize("components", [ORDER, NAMED, OFFER, CODE, CARDS])
def test_every_required_place_is_missing_until_it_is_given(components: list[Json]) -> None:
    wanted = [place.path for place in slots(components) if place.required]

    assert filled(components).missing == wanted


# --- a simple map, as the earlier gateway's clients and rules of notifications send it


def body(text: str) -> Json:
    return {"type": "BODY", "text": text}


def link(address: str = "https://x.example/{{1}}") -> Json:
    buttons = [{"type": "QUICK_REPLY", "text": "No"}, {"type": "URL", "url": address}]
    return {"type": "BUTTONS", "buttons": buttons}


@pytest.mark.parametrize("text", ["Hola {{first_name}}", "Hola {{1}}"])
def test_the_one_value_that_is_left_is_the_end_of_the_one_link(text: str) -> None:
    filling = filled([body(text), link()], template_data={"first_name": "Paco", "deal_id": "b50"})

    button = sent(filling)[1]
    assert (button["sub_type"], button["index"], texts(button)) == ("url", "1", ["b50"])
    assert filling.unused == []


def test_counted_variables_take_the_values_in_their_order_beside_named_places() -> None:
    data = {"first_name": "Paco", "day": "lunes", "button_1": "b50", "more": "x"}
    filling = filled([body("Hola {{1}}, {{2}}"), link()], template_data=data)

    assert [texts(one) for one in sent(filling)] == [["Paco", "lunes"], ["b50"]]
    assert filling.unused == ["more"]


def test_a_value_whose_name_says_a_place_goes_nowhere_else() -> None:
    for name in ("3", "button_1", "header", "card_0_1"):
        filling = filled([body("Hola {{1}} {{2}}")], template_data={"1": "Paco", name: "x"})
        assert (filling.missing, filling.unused) == (["body.2"], [name])


def test_a_link_is_not_guessed_among_several_values() -> None:
    filling = filled([body("Hola"), link()], template_data={"a": "1", "b": "2"})

    assert (filling.missing, filling.unused) == (["buttons[1]"], ["a", "b"])


def test_words_become_the_file_the_code_or_the_moment_that_they_name() -> None:
    image: list[Json] = [{"type": "HEADER", "format": "IMAGE"}, body("Hola")]
    own = "0192a0c0-0000-7000-8000-000000000000"

    for word, file in ((COVER.link, {"link": COVER.link}), (own, {"id": own})):
        assert sent(filled(image, template_data={"header": word}))[0]["parameters"][0]["image"] == file
        assert sent(filled(image, header=word))[0]["parameters"][0]["image"] == file
    assert filled(image, header="no file").unfit == ["header"]
    data = {"header": COVER.link, "1": "Ana", "button_0": "VERANO", "offer": "2026-12-24T20:00:00+00:00"}
    offer = [*OFFER[:3], {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE"}]}]
    _, text, ends, code = sent(filled(offer, template_data=data))
    assert (texts(text), code["parameters"][0]["coupon_code"]) == (["Ana"], "VERANO")
    assert ends["parameters"][0]["limited_time_offer"] == {"expiration_time_ms": 1_798_142_400_000}
    for no_moment in ("tomorrow", "9" * 5000):
        assert filled(offer, template_data={**data, "offer": no_moment}).unfit == ["offer"]


def test_a_named_place_is_also_known_by_where_it_is() -> None:
    header, _ = sent(
        filled(
            [{"type": "HEADER", "text": "{{what}}!"}, body("{{who}}")],
            template_data={"header": "Oferta", "who": "Paco"},
        )
    )

    assert header["parameters"] == [{"type": "text", "text": "Oferta", "parameter_name": "what"}]


# --- nothing is lost


def test_what_a_button_does_not_take_is_too_much() -> None:
    filling = filled([body("Hola"), link()], buttons=[ButtonValue(index=1, text="a", payload="b")])

    assert filling.extra == ["buttons[1].payload"]


def test_a_code_that_differs_from_the_one_it_repeats_is_too_much() -> None:
    same = filled(CODE, parameters=["482913"], buttons=[ButtonValue(index=0, text="482913")])
    other = filled(CODE, parameters=["482913"], buttons=[ButtonValue(index=0, text="111111")])

    assert (same.whole, other.extra) == (True, ["buttons[0]"])


def test_a_fault_has_a_code_a_path_and_a_sentence() -> None:
    (fault,) = filled(ORDER, template_data={"1": "Ana", "2": "a\nb"}).faults

    assert (fault.code, fault.path, fault.key) == ("value_not_one_line", "body.2", "2")
    assert "line break" in fault.detail


def test_the_cover_completes_what_was_written_in_metas_shape_and_nothing_else() -> None:
    image: list[Json] = [{"type": "HEADER", "format": "IMAGE"}, body("Hola {{1}}")]
    wrote = filled([body("Hola {{1}}")], parameters=["Ana"]).components

    with_image = covered(image, wrote, cover=COVER)

    assert msgspec.to_builtins(with_image)[0]["parameters"] == [
        {"type": "image", "image": {"link": COVER.link}}
    ]
    assert covered(image, with_image, cover=MediaRef(id="5")) == with_image
    assert covered(image, wrote, cover=None) == wrote
    assert covered([body("Hola {{1}}")], wrote, cover=COVER) == wrote


@pytest.mark.parametrize("shape", [TemplateValues, SendByTemplate])
@pytest.mark.parametrize(
    "much",
    [
        {"cards": [{}] * 11},
        {"buttons": [{"index": 0, "text": "a"}] * 11},
        {"parameters": ["a"] * 501},
        {"parameters": {f"p{n}": "a" for n in range(501)}},
        {"cards": [{"buttons": [{"index": 0, "text": "a"}] * 11}]},
    ],
)
def test_nobody_is_kept_waiting_by_more_values_than_any_template_has_places(
    shape: type[Any], much: Json
) -> None:
    given = {"to": "+34600111222", "name": "order", **much} if shape is SendByTemplate else much

    with pytest.raises(msgspec.ValidationError, match=r"length <= (10|500)"):
        msgspec.convert(given, shape)
