"""Secrets never show themselves, open only where they were sealed, and survive a change of keys."""

import copy
import json
import pickle

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curbe.infra import crypto
from curbe.infra.crypto import Keyring, Secret

CANARY = "EAAcanary0123456789abcdef"
PLACE = crypto.binding("channel_connections", "tenant-1", "row-1", "access_token")


def keyring() -> Keyring:
    return Keyring.from_base64(crypto.fresh_key())


class Holder(msgspec.Struct):
    token: Secret


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        "{}".format,
        "{:>40}".format,
        lambda secret: f"{secret!r} {secret}",
        lambda secret: "%s" % secret,  # noqa: UP031 - the old way of formatting must mask too
        lambda secret: repr([secret]),
        lambda secret: repr(Holder(token=secret)),
        lambda secret: repr(copy.deepcopy({"token": secret})),
    ],
)
def test_a_secret_shows_only_stars(show) -> None:
    shown = show(Secret(CANARY))

    assert "***" in shown
    assert "canary" not in shown


@pytest.mark.parametrize(
    "write",
    [json.dumps, msgspec.json.encode, msgspec.to_builtins, pickle.dumps, vars, msgspec.msgpack.encode],
)
def test_no_serialiser_writes_a_secret(write) -> None:
    with pytest.raises(TypeError) as refused:
        write(Secret(CANARY))

    assert "canary" not in str(refused.value)


def test_a_secret_is_recognised_by_its_last_four_and_its_fingerprint() -> None:
    secret = Secret(CANARY)

    assert secret.reveal() == CANARY
    assert secret.last4() == "cdef"
    assert len(secret.fingerprint()) == 16
    assert secret.fingerprint() == Secret(CANARY).fingerprint() != Secret(CANARY + "x").fingerprint()
    assert secret == Secret(CANARY) != Secret(CANARY + "x")
    assert secret != CANARY


def test_a_short_secret_gives_no_characters_away() -> None:
    assert Secret("hunter2").last4() == ""


def test_a_secret_does_not_change() -> None:
    secret = Secret(CANARY)

    with pytest.raises(AttributeError):
        secret._text = "other"
    with pytest.raises(AttributeError):
        del secret._text
    assert secret.reveal() == CANARY


@pytest.mark.parametrize("text", ["", "EAA\ud800"])
def test_what_can_be_no_secret_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a secret must not"):
        Secret(text)


@given(st.text(min_size=1, alphabet=st.characters(exclude_categories=["Cs"])))
def test_what_was_sealed_opens_in_its_place(text: str) -> None:
    keys = keyring()

    sealed = keys.seal(Secret(text), bound_to=PLACE)

    assert keys.open(sealed, bound_to=PLACE).reveal() == text


def test_the_same_secret_never_looks_the_same_twice() -> None:
    keys = keyring()

    assert len({keys.seal(Secret(CANARY), bound_to=PLACE) for _ in range(100)}) == 100


def test_a_sealed_secret_moved_to_any_other_place_does_not_open() -> None:
    keys = keyring()
    places = [
        crypto.binding(table, tenant, row, column)
        for table in ("channel_connections", "users")
        for tenant in ("tenant-1", "tenant-2")
        for row in ("row-1", "row-2")
        for column in ("access_token", "app_secret")
    ]
    sealed = {place: keys.seal(Secret(CANARY), bound_to=place) for place in places}

    for place, text in sealed.items():
        for other in places:
            if other == place:
                assert keys.open(text, bound_to=other).reveal() == CANARY
            else:
                with pytest.raises(crypto.WrongBinding):
                    keys.open(text, bound_to=other)


def test_a_sealed_secret_altered_anywhere_does_not_open() -> None:
    keys = keyring()
    sealed = keys.seal(Secret(CANARY), bound_to=PLACE)
    start = len("v1..") + len(keys.current_key_id)

    for at in range(start, len(sealed) - 2):
        altered = sealed[:at] + ("A" if sealed[at] != "A" else "B") + sealed[at + 1 :]
        with pytest.raises(crypto.WrongBinding):
            keys.open(altered, bound_to=PLACE)


@pytest.mark.parametrize(
    "text", ["", "v1", "v1.x", "v1..AAAA", "v2.abc.AAAA", "plain token", "v1.abc.!!!", "v1.abc.ñ"]
)
def test_a_text_nobody_sealed_is_told_apart(text: str) -> None:
    with pytest.raises(crypto.NotSealed):
        keyring().open(text, bound_to=PLACE)


def test_after_a_rotation_the_old_secrets_open_and_the_new_need_only_the_new_key() -> None:
    old, new = crypto.fresh_key(), crypto.fresh_key()
    sealed_before = Keyring.from_base64(old).seal(Secret(CANARY), bound_to=PLACE)

    rotating = Keyring.from_base64(new, retired=[old])
    assert not rotating.is_current(sealed_before)
    resealed = rotating.seal(rotating.open(sealed_before, bound_to=PLACE), bound_to=PLACE)

    assert rotating.is_current(resealed)
    assert Keyring.from_base64(new).open(resealed, bound_to=PLACE).reveal() == CANARY
    with pytest.raises(crypto.UnknownKey):
        Keyring.from_base64(old).open(resealed, bound_to=PLACE)


def test_a_secret_under_an_unknown_key_says_which_setting_to_mend() -> None:
    sealed = keyring().seal(Secret(CANARY), bound_to=PLACE)

    with pytest.raises(crypto.UnknownKey, match="TOKEN_ENCRYPTION_KEYS_RETIRED"):
        keyring().open(sealed, bound_to=PLACE)


def test_each_purpose_has_its_own_key_and_every_process_derives_the_same() -> None:
    key = crypto.fresh_key()
    one, other = Keyring.from_base64(key), Keyring.from_base64(key)

    assert one.derive("cursors") == other.derive("cursors")
    assert len({one.derive("cursors"), one.derive("callback data"), crypto.key_from_base64(key)}) == 3
    assert len(one.derive("cursors")) == 32


def test_what_was_signed_before_a_rotation_can_still_be_checked() -> None:
    old, new = crypto.fresh_key(), crypto.fresh_key()
    before, after = Keyring.from_base64(old), Keyring.from_base64(new, retired=[old])

    assert after.derive_each("callback data") == (
        after.derive("callback data"),
        before.derive("callback data"),
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("not base64 at all", "not base64"),
        ("c2hvcnQ=", "holds 5 bytes"),
        ("QUFB" * 20, "holds 60 bytes"),
        ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "all zeros"),
    ],
)
def test_a_bad_key_is_refused_with_its_reason_and_without_itself(text: str, why: str) -> None:
    with pytest.raises(crypto.BadKey, match=why) as refused:
        Keyring.from_base64(Secret(text))

    assert text not in str(refused.value)


def test_a_key_may_be_written_in_either_base64_alphabet() -> None:
    key = Secret("+/+/" + crypto.fresh_key().reveal()[4:])
    same = Secret(key.reveal().replace("+", "-").replace("/", "_"))

    assert Keyring.from_base64(key).current_key_id == Keyring.from_base64(same).current_key_id


def test_a_keyring_shows_key_ids_and_no_keys() -> None:
    key = crypto.fresh_key()
    keys = Keyring.from_base64(key)

    assert repr(keys) == f"Keyring({keys.current_key_id})"
    with pytest.raises(TypeError):
        pickle.dumps(keys)


@pytest.mark.parametrize("parts", [(), ("a", ""), ("a|b", "c")])
def test_two_places_can_never_share_a_name(parts: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="binding"):
        crypto.binding(*parts)


def test_a_secret_is_never_sealed_for_nowhere_and_no_key_derived_for_nothing() -> None:
    with pytest.raises(ValueError, match="bound_to"):
        keyring().seal(Secret(CANARY), bound_to="")
    with pytest.raises(ValueError, match="purpose"):
        keyring().derive("")


def test_tokens_are_long_random_and_found_again_by_their_hash() -> None:
    tokens = {crypto.random_token("curbe_live_").reveal() for _ in range(100)}

    assert len(tokens) == 100
    for token in tokens:
        assert token.startswith("curbe_live_")
        assert len(token) == len("curbe_live_") + 43
        assert crypto.key_hash(token) == crypto.key_hash(Secret(token)) == crypto.key_hash(token.encode())
    assert len({crypto.key_hash(token) for token in tokens}) == 100
