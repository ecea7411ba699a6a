"""Curbe: a self-hosted, multi-tenant WhatsApp platform."""

from typing import Final

__version__: Final = "0.1.0"
