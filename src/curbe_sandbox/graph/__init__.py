"""The Graph side: what ``/v{N}.0/...`` answers."""
