"""Numbers that stay in the WhatsApp Business app: echoes, contacts, history."""

from .harness import LUCIA, NUMBER, Callback, Sandbox


def test_what_the_business_writes_in_its_app_comes_as_an_echo_and_reaches_the_person(
    sandbox: Sandbox, callback: Callback
) -> None:
    wamid = sandbox.control("POST", f"people/{LUCIA}/echoes", {"text": "Desde el móvil"})["wamid"]
    edit = {"original_message_id": wamid, "message": {"type": "text", "text": {"body": "Desde la tienda"}}}
    sandbox.control("POST", f"people/{LUCIA}/echoes", {"type": "edit", "edit": edit})
    sandbox.control("POST", f"people/{LUCIA}/echoes", {"type": "image"})
    sandbox.settle()

    echoes = {
        one["type"]: one for value in callback.values("smb_message_echoes") for one in value["message_echoes"]
    }
    assert (echoes["text"]["from"], echoes["text"]["to"], echoes["text"]["id"]) == (
        "34600000001",
        LUCIA,
        wamid,
    )
    assert echoes["edit"]["edit"]["original_message_id"] == wamid
    assert sandbox.graph("GET", echoes["image"]["image"]["id"]).json["mime_type"] == "image/jpeg"
    assert sandbox.control("GET", f"people/{LUCIA}/phone")["lines"][0]["by"] == "app"


def test_history_comes_in_chunks_out_of_order_and_is_whole(sandbox: Sandbox, callback: Callback) -> None:
    sandbox.control("PATCH", "settings", {"connections_per_callback": 1})  # nothing else mixes them up
    sent = sandbox.control("POST", "coexistence/history", {"chunks_per_phase": 3})["webhooks"]
    sandbox.settle()

    values = callback.values("history")
    chunks = [value["history"][0] for value in values if "history" in value]
    files = [value["messages"][0] for value in values if "messages" in value]
    told = [(chunk["metadata"]["phase"], chunk["metadata"]["chunk_order"]) for chunk in chunks]
    assert sent == len(values)
    assert sorted(told) == [(phase, order) for phase in range(3) for order in range(1, 4)]
    assert told != sorted(told)
    assert max(chunk["metadata"]["progress"] for chunk in chunks) == 100
    messages = [m for chunk in chunks for thread in chunk["threads"] for m in thread["messages"]]
    placeholders = {m["id"] for m in messages if m["type"] == "media_placeholder"}
    assert placeholders == {file["id"] for file in files}
    assert len({m["id"] for m in messages}) == len(messages)


def test_history_can_be_declined(sandbox: Sandbox, callback: Callback) -> None:
    sandbox.control("POST", "coexistence/history", {"declined": True})
    sandbox.settle()

    assert callback.values("history")[0]["history"][0]["errors"][0]["code"] == 2593109


def test_graph_starts_each_synchronisation_once(sandbox: Sandbox, callback: Callback) -> None:
    asked = {"messaging_product": "whatsapp", "sync_type": "smb_app_state_sync"}
    assert sandbox.graph("POST", f"{NUMBER}/smb_app_data", asked).code == 100  # not in the app
    sandbox.control("PATCH", f"numbers/{NUMBER}", {"is_on_biz_app": True})

    answer = sandbox.graph("POST", f"{NUMBER}/smb_app_data", asked)
    sandbox.graph("POST", f"{NUMBER}/smb_app_data", {**asked, "sync_type": "history"})
    sandbox.settle()

    assert answer.json["request_id"]
    assert sandbox.graph("POST", f"{NUMBER}/smb_app_data", asked).code == 2593107
    (value,) = callback.values("smb_app_state_sync")
    contacts = {row["contact"]["full_name"]: row for row in value["state_sync"]}
    assert contacts["Diego Flores"]["contact"]["username"] == "diegoflores"
    assert contacts["Eco"]["action"] == "add"
    assert len(callback.values("history")) > 6
