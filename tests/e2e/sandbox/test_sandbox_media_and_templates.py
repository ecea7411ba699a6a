"""Files and templates on Graph."""

import hashlib
import json
from typing import Any

from .harness import APP, LUCIA, MEXICO, NUMBER, TOKEN, WABA, Answer, Callback, Sandbox

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\xff\r\n--almost-a-boundary" * 20
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def _upload(
    sandbox: Sandbox, content: bytes, mime_type: str, *, number: str = NUMBER, product: str = "whatsapp"
) -> Answer:
    boundary = "a-boundary-of-our-own"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="messaging_product"\r\n\r\n{product}\r\n'.encode(),
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n'.encode(),
        f"Content-Type: {mime_type}\r\n\r\n".encode() + content + f"\r\n--{boundary}--\r\n".encode(),
    ]
    headers = {**BEARER, "Content-Type": f"multipart/form-data; boundary={boundary}"}
    return sandbox.call("POST", f"/v25.0/{number}/media", b"".join(parts), headers=headers)


def test_a_file_comes_back_byte_for_byte(sandbox: Sandbox) -> None:
    media_id = _upload(sandbox, PNG, "image/png").json["id"]

    found = sandbox.graph("GET", f"{media_id}?phone_number_id={NUMBER}").json
    assert (found["mime_type"], found["file_size"], found["id"]) == ("image/png", len(PNG), media_id)
    assert found["sha256"] == hashlib.sha256(PNG).hexdigest()
    file = sandbox.call("GET", found["url"].removeprefix(sandbox.origin), headers=BEARER)
    assert (file.status, file.body, file.headers["content-type"]) == (200, PNG, "image/png")


def test_a_file_is_not_given_without_a_token_nor_by_a_forged_or_an_old_link(sandbox: Sandbox) -> None:
    media_id = _upload(sandbox, PNG, "image/png").json["id"]
    path = sandbox.graph("GET", media_id).json["url"].removeprefix(sandbox.origin)
    sandbox.control("PATCH", "settings", {"media_url_seconds": -1})
    old = sandbox.graph("GET", media_id).json["url"].removeprefix(sandbox.origin)

    assert sandbox.call("GET", path).status in {400, 401, 403}
    assert sandbox.call("GET", path[:-1] + "x", headers=BEARER).status == 404
    assert sandbox.call("GET", old, headers=BEARER).status == 404


def test_an_uploaded_file_can_be_sent_by_every_number_of_the_waba(sandbox: Sandbox) -> None:
    media_id = _upload(sandbox, PNG, "image/png").json["id"]
    sandbox.writes()
    sandbox.writes(phone_number_id=MEXICO)

    other = sandbox.control("POST", "wabas", {})["id"]
    foreign = sandbox.control(
        "POST", "numbers", {"waba_id": other, "display_phone_number": "+34 600 000 077"}
    )["id"]
    token = sandbox.control("POST", "tokens", {"waba_ids": ["*"]})["token"]
    sandbox.writes(phone_number_id=foreign)
    image = {"messaging_product": "whatsapp", "to": f"+{LUCIA}", "type": "image", "image": {"id": media_id}}
    assert sandbox.graph("POST", f"{foreign}/messages", image, token=token).code == 100
    for number in (NUMBER, MEXICO):
        assert sandbox.message({"type": "image", "image": {"id": media_id}}, number=number).status == 200
    assert sandbox.graph("DELETE", media_id).json == {"success": True}
    assert sandbox.message({"type": "image", "image": {"id": media_id}}).code == 100
    assert sandbox.graph("GET", media_id).code == 100


def test_a_file_of_the_wrong_kind_fails_after_it_was_accepted(sandbox: Sandbox, callback: Callback) -> None:
    media_id = _upload(sandbox, PNG, "image/png").json["id"]
    sandbox.writes()

    unfit = {
        "wrong kind": {"type": "video", "video": {"id": media_id}},
        "unreachable": {"type": "image", "image": {"link": "https://nowhere.invalid/a.png"}},
    }
    for body in unfit.values():
        wamid = sandbox.message(body).json["messages"][0]["id"]
        sandbox.settle()
        assert callback.statuses_of(wamid)[0]["errors"][0]["code"] == 131053


def test_uploads_meta_would_not_take_are_refused(sandbox: Sandbox) -> None:
    assert _upload(sandbox, PNG, "image/tiff").code == 100
    assert _upload(sandbox, b"x" * (5 * 1024 * 1024 + 1), "image/png").code == 100
    assert _upload(sandbox, b"", "image/png").code == 100
    assert _upload(sandbox, PNG, "image/png", product="signal").code == 100
    assert sandbox.call("POST", f"/v25.0/{NUMBER}/media", b"{}", headers=BEARER).code == 100


def _template(name: str) -> dict[str, Any]:
    body = {"type": "BODY", "text": "Hola {{1}}, buenos días.", "example": {"body_text": [["Ana"]]}}
    return {"name": name, "language": "es", "category": "UTILITY", "components": [body]}


def test_a_new_template_is_pending_then_approved_and_a_webhook_says_so(
    sandbox: Sandbox, callback: Callback
) -> None:
    sandbox.control("PATCH", "settings", {"template_review_ms": 100})

    made = sandbox.graph("POST", f"{WABA}/message_templates", _template("saludo")).json
    refused = sandbox.graph("POST", f"{WABA}/message_templates", _template("rejected_saludo")).json
    assert (made["status"], made["category"]) == ("PENDING", "UTILITY")
    sandbox.settle()

    assert sandbox.graph("GET", f"{made['id']}?fields=status").json == {
        "id": made["id"],
        "status": "APPROVED",
    }
    events = {v["message_template_name"]: v for v in callback.values("message_template_status_update")}
    assert events["saludo"]["event"] == "APPROVED"
    assert events["saludo"]["message_template_id"] == int(made["id"])
    assert events["rejected_saludo"]["event"] == "REJECTED"
    assert sandbox.graph("GET", refused["id"]).json["status"] == "REJECTED"
    assert "time" in json.loads(callback.bodies[0])["entry"][0]


def test_a_template_in_review_cannot_be_sent_yet(sandbox: Sandbox) -> None:
    sandbox.control("PATCH", "settings", {"template_review_ms": 60_000})
    sandbox.graph("POST", f"{WABA}/message_templates", _template("saludo"))

    template = {"name": "saludo", "language": {"code": "es"}}
    assert sandbox.message({"type": "template", "template": template}, to=f"+{LUCIA}").code == 132001


def test_templates_meta_would_not_take_are_refused(sandbox: Sandbox) -> None:
    def refused(**change: Any) -> tuple[int, int | None]:
        error = sandbox.graph("POST", f"{WABA}/message_templates", _template("otra") | change).json["error"]
        return error["code"], error.get("error_subcode")

    assert refused(name="order_update") == (100, 2388024)
    assert refused(name="Con Mayúsculas") == (100, None)
    assert refused(category="TRANSACTIONAL") == (100, None)
    assert refused(components=[{"type": "FOOTER", "text": "x"}]) == (100, None)
    assert refused(components=[{"type": "BODY", "text": "x" * 1025}]) == (100, 2388040)
    assert refused(components=[{"type": "BODY", "text": "{{1}} hola"}]) == (100, 2388299)


def test_templates_are_listed_filtered_edited_and_deleted(sandbox: Sandbox) -> None:
    listed = sandbox.graph("GET", f"{WABA}/message_templates?fields=name,status&limit=3").json
    marketing = sandbox.graph("GET", f"{WABA}/message_templates?category=MARKETING").json["data"]
    assert len(listed["data"]) == 3
    assert "next" in listed["paging"]
    assert [one["name"] for one in marketing] == ["spring_offer"]

    edited = {"components": [{"type": "BODY", "text": "Nuevo texto."}]}
    assert sandbox.graph("POST", marketing[0]["id"], edited).json == {"success": True}
    assert sandbox.graph("GET", marketing[0]["id"]).json["status"] == "PENDING"
    assert sandbox.graph("POST", marketing[0]["id"], edited).json["error"]["error_subcode"] == 2388039
    assert sandbox.graph("DELETE", f"{WABA}/message_templates?name=spring_offer").json == {"success": True}
    assert sandbox.graph("DELETE", f"{WABA}/message_templates?name=spring_offer").code == 100


def test_a_sample_is_uploaded_into_a_session_and_named_by_a_handle(sandbox: Sandbox) -> None:
    about = "file_name=cover.png&file_length=4&file_type=image/png"
    session = sandbox.graph("POST", f"{APP}/uploads?{about}").json["id"]
    oauth = {"Authorization": f"OAuth {TOKEN}"}

    def piece(body: bytes, offset: int, headers: dict[str, str] = oauth) -> Any:
        return sandbox.call(
            "POST", f"/v25.0/{session}", body, headers={**headers, "file_offset": str(offset)}
        )

    assert piece(b"\x89PNG", 0, {"Authorization": f"Bearer {TOKEN}"}).json["error"]["code"] == 190
    assert piece(b"\x89P", 0).status == 400
    assert sandbox.call("GET", f"/v25.0/{session}", headers=oauth).json["file_offset"] == 2
    assert piece(b"NG", 0).json["error"]["code"] == 100
    assert piece(b"NG", 2).json["h"].startswith("4::")


def test_an_approved_template_is_edited_once_a_day(sandbox: Sandbox) -> None:
    edited = {"components": [{"type": "BODY", "text": "Nuevo texto."}]}
    template = sandbox.graph("GET", f"{WABA}/message_templates?name=hello_world").json["data"][0]["id"]

    assert sandbox.graph("POST", template, edited).status == 200
    sandbox.control("PATCH", f"templates/{template}", {"status": "APPROVED"})

    assert sandbox.graph("POST", template, edited).json["error"]["error_subcode"] == 2388039
