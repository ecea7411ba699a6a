"""Resumable uploads: the samples of templates' headers [Graph: resumable upload]."""

import hashlib
from base64 import urlsafe_b64encode

from curbe_sandbox.errors import bad_parameter, graph_error
from curbe_sandbox.graph.ask import Ask
from curbe_sandbox.sandbox import Sandbox
from curbe_sandbox.state import Upload
from curbe_sandbox.wire import Answer, json_answer


def begin(box: Sandbox, ask: Ask) -> Answer:
    """Answer ``POST /{app_id}/uploads``: a session to upload one file into."""
    query = ask.call.query
    size = query.get("file_length", "")
    if not size.isdigit() or not int(size) or not query.get("file_type"):
        raise bad_parameter("The parameters file_length and file_type are required.")
    token = urlsafe_b64encode(box.world.entropy.randbytes(24)).decode()
    session = f"upload:{token}"
    box.world.uploads[session] = Upload(
        app_id=ask.node, name=query.get("file_name", ""), mime_type=query["file_type"], size=int(size)
    )
    return json_answer({"id": f"{session}?sig={token[:12]}"})


def receive(box: Sandbox, ask: Ask) -> Answer:
    """Answer ``POST /upload:...``: take the bytes from ``file_offset`` on, and name the file once it is whole."""
    upload = box.world.uploads[ask.node]
    if not ask.call.authorization.startswith("OAuth "):
        raise graph_error("An upload is authorized by OAuth and a token", code=190, http_status=401)
    if ask.call.file_offset != str(len(upload.received)):
        raise bad_parameter(f"The header file_offset must be {len(upload.received)}.")
    if ask.fault == "cut_halfway":
        upload.received += ask.call.body[: len(ask.call.body) // 2]
        return Answer()  # which nobody gets
    upload.received += ask.call.body
    if len(upload.received) != upload.size:
        raise graph_error("The upload is not whole yet", code=1, http_status=400)
    kind = urlsafe_b64encode(upload.mime_type.encode()).decode()
    handle = f"4::{kind}:{hashlib.sha256(upload.received).hexdigest()}"
    box.world.handles[handle] = upload
    box.record.add("upload", at=ask.call.now, app_id=upload.app_id, type=upload.mime_type)
    return json_answer({"h": handle})


def read(box: Sandbox, ask: Ask) -> Answer:
    """Answer ``GET /upload:...``: where to go on after a connection broke."""
    upload = box.world.uploads[ask.node]
    return json_answer({"id": ask.node, "file_offset": len(upload.received)})
