"""What a notice is about: a number, its WABA, and where it matters a template and a person."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from curbe_sandbox.people import contact_of
from curbe_sandbox.state import Person, PhoneNumber, Template, Waba
from curbe_sandbox.statuses import metadata


@dataclass(frozen=True, slots=True)
class About:
    """The things a notice names."""

    number: PhoneNumber
    waba: Waba
    template: Template
    person: Person
    now: datetime  # aware, UTC

    @property
    def seconds(self) -> int:
        """The moment, in unix seconds."""
        return int(self.now.timestamp())

    @property
    def of_number(self) -> dict[str, Any]:
        """How a value begins that is about one number."""
        return {"messaging_product": "whatsapp", "metadata": metadata(self.number)}

    @property
    def of_template(self) -> dict[str, Any]:
        """How a value names a template; the id is a number, unlike everywhere else."""
        return {
            "message_template_id": int(self.template.id),
            "message_template_name": self.template.name,
            "message_template_language": self.template.language,
        }

    @property
    def contact(self) -> dict[str, Any]:
        """How a value introduces the person."""
        return contact_of(self.person, user_ids=True)


Notice = Callable[[About], dict[str, Any]]  # returns the value of the webhook
