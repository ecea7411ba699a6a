"""What is replaced within Litestar is what Litestar asks: a newer one that renames it fails here."""

from collections.abc import AsyncGenerator
from typing import Any

import msgspec
import pytest
from litestar import _multipart
from litestar._signature import model

from curbe.infra import litestar_parsers

litestar_parsers.replace()


class Inner(msgspec.Struct):
    number: int


class Outer(msgspec.Struct):
    inner: Inner


def test_the_pattern_of_a_wrong_values_place_is_the_one_that_litestar_asks() -> None:
    reads = model.SignatureModel.parse_values_from_connection_kwargs.__func__  # type: ignore[attr-defined] - of a class method

    assert reads.__globals__["ERR_RE"] is litestar_parsers._PLACE
    assert "ERR_RE" in reads.__code__.co_names


@pytest.mark.parametrize(
    ("sent", "place"), [({"inner": {"number": "x"}}, "inner.number"), ({"inner": 1}, "inner"), (1, None)]
)
def test_it_finds_the_place_in_msgspecs_words(sent: Any, place: str | None) -> None:
    with pytest.raises(msgspec.ValidationError) as refused:
        msgspec.convert(sent, Outer)

    found = litestar_parsers._PLACE.search(str(refused.value))
    assert (found and found[1]) == place


def test_the_parser_of_forms_is_the_one_that_litestar_asks() -> None:
    reads = _multipart.parse_multipart_form

    assert reads.__globals__["PushMultipartParser"] is litestar_parsers._Parts
    assert "PushMultipartParser" in reads.__code__.co_names


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("charset", "text"),
    [("utf-8", "é"), ("ISO-8859-1", "Ã©"), ("punycode", "é"), ("idna", "é"), ("no-such", "é"), ("", "é")],
)
async def test_a_part_of_a_form_is_in_an_encoding_of_text_or_in_utf8(charset: str, text: str) -> None:
    async def sent() -> AsyncGenerator[bytes]:
        head = (
            f'Content-Disposition: form-data; name="a"\r\nContent-Type: text/plain; charset={charset}\r\n\r\n'
        )
        yield f"--x\r\n{head}é\r\n--x--\r\n".encode()

    assert await _multipart.parse_multipart_form(stream=sent(), boundary=b"x") == {"a": text}
