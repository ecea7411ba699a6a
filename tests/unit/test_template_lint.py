"""Each rule that Meta documents for templates is found by its name, at its place, with words in three languages and Meta's page."""

import copy
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curbe.templates.lint import Draft, lint, refused
from curbe.templates.lint_parts import Finding, Found
from curbe.templates.lint_words import RULES
from curbe.templates.variables import variables

Json = dict[str, Any]

USUAL: Json = {
    "name": "order_update",
    "language": "es",
    "category": "UTILITY",
    "components": [
        {
            "type": "HEADER",
            "format": "TEXT",
            "text": "Pedido {{1}} en camino",
            "example": {"header_text": ["84"]},
        },
        {
            "type": "BODY",
            "text": "Hola {{1}}, tu pedido sale hoy y llega antes de las {{2}} horas.",
            "example": {"body_text": [["Ana", "18"]]},
        },
        {"type": "FOOTER", "text": "Tienda Ejemplo"},
        {
            "type": "BUTTONS",
            "buttons": [
                {"type": "QUICK_REPLY", "text": "Gracias"},
                {"type": "URL", "text": "Seguir", "url": "https://example.org/p/{{1}}", "example": ["84"]},
                {"type": "PHONE_NUMBER", "text": "Llamar", "phone_number": "+34600000000"},
            ],
        },
    ],
}
CODE: Json = {
    "name": "login",
    "language": "en_US",
    "category": "AUTHENTICATION",
    "components": [
        {"type": "BODY", "add_security_recommendation": True},
        {"type": "FOOTER", "code_expiration_minutes": 5},
        {
            "type": "BUTTONS",
            "buttons": [
                {
                    "type": "OTP",
                    "otp_type": "ZERO_TAP",
                    "zero_tap_terms_accepted": True,
                    "supported_apps": [{"package_name": "org.example.app", "signature_hash": "K8a/AINcGX7"}],
                }
            ],
        },
    ],
}
OFFER: Json = {
    "name": "summer",
    "language": "en",
    "category": "MARKETING",
    "components": [
        {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::aW"]}},
        {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Ends soon", "has_expiration": True}},
        {"type": "BODY", "text": "A quarter off every trip with this code of yours."},
        {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "example": "TRIP25"}]},
    ],
}


def card(text: str = "An apple, red and round.", header: str = "IMAGE") -> Json:
    return {
        "components": [
            {"type": "HEADER", "format": header, "example": {"header_handle": ["4::aW"]}},
            {"type": "BODY", "text": text},
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "More"}]},
        ]
    }


CARDS: Json = {
    "name": "fruit",
    "language": "pt_BR",
    "category": "MARKETING",
    "components": [
        {"type": "BODY", "text": "Fruit of the season, picked this morning."},
        {"type": "CAROUSEL", "cards": [card(), card()]},
    ],
}
PRODUCT: Json = {
    "name": "one_thing",
    "language": "en",
    "category": "MARKETING",
    "components": [
        {"type": "HEADER", "format": "PRODUCT"},
        {"type": "BODY", "text": "Our newest plant is here."},
        {"type": "BUTTONS", "buttons": [{"type": "SPM", "text": "View"}]},
    ],
}
GOOD = {"usual": USUAL, "code": CODE, "offer": OFFER, "cards": CARDS, "product": PRODUCT}


def at(path: str, value: object) -> Callable[[Json], None]:
    """Return what puts ``value`` at a path such as ``components[1].text``."""
    steps = [int(n) if n else word for word, n in re.findall(r"([a-z_]+)|\[(\d+)\]", path)]

    def put(draft: Json) -> None:
        place: Any = draft
        for step in steps[:-1]:
            place = place[step]
        place[steps[-1]] = value

    return put


def more(path: str, *values: object) -> Callable[[Json], None]:
    """Return what adds to the list at a path."""

    def put(draft: Json) -> None:
        place: Any = draft
        for word, n in re.findall(r"([a-z_]+)|\[(\d+)\]", path):
            place = place[int(n) if n else word]
        place.extend(values)

    return put


HEADER, BODY, FOOTER, BUTTONS = (f"components[{n}]" for n in range(4))
REPLY = {"type": "QUICK_REPLY", "text": "Vale"}
BUTTON = f"{BUTTONS}.buttons"
OTP = "components[2].buttons[0]"
ONE_CARD = "components[1].cards[0].components"
# rule: (which good template, what spoils it, the path that is blamed)
BROKEN: dict[str, tuple[Json, Callable[[Json], None], str]] = {
    "more_findings": (USUAL, at("components", [{}] * 300), "components"),
    "name_format": (USUAL, at("name", "Order Update"), "name"),
    "language_format": (USUAL, at("language", "es-ES"), "language"),
    "category_unknown": (USUAL, at("category", "TRANSACTIONAL"), "category"),
    "ttl_range": (USUAL, at("message_send_ttl_seconds", 29), "message_send_ttl_seconds"),
    "component_unknown": (USUAL, more("components", {"type": "SIDEBAR"}), "components[4].type"),
    "component_twice": (USUAL, more("components", {"type": "FOOTER", "text": "Otra"}), "components[4]"),
    "body_missing": (USUAL, at(BODY, {"type": "FOOTER", "text": "Pie"}), "components"),
    "variable_braces": (USUAL, at(f"{BODY}.text", "Hola {{1}}, tu pedido {2}} sale hoy ya mismo."), f"{BODY}.text"),
    "variable_name": (USUAL, at(f"{BODY}.text", "Hola {{Nombre}}, tu pedido sale hoy."), f"{BODY}.text"),
    "variables_mixed": (USUAL, at(f"{BODY}.text", "Hola {{name}}, el pedido {{1}} sale hoy mismo."), f"{BODY}.text"),
    "parameter_format": (USUAL, at("parameter_format", "NAMED"), "parameter_format"),
    "variables_sequence": (USUAL, at(f"{BODY}.text", "Hola {{1}}, el pedido {{3}} sale hoy mismo."), f"{BODY}.text"),
    "variable_at_edge": (USUAL, at(f"{BODY}.text", "Hola {{1}}, tu pedido sale hoy a las {{2}}"), f"{BODY}.text"),
    "variables_adjacent": (USUAL, at(f"{BODY}.text", "Hola {{1}} {{2}}, tu pedido sale hoy mismo."), f"{BODY}.text"),
    "variables_ratio": (USUAL, at(f"{BODY}.text", "Hola {{1}}, son {{2}} horas."), f"{BODY}.text"),
    "example_missing": (USUAL, at(f"{BODY}.example", {}), f"{BODY}.example"),
    "example_count": (USUAL, at(f"{BODY}.example", {"body_text": [["Ana"]]}), f"{BODY}.example"),
    "ttl_marketing": (OFFER, at("message_send_ttl_seconds", 86_400), "message_send_ttl_seconds"),
    "header_gif": (USUAL, at(f"{HEADER}.format", "GIF"), f"{HEADER}.format"),
    "header_format": (USUAL, at(f"{HEADER}.format", "POEM"), f"{HEADER}.format"),
    "header_text_missing": (USUAL, at(f"{HEADER}.text", " "), f"{HEADER}.text"),
    "header_text_length": (USUAL, at(f"{HEADER}.text", "Pedido {{1}} " + "a" * 48), f"{HEADER}.text"),
    "header_text_signs": (USUAL, at(f"{HEADER}.text", "*Pedido* {{1}}"), f"{HEADER}.text"),
    "header_variables": (USUAL, at(f"{HEADER}.text", "Pedido {{1}} de {{2}}"), f"{HEADER}.text"),
    "header_sample_missing": (OFFER, at(f"{HEADER}.example", {"header_handle": []}), f"{HEADER}.example.header_handle"),
    "body_text_missing": (USUAL, at(f"{BODY}.text", ""), f"{BODY}.text"),
    "body_length": (USUAL, at(f"{BODY}.text", "Hola {{1}} y {{2}} " + "a" * 1010), f"{BODY}.text"),
    "body_spacing": (USUAL, at(f"{BODY}.text", "Hola {{1}},      tu pedido sale a las {{2}} horas."), f"{BODY}.text"),
    "footer_text_missing": (USUAL, at(f"{FOOTER}.text", ""), f"{FOOTER}.text"),
    "footer_length": (USUAL, at(f"{FOOTER}.text", "a" * 61), f"{FOOTER}.text"),
    "footer_variables": (USUAL, at(f"{FOOTER}.text", "Tienda {{1}}"), f"{FOOTER}.text"),
    "footer_signs": (USUAL, at(f"{FOOTER}.text", "Tienda \N{SHOPPING TROLLEY}"), f"{FOOTER}.text"),
    "buttons_count": (USUAL, at(BUTTON, []), BUTTON),
    "button_unknown": (USUAL, at(f"{BUTTON}[0].type", "TELEPORT"), f"{BUTTON}[0].type"),
    "button_kind_count": (USUAL, more(BUTTON, {"type": "PHONE_NUMBER", "text": "Otro", "phone_number": "+3461"}), BUTTON),
    "button_text_missing": (USUAL, at(f"{BUTTON}[0].text", ""), f"{BUTTON}[0].text"),
    "button_text_length": (USUAL, at(f"{BUTTON}[0].text", "a" * 26), f"{BUTTON}[0].text"),
    "button_text_signs": (USUAL, at(f"{BUTTON}[0].text", "Hola {{1}}"), f"{BUTTON}[0].text"),
    "quick_replies_apart": (USUAL, more(BUTTON, REPLY), BUTTON),
    "url_format": (USUAL, at(f"{BUTTON}[1].url", "example.org/{{1}}"), f"{BUTTON}[1].url"),
    "url_length": (USUAL, at(f"{BUTTON}[1].url", "https://example.org/" + "a" * 1981), f"{BUTTON}[1].url"),
    "url_variable": (USUAL, at(f"{BUTTON}[1].url", "https://example.org/{{1}}/seguir"), f"{BUTTON}[1].url"),
    "phone_number": (USUAL, at(f"{BUTTON}[2].phone_number", "600 000 000"), f"{BUTTON}[2].phone_number"),
    "code_length": (OFFER, at(f"{BUTTON}[0].example", "A" * 21), f"{BUTTON}[0].example"),
    "code_marketing_only": (USUAL, more(BUTTON, {"type": "COPY_CODE", "example": "A1"}), f"{BUTTON}[3].type"),
    "flow_missing": (USUAL, more(BUTTON, {"type": "FLOW", "text": "Cita"}), f"{BUTTON}[3].flow_id"),
    "catalogue_alone": (OFFER, more(BUTTON, {"type": "CATALOG"}), BUTTON),
    "product_header": (PRODUCT, at("components[2].buttons", [REPLY]), "components"),
    "contact_info_text": (USUAL, more(BUTTON, {"type": "REQUEST_CONTACT_INFO", "text": "Dame"}), f"{BUTTON}[3].text"),
    "otp_authentication_only": (USUAL, more(BUTTON, {"type": "OTP", "otp_type": "COPY_CODE"}), f"{BUTTON}[3].type"),
    "authentication_text": (CODE, at("components[0].text", "Your code is {{1}}."), "components[0].text"),
    "authentication_parts": (CODE, more("components", {"type": "HEADER", "format": "TEXT", "text": "Hi"}), "components[3]"),
    "authentication_button": (CODE, at("components[2].buttons", [REPLY]), "components[2].buttons"),
    "expiration_minutes": (CODE, at("components[1].code_expiration_minutes", 91), "components[1].code_expiration_minutes"),
    "otp_type": (CODE, at(f"{OTP}.otp_type", "TWO_TAP"), f"{OTP}.otp_type"),
    "otp_apps": (CODE, at(f"{OTP}.supported_apps", []), f"{OTP}.supported_apps"),
    "zero_tap_terms": (CODE, at(f"{OTP}.zero_tap_terms_accepted", False), f"{OTP}.zero_tap_terms_accepted"),  # noqa: FBT003
    "offer_marketing_only": (OFFER, at("category", "UTILITY"), "category"),
    "offer_text": (OFFER, at("components[1].limited_time_offer.text", "a" * 17), "components[1].limited_time_offer.text"),
    "offer_footer": (OFFER, more("components", {"type": "FOOTER", "text": "Bye"}), "components[4]"),
    "offer_header": (OFFER, at(f"{HEADER}.format", "DOCUMENT"), f"{HEADER}.format"),
    "carousel_marketing_only": (CARDS, at("category", "UTILITY"), "category"),
    "carousel_parts": (CARDS, more("components", {"type": "FOOTER", "text": "Bye"}), "components[2]"),
    "carousel_count": (CARDS, at("components[1].cards", [card()]), "components[1].cards"),
    "card_header": (CARDS, at("components[1].cards", [card(header="DOCUMENT")] * 2), ONE_CARD),
    "card_buttons": (CARDS, at("components[1].cards", [{"components": card()["components"][:2]}] * 2), ONE_CARD),
    "cards_alike": (CARDS, more("components[1].cards", card(header="VIDEO")), "components[1].cards[2]"),
}  # fmt: skip

# What Meta often refuses, without saying where the line is; all else is refused for certain.
# What Meta takes and sends by another of its APIs alone is no refusal either.
WARNINGS = {
    "variables_adjacent",
    "variables_ratio",
    "body_spacing",
    "button_unknown",
    "header_gif",
    "ttl_marketing",
}


def findings(draft: Json) -> list[Finding]:
    return lint(Draft(**draft))


def test_every_rule_has_a_template_that_breaks_it() -> None:
    assert set(BROKEN) == set(RULES)


@pytest.mark.parametrize("name", GOOD)
def test_a_good_template_breaks_no_rule(name: str) -> None:
    assert findings(GOOD[name]) == []


@pytest.mark.parametrize("rule", BROKEN)
def test_the_rule_is_found_where_it_is_broken_and_no_other_blames_that_place(rule: str) -> None:
    good, spoil, path = BROKEN[rule]
    draft = copy.deepcopy(good)
    spoil(draft)

    found = findings(draft)

    severity = "warning" if rule in WARNINGS else "error"
    assert (rule, path, severity) in {(one.rule, one.path, one.severity) for one in found}
    assert [one.rule for one in found if one.path == path and one.severity == "error"] in ([rule], [])


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_says_in_three_languages_what_is_wrong_and_names_metas_page(rule: str) -> None:
    told = RULES[rule]

    assert len({told.en, told.es, told.pt}) == 3
    assert told.page.startswith("https://developers.facebook.com/")
    holes = {frozenset(re.findall(r"\{(limit|count|name)\}", words)) for words in (told.en, told.es, told.pt)}
    assert len(holes) == 1


@pytest.mark.parametrize(
    ("path", "fits", "too_long"),
    [
        (f"{HEADER}.text", "a" * 60, "a" * 61),
        (f"{BODY}.text", "a" * 1024, "a" * 1025),
        (f"{FOOTER}.text", "a" * 60, "a" * 61),
        (f"{BUTTON}[0].text", "a" * 25, "a" * 26),
    ],
)
def test_a_text_of_exactly_the_limit_fits(path: str, fits: str, too_long: str) -> None:
    def rules(text: str) -> set[str]:
        draft = copy.deepcopy(USUAL)
        at(path, text)(draft)
        return {one.rule for one in findings(draft) if one.path == path}

    assert rules(fits) == set()
    assert len(rules(too_long)) == 1


def test_a_warning_alone_is_no_refusal() -> None:
    draft = copy.deepcopy(USUAL)
    at(f"{BODY}.text", "Hola {{1}}, son {{2}} horas.")(draft)

    assert [one.severity for one in findings(draft)] == ["warning"]
    assert not refused(findings(draft))


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("{{1}}, tu pedido {{2}} sale hoy mismo.", "error"),
        ("Hola {{1}}, tu pedido sale hoy a las {{2}}", "error"),
        ("Hola {{1}}, tu pedido sale hoy a las {{2}}.", "warning"),
    ],
)
def test_a_variable_at_the_very_edge_is_refused_and_one_before_a_full_stop_often(
    text: str, severity: str
) -> None:
    draft = copy.deepcopy(USUAL)
    at(f"{BODY}.text", text)(draft)

    assert [(one.rule, one.severity) for one in findings(draft)] == [("variable_at_edge", severity)]


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text", ["{{" + " " * 50_000 + "x{", "}" * 50_000 + "x", "_a" * 50_000, "{{1}}\t" * 20_000]
)
def test_a_hostile_text_is_judged_at_once(text: str) -> None:
    for kind in ("HEADER", "BODY", "FOOTER"):
        part = {"type": kind, "format": "TEXT", "text": text}
        assert refused(findings({**USUAL, "components": [part]}))
    assert refused(
        findings({**USUAL, "components": [{"type": "BUTTONS", "buttons": [{"type": "URL", "url": text}]}]})
    )


@pytest.mark.parametrize("part", [{"type": "HEADER", "format": "TEXT"}, {"type": "BODY"}])
@pytest.mark.parametrize(
    "text", ["_a " * 1365, "~_a " * 1024, "".join(f"{{{{{n}}}}}" for n in range(700, 0, -1))]
)
def test_as_many_hostile_texts_as_a_request_can_hold_keep_nobody_waiting(part: Json, text: str) -> None:
    components = [{**part, "text": text}] * 255
    began = time.process_time()

    assert refused(findings({**USUAL, "components": components}))

    assert time.process_time() - began < 3


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("Pedido _urgente_ en camino", True),
        ("Pedido ~viejo~", True),
        ("Pedido *urgente", True),
        ("Pedido _urgente y~ otro_", True),
        ("Pedido ~uno _dos~", True),
        ("Pedido_numero_7", False),
        ("Pedido _urgente", False),
        ("Pedido _ urgente_", False),
        ("Pedido _", False),
        ("Pedido ~ de 3 a 4 ~", False),
        ("a_ pedido _b", False),
    ],
)
def test_a_header_has_no_bold_or_other_marks_around_words(text: str, marked: bool) -> None:  # noqa: FBT001
    draft = copy.deepcopy(USUAL)
    at("components[0].text", text)(draft)
    del draft["components"][0]["example"]

    assert ("header_text_signs" in {one.rule for one in findings(draft)}) is marked


@pytest.mark.timeout(20)
@pytest.mark.parametrize("part", [{}, {"type": "FOOTER"}, {"type": "BUTTONS", "buttons": [{}, {}]}])
def test_of_endless_findings_the_first_hundred_are_told_and_how_many_more_there_are(part: Json) -> None:
    found = findings({**USUAL, "components": [part] * 50_000})

    assert refused(found)
    assert len(found) == 101
    last = found[-1]
    assert (last.rule, last.path, last.severity) == ("more_findings", "components", "error")
    assert int(re.findall(r"\d+", last.words.es)[0]) > 49_900


def test_of_many_warnings_none_becomes_a_refusal_and_behind_them_an_error_is_one() -> None:
    found = Found()
    for _ in range(150):
        found.add("body_spacing", "components[0].text", warning=True)
    assert (found.told()[-1].rule, refused(found.told())) == ("more_findings", False)

    found.add("body_missing", "components")
    assert refused(found.told())


@pytest.mark.timeout(20)
def test_a_number_of_many_digits_is_a_gap_like_any_other() -> None:
    draft = copy.deepcopy(USUAL)
    at(f"{BODY}.text", "Hola {{1}}, tu pedido {{9999999999}} sale hoy mismo.")(draft)

    assert [one.rule for one in findings(draft)] == ["variables_sequence"]


def test_counting_begins_with_one() -> None:
    draft = copy.deepcopy(USUAL)
    at(f"{BODY}.text", "Hola {{0}}, tu pedido {{1}} sale hoy mismo.")(draft)

    assert [one.rule for one in findings(draft)] == ["variables_sequence"]


def test_too_many_buttons_of_one_kind_are_a_finding_whichever_the_kind() -> None:
    for kind in ("FLOW", "TELEPORT"):
        draft = copy.deepcopy(USUAL)
        at(BUTTON, [{"type": kind, "text": "Cita", "flow_id": "1"}] * 11)(draft)

        assert "button_kind_count" in {one.rule for one in findings(draft)}, kind


def test_spaces_within_the_braces_belong_to_no_name() -> None:
    assert variables("Hola {{ 1 }} y {{first_name }}.") == ["1", "first_name"]


def test_named_variables_have_named_examples() -> None:
    draft = copy.deepcopy(USUAL)
    draft["components"] = [
        {
            "type": "BODY",
            "text": "Hola {{first_name}}, tu pedido sale hoy.",
            "example": {"body_text_named_params": [{"param_name": "first_name", "example": "Ana"}]},
        }
    ]

    assert findings({**draft, "parameter_format": "NAMED"}) == []
    assert [one.rule for one in findings({**draft, "parameter_format": "POSITIONAL"})] == ["parameter_format"]


_ODD: list[object] = [
    None,
    True,
    7,
    "",
    "{{1}}",
    "x" * 2000,
    [],
    {},
    [1],
    [[]],
    [{}],
    {"text": 3},
    {"body_text": [[None]]},
]
_ODD += [
    [{"type": "URL", "url": 5}],
    [{"components": [{"type": "BODY"}, 4]}],
    [{"type": None, "text": ["a"]}],
]
_JSON = st.sampled_from(_ODD)
_PART = st.fixed_dictionaries(
    {
        "type": st.sampled_from(
            ["HEADER", "BODY", "FOOTER", "BUTTONS", "CAROUSEL", "LIMITED_TIME_OFFER", "x", 1]
        )
    },
    optional=dict.fromkeys(("text", "format", "buttons", "cards", "example", "limited_time_offer"), _JSON),
)


@given(
    category=st.sampled_from(["MARKETING", "UTILITY", "AUTHENTICATION", "x"]),
    components=st.lists(_PART, max_size=4),
)
def test_whatever_is_sent_is_judged_and_never_breaks(category: str, components: list[Json]) -> None:
    draft = Draft(name="a", language="en", category=category, components=components)

    for one in lint(draft):
        assert one.path
        assert all((one.words.en, one.words.es, one.words.pt))
