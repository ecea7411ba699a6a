"""The control API under ``/sandbox/``: changing the world, provoking faults, reading what happened."""
