"""What Meta tells of accounts, numbers, templates and consent takes effect: once, in any order, and for whom it is about alone."""

import json
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import asyncpg
import pytest

from bed.appliers import drain
from bed.notices import SHOWN, about, notice
from bed.rows import APP, NOW, Number, insert_number, insert_tenant
from bed.tables import counted, natural
from bed.webhooks import body, change, deliver, text
from curbe.connections import health
from curbe.domain.notices import TemplateReported, TemplateStatus
from curbe.inbox.service import conversations_by_id
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.outbound import store as outbox
from curbe.templates import service as templates
from curbe.templates.service import TemplateNews
from curbe.templates.sync import SYNC

pytestmark = pytest.mark.anyio
Owner = asyncpg.Connection

HOUR = timedelta(hours=1)


async def connection(owner: Owner, number: Number) -> asyncpg.Record:
    return await owner.fetchrow("SELECT * FROM channel_connections WHERE id = $1", number.connection_id)


async def standing(owner: Owner, number: Number) -> tuple[str, str | None]:
    row = await connection(owner, number)
    return row["status"], row["pause_cause"]


async def told(owner: Owner, number: Number, kind: str) -> list[dict[str, Any]]:
    rows = await owner.fetch(
        "SELECT data FROM events WHERE tenant_id = $1 AND type = $2 ORDER BY xid, id", number.tenant_id, kind
    )
    return [json.loads(row["data"]) for row in rows]


async def audited(owner: Owner, number: Number) -> list[str]:
    rows = await owner.fetch(
        "SELECT action FROM audit_log WHERE tenant_id = $1 AND action LIKE 'connection.%' ORDER BY xid, id",
        number.tenant_id,
    )
    return [row["action"] for row in rows]


async def show_its_number(owner: Owner, number: Number, shown: str = SHOWN) -> None:
    await owner.execute(
        "UPDATE channel_connections SET phone_number_e164 = $2 WHERE id = $1",
        number.connection_id,
        f"+{shown}",
    )


def account(number: Number, event: str, *, at: datetime = NOW, **more: Any) -> bytes:
    return notice(number, "account_update", {"event": event, **more}, at=at)


def ban(number: Number, state: str, *, at: datetime) -> bytes:
    return account(number, "DISABLED_UPDATE", at=at, ban_info={"waba_ban_state": state})


# --- errors


async def test_the_same_error_another_day_is_news_and_the_same_delivery_again_is_not(
    owner: Owner, apply: Pool, number: Number
) -> None:
    limited = {"code": 130429, "title": "Rate limit hit"}
    metadata = {"display_phone_number": SHOWN, "phone_number_id": number.phone_number_id}
    change = {"field": "messages", "value": {"metadata": metadata, "errors": [limited]}}
    for day in (0, 0, 1):
        await owner.execute(
            "INSERT INTO webhook_events (meta_app_id, body, received_at) VALUES ($1, $2, $3)",
            APP,
            body(change, waba_id=number.waba_id),
            NOW + timedelta(days=day),
        )
    await drain(apply, most=1)
    await drain(apply)

    assert await counted(owner) == {("applied", "no_effect"): 2, ("duplicate", "notice"): 1}
    assert len(await told(owner, number, "notice_received")) == 2


# --- the health of numbers


async def test_a_ban_pauses_every_number_of_the_account_and_its_end_lets_them_go_on(
    owner: Owner, apply: Pool, number: Number
) -> None:
    sibling = await insert_number(owner, number.tenant_id, waba_id=number.waba_id)
    elsewhere = await insert_number(owner, number.tenant_id)

    await deliver(owner, ban(number, "DISABLE", at=NOW))
    await drain(apply)
    paused = [await standing(owner, one) for one in (number, sibling, elsewhere)]
    await deliver(owner, ban(number, "REINSTATE", at=NOW + HOUR))
    await drain(apply)

    assert paused == [("error", "ban"), ("error", "ban"), ("active", None)]
    assert await standing(owner, number) == await standing(owner, sibling) == ("active", None)
    changes = await told(owner, number, "connection_updated")
    assert sorted(one["status"] for one in changes) == ["active", "active", "error", "error"]
    assert sorted(await audited(owner, number)) == ["connection.paused"] * 2 + ["connection.resumed"] * 2


async def test_a_ban_that_is_lifted_before_it_is_heard_of_pauses_nothing(
    owner: Owner, apply: Pool, number: Number
) -> None:
    await deliver(owner, ban(number, "REINSTATE", at=NOW + HOUR), ban(number, "DISABLE", at=NOW))
    await drain(apply, most=1)

    assert await standing(owner, number) == ("active", None)


async def test_the_same_words_an_hour_later_are_news_and_delivered_again_are_not(
    owner: Owner, apply: Pool, number: Number
) -> None:
    again = [ban(number, "DISABLE", at=NOW + 2 * HOUR)] * 2
    await deliver(owner, ban(number, "DISABLE", at=NOW), ban(number, "REINSTATE", at=NOW + HOUR), *again)

    await drain(apply, most=1)

    assert await standing(owner, number) == ("error", "ban")
    assert await owner.fetchval("SELECT count(*) FROM notices") == 3
    assert await counted(owner) == {("applied", "notice"): 3, ("duplicate", "notice"): 1}


async def test_what_the_sender_had_paused_stays_paused_when_a_ban_ends(
    owner: Owner, apply: Pool, number: Number
) -> None:
    await owner.execute(
        """UPDATE channel_connections SET status = 'error', pause_reason = 'The token has expired.', paused_at = now()
            WHERE id = $1""",
        number.connection_id,
    )

    await deliver(owner, ban(number, "DISABLE", at=NOW), ban(number, "REINSTATE", at=NOW + HOUR))
    await drain(apply, most=1)

    row = await connection(owner, number)
    assert (row["status"], row["pause_reason"]) == ("error", "The token has expired.")
    assert await audited(owner, number) == []


@pytest.mark.parametrize(
    ("event", "cause"),
    [
        ("ACCOUNT_DELETED", "deleted"),
        ("PARTNER_REMOVED", "partner_removed"),
        ("PARTNER_APP_UNINSTALLED", "app_uninstalled"),
        ("ACCOUNT_OFFBOARDED", "onboarding"),
    ],
)
async def test_an_account_that_is_gone_pauses_its_numbers_also_where_the_entry_names_the_portfolio(
    owner: Owner, apply: Pool, number: Number, event: str, cause: str
) -> None:
    portfolio = Number(number.tenant_id, number.connection_id, number.phone_number_id, "999000999000999")
    await deliver(owner, account(portfolio, event, waba_info={"waba_id": number.waba_id}))

    await drain(apply)

    row = await connection(owner, number)
    assert (row["status"], row["pause_cause"]) == ("error", cause)
    assert row["pause_reason"]


async def test_numbers_of_two_wabas_are_of_one_portfolio_once_meta_tells_whose_the_wabas_are(
    owner: Owner, apply: Pool, worker: Pool, number: Number
) -> None:
    other = await insert_number(owner, number.tenant_id)
    stranger = await insert_number(owner)

    async def portfolios(*numbers: Number) -> list[str]:
        found: list[str] = []
        for one in numbers:
            async with worker.transaction(one.tenant_id) as tx:
                account = await outbox.sending_account(
                    tx, tenant_id=one.tenant_id, connection_id=one.connection_id
                )
            assert account is not None
            found.append(account.portfolio)
        return found

    before = await portfolios(number, other)
    for one in (number, other):
        whose = {"waba_id": one.waba_id, "owner_business_id": "2329417887457253"}
        await deliver(owner, account(one, "MM_LITE_TERMS_SIGNED", waba_info=whose))
    await drain(apply)

    assert before == [number.waba_id, other.waba_id]
    assert await portfolios(number, other) == ["2329417887457253"] * 2
    assert await portfolios(stranger) == [stranger.waba_id]


async def test_another_partners_app_that_leaves_is_not_ours(
    owner: Owner, apply: Pool, number: Number
) -> None:
    waba = {"waba_id": number.waba_id, "partner_app_id": "777"}
    ours = {"waba_id": number.waba_id, "partner_app_id": number.meta_app_id}

    await deliver(owner, account(number, "PARTNER_APP_UNINSTALLED", waba_info=waba))
    await drain(apply)
    before = await standing(owner, number)
    await deliver(owner, account(number, "PARTNER_APP_UNINSTALLED", waba_info=ours))
    await drain(apply)

    assert before == ("active", None)
    assert await standing(owner, number) == ("error", "app_uninstalled")


async def test_a_restriction_of_replies_pauses_until_its_end_and_is_lifted_by_the_clock(
    owner: Owner, apply: Pool, number: Number
) -> None:
    end = utc_now().replace(microsecond=0) + HOUR
    restriction = {
        "restriction_type": "RESTRICTED_CUSTOMER_INITIATED_MESSAGING",
        "expiration": int(end.timestamp()),
    }
    await deliver(owner, account(number, "ACCOUNT_RESTRICTION", restriction_info=[restriction]))
    await drain(apply)
    paused = await connection(owner, number)

    async with apply.transaction() as tx:
        early = await health.lift_ended(tx, now=end - timedelta(seconds=1))
    async with apply.transaction() as tx:
        lifted = await health.lift_ended(tx, now=end)

    assert (paused["status"], paused["pause_until"]) == ("error", end)
    assert (early, lifted) == (0, 1)
    assert await standing(owner, number) == ("active", None)
    assert await audited(owner, number) == ["connection.paused", "connection.resumed"]


async def test_a_notice_about_a_former_owner_s_time_is_not_the_present_ones(
    owner: Owner, apply: Pool
) -> None:
    number = await insert_number(owner, attached_at=NOW)

    await deliver(owner, ban(number, "DISABLE", at=NOW - HOUR))
    await drain(apply)

    row = await connection(owner, number)
    assert (row["status"], row["health"]) == ("active", "{}")


async def test_a_tenant_of_another_account_learns_nothing(owner: Owner, apply: Pool, number: Number) -> None:
    other = await insert_number(owner)
    before = await connection(owner, other)

    await deliver(owner, ban(number, "DISABLE", at=NOW))
    await drain(apply)

    assert await connection(owner, other) == before
    assert await told(owner, other, "connection_updated") == []


async def test_a_handover_goes_to_the_number_it_names_and_to_nobody_else_on_its_account(
    owner: Owner, apply: Pool, number: Number
) -> None:
    other = await insert_number(owner, waba_id=number.waba_id)
    before = await connection(owner, other)
    passed = {
        "recipient": {"phone_number_id": number.phone_number_id, "display_phone_number": SHOWN},
        "sender": {"phone_number": "34600111222"},
        "type": "control_passed",
        "timestamp": str(int(NOW.timestamp())),
    }
    await deliver(owner, notice(number, "messaging_handovers", {"messaging_product": "whatsapp", **passed}))
    await drain(apply)

    assert await owner.fetchval("SELECT array_agg(tenant_id) FROM notices") == [number.tenant_id]
    assert json.loads((await connection(owner, number))["health"])["handover"]["value"] == "control_passed"
    assert await connection(owner, other) == before


async def test_a_quality_update_changes_the_number_it_shows_and_of_the_others_what_the_business_shares(
    owner: Owner, apply: Pool, number: Number
) -> None:
    sibling = await insert_number(owner, number.tenant_id, waba_id=number.waba_id)
    await show_its_number(owner, number)
    await show_its_number(owner, sibling, "34900000002")
    upgrade = {
        "display_phone_number": SHOWN,
        "event": "THROUGHPUT_UPGRADE",
        "max_daily_conversations_per_business": "TIER_2K",
    }
    flagged = {"display_phone_number": SHOWN, "event": "FLAGGED"}

    await deliver(
        owner,
        notice(number, "phone_number_quality_update", upgrade),
        notice(number, "phone_number_quality_update", flagged, at=NOW + HOUR),
    )
    await drain(apply)

    row, other = await connection(owner, number), await connection(owner, sibling)
    assert (row["throughput_level"], row["messages_per_second"]) == ("HIGH", 1000)
    assert (row["quality_rating"], json.loads(row["metadata"])["messaging_limit"]) == ("RED", "TIER_2K")
    assert (other["throughput_level"], other["messages_per_second"]) == (None, 80)
    assert json.loads(other["health"]).keys() == {"messaging_limit"}, "it is the business's"
    assert json.loads(other["metadata"])["messaging_limit"] == "TIER_2K"
    assert len(await told(owner, number, "connection_updated")) == 2, "one of each"


async def test_a_number_that_is_being_registered_takes_nobody_s_limit_away(
    owner: Owner, apply: Pool, number: Number
) -> None:
    registering = await insert_number(owner, number.tenant_id, waba_id=number.waba_id)
    await show_its_number(owner, number)
    await show_its_number(owner, registering, "34900000002")
    limit = {"max_daily_conversations_per_business": "TIER_2K"}
    not_set = {"current_limit": "TIER_NOT_SET", "max_daily_conversations_per_business": "TIER_NOT_SET"}
    onboarding = {"display_phone_number": "34900000002", "event": "ONBOARDING"} | not_set

    await deliver(
        owner,
        notice(number, "business_capability_update", limit),
        notice(registering, "phone_number_quality_update", onboarding, at=NOW + HOUR),
    )
    await drain(apply)

    for one in (number, registering):
        row = await connection(owner, one)
        assert json.loads(row["metadata"])["messaging_limit"] == "TIER_2K"
        assert json.loads(row["health"])["messaging_limit"]["value"] == "TIER_2K"


async def test_what_was_told_before_graph_was_asked_changes_no_column(
    owner: Owner, apply: Pool, number: Number
) -> None:
    await owner.execute(
        "UPDATE channel_connections SET facts_at = $2 WHERE id = $1", number.connection_id, NOW
    )
    limit = {"max_daily_conversations_per_business": "TIER_250"}

    await deliver(owner, notice(number, "business_capability_update", limit, at=NOW - HOUR))
    await drain(apply)

    row = await connection(owner, number)
    assert "messaging_limit" not in json.loads(row["metadata"])
    assert json.loads(row["health"])["messaging_limit"]["value"] == "TIER_250"


async def test_the_same_word_told_again_is_kept_and_wakes_nobody(
    owner: Owner, apply: Pool, number: Number
) -> None:
    for hours in range(3):
        review = notice(number, "account_review_update", {"decision": "APPROVED"}, at=NOW + hours * HOUR)
        await deliver(owner, review)
        await drain(apply)

    assert len(await told(owner, number, "connection_updated")) == 1
    assert len(await told(owner, number, "notice_received")) == 3


# --- templates


IDENTITY = {
    "message_template_id": 806312974732579,
    "message_template_name": "cita",
    "message_template_language": "es-ES",
}


def template(number: Number, field: str, *, at: datetime = NOW, **value: Any) -> bytes:
    return notice(number, field, IDENTITY | value, at=at)


async def test_a_template_is_what_its_latest_notices_say_in_whatever_order_they_come(
    owner: Owner, apply: Pool, number: Number
) -> None:
    notices = [
        template(
            number, "message_template_status_update", event="APPROVED", message_template_category="UTILITY"
        ),
        template(number, "message_template_status_update", at=NOW + HOUR, event="PAUSED", reason="NONE"),
        template(number, "message_template_quality_update", at=NOW - HOUR, new_quality_score="YELLOW"),
        template(
            number,
            "template_category_update",
            at=NOW - HOUR,
            new_category="UTILITY",
            correct_category="MARKETING",
            category_update_timestamp=int((NOW + 24 * HOUR).timestamp()),
        ),
        template(number, "message_template_components_update", message_template_element="Hola {{1}}"),
    ]
    seen = []

    for order in [notices, notices[::-1], notices[2:] + notices[:2]]:
        await owner.execute("DELETE FROM templates")
        for one in order:
            await deliver(owner, one)
        await drain(apply, most=1)
        seen.append((await natural(owner))["templates"])

    assert seen[0] == seen[1] == seen[2]
    row = await owner.fetchrow("SELECT * FROM templates")
    assert (row["name"], row["language"], row["status"]) == ("cita", "es_ES", "PAUSED")
    assert (row["quality"], row["category"], row["correct_category"]) == ("YELLOW", "UTILITY", "MARKETING")
    assert row["correct_category_from"] == NOW + 24 * HOUR
    assert json.loads(row["components"]) == [{"type": "BODY", "text": "Hola {{1}}"}]


async def test_a_notice_of_new_words_keeps_what_no_notice_can_tell_and_has_metas_list_read_again(
    owner: Owner, apply: Pool, number: Number
) -> None:
    image = {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["https://meta.example/1"]}}
    body, cards = {"type": "BODY", "text": "Hola {{1}}"}, {"type": "CAROUSEL", "cards": []}
    listed = TemplateReported(
        template_id=str(IDENTITY["message_template_id"]), name="cita", language="es_ES", at=NOW, tie="",
        components=json.dumps([image, body, cards]),
    )  # fmt: skip
    async with apply.transaction() as tx:
        await templates.apply(tx, [TemplateNews(number.tenant_id, number.waba_id, listed)])

    field, seen = "message_template_components_update", []
    for n, title in enumerate([None, "Cita"], start=1):
        told = {"message_template_element": "Buenas {{1}}", "message_template_title": title}
        await deliver(owner, template(number, field, at=NOW + n * HOUR, **told))
        await drain(apply)
        seen.append(json.loads(await owner.fetchval("SELECT components FROM templates")))

    words = {"type": "BODY", "text": "Buenas {{1}}"}
    title = {"type": "HEADER", "format": "TEXT", "text": "Cita"}
    assert seen == [[image, words, cards], [title, words, cards]]
    asked = await owner.fetch("SELECT kind, subject FROM jobs WHERE tenant_id = $1", number.tenant_id)
    assert [tuple(job) for job in asked] == [(SYNC, number.tenant_id)]


async def test_one_batch_and_one_by_one_give_the_same_template(
    owner: Owner, apply: Pool, number: Number
) -> None:
    notices = [
        template(number, "message_template_status_update", at=NOW + n * HOUR, event=event)
        for n, event in enumerate(["PENDING", "REJECTED", "APPROVED"])
    ]
    seen = set()

    for order in permutations(notices):
        for most in (1, 10):
            await owner.execute("DELETE FROM templates")
            await deliver(owner, *order)
            await drain(apply, most=most)
            seen.add(tuple((await natural(owner))["templates"]))

    assert len(seen) == 1
    assert await owner.fetchval("SELECT status FROM templates") == "APPROVED"


async def read_at_meta(apply: Pool, number: Number, status: str, *, at: datetime) -> None:
    found = TemplateReported(
        template_id=str(IDENTITY["message_template_id"]), name="cita", language="es_ES", at=at, tie="",
        status=TemplateStatus(status, status),
    )  # fmt: skip
    async with apply.transaction() as tx:
        await templates.apply(tx, [TemplateNews(number.tenant_id, number.waba_id, found)])


async def test_of_one_second_what_meta_tells_goes_before_what_was_read_in_it(
    owner: Owner, apply: Pool, number: Number
) -> None:
    """A webhook is dated in whole seconds: the moment in which we read the template lies after it by the clock alone."""

    within = [NOW + timedelta(seconds=part) for part in (0.2, 0.4, 0.6, 1)]
    await read_at_meta(apply, number, "PENDING", at=within[0])
    await read_at_meta(apply, number, "APPROVED", at=within[1])
    assert await owner.fetchval("SELECT status FROM templates") == "APPROVED"
    await deliver(owner, template(number, "message_template_status_update", event="PAUSED"))
    await drain(apply)
    assert await owner.fetchval("SELECT status FROM templates") == "PAUSED"

    await read_at_meta(apply, number, "APPROVED", at=within[2])
    assert await owner.fetchval("SELECT status FROM templates") == "PAUSED"
    await read_at_meta(apply, number, "APPROVED", at=within[3])
    assert await owner.fetchval("SELECT status FROM templates") == "APPROVED"


async def test_what_meta_dates_ahead_of_its_coming_does_not_outlast_what_is_known_later(
    owner: Owner, apply: Pool, number: Number
) -> None:
    ahead = [
        template(number, "message_template_status_update", at=utc_now() + n * HOUR, event=event)
        for n, event in enumerate(["PENDING", "PAUSED"], start=1)
    ]
    await deliver(owner, *ahead[::-1])
    await drain(apply)
    assert await owner.fetchval("SELECT status FROM templates") == "PAUSED", "the one that Meta dates last"

    await read_at_meta(apply, number, "APPROVED", at=utc_now() + timedelta(seconds=1))
    assert await owner.fetchval("SELECT status FROM templates") == "APPROVED"


async def test_a_rejected_template_keeps_its_reason_until_it_is_approved(
    owner: Owner, apply: Pool, number: Number
) -> None:
    said = {"reason": "Too bare.", "recommendation": "Say more."}
    rejected = template(
        number,
        "message_template_status_update",
        event="REJECTED",
        reason="INVALID_FORMAT",
        rejection_info=said,
    )
    await deliver(owner, rejected)
    await drain(apply)
    before = await owner.fetchrow("SELECT rejected_reason, status_detail FROM templates")
    await deliver(owner, template(number, "message_template_status_update", at=NOW + HOUR, event="APPROVED"))
    await drain(apply)

    assert tuple(before) == ("INVALID_FORMAT", "Too bare. Say more.")
    assert tuple(await owner.fetchrow("SELECT rejected_reason, status_detail FROM templates")) == (None, None)


async def test_every_tenant_on_the_account_has_its_own_row_of_a_template_and_hears_of_it_once(
    owner: Owner, apply: Pool, number: Number
) -> None:
    other = await insert_number(owner, waba_id=number.waba_id)
    await insert_number(owner, number.tenant_id, waba_id=number.waba_id)
    archived = template(number, "message_template_status_update", event="ARCHIVED")

    await deliver(owner, archived, archived)
    await drain(apply)

    rows = await owner.fetch("SELECT tenant_id, archived FROM templates")
    assert {row["tenant_id"]: row["archived"] for row in rows} == {
        number.tenant_id: True,
        other.tenant_id: True,
    }
    for one in (number, other):
        (event,) = await told(owner, one, "template_updated")
        assert (event["name"], event["status"]) == ("cita", "ARCHIVED")


# --- consent


def preference(number: Number, value: str, *, at: datetime, who: str = "34600000001") -> bytes:
    said = {
        "wa_id": who,
        "category": "marketing_messages",
        "value": value,
        "detail": "As they wished",
        "timestamp": int(at.timestamp()),
    }
    return about(number, "user_preferences", at=None, user_preferences=[said])


async def marketing(owner: Owner, web: Pool, number: Number) -> str | None:
    ids = [
        row["id"]
        for row in await owner.fetch("SELECT id FROM conversations WHERE tenant_id = $1", number.tenant_id)
    ]
    async with web.transaction(number.tenant_id) as tx:
        (shown,) = await conversations_by_id(tx, tenant_id=number.tenant_id, ids=ids)
    return shown.contact.marketing


async def test_the_latest_word_on_marketing_counts_and_every_word_is_kept(
    owner: Owner, apply: Pool, web: Pool, number: Number
) -> None:
    words = [
        preference(number, "stop", at=NOW),
        preference(number, "resume", at=NOW + HOUR),
        preference(number, "stop", at=NOW + 2 * HOUR),
    ]

    await deliver(owner, words[2], words[0], words[1], words[0])
    await drain(apply, most=1)

    assert await marketing(owner, web, number) == "stop"
    assert await owner.fetchval("SELECT count(*) FROM marketing_preferences") == 3
    said = await told(owner, number, "preference_changed")
    assert sorted(one["value"] for one in said) == ["resume", "stop", "stop"]


async def test_of_two_words_of_one_moment_stop_counts(
    owner: Owner, apply: Pool, web: Pool, number: Number
) -> None:
    await deliver(owner, preference(number, "stop", at=NOW), preference(number, "resume", at=NOW))
    await drain(apply, most=1)

    assert await marketing(owner, web, number) == "stop"


async def test_consent_is_of_the_person_who_writes_whatever_variant_of_their_number_is_used(
    owner: Owner, apply: Pool, web: Pool, number: Number
) -> None:
    await deliver(owner, body(change(number, messages=[text("wamid.1", sender="5511987654321")])))
    await deliver(owner, preference(number, "stop", at=NOW, who="551187654321"))
    await drain(apply)

    assert await marketing(owner, web, number) == "stop"
    assert await owner.fetchval("SELECT count(*) FROM contacts") == 1


async def test_consent_outlives_that_two_contacts_turn_out_to_be_one(
    owner: Owner, apply: Pool, web: Pool, number: Number
) -> None:
    """Who said stop by phone, and wrote by user id, is one person once a message names both."""
    by_id = {"id": "wamid.1", "from_user_id": "ES.1", "timestamp": str(int(NOW.timestamp())), "type": "text"}
    both = text("wamid.2", sender="34600000001", from_user_id="ES.1", at=NOW + HOUR)
    await deliver(owner, body(change(number, messages=[by_id])))
    await drain(apply)
    await deliver(owner, preference(number, "stop", at=NOW))
    await drain(apply)
    await deliver(owner, body(change(number, messages=[both])))
    await drain(apply)

    ids = [
        row["id"]
        for row in await owner.fetch(
            """SELECT v.id FROM conversations v JOIN messages m ON m.tenant_id = v.tenant_id AND m.conversation_id = v.id
                WHERE v.merged_into IS NULL GROUP BY v.id"""
        )
    ]
    async with web.transaction(number.tenant_id) as tx:
        (shown,) = await conversations_by_id(tx, tenant_id=number.tenant_id, ids=ids)
    assert shown.contact.marketing == "stop"


# --- what has no effect


async def test_what_changes_nothing_is_kept_told_and_counted_under_its_reason(
    owner: Owner, apply: Pool, number: Number
) -> None:
    await deliver(
        owner,
        notice(number, "flows", {"event": "FLOW_STATUS_CHANGE"}),
        notice(number, "group_status_update", {"groups": []}),
        notice(number, "a_field_of_next_year", {"what": "ever"}),
        notice(number, "account_update", {"event": 7}),
        notice(number, "account_review_update", {"decision": "APPROVED"}),
    )
    await drain(apply)

    assert await counted(owner) == {
        ("applied", "no_effect"): 2,
        ("applied", "unknown_field"): 1,
        ("applied", "unreadable_notice"): 1,
        ("applied", "notice"): 1,
    }
    assert await owner.fetchval("SELECT count(*) FROM notices") == 5
    assert len(await told(owner, number, "notice_received")) == 5


async def test_a_notice_without_a_moment_takes_effect_once(owner: Owner, apply: Pool, number: Number) -> None:
    """It counts from when it came; delivered again, it would be later than what was said in between."""
    now = utc_now()
    disabled = {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}}
    undated = notice(number, "account_update", disabled, at=None)

    await deliver_at(owner, undated, now - 2 * HOUR)
    await deliver(owner, ban(number, "REINSTATE", at=now - HOUR))
    await deliver_at(owner, undated, now)
    await drain(apply, most=1)

    assert await standing(owner, number) == ("active", None)


async def deliver_at(owner: Owner, one: bytes, received_at: datetime) -> None:
    await owner.execute(
        "INSERT INTO webhook_events (meta_app_id, body, received_at) VALUES ($1, $2, $3)",
        APP,
        one,
        received_at,
    )


async def test_tenants_on_one_account_are_told_apart(owner: Owner, apply: Pool, number: Number) -> None:
    other = await insert_number(owner, await insert_tenant(owner), waba_id=number.waba_id)
    await show_its_number(owner, number)
    name = {"display_phone_number": SHOWN, "decision": "APPROVED", "requested_verified_name": "Clínica Sol"}

    await deliver(owner, notice(number, "phone_number_name_update", name))
    await drain(apply)

    assert (await connection(owner, number))["display_name"] == "Clínica Sol"
    assert (await connection(owner, other))["display_name"] is None
