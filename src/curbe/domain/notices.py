"""What a provider tells beyond messages and statuses: values that cross from channels to features.

Every one has its moment ``at`` and, where two share it, a ``tie`` that decides: so the latest wins in whatever order they come.
"""

from datetime import datetime

import msgspec

from curbe.domain.messages import MessageAmended, Person, Reacted
from curbe.domain.status import MessageStatus


class HealthReported(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One fact about an account or a number, by the name under which the latest counts.

    It is about every number of the WABA, unless it names one by ``phone_number_id`` or ``display_phone_number`` (digits), or those
    connected through one app by ``app_id``. ``value`` is the provider's word; ``detail`` is for people.
    """

    name: str
    value: str
    at: datetime
    tie: str = ""
    detail: str | None = None
    until: datetime | None = None
    phone_number_id: str | None = None
    display_phone_number: str | None = None
    app_id: str | None = None


class TemplateStatus(msgspec.Struct, frozen=True, gc=False):
    """``status`` in the words of the API, ``event`` in those of the webhook; ``rejected_reason`` is the provider's word."""

    status: str
    event: str
    rejected_reason: str | None = None
    detail: str | None = None


class Correction(msgspec.Struct, frozen=True, gc=False):
    """The category the provider will give a template, and from when; without a category: there is none to come any more."""

    category: str | None
    from_: datetime | None = None


class TemplateReported(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one notice tells of a template; a part it does not speak of is None. ``components`` is a JSON list in the API's shape."""

    template_id: str
    name: str | None
    language: str | None
    at: datetime
    tie: str
    status: TemplateStatus | None = None
    quality: str | None = None
    category: str | None = None
    correction: Correction | None = None
    components: str | None = None


class PreferenceStated(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A person said whether they want messages of a category: ``value`` is stop, resume or signup."""

    person: Person
    category: str
    value: str
    at: datetime
    detail: str | None = None


class ContactNamed(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Somebody stands under this name in the address book of the business's own phone."""

    person: Person
    name: str
    at: datetime


class MessageEchoed(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A message to ``person`` that somebody else than Curbe sent from the business's number: ``sender`` is ``app`` or ``meta_agent``.

    ``payload`` is Meta's own JSON object of the message.
    """

    provider_message_id: str
    person: Person
    sender: str
    type: str
    text: str | None
    payload: str
    at: datetime
    reply_to: str | None = None


class PastMessage(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A message from before the number was connected: the person's, or (``outbound``) one written in the app.

    ``reached`` is how far an outbound one has come; None where the provider does not say.
    """

    provider_message_id: str
    person: Person
    outbound: bool
    type: str
    text: str | None
    payload: str
    at: datetime
    reply_to: str | None = None
    reached: MessageStatus | None = None


class PastFile(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The content of a message of history that keeps a place for a file.

    ``message`` is all of it as it tells it by itself; None where it does not say with whom it was.
    """

    provider_message_id: str
    type: str
    text: str | None
    payload: str
    message: PastMessage | None


# An amendment or a reaction here is the business's own, made where it is not us.
Effect = (
    HealthReported
    | TemplateReported
    | PreferenceStated
    | ContactNamed
    | MessageEchoed
    | MessageAmended
    | Reacted
    | PastMessage
    | PastFile
)
