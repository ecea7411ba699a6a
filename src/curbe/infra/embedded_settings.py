"""The settings of the embedded PostgreSQL: safe, silent about what passes through it, for a small machine."""

import os
from pathlib import Path
from typing import Final

_MEBIBYTE: Final = 1024 * 1024
_CGROUP_LIMITS: Final = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)

_FIXED: Final = (
    # Only the socket, and only for whoever may enter its folder.
    ("listen_addresses", ""),
    ("unix_socket_permissions", "0700"),
    ("max_connections", "100"),
    # What is committed is on the disk: a webhook is answered 200 on the strength of it.
    ("fsync", "on"),
    ("full_page_writes", "on"),
    ("synchronous_commit", "on"),
    # Rare checkpoints: after each, every page is written whole once more into the log (max_wal_size, below).
    ("checkpoint_timeout", "15min"),
    # Some batches' worth. Left to itself it is at most one file of the log, which are small here.
    ("wal_buffers", "32MB"),
    # Look often, as queues are short and change all the time; but clean up a large table only once a fifth of it has changed, and slowly:
    # what is done in bursts stands in the way of who waits for an answer (docs/explanation/performance.md).
    ("autovacuum", "on"),
    ("autovacuum_naptime", "15s"),
    ("autovacuum_vacuum_scale_factor", "0.2"),
    ("autovacuum_vacuum_insert_scale_factor", "0.2"),
    ("autovacuum_analyze_scale_factor", "0.1"),
    ("autovacuum_vacuum_cost_delay", "5ms"),
    ("random_page_cost", "1.1"),
    ("timezone", "UTC"),
    # A week of logs in the cluster's folder, without statements, parameters, or the DETAIL of an error,
    # which quotes the row: no message and no phone number belongs in a log.
    ("logging_collector", "on"),
    ("log_destination", "stderr"),
    ("log_directory", "log"),
    ("log_filename", "postgresql-%a.log"),
    ("log_rotation_age", "1d"),
    ("log_rotation_size", "0"),
    ("log_truncate_on_rotation", "on"),
    ("log_file_mode", "0600"),
    ("log_timezone", "UTC"),
    ("log_line_prefix", "%m [%p] "),
    ("log_statement", "none"),
    ("log_duration", "off"),
    ("log_min_duration_statement", "-1"),
    ("log_min_error_statement", "panic"),
    ("log_error_verbosity", "terse"),
    ("log_parameter_max_length", "0"),
    ("log_parameter_max_length_on_error", "0"),
)


def server_settings(
    *, sockets: Path, port: int, memory: int, disk: int, lz4: bool
) -> tuple[tuple[str, str], ...]:
    """Return the names and values to start postgres with.

    Args:
        sockets: the folder of its socket.
        port: the number in the socket's name.
        memory: what this machine has, in bytes.
        disk: the size of the one that the cluster lies on, in bytes.
        lz4: whether these binaries can compress with it.
    """
    return (
        *_FIXED,
        ("unix_socket_directories", str(sockets)),
        ("port", str(port)),
        ("shared_buffers", f"{_clamp(memory // 8, low=64, high=2048)}MB"),
        ("effective_cache_size", f"{_clamp(memory // 2, low=256, high=65536)}MB"),
        # Half of it lies between two checkpoints: recovery after a crash takes half a minute at the most, seconds as a rule.
        ("max_wal_size", f"{_clamp(disk // 16, low=1024, high=8192)}MB"),
        ("wal_compression", "lz4" if lz4 else "off"),
    )


def memory_bytes() -> int:
    """Return the memory this process may count on: the machine's, or its container's limit if lower."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limits = [path.read_text().strip() for path in _CGROUP_LIMITS if path.exists()]
    return min([physical, *(int(limit) for limit in limits if limit.isdigit())])  # "max" is no limit


def _clamp(size: int, *, low: int, high: int) -> int:
    """Return ``size`` (bytes) in MiB, within ``low`` and ``high`` (MiB)."""
    return max(low, min(high, size // _MEBIBYTE))
