"""Whose word on certificates the programs of the tests take: that of one authority, whose key nobody has, in place of all the world's.

No test asks a server that one of those vouches for, but for uv, which may fetch packages. Whatever loads aiohttp reads all of them twice,
for twenty-five milliseconds each time.
"""

import os
from pathlib import Path
from typing import Final

_FILE: Final = "SSL_CERT_FILE"
_OF_THE_WORLD: Final = (
    "SSL_CERT_FILE_OF_THE_WORLD"  # what it was before the tests; workers of theirs inherit both
)


def take_nobodys_word() -> None:
    """Have this process and all that it begins believe the one authority."""
    os.environ.setdefault(_OF_THE_WORLD, os.environ.get(_FILE, ""))
    os.environ[_FILE] = str(Path(__file__).with_name("authority.pem"))


def environment_of_the_world() -> dict[str, str]:
    """Return the environment of a program that asks a server of the world's."""
    environment = {name: value for name, value in os.environ.items() if name not in {_FILE, _OF_THE_WORLD}}
    world = os.environ.get(_OF_THE_WORLD, "")
    return environment | ({_FILE: world} if world else {})
