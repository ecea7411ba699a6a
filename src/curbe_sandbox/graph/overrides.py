"""Alternate callbacks of a WABA or a number: reading the request, and Meta's handshake with the callback."""

from typing import Any, Final

from curbe_sandbox.errors import bad_parameter, refusal
from curbe_sandbox.graph.ask import Ask
from curbe_sandbox.sandbox import Sandbox
from curbe_sandbox.state import Override
from curbe_sandbox.wire import json_object

_LONGEST_CALLBACK: Final = 200  # characters [override, Dec 2025]


def override_in(ask: Ask) -> Override | None:
    """Return the override callback in the request's body, None where it has none.

    Raises:
        GraphRefusal: half of it is missing, or the address is too long.
    """
    body = json_object(ask.call.body) if ask.call.body.strip() else {}
    if body is None:
        raise bad_parameter("The body must be a JSON object.")
    return override_from(body)


def override_from(body: dict[str, Any]) -> Override | None:
    """Return the override that these fields ask for, None where they ask for none or clear it.

    Raises:
        GraphRefusal: half of it is missing, or the address is too long.
    """
    uri, token = body.get("override_callback_uri", ""), body.get("verify_token", "")
    if not isinstance(uri, str) or not isinstance(token, str):
        raise bad_parameter("Param override_callback_uri must be a string.")
    if not uri:
        return None
    if not token:
        raise bad_parameter("The parameter verify_token is required.")
    if len(uri) > _LONGEST_CALLBACK:
        raise bad_parameter(
            f"Param override_callback_uri must be at most {_LONGEST_CALLBACK} characters long."
        )
    return Override(callback_uri=uri, verify_token=token)


async def verified_override(box: Sandbox, override: Override) -> Override:
    """Return the override once its callback has answered Meta's handshake.

    Raises:
        GraphRefusal: the callback answered wrongly or not at all.
    """
    wrong = await box.webhooks.poster.handshake(override.callback_uri, override.verify_token)
    if wrong is not None:
        raise refusal(100, f"Callback verification failed: {wrong}.", subcode=2200)
    return override
