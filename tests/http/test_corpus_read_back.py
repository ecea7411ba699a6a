"""Each sample webhook is applied and read again over HTTP, wamid by wamid, and says what it said: nothing is lost, nothing is misread.

Each sample has tenants and numbers of its own, so that it meets no other. What it speaks of is there first: the message that is reacted
to, edited or taken back, the message of ours that a status is about.
"""

import asyncio
import json
import zlib
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from bed import postgres
from bed.api import api, key_of
from bed.appliers import drain
from bed.lossless import (
    FILES,
    Said,
    changes_of,
    content_of,
    context_of,
    items_of,
    moment,
    present,
    referral_of,
    searchable,
    type_of,
)
from bed.rows import NOW, Number, insert_conversation, insert_number, insert_sent
from bed.webhooks import change, deliver, envelope
from curbe.domain.access import Scope
from curbe.infra.db import Pool, Role

Json = dict[str, Any]
_CORPUS = Path(__file__).parents[3] / "shared/corpus/webhooks"
PATHS = sorted(path for path in _CORPUS.rglob("*.json") if path.name != "INDEX.json")
BESIDE = ("edit", "revoke", "reaction")
EARLIER = "1500000000"
if not PATHS:
    pytest.skip("the sample payloads lie beside the checkout, and are not there", allow_module_level=True)


@dataclass(slots=True)
class Sample:
    """A payload with numbers and WABAs of its own, and what was read of it over HTTP."""

    name: str
    payload: Json
    numbers: dict[str, Number] = field(default_factory=dict)
    messages: dict[tuple[str, str], Json] = field(default_factory=dict)  # phone_number_id, wamid
    conversations: dict[str, Json] = field(default_factory=dict)
    people: dict[str, Json] = field(default_factory=dict)  # by the conversation's id
    notices: list[Json] = field(default_factory=list)
    events: list[Json] = field(default_factory=list)
    templates: list[Json] = field(default_factory=list)
    connections: list[Json] = field(default_factory=list)
    set_aside: list[Json] = field(default_factory=list)

    def told(self, said: Said, wamid: str) -> Json | None:
        return self.messages.get((said.value["metadata"]["phone_number_id"], wamid))


def with_ids_of_its_own(payload: Any, n: int) -> Any:
    """Rename numbers and WABAs, wherever they stand."""
    if isinstance(payload, list):
        return [with_ids_of_its_own(each, n) for each in payload]
    if not isinstance(payload, dict):
        return payload
    renamed = {name: with_ids_of_its_own(value, n) for name, value in payload.items()}
    for name in ("phone_number_id", "waba_id"):
        if isinstance(renamed.get(name), str) and renamed[name]:
            renamed[name] = _own(renamed[name], n)
    if "changes" in renamed and isinstance(renamed.get("id"), str) and renamed["id"]:
        renamed["id"] = _own(renamed["id"], n)
    return renamed


def with_names_of_their_own(payload: Json) -> Json:
    """Some samples give two messages one name: each later one gets another."""
    seen: set[str] = set()
    for said in items_of(payload, "messages"):
        if said.item.get("id") in seen:
            said.item["id"] += f".{len(seen)}"
        seen.add(said.item.get("id", ""))
    return payload


def _own(name: str, n: int) -> str:
    return f"{n:04}{zlib.crc32(name.encode())}"


@pytest.fixture(scope="module")
def samples(postgres_server: postgres.Server) -> dict[str, Sample]:
    """Every sample, applied and read."""
    with postgres_server.fresh() as dsn:
        return asyncio.run(_applied(dsn))


async def _applied(dsn: str) -> dict[str, Sample]:
    found = {path.name: _sample(path, n) for n, path in enumerate(PATHS)}
    async with AsyncExitStack() as stack:
        owner = await asyncpg.connect(dsn)
        stack.push_async_callback(owner.close)
        web, apply = [await Pool.open(dsn, role) for role in (Role.WEB, Role.APPLY)]
        stack.push_async_callback(web.close)
        stack.push_async_callback(apply.close)
        for sample in found.values():
            await _settle_in(owner, sample)
        await drain(apply)
        for sample in found.values():
            await deliver(owner, json.dumps(sample.payload).encode())
        await drain(apply)
        _, key = await key_of(web, None, scopes=Scope)
        client = await stack.enter_async_context(api(web, key=key))
        for sample in found.values():
            await _read(client, sample)
    return found


def _sample(path: Path, n: int) -> Sample:
    return Sample(path.name, with_names_of_their_own(with_ids_of_its_own(json.loads(path.read_text()), n)))


_SHOWN = ("display_phone_number", "phone_number")


async def _settle_in(owner: asyncpg.Connection, sample: Sample) -> None:
    for entry in sample.payload["entry"]:
        for one in changes_of({"entry": [entry]}):
            value = one.get("value") or {}
            waba_id = (value.get("waba_info") or {}).get("waba_id") or entry["id"]
            about = value.get("metadata") or value.get("phone_number_settings") or {}
            number = about.get("phone_number_id") or f"of {waba_id}"
            if number not in sample.numbers:
                tenant = next(iter(sample.numbers.values())).tenant_id if sample.numbers else None
                sample.numbers[number] = await insert_number(
                    owner, tenant, phone_number_id=number, waba_id=waba_id
                )
                shown = next(
                    (part[name] for part in (about, value) for name in _SHOWN if part.get(name)), None
                )
                if shown:
                    await owner.execute(
                        "UPDATE channel_connections SET phone_number_e164 = $2 WHERE id = $1",
                        sample.numbers[number].connection_id,
                        f"+{''.join(filter(str.isdigit, str(shown)))}",
                    )
    await _send_what_is_reported(owner, sample)
    for number, message in _spoken_of(sample):
        changes = {"field": message.pop("field", "messages"), "value": {**change(number)["value"], **message}}
        await deliver(owner, envelope([{"id": sample.numbers[number].waba_id, "changes": [changes]}]))


async def _send_what_is_reported(owner: asyncpg.Connection, sample: Sample) -> None:
    known: dict[str, UUID] = {}
    sent: set[tuple[str, str]] = set()
    for said in items_of(sample.payload, "statuses"):
        number = sample.numbers[said.value["metadata"]["phone_number_id"]]
        to, wamid = said.item.get("recipient_id") or "34600000009", said.item["id"]
        if to not in known:
            known[to] = await insert_conversation(owner, number, wa_id=to, last_inbound_at=NOW)
        if (number.phone_number_id, wamid) not in sent:
            sent.add((number.phone_number_id, wamid))
            await insert_sent(
                owner, number, conversation_id=known[to], provider_message_id=wamid, accepted_at=NOW
            )


def _spoken_of(sample: Sample) -> Iterator[tuple[str, Json]]:
    """The messages that the sample speaks of and does not hold, written before."""
    there = {said.item.get("id") for said in plain(sample)}
    for said in items_of(sample.payload, "messages"):
        if (target := _target(said.item)) is not None and target not in there:
            first = _before(said, target, "from", "from_user_id")
            yield (
                said.value["metadata"]["phone_number_id"],
                {"messages": [first], "contacts": said.value.get("contacts", [])},
            )
    for said in items_of(sample.payload, "message_echoes", field="smb_message_echoes"):
        if (target := _target(said.item)) is not None:
            metadata = said.value["metadata"]
            first = _before(said, target, "from", "to", "to_user_id")
            yield (
                metadata["phone_number_id"],
                {"field": said.field, "metadata": metadata, "message_echoes": [first]},
            )


def _before(said: Said, target: str, *ends: str) -> Json:
    """What a message said before it was edited, taken back or reacted to: of the kind that it has afterwards."""
    inner = (said.item.get("edit") or {}).get("message") or {}
    kind = inner.get("type", "text")
    content = {"body": "before"} if kind == "text" else {**inner[kind], "caption": "before"}
    who = {name: said.item[name] for name in ends if name in said.item}
    return {"id": target, "timestamp": EARLIER, "type": kind, kind: content, **who}


def _target(item: Json) -> str | None:
    part = item.get(item.get("type", "")) if item.get("type") in BESIDE else None
    return None if part is None else part.get("message_id") or part.get("original_message_id")


async def _read(client: httpx.AsyncClient, sample: Sample) -> None:
    if not sample.numbers:
        return  # an envelope with nothing in it, which is nobody's
    tenant = next(iter(sample.numbers.values())).tenant_id
    number_of = {str(one.connection_id): one.phone_number_id for one in sample.numbers.values()}
    home = f"/api/tenants/{tenant}"
    for conversation in await _all(client, f"{home}/inbox/conversations?channel=whatsapp"):
        sample.conversations[conversation["id"]] = conversation
        sample.people[conversation["id"]] = await _one(
            client, f"{home}/contacts/{conversation['contact']['id']}"
        )
        for message in await _all(client, f"{home}/inbox/conversations/{conversation['id']}/messages"):
            sample.messages[number_of[message["connection_id"]], message["provider_message_id"]] = message
            if message.get("edited_at") or message.get("revoked_at"):
                path = f"{home}/inbox/conversations/{conversation['id']}/messages/{message['id']}/revisions"
                message["revisions"] = await _one(client, path)
    sample.notices = await _all(client, f"{home}/whatsapp/notices")
    sample.templates = await _all(client, f"{home}/templates")
    sample.connections = (await _one(client, f"{home}/whatsapp/status"))["connections"]
    sample.events = (await _one(client, f"{home}/events?limit=200"))["items"]
    for name in {*sample.numbers, *(entry["id"] for entry in sample.payload["entry"])}:
        for row in await _all(client, f"/api/operator/quarantine?phone_number_id={name}"):
            sample.set_aside.append(await _one(client, f"/api/operator/quarantine/{row['id']}"))


async def _one(client: httpx.AsyncClient, path: str) -> Any:
    answer = await client.get(path)
    assert answer.status_code == 200, (path, answer.text)
    return answer.json()


async def _all(client: httpx.AsyncClient, path: str) -> list[Json]:
    items: list[Json] = []
    cursor = ""
    while True:
        page = await _one(client, f"{path}{'&' if '?' in path else '?'}limit=100{cursor}")
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        cursor = f"&cursor={page['next_cursor']}"


def each(samples: dict[str, Sample]) -> Iterator[Sample]:
    """Each sample; what fails with one names it."""
    for name, sample in samples.items():
        print(f"at sample {name}")  # shown where a test fails
        yield sample


def plain(sample: Sample) -> list[Said]:
    """The messages that are lines of a conversation."""
    return [said for said in items_of(sample.payload, "messages") if said.item.get("type") not in BESIDE]


def test_each_message_is_read_back_as_it_came(samples: dict[str, Sample]) -> None:
    for sample in each(samples):
        for said in plain(sample):
            message = sample.told(said, said.item["id"])
            assert message is not None, said.item["id"]
            assert (message["direction"], message["type"]) == ("inbound", type_of(said.item))
            # Meta tells whole seconds; within its second a message stands where it arrived.
            assert message["created_at"][:19] == moment(said.item["timestamp"])[:19]
            assert message["payload"] == said.item
            assert message.get("reply_to") == (said.item.get("context") or {}).get("id")
            assert message.get("group_id") == said.item.get("group_id")
            assert message.get("context", {}) == context_of(said.item)
            assert message.get("referral", {}) == referral_of(said.item)


def test_each_message_is_shown_as_what_it_is(samples: dict[str, Sample]) -> None:
    for sample in each(samples):
        for said in plain(sample):
            message = sample.told(said, said.item["id"])
            wanted = content_of(said.item)
            assert message is not None
            if wanted is None:
                assert message["content"] == {"kind": "other", "type": said.item["type"]}
            else:
                assert present(**message["content"]) == wanted
            for word in searchable(said.item):
                assert word in (message["text"] or ""), (word, message["text"])


def test_each_file_waits_to_be_fetched(samples: dict[str, Sample]) -> None:
    for sample in each(samples):
        for said in plain(sample):
            kind = said.item.get("type")
            if kind in FILES:
                message = sample.told(said, said.item["id"])
                file = said.item[kind]
                assert message is not None
                assert message["media"] == {
                    "state": "pending",
                    **present(
                        mime_type=file.get("mime_type"),
                        filename=file.get("filename"),
                        voice=kind == "voice" or file.get("voice"),
                    ),
                }


def test_who_wrote_is_the_one_it_was(samples: dict[str, Sample]) -> None:
    for sample in each(samples):
        for said in plain(sample):
            message = sample.told(said, said.item["id"])
            assert message is not None
            person = sample.people[message["conversation_id"]]
            contact = _contact_of(said)
            system = said.item.get("system") or {}
            phone = said.item.get("from") or contact.get("wa_id")
            aliases = {alias["value"].lstrip("+") for alias in person["aliases"]}
            if phone and "." not in phone:
                assert _bare(phone) in {_bare(alias) for alias in aliases}, (phone, aliases)
            for bsuid in (
                said.item.get("from_user_id"),
                contact.get("user_id"),
                contact.get("parent_user_id"),
                system.get("user_id"),
            ):
                assert bsuid is None or bsuid in aliases
            profile = contact.get("profile") or {}
            assert profile.get("name") == person["contact"]["name"]
            assert (profile.get("username") or "").lstrip("@") == (
                person["contact"]["username"] or ""
            ).lstrip("@")


def _contact_of(said: Said) -> Json:
    """Who of ``contacts[]`` wrote this: one with another number or id is somebody else."""
    contacts = said.value.get("contacts") or []
    sender, user = said.item.get("from"), said.item.get("from_user_id")
    for contact in contacts:
        if (sender and contact.get("wa_id") == sender) or (user and contact.get("user_id") == user):
            return contact
    return contacts[0] if len(contacts) == 1 and not sender and not user else {}


def _bare(phone: str) -> str:
    """Digits, without what Brazil, Mexico and Argentina put in or leave out."""
    digits = "".join(filter(str.isalnum, phone))
    for code, put_in in (("55", "9"), ("52", "1"), ("54", "9")):
        if digits.startswith(code) and len(digits) > 11:
            at = 4 if code == "55" else 2
            if digits[at] == put_in:
                return digits[:at] + digits[at + 1 :]
    return digits


def test_each_reaction_stands_at_its_message(samples: dict[str, Sample]) -> None:
    for sample in each(samples):
        for said in items_of(sample.payload, "messages"):
            if said.item.get("type") != "reaction":
                continue
            message = sample.told(said, said.item["reaction"]["message_id"])
            assert message is not None
            emoji = said.item["reaction"].get("emoji")
            wanted = {"who": "contact", "emoji": emoji, "at": moment(said.item["timestamp"])}
            assert message.get("reactions", []) == ([wanted] if emoji else [])


def test_each_edit_and_revocation_changes_its_message_and_keeps_what_was_said(
    samples: dict[str, Sample],
) -> None:
    for sample in each(samples):
        both = [
            *items_of(sample.payload, "messages"),
            *items_of(sample.payload, "message_echoes", field="smb_message_echoes"),
        ]
        for said in both:
            if said.item.get("type") not in ("edit", "revoke"):
                continue
            message = sample.told(said, said.item[said.item["type"]]["original_message_id"])
            assert message is not None
            assert [one["text"] for one in message["revisions"]][:1] == ["before"]
            if said.item["type"] == "edit":
                inner = said.item["edit"]["message"]
                assert message["edited_at"] == moment(said.item["timestamp"])
                assert message["type"] == inner["type"]
                assert message["payload"].items() >= inner.items()
            else:
                assert message["revoked_at"] == moment(said.item["timestamp"])


def test_each_status_is_a_fact_of_its_message(samples: dict[str, Sample]) -> None:
    for sample in each(samples):
        for said in items_of(sample.payload, "statuses"):
            message = sample.told(said, said.item["id"])
            assert message is not None
            assert message[f"{said.item['status']}_at"] == moment(said.item["timestamp"])
            price = said.item.get("pricing") or {}
            wanted = present(
                **{name: price.get(name) for name in ("type", "category", "pricing_model", "billable")}
            )
            assert present(**message.get("pricing", {})) == wanted
            if said.item["status"] == "failed":
                [error, *_] = said.item["errors"]
                assert message["error"]["code"] == error["code"]
                assert {"es", "en", "pt"} == message["error"]["words"].keys()
                for told in (error.get("title"), (error.get("error_data") or {}).get("details")):
                    assert told is None or told in message["error"]["detail"]


def test_whatever_is_no_message_and_no_status_is_read_back_as_it_came_and_told(
    samples: dict[str, Sample],
) -> None:
    for sample in each(samples):
        wanted = []
        for one in changes_of(sample.payload):
            value = one.get("value")
            if one.get("field") != "messages":
                wanted.append((one.get("field") or "unknown", value))
            elif not any(value.get(name) for name in ("messages", "statuses", "errors")):
                wanted.append(("messages", value))
            wanted += [
                ("errors", error) for error in value.get("errors") or () if one.get("field") == "messages"
            ]
        found = [(notice["field"], notice["payload"]) for notice in sample.notices]

        for one in wanted:
            assert one in found
        told = [event["data"]["id"] for event in sample.events if event["type"] == "notice_received"]
        assert sorted(told) == sorted(notice["id"] for notice in sample.notices)


def test_nothing_of_a_sample_is_set_aside(samples: dict[str, Sample]) -> None:
    for sample in each(samples):
        assert sample.set_aside == []


def test_each_echo_stands_in_the_conversation_as_ours(samples: dict[str, Sample]) -> None:
    for sample in each(samples):
        for said in items_of(sample.payload, "message_echoes", field="smb_message_echoes"):
            if said.item["type"] in BESIDE:
                continue
            message = sample.told(said, said.item["id"])
            assert message is not None
            assert (message["direction"], message["type"], message["payload"]) == (
                "outbound",
                said.item["type"],
                said.item,
            )


def test_each_word_about_marketing_stands_at_its_person(samples: dict[str, Sample]) -> None:
    for sample in each(samples):
        told = [event["data"] for event in sample.events if event["type"] == "preference_changed"]
        said = [each.item for each in items_of(sample.payload, "user_preferences", field="user_preferences")]

        assert [(one["category"], one["value"], one["at"]) for one in told] == [
            (one["category"], one["value"], moment(one["timestamp"])) for one in said
        ]
        if said:
            assert {one["contact"]["marketing"] for one in sample.conversations.values()} <= {
                said[-1]["value"],
                None,
            }


def test_each_word_about_a_template_stands_at_the_template(samples: dict[str, Sample]) -> None:
    for sample in each(samples):
        for one in changes_of(sample.payload):
            value = one.get("value") or {}
            if "message_template_id" not in value:
                continue
            [event] = [event for event in sample.events if event["type"] == "template_updated"]
            told = {**event["data"], **(sample.templates[0] if sample.templates else {})}
            assert (told["name"], told["language"]) == (
                value["message_template_name"],
                value["message_template_language"].replace("-", "_"),
            )
            if "event" in value:
                assert told["status"] == {"FLAGGED": "APPROVED"}.get(value["event"], value["event"])
            if "new_quality_score" in value:
                assert told["quality"] == value["new_quality_score"]
            if "new_category" in value:
                assert told["category"] == value["new_category"]
            if "message_template_element" in value:
                assert [part["text"] for part in told["components"] if part["type"] == "BODY"] == [
                    value["message_template_element"]
                ]


def test_each_word_about_an_account_or_a_number_stands_in_the_status(samples: dict[str, Sample]) -> None:
    for sample in each(samples):
        for one in changes_of(sample.payload):
            if one.get("field") in ABOUT_ACCOUNTS and sample.name not in NOT_OF_THIS_APP:
                for word in words_about_an_account(one["field"], one["value"]):
                    assert word in json.dumps(sample.connections, ensure_ascii=False), (
                        word,
                        sample.connections,
                    )


ABOUT_ACCOUNTS = (
    "account_alerts", "account_review_update", "account_settings_update", "account_update", "phone_number_name_update",
    "phone_number_quality_update", "business_capability_update", "security",
)  # fmt: skip
# It tells that another partner's app is gone: read back as a notice, and no fact of a number connected through ours.
NOT_OF_THIS_APP = {"pywa__account_update__partner_app_uninstalled.json"}


def words_about_an_account(field: str, value: Json) -> list[str]:
    """What must be seen of a change about an account or a number."""
    parts = {
        "ACCOUNT_RESTRICTION": [one["restriction_type"] for one in value.get("restriction_info") or ()],
        "ACCOUNT_VIOLATION": [(value.get("violation_info") or {}).get("violation_type")],
        "AD_ACCOUNT_LINKED": [(value.get("waba_info") or {}).get("ad_account_linked")],
        "BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE": [value.get("country")],
        "DISABLED_UPDATE": list((value.get("ban_info") or {}).values()),
        "PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE": [
            (value.get("partner_client_certification_info") or {}).get("status")
        ],
        "VERIFIED_ACCOUNT": ["VERIFIED"],
        "VOLUME_BASED_PRICING_TIER_UPDATE": [(value.get("volume_tier_info") or {}).get("tier")],
        "FLAGGED": ["RED", value.get("current_limit")],
    }
    if field == "account_settings_update":
        return [
            f"settings.{name}" for name in value if name not in ("messaging_product", "timestamp", "type")
        ]
    word = value.get("event") or value.get("decision")
    return [str(part) for part in parts.get(word, [word, value.get("requested_verified_name")]) if part]
