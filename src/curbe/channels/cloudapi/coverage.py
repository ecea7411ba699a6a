"""What of the Cloud API is covered, told from the code: docs/reference/coverage.md is this module's text.

A test holds the two together.
"""

import textwrap
from collections.abc import Iterable, Sequence
from typing import Final, get_args

from curbe.channels.cloudapi.fields import FIELDS, TO_SUBSCRIBE
from curbe.domain.content import KINDS
from curbe.domain.interactive import Interactive
from curbe.domain.template import Component

# Inbound `messages[].type` -> where it is stored, and what the API shows of it (`content.kind`, or what it changes).
INBOUND: Final[dict[str, tuple[str, str]]] = {
    "text": ("messages", "text"),
    "image": ("messages, media_assets", "media"),
    "audio": ("messages, media_assets", "media; a voice note with duration and peaks"),
    "voice": ("messages, media_assets", "media; the name of voice notes in old payloads"),
    "video": ("messages, media_assets", "media"),
    "document": ("messages, media_assets", "media"),
    "sticker": ("messages, media_assets", "media"),
    "location": ("messages", "location"),
    "contacts": ("messages", "contacts"),
    "interactive": ("messages", "reply, flow_reply (a payment method and an address too) or call_permission"),
    "button": ("messages", "button"),
    "order": ("messages", "order"),
    "system": ("messages; a new number or user id: contact_aliases", "system"),
    "request_welcome": ("messages", "request_welcome"),
    "unsupported": ("messages", "unsupported, with Meta's reason"),
    "unknown": ("messages", "unsupported; the name of it in old payloads"),
    "reaction": ("message_reactions", "reactions of the message it is about; no line of its own"),
    "edit": ("message_revisions", "the message as it reads now, edited_at; what was said is kept"),
    "revoke": ("messages.revoked_at", "that the message was taken back; what was said is kept"),
}
STATUSES: Final = ("sent", "delivered", "read", "played", "failed")

# What of Graph no code here calls: the place, and what there is instead.
UNUSED: Final = (
    ("`{phone_number_id}/whatsapp_business_profile`", "the business profile: in the WhatsApp Manager"),
    ("`{phone_number_id}/block_users`", "Curbe's own block stops what is sent; Meta is not told"),
    ("`{phone_number_id}/message_qrdls`", "QR codes and short links: in the WhatsApp Manager"),
    ("`{phone_number_id}/marketing_messages`", "marketing templates go through `messages`"),
    ("`{phone_number_id}/conversational_automation`", "ice breakers and commands: in the WhatsApp Manager"),
    ("`{phone_number_id}/whatsapp_commerce_settings`", "the cart and the catalogue: in the Commerce Manager"),
    ("`{phone_number_id}/username`", "claiming one: in the WhatsApp Manager; what becomes of it is shown"),
    ("`{phone_number_id}/contact_book`", "Curbe's contacts are its own"),
    ("`{phone_number_id}/deregister`", "in the WhatsApp Manager"),
    ("`{phone_number_id}/request_code`, `verify_code`", "verifying a number: in the WhatsApp Manager"),
    (
        "`{phone_number_id}`, `{waba_id}/subscribed_apps` with an override",
        "another callback: it is told where one is set, and stays",
    ),
    ("`{phone_number_id}/groups`", "declined: groups; what comes from one is received"),
    ("`{phone_number_id}/calls`", "declined: the Calling API"),
    ("`{waba_id}/flows`", "making flows: in the WhatsApp Manager; one that exists can be sent"),
    ("`message_template_library`", "templates are written here or there, not copied from it"),
    ("`{waba_id}?fields=analytics`, `template_analytics`, `pricing_analytics`", "reports count what is here"),
)


def coverage_page() -> str:
    """Return the whole reference page."""
    return "\n".join(
        [
            "# What of the Cloud API is covered",
            "",
            "Made from the code (`python -m curbe.channels.cloudapi.coverage`); a test fails when the two differ.",
            "What is planned and what is declined stands in [what of WhatsApp is implemented](../whatsapp.md).",
            "",
            "## Messages",
            "",
            *_table(("type", "out", "in", "stored", "shown"), _message_rows()),
            "",
            "A type that is not here is stored with its payload and shown as `other`; one that came with an error in place of its",
            "content, as `unsupported` with the error's words. Every message may carry what it quotes,",
            "that it was passed on, the ad it came from and its group: `context`, `referral`, `group_id`.",
            "",
            "`interactive`, out: " + ", ".join(f"`{tag}`" for tag in _tags(Interactive)) + ".",
            "",
            "`template`, out, components: " + ", ".join(f"`{tag}`" for tag in _tags(Component)) + ".",
            "",
            "Beside messages, out: mark as read, typing indicator.",
            "",
            "## Statuses",
            "",
            "In: "
            + ", ".join(f"`{status}`" for status in STATUSES)
            + ", each with its earliest time, price and error; `held_for_quality_assessment`",
            "and `paused` as Meta answers them. Others are counted as `unknown_status` and kept in the webhook log.",
            "",
            "## Webhook fields",
            "",
            "Subscribe Meta's app to those that change something; the others may be subscribed to, and are kept and told:",
            *textwrap.wrap(", ".join(f"`{field}`" for field in TO_SUBSCRIBE) + ".", 140),
            "",
            *_table(("field", "in", "stored", "shown", "effect"), _field_rows()),
            "",
            "Whatever is stored as a notice can be read as it came: `GET .../whatsapp/notices`. A field that is not here is kept so too,",
            "told as `notice_received` and counted as `unknown_field`.",
            "",
            "## Of Graph, not used",
            "",
            *_table(("call", "instead"), UNUSED),
            "",
        ]
    )


def _message_rows() -> list[tuple[str, ...]]:
    out = set(KINDS.values())
    rows = []
    for kind in sorted(out | INBOUND.keys()):
        stored, shown = INBOUND.get(kind, ("messages", "its content as it was sent"))
        rows.append((f"`{kind}`", _yes(kind in out), _yes(kind in INBOUND), stored, shown))
    return rows


def _field_rows() -> list[tuple[str, ...]]:
    return [
        (f"`{field}`", effect.in_, effect.stored, effect.shown, effect.effect)
        for field, effect in sorted(FIELDS.items())
    ]


def _yes(there: bool) -> str:  # noqa: FBT001 - it turns a truth into a word
    return "yes" if there else "no"


def _tags(union: object) -> list[str]:
    return [str(kind.__struct_config__.tag) for kind in get_args(union)]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [
        f"| {' | '.join(head)} |",
        f"| {' | '.join('---' for _ in head)} |",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


if __name__ == "__main__":
    print(coverage_page(), end="")  # noqa: T201 - the page is what this program is for
