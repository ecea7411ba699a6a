"""What the control API refuses, with the sentence for whoever typed the request."""

import json
from typing import Any


class ControlRefusal(Exception):
    """A request to the control API that cannot be done."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def not_found(what: str, name: str) -> ControlRefusal:
    """Return the refusal for something that is not there."""
    return ControlRefusal(404, f"there is no {what} {name!r}")


def bad_request(sentence: str) -> ControlRefusal:
    """Return the refusal for a request that makes no sense."""
    return ControlRefusal(400, sentence)


def loose_object(raw: bytes) -> dict[str, Any]:
    """Return a JSON object read without strictness: U+0000 and lone surrogates pass, to be sent on.

    Raises:
        ControlRefusal: it is no JSON object.
    """
    try:
        value = json.loads(raw or b"{}")
    except ValueError as error:
        raise bad_request(f"the body is no JSON: {error}") from None
    if not isinstance(value, dict):
        raise bad_request("the body must be a JSON object")
    return value
