"""Whatever a template is and whatever is given: it is filled whole, with exactly its parameters, or refused with reasons."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from curbe.domain.interactive_parts import MediaRef
from curbe.domain.template import ImageParameter, TemplateContent, VideoParameter
from curbe.templates.faults import Code
from curbe.templates.fitting import Filled, covered, fill, places_to_fill
from curbe.templates.slots import slots
from curbe.templates.values import ButtonValue, CardValue, Given, words, written

Json = dict[str, Any]
COVER = MediaRef(link="https://example.org/cover.png")
LINK = "https://example.org/{{1}}"

names = st.sampled_from(["first_name", "day", "order", "price"])
numbers = st.integers(1, 4).map(str)
plain = st.sampled_from(["Ana", "B-7", "x y", "482913", "https://example.org/a.png", ""]) | st.text(
    max_size=12
)
plain |= st.integers(-5, 9) | st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def templates(draw: st.DrawFn) -> list[Json]:
    """A template as Meta lists it: named or counted, with any header, buttons, offer and carousel."""
    variable = draw(st.sampled_from([names, numbers]))
    parts = [*draw(header(variable)), {"type": "BODY", "text": draw(text(variable))}]
    if draw(st.booleans()):
        parts.append({"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"has_expiration": True}})
    if draw(st.booleans()):
        cards = [
            {
                "components": [
                    *draw(header(variable)),
                    {"type": "BODY", "text": draw(text(variable))},
                    *draw(buttons()),
                ]
            }
            for _ in range(draw(st.integers(1, 3)))
        ]
        parts.append({"type": "CAROUSEL", "cards": cards})
    return parts + draw(buttons())


def text(variable: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(variable, max_size=3).map(
        lambda found: " ".join(["Hola", *(f"{{{{{one}}}}}" for one in found)])
    )


def header(variable: st.SearchStrategy[str]) -> st.SearchStrategy[list[Json]]:
    files = st.sampled_from(["IMAGE", "VIDEO", "DOCUMENT", "LOCATION"]).map(
        lambda form: {"type": "HEADER", "format": form}
    )
    words = variable.map(lambda name: {"type": "HEADER", "format": "TEXT", "text": f"{{{{{name}}}}}!"})
    return st.lists(files | words, max_size=1)


def buttons() -> st.SearchStrategy[list[Json]]:
    some = [
        {"type": "QUICK_REPLY", "text": "No"},
        {"type": "URL", "url": LINK},
        {"type": "URL", "url": "https://example.org"},
        {"type": "COPY_CODE"},
        {"type": "FLOW"},
        {"type": "CATALOG"},
        {"type": "OTP", "otp_type": "COPY_CODE"},
    ]
    return st.lists(st.sampled_from(some), max_size=3).map(
        lambda found: [{"type": "BUTTONS", "buttons": found}] if found else []
    )


files = st.sampled_from([ImageParameter(image=MediaRef(id="1")), VideoParameter(video=MediaRef(id="2"))])
values_of_button = st.builds(
    ButtonValue,
    index=st.integers(0, 3),
    text=st.none() | plain,
    payload=st.none() | st.just("p"),
    coupon_code=st.none() | st.sampled_from(["VERANO", "X" * 21]),
    flow_token=st.none() | st.just("t"),
)
parameters = st.none() | st.lists(plain, max_size=4) | st.dictionaries(names | numbers, plain, max_size=4)
maps = st.dictionaries(
    names
    | numbers
    | st.sampled_from(["header", "button_0", "button_1", "offer", "card_0_1", "card_0_header", "deal"]),
    plain,
    max_size=6,
)
anything = st.builds(
    Given,
    parameters=parameters,
    template_data=st.none() | maps,
    header=st.none() | plain | files,
    buttons=st.lists(values_of_button, max_size=2),
    offer_expires_at=st.none() | st.integers(-1, 2_000_000_000_000),
    cards=st.lists(
        st.builds(
            CardValue,
            header=st.none() | files,
            parameters=parameters,
            buttons=st.lists(values_of_button, max_size=1),
        ),
        max_size=3,
    ),
)
covers = st.none() | st.just(COVER)


def sent(filling: Filled) -> list[Json]:
    """Return what goes to Meta; a shape that it would not take raises."""
    content = {"name": "a", "language": {"code": "es"}, "components": msgspec.to_builtins(filling.components)}
    return msgspec.to_builtins(msgspec.convert(content, TemplateContent))["components"]


def places_of(components: list[Json], prefix: str = "") -> list[str]:
    """Return the paths of what is sent, a counted parameter by its position."""
    found: list[str] = []
    for one in components:
        match one["type"]:
            case "header":
                found.append(f"{prefix}header")
            case "body":
                found += [
                    f"{prefix}body.{each.get('parameter_name', n)}"
                    for n, each in enumerate(one["parameters"])
                ]
            case "button":
                found.append(f"{prefix}buttons[{one['index']}]")
            case "limited_time_offer":
                found.append(f"{prefix}offer")
            case "carousel":
                for card in one["cards"]:
                    found += places_of(card["components"], f"{prefix}cards[{card['card_index']}].")
    return found


def wanted(components: list[Json]) -> tuple[set[str], set[str]]:
    """Return the paths that must be sent and those that may be, named as `places_of` does."""
    must: set[str] = set()
    may: set[str] = set()
    counted: dict[str, int] = {}
    for place in slots(components):
        path = place.path
        if place.variable.isdecimal() and ".body." in f".{path}":
            start = path[: path.rindex("body.")]
            path = f"{start}body.{counted.setdefault(start, 0)}"
            counted[start] += 1
        (must if place.required else may).add(path)
    return must, may


@given(components=templates(), values=anything, cover=covers)
def test_it_is_filled_with_exactly_what_the_template_has_or_refused_with_reasons(
    components: list[Json], values: Given, cover: MediaRef | None
) -> None:
    filling = fill(components, values, cover=cover)

    if filling.faults:
        assert filling.components == [], "never a half"
        assert all(fault.detail and fault.path for fault in filling.faults)
        return
    must, may = wanted(components)
    paths = places_of(sent(filling))
    assert len(paths) == len(set(paths))
    assert must <= set(paths) <= must | may


@given(components=templates(), cover=covers)
def test_what_is_missing_is_what_must_be_given_and_given_it_is_filled(
    components: list[Json], cover: MediaRef | None
) -> None:
    must, _ = places_to_fill(components, cover=cover)
    nothing = fill(components, Given(), cover=cover)
    own = {place.path for place in slots(components) if place.repeats is None}

    assert {fault.code for fault in nothing.faults} <= {Code.MISSING}
    assert [path for path in nothing.missing if path in own] == [place.path for place in must]
    if all(place.takes_words for place in must):
        said = {"video": "https://example.org/a.mp4", "expires_at": "1798142400000"}
        data = {
            place.key: said.get(place.kind, "https://e.org/a" if place.kind in {"image", "document"} else "x")
            for place in must
        }
        again = fill(components, Given(template_data=data), cover=cover)
        shared = len({place.key for place in must}) < len(must)  # one name for places of two kinds
        assert shared or again.whole, again.faults
        assert shared or again.unused == []


@given(components=templates(), values=anything, cover=covers)
def test_what_was_filled_is_filled_to_the_same_when_it_comes_back_in_metas_shape(
    components: list[Json], values: Given, cover: MediaRef | None
) -> None:
    filling = fill(components, values, cover=cover)

    if filling.whole:
        again = fill(components, written(filling.components), cover=None)
        assert (again.faults, again.components) == ([], filling.components)
        assert covered(components, filling.components, cover=MediaRef(id="9")) == filling.components


@given(components=templates(), values=anything)
def test_every_value_that_says_its_place_is_sent_or_told(components: list[Json], values: Given) -> None:
    """Of a simple map too much does no harm and is told as unused; all else is in the message or a fault."""
    filling = fill(components, values, cover=None)
    told = {fault.path for fault in filling.faults}

    for button in values.buttons:
        path = f"buttons[{button.index}]"
        said = button.text is not None or button.payload or button.coupon_code or button.flow_token
        assert not said or path in filling.values or any(one.startswith(path) for one in told)
    named = {name for place in slots(components) for name in (place.key, place.also)}
    used = {words(value) for value in filling.values.values()}
    for name, value in (values.template_data or {}).items():
        assert name in named or name in filling.unused or str(value) in used
