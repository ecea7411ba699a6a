"""Second factors: which are asked for, what a code looks like, how long a challenge lives. No I/O."""

import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

STEP: Final = timedelta(seconds=30)  # RFC 6238
_NEIGHBOURS: Final = (0, -1, 1)  # clocks differ: the code before and the one after are taken too
CHALLENGE_LIVES: Final = timedelta(minutes=5)
MOST_TRIES: Final = 5
PROOF_LIVES: Final = timedelta(minutes=10)
RECOVERY_CODES: Final = 10
# Read aloud and written by hand: without what looks like something else.
ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyz"
RECOVERY_LENGTH: Final = (
    24  # of 31 characters: 118 bits, so that a fast hash of it is enough; earlier ones have 79
)
_GROUP: Final = 4
_DIGITS: Final = re.compile(r"[0-9]{6}")


class Method(StrEnum):
    """How somebody shows a second time who they are."""

    TOTP = "totp"
    PASSKEY = "passkey"
    RECOVERY = "recovery"


class Purpose(StrEnum):
    """What a challenge is for; it serves no other."""

    SECOND_FACTOR = "second_factor"
    PASSKEY_SIGN_IN = "passkey_sign_in"
    PASSKEY_ADDED = "passkey_added"
    PROOF = "proof"


def methods_for(*, totp: bool, passkeys: int, recovery_codes: int) -> list[Method]:
    """Return what may follow a right password; nothing where the user has no second factor.

    Recovery codes alone are none: they are for who has lost the one they had.
    """
    own = [Method.TOTP] * totp + [Method.PASSKEY] * bool(passkeys)
    return own + [Method.RECOVERY] * bool(recovery_codes) if own else []


def typed_code(text: str) -> str | None:
    """Return the six digits somebody typed, however they spaced them; None where it is no such code."""
    digits = re.sub(r"[\s-]", "", text)
    return digits if _DIGITS.fullmatch(digits) else None


def typed_recovery_code(text: str) -> str:
    """Return a recovery code as it was made, however it was typed."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


def shown_recovery_code(code: str) -> str:
    """Return a recovery code in groups, to be read."""
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def steps_around(now: datetime) -> list[int]:
    """Return the time steps whose codes are taken at ``now``, the likeliest first."""
    step = int(now.timestamp() // STEP.total_seconds())
    return [step + neighbour for neighbour in _NEIGHBOURS]


def needs_proof(proved_at: datetime | None, *, now: datetime) -> bool:
    """Tell whether it is too long ago that somebody showed who they are, or they never did (None)."""
    return proved_at is None or now - proved_at > PROOF_LIVES
