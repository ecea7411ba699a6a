"""Reading and changing what a business owns on Graph: tokens, WABAs, numbers, subscriptions, profiles."""

import hashlib
import hmac

import pytest

from .harness import APP, MEXICO, NUMBER, SECRET, TOKEN, WABA, Callback, Sandbox


def test_debug_token_describes_the_token_to_its_own_app(sandbox: Sandbox) -> None:
    answer = sandbox.call("GET", f"/v25.0/debug_token?input_token={TOKEN}&access_token={APP}|{SECRET}")

    data = answer.json["data"]
    assert data["app_id"] == APP
    assert data["is_valid"] is True
    assert data["expires_at"] == 0
    assert {"scope": "whatsapp_business_messaging", "target_ids": [WABA]} in data["granular_scopes"]


def test_debug_token_says_that_an_unknown_or_foreign_token_is_not_valid(sandbox: Sandbox) -> None:
    other = sandbox.control("POST", "apps", {"name": "Another app"})
    foreign = sandbox.control("POST", "tokens", {"app_id": other["id"], "waba_ids": [WABA]})["token"]

    for token in ("EAAnobody", foreign):
        data = sandbox.call(
            "GET", f"/v25.0/debug_token?input_token={token}&access_token={APP}|{SECRET}"
        ).json["data"]
        assert data["is_valid"] is False
        assert "app_id" not in data


def test_the_app_secret_must_be_right_to_debug_a_token(sandbox: Sandbox) -> None:
    answer = sandbox.call("GET", f"/v25.0/debug_token?input_token={TOKEN}&access_token={APP}|wrong")

    assert (answer.status, answer.code) == (401, 190)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("POST", f"{NUMBER}/messages", 401, 190),
        ("GET", NUMBER, 400, 104),
        ("GET", f"{WABA}/phone_numbers", 403, 200),
    ],
)
def test_a_call_without_a_token_is_refused(
    sandbox: Sandbox, method: str, path: str, status: int, code: int
) -> None:
    answer = sandbox.graph(method, path, token="")

    assert (answer.status, answer.code) == (status, code)


def test_an_unknown_a_revoked_and_an_expired_token_are_all_code_190(sandbox: Sandbox) -> None:
    expired = sandbox.control("POST", "tokens", {"waba_ids": [WABA], "expires_at": "2020-01-01T00:00:00Z"})[
        "token"
    ]
    sandbox.control("DELETE", f"tokens/{TOKEN}")

    for token in ("EAAnobody", TOKEN, expired):
        answer = sandbox.graph("GET", NUMBER, token=token)
        assert (answer.status, answer.code) == (401, 190)


def test_an_object_that_is_not_for_this_token_looks_like_one_that_does_not_exist(sandbox: Sandbox) -> None:
    waba = sandbox.control("POST", "wabas", {})["id"]
    foreign = sandbox.control(
        "POST", "numbers", {"waba_id": waba, "display_phone_number": "+34 600 000 009"}
    )["id"]
    absent = "399999999999999"

    def without_names(node: str, method: str, path: str) -> tuple[int, str]:
        error = sandbox.graph(method, path).json["error"]
        assert (error["code"], error["error_subcode"], error["type"]) == (100, 33, "GraphMethodException")
        return 400, error["message"].replace(node, "")

    assert without_names(foreign, "GET", foreign) == without_names(absent, "GET", absent)
    assert without_names(foreign, "POST", f"{foreign}/messages") == without_names(
        absent, "POST", f"{absent}/messages"
    )


def test_a_token_may_be_good_for_one_number_only(sandbox: Sandbox) -> None:
    token = sandbox.control("POST", "tokens", {"phone_number_ids": [MEXICO]})["token"]

    assert sandbox.graph("GET", MEXICO, token=token).status == 200
    assert sandbox.graph("GET", NUMBER, token=token).status == 400
    listed = sandbox.graph("GET", f"{WABA}/phone_numbers", token=token).json["data"]
    assert [one["id"] for one in listed] == [MEXICO]


def test_a_token_without_the_messaging_permission_may_read_but_not_send(sandbox: Sandbox) -> None:
    scopes = ["whatsapp_business_management"]
    token = sandbox.control("POST", "tokens", {"waba_ids": [WABA], "scopes": scopes})["token"]

    assert sandbox.graph("GET", NUMBER, token=token).status == 200
    assert sandbox.graph("POST", f"{NUMBER}/messages", {}, token=token).code == 10


@pytest.mark.parametrize(
    "path", ["/v25.0/", "/v25.0/nonsense", "/nonsense", f"/v19.0/{NUMBER}", f"/v25.0/{NUMBER}/nonsense"]
)
def test_an_unknown_path_is_refused_in_the_shape_of_graph(sandbox: Sandbox, path: str) -> None:
    answer = sandbox.call("GET", path, headers={"Authorization": f"Bearer {TOKEN}"})

    assert (answer.status, answer.code) == (400, 2500)
    assert answer.json["error"]["fbtrace_id"]


@pytest.mark.parametrize("version", ["v21.0", "v25.0", "v26.0", "v30.0"])
def test_every_version_in_use_answers(sandbox: Sandbox, version: str) -> None:
    assert sandbox.call("GET", f"/{version}/{NUMBER}?access_token={TOKEN}").status == 200


def test_only_the_fields_asked_for_come_back_and_the_id(sandbox: Sandbox) -> None:
    number = sandbox.graph("GET", f"{NUMBER}?fields=throughput,quality_rating").json
    waba = sandbox.graph("GET", f"{WABA}?fields=health_status{{can_send_message}},name").json

    assert number == {"id": NUMBER, "throughput": {"level": "STANDARD"}, "quality_rating": "GREEN"}
    assert set(waba) == {"id", "name", "health_status"}
    assert sandbox.graph("GET", f"{NUMBER}?fields=nonsense").code == 100


def test_numbers_come_in_pages_until_there_is_no_next(sandbox: Sandbox) -> None:
    for index in range(3):
        sandbox.control(
            "POST", "numbers", {"waba_id": WABA, "display_phone_number": f"+34 600 000 10{index}"}
        )

    seen, after = [], ""
    while True:
        found = sandbox.graph("GET", f"{WABA}/phone_numbers?fields=id&limit=2{after}").json
        seen += [one["id"] for one in found["data"]]
        if "next" not in found["paging"]:
            break
        after = f"&after={found['paging']['cursors']['after']}"
    assert len(seen) == len(set(seen)) == 5
    assert sandbox.graph("GET", f"{WABA}/phone_numbers?after=nonsense").code == 100


def test_subscribing_is_seen_and_undone(sandbox: Sandbox) -> None:
    assert sandbox.graph("POST", f"{WABA}/subscribed_apps").json == {"success": True}

    (row,) = sandbox.graph("GET", f"{WABA}/subscribed_apps").json["data"]
    assert row["whatsapp_business_api_data"]["id"] == APP
    assert sandbox.graph("DELETE", f"{WABA}/subscribed_apps").json == {"success": True}
    assert sandbox.graph("GET", f"{WABA}/subscribed_apps").json["data"] == []


def test_an_override_takes_messages_away_from_the_app_but_nothing_else(
    sandbox: Sandbox, callback: Callback
) -> None:
    other = callback.url.replace("/webhooks", "/override")
    override = {"override_callback_uri": other, "verify_token": "sandbox-verify-token"}

    assert sandbox.graph("POST", f"{WABA}/subscribed_apps", override).status == 200
    sandbox.writes()
    sandbox.control("POST", "people/34611000001/preferences", {"value": "stop"})
    sandbox.settle()

    urls = {one["url"]: one["updates"] for one in sandbox.control("GET", "deliveries")["deliveries"]}
    assert urls == {other: 1, callback.url: 1}
    assert sandbox.graph("GET", f"{WABA}/subscribed_apps").json["data"][0]["override_callback_uri"] == other


def test_a_numbers_own_callback_comes_before_the_wabas(sandbox: Sandbox, callback: Callback) -> None:
    other = callback.url.replace("/webhooks", "/number")
    configuration = {"override_callback_uri": other, "verify_token": "sandbox-verify-token"}
    of_waba = {**configuration, "override_callback_uri": callback.url + "/waba"}
    sandbox.graph("POST", f"{WABA}/subscribed_apps", of_waba)

    assert sandbox.graph("POST", NUMBER, {"webhook_configuration": configuration}).json == {"success": True}
    sandbox.writes()
    sandbox.settle()

    assert sandbox.control("GET", "deliveries")["deliveries"][0]["url"] == other
    shown = sandbox.graph("GET", f"{NUMBER}?fields=webhook_configuration").json["webhook_configuration"]
    assert shown == {
        "phone_number": other,
        "whatsapp_business_account": callback.url + "/waba",
        "application": callback.url,
    }
    sandbox.graph("POST", NUMBER, {"webhook_configuration": {"override_callback_uri": ""}})
    assert "phone_number" not in sandbox.graph("GET", NUMBER).json["webhook_configuration"]


def test_an_override_that_fails_the_handshake_is_refused(sandbox: Sandbox, callback: Callback) -> None:
    override = {"override_callback_uri": callback.url, "verify_token": "wrong"}

    assert sandbox.graph("POST", f"{WABA}/subscribed_apps", override).code == 100
    too_long = {"override_callback_uri": callback.url + "x" * 200, "verify_token": "y"}
    assert sandbox.graph("POST", f"{WABA}/subscribed_apps", too_long).code == 100


def test_a_signup_code_is_exchanged_once_with_the_right_secret(sandbox: Sandbox) -> None:
    made = sandbox.control("POST", "tokens", {"waba_ids": [WABA], "code": True})
    path = f"/v25.0/oauth/access_token?client_id={APP}&client_secret={{}}&code={made['code']}"

    assert sandbox.call("GET", path.format("wrong")).status == 400
    assert sandbox.call("GET", path.format(SECRET)).json == {
        "access_token": made["token"],
        "token_type": "bearer",
    }
    assert sandbox.call("GET", path.format(SECRET)).code == 100


def test_an_appsecret_proof_is_checked_where_it_is_given_and_demanded_where_it_is_required(
    sandbox: Sandbox,
) -> None:
    proof = hmac.new(SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()

    assert sandbox.graph("GET", f"{NUMBER}?appsecret_proof={proof}").status == 200
    assert sandbox.graph("GET", f"{NUMBER}?appsecret_proof={proof[:-1]}0x").code == 100
    sandbox.control("PATCH", f"apps/{APP}", {"require_app_secret": True})
    assert sandbox.graph("GET", NUMBER).code == 100
    assert sandbox.graph("GET", f"{NUMBER}?appsecret_proof={proof}").status == 200


def test_a_number_that_is_not_registered_cannot_send(sandbox: Sandbox) -> None:
    sandbox.writes()

    assert sandbox.graph("POST", f"{NUMBER}/deregister").json == {"success": True}
    assert sandbox.send("+34611000001").code == 133010
    registration = {"messaging_product": "whatsapp", "pin": "123456"}
    assert sandbox.graph("POST", f"{NUMBER}/register", {**registration, "pin": "12"}).code == 100
    assert sandbox.graph("POST", f"{NUMBER}/register", registration).json == {"success": True}
    assert sandbox.send("+34611000001").status == 200
    assert sandbox.graph("POST", f"{NUMBER}/register", {**registration, "pin": "654321"}).code == 133005


def test_a_registration_whose_fields_are_wrong_is_refused_with_code_100_and_counts_for_nothing(
    sandbox: Sandbox,
) -> None:
    right = {"messaging_product": "whatsapp", "pin": "123456"}

    def code(**fields: object) -> int | None:
        return sandbox.graph("POST", f"{NUMBER}/register", {**right, **fields}).code

    assert [code(pin=pin) for pin in ("", "12345", "1234567", "12345x", None)] == [100] * 5
    assert [code(data_localization_region=region) for region in ("ES", "de", "", 49)] == [100] * 4
    assert [code(messaging_product=product) for product in (None, "WHATSAPP!", "")] == [100] * 3
    stored = {**right, "data_localization_region": "DE"}
    assert sandbox.graph("POST", f"{NUMBER}/register", stored).json == {"success": True}


def test_the_eleventh_registration_within_72_hours_is_refused(sandbox: Sandbox) -> None:
    answers = [sandbox.graph("POST", f"{NUMBER}/deregister") for _ in range(11)]

    assert {one.status for one in answers[:10]} == {200}
    assert answers[10].code == 133016


def test_the_business_profile_is_written_and_read(sandbox: Sandbox) -> None:
    profile = {"messaging_product": "whatsapp", "about": "Abierto", "websites": ["https://example.com"]}

    assert sandbox.graph("POST", f"{NUMBER}/whatsapp_business_profile", profile).json == {"success": True}
    read = sandbox.graph("GET", f"{NUMBER}/whatsapp_business_profile?fields=about").json
    assert read == {"data": [{"messaging_product": "whatsapp", "about": "Abierto"}]}
    too_long = {"messaging_product": "whatsapp", "about": "x" * 140}
    assert sandbox.graph("POST", f"{NUMBER}/whatsapp_business_profile", too_long).code == 100


def test_a_token_that_ends_is_exchanged_for_one_of_60_days_and_stays_valid(sandbox: Sandbox) -> None:
    made = sandbox.control("POST", "tokens", {"waba_ids": [WABA], "expires_at": "2100-01-01T00:00:00Z"})[
        "token"
    ]
    path = (
        f"/v25.0/oauth/access_token?grant_type=fb_exchange_token&client_id={APP}&client_secret={SECRET}"
        f"&fb_exchange_token={made}"
    )
    read = f"{NUMBER}?access_token={{}}"

    assert sandbox.call("GET", path).code == 100, "it has to be asked for"
    answer = sandbox.call("GET", f"{path}&set_token_expires_in_60_days=true").json

    assert answer["expires_in"] == 60 * 24 * 3600
    assert [
        sandbox.call("GET", f"/v25.0/{read.format(one)}").status for one in (made, answer["access_token"])
    ] == [200, 200]
    sandbox.control("DELETE", f"tokens/{made}")
    assert sandbox.call("GET", f"{path}&set_token_expires_in_60_days=true").code == 190
