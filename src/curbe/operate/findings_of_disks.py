"""What the doctor makes of the room on this machine's disks. No I/O."""

from typing import Final

from curbe.operate.findings import Finding, State

_LITTLE_DISK: Final = 2 * 2**30
_NO_DISK: Final = 200 * 2**20


def disk(free_bytes: int, *, folder: str) -> Finding:
    """Judge the room that is left where the embedded database writes."""
    state = State.FAIL if free_bytes < _NO_DISK else State.WARN if free_bytes < _LITTLE_DISK else State.OK
    fix = "make room: a full disk stops PostgreSQL, and with it everything" if state is not State.OK else ""
    return Finding("disk", state, f"{free_bytes / 2**30:,.1f} GiB free at {folder}", fix)


def unwritable(folder: str) -> Finding:
    """Say that files have no place: who looks may not write into ``folder``, or nobody may."""
    fix = "give it to the user that Curbe runs as (chown -R), see that its disk takes writes, or name another CURBE_DATA_DIR"
    return Finding("files", State.FAIL, f"none is fetched or uploaded: {folder} cannot be written", fix)


def files(free_bytes: int, *, keep_free: int, folder: str) -> Finding:
    """Judge the room that is left for files on this machine's disk."""
    free, floor = (f"{size / 2**30:,.1f} GiB" for size in (free_bytes, keep_free))
    if free_bytes >= 2 * keep_free:
        return Finding("files", State.OK, f"{free} free at {folder}")
    fix = "make room, or keep files in a bucket (CURBE_S3_BUCKET); CURBE_MEDIA_KEEP_FREE says how much stays free"
    if free_bytes >= keep_free:
        return Finding("files", State.WARN, f"{free} free at {folder}; below {floor} no file is taken", fix)
    return Finding(
        "files", State.FAIL, f"none is fetched or uploaded: {free} free at {folder}, {floor} stay free", fix
    )
