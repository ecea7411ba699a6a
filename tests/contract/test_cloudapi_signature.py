"""Only what Meta signed over the bytes as they came is Meta's."""

import hashlib
import hmac
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curbe.channels.cloudapi.webhook import is_signed

CORPUS = Path(__file__).parents[3] / "shared/corpus/signature"
SECRET, OLD, STRANGER = b"the app's secret", b"the secret before it", b"another app's secret"
BODY = rb'{"object":"whatsapp_business_account","entry":[{"id":"caf\u00e9","url":"https:\/\/a.b\/c"}]}'
# Computed with OpenSSL: openssl dgst -sha256 -hmac "the app's secret" over BODY.
SIGNED = "sha256=ff4670b7225a3a362957cb02c72ed75af45394208850a4dd45a80ebc4a87490c"


def signature(body: bytes, secret: bytes) -> str:
    return "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()


@pytest.mark.parametrize("header", [SIGNED, SIGNED.encode()])
def test_a_signed_body_is_recognised_by_its_secret(header: str | bytes) -> None:
    assert is_signed(BODY, header, [OLD, SECRET]) == 1


def test_the_previous_secret_still_counts_while_it_is_configured() -> None:
    header = signature(BODY, OLD)

    assert is_signed(BODY, header, [SECRET, OLD]) == 1
    assert is_signed(BODY, header, [SECRET]) is None


def test_a_body_that_was_parsed_and_written_again_is_not_what_was_signed() -> None:
    assert is_signed(json.dumps(json.loads(BODY)).encode(), SIGNED, [SECRET]) is None


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "sha256=",
        SIGNED.removeprefix("sha256="),
        SIGNED.upper(),
        "SHA256" + SIGNED[6:],
        SIGNED + " ",
        " " + SIGNED,
        SIGNED + "0",
        SIGNED[:-1],
        "sha256=" + "0" * 64,
        "sha1=" + hmac.new(SECRET, BODY, hashlib.sha1).hexdigest(),
        signature(BODY, STRANGER),
        signature(BODY + b"\n", SECRET),
        SIGNED + "," + SIGNED,
        "sha256=\u0660" + SIGNED[8:],
    ],
)
def test_anything_but_the_exact_header_is_refused(header: str | None) -> None:
    assert is_signed(BODY, header, [SECRET, OLD]) is None


def test_without_a_secret_nothing_is_signed() -> None:
    assert is_signed(BODY, signature(BODY, b"x"), []) is None


def test_an_empty_secret_is_a_mistake_not_a_key() -> None:
    with pytest.raises(ValueError, match="empty"):
        is_signed(BODY, signature(BODY, b""), [SECRET, b""])


@given(place=st.integers(0, len(BODY) * 8 - 1))
def test_one_bit_changed_anywhere_breaks_the_signature(place: int) -> None:
    changed = bytearray(BODY)
    changed[place // 8] ^= 1 << place % 8

    assert is_signed(bytes(changed), SIGNED, [SECRET]) is None


@pytest.mark.skipif(
    not CORPUS.exists(), reason="the sample payloads lie beside the checkout, and are not there"
)
def test_the_signed_sample_body_is_recognised_and_the_reserialised_one_is_not() -> None:
    vector = json.loads((CORPUS / "vector.json").read_text())
    body = (CORPUS / vector["body_file"]).read_bytes()
    secrets = [vector["app_secret"].encode()]

    assert is_signed(body, vector["x_hub_signature_256"], secrets) == 0
    assert is_signed(body, vector["wrong_if_reserialised"], secrets) is None
