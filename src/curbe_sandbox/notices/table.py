"""Every field and event that can be sent by name."""

from typing import Final

from curbe_sandbox.notices import account, number, template
from curbe_sandbox.notices.about import Notice

NOTICES: Final[dict[str, dict[str, Notice]]] = {**account.FIELDS, **template.FIELDS, **number.FIELDS}
