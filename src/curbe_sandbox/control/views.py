"""How the control API shows what is in the world."""

from typing import Any

from curbe_sandbox.deliver import Delivery
from curbe_sandbox.state import Person, PhoneNumber, Template, Token, Waba


def waba_view(waba: Waba) -> dict[str, Any]:
    """Return a WABA and who is subscribed to it."""
    return {
        "id": waba.id,
        "name": waba.name,
        "currency": waba.currency,
        "country": waba.country,
        "disable_marketing_messages_on_cloud_api": waba.disable_marketing_messages_on_cloud_api,
        "subscribed": {
            app_id: override.callback_uri if override else None
            for app_id, override in waba.subscribed.items()
        },
    }


def number_view(number: PhoneNumber) -> dict[str, Any]:
    """Return a number."""
    return {
        "id": number.id,
        "waba_id": number.waba_id,
        "display_phone_number": number.display_phone_number,
        "verified_name": number.verified_name,
        "country": number.country,
        "level": number.level,
        "quality_rating": number.quality_rating,
        "status": number.status,
        "is_on_biz_app": number.is_on_biz_app,
        "code_verification_status": number.code_verification_status,
        "pin": number.pin,
        "synced": sorted(number.synced),
        "registrations": len(number.registrations),
        "messages_per_second": number.messages_per_second,
        "messaging_limit": number.messaging_limit,
        "overrides": {app_id: override.callback_uri for app_id, override in number.overrides.items()},
        "behaviour": number.behaviour,
    }


def token_view(token: Token) -> dict[str, Any]:
    """Return a token in full."""
    return {
        "token": token.token,
        "type": token.type,
        "app_id": token.app_id,
        "scopes": token.scopes,
        "waba_ids": token.waba_ids,
        "phone_number_ids": token.phone_number_ids,
        "expires_at": token.expires_at,
        "revoked": token.revoked,
    }


def person_view(person: Person) -> dict[str, Any]:
    """Return a person without their thread."""
    return {
        "wa_id": person.wa_id,
        "name": person.name,
        "bsuid": person.bsuid,
        "parent_bsuid": person.parent_bsuid,
        "username": person.username,
        "phone_hidden": person.phone_hidden,
        "reads": person.reads,
        "read_after_ms": person.read_after_ms,
        "kind": person.kind,
        "reply_text": person.reply_text,
        "reply_delay_ms": person.reply_delay_ms,
        "every_ms": person.every_ms,
        "writes_to": person.writes_to,
        "stopped_marketing": person.stopped_marketing,
        "blocked_numbers": sorted(person.blocked_numbers),
    }


def template_view(template: Template) -> dict[str, Any]:
    """Return a template without its components."""
    return {
        "id": template.id,
        "waba_id": template.waba_id,
        "name": template.name,
        "language": template.language,
        "category": template.category,
        "status": template.status,
    }


def delivery_view(delivery: Delivery, *, with_body: bool) -> dict[str, Any]:
    """Return a delivery; its body only where asked for."""
    shown: dict[str, Any] = {
        "id": delivery.id,
        "app_id": delivery.app_id,
        "url": delivery.url,
        "state": delivery.state,
        "updates": delivery.updates,
        "attempts": delivery.attempts,
        "last_status": delivery.last_status,
        "last_error": delivery.last_error,
        "created_at": delivery.created_at,
        "bytes": len(delivery.body),
    }
    if with_body:
        shown["body"] = delivery.body.decode("utf-8", errors="replace")
    return shown
