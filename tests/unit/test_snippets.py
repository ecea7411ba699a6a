"""The piece of a text that shows why it was found."""

import pytest

from curbe.desk.snippets import snippet, words_of


def shown(text: str, typed: str) -> list[str]:
    """The words that are marked, cut out as JavaScript would."""
    found = snippet(text, typed)
    units = found.text.encode("utf-16-le")
    return [units[2 * start : 2 * end].decode("utf-16-le") for start, end in found.ranges]


@pytest.mark.parametrize(
    ("text", "typed", "marked"),
    [
        ("Hola José, ¿qué tal?", "jose", ["José"]),
        ("Hola José, ¿qué tal?", "JOS que", ["Jos", "qué"]),
        ("pedido pedidos PEDIDO", "pedido", ["pedido", "pedido", "PEDIDO"]),
        ("😀😀 hola 👋🏽 adiós", "hola adi", ["hola", "adi"]),
        ("foo_bar foo-bar", "bar", ["bar", "bar"]),
        ("nada de eso", "otro", []),
        ("Straße", "stras", ["Straß"]),
        ("e\u0301l dijo", "el", ["e\u0301l"]),
        ("a", "", []),
    ],
)
def test_words_are_marked_as_they_are_found(text: str, typed: str, marked: list[str]) -> None:
    assert shown(text, typed) == marked


def test_a_long_text_is_cut_around_the_first_word_found() -> None:
    text = "palabra " * 50 + "factura " + "palabra " * 50

    found = snippet(text, "factura")

    assert found.text.startswith("…palabra ")
    assert found.text.endswith("…")
    assert len(found.text) <= 162
    assert shown(text, "factura") == ["factura"]


def test_a_text_without_spaces_is_cut_all_the_same() -> None:
    found = snippet("x" * 1000, "nothing")

    assert (len(found.text), found.ranges) == (161, [])


def test_what_was_typed_is_taken_apart_into_plain_words() -> None:
    assert words_of("  José, +34 600-1 ") == ["jose", "34", "600", "1"]
